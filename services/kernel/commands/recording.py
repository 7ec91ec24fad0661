"""How a fact becomes what is kept: its ground looked at, each personal value sealed, its envelope around it.

Nothing else makes an envelope, so what has no ground is not sealed, not stored and not told (P02, I10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from services.kernel.context import Context
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event, Personal, owner_of, personal_fields, remembered, subject_field

if TYPE_CHECKING:
    from services.kernel.commands.unit import Store
    from services.kernel.keys.blinding import IndexKey
    from services.kernel.keys.keyring import Prepared


@dataclass(frozen=True)
class Shape:
    """What is known of a class of events: its personal fields, all of them empty, and whom it is about."""

    short: str
    personal: tuple[tuple[str, Personal], ...]
    empty: Mapping[str, None]
    subject: str | None
    indexed: bool


@remembered
def shape(event: type[Any]) -> Shape:
    marks = personal_fields(event)
    return Shape(
        short=event.type.removeprefix("nl.crisisconnect."),
        personal=tuple(marks.items()),
        empty=dict.fromkeys(marks),
        subject=subject_field(event),
        indexed=any(mark.indexed for mark in marks.values()),
    )


def record(
    store: Store,
    context: Context,
    keys: Prepared | None,
    index_key: IndexKey | None,
    stream: str,
    version: int,
    event: Event,
) -> Recorded:
    """The event as it is kept. Raises Ungrounded or Refused where it holds what it has no ground for."""
    kind = type(event)
    of = shape(kind)
    organisation = getattr(event, "organisation", None) or context.organisation
    sealed: dict[str, str] = {}
    index: dict[str, str | None] = {}
    values = [(name, mark, value) for name, mark in of.personal if (value := getattr(event, name)) is not None]
    if values:
        held = {mark.category for _, mark, _ in values}
        store.grounds.check(kind, held, organisation, context.purpose, context.legal_basis, context.terms)
        if keys is None:
            raise RuntimeError(f"{event.type} has personal fields; prepare their keys before the transaction")
        for name, mark, value in values:
            sealed[name] = keys.seal(owner_of(event, name), mark.category, of.short, name, value)
            if mark.indexed and index_key is not None:
                index[name] = store.blind(event, name, value, index_key)
    subject = getattr(event, of.subject) if of.subject else None
    envelope = Envelope(
        id=str(uuid7()),
        source=f"/{store.source}",
        type=event.type,
        subject=stream,
        time=getattr(event, "at"),  # noqa: B009 - every event has `at`; a rule test enumerates them
        actor=context.actor,
        correlationid=context.correlation,
        causationid=context.causation,
        organisation=organisation,
        datasubject=f"account/{subject}" if subject else None,
        purpose=context.purpose,
        legalbasis=context.legal_basis,
        role=store.processing_role(organisation),
        agreement=None if context.terms is None else context.terms.agreement,
    )
    bare = replace(event, **of.empty) if values else event
    return Recorded(envelope=envelope, event=bare, sealed=sealed, index=index, stream=stream, version=version)
