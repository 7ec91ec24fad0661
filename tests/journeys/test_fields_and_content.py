"""What an organisation sets up itself: a field of its own from proposal to value, and what the app shows (P05, P13)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.people import SHA256, TERMS, TODAY, Cast, Person, certified, eventually, mailed
from tests.journeys.running import System

TEAM: dict[str, Any] = {
    "label": {"nl": "Piketploeg", "en": "Duty team"},
    "description": {"nl": "Wanneer u oproepbaar bent. {{7*7}}", "en": "When you are on call. ${7*7}"},
    "kind": "choice",
    "choices": ["ploeg Noord", "ploeg Zuid"],
}
TEXT = {"nl": "## Piketploeg\n\nWij bellen wie dienst heeft. {{7*7}}", "en": "## Duty team\n\nWe call who is on duty."}


def test_an_organisation_adds_what_it_needs(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    base = f"/v1/organisations/{cast.organisation}"
    agree_on_own_fields(cast)
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    leaver = cast.member("piet@voorbeeld.example", "piet.prins", "Piet", "Prins")

    field, events = field_from_proposal_to_value(cast, base, member, leaver)
    put_right(cast, base, field, member)
    read_by_its_own_people_alone(cast, base, member)
    values_go(cast, base, field, member, leaver)
    events += shown_changed_and_withdrawn(cast, base, member)
    turned_to(cast, member)

    for event in events:
        receipt = eventually(lambda event=event: integrated(cast.beheerder, event), what="the receipt")
        assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4
    taken_along(cast, base)


def agree_on_own_fields(cast: Cast) -> None:
    base = f"/v1/organisations/{cast.organisation}/agreements"
    wider = {**TERMS, "categories": [*TERMS["categories"], "custom_field", "contact_phone"]}
    agreement = cast.beheerder.post(base, wider)["agreement"]
    for person in (cast.beheerder, cast.operator):
        signing = {"signatory": {"name": "Bea den Heerder", "function": "directeur"}, "document_sha256": SHA256}
        person.post(f"{base}/{agreement}/sign", {**signing, "signed_on": TODAY}, expect=200)
    cast.agreement = str(agreement)


def field_from_proposal_to_value(cast: Cast, base: str, member: Person, leaver: Person) -> tuple[str, list[str]]:
    boss, officer = cast.beheerder, cast.officer
    member.post(f"{base}/fields", TEAM, expect=403)
    assert boss.post(f"{base}/fields", {**TEAM, "kind": "photo"}, expect=422)["code"] == "invalid"
    made = boss.post(f"{base}/fields", TEAM)
    field, mine = str(made["field"]), f"/v1/me/fields/{made['field']}"
    value = {"value": "ploeg Noord"}
    assert member.ask("PUT", mine, value, expect=409)["code"] == "field_inactive"
    assert member.get(f"{base}/fields")["items"] == []

    wish = {"fields": [field], "reasons": "Wij bellen 's nachts alleen wie dienst heeft. <b>Spoed</b> {{7*7}}"}
    first = boss.post(f"{base}/supplements", wish)["supplement"]
    no = {"reasons": "Beschrijf eerst wie het ziet."}
    boss.post(f"{base}/supplements/{first}/refuse", no, expect=403)
    officer.post(f"{base}/supplements/{first}/refuse", no, expect=200)
    asked = boss.post(f"{base}/supplements", wish)
    assert member.ask("PUT", mine, value, expect=409)["code"] == "field_inactive"
    publish = f"{base}/supplements/{asked['supplement']}/publish"
    boss.post(publish, TEXT, expect=403)
    for wrong, code in (
        ({**TEXT, "nl": "Piketploeg <script>alert(1)</script>"}, "markup_not_allowed"),
        ({**TEXT, "nl": "[Piketploeg](javascript:alert(1))"}, "markup_not_allowed"),
        ({**TEXT, "en": "Something."}, "field_not_named"),
    ):
        assert officer.post(publish, wrong, expect=422)["code"] == code
    published = officer.post(publish, TEXT, expect=200)
    assert published["version"] == 1
    page = boss.get(f"{base}/supplements")
    assert ([one["state"] for one in page["items"]], page["overdue"]) == (["refused", "published"], 0)
    assert page["items"][0]["reasons"] == wish["reasons"]

    assert member.ask("PUT", mine, {"value": "ploeg Oost"}, expect=422)["code"] == "invalid"
    filled = member.ask("PUT", mine, value)
    leaver.ask("PUT", mine, {"value": "ploeg Zuid"})
    assert member.get("/v1/me")["fields"] == {field: "ploeg Noord"}
    [copy] = member.get("/v1/me/data")["copy"]["fields"]
    assert (copy["value"], copy["label"]) == ("ploeg Noord", TEAM["label"])
    return field, [*made["events"], *asked["events"], *published["events"], *filled["events"]]


def put_right(cast: Cast, base: str, field: str, member: Person) -> None:
    """On the member's request, by the Beheerder (AVG 16)."""
    wish = {"kind": "rectification", "text": "Ik zit in ploeg Zuid."}
    request = member.post("/v1/me/requests", wish)["request"]
    done = {"outcome": "Aangepast.", "changes": {"fields": {field: "ploeg Oost"}}}
    assert cast.beheerder.post(f"{base}/requests/{request}/fulfil", done, expect=422)["code"] == "invalid"
    done["changes"] = {"fields": {field: "ploeg Zuid"}}
    cast.beheerder.post(f"{base}/requests/{request}/fulfil", done, expect=200)
    assert member.get("/v1/me")["fields"] == {field: "ploeg Zuid"}


