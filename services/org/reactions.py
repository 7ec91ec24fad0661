"""Whose keys nobody needs any more, once an event stands in the log (P06)."""

from __future__ import annotations

from services.contracts.org import ContactPublished, ContentWithdrawn, FirstBeheerderInvited, SecondContactNamed
from services.kernel.event import Event


def forgotten(event: Event, before: ContactPublished | SecondContactNamed | None) -> set[str]:
    """Owners of keys that `event` makes superfluous; `before` is the contact of that kind before this one.

    The invited Beheerder's address lives on in auth; of the contacts, and of the second ones, only the newest is shown,
    and each forgets the one before it; what is shown no more names nobody.
    """
    match event:
        case FirstBeheerderInvited():
            return {f"invitee/{event.invitee}"}
        case ContactPublished() | SecondContactNamed() if before is not None:
            return {f"contact/{before.contact}"}
        case ContentWithdrawn():
            return {f"content/{event.content}"}
        case _:
            return set()
