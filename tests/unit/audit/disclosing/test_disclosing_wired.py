"""A file from its opening to its end: each step where it belongs, for the right officer, and told in the log."""

from __future__ import annotations

import base64
import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage import decrypt, x25519
from sqlalchemy.exc import OperationalError

from services.audit.disclosing import handing_over
from services.audit.packaging import package
from services.contracts.audit import (
    AuthorityRequestReceived,
    ConsultationLapsed,
    Contact,
    DisclosureHeld,
    DisclosureOpened,
    DisclosureTextErased,
    SuspicionReported,
)
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused
from tests.journeys.thief import gather, ransack
from tests.unit.audit.cases.world import MAKER, NOON, OURS, THEIRS
from tests.unit.audit.disclosing.world import (
    ADDRESS,
    BEHEERDER,
    CALLED_BACK,
    OPENER,
    PUBLIC,
    SANNE,
    SECOND,
    THIRD,
    World,
)

DAY = timedelta(days=1)
REASONS = "De vordering noemt geen termijn."


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=rf"^{code}$")


def test_a_file_is_the_maker_s_and_says_in_the_log_neither_whose_nor_of_whom(world: World) -> None:
    file = world.request()

    begun, opened = world.told(file)
    assert isinstance(begun, AuthorityRequestReceived)
    assert isinstance(opened, DisclosureOpened)
    assert {begun.organisation, opened.organisation} == {MAKER}
    assert (opened.tenant, opened.people, opened.asked, begun.authority) == (None, None, None, None), "sealed"
    assert opened.rule == "sv_126nd@1"
    shown = world.row(file)
    assert (shown["tenant"], shown["authority"], shown["state"]) == (OURS, "Openbaar Ministerie", "opened")
    assert shown["asked"]["people"] == [{"label": "1", "account": "sanne"}]
    assert world.papers(file) == {"original"}
    assert world.agrees()


def test_one_s_own_suspicion_goes_to_the_controller_and_consults_nobody(world: World) -> None:
    file = world.suspicion()

    assert isinstance(world.told(file)[0], SuspicionReported)
    world.files.consulting.hold(OPENER, file)
    with refused("consultation_not_due"):
        world.files.consulting.consult(OPENER, file, words="Wat vindt u?")
    assert world.scoped(file)["version"] == 1
    with refused("secrecy_not_allowed"):
        world.suspicion(secrecy="by_law", review_at=(NOON + DAY).isoformat())


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"basis": "sv_999"}, "basis_unknown"),
        ({"basis": "european_production"}, "basis_unknown"),
        ({"people": ["nobody"]}, "account_unknown"),
        ({"received_at": (NOON + DAY).isoformat()}, "not_yet"),
        ({"authority": None}, "invalid"),
        ({"original": "geen base64!"}, "invalid"),
        ({"secrecy": "by_law"}, "secrecy_not_allowed"),
        ({"review_at": (NOON + DAY).isoformat()}, "secrecy_not_allowed"),
        ({"since": NOON.isoformat(), "until": NOON.isoformat()}, "period_invalid"),
    ],
)
def test_what_makes_no_sense_opens_no_file(world: World, but: dict[str, Any], code: str) -> None:
    with refused(code):
        world.request(**but)


def test_european_orders_are_a_basis_from_the_day_their_regulation_applies(world: World) -> None:
    world.now = NOON.replace(month=8, day=18)

    file = world.request(basis="european_production")

    assert world.row(file)["rule"] == "european_production@2"


def test_where_secrecy_is_the_rule_a_file_is_hidden_unless_somebody_says_otherwise(world: World) -> None:
    file = world.request(secrecy=None, review_at=(NOON + 90 * DAY).isoformat())

    assert (world.row(file)["hidden"], world.row(file)["secrecy"]) == (True, "by_law")
    assert world.row(world.request(basis="third_country", secrecy=None))["hidden"] is False


