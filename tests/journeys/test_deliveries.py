"""Answers on their way: made before nobody's eyes, collected once by link and code, and nowhere afterwards (P15)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.kernel.keys import epochs
from services.kernel.store.database import open_engine
from services.retention.views import parcels
from tests.journeys.people import Cast, Person, eventually, mailed
from tests.journeys.running import System

SANNE, NOOR = "sanne@voorbeeld.example", "noor@voorbeeld.example"
TERMS = Path("services/retention/terms.json")
WAITS = "PT20S"


@pytest.fixture
def hasty(settings: dict[str, str], tmp_path: Path) -> Iterator[System]:
    """An installation with the product's own terms, but for a time to collect in that a test can wait out."""
    versions = json.loads(TERMS.read_text())
    for version in versions:
        version["terms"]["delivery_prepared"] = WAITS
    (tmp_path / "terms.json").write_text(json.dumps(versions))
    system = System(tmp_path, {**settings, "CRISISCONNECT_RETENTION_TERMS": str(tmp_path / "terms.json")})
    system.start()
    yield system
    system.stop()


def test_answers_reach_whom_they_are_about_and_nobody_else(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    sanne = cast.member(SANNE, "sanne.devries", "Sanne", "=Vries")
    noor = cast.member(NOOR, "noor.bakker", "Noor", "Bakker")
    base = f"/v1/organisations/{cast.organisation}/requests"

    asked = by_telephone(cast, base, sanne)
    taken_along(cast, base, noor)
    replaced(cast, base, sanne, asked)

    assert asked in [look["case"] for look in sanne.get("/v1/me/access-log")["items"]]
    strangers_find_nothing(cast, base, asked)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def test_an_answer_that_nobody_collects_expires_is_erased_and_can_be_made_anew(
    hasty: System, settings: dict[str, str]
) -> None:
    cast = Cast(hasty.url)
    cast.assemble()
    noor = cast.member(NOOR, "noor.bakker", "Noor", "Bakker")
    base = f"/v1/organisations/{cast.organisation}/requests"
    request = noor.post("/v1/me/requests", {"kind": "portability", "text": "Ik verhuis."})["request"]
    first = cast.beheerder.post(f"{base}/{request}/fulfil", {"outcome": "Klaargezet."}, expect=200)["delivery"]
    link, anybody = link_to(cast.url, NOOR), Person(cast.url)
    assert anybody.get(link)["expires_at"] == first["expires_at"]
    with Resting(hasty, settings, first["delivery"]) as rest:
        keys = rest.keys()
        assert len(keys) == 2, "of what it holds, and of its link and code"
        assert rest.rows() > 0

        eventually(lambda: over(anybody, link) == "delivery_expired", what="the end of the time to collect it")
        assert anybody.post(link, {"code": first["code"]}, expect=410)["code"] == "delivery_expired"
        eventually(lambda: rest.rows() == 0, what="the erasure of the answer")
        assert rest.keys() == []
        eventually(lambda: rest.found(keys) == [], what="that nothing opens what a page of a file may still hold")
    [line] = cast.beheerder.get(f"{base}/{request}/deliveries")["items"]
    assert (line["state"], line["delivery"]) == ("expired", first["delivery"])

    second = cast.beheerder.post(f"{base}/{request}/deliveries")["delivery"]
    files = opened(collected(anybody, link_to(cast.url, NOOR, nth=2), second["code"]))
    assert [one["said"] for one in json.loads(files["requests.json"])] == ["Ik verhuis."]
    assert anybody.get(link, expect=410)["code"] == "delivery_expired", "the old one leads nowhere still"
    states = [one["state"] for one in cast.beheerder.get(f"{base}/{request}/deliveries")["items"]]
    assert states == ["collected", "expired"], "the newest first"
    types = "nl.crisisconnect.retention.DeliveryExpired.v1"
    eventually(lambda: cast.officer.get(f"/v1/log/entries?type={types}")["items"], what="its entry")
    assert hasty.command("log", "verify").stdout.endswith("ok\n")
    assert hasty.command("views").stdout.count(": ok") == 4


class Resting:
    """What retention has of one answer: rows in its database, keys in its keyring, and bytes in any file of `var`."""

    def __init__(self, system: System, settings: dict[str, str], delivery: str) -> None:
        self._delivery, self._var = delivery, system.var
        self._data = open_engine(settings.get("DATABASE_URL"), "retention", system.var / "data", pool=1)
        self._keys = open_engine(settings.get("KEYRING_URL"), "keys_retention", system.var / "keys", pool=1)

    def __enter__(self) -> Resting:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.dispose()
        self._keys.dispose()

    def rows(self) -> int:
        mine = (table.c.delivery == self._delivery for table in (parcels.parcels, parcels.parts))
        with self._data.connect() as session:
            counts = [session.execute(select(func.count()).where(one)).scalar_one() for one in mine]
        return sum(counts)

    def keys(self) -> list[bytes]:
        """The keys of this answer, wrapped as they rest."""
        mine = select(epochs.keys.c.wrapped).where(epochs.keys.c.owner == f"delivery/{self._delivery}")
        with self._keys.connect() as session:
            return [bytes(one) for one in session.execute(mine).scalars()]

    def found(self, keys: list[bytes]) -> list[Path]:
        files = [path for path in self._var.rglob("*") if path.is_file()]
        assert files
        return [path for path in files if any(key in path.read_bytes() for key in keys)]


def over(anybody: Person, link: str) -> str | None:
    answer = anybody.http.get(link)
    return None if answer.status_code == 200 else str(answer.json()["code"])


def by_telephone(cast: Cast, base: str, sanne: Person) -> str:
    """Access, for somebody who calls: the link comes by mail, the code by telephone."""
    boss = cast.beheerder
    said = {"account": sanne.account, "kind": "access", "channel": "telephone", "text": "=1+1 Wat weet u?"}
    request = str(boss.post(base, {**said, "received_at": datetime.now(UTC).isoformat()})["request"])
    boss.post(f"{base}/{request}/verify", {"how": "called_back"}, expect=200)
    key, names = {"Idempotency-Key": "een keer"}, {"disclose": True, "weighing": "Zij wil weten of haar buurman keek."}
    body = {"outcome": "Verstuurd.", "names": names}
    for wrong in ({"disclose": True}, {**names, "weighing": ""}, {**names, "who": "x"}):
        boss.post(f"{base}/{request}/fulfil", {**body, "names": wrong}, expect=422)
    done = boss.ask("POST", f"{base}/{request}/fulfil", body, headers=key)
    again = boss.ask("POST", f"{base}/{request}/fulfil", body, headers=key)
    assert again == {**done, "delivery": {**done["delivery"], "code": None}}
    assert (done["state"], len(done["events"])) == ("fulfilled", 3)
    assert "sanne" not in json.dumps(done).lower()

    link, code = link_to(cast.url, SANNE), done["delivery"]["code"]
    anybody = Person(cast.url)
    shown = anybody.get(link)
    assert (shown["kind"], shown["tries_left"], set(shown)) == (
        "access",
        5,
        {"kind", "bytes", "expires_at", "tries_left"},
    )
    assert anybody.post("/v1/deliveries/" + "A" * 43, {"code": code}, expect=404)["code"] == "not_found"
    assert anybody.post(link, {"code": "A" * 41}, expect=422)["code"] == "invalid"
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    assert anybody.post(link, {"code": wrong}, expect=403)["code"] == "wrong_code"
    assert anybody.post(link, {"code": code}, expect=429)["code"] == "throttled"
    assert anybody.get(link)["tries_left"] == 4
    time.sleep(2.1)

    files = opened(collected(anybody, link, code), shown["bytes"])
    answer = json.loads(files["access-nl.json"])
    assert answer["copy"]["account"]["email"] == SANNE
    assert answer["copy"]["requests"][0]["said"] == "=1+1 Wat weet u?"
    assert (answer["names"]["code"], answer["copy"]["requests"][0]["weighing"]) == ("given", names["weighing"])
    looks = {(look["role"], look["name"]) for look in answer["copy"]["looks"]}
    assert looks == {("beheerder", "Bea den Heerder")}
    own_log = sanne.get("/v1/me/data")
    assert (own_log["names"]["code"], {look["name"] for look in own_log["copy"]["looks"]}) == ("not_asked", {None})
    assert "name" not in sanne.get("/v1/me/access-log")["items"][0]
    assert {files[f"access-{lang}.pdf"][:5] for lang in ("nl", "en")} == {b"%PDF-"}
    assert json.loads(files["access-en.json"])["standing_sentence"].startswith("Where a law")
    own = sanne.http.get("/v1/me/data", params={"format": "pdf", "lang": "en"}).raise_for_status()
    assert (own.headers["content-type"], own.content[:5]) == ("application/pdf", b"%PDF-")
    for method, body in (("GET", None), ("POST", {"code": code})):
        assert anybody.ask(method, link, body, expect=410)["code"] == "delivery_collected"
    lines = boss.get(f"{base}/{request}/deliveries")["items"]
    assert [(one["state"], one["wrong_codes"]) for one in lines] == [("collected", 1)]
    return request


def taken_along(cast: Cast, base: str, noor: Person) -> None:
    """Portability, asked in the app; what one may fetch oneself is the same."""
    request = noor.post("/v1/me/requests", {"kind": "portability", "text": "Ik verhuis."})["request"]
    wrong = {"outcome": "Nee.", "names": {"disclose": True, "weighing": "Bij verhuizen hoort dat niet."}}
    assert cast.beheerder.post(f"{base}/{request}/fulfil", wrong, expect=422)["code"] == "invalid"
    done = cast.beheerder.post(f"{base}/{request}/fulfil", {"outcome": "Klaargezet."}, expect=200)
    link = link_to(cast.url, NOOR)
    files = opened(collected(Person(cast.url), link, done["delivery"]["code"].replace("-", "")))
    own = opened(noor.http.get("/v1/me/export").raise_for_status().content)

    assert files["account.json"] == own["account.json"]
    (account,) = json.loads(files["account.json"])
    assert (account["email"], account["last_name"]) == (NOOR, "Bakker")
    for name, body in files.items():
        if name.endswith(".schema.json"):
            kind = name.removesuffix(".schema.json")
            must_follow(json.loads(body), json.loads(files[f"{kind}.json"]))
            rows = list(csv.DictReader(io.StringIO(files[f"{kind}.csv"].decode(), newline="")))
            assert len(rows) == len(json.loads(files[f"{kind}.json"]))
    assert [one["said"] for one in json.loads(files["requests.json"])] == ["Ik verhuis."]


def replaced(cast: Cast, base: str, sanne: Person, request: str) -> None:
    """Another one can be made; the link before leads nowhere then. In a CSV nothing of it is a formula."""
    first = cast.beheerder.post(f"{base}/{request}/deliveries")
    lost = link_to(cast.url, SANNE, nth=2)
    second = cast.beheerder.post(f"{base}/{request}/deliveries")
    link = link_to(cast.url, SANNE, nth=3)
    anybody = Person(cast.url)
    assert anybody.post(lost, {"code": first["delivery"]["code"]}, expect=410)["code"] == "delivery_void"
    assert opened(collected(anybody, link, second["delivery"]["code"]))
    states = [one["state"] for one in cast.beheerder.get(f"{base}/{request}/deliveries")["items"]]
    assert states == ["collected", "void", "collected"]
    table = opened(sanne.http.get("/v1/me/export").raise_for_status().content)["account.csv"].decode()
    assert ",'=Vries," in table


def strangers_find_nothing(cast: Cast, base: str, request: str) -> None:
    neighbour = Person(cast.url)
    theirs = cast.register("Gemeente Ernaast", "beheer@ernaast.example")
    neighbour.accept(mailed(cast.url, "beheer@ernaast.example"), "bert.buur", "Bert", "Buur")
    neighbour.sign_in()
    for path in (f"{base}/{request}", f"/v1/organisations/{theirs}/requests/{request}"):
        for method in ("GET", "POST"):
            assert neighbour.ask(method, f"{path}/deliveries", expect=404)["code"] == "not_found"


def link_to(url: str, to: str, *, nth: int = 1) -> str:
    """Where the newest of so many links leads that were mailed to an address."""

    def newest() -> str | None:
        mails = httpx.get(f"{url}/dev/mail.json", params={"to": to}, timeout=15).json()
        links = [link for mail in mails for link in mail["links"] if "/deliveries/" in link]
        return links[0].rpartition("/")[2] if len(links) == nth else None

    return f"/v1/deliveries/{eventually(newest, what=f'link {nth} to {to}')}"


def collected(person: Person, link: str, code: str) -> bytes:
    answer = person.http.post(link, json={"code": code})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def opened(made: bytes, size: int | None = None) -> dict[str, bytes]:
    """Every file, each as its manifest says it is."""
    assert size in (None, len(made))
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert found.testzip() is None
        files = {name: found.read(name) for name in found.namelist()}
    told = {one["name"]: one["sha256"] for one in json.loads(files["manifest.json"])["files"]}
    assert told == {n: hashlib.sha256(body).hexdigest() for n, body in files.items() if n != "manifest.json"}
    return files


KINDS = {"string": str, "null": type(None), "integer": int, "object": dict}


def must_follow(schema: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """As JSON Schema has it, of the few words that these schemas use."""
    declared = schema["items"]
    assert schema["type"] == "array"
    assert declared["additionalProperties"] is False
    for record in records:
        assert set(record) == set(declared["required"]) == set(declared["properties"])
        for name, value in record.items():
            kinds = declared["properties"][name]["type"]
            assert isinstance(value, tuple(KINDS[one] for one in ([kinds] if isinstance(kinds, str) else kinds)))
