"""Whose data an entry of the log touches, in which categories, and whether that fits an incident; pure, so that whoever
looks again finds the same (P19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from services.contracts import audit, auth, org, retention
from services.contracts.canary import of_people
from services.contracts.privacy import Category
from services.kernel.event import CATALOGUE

TELLERS = (audit, auth, org, retention)
"""Whoever they are: their events have to be known before they can be read."""
PEOPLE = frozenset({"invitee", "contact", "signatory"})
"""Owners of keys who are people of their own; a session belongs to the entry's subject, a case to nobody."""
LOOKED_AT: Mapping[str, frozenset[Category]] = {
    auth.DataViewed.type: frozenset({Category.NAME, Category.EMAIL}),
    audit.ComplaintViewed.type: frozenset({Category.CORRESPONDENCE}),
    org.ExportDelivered.type: frozenset({Category.NAME, Category.EMAIL, Category.CREDENTIALS}),
}
"""What was seen or taken, where an entry holds nothing of it itself."""
SAMPLE = 4096
"""People of one organisation who are counted one by one; beyond that, every second, fourth … stands for the others."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose session it was (as actors are named), from when to when; without an end, it is open."""

    actor: str
    since: str
    until: str | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """What an incident is about. Moments as `instant` writes them; `until` is not included; no categories are all.

    By a session means: what stands in its stream, or was done by its holder while it lasted. That may be too many,
    where the holder had another session at that time, and is never too few.
    """

    incident: str
    since: str
    until: str | None = None
    suspect: str | None = None
    session: str | None = None
    holder: Holder | None = None
    categories: frozenset[Category] = frozenset()

    def takes(self, said: Mapping[str, Any]) -> bool:
        """Whether an entry, read, is of the time and by whom the incident is about."""
        time = said["time"]
        if time < self.since or (self.until is not None and time >= self.until):
            return False
        if said["subject"] == f"incident/{self.incident}":
            return False
        if self.suspect is None and self.session is None:
            return True
        if self.suspect is not None and said.get("actor") == f"account/{self.suspect}":
            return True
        if self.session is None:
            return False
        return said["subject"] == f"session/{self.session}" or self._held(said)

    def _held(self, said: Mapping[str, Any]) -> bool:
        holder = self.holder
        if holder is None or said.get("actor") != holder.actor:
            return False
        return bool(holder.since <= said["time"] and (holder.until is None or said["time"] <= holder.until))


@dataclass(frozen=True, kw_only=True)
class Touch:
    """One entry: so many records of these people (`unnamed` more, whom it only counts), in these categories."""

    organisation: str
    people: frozenset[str]
    unnamed: int
    records: int
    categories: frozenset[Category]


def touched(said: Mapping[str, Any], wanted: frozenset[Category] = frozenset()) -> Touch | None:
    """What an entry holds, or says that somebody saw, of whom; None where that is nothing personal, or not wanted."""
    event, data = CATALOGUE.get(said["type"]), said["data"]
    organisation = said.get("organisation")
    if event is None or organisation is None:
        return None
    held = {name: mark for name, mark in of_people(event).items() if data.get(name) is not None}
    categories = LOOKED_AT.get(said["type"], frozenset()) | {Category(mark.category) for mark in held.values()}
    if wanted:
        categories &= wanted
    if not categories:
        return None
    people = {str(said["datasubject"]).removeprefix("account/")} if said.get("datasubject") else set()
    people |= {str(data[mark.owner]) for mark in held.values() if mark.owner in PEOPLE and data.get(mark.owner)}
    unnamed = 0
    match data.get("people"):
        case list(seen):
            people |= {str(one) for one in seen}
        case int(number):
            unnamed = number
    return Touch(
        organisation=organisation,
        people=frozenset(people),
        unnamed=unnamed,
        records=max(1, len(people), unnamed),
        categories=frozenset(categories),
    )


class Part:
    """One organisation's people and records. Above SAMPLE people it keeps a sample, the same for the same people."""

    def __init__(self) -> None:
        self.records: dict[Category, int] = {}
        self.all_records = 0
        self._seen: dict[int, frozenset[Category]] = {}
        self._unnamed: dict[Category, int] = {}
        self._level = 0

    @property
    def exact(self) -> bool:
        return self._level == 0 and not self._unnamed

    @property
    def people(self) -> int:
        return max(len(self._seen) << self._level, *self._unnamed.values(), 0)

    def people_by_category(self) -> dict[Category, int]:
        found = {}
        for category in self.records:
            counted = sum(category in theirs for theirs in self._seen.values()) << self._level
            found[category] = max(counted, self._unnamed.get(category, 0))
        return found

    def add(self, touch: Touch) -> None:
        self.all_records += touch.records
        for category in touch.categories:
            self.records[category] = self.records.get(category, 0) + touch.records
            if touch.unnamed:
                self._unnamed[category] = max(self._unnamed.get(category, 0), touch.unnamed)
        for person in touch.people:
            name = int.from_bytes(blake2b(person.encode(), digest_size=8).digest())
            if not name & self._mask:
                self._seen[name] = self._seen.get(name, frozenset()) | touch.categories
        while len(self._seen) > SAMPLE:
            self._level += 1
            self._seen = {name: theirs for name, theirs in self._seen.items() if not name & self._mask}

    @property
    def _mask(self) -> int:
        return (1 << self._level) - 1
