"""Which roles only a compliance officer gives and takes, and which an organisation is never left without (P09)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from services.auth.domain.account import Status
from services.auth.views import accounts
from services.contracts.privacy import Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.locks import lock_owner

OFFICERS = frozenset({Role.COMPLIANCE, Role.INVESTIGATOR})
"""Who looks after what the maker's operators do."""
KEPT = {Role.BEHEERDER: "last_beheerder", Role.COMPLIANCE: "last_officer"}


def officer_needed(session: Connection, context: Context, organisation: str, *roles: Role) -> None:
    """Raises Refused("compliance_needed") where only a compliance officer may give somebody these roles, or take them.

    Else an operator who removes the officers could invite others, and be watched by nobody.
    """
    if context.role == Role.COMPLIANCE or not OFFICERS & set(roles):
        return
    if accounts.having_role(session, organisation, Role.COMPLIANCE, statuses=(Status.OPEN,)):
        raise Refused("compliance_needed")


def keep_one(session: Connection, row: Any) -> None:
    """An organisation is not left without anybody who can administer it, nor the maker without a compliance officer.

    Two who would each leave the other wait for each other.
    """
    if (code := KEPT.get(Role(row.role))) is None:
        return
    lock_owner(session, f"last/{row.organisation}", exclusive=True)
    if accounts.having_role(session, row.organisation, Role(row.role), statuses=(Status.OPEN,)) < 2:
        raise Refused(code)
