"""Which data requests there are, by when each is to be answered, and what came of it (P15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    text,
    update,
)

from services.contracts.facts import PERSON
from services.contracts.retention import (
    DataRequested,
    ErasureCompleted,
    ErasureExcepted,
    IdentityVerified,
    NamesWeighed,
    RecipientTold,
    Reminder,
    RequestExtended,
    RequestFulfilled,
    RequestRefused,
    RequestReminded,
    RestrictionEnded,
    RestrictionEnding,
    Right,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.store import sums
from services.retention.views import request_numbers as counted_as

tables = MetaData()
RESTRICTS = text("restriction IS NOT NULL AND lifted_at IS NULL")
TELLS = text("to_tell > 0 AND account IS NOT NULL")
"""The indexes are found by these very words."""
RESTRICTING: dict[str, Any] = {"sqlite_where": RESTRICTS, "postgresql_where": RESTRICTS}
TELLING: dict[str, Any] = {"sqlite_where": TELLS, "postgresql_where": TELLS}
requests = Table(
    "requests",
    tables,
    Column("request", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("account", String(36), index=True),
    Column("right", String(20), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("due", String(32), nullable=False),
    Column("remind_at", String(32), nullable=False),
    Column("first_due_on", String(10), nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("extension_ground", String(20)),
    Column("duplicate_of", String(36)),
    Column("verified_at", String(32)),
    Column("how", String(20)),
    Column("due_on_from_identity", String(10)),
    Column("closed_at", String(32)),
    Column("erasure", String(36)),
    Column("ground", String(40)),
    Column("remedies", Text),
    Column("law", String(10)),
    Column("said", Text),
    Column("reasons", Text),
    Column("outcome", Text),
    Column("refusal", Text),
    Column("statement", Text),
    Column("effect", String(36)),
    Column("restriction", String(20)),
    Column("lifts_at", String(32)),
    Column("lifted_at", String(32)),
    Column("lift_reasons", Text),
    Column("reminded_at", String(32)),
    Column("reminded_late_at", String(32)),
    Column("recipients", Text),
    Column("to_tell", Integer),
    Column("excepted", Text),
    Column("names_disclosed", Boolean),
    Column("weighing", Text),
    Index("requests_by_organisation", "organisation", "request"),
    Index("requests_in_order", "received_at", "request"),
    Index("requests_in_order_of", "organisation", "received_at", "request"),
    Index("requests_by_due", "state", "due", "request"),
    Index("requests_by_due_of", "organisation", "state", "due", "request"),
    Index("requests_restricting", "organisation", "received_at", **RESTRICTING),
    Index("requests_telling", "closed_at", "request", **TELLING),
)
"""`excepted`: the categories that an erasure left, as JSON. `names_disclosed` is None where nothing was weighed.

`state`: received, verified, fulfilled or refused. `due…` counts now, `first_due_on` did at first."""
kept = sums.sums("request_sums", tables, *counted_as.NAMES)
"""By the day on which they were received."""
SEALED = {
    "said": "said",
    "reasons": "reasons",
    "outcome": "outcome",
    "refusal": "reasons",
    "statement": "statement",
    "lift_reasons": "reasons",
    "weighing": "weighing",
}
"""What stands here sealed, and the field it was sealed as."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case DataRequested() as event:
            session.execute(
                insert(requests).values(
                    request=event.request,
                    organisation=event.organisation,
                    account=event.account,
                    right=event.right.value,
                    channel=event.channel.value,
                    state="received",
                    received_at=instant(event.received_at),
                    rule=event.rule,
                    due_on=event.due_on.isoformat(),
                    due=instant(event.due),
                    remind_at=instant(event.remind_at),
                    first_due_on=event.due_on.isoformat(),
                    extended=False,
                    duplicate_of=event.duplicate_of,
                    said=record.sealed.get("said"),
                )
            )
            _count(session, event.request, {})
        case IdentityVerified() as event:
            _set(
                session,
                event.request,
                state="verified",
                verified_at=instant(event.at),
                how=event.how.value,
                due_on_from_identity=event.due_on.isoformat(),
            )
        case RequestExtended() as event:
            _set(
                session,
                event.request,
                extended=True,
                extension_ground=event.ground.value,
                rule=event.rule,
                due_on=event.due_on.isoformat(),
                due=instant(event.due),
                remind_at=instant(event.remind_at),
                reasons=record.sealed.get("reasons"),
                reminded_at=None,
                reminded_late_at=None,
            )
        case RequestFulfilled() as event:
            _set(
                session,
                event.request,
                state="fulfilled",
                closed_at=instant(event.at),
                erasure=event.erasure,
                effect=event.effect,
                recipients=orjson.dumps(list(event.recipients)).decode() if event.recipients else None,
                to_tell=len(event.recipients or ()),
                restriction=event.restriction.value if event.restriction else None,
                remedies=orjson.dumps(list(event.remedies)).decode() if event.remedies else None,
                law=str(event.law) if event.law else None,
                outcome=record.sealed.get("outcome"),
                statement=record.sealed.get("statement"),
            )
        case ErasureExcepted() as event:
            known = select(requests.c.excepted).where(requests.c.request == event.request)
            before = orjson.loads(session.execute(known).scalar() or "[]")
            _set(session, event.request, excepted=orjson.dumps([*before, event.category.value]).decode())
        case NamesWeighed() as event:
            said = record.sealed.get("weighing")
            _set(session, event.request, names_disclosed=event.disclosed, weighing=said)
        case RequestRefused() as event:
            _set(
                session,
                event.request,
                state="refused",
                closed_at=instant(event.at),
                ground=event.ground.value,
                remedies=orjson.dumps(list(event.remedies)).decode(),
                law=str(event.law),
                refusal=record.sealed.get("reasons"),
            )
        case RequestReminded() as event:
            name = "reminded_at" if event.why is Reminder.DUE_SOON else "reminded_late_at"
            _set(session, event.request, **{name: instant(event.at)})
        case RestrictionEnding() as event:
            said = record.sealed.get("reasons")
            _set(session, event.request, lifts_at=instant(event.lifts_at), lift_reasons=said)
        case RecipientTold() as event if event.reference is not None:
            _set(session, event.request, to_tell=requests.c.to_tell - 1)
        case RestrictionEnded() as event:
            _set(session, event.request, lifted_at=instant(event.at))
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)