def test_a_visible_file_holds_where_all_may_see_and_a_hidden_one_keeps_a_copy_and_asks_silently(world: World) -> None:
    seen, hidden = world.held(world.request()), world.held(world.hidden())

    assert list(world.asked.holds) == [f"{seen}/1"]
    assert world.asked.holds[f"{seen}/1"]["ground"] == "authority_request"
    assert world.row(seen)["held_until"] == "2026-05-31T12:00:00.000000Z"
    [look] = world.asked.looks
    assert (look.case, look.silent, set(look.categories)) == (hidden, True, {"email", "ip_address"})
    assert world.papers(hidden) == {"original", "copy"}
    assert world.agrees()


def test_the_beheerder_sees_what_is_asked_and_its_signed_objection_is_no_veto(world: World) -> None:
    file = world.consulted(world.request())
    [shown] = world.files.showing.consultations(OURS, None, 10)["items"]
    assert (shown["id"], shown["words"], shown["state"]) == (file, "Wat vindt u?", "not_yet")
    assert f"organisation {OURS}\n" in shown["statement"]
    with refused("consultation_key_missing"):
        world.answer(file, REASONS)
    world.publish()
    with refused("signature_invalid"):
        world.files.showing.answer(BEHEERDER, OURS, file, **{**world.signed(file, REASONS), "reasons": "Iets anders."})
    world.answer(file, REASONS)

    assert world.files.showing.consultation(OURS, file)["reasons"] == REASONS
    with refused("step_done"):
        world.answer(file, REASONS)
    assert world.scoped(file)["version"] == 1
    with refused("not_found"):
        world.files.showing.consultation(THEIRS, file)


def test_a_consultation_lapses_by_the_clock_and_an_answer_is_too_late_then(world: World) -> None:
    file = world.consulted(world.request())
    world.publish()
    with refused("step_missing"):
        world.scoped(file)
    world.now += 7 * DAY
    with refused("term_over"):
        world.answer(file)

    assert world.files.deadlines.turn() == 1
    assert world.files.deadlines.turn() == 0
    assert isinstance(world.told(file)[-1], ConsultationLapsed)
    assert world.scoped(file)["version"] == 1
    assert world.agrees()


def test_a_beheerder_who_may_be_the_suspect_sees_nothing_and_the_second_contact_answers(world: World) -> None:
    review = (NOON + 30 * DAY).isoformat()
    file = world.held(world.request(secrecy="suspect", review_at=review))
    named, world.asked.second = world.asked.second, None
    with refused("second_contact_needed"):
        world.files.consulting.consult(OPENER, file, words="Wat vindt u?")
    world.asked.second = named
    world.files.consulting.consult(OPENER, file, words="Wat vindt u?")
    assert world.row(file)["second_contact"] == named
    world.publish()

    assert world.files.showing.consultations(OURS, None, 10)["items"] == []
    with refused("not_found"):
        world.answer(file)
    world.files.consulting.answer(OPENER, file, contact=Contact.SECOND_CONTACT, **world.signed(file))
    assert (world.row(file)["consultation"], world.row(file)["second_contact"]) == ("agreed", None)


def test_outside_the_union_the_controller_decides(world: World) -> None:
    file = world.consulted(world.request(basis="third_country"))
    world.publish()
    world.answer(file, REASONS)

    with refused("controller_decides"):
        world.scoped(file)


def test_what_the_basis_does_not_reach_is_removed_and_less_than_that_needs_a_reason(world: World) -> None:
    file = world.agreed(world.request())

    world.scoped(file)
    by_law = world.row(file)["scope"]
    with refused("ground_needed"):
        world.scoped(file, categories=["email"])
    scope = world.scoped(file, categories=["email"], reasons="Meer is niet nodig.")

    assert by_law["granted"]["categories"] == ["email", "ip_address"]
    assert by_law["removed"] == [{"what": "category/contact_phone", "reason": "sv_126nd@1"}]
    assert scope["version"] == 2
    assert {"what": "category/ip_address", "reason": "Meer is niet nodig."} in world.row(file)["scope"]["removed"]
    with refused("nothing_granted"):
        world.scoped(world.agreed(world.request(categories=["contact_phone"])))


