"""Data requests to their end: done, extended, refused, and an erasure; another organisation finds none of it (P15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from tests.journeys.people import TERMS, Cast, Person, certified, eventually, mailed
from tests.journeys.running import System


def test_people_ask_for_their_rights_and_are_answered(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    leaver = cast.member("piet@voorbeeld.example", "piet.prins", "Piet", "Prins")
    base = f"/v1/organisations/{cast.organisation}/requests"

    called = by_telephone(cast, base, member)
    told_everything(member, called)
    in_the_app(cast, base, member)
    erased(cast, base, leaver)
    parting = cast.member("noor@voorbeeld.example", "noor.jansen", "Noor", "Jansen")
    erased_in_part(cast, base, parting)
    strangers_find_nothing(cast, base, called)

    assert [one["state"] for one in member.get("/v1/me/requests")["items"]] == ["refused", "fulfilled"]
    register = cast.beheerder.get(base)["items"]
    assert [one["account"] for one in register] == [None, None, None, member.account, member.account]
    assert [one["excepted"] for one in register] == [[], ["email"], [], [], []]
    report = cast.beheerder.get("/v1/reports/requests")
    totals, kept = report["totals"], [row["excepted"] for row in report["rows"]]
    told = {name: totals[name] for name in ("received", "fulfilled", "refused", "extended", "overdue")}
    assert told == {"received": 5, "fulfilled": 3, "refused": 2, "extended": 1, "overdue": 0}
    assert (totals["fulfilled_in_part"], sorted(kept)) == (1, [[], [], [], [], ["email"]])
    assert cast.officer.get("/v1/reports/requests")["totals"] == totals
    assert called in [look["case"] for look in member.get("/v1/me/access-log")["items"]]
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def intake(person: Person, kind: str, **but: Any) -> dict[str, Any]:
    said = {"account": person.account, "kind": kind, "channel": "telephone", "text": "Graag schriftelijk."}
    return {**said, "received_at": datetime.now(UTC).isoformat(), **but}


def by_telephone(cast: Cast, base: str, member: Person) -> str:
    """Extended and done."""
    boss = cast.beheerder
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for moment in (later, "2001-01-01T12:00:00Z"):
        wrong = boss.post(base, intake(member, "access", received_at=moment), expect=422)
        assert wrong["code"] == "moment_impossible"
    assert boss.post(base, intake(member, "access", channel="app"), expect=422)["code"] == "invalid"
    member.post(base, intake(member, "access"), expect=403)

    taken = boss.post(base, intake(member, "access"))
    request = str(taken["request"])
    again = boss.post(f"{base}/{request}/fulfil", {"outcome": "Meegegeven."}, expect=409)
    assert again["code"] == "identity_needed"
    assert boss.post(f"{base}/{request}/verify", {"how": "a_copy"}, expect=422)["code"] == "invalid"
    known = boss.post(f"{base}/{request}/verify", {"how": "called_back"}, expect=200)
    assert known["due_on"] == known["due_on_from_identity"] == taken["due_on"]
    longer = {"ground": "number", "reasons": "Er kwamen veel verzoeken tegelijk."}
    extended = boss.post(f"{base}/{request}/extend", longer, expect=200)
    assert date.fromisoformat(extended["due_on"]) > date.fromisoformat(taken["due_on"])
    assert boss.post(f"{base}/{request}/extend", longer, expect=409)["code"] == "already_extended"
    done = boss.post(f"{base}/{request}/fulfil", {"outcome": "Meegegeven.", "deliver": False}, expect=200)
    receipt = eventually(lambda: integrated(boss, done["events"][0]), what="the receipt")
    assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1")
    shown = boss.get(f"{base}/{request}")
    assert (shown["said"], shown["outcome"]) == ("Graag schriftelijk.", "Meegegeven.")
    return request


def told_everything(member: Person, request: str) -> None:
    """The answer to access, to one's own session: every field is there, and what is held is in it."""
    url = str(member.http.base_url).rstrip("/")
    heard = lambda: [one for one in links(url, "sanne@voorbeeld.example") if request in one]  # noqa: E731
    eventually(lambda: len(heard()) == 2, what="the mails that it takes longer, and that it was answered")
    sent = lambda: said if (said := member.get("/v1/me/data?lang=en"))["copy"]["mails"] == [] else None  # noqa: E731
    told = eventually(sent, what="an answer with no mail on its way")
    copy = told["copy"]
    assert (copy["account"]["username"], copy["account"]["email"]) == ("sanne.devries", "sanne@voorbeeld.example")
    assert [one["ip"] for one in copy["sessions"]] == ["127.0.0.1"]
    assert [(one["id"], one["outcome"]) for one in copy["requests"]] == [(request, "Meegegeven.")]
    assert (copy["complaints"], copy["mails"]) == ([], [])
    assert request in [look["case"] for look in copy["looks"]]
    assert set(copy["recorded"]) == {"email", "name"}
    assert told["controller"]["contact"]["name"] == "Servicepunt"
    assert told["agreement"]["purposes"] == TERMS["purposes"]
    assert told["recipients"] == TERMS["sub_processors"]
    assert len(told["rights"]) == 6
    assert told["standing_sentence"].startswith("Where a law")
    assert {one["code"] for one in told["not_shown"]} == {"password", "log_record"}
    assert (told["names"]["code"], {look["name"] for look in copy["looks"]}) == ("not_asked", {None})
    left_out = {one["code"] for look in copy["looks"] for one in look["left_out"]}
    assert left_out == {"viewer_not_asked"}, "each item says why somebody is not named in it"
    assert copy["requests"][0]["left_out"][0]["words"].startswith("Who took it in")
    assert member.get("/v1/me/data")["automated_decisions"]["words"].startswith("Geen")


