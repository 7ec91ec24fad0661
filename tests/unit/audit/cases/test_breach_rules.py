"""What an incident is about, entry by entry: whoever looks again finds the same (P19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.audit.domain.breach import Holder, Search, touched
from services.contracts.auth import DataViewed, PersonalDataCorrected
from services.contracts.org import AgreementSigned, ContactPublished, ExportDelivered, OrganisationRegistered
from services.contracts.privacy import Category

TEN, ELEVEN, NOON, ONE = (f"2026-03-02T{hour}:00:00.000000Z" for hour in (10, 11, 12, 13))
WINDOW = Search(incident="i", since=ELEVEN, until=NOON)
SESSION = Search(incident="i", since=TEN, session="s")


def said(time: str, actor: str = "account/a", subject: str = "account/b") -> dict[str, str]:
    return {"time": time, "actor": actor, "subject": subject}


@pytest.mark.parametrize(("time", "taken"), [(TEN, False), (ELEVEN, True), (NOON, False), (ONE, False)])
def test_the_window_has_its_first_moment_and_not_its_last(time: str, taken: bool) -> None:
    assert WINDOW.takes(said(time)) is taken
    assert replace(WINDOW, until=None).takes(said(time)) is (time >= ELEVEN)


def test_of_a_session_it_is_its_own_stream_whoever_wrote_it_and_nothing_else_while_its_holder_is_unknown() -> None:
    assert SESSION.takes(said(NOON, actor="system/auth", subject="session/s"))
    assert not SESSION.takes(said(NOON))
    assert not SESSION.takes(said(NOON, subject="session/None"))


def test_of_a_holder_it_is_what_was_done_from_the_first_moment_of_the_session_to_its_last() -> None:
    held = replace(SESSION, holder=Holder(actor="account/a", since=ELEVEN, until=NOON))

    assert [held.takes(said(time)) for time in (TEN, ELEVEN, NOON, ONE)] == [False, True, True, False]
    assert not held.takes(said(ELEVEN, actor="account/c"))


def test_by_an_actor_is_what_they_did_and_no_stream_of_a_session_that_nobody_named() -> None:
    suspect = replace(SESSION, session=None, suspect="a")

    assert [suspect.takes(said(NOON, actor=f"account/{who}")) for who in "ac"] == [True, False]
    assert not suspect.takes(said(NOON, actor="account/c", subject="session/None"))


def test_the_incident_itself_is_no_part_of_it() -> None:
    assert not WINDOW.takes(said(ELEVEN, subject="incident/i"))
    assert WINDOW.takes(said(ELEVEN, subject="incident/j"))


def told(kind: type[Any], data: dict[str, Any], **but: Any) -> dict[str, Any]:
    return {"type": kind.type, "organisation": "o", "data": data, **but}


def test_who_is_named_twice_in_an_entry_is_one_person() -> None:
    touch = touched(told(DataViewed, {"people": ["p", "q"]}, datasubject="account/p"))

    assert touch is not None
    assert (touch.people, touch.records, touch.unnamed) == ({"p", "q"}, 2, 0)


def test_whom_an_entry_only_counts_are_as_many_records() -> None:
    touch = touched(told(ExportDelivered, {"people": 12}))

    assert touch is not None
    assert (touch.people, touch.records, touch.unnamed) == (frozenset(), 12, 12)


def test_what_an_entry_could_hold_and_does_not_counts_for_nobody() -> None:
    registered = {"organisation": "o", "beheerder_email": "sealed", "invitee": "someone"}
    names = ("first_name", "email")

    assert touched(told(PersonalDataCorrected, dict.fromkeys(names))) is None
    assert touched(told(PersonalDataCorrected, {"email": "sealed"}), frozenset({Category.NAME})) is None
    assert [touched(told(OrganisationRegistered, {**registered, "invitee": who})).people for who in ("i", None)] == [
        {"i"},
        frozenset(),
    ]


@pytest.mark.parametrize(
    ("kind", "field", "owner"),
    [
        (AgreementSigned, "signatory_name", "signatory"),
        (ContactPublished, "contact_phone", "contact"),
        (OrganisationRegistered, "beheerder_email", "invitee"),
    ],
)
def test_whoever_has_a_key_of_their_own_is_a_person_too(kind: Any, field: str, owner: str) -> None:
    touch = touched(told(kind, {"organisation": "o", field: "sealed", owner: "p"}))
    assert touch is not None
    assert touch.people == {"p"}


def test_what_nobody_knows_or_of_no_organisation_touches_nobody() -> None:
    seen = told(DataViewed, {"people": ["p"]})

    assert touched({**seen, "type": "nl.crisisconnect.auth.Unheard.v1"}) is None
    assert touched({**seen, "organisation": None}) is None
