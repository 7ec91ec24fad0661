"""What a processor writes down for each controller, made from what was declared and agreed (AVG 30(2), P04)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts import audit, auth, org, retention  # noqa: F401 - they declare what is held
from services.contracts.canary import of_people
from services.contracts.org import RegisterGenerated
from services.contracts.privacy import TRIGGERS, Category
from services.kernel.decider import Decider
from services.kernel.event import CATALOGUE

NONE = "none"
OWN_DUTY = "own duty"
"""What the maker keeps because a law wants it, whatever is agreed: its cases, and its log."""
DUTIES = frozenset({Category.CORRESPONDENCE, Category.LOG_RECORD})


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who receives what, in which country, and where that is elsewhere on which ground."""

    name: str
    task: str
    country: str
    transfer: str | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the register is made of: the agreement's terms, who receives anything, our own terms and measures."""

    controller: str
    processor: str
    role: str
    agreement: str
    purposes: Mapping[str, str]
    categories: Sequence[str]
    retention: Mapping[str, str]
    triggers: Mapping[str, str]
    named: Sequence[str]
    recipients: Sequence[Recipient]
    terms: Mapping[str, str]
    measures: Mapping[str, str]


def declared() -> Mapping[str, tuple[str, ...]]:
    """By category the services that hold it, as the contracts declare each personal field."""
    found: dict[str, set[str]] = {}
    for event in CATALOGUE.values():
        for mark in of_people(event).values():
            found.setdefault(mark.category, set()).add(event.told_by)
    return {category: tuple(sorted(services)) for category, services in sorted(found.items())}


def entries(facts: Facts, held: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The register, one line an entry: `<section>/<item>`. What there is none of says so."""
    known = {recipient.name: recipient for recipient in facts.recipients}
    found = {
        "party/controller": facts.controller,
        "party/processor": facts.processor,
        "party/role": facts.role,
        "party/agreement": facts.agreement,
        **_section("purpose", facts.purposes),
        **_section("category", _categories(facts, held)),
        **_section("term", _terms(facts)),
        **_section("recipient", {one.name: one.task for one in facts.recipients}),
        **_section("transfer", {one.name: _there(one) for one in facts.recipients if one.transfer}),
        **_section("measure", facts.measures),
    }
    for name in facts.named:
        if name not in known:
            found[f"recipient/{name}"] = "named in the agreement"
            found.pop(f"recipient/{NONE}", None)
    return dict(sorted(found.items()))


def _section(name: str, items: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}/{item}": value for item, value in items.items()} or {f"{name}/{NONE}": NONE}


def _categories(facts: Facts, held: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    duties = {one.value for one in DUTIES} - set(facts.categories)
    found = {one: ", ".join(held.get(one, ())) or NONE for one in facts.categories}
    return {**found, **{one: f"{OWN_DUTY}: {', '.join(held.get(one, ('audit',)))}" for one in duties}}


def _terms(facts: Facts) -> dict[str, str]:
    """As agreed, counted from what begins each; and our own terms for what the agreement leaves open."""
    agreed = {
        category: f"{term} after {facts.triggers.get(category, TRIGGERS[Category(category)][0].value)}"
        for category, term in facts.retention.items()
    }
    return {**agreed, **{f"{name} (own)": term for name, term in facts.terms.items()}}


def _there(recipient: Recipient) -> str:
    return f"{recipient.country}: {recipient.transfer}"


@dataclass(frozen=True, kw_only=True)
class Generate:
    """As it is now; no entries where nothing is agreed any more."""

    organisation: str
    entries: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Register:
    version: int = 0
    entries: tuple[tuple[str, str], ...] = ()


def decide(state: Register, command: Generate) -> Sequence[RegisterGenerated]:
    if tuple(sorted(command.entries.items())) == state.entries:
        return []
    return [
        RegisterGenerated(
            organisation=command.organisation,
            register_version=state.version + 1,
            entries=dict(command.entries),
            at=command.at,
        )
    ]


def evolve(_: Register, event: RegisterGenerated) -> Register:
    return Register(event.register_version, tuple(sorted(event.entries.items())))


decider: Decider[Register, Generate, RegisterGenerated] = Decider(Register(), decide, evolve)


@dataclass(frozen=True)
class Line:
    """One entry as it was `before` and is now (`value`); `change` says which of both there is."""

    key: str
    before: str | None
    value: str | None
    change: str


def compared(before: Mapping[str, str], now: Mapping[str, str]) -> Iterable[Line]:
    """Every entry of either, in order: `added`, `removed`, `changed` or `same`."""
    for key in sorted({*before, *now}):
        was, is_ = before.get(key), now.get(key)
        change = "same" if was == is_ else "added" if was is None else "removed" if is_ is None else "changed"
        yield Line(key, was, is_, change)