def in_the_app(cast: Cast, base: str, member: Person) -> None:
    """Refused, with what can be done about that at a public body."""
    asked = member.post("/v1/me/requests", {"kind": "objection", "text": "Ik wil dit niet."})
    why = {"ground": "compelling_grounds", "reasons": "De hulpverlening gaat hier voor."}
    no = cast.beheerder.post(f"{base}/{asked['request']}/refuse", why, expect=200)
    assert [remedy["code"] for remedy in no["remedies"]] == ["complaint_to_ap", "objection_and_appeal"]
    seen = member.get("/v1/me/requests")["items"][0]
    assert (seen["refusal"], seen["remedies"]) == (why["reasons"], no["remedies"])
    refused = lambda: any(asked["request"] in one for one in links(cast.url, "sanne@voorbeeld.example"))  # noqa: E731
    eventually(refused, what="the mail that says that it was refused")


def erased(cast: Cast, base: str, leaver: Person) -> None:
    """Done by beginning it: the account is closed, and nobody is erased behind their back at once."""
    request = leaver.post("/v1/me/requests", {"kind": "erasure"})["request"]
    done = cast.beheerder.post(f"{base}/{request}/fulfil", {"outcome": "Het account is gesloten."}, expect=200)
    leaver.get("/v1/me", expect=401)
    anybody = Person(cast.url)
    look = f"/v1/erasures/{done['erasure']}"
    eventually(lambda: anybody.http.get(look).status_code == 200, what="the erasure")
    mailed_where = lambda: any(done["erasure"] in link for link in links(cast.url, "piet@voorbeeld.example"))  # noqa: E731
    eventually(mailed_where, what="the mail to whom the app lets in no more")
    assert anybody.get(look)["brake"]["why"] == "removed_by_beheerder"


