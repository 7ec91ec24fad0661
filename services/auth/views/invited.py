"""Who is invited and has not come yet: found by their invitation, and out of time one day."""

from __future__ import annotations

from sqlalchemy import Connection, Row, func, select

from services.auth.domain.account import Status
from services.auth.views.accounts import accounts


def by_token(session: Connection, digest: str) -> Row | None:  # type: ignore[type-arg]
    """Whose invitation this is; the digest is of 256 random bits, and names its organisation by that."""
    return session.execute(select(accounts).where(accounts.c.token_digest == digest)).first()


def by_invitation(session: Connection, organisation: str, invitation: str) -> Row | None:  # type: ignore[type-arg]
    mine = (accounts.c.invitation == invitation) & (accounts.c.organisation == organisation)
    return session.execute(select(accounts).where(mine)).first()


def all_in(session: Connection, organisation: str, after: str, limit: int) -> list[Row]:  # type: ignore[type-arg]
    mine = (
        (accounts.c.organisation == organisation)
        & (accounts.c.status == Status.INVITED)
        & (accounts.c.invitation > after)
    )
    return list(session.execute(select(accounts).where(mine).order_by(accounts.c.invitation).limit(limit)))


def expired_by(session: Connection, moment: str, limit: int) -> list[Row]:  # type: ignore[type-arg]
    """Invited, and out of time by `moment`, in whatever organisation."""
    mine = (accounts.c.status == Status.INVITED) & (accounts.c.expires_at <= moment)
    return list(session.execute(select(accounts).where(mine).order_by(accounts.c.expires_at).limit(limit)))


def expired_and_kept(session: Connection, organisation: str | None, moment: str) -> int:
    """How many invitations were out of time at a moment, and are still there (P06)."""
    mine = (accounts.c.status == Status.INVITED) & (accounts.c.expires_at <= moment)
    if organisation is not None:
        mine &= accounts.c.organisation == organisation
    return session.execute(select(func.count()).select_from(accounts).where(mine)).scalar_one()
