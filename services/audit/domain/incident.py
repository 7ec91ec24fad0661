"""An incident is registered, scoped from the log, told to each controller, and closed: reported or not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import (
    BreachScoped,
    Channel,
    ControllerInformed,
    IncidentClosed,
    IncidentOutcome,
    IncidentRegistered,
    IncidentSupplemented,
    IncidentTextErased,
    PeopleTold,
    ScopeComputed,
)
from services.kernel.decider import Decider, Refused

Told = (
    IncidentRegistered
    | IncidentSupplemented
    | BreachScoped
    | ScopeComputed
    | ControllerInformed
    | IncidentClosed
    | IncidentTextErased
)


@dataclass(frozen=True, kw_only=True)
class Register:
    """What is to be told; see IncidentRegistered."""

    told: IncidentRegistered


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """Texts are personal. A new window, given by either end, has the scope computed anew."""

    facts: str | None = None
    consequences: str | None = None
    measures: str | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the log says for the window of `computed.phase`: each organisation's part, and the whole."""

    parts: tuple[BreachScoped, ...]
    computed: ScopeComputed


@dataclass(frozen=True, kw_only=True)
class Inform:
    """`organisation` was told at `informed_at`, by the notification of that hash; `due` is by the rule."""

    organisation: str
    channel: Channel
    informed_at: datetime
    rule: str
    due: datetime
    document_sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Close:
    """`people` is whether they were told, of whatever is a breach."""

    outcome: IncidentOutcome
    people: PeopleTold | None = None
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EraseText:
    """The keys of what was written are destroyed, so many of them; `due` was the moment, by this rule."""

    rule: str
    due: datetime
    keys: int
    at: datetime


Command = Register | Supplement | Scope | Inform | Close | EraseText


@dataclass(frozen=True, kw_only=True)
class Incident:
    """`registered` is without its texts; `window` is as of `window_phase`, `informed` by organisation and document."""

    registered: IncidentRegistered | None = None
    phase: int = 1
    window_phase: int = 1
    window: tuple[datetime, datetime | None] | None = None
    scoped_phase: int = 0
    concerned: frozenset[str] = frozenset()
    informed: frozenset[tuple[str, str]] = frozenset()
    closed_at: datetime | None = None
    text_erased: bool = False

    @property
    def told(self) -> frozenset[str]:
        """The controllers that know."""
        return frozenset(organisation for organisation, _ in self.informed)

    @property
    def untold(self) -> frozenset[str]:
        """The controllers whose people's data it is, and who do not know; the maker need not tell itself."""
        maker = {self.registered.organisation} if self.registered else set()
        return self.concerned - self.told - maker


def decide(state: Incident, command: Command) -> Sequence[Told]:
    match state.registered, command:
        case None, Register():
            return _register(command.told)
        case None, _:
            raise Refused("not_found")
        case _, Register():
            return []
        case IncidentRegistered() as registered, EraseText():
            return _erase(state, registered, command)
        case IncidentRegistered() as registered, Scope():
            known = state.scoped_phase >= command.computed.phase or command.computed.phase != state.window_phase
            return [] if known or state.closed_at else [*command.parts, command.computed]
        case _, _ if state.closed_at is not None:
            raise Refused("incident_closed")
        case IncidentRegistered() as registered, Supplement():
            return _supplement(state, registered, command)
        case IncidentRegistered() as registered, Inform():
            return _inform(state, registered, command)
        case IncidentRegistered() as registered, Close():
            return _close(state, registered, command)
    raise Refused("not_found")


def _register(told: IncidentRegistered) -> Sequence[Told]:
    if told.known_at > told.at:
        raise Refused("not_yet")
    _must_be_window(told.since, told.until, told.at)
    return [told]


def _supplement(state: Incident, registered: IncidentRegistered, command: Supplement) -> Sequence[Told]:
    since, until = state.window or (registered.since, registered.until)
    _must_be_window(command.window_from or since, command.window_to or until, command.at)
    return [
        IncidentSupplemented(
            incident=registered.incident,
            organisation=registered.organisation,
            phase=state.phase + 1,
            facts=command.facts,
            consequences=command.consequences,
            measures=command.measures,
            window_from=command.window_from,
            window_to=command.window_to,
            by=command.by,
            at=command.at,
        )
    ]


def _inform(state: Incident, registered: IncidentRegistered, command: Inform) -> Sequence[Told]:
    if (command.organisation, command.document_sha256) in state.informed:
        return []
    if command.informed_at > command.at:
        raise Refused("not_yet")
    if command.informed_at < registered.known_at:
        raise Refused("period_invalid")
    return [
        ControllerInformed(
            incident=registered.incident,
            organisation=command.organisation,
            phase=state.phase,
            channel=command.channel,
            informed_at=command.informed_at,
            rule=command.rule,
            due=command.due,
            document_sha256=command.document_sha256,
            by=command.by,
            at=command.at,
        )
    ]


def _close(state: Incident, registered: IncidentRegistered, command: Close) -> Sequence[Told]:
    if state.scoped_phase < state.window_phase:
        raise Refused("not_yet")
    if command.outcome is not IncidentOutcome.NO_BREACH and state.untold:
        raise Refused("controllers_uninformed")
    if (command.outcome is IncidentOutcome.NO_BREACH) != (command.people is None):
        raise Refused("invalid", errors={"people": ["Needed for a breach, and only for one (AVG 34)."]})
    return [
        IncidentClosed(
            incident=registered.incident,
            organisation=registered.organisation,
            outcome=command.outcome,
            people=command.people,
            why=command.why,
            by=command.by,
            at=command.at,
        )
    ]


def _erase(state: Incident, registered: IncidentRegistered, command: EraseText) -> Sequence[Told]:
    if state.text_erased:
        return []
    if state.closed_at is None or command.due > command.at:
        raise Refused("not_yet")
    return [
        IncidentTextErased(
            incident=registered.incident,
            organisation=registered.organisation,
            rule=command.rule,
            due=command.due,
            keys=command.keys,
            at=command.at,
        )
    ]


def _must_be_window(since: datetime, until: datetime | None, now: datetime) -> None:
    if until is not None and until <= since:
        raise Refused("period_invalid")
    if since > now:
        raise Refused("not_yet")


def evolve(state: Incident, event: Told) -> Incident:
    match event:
        case IncidentRegistered():
            return Incident(registered=event, window=(event.since, event.until))
        case IncidentSupplemented():
            moved = event.window_from is not None or event.window_to is not None
            since, until = state.window or (event.at, None)
            window = (event.window_from or since, event.window_to or until)
            phase = event.phase if moved else state.window_phase
            return replace(state, phase=event.phase, window=window, window_phase=phase)
        case BreachScoped():
            # The first part of a later phase begins a new count.
            before = state.concerned if event.phase == state.scoped_phase else frozenset[str]()
            return replace(state, concerned=before | {event.organisation}, scoped_phase=event.phase)
        case ScopeComputed():
            kept = state.concerned if event.organisations else frozenset[str]()
            return replace(state, concerned=kept, scoped_phase=event.phase)
        case ControllerInformed():
            return replace(state, informed=state.informed | {(event.organisation, event.document_sha256)})
        case IncidentClosed():
            return replace(state, closed_at=event.at)
        case IncidentTextErased():
            return replace(state, text_erased=True)


decider: Decider[Incident, Command, Told] = Decider(Incident(), decide, evolve)