def _set(session: Connection, request: str, **values: object) -> None:
    before = _row(session, request)
    session.execute(update(requests).where(requests.c.request == request).values(**values))
    if before is not None:
        _count(session, request, counted_as.numbers(before))


def _row(session: Connection, request: str) -> Row | None:  # type: ignore[type-arg]
    return session.execute(select(requests).where(requests.c.request == request)).first()


def _count(session: Connection, request: str, before: Mapping[str, int]) -> None:
    """What is kept of a request now, in place of what was kept `before`."""
    if (row := _row(session, request)) is not None:
        more = {name: number - before.get(name, 0) for name, number in counted_as.numbers(row).items()}
        sums.add(session, kept, row.organisation, row.received_at, more)


WITHOUT_THEM = {"account": None, **dict.fromkeys(SEALED)}


def drop(session: Connection, account: str) -> int:
    """Leave that there was a request and how it ended; take out whose, and every word of it."""
    mine = requests.c.account == account
    return session.execute(update(requests).where(mine).values(WITHOUT_THEM)).rowcount


def counted(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(requests).where(requests.c.account == account)
    return session.execute(mine).scalar_one()


def of_account(session: Connection, account: str) -> list[str]:
    """Every request of a person, answered ones too."""
    return list(session.execute(select(requests.c.request).where(requests.c.account == account)).scalars())


def same_open(session: Connection, account: str, right: Right) -> str | None:
    """The oldest request for the same that is not answered yet: another one is a duplicate of it."""
    mine = (requests.c.account == account) & (requests.c.right == right.value) & requests.c.state.in_(counted_as.OPEN)
    first = requests.c.received_at, requests.c.request
    return session.execute(select(requests.c.request).where(mine).order_by(*first).limit(1)).scalar()


def to_remind(session: Connection, now: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Open ones of which nobody was reminded yet that they are due soon or, now, that they are overdue."""
    soon = (requests.c.remind_at <= now) & (requests.c.due > now) & requests.c.reminded_at.is_(None)
    late = (requests.c.due <= now) & requests.c.reminded_late_at.is_(None)
    # Of whose erasure took them out meanwhile nothing more is written.
    mine = requests.c.state.in_(counted_as.OPEN) & requests.c.account.is_not(None)
    found = select(requests).where(mine, soon | late)
    return session.execute(found.order_by(requests.c.due, requests.c.request).limit(limit)).all()


def holding(session: Connection, account: str | None) -> list[str]:
    """The requests of a person that restrict, and so hold their erasure."""
    mine = (requests.c.account == account) & requests.c.restriction.is_not(None) & requests.c.lifted_at.is_(None)
    return list(session.execute(select(requests.c.request).where(mine).order_by(requests.c.request)).scalars())


def by_id(session: Connection, organisation: str, request: str) -> Row | None:  # type: ignore[type-arg]
    mine = (requests.c.request == request) & (requests.c.organisation == organisation)
    return session.execute(select(requests).where(mine)).first()


def _page(session: Connection, mine: ColumnElement[bool], before: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    found = select(requests).where(mine)
    if before:
        found = found.where(requests.c.request < before)
    return session.execute(found.order_by(requests.c.request.desc()).limit(limit)).all()


def of_organisation(session: Connection, organisation: str, before: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """The newest first; ids are in the order in which they were taken in."""
    return _page(session, requests.c.organisation == organisation, before, limit)


def of_person(session: Connection, account: str, before: str, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    return _page(session, requests.c.account == account, before, limit)