def test_two_others_than_the_opener_approve_the_version_that_was_scoped(world: World) -> None:
    file = world.agreed(world.request())
    first = world.scoped(file)
    chosen = {"version": first["version"], "digest": first["digest"]}
    with refused("second_officer_needed"):
        world.files.deciding.approve(OPENER, file, **chosen)
    world.files.deciding.approve(SECOND, file, **chosen)
    with refused("second_officer_needed"):
        world.files.deciding.approve(SECOND, file, **chosen)
    world.scoped(file, categories=["email"], reasons="Meer is niet nodig.")
    with refused("scope_changed"):
        world.files.deciding.approve(THIRD, file, **chosen)
    assert world.row(file)["approvals"] == 0, "what was approved is another version"


def test_an_oral_order_is_approved_once_its_written_form_is_there_and_a_late_one_is_counted(world: World) -> None:
    file = world.agreed(world.request(oral=True))
    scope = world.scoped(file)
    chosen = {"version": scope["version"], "digest": scope["digest"]}
    with refused("written_form_missing"):
        world.files.deciding.approve(SECOND, file, **chosen)
    world.now += 4 * DAY
    original = base64.b64encode(b"Alsnog op papier.").decode()
    world.files.opening.write_down(OPENER, file, received_at=world.now.isoformat(), original=original)

    world.files.deciding.approve(SECOND, file, **chosen)

    assert world.told(file)[-2].in_time is False
    assert world.totals()["written_forms_late"] == 1
    refused_meanwhile = world.held(world.request(oral=True))
    assert world.totals()["written_forms_late"] == 2, "its three days are over"
    world.files.deciding.reject(SECOND, refused_meanwhile, ground="written_form_missing", reasons="Niets gekomen.")
    assert world.totals()["written_forms_late"] == 1


def test_barred_by_law_another_officer_confirms_it_and_the_tenant_learns_nothing_until_it_is_lifted(
    world: World,
) -> None:
    file = world.held(world.hidden())
    review = (NOON + 90 * DAY).isoformat()
    with refused("consultation_barred"):
        world.files.consulting.consult(SECOND, file, words="Wat vindt u?")
    with refused("second_officer_needed"):
        world.files.consulting.consult(OPENER, file, ground="Artikel 126bb Sv.", review_at=review)
    world.files.consulting.consult(SECOND, file, ground="Artikel 126bb Sv.", review_at=review)

    empty = {**world.totals(OURS)}
    assert (empty["disclosures"], world.rows(OURS), world.rows(None)[0]["disclosure"]) == (0, [], file)
    world.files.handing_over.lift(OPENER, file, reason="De officier heeft de geheimhouding opgeheven.")
    assert [row["disclosure"] for row in world.rows(OURS)] == [file]
    assert world.rows(THEIRS) == []
    assert world.agrees()


def test_a_forgotten_lift_is_said_in_the_log_once_for_each_day_of_review_and_counted_until_somebody_looks(
    world: World,
) -> None:
    file = world.barred(world.hidden())
    world.now += 91 * DAY

    assert (world.files.deadlines.turn(), world.files.deadlines.turn()) == (1, 0)
    assert world.totals()["reviews_overdue"] == 1
    later = (world.now + 30 * DAY).isoformat()
    world.files.handing_over.review(OPENER, file, finding="Het onderzoek loopt nog.", review_at=later)
    assert world.totals()["reviews_overdue"] == 0
    world.now += 31 * DAY
    assert world.files.deadlines.turn() == 1


