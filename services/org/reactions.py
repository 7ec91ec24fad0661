"""Whose keys nobody needs any more, once an event stands in the log (P06)."""

from __future__ import annotations

from collections.abc import Iterable

from services.contracts.org import ContactPublished, FirstBeheerderInvited
from services.kernel.event import Event


def forgotten(event: Event, history: Iterable[Event]) -> set[str]:
    """Owners of keys that `event` makes superfluous; `history` is its whole stream.

    The invited Beheerder's address lives on in auth; of the contacts only the newest is shown.
    """
    match event:
        case FirstBeheerderInvited():
            return {f"invitee/{event.invitee}"}
        case ContactPublished():
            contacts = [one.contact for one in history if isinstance(one, ContactPublished)]
            return {f"contact/{contact}" for contact in contacts[: contacts.index(event.contact)]}
        case _:
            return set()
