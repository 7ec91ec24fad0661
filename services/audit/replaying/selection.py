"""Which entries a replay is about: by time, person, organisation, correlation and type. Pure, so that it is the same
in the database, in an exported log and in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Everything given must fit; nothing given is the whole log.

    `since` (included) and `until` (not) are moments as `instant` writes them. `person` is a pseudonym: every entry
    that names it, as subject, actor or one of many. `types` are whole types or bare names of events (`SignedIn`).
    """

    since: str | None = None
    until: str | None = None
    person: str | None = None
    organisation: str | None = None
    correlation: str | None = None
    types: tuple[str, ...] = ()

    def takes(self, note: bytes, said: Mapping[str, Any]) -> bool:
        """Whether an entry fits; `said` is its line, read."""
        time = said["time"]
        return (
            (self.since is None or time >= self.since)
            and (self.until is None or time < self.until)
            and self.organisation in (None, said.get("organisation"))
            and self.correlation in (None, said["correlationid"])
            and (not self.types or said["type"] in self.types or said["type"].split(".")[-2] in self.types)
            # A pseudonym is 122 random bits: where its text stands, the person is meant, in whatever field.
            and (self.person is None or self.person.encode() in note)
        )

    def shown(self) -> dict[str, Any]:
        """As JSON, by the names that the surface has for it."""
        found = asdict(self) | {"types": list(self.types)}
        return {_NAMES.get(name, name): value for name, value in found.items()}


_NAMES = {"since": "from", "until": "to", "correlation": "correlationid"}