def test_a_hidden_file_stays_open_until_it_is_lifted_and_its_people_are_not_told_before(world: World) -> None:
    file = world.barred(world.hidden())
    world.files.deciding.reject(SECOND, file, ground="withdrawn", reasons="Ingetrokken.")
    with refused("secrecy_unlifted"):
        world.files.handing_over.close(OPENER, file)
    world.files.handing_over.lift(OPENER, file, reason="Opgeheven.")

    world.files.handing_over.close(OPENER, file)

    assert (world.row(file)["state"], world.papers(file)) == ("closed", {"original"})
    with refused("disclosure_closed"):
        world.scoped(file)


def test_the_package_of_a_hidden_file_is_of_its_copy_although_the_people_are_gone(world: World) -> None:
    file = world.approved(world.barred(world.hidden()), since="2026-01-01T00:00:00Z", reasons="Alleen dit jaar.")
    world.asked.gone, identity = True, x25519.Identity.generate()
    recipient = str(identity.to_public())
    with refused("recipient_invalid"):
        world.files.handing_over.assemble(OPENER, file, recipient="age1nonsense")
    with refused("not_yet"):
        world.files.handing_over.assemble(OPENER, file, recipient=recipient)
    world.grow()

    made = world.files.handing_over.assemble(OPENER, file, recipient=recipient)

    found = world.files.handing_over.package(file)
    assert found["sealed_sha256"] == made["sealed_sha256"] == world.row(file)["sealed_sha256"]
    archive = zipfile.ZipFile(io.BytesIO(decrypt(base64.b64decode(found["package"]), [identity])))
    said = json.loads(archive.read("disclosure.json"))
    assert (said["maker"], said["organisation"]["name"]) == (f"Gemeente {MAKER[:4]}", f"Gemeente {OURS[:4]}"), "by name"
    [person] = json.loads(archive.read("data/people.json"))
    assert {one["value"] for one in person["fields"]} == {"sanne@voorbeeld.example", ADDRESS["value"]}
    assert json.loads(archive.read("consultation/record.json"))["outcome"] == "barred"
    assert len(world.asked.looks) == 1, "nobody was asked again"
    with refused("package_differs"):
        hand_over(world, file, "00" * 32)
    hand_over(world, file, made["sealed_sha256"])
    assert world.papers(file) == {"original", "package"}, "of the copy nothing is made any more"
    with refused("secrecy_unlifted"):
        world.files.handing_over.notify(OPENER, file, channel="letter", words="Wij hebben …")


def test_nobodys_data_is_looked_at_before_the_log_has_who_approved_it(world: World) -> None:
    file = world.suspicion()
    world.files.consulting.hold(OPENER, file)
    world.approved(file)
    recipient = str(x25519.Identity.generate().to_public())

    with refused("not_yet"):
        world.files.handing_over.assemble(OPENER, file, recipient=recipient)
    before = len(world.asked.looks)
    world.grow()
    world.files.handing_over.assemble(OPENER, file, recipient=recipient)

    assert (before, len(world.asked.looks)) == (0, 1)


def test_of_a_copy_that_is_over_an_older_store_tells_nothing_although_the_case_is_open(
    world: World, tmp_path: Path
) -> None:
    """A thief has the data as it lay before, and all the keys that there are now."""
    file, stolen = world.barred(world.hidden()), tmp_path / "stolen"
    for path in (tmp_path / "audit").glob("data.sqlite3*"):
        stolen.mkdir(exist_ok=True)
        shutil.copy(path, stolen)
    keys = [path for path in (tmp_path / "audit").iterdir() if not path.name.startswith("data.sqlite3")]
    before = ransack(gather([stolen, *keys]))
    assert any(SANNE["value"] in base64.b64decode(one).decode() for _, one in before.owners[f"copy/{file}"])

    world.files.deciding.reject(SECOND, file, ground="withdrawn", reasons="Ingetrokken.")

    after = ransack(gather([stolen, *keys]))
    assert f"copy/{file}" not in after.owners
    assert f"disclosure/{file}" in after.owners, "the case itself keeps its own words"
    assert world.papers(file) == {"original"}


