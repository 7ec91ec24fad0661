"""Which links let somebody choose another password, by the hash of what stands in them (P09)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, delete, func, insert, select

from services.contracts.auth import (
    AccountClosed,
    ErasureCompleted,
    PasswordChanged,
    PasswordResetAsked,
    PeopleErased,
    PersonalDataCorrected,
)
from services.contracts.facts import CATEGORY, PERSON
from services.contracts.privacy import Category
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
resets = Table(
    "resets",
    tables,
    Column("reset", String(36), primary_key=True),
    Column("account", String(36), nullable=False, index=True),
    Column("organisation", String(36), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("asked_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)
RESTS_ON = frozenset({Category.EMAIL, Category.CREDENTIALS})
"""Where one of these is erased there is nothing left to reset, or nowhere to send it."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case PasswordResetAsked() as event:
            now = instant(event.at)
            session.execute(delete(resets).where(resets.c.account == event.account, resets.c.expires_at <= now))
            row = {
                "reset": event.reset,
                "account": event.account,
                "organisation": event.organisation,
                "token_digest": event.token_digest,
                "asked_at": now,
                "expires_at": instant(event.expires_at),
            }
            session.execute(insert(resets).values(**row))
        case PersonalDataCorrected() as event if "email" not in event.corrected:
            pass
        case (PasswordChanged() | PersonalDataCorrected() | AccountClosed()) as event:
            drop(session, event.account)
        case ErasureCompleted() as event if event.scope == PERSON:
            drop(session, event.account)
        case ErasureCompleted() as event if event.scope.removeprefix(CATEGORY) in RESTS_ON:
            drop(session, event.account)
        case PeopleErased() as event:
            drop_all(session, event.people)


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(resets).where(resets.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(resets).where(resets.c.account.in_(people))).rowcount


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(resets).where(resets.c.account == account)
    return session.execute(mine).scalar_one()


def by_token(session: Connection, digest: str, moment: str) -> Row | None:  # type: ignore[type-arg]
    """The link that this is, while it works; the digest is of 256 random bits, and names its organisation by that."""
    found = select(resets).where(resets.c.token_digest == digest, resets.c.expires_at > moment)
    return session.execute(found).first()


def of_account(session: Connection, account: str, moment: str) -> list[Row]:  # type: ignore[type-arg]
    """The links of a person that work at a moment, in the order in which they were asked for."""
    mine = (resets.c.account == account) & (resets.c.expires_at > moment)
    return list(session.execute(select(resets).where(mine).order_by(resets.c.asked_at, resets.c.reset)))
