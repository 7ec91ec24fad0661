"""The measures of security are checked as planned, and what is overdue is seen by everybody whom they protect (P09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.audit.cases import shapes
from services.audit.cases.sealing import SERVICES
from services.audit.domain import checking as rules
from services.audit.domain.checking import Plan, in_force
from services.audit.domain.sealing import EVERY, PATIENCE
from services.audit.views import access, checks, sealing, security
from services.contracts.privacy import LegalBasis
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.durations import after

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Due:
    """What has to be done again by `due`; `last` is the row of the last time. `organisation` is None for a check."""

    what: str
    organisation: str | None
    kind: str | None
    last_at: str | None
    last: Any | None
    due: str


def reviews_due(session: Connection, plans: Sequence[Plan], organisation: str | None, now: datetime) -> Iterator[Due]:
    """Of every organisation when its access is to be gone through: a period after the last time, or after it came."""
    period = in_force(plans, now).access_review
    for one in security.standing(session, organisation):
        last_at = one.review.at if one.review else None
        due = instant(after(moment(last_at or one.since), period))
        whose = one.organisation
        yield Due(what="access_review", organisation=whose, kind=None, last_at=last_at, last=one.review, due=due)


def checks_due(session: Connection, plans: Sequence[Plan], now: datetime) -> Iterator[Due]:
    """Of every kind of check; what was never done is due a period after the installation was begun."""
    newest, begun = checks.newest(session), security.begun(session) or instant(now)
    for kind, period in sorted(in_force(plans, now).checks.items()):
        last = newest.get(kind.value)
        last_at = last.performed_at if last else None
        due = instant(after(moment(last_at or begun), period))
        yield Due(what="security_check", organisation=None, kind=kind.value, last_at=last_at, last=last, due=due)


class Checks:
    def __init__(
        self, store: Store, maker: str, plans: Sequence[Plan], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._maker, self._plans, self._now = store, maker, plans, now

    def record(self, context: Context, **said: Any) -> dict[str, Any]:
        """What was checked and found. Raises Refused: `not_yet` for one that is to come, `invalid`."""
        given, at = shapes.loaded(shapes.SecurityCheck, said), self._now()
        check = str(uuid4())
        command = rules.Record(check=check, by=context.actor, at=at, **{"performed_at": at, **given})

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"check/{check}", rules.decider, command)
            return {"check": check}

        ground = replace(context, organisation=self._maker, legal_basis=LegalBasis.LEGAL_OBLIGATION.value)
        return self._store.perform(ground, work)

    def all(self, before: str | None, limit: int) -> dict[str, Any]:
        """A page of the register, the newest first, without who did it."""
        limit = max(1, min(limit, MOST))
        with self._store.reading() as session:
            rows = checks.before(session, _place(before), limit)
        names = ("kind", "outcome", "findings", "evidence_sha256", "performed_at", "recorded_at")
        items = [{"id": row.check_id, **{name: getattr(row, name) for name in names}} for row in rows]
        following = f"{rows[-1].performed_at}/{rows[-1].check_id}" if len(rows) == limit else None
        return {"items": items, "next": following}

    def reviews(self, organisation: str | None, after: str | None = None, limit: int = MOST) -> dict[str, Any]:
        """When each organisation's access was last gone through, and by when it is to be again; by their ids."""
        now, limit = self._now(), max(1, min(limit, MOST))
        with self._store.reading() as session:
            due = reviews_due(session, self._plans, organisation, now)
            left = [one for one in due if after is None or str(one.organisation) > after]
        found = left[:limit]
        items = [
            {
                "organisation": one.organisation,
                "last_at": one.last_at,
                "due": one.due,
                "overdue": one.due < instant(now),
                **{name: getattr(one.last, name, None) for name in ("accounts", "kept", "changed", "removed")},
            }
            for one in found
        ]
        return {"items": items, "next": items[-1]["organisation"] if len(found) < len(left) else None}


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


SIGNED = {"signed_in": "sessions_begun", "sign_in_failed": "sign_ins_failed"}


def report(
    session: Connection,
    plans: Sequence[Plan],
    organisation: str | None,
    since: str | None,
    until: str | None,
    now: datetime,
) -> Report:
    """What was and is to be gone through, as of now; sign-ins, failures and changes of roles, in the period."""
    rows: list[dict[str, Any]] = []
    totals = dict.fromkeys(("reviews_overdue", "checks_overdue", *SIGNED.values(), "roles_changed"), 0)
    if organisation is None:
        totals |= {"sealing_overdue": 0, "bare": 0}
    again = [*reviews_due(session, plans, organisation, now), *checks_due(session, plans, now)]
    for one in again:
        overdue = one.due < instant(now)
        totals["reviews_overdue" if one.what == "access_review" else "checks_overdue"] += overdue
        rows.append(
            _row(one.what, one.organisation)
            | {"kind": one.kind, "last_at": one.last_at, "due": one.due, "overdue": overdue}
            | {"outcome": getattr(one.last, "outcome", None), "number": getattr(one.last, "accounts", None)}
        )
    if organisation is None:
        looked = sealing.newest(session)
        for service in SERVICES:
            told = looked.get(service)
            due = instant(moment(told.at if told else security.begun(session) or instant(now)) + EVERY + PATIENCE)
            bare, last_at = (told.bare, told.at) if told else (None, None)
            totals["sealing_overdue"] += due < instant(now)
            totals["bare"] += bare or 0
            row = {"kind": service, "last_at": last_at, "due": due, "overdue": due < instant(now), "number": bare}
            rows.append(_row("sealing", None) | row)
    seen = access.by_organisation(session, organisation, since, until)
    for kind, what in SIGNED.items():
        for whose, numbers in seen.items():
            if number := numbers[kind]:
                totals[what] += number
                rows.append(_row(what, whose) | {"number": number})
    for whose, number in sorted(security.roles_changed(session, organisation, since, until).items()):
        totals["roles_changed"] += number
        rows.append(_row("roles_changed", whose) | {"number": number})
    return Report(rows, totals)


def _row(what: str, organisation: str | None) -> dict[str, Any]:
    names = ("kind", "last_at", "due", "overdue", "outcome", "number")
    return {"what": what, "organisation": organisation, **dict.fromkeys(names)}


def _place(cursor: str | None) -> tuple[str, str] | None:
    if not cursor:
        return None
    at, _, check = cursor.partition("/")
    if not check:
        raise Refused("cursor_invalid")
    return at, check
