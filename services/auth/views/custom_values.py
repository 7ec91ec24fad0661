"""What people filled in of the fields that their organisation added; sealed, each with a key of its own (P05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from services.auth.views.restrictions import restrictions
from services.contracts.auth import CustomFieldErased, CustomFieldSet, ErasureCompleted, PeopleErased
from services.contracts.facts import CATEGORY, PERSON
from services.contracts.privacy import Category
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.store import eventstore

tables = MetaData()
values = Table(
    "custom_values",
    tables,
    Column("account", String(36), primary_key=True),
    Column("field", String(36), primary_key=True),
    Column("custom_value", String(36), nullable=False, unique=True),
    Column("organisation", String(36), nullable=False),
    Column("value", Text),
    Column("set_at", String(32), nullable=False),
    Index("custom_values_by_field", "field", "account"),
)
"""A value that was emptied has a row all the same: its key is still to go. `custom_value` is the key's owner."""
FIELD = "field/"
OWN = f"{CATEGORY}{Category.CUSTOM_FIELD}"


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case CustomFieldSet() as event:
            said = {"value": record.sealed.get("value"), "set_at": instant(event.at)}
            mine = values.c.custom_value == event.custom_value
            if session.execute(update(values).where(mine).values(**said)).rowcount == 0:
                whose = {"account": event.account, "organisation": event.organisation}
                named = {"field": event.field, "custom_value": event.custom_value}
                session.execute(insert(values).values(**whose, **named, **said))
        case CustomFieldErased() as event:
            of_these = (values.c.field == event.field) & values.c.account.in_(event.people)
            session.execute(delete(values).where(of_these))
        case ErasureCompleted() as event if event.scope in (PERSON, OWN):
            drop(session, event.account)
        case PeopleErased() as event:
            drop_all(session, event.people)


def of_account(session: Connection, account: str) -> list[Row[Any]]:
    """What a person filled in, in fields that are not retired."""
    mine = (values.c.account == account) & values.c.value.is_not(None) & ~_retired()
    return list(session.execute(select(values).where(mine).order_by(values.c.field)))


def of_people(session: Connection, people: Sequence[str]) -> list[Row[Any]]:
    """The same of many people at once."""
    mine = values.c.account.in_(people) & values.c.value.is_not(None) & ~_retired()
    return list(session.execute(select(values).where(mine).order_by(values.c.account, values.c.field)))


def by_field(session: Connection, account: str, field: str) -> Row[Any] | None:
    mine = (values.c.account == account) & (values.c.field == field)
    return session.execute(select(values).where(mine)).first()


def retired(session: Connection, limit: int) -> list[Row[Any]]:
    """Fields that take no values any more and of which there are some: `field`, `organisation`."""
    owner = eventstore.erased.c.owner
    retired = (
        select(func.substr(owner, len(FIELD) + 1).label("field")).where(owner > FIELD, owner < f"{FIELD}~").subquery()
    )
    # Looked for from the tombstones: of fields that went there are few, of values there are many.
    found = select(values.c.field, values.c.organisation).join(retired, retired.c.field == values.c.field).distinct()
    return list(session.execute(found.order_by(values.c.field).limit(limit)))


def of_field(session: Connection, field: str, but: Sequence[str], after: str, limit: int) -> list[Row[Any]]:
    """Some values of a field, by person, but of these people, and of nobody who asked that theirs are kept (AVG 18)."""
    mine = (values.c.field == field) & (values.c.account > after)
    mine &= values.c.account.not_in(select(restrictions.c.account))
    if but:
        mine &= values.c.account.not_in(but)
    found = select(values.c.account, values.c.custom_value).where(mine)
    return list(session.execute(found.order_by(values.c.account).limit(limit)))


def _retired() -> Any:
    """Whether the field's tombstone stands here."""
    return ("field/" + values.c.field).in_(select(eventstore.erased.c.owner))


def owners(session: Connection, people: Sequence[str]) -> set[str]:
    """The owners of the keys of everything these people ever filled in."""
    mine = select(values.c.custom_value).where(values.c.account.in_(people))
    return {f"custom_value/{one}" for one in session.execute(mine).scalars()}


def owners_of(session: Connection, field: str, people: Sequence[str]) -> set[str]:
    """The owners of the keys of what these people filled in there."""
    mine = select(values.c.custom_value).where(values.c.field == field, values.c.account.in_(people))
    return {f"custom_value/{one}" for one in session.execute(mine).scalars()}


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(values).where(values.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(values).where(values.c.account.in_(people))).rowcount


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(values).where(values.c.account == account)
    return session.execute(mine).scalar_one()
