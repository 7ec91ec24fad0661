"""Whose keys nobody needs any more, once an event stands in the log (P06)."""

from __future__ import annotations

from services.contracts.org import ContactPublished, FirstBeheerderInvited
from services.kernel.event import Event


def forgotten(event: Event, before: ContactPublished | None) -> set[str]:
    """Owners of keys that `event` makes superfluous; `before` is the contact that was published before this one.

    The invited Beheerder's address lives on in auth; of the contacts only the newest is shown, and each forgets the
    one before it.
    """
    match event:
        case FirstBeheerderInvited():
            return {f"invitee/{event.invitee}"}
        case ContactPublished() if before is not None:
            return {f"contact/{before.contact}"}
        case _:
            return set()
