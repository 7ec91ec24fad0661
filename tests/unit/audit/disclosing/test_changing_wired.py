"""Whoever received data is told what was corrected, restricted or erased of it since, or why not (AVG 19, P08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pyrage import x25519

from services.contracts.audit import DisclosedDataChanged, RecipientInformed
from services.contracts.auth import AccountClosed, PersonalDataCorrected, ProcessingRestricted
from services.kernel.decider import Refused
from tests.unit.audit.cases.world import OURS, THEIRS
from tests.unit.audit.disclosing.test_disclosing_wired import hand_over
from tests.unit.audit.disclosing.world import OPENER, World

LETTER = {"channel": "letter", "words": "Het adres is gecorrigeerd."}
HOUR = timedelta(hours=1)


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=rf"^{code}$")


def handed(world: World, *, told: bool = True, **but: Any) -> str:
    """A file of which the address was given, and of which its people know where nothing else is said."""
    file = world.approved(world.barred(world.hidden(**but)), categories=["email"], reasons="Meer is niet nodig.")
    world.grow()
    recipient = str(x25519.Identity.generate().to_public())
    hand_over(world, file, world.files.handing_over.assemble(OPENER, file, recipient=recipient)["sealed_sha256"])
    if told:
        know(world, file)
    world.grow()
    return file


def know(world: World, file: str) -> None:
    world.files.handing_over.lift(OPENER, file, reason="Opgeheven.")
    world.files.handing_over.notify(OPENER, file, channel="letter", words="Wij hebben …")


def corrected(world: World, name: str = "sanne", *, field: str = "email", **but: Any) -> None:
    world.now += HOUR
    value = {field: "nieuw@voorbeeld.example"}
    said = {"account": world.accounts[name], "organisation": OURS, "corrected": (field,), "at": world.now, **value}
    world.tell(PersonalDataCorrected(**{**said, **but}), f"account/{world.accounts[name]}")
    world.grow()


def closed(world: World, name: str = "sanne") -> None:
    world.now += HOUR
    said = {"account": world.accounts[name], "organisation": OURS, "erasure": str(uuid4()), "at": world.now}
    world.tell(AccountClosed(closed_by=f"account/{world.accounts[name]}", **said), f"account/{world.accounts[name]}")
    world.grow()


def told(world: World, file: str) -> list[Any]:
    return [one for one in world.told(file) if isinstance(one, DisclosedDataChanged)]


def waits(world: World) -> list[str]:
    return [task["id"] for task in world.tasks("receiver_to_inform")]


def test_who_corrects_themselves_in_the_app_or_leaves_has_the_authority_told_with_proof(world: World) -> None:
    file = handed(world)
    world.files.deadlines.turn()
    assert (told(world, file), waits(world), world.row(file)["changes"]) == ([], [], [])
    corrected(world)
    closed(world)

    world.files.deadlines.turn()
    world.files.deadlines.turn()

    [said] = told(world, file)
    assert (said.changes, waits(world), world.totals()["recipients_to_tell"]) == (2, [file], 1)
    changes = world.row(file)["changes"]
    assert [(one["what"], one["people"], one["told"]) for one in changes] == [
        ("corrected", ["1"], False),
        ("erased", ["1"], False),
    ]
    answer = world.files.changing.inform(OPENER, file, **LETTER)

    shown = world.row(file)
    assert [one["told"] for one in shown["changes"]] == [True, True]
    [proof] = shown["recipient_told"]
    assert (proof["changes"], proof["channel"], proof["words"]) == (2, "letter", LETTER["words"])
    assert proof["event"] == answer["events"][0]
    assert (waits(world), world.totals()["recipients_to_tell"]) == ([], 0)
    with refused("step_done"):
        world.files.changing.inform(OPENER, file, **LETTER)
    assert world.agrees()


def test_what_was_not_given_is_no_change_to_tell_of_nor_is_anybody_else(world: World) -> None:
    file = handed(world)
    corrected(world, field="first_name")
    corrected(world, "noor")
    corrected(world, organisation=THEIRS)

    world.files.deadlines.turn()

    assert (told(world, file), world.row(file)["changes"]) == ([], [])


def test_in_a_file_that_nobody_may_know_of_the_log_says_nothing_until_it_may_and_then_all(world: World) -> None:
    """Whoever corrects something could watch the log grow by one more, and know."""
    file = handed(world, told=False)
    corrected(world)
    before = len(world.told(file))
    world.files.deadlines.turn()
    assert len(world.told(file)) == before
    assert [one["what"] for one in world.row(file)["changes"]] == ["corrected"], "whoever looks into it sees it"

    know(world, file)
    world.grow()
    world.files.deadlines.turn()

    assert [one.changes for one in told(world, file)] == [1]
    assert waits(world) == [file]


def test_what_a_data_request_lists_itself_is_not_asked_for_twice(world: World) -> None:
    file = handed(world)
    world.now += HOUR
    by = {"account": world.accounts["sanne"], "organisation": OURS, "decided_by": "account/b", "at": world.now}
    world.tell(ProcessingRestricted(request=str(uuid4()), **by), "system/retention")
    corrected(world, request=str(uuid4()), decided_by="account/b")
    world.files.deadlines.turn()

    assert (told(world, file), world.row(file)["changes"]) == ([], [])


def test_why_not_is_impossible_or_disproportionate_and_never_beside_a_channel(world: World) -> None:
    file = handed(world)
    corrected(world)
    for wrong in (
        {**LETTER, "why_not": "impossible"},
        {"words": "Nee."},
        {"why_not": "too_late", "words": "Nee."},
        {"why_not": "impossible", "told_at": world.now.isoformat(), "words": "Nee."},
    ):
        with refused("invalid"):
            world.files.changing.inform(OPENER, file, **wrong)
    with refused("not_yet"):
        world.files.changing.inform(OPENER, file, **LETTER, told_at=(world.now + HOUR).isoformat())

    world.files.changing.inform(OPENER, file, why_not="disproportionate", words="De zaak is gesloten.")

    [said] = [one for one in world.told(file) if isinstance(one, RecipientInformed)]
    assert (said.why_not, said.told_at, said.channel) == ("disproportionate", None, None)


def test_nobody_is_told_before_anything_was_handed_over(world: World) -> None:
    with refused("step_missing"):
        world.files.changing.inform(OPENER, world.agreed(world.request()), **LETTER)
