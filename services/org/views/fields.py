"""Which fields each organisation added for its people, and whether they take values (P05)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, Text, func, insert, select, update

from services.contracts.org import CustomFieldActivated, CustomFieldProposed, CustomFieldRetired
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.org.domain.field import State

tables = MetaData()
fields = Table(
    "fields",
    tables,
    Column("field", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("label_nl", Text, nullable=False),
    Column("label_en", Text, nullable=False),
    Column("description_nl", Text, nullable=False),
    Column("description_en", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("choices", Text, nullable=False),
    Column("serves", String(20), nullable=False),
    Column("supplement_version", Integer),
    Column("proposed_at", String(32), nullable=False),
    Column("activated_at", String(32)),
    Column("retired_at", String(32)),
)
"""What an organisation set up, and nobody's data."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case CustomFieldProposed() as event:
            session.execute(
                insert(fields).values(
                    field=event.field,
                    organisation=event.organisation,
                    state=State.PROPOSED.value,
                    label_nl=event.label_nl,
                    label_en=event.label_en,
                    description_nl=event.description_nl,
                    description_en=event.description_en,
                    kind=event.field_kind.value,
                    choices=orjson.dumps(event.choices).decode(),
                    serves=event.serves.value,
                    proposed_at=instant(event.at),
                )
            )
        case CustomFieldActivated() as event:
            since = {"activated_at": instant(event.at), "supplement_version": event.supplement_version}
            _set(session, event.field, state=State.ACTIVE.value, **since)
        case CustomFieldRetired() as event:
            _set(session, event.field, state=State.RETIRED.value, retired_at=instant(event.at))


def _set(session: Connection, field: str, **values: Any) -> None:
    session.execute(update(fields).where(fields.c.field == field).values(**values))


def by_id(session: Connection, organisation: str, field: str) -> dict[str, Any] | None:
    """One field of an organisation, None where it has none of this name."""
    mine = (fields.c.organisation == organisation) & (fields.c.field == field)
    row = session.execute(select(fields).where(mine)).mappings().first()
    return _shown(row) if row else None


def after(
    session: Connection, organisation: str, field: str | None, limit: int, states: tuple[State, ...]
) -> list[dict[str, Any]]:
    """At most `limit` of an organisation's fields in these states by id, those after `field`."""
    mine = (fields.c.organisation == organisation) & fields.c.state.in_([state.value for state in states])
    if field is not None:
        mine &= fields.c.field > field
    rows = session.execute(select(fields).where(mine).order_by(fields.c.field).limit(limit)).mappings()
    return [_shown(row) for row in rows]


def active(session: Connection, organisation: str | None) -> list[Row[Any]]:
    """Every field that takes values, of one organisation or of all."""
    mine = fields.c.state == State.ACTIVE.value
    if organisation is not None:
        mine &= fields.c.organisation == organisation
    return list(session.execute(select(fields).where(mine).order_by(fields.c.organisation, fields.c.field)))


def counted(session: Connection, organisation: str) -> int:
    """How many are proposed or active."""
    mine = (fields.c.organisation == organisation) & (fields.c.state != State.RETIRED.value)
    return session.execute(select(func.count()).select_from(fields).where(mine)).scalar_one()


def _shown(row: Any) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("field", "state", "kind", "serves", "supplement_version")},
        **{name: row[name] for name in ("proposed_at", "activated_at", "retired_at")},
        "label": {"nl": row["label_nl"], "en": row["label_en"]},
        "description": {"nl": row["description_nl"], "en": row["description_en"]},
        "choices": orjson.loads(row["choices"]),
    }
