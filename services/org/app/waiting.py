"""What waits with org: agreements to sign, sub-processors to judge, objections, instructions, supplements (P05)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from services.contracts.org import Side
from services.contracts.privacy import Role
from services.contracts.tasks import Asking, Look, Task, TaskKind
from services.kernel.codec import instant, moment
from services.org.domain.terms import AMSTERDAM, day_of
from services.org.views import agreements, instructions, leaving, sub_processors, supplements


def _to_sign(session: Connection, asking: Asking) -> Iterator[Task]:
    """Due when it begins: from that midnight on people wait for it."""
    side = Side.PROCESSOR if asking.role is Role.OPERATOR else Side.CONTROLLER
    for row in agreements.unsigned_by(session, asking.organisation, side, day_of(moment(asking.now))):
        begins = datetime.combine(date.fromisoformat(row.starts_on), datetime.min.time(), AMSTERDAM)
        yield Task(id=row.agreement, organisation=row.organisation, since=None, due=instant(begins))


def _to_choose(session: Connection, asking: Asking) -> Iterator[Task]:
    """Whether everything is returned or deleted: due at the end of the agreement's last day."""
    for row in leaving.undecided(session, asking.organisation, day_of(moment(asking.now))):
        over = datetime.combine(date.fromisoformat(row.ends_on) + timedelta(days=1), datetime.min.time(), AMSTERDAM)
        yield Task(id=row.agreement, organisation=row.organisation, since=None, due=instant(over))


def _to_judge(session: Connection, asking: Asking) -> Iterator[Task]:
    """Whoever says nothing until then has let the sub-processor in."""
    for row in sub_processors.in_state(session, asking.organisation, "announced"):
        yield Task(
            id=row.sub_processor, organisation=row.organisation, since=row.announced_at, due=row.objections_until
        )


def _to_settle(session: Connection, asking: Asking) -> Iterator[Task]:
    for row in sub_processors.in_state(session, asking.organisation, "objected"):
        yield Task(id=row.sub_processor, organisation=row.organisation, since=row.objected_at, due=None)


def _to_carry_out(session: Connection, asking: Asking) -> Iterator[Task]:
    for row in instructions.in_state(session, asking.organisation, "open"):
        yield Task(id=row.instruction, organisation=row.organisation, since=row.registered_at, due=None)


def _parked(session: Connection, asking: Asking) -> Iterator[Task]:
    """The controller takes it back, or gives another one."""
    for row in instructions.in_state(session, asking.organisation, "parked"):
        yield Task(id=row.instruction, organisation=row.organisation, since=row.parked_at, due=None)


def _to_answer(session: Connection, asking: Asking) -> Iterator[Task]:
    for row in supplements.open_of(session, asking.organisation):
        yield Task(id=row.supplement, organisation=row.organisation, since=row.requested_at, due=row.due)


LOOKS: Mapping[TaskKind, Look] = {
    TaskKind.AGREEMENT_TO_SIGN: _to_sign,
    TaskKind.LEAVING_TO_CHOOSE: _to_choose,
    TaskKind.SUB_PROCESSOR_TO_JUDGE: _to_judge,
    TaskKind.OBJECTION_TO_SETTLE: _to_settle,
    TaskKind.INSTRUCTION_TO_CARRY_OUT: _to_carry_out,
    TaskKind.INSTRUCTION_PARKED: _parked,
    TaskKind.SUPPLEMENT_TO_ANSWER: _to_answer,
}