def test_a_copy_whose_end_was_cut_off_goes_by_the_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.barred(world.hidden())

    def broken(_: object) -> int:
        raise OperationalError("erase", {}, Exception("away"))

    monkeypatch.setattr(world.audit.keyring, "erase", broken)
    world.files.deciding.reject(SECOND, file, ground="withdrawn", reasons="Ingetrokken.")
    assert world.papers(file) == {"original", "copy"}
    monkeypatch.undo()

    world.files.deadlines.turn()

    assert world.papers(file) == {"original"}
    assert world.audit.keyring.living([f"copy/{file}"]) == 0


def test_what_a_hidden_order_to_preserve_had_copied_goes_with_its_term_once_the_file_is_closed(world: World) -> None:
    file = world.barred(world.hidden(basis="sv_126ni"))
    world.files.handing_over.lift(OPENER, file, reason="Opgeheven.")
    world.files.handing_over.close(OPENER, file)
    world.now += 89 * DAY
    world.files.deadlines.turn()
    assert world.papers(file) == {"original", "copy"}
    world.now += 2 * DAY
    world.files.deadlines.turn()

    assert world.papers(file) == {"original"}
    assert world.audit.keyring.living([f"copy/{file}"]) == 0


@pytest.mark.parametrize("measured", [package, handing_over], ids=["its files", "what is sealed"])
def test_a_package_that_is_too_large_is_refused_and_the_file_stays_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, measured: Any
) -> None:
    file = world.approved(world.barred(world.hidden()))
    world.grow()
    recipient = str(x25519.Identity.generate().to_public())
    monkeypatch.setattr(measured, "LARGEST", 1000)
    with refused("package_too_large"):
        world.files.handing_over.assemble(OPENER, file, recipient=recipient)
    assert "package" not in world.papers(file)
    monkeypatch.undo()

    assert world.files.handing_over.assemble(OPENER, file, recipient=recipient)["size"] > 1000


def test_whose_data_an_authority_received_knows_it_once_it_is_no_secret_and_they_were_told(world: World) -> None:
    def mine(name: str, organisation: str = OURS) -> Any:
        person = f"account/{world.accounts[name]}"
        return world.files.telling.mine(replace(BEHEERDER, actor=person, organisation=organisation))["items"]

    def received(name: str, organisation: str = OURS) -> list[str]:
        return list(world.files.telling.received(organisation, world.accounts[name])["references"])

    file = world.approved(world.barred(world.hidden()), categories=["email"], reasons="Meer is niet nodig.")
    world.grow()
    recipient = str(x25519.Identity.generate().to_public())
    hand_over(world, file, world.files.handing_over.assemble(OPENER, file, recipient=recipient)["sealed_sha256"])
    world.files.handing_over.lift(OPENER, file, reason="Opgeheven.")
    assert mine("sanne") == [], "nobody was told yet"
    assert received("sanne") == [], "and the list of recipients does not give it away"
    world.files.handing_over.notify(OPENER, file, channel="letter", words="Wij hebben …")

    [told] = mine("sanne")
    assert (told["authority"], told["basis"], told["categories"]) == ("Openbaar Ministerie", "sv_126nd", ["email"])
    assert told["handed_over_at"] is not None
    assert mine("noor") == mine("sanne", THEIRS) == []
    assert received("sanne") == [f"disclosure/{file}"]
    assert received("noor") == received("sanne", THEIRS) == []


def hand_over(world: World, file: str, sha256: str) -> None:
    said = {"sealed_sha256": sha256, "channel": "in_person", "receiver": "mr. A. Officier", "receipt": "Nummer 12."}
    world.files.handing_over.hand_over(OPENER, file, **said)


