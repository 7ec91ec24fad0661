"""A source's key is registered once, before anything the source says is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.audit import KeyRegistered
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Register:
    source: str
    vkey: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Source:
    vkey: str | None = None


def decide(source: Source, command: Register) -> list[KeyRegistered]:
    if source.vkey == command.vkey:
        return []
    if source.vkey is not None:
        raise Refused("key_differs")
    return [KeyRegistered(source=command.source, vkey=command.vkey, at=command.at)]


def evolve(source: Source, event: KeyRegistered) -> Source:
    return replace(source, vkey=event.vkey)


decider: Decider[Source, Register, KeyRegistered] = Decider(Source(), decide, evolve)
