"""A person consents to a purpose in the words of one version of the statement, and takes it back as easily (P03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.org import ConsentGiven, ConsentWithdrawn
from services.contracts.privacy import Purpose
from services.kernel.decider import Decider
from services.org.domain.statement import LANGUAGES, Statement


@dataclass(frozen=True, kw_only=True)
class Give:
    account: str
    organisation: str
    purpose: Purpose
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    account: str
    organisation: str
    purpose: Purpose
    at: datetime


Command = Give | Withdraw
Event = ConsentGiven | ConsentWithdrawn
Given = Mapping[Purpose, int]
"""The purposes that are consented to, each with the version of the statement whose words they were."""


def decide(given: Given, command: Command) -> Sequence[Event]:
    whose = {"account": command.account, "organisation": command.organisation}
    match command:
        case Give(purpose=purpose, version=version, at=at):
            if given.get(purpose) == version:
                return []
            return [ConsentGiven(**whose, consents_to=purpose, statement_version=version, at=at)]
        case Withdraw(purpose=purpose, at=at):
            return [ConsentWithdrawn(**whose, consents_to=purpose, at=at)] if purpose in given else []


def evolve(given: Given, event: Event) -> Given:
    match event:
        case ConsentGiven():
            return {**given, event.consents_to: event.statement_version}
        case ConsentWithdrawn():
            return {purpose: version for purpose, version in given.items() if purpose != event.consents_to}


def holds(given: Statement, present: Statement, purpose: Purpose) -> bool:
    """Whether what was consented to is still what is meant: the purpose has the same words in both languages."""
    return _words(given, purpose) == _words(present, purpose)


def _words(statement: Statement, purpose: Purpose) -> list[str]:
    found = [item for item in statement.lists["purposes"] if item.code == purpose.value]
    return [item.words[lang] for item in found for lang in LANGUAGES]


decider: Decider[Given, Command, Event] = Decider({}, decide, evolve)