def erased_in_part(cast: Cast, base: str, parting: Person) -> None:
    """But for what the law has kept: named in the answer, held apart, and gone with its certificate once that ends."""
    request = parting.post("/v1/me/requests", {"kind": "erasure"})["request"]
    fulfil, boss = f"{base}/{request}/fulfil", cast.beheerder
    kept = {"category": "email", "ground": "legal_claim", "reasons": "Er loopt een zaak."}
    account = [{**kept, "category": one} for one in ("name", "email", "credentials")]
    for exceptions, code in (
        ([{**kept, "category": "shoe_size"}], "invalid"),
        ([{**kept, "category": "log_record"}], "invalid"),
        ([{**kept, "ground": "because"}], "invalid"),
        ([{**kept, "reasons": ""}], "invalid"),
        ([{**kept, "until": "2020-01-01T00:00:00Z"}], "expiry_invalid"),
        ([{**kept, "hold": "x"}], "unknown_field"),
        ([kept, kept], "invalid"),
        ([], "invalid"),
        (account, "everything_excepted"),
    ):
        said = boss.post(fulfil, {"outcome": "Nee.", "exceptions": exceptions}, expect=422)
        assert said["code"] == code, exceptions
    other = parting.post("/v1/me/requests", {"kind": "access"})["request"]
    wrong = {"outcome": "Nee.", "exceptions": [kept], "deliver": False}
    assert boss.post(f"{base}/{other}/fulfil", wrong, expect=422)["code"] == "invalid"
    boss.post(f"{base}/{other}/refuse", {"ground": "excessive", "reasons": "x"}, expect=200)
    parting.get("/v1/me")

    done = boss.post(fulfil, {"outcome": "Gewist, op het adres na.", "exceptions": [kept]}, expect=200)
    assert [remedy["code"] for remedy in done["remedies"]] == ["complaint_to_ap", "objection_and_appeal"]
    [item] = boss.get(f"{base}/{request}")["exceptions"]
    assert (item["category"], item["article"], item["reasons"]) == ("email", "AVG 17(3)(e)", "Er loopt een zaak.")
    anybody = Person(cast.url)
    look = f"/v1/erasures/{done['erasure']}"
    shown = eventually(
        lambda: said if (said := anybody.http.get(look).json()).get("state") == "held" else None, what="the erasure"
    )
    assert [(one["category"], one["until"]) for one in shown["kept"]] == [("email", item["until"])]
    assert shown["remedies"] == done["remedies"]
    mailed_where = lambda: any(done["erasure"] in link for link in links(cast.url, "noor@voorbeeld.example"))  # noqa: E731
    eventually(mailed_where, what="the mail that says where to see what stays")

    cast.officer.post(f"{look}/release", expect=200)
    gone = lambda: {one["scope"] for one in cast.officer.get("/v1/erasures")["items"] if one["state"] == "certified"}  # noqa: E731
    parts = {"category/name", "category/credentials", "category/custom_field"}
    eventually(lambda: gone() >= parts, what="the rest of the person")
    assert anybody.get(look)["state"] == "held"
    [hold] = [one for one in cast.officer.get("/v1/holds")["items"] if one["ground"] == "erasure_exception"]
    assert (hold["categories"], hold["expires_at"], hold["review_at"]) == (["email"], item["until"], item["review_at"])
    cast.officer.ask("DELETE", f"/v1/holds/{hold['id']}")
    assert set(certified(anybody, done["erasure"])["services"].values()) == {"completed"}


def links(url: str, address: str) -> list[str]:
    sent = httpx.get(f"{url}/dev/mail.json", params={"to": address}, timeout=15).json()
    return [link for mail in sent for link in mail["links"]]


def strangers_find_nothing(cast: Cast, base: str, request: str) -> None:
    neighbour = Person(cast.url)
    theirs = cast.register("Gemeente Ernaast", "beheer@ernaast.example")
    neighbour.accept(mailed(cast.url, "beheer@ernaast.example"), "bert.buur", "Bert", "Buur")
    neighbour.sign_in()
    never = "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f12"
    for path in (base, f"/v1/organisations/{theirs}/requests"):
        answers = [neighbour.get(f"{path}/{which}", expect=404) for which in (request, never)]
        assert [one["code"] for one in answers] == ["not_found", "not_found"]
    for step, body in (
        ("verify", {"how": "called_back"}),
        ("extend", {"ground": "number", "reasons": "x"}),
        ("fulfil", {"outcome": "x"}),
        ("refuse", {"ground": "excessive", "reasons": "x"}),
    ):
        path = f"/v1/organisations/{theirs}/requests/{request}/{step}"
        assert neighbour.post(path, body, expect=404)["code"] == "not_found"
    assert neighbour.get(f"/v1/organisations/{theirs}/requests")["items"] == []
    other = {"account": cast.beheerder.account, "kind": "access", "channel": "email"}
    other["received_at"] = datetime.now(UTC).isoformat()
    assert neighbour.post(f"/v1/organisations/{theirs}/requests", other, expect=404)["code"] == "account_unknown"


def integrated(person: Person, event: str) -> dict[str, Any] | None:
    answer = person.http.get(f"/v1/receipts/{event}")
    return answer.json() if answer.status_code == 200 and answer.json()["proof"] else None
