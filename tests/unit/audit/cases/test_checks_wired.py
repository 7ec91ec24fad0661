"""What is checked is on record, what was not is overdue, and each organisation sees its own review of access (P09)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.audit.cases import checks, waiting
from services.audit.domain.checking import Record, decider as checking, in_force, parse
from services.audit.ledger.keeping import own_plans
from services.audit.views import access, checks as register, security
from services.contracts.auth import SignInFailed
from services.contracts.facts import ORGANISATION
from services.contracts.org import OrganisationKind
from services.contracts.privacy import Role
from services.contracts.tasks import Asking, told
from services.kernel.codec import instant
from services.kernel.commands.unit import Store
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store.database import writing
from tests.examples.audit import security_check_recorded
from tests.examples.auth import access_reviewed, role_changed
from tests.examples.org import organisation_registered
from tests.examples.retention import erasure_ordered
from tests.given import given
from tests.rules.test_every_view import made

MAKER, OURS, THEIRS = str(uuid4()), str(uuid4()), str(uuid4())
BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICER = Context(actor="account/o", organisation=MAKER, role="compliance", purpose="beheer_access", correlation="c")
PASSED = {"kind": "restore_drill", "outcome": "passed", "evidence_sha256": "ab" * 32}


class World:
    def __init__(self, directory: Path) -> None:
        self.store: Store = made("audit", directory)
        self.store.views = (register,)
        for view in (security, access):
            view.tables.create_all(self.store.engine)
        self.now, self.entries = BEGUN, 0
        self.checks = checks.Checks(self.store, MAKER, own_plans(), lambda: self.now)
        for one, kind in ((MAKER, OrganisationKind.MAKER), (OURS, "public"), (THEIRS, "private")):
            registered = organisation_registered(organisation=one, organisation_kind=OrganisationKind(kind), at=BEGUN)
            self.follow(registered)

    def follow(self, event: Event) -> None:
        envelope = Envelope(
            id=str(uuid4()), source="/x", type=event.type, subject="s", time=self.now, actor="", correlationid="c"
        )
        record = Recorded(envelope=envelope, event=event, sealed={}, index={}, stream="s", version=1)
        with writing(self.store.engine) as session:
            for view in (security, access):
                view.follow(session, Entry(self.entries, record, b""))
        self.entries += 1

    def report(self, organisation: str | None = None, *period: str) -> checks.Report:
        since, until = period or (None, None)
        with self.store.reading() as session:
            return checks.report(session, own_plans(), organisation, since, until, self.now)

    def tasks(self, role: Role, organisation: str | None = None) -> list[tuple[str, str]]:
        asking = Asking(role=role, organisation=organisation, now=instant(self.now))
        wanted = {
            kind: look for kind, look in waiting.LOOKS.items() if kind in ("access_to_review", "security_to_check")
        }
        with self.store.reading() as session:
            return [(one["kind"], one["id"]) for one in told(wanted, session, asking)["items"]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made_one = World(tmp_path)
    yield made_one
    made_one.store.engine.dispose()
    made_one.store.keyring._engine.dispose()


def test_what_was_checked_is_in_the_register_the_newest_first(world: World) -> None:
    earlier = instant(BEGUN - timedelta(days=2))
    first = world.checks.record(OFFICER, **PASSED)["check"]
    second = world.checks.record(OFFICER, **{**PASSED, "outcome": "findings", "findings": 3}, performed_at=earlier)[
        "check"
    ]
    page = world.checks.all(None, 1)
    assert [one["id"] for one in page["items"]] == [first]
    page = world.checks.all(page["next"], 1)
    assert [(one["id"], one["findings"], one["performed_at"]) for one in page["items"]] == [(second, 3, earlier)]
    assert "account/o" not in str(page)


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"performed_at": instant(BEGUN + timedelta(seconds=1))}, "not_yet"),
        ({"findings": 1}, "invalid"),
        ({"outcome": "failed"}, "invalid"),
        ({"outcome": "fine"}, "invalid"),
        ({"kind": "horoscope"}, "invalid"),
        ({"evidence_sha256": "none"}, "invalid"),
        ({"findings": -1}, "invalid"),
        ({"why": "nothing"}, "unknown_field"),
    ],
)
def test_a_check_that_says_nothing_is_none(world: World, but: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=rf"^{code}$"):
        world.checks.record(OFFICER, **{**PASSED, **but})
    assert world.checks.all(None, 10)["items"] == []


def test_a_check_that_was_recorded_is_recorded_once() -> None:
    recorded = security_check_recorded()
    said = {name: value for name, value in vars(recorded).items() if name != "check_kind"}
    record = Record(**said, kind=recorded.check_kind)
    given(checking, recorded).when(record).then()
    given(checking).when(record).then(recorded)


def test_what_was_never_done_is_due_a_period_after_the_beginning_and_then_overdue(world: World) -> None:
    assert set(world.report().totals.values()) == {0}
    world.now = BEGUN + timedelta(days=32)
    assert world.report().totals["checks_overdue"] == 2  # what is to be done each month
    world.checks.record(OFFICER, **{**PASSED, "kind": "canary_sweep"})
    world.checks.record(OFFICER, **{**PASSED, "kind": "dependency_check", "outcome": "failed", "findings": 1})
    assert world.report().totals["checks_overdue"] == 0
    done = {row["kind"]: row["outcome"] for row in world.report().rows if row["what"] == "security_check"}
    assert (done["dependency_check"], done["tls_check"]) == ("failed", None)
    world.now = BEGUN + timedelta(days=190)
    assert world.report().totals["reviews_overdue"] == 3


def test_an_organisation_sees_its_own_review_and_no_other(world: World) -> None:
    world.follow(access_reviewed(organisation=OURS, accounts=7, kept=6, changed=0, removed=1, at=BEGUN))
    world.follow(access_reviewed(organisation=THEIRS, at=BEGUN))
    [mine] = world.checks.reviews(OURS)["items"]
    assert (mine["organisation"], mine["accounts"], mine["removed"], mine["overdue"]) == (OURS, 7, 1, False)
    assert mine["due"] == instant(datetime(2026, 7, 5, 9, tzinfo=UTC))
    assert {row["organisation"] for row in world.report(OURS).rows} == {OURS, None}
    assert len(world.checks.reviews(None)["items"]) == 3


def test_of_many_organisations_the_reviews_come_a_page_at_a_time(world: World) -> None:
    whole = [one["organisation"] for one in world.checks.reviews(None)["items"]]
    assert whole == sorted({MAKER, OURS, THEIRS})
    first = world.checks.reviews(None, limit=2)
    last = world.checks.reviews(None, after=first["next"], limit=2)
    assert [[one["organisation"] for one in page["items"]] for page in (first, last)] == [whole[:2], whole[2:]]
    assert last["next"] is None
    assert world.checks.reviews(None, limit=3)["next"] is None


def test_who_has_left_has_nothing_to_go_through(world: World) -> None:
    order = erasure_ordered()
    world.follow(replace(order, scope=ORGANISATION, organisation=THEIRS))
    assert {one["organisation"] for one in world.checks.reviews(None)["items"]} == {MAKER, OURS}


def test_failed_sign_ins_and_changes_of_roles_are_numbers_of_a_period(world: World) -> None:
    for day, count in ((5, 4), (9, 2)):
        at = datetime(2026, 1, day, 10, tzinfo=UTC)
        failed = SignInFailed(account=str(uuid4()), organisation=OURS, count=count, minute=at, at=at)
        world.follow(failed)
        world.follow(replace(role_changed(), organisation=OURS, at=at))
    totals = world.report(None, "2026-01-08T00:00:00.000000Z", "2026-01-10T00:00:00.000000Z").totals
    assert (totals["sign_ins_failed"], totals["roles_changed"]) == (2, 1)
    assert (world.report(OURS).totals["sign_ins_failed"], world.report(THEIRS).totals["roles_changed"]) == (6, 0)


def test_what_comes_back_is_a_task_of_whoever_does_it_two_weeks_before(world: World) -> None:
    world.now = BEGUN + timedelta(days=18)
    assert world.tasks(Role.COMPLIANCE) == [
        ("security_to_check", "canary_sweep"),
        ("security_to_check", "dependency_check"),
    ]
    world.now = BEGUN + timedelta(days=170)
    assert ("access_to_review", MAKER) in world.tasks(Role.COMPLIANCE)
    assert ("access_to_review", OURS) not in world.tasks(Role.COMPLIANCE)
    assert world.tasks(Role.BEHEERDER, OURS) == [("access_to_review", OURS)]
    assert world.tasks(Role.OPERATOR) == []


def test_a_plan_names_every_kind_and_each_its_period() -> None:
    plan = in_force(own_plans(), BEGUN)
    whole = {"version": 2, "in_force_from": "2026-02-01", "access_review": "P3M", "checks": dict(plan.checks)}
    newer = parse([whole])
    assert in_force((*own_plans(), *newer), BEGUN).version == 1
    assert in_force((*own_plans(), *newer), BEGUN + timedelta(days=60)).version == 2
    for wrong in (
        {"checks": {"tls_check": "P1M"}},
        {"access_review": "P0D"},
        {"checks": {**plan.checks, "tls_check": "soon"}},
    ):
        with pytest.raises(ValueError, match=r"."):
            parse([{**whole, **wrong}])
