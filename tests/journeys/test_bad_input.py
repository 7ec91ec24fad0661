"""Bad input gets a clear answer with a stable code, writes nothing, and leaves nothing personal in the logs."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from crisisconnect.topology import PROCESSES
from tests.journeys.bodies import BODIES
from tests.journeys.people import PASSWORD, Cast, Person, certified, eventually, mailed
from tests.journeys.running import System, free_ports


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, Cast, Person]]:
    system = System(
        tmp_path_factory.mktemp("bad-input"), {"CRISISCONNECT_METRICS_PORT": str(free_ports(len(PROCESSES)))}
    )
    system.start()
    try:
        cast = Cast(system.url)
        cast.assemble()
        yield system, cast, cast.member("noor@voorbeeld.example", "noor.jansen", "Noor", "Jansen")
    finally:
        system.stop()


World = tuple[System, Cast, Person]


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert {"type", "title", "status", "code"} <= said.keys()
    return answer.status_code, said["code"]


def size(cast: Cast) -> int:
    """How many entries the log has, once it is quiet."""

    def text() -> int:
        return int(httpx.get(f"{cast.url}/log/checkpoint", timeout=15).text.splitlines()[1])

    before = -1
    while before != (now := text()):
        before = now
        time.sleep(0.6)
    return now


@pytest.mark.parametrize(("sent", "expected"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
def test_a_bad_body_is_named_and_changes_nothing(world: World, sent: dict[str, Any], expected: tuple[int, str]) -> None:
    _, _, member = world
    before = member.get("/v1/me")

    assert problem(member.http.patch("/v1/me", **sent)) == expected
    assert member.get("/v1/me") == before


def test_a_refused_correction_leaves_no_event(world: World) -> None:
    _, cast, member = world
    before = size(cast)

    for _, sent, _expected in BODIES:
        member.http.patch("/v1/me", **sent)

    assert size(cast) == before


def test_an_invitation_works_once_and_a_guessed_one_never(world: World) -> None:
    _, cast, _ = world
    cast.beheerder.post(
        f"/v1/organisations/{cast.organisation}/members", {"email": "eens@voorbeeld.example", "role": "member"}
    )
    token = mailed(cast.url, "eens@voorbeeld.example")
    said = {"username": "eens", "password": PASSWORD, "first_name": "Een", "last_name": "Maal"}
    Person(cast.url).post(f"/v1/invitations/{token}", said)

    again = Person(cast.url).http.post(f"/v1/invitations/{token}", json={**said, "username": "nogeens"})
    guessed = Person(cast.url).http.post(f"/v1/invitations/{'x' * 43}", json=said)

    assert problem(again) == (410, "invitation_used")
    assert problem(guessed) == (404, "not_found")


def test_a_withdrawn_invitation_is_gone_and_who_was_invited_is_erased(world: World) -> None:
    _, cast, _ = world
    base = f"/v1/organisations/{cast.organisation}"
    asked = cast.beheerder.post(f"{base}/members", {"email": "toch.niet@voorbeeld.example", "role": "member"})
    token = mailed(cast.url, "toch.niet@voorbeeld.example")

    cast.beheerder.ask("DELETE", f"{base}/invitations/{asked['invitation']}")

    said = {"username": "tochniet", "password": PASSWORD, "first_name": "Toch", "last_name": "Niet"}
    assert problem(Person(cast.url).http.post(f"/v1/invitations/{token}", json=said)) in (
        (410, "invitation_used"),
        (404, "not_found"),
    )
    open_ones = [one["invitation"] for one in cast.beheerder.get(f"{base}/invitations")["items"]]
    assert asked["invitation"] not in open_ones
    eventually(
        lambda: [r for r in cast.officer.get("/v1/reports/erasures")["rows"] if r["certified_at"]] or None,
        what="the erasure of who was invited",
    )


@pytest.mark.parametrize("password", ["short", "passwordpassword", "aaaaaaaaaaaaaaaaaa", "qwertyuiopasdfgh"])
def test_a_weak_or_listed_password_is_refused(world: World, password: str) -> None:
    _, _cast, member = world
    answer = member.http.put("/v1/me/password", json={"password": PASSWORD, "new_password": password})

    assert problem(answer) == (422, "weak_password")


def test_a_strangers_organisation_is_as_absent_as_one_that_never_was(world: World) -> None:
    _system, cast, _member = world
    other = cast.register("Stichting Anders", "anders@anders.example")
    nobody = "00000000-0000-4000-8000-00000000dead"
    answers = [
        cast.beheerder.http.get(f"/v1/organisations/{organisation}/members").json() for organisation in (other, nobody)
    ]

    for answer in answers:
        answer.pop("instance", None)
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "not_found"


def test_the_wrong_role_is_told_so(world: World) -> None:
    _, cast, member = world
    assert problem(member.http.get(f"/v1/organisations/{cast.organisation}/members")) == (403, "forbidden")
    assert problem(member.http.get("/v1/log/entries")) == (403, "forbidden")
    assert problem(cast.beheerder.http.post("/v1/organisations", json={})) == (403, "forbidden")
    assert problem(Person(cast.url).http.get("/v1/me")) == (401, "unauthenticated")


def test_a_revoked_session_is_refused_at_once_where_auth_answers_and_soon_everywhere(world: World) -> None:
    _, cast, _ = world
    lost = cast.member("kwijt@voorbeeld.example", "kwijt.telefoon", "Kwijt", "Telefoon")
    lost.get("/v1/me")
    owner = Person(cast.url)
    owner.sign_in("kwijt.telefoon")
    [stolen] = [one["session"] for one in owner.get("/v1/sessions")["items"] if not one["current"]]

    owner.ask("DELETE", f"/v1/sessions/{stolen}")

    assert problem(lost.http.get("/v1/me")) == (401, "unauthenticated")
    assert problem(lost.http.patch("/v1/me", json={"first_name": "Dief"})) == (401, "unauthenticated")
    assert problem(lost.http.put("/v1/me/password", json={"password": PASSWORD, "new_password": PASSWORD}))[0] == 401
    eventually(lambda: lost.http.get(f"/v1/organisations/{cast.organisation}").status_code == 401 or None, seconds=2.5)
    assert owner.get("/v1/me")["first_name"] == "Kwijt"


def test_without_an_agreement_nothing_personal_is_recorded_and_the_refusal_is(world: World) -> None:
    _, cast, _ = world
    organisation = cast.register("Gemeente Zonder", "zonder@zonder.example")
    beheerder = Person(cast.url)
    beheerder.accept(mailed(cast.url, "zonder@zonder.example"), "zonder.beheer", "Zo", "Nder")
    beheerder.sign_in()

    answer = beheerder.http.post(
        f"/v1/organisations/{organisation}/members", json={"email": "lid@zonder.example", "role": "member"}
    )

    assert problem(answer) == (409, "agreement_missing")
    eventually(
        lambda: cast.officer.get(f"/v1/reports/access?organisation={organisation}")["totals"]["processing_refused"],
        what="the refusal in the report",
    )


def test_the_same_key_answers_the_same_and_with_another_body_is_refused(world: World) -> None:
    _, cast, _ = world
    path = f"/v1/organisations/{cast.organisation}/members"
    body = {"email": "sleutel@voorbeeld.example", "role": "member"}
    key = {"Idempotency-Key": "the-same-key"}

    first = cast.beheerder.post(path, body, headers=key)
    again = cast.beheerder.post(path, body, headers=key)
    other = cast.beheerder.http.post(path, json={**body, "email": "anders@voorbeeld.example"}, headers=key)

    assert first == again
    assert problem(other) == (409, "idempotency_mismatch")


def test_who_closed_the_account_and_asks_again_hears_the_same_even_once_erased(world: World) -> None:
    _, cast, _ = world
    leaver = cast.member("weg@voorbeeld.example", "lena.weg", "Lena", "Weg")
    key = {"Idempotency-Key": "goodbye"}
    first = leaver.http.delete("/v1/me", headers=key)
    certified(cast.officer, first.json()["erasure"]["id"])

    again = leaver.http.delete("/v1/me", headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert problem(leaver.http.delete("/v1/me", headers={"Idempotency-Key": "another"})) == (401, "unauthenticated")
    assert problem(leaver.http.delete("/v1/me")) == (401, "unauthenticated")
    assert problem(Person(cast.url).http.delete("/v1/me", headers=key)) == (401, "unauthenticated")


def test_who_signed_out_and_asks_again_hears_the_same(world: World) -> None:
    _, cast, _ = world
    someone = cast.member("uit@voorbeeld.example", "udo.uit", "Udo", "Uit")
    key = {"Idempotency-Key": "out"}
    first = someone.http.delete("/v1/sessions/current", headers=key)
    assert first.status_code == 200
    assert someone.http.delete("/v1/sessions/current", headers=key).json() == first.json()
    assert problem(someone.http.delete("/v1/sessions/current")) == (401, "unauthenticated")


def test_guessing_a_password_gets_slower_and_says_the_same_for_an_unknown_name(world: World) -> None:
    _, cast, _ = world
    cast.member("gok@voorbeeld.example", "gok.doel", "Gok", "Doel")
    for name in ("gok.doel", "niemand.hier"):
        codes = [
            Person(cast.url).http.post("/v1/sessions", json={"username": name, "password": "wrong wrong wrong"})
            for _ in range(7)
        ]
        assert [problem(code)[1] for code in codes[:5]] == ["sign_in_failed"] * 5
        assert problem(codes[-1]) == (429, "throttled")


def test_a_message_nobody_can_read_is_quarantined_and_the_rest_goes_on(world: World) -> None:
    system, cast, member = world
    with pika.BlockingConnection(pika.URLParameters(system.broker("auth-relay"))) as connection:
        properties = pika.BasicProperties(user_id="auth-relay", delivery_mode=2)
        connection.channel().basic_publish(
            "auth.events", "nl.crisisconnect.auth.UserRegistered.v1", b"no event at all", properties
        )

    listed = eventually(
        lambda: ((said := system.command("deadletters", "list").stdout) and "quarantine" in said and said) or None,
        what="the quarantine",
    )
    member.ask("PATCH", "/v1/me", {"first_name": "Nora"})

    assert "no event at all" not in listed
    assert size(cast) > 0


def test_a_broker_that_is_away_is_a_503_in_time_and_heals(world: World) -> None:
    system, _, member = world
    os.kill(system.pid("broker"), signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = member.http.patch("/v1/me", json={"first_name": "Nel"})
        assert problem(answer) == (503, "unavailable")
        assert time.monotonic() - began < 5
        assert answer.headers["retry-after"]
        ready = httpx.get(f"{system.url}/readyz", timeout=15)
        assert ready.status_code == 503
    finally:
        os.kill(system.pid("broker"), signal.SIGCONT)
    eventually(lambda: member.http.patch("/v1/me", json={"first_name": "Noor"}).status_code == 200 or None, seconds=60)
    eventually(lambda: httpx.get(f"{system.url}/readyz", timeout=15).status_code == 200 or None, seconds=60)


def test_a_database_that_is_locked_is_a_503_in_time_and_heals(world: World) -> None:
    system, _, member = world
    holder = sqlite3.connect(system.var / "data" / "auth.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        answer = member.http.patch("/v1/me", json={"first_name": "Nel"})
        assert problem(answer) == (503, "unavailable")
        assert time.monotonic() - began < 5
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    eventually(lambda: member.http.patch("/v1/me", json={"first_name": "Nel"}).status_code == 200 or None)


def test_every_process_tells_its_metrics_and_nobody_in_them(world: World) -> None:
    system, cast, _ = world
    first = int(system.environment["CRISISCONNECT_METRICS_PORT"])
    said = {
        name: httpx.get(f"http://127.0.0.1:{first + place}/metrics", timeout=5).text
        for place, name in enumerate(PROCESSES)
        if name != "gateway"
    }
    assert "crisisconnect_retention_overdue 0.0" in said["retention"]
    assert all("process_resident_memory_bytes" in text for text in said.values())
    assert not [name for name, text in said.items() if cast.organisation in text or "voorbeeld" in text]


def test_nothing_personal_that_was_sent_is_in_the_console(world: World) -> None:
    system, _, _ = world
    said = Path(system.console).read_text(errors="replace")

    assert "gateway" in said, "the console was read"
    for value in ("noor", "jansen", "voorbeeld.example", "vier paarden", "niemand.hier", "shoe_size", "wrong wrong"):
        assert value not in said.lower()
    assert json.dumps("127.0.0.1") not in said
