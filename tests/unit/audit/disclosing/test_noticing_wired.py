"""Whom auth may mail that a consultation waits, and of which file it learns nothing (P08, I9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.audit import Contact
from services.kernel.decider import Refused
from tests.unit.audit.cases.world import NOON, OURS
from tests.unit.audit.disclosing.world import OPENER, World

NOBODY = {"waits": False, "organisation": None, "email": None}
REVIEW = (NOON + timedelta(days=30)).isoformat()


def waits(world: World, file: str) -> dict[str, object]:
    return world.files.noticing.waits(file)


def suspected(world: World) -> str:
    """A file that the Beheerder may not know of, and the second contact is asked about."""
    return world.consulted(world.request(secrecy="suspect", review_at=REVIEW))


def test_a_consultation_of_the_beheerder_waits_for_its_organisation(world: World) -> None:
    file = world.consulted(world.request())

    assert waits(world, file) == {"waits": True, "organisation": OURS, "email": None}


def test_one_of_a_second_contact_waits_for_that_address_and_says_of_no_organisation(world: World) -> None:
    assert waits(world, suspected(world)) == {"waits": True, "organisation": None, "email": "balie@voorbeeld.example"}


def test_one_of_a_second_contact_stays_so_when_its_file_is_lifted(world: World) -> None:
    file = suspected(world)
    world.files.handing_over.lift(OPENER, file, reason="De verdenking is weg.")

    assert waits(world, file) == {"waits": True, "organisation": None, "email": "balie@voorbeeld.example"}


def test_what_nobody_was_asked_or_a_law_bars_or_is_answered_lapsed_or_rejected_waits_for_nobody(world: World) -> None:
    held, barred, agreed = world.held(world.request()), world.barred(world.hidden()), world.agreed(world.request())
    lapsed, rejected = suspected(world), world.consulted(world.request())
    world.files.deciding.reject(OPENER, rejected, ground="withdrawn", reasons="Ingetrokken.")
    world.now += timedelta(days=8)
    world.files.deadlines.turn()

    assert [waits(world, file) for file in (held, barred, agreed, lapsed, rejected)] == [NOBODY] * 5


def test_an_answer_of_the_second_contact_ends_it(world: World) -> None:
    file = suspected(world)
    world.publish()
    world.files.consulting.answer(OPENER, file, contact=Contact.SECOND_CONTACT, **world.signed(file))

    assert waits(world, file) == NOBODY


def test_of_what_is_no_file_nothing_is_said(world: World) -> None:
    with pytest.raises(Refused, match=r"^not_found$"):
        waits(world, "00000000-0000-4000-8000-000000000000")
