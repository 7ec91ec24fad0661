"""Content is published, changed by who has read what it changes, and withdrawn for good (P05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.org import ContentKind, ContentPublished, ContentWithdrawn
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Publish:
    """`revision` is the organisation's next; `if_match` is the revision that the caller had read."""

    content: str
    organisation: str
    revision: int
    kind: ContentKind
    title: str
    body: str | None
    contact: Mapping[str, str | None]
    external_links: tuple[str, ...]
    if_match: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    revision: int
    if_match: int | None = None
    at: datetime


Command = Publish | Withdraw
Event = ContentPublished | ContentWithdrawn


class State(StrEnum):
    UNKNOWN = "unknown"
    SHOWN = "shown"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Content:
    state: State = State.UNKNOWN
    content: str = ""
    organisation: str = ""
    revision: int = 0


def decide(content: Content, command: Command) -> Sequence[Event]:
    match content.state, command:
        case State.WITHDRAWN, Withdraw():
            return []
        case (State.WITHDRAWN, _) | (State.UNKNOWN, Withdraw()):
            raise Refused("not_found")
        case State.SHOWN, _ if command.if_match not in (None, content.revision):
            raise Refused("precondition_failed")
        case _, Publish() as c:
            return [
                ContentPublished(
                    content=c.content,
                    organisation=c.organisation,
                    revision=c.revision,
                    content_kind=c.kind,
                    title=c.title,
                    body=c.body,
                    contact_name=c.contact.get("name"),
                    contact_email=c.contact.get("email"),
                    contact_phone=c.contact.get("phone"),
                    external_links=c.external_links,
                    at=c.at,
                )
            ]
        case _, Withdraw() as c:
            return [
                ContentWithdrawn(
                    content=content.content, organisation=content.organisation, revision=c.revision, at=c.at
                )
            ]


def evolve(_: Content, event: Event) -> Content:
    state = State.SHOWN if isinstance(event, ContentPublished) else State.WITHDRAWN
    return Content(state=state, content=event.content, organisation=event.organisation, revision=event.revision)


decider: Decider[Content, Command, Event] = Decider(Content(), decide, evolve)