def test_what_was_written_and_kept_goes_five_years_after_the_file_was_closed(world: World) -> None:
    file = world.agreed(world.request())
    world.files.deciding.reject(SECOND, file, ground="no_basis", reasons="Geen grondslag.")
    world.now += 365 * 6 * DAY
    assert world.grounds.turn() == 0, "it was never closed"
    world.files.handing_over.close(OPENER, file)
    world.now += 365 * 5 * DAY + 2 * DAY

    assert world.grounds.turn() == 1

    shown = world.row(file)
    assert (shown["erased"], shown["tenant"], shown["authority"], shown["rejection"]) == (True, None, None, None)
    assert shown["rejected"] == "no_basis", "the numbers stay"
    assert world.papers(file) == set()
    assert isinstance(world.told(file)[-1], DisclosureTextErased)
    assert world.rows(OURS) == [], "whose it was is gone as well"
    assert world.agrees()


def test_a_stranger_s_file_a_hidden_one_and_none_are_the_same_to_a_tenant(world: World) -> None:
    hidden = world.barred(world.hidden())
    for file in (hidden, world.request(), "no-such-file"):
        with refused("not_found"):
            world.files.showing.consultation(OURS, file)
        with refused("not_found"):
            world.files.showing.answer(BEHEERDER, OURS, file, outcome="agreed", signature=f"{'A' * 86}==")
    assert PUBLIC not in json.dumps(world.files.showing.all(None, 10))


def test_asked_again_with_the_same_key_each_step_is_taken_once_and_answers_the_same(world: World) -> None:
    file = world.request()
    world.files.opening.authenticate(OPENER, file, **CALLED_BACK)

    def again(n: int) -> Any:
        return replace(OPENER, idempotency=f"key {n}", digest="d")

    held = [world.files.consulting.hold(again(1), file) for _ in range(2)]
    world.files.consulting.consult(OPENER, file, words="Wat vindt u?")
    world.publish()
    answer, by = world.signed(file), replace(BEHEERDER, idempotency="key 2", digest="d")
    answers = [world.files.showing.answer(by, OURS, file, **answer) for _ in range(2)]
    scopes = [world.files.deciding.scope(again(3), file) for _ in range(2)]

    assert held[0] == held[1]
    assert answers[0] == answers[1]
    assert scopes[0] == scopes[1]
    assert len(world.told(file)) == 7
    with refused("idempotency_mismatch"):
        world.files.consulting.hold(replace(again(1), digest="another"), file)


def test_where_one_of_several_cannot_be_held_nobody_is(world: World) -> None:
    file = world.request(people=["sanne", "noor"])
    world.files.opening.authenticate(OPENER, file, **CALLED_BACK)
    world.asked.unheld = {"2": Refused("too_late")}

    with refused("too_late"):
        world.files.consulting.hold(OPENER, file)
    assert world.asked.released == [("hold-1", OPENER.actor)]
    assert not [event for event in world.told(file) if isinstance(event, DisclosureHeld)]


@pytest.mark.parametrize("fault", [Unavailable("retention"), Refused("conflict")], ids=["away", "a lost race"])
def test_a_hold_that_was_cut_off_goes_on_where_it_was(world: World, fault: Exception) -> None:
    file = world.request(people=["sanne", "noor"])
    world.files.opening.authenticate(OPENER, file, **CALLED_BACK)
    world.asked.unheld = {"2": fault}
    with pytest.raises(type(fault)):
        world.files.consulting.hold(OPENER, file)
    assert world.asked.released == []

    world.asked.unheld = {}
    world.files.consulting.hold(OPENER, file)
    assert world.files.showing._files.read(file).kept["holds"] == {"1": "hold-1", "2": "hold-2"}


def test_a_file_that_ends_lets_its_holds_go_but_what_is_preserved_stays_for_its_term(world: World) -> None:
    file, preserved = world.held(world.request()), world.held(world.request(basis="sv_126ni"))
    world.files.deciding.reject(SECOND, file, ground="no_basis", reasons="Geen grondslag.")
    world.files.handing_over.close(OPENER, preserved)

    assert world.asked.released == [("hold-1", SECOND.actor)]
    assert world.row(preserved)["state"] == "closed"
