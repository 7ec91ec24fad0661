"""The register of instructions: of whom, when, through which channel, and how far each is (AVG 28(3)(a), 29)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
    update,
)

from services.contracts.facts import ORGANISATION
from services.contracts.org import (
    ErasureCompleted,
    InstructionCarriedOut,
    InstructionParked,
    InstructionRegistered,
    InstructionTextErased,
    InstructionWithdrawn,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
instructions = Table(
    "instructions",
    tables,
    Column("instruction", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("given_at", String(32), nullable=False),
    Column("registered_at", String(32), nullable=False),
    Column("parked_at", String(32)),
    Column("closed_at", String(32), index=True),
    Column("erased_at", String(32)),
    Column("said", Text),
    Column("giver", Text),
    Column("reasons", Text),
    Column("done", Text),
    Index("instructions_by_organisation", "organisation", "instruction"),
    Index("instructions_by_state", "state", "instruction"),
)
"""`state`: open, parked, done or withdrawn. The last four are sealed."""
WORDS = ("said", "giver", "reasons", "done")


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case InstructionRegistered() as event:
            session.execute(
                insert(instructions).values(
                    instruction=event.instruction,
                    organisation=event.organisation,
                    channel=event.channel.value,
                    state="open",
                    given_at=instant(event.given_at),
                    registered_at=instant(event.at),
                    said=record.sealed.get("said"),
                    giver=record.sealed.get("giver"),
                )
            )
        case InstructionParked() as event:
            reasons = record.sealed.get("reasons")
            _set(session, event.instruction, state="parked", parked_at=instant(event.at), reasons=reasons)
        case InstructionCarriedOut() as event:
            done = record.sealed.get("done")
            _set(session, event.instruction, state="done", closed_at=instant(event.at), done=done)
        case InstructionWithdrawn() as event:
            _set(session, event.instruction, state="withdrawn", closed_at=instant(event.at))
        case InstructionTextErased() as event:
            _set(session, event.instruction, erased_at=instant(event.at), **dict.fromkeys(WORDS))
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _set(session: Connection, instruction: str, **values: Any) -> None:
    session.execute(update(instructions).where(instructions.c.instruction == instruction).values(**values))


def by_id(session: Connection, organisation: str | None, instruction: str) -> Row[Any] | None:
    """One instruction in reach; of any organisation (None) for who looks after all of them."""
    found = select(instructions).where(instructions.c.instruction == instruction)
    if organisation is not None:
        found = found.where(instructions.c.organisation == organisation)
    return session.execute(found).first()


def before(session: Connection, organisation: str | None, instruction: str, limit: int) -> Sequence[Row[Any]]:
    """A page of the register, the newest first; ids are in the order in which they were registered."""
    found = select(instructions)
    if organisation is not None:
        found = found.where(instructions.c.organisation == organisation)
    if instruction:
        found = found.where(instructions.c.instruction < instruction)
    return session.execute(found.order_by(instructions.c.instruction.desc()).limit(limit)).all()


def in_state(session: Connection, organisation: str | None, state: str) -> Sequence[Row[Any]]:
    """Instructions in a state, the oldest first."""
    found = select(instructions).where(instructions.c.state == state)
    if organisation is not None:
        found = found.where(instructions.c.organisation == organisation)
    return session.execute(found.order_by(instructions.c.instruction)).all()


def closed_before(session: Connection, moment: str, limit: int) -> Sequence[Row[Any]]:
    """Instructions that were closed by then and still say something."""
    old = instructions.c.erased_at.is_(None) & (instructions.c.closed_at <= moment)
    oldest = select(instructions).where(old, _words()).order_by(instructions.c.closed_at)
    return session.execute(oldest.limit(limit)).all()


def _words() -> ColumnElement[bool]:
    return or_(*(instructions.c[name].is_not(None) for name in WORDS))


def saying(session: Connection, organisation: str) -> list[str]:
    """An organisation's instructions that still say something."""
    mine = instructions.c.organisation == organisation
    return list(session.execute(select(instructions.c.instruction).where(mine, _words())).scalars())


def drop(session: Connection, organisation: str) -> int:
    """Leave that an organisation that left had instructed; take out what."""
    mine = instructions.c.organisation == organisation
    return session.execute(update(instructions).where(mine, _words()).values(dict.fromkeys(WORDS))).rowcount


def holds(session: Connection, organisation: str) -> int:
    return len(saying(session, organisation))