def read_by_its_own_people_alone(cast: Cast, base: str, member: Person) -> None:
    """The world reads the statement; what supplements it, who has a session or an invitation of the organisation."""
    assert "supplement" not in Person(cast.url).get("/v1/statement")
    assert member.get("/v1/statement?lang=en")["supplement"]["text"] == TEXT["en"]
    assert cast.officer.get("/v1/statement")["supplement"] is None
    cast.beheerder.post(f"{base}/members", {"email": "later@voorbeeld.example", "role": "member"})
    token = mailed(cast.url, "later@voorbeeld.example")
    invited = Person(cast.url)
    shown = invited.get("/v1/statement", headers={"Authorization": f"Invitation {token}"})
    assert shown["supplement"]["text"] == TEXT["nl"]
    for wrong in ("Invitation geraden", "Bearer geraden", "Basic eA=="):
        invited.get("/v1/statement", headers={"Authorization": wrong}, expect=401)


def values_go(cast: Cast, base: str, field: str, member: Person, leaver: Person) -> None:
    """With the person, and with the field."""
    certified(cast.officer, leaver.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"])
    cast.beheerder.ask("DELETE", f"{base}/fields/{field}")
    mine = f"/v1/me/fields/{field}"
    assert member.ask("PUT", mine, {"value": "ploeg Zuid"}, expect=409)["code"] == "field_inactive"

    def erased() -> Any:
        return cast.officer.get("/v1/log/entries?type=nl.crisisconnect.auth.CustomFieldErased.v1")["items"]

    assert len(eventually(erased, what="the end of the values")) == 1, "one batch, of the one who was left"
    assert member.get("/v1/me")["fields"] == {}
    assert member.get("/v1/me/data")["copy"]["fields"] == []


def shown_changed_and_withdrawn(cast: Cast, base: str, member: Person) -> list[str]:
    """Members read it, off-line too; other sites are marked; whoever was named is forgotten with what named them."""
    boss, content = cast.beheerder, f"{base}/content"
    card = {"kind": "card", "title": "Bij brand <b>{{7*7}}</b>", "body": "Zie [de kaart](https://kaart.example/a?b=c)."}
    contact = {"kind": "contact", "title": "Crisisteam", "contact": {"name": "Loket", "phone": "+31 20 5550111"}}
    member.post(content, card, expect=403)
    for body in ("<img src=x onerror=alert(1)>", "![x](https://a.example)", "[x](javascript:alert(1))"):
        assert boss.post(content, {**card, "body": body}, expect=422)["code"] == "markup_not_allowed"
    made, named = boss.post(content, card), boss.post(content, contact)
    first = member.get(content)
    assert [(one["title"], one["body"]) for one in first["items"]] == [
        (card["title"], card["body"]),
        ("Crisisteam", None),
    ]
    [link] = first["items"][0]["links"]
    assert link == {"url": "https://kaart.example/a?b=c", "external": True, "rel": "noopener noreferrer"}

    one = f"{content}/{made['content']}"
    tag = member.http.get(one).headers["etag"]
    changed = boss.ask("PUT", one, {**card, "title": "Bij water"}, headers={"If-Match": tag})
    late = boss.ask("PUT", one, card, expect=412, headers={"If-Match": tag})
    assert late["code"] == "precondition_failed"
    gone = boss.ask("DELETE", f"{content}/{named['content']}")
    news = member.get(f"{content}?since={first['revision']}")
    assert ([item["title"] for item in news["items"]], news["withdrawn"]) == (["Bij water"], [named["content"]])
    assert member.get(f"{content}?since={news['revision']}")["items"] == []
    member.get(f"{content}/{named['content']}", expect=404)
    return [*made["events"], *changed["events"], *gone["events"]]


def turned_to(cast: Cast, member: Person) -> None:
    """A member reads whom their organisation names (P17)."""
    shown = member.get(f"/v1/organisations/{cast.organisation}")
    assert (shown["contact"]["name"], shown["contact_of"]) == ("Servicepunt", "organisation")
    own = cast.officer.get("/v1/me")["organisation"]
    maker = {"contact": {"name": "Privacybalie", "email": "privacy@maker.example"}}
    cast.officer.ask("PATCH", f"/v1/organisations/{own}", maker, expect=403)
    cast.operator.ask("PATCH", f"/v1/organisations/{cast.organisation}", maker, expect=403)
    cast.operator.ask("PATCH", f"/v1/organisations/{own}", maker)


def taken_along(cast: Cast, base: str) -> None:
    """An organisation that leaves takes along what it set up."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    agreements = cast.beheerder.get(f"{base}/agreements")["items"]
    for one in agreements:
        cast.beheerder.post(f"{base}/agreements/{one['agreement']}/terminate", {"ends_on": yesterday}, expect=200)
    cast.beheerder.post(f"{base}/leaving", {"choice": "return"})
    answer = cast.beheerder.http.get(f"{base}/leaving/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        fields = [json.loads(line) for line in package.read("fields/0001.jsonl").splitlines()]
        shown = [json.loads(line) for line in package.read("content/0001.jsonl").splitlines()]
        supplements = [json.loads(line) for line in package.read("supplements/0001.jsonl").splitlines()]
    assert [(one["label"], one["state"]) for one in fields] == [(TEAM["label"], "retired")]
    assert [one["title"] for one in shown] == ["Bij water"]
    assert [one["text"] for one in supplements] == [None, TEXT]


def integrated(person: Person, event: str) -> Any:
    answer = person.http.get(f"/v1/receipts/{event}")
    found = answer.json()
    return found if answer.status_code == 200 and found["state"] in ("integrated", "witnessed") else None
