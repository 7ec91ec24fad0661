"""Who has gone, alone or with an organisation, does not come to be again, not by a job in flight either (I6)."""

from __future__ import annotations

from sqlalchemy import Connection

from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.locks import lock_owner


def tombstone(organisation: str) -> str:
    """The owner under which an organisation's erasure stands in the data and in the keyring."""
    return f"organisation/{organisation}"


def must_not_have_left(session: Connection, organisation: str) -> None:
    """Until the transaction ends nobody erases the organisation. Raises Refused("organisation_left")."""
    lock_owner(session, tombstone(organisation), exclusive=False)
    if eventstore.buried(session, tombstone(organisation)):
        raise Refused("organisation_left")


def must_not_be_erased(session: Connection, account: str) -> None:
    """Until the transaction ends nobody erases this person; for where no value is sealed that would see to it.

    Raises Refused("erased").
    """
    lock_owner(session, f"account/{account}", exclusive=False)
    if eventstore.buried(session, f"account/{account}"):
        raise Refused("erased")
