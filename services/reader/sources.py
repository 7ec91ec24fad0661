"""What is known of each source while its entries pass: the keys that speak for it, and its next number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.reader.entry import Statement
from services.reader.note import ED25519, Malformed, VerifierKey, parse_vkey
from services.reader.report import Damage
from services.reader.succession import HANDED_OVER, Disagreed, Succession, hands_over

REGISTRAR = "/audit"
REGISTRATION = "nl.crisisconnect.audit.KeyRegistered.v1"
PRUNED = "nl.crisisconnect.audit.LogPruned.v1"


def in_log_order(kind: str) -> bool:
    """Whether events of this type say who speaks for a source, or where the log begins: they are heard in order."""
    return kind in (REGISTRATION, PRUNED) or kind.endswith(HANDED_OVER)


class Unregistered(ValueError):
    """A key is not taken, or is not the one that holds for a source; the message says why, `damage` of which kind."""

    def __init__(self, why: str, damage: Damage = Damage.KEY_UNKNOWN) -> None:
        super().__init__(why)
        self.damage = damage


class Sources:
    """Keys come from the log's own first entries, and later ones from hand-overs that the key before has signed.

    A pin, where given, is the only first key that its source can have.
    """

    def __init__(self, origin: str, pins: Mapping[str, str] | None) -> None:
        """`pins` maps a source (`/auth`, or `auth`) to its verifier key. Raises Malformed for a bad one."""
        self._origin = origin
        self._keys: dict[str, Succession] = {}
        self._next: dict[str, int] = {}
        self._lost = 0
        self._pins: dict[str, VerifierKey] | None = None
        if pins is not None:
            self._pins = {"/" + source.lstrip("/"): parse_vkey(vkey) for source, vkey in pins.items()}

    def register(self, statement: Statement) -> None:
        """Take the key that a registration announces; audit's first one vouches for itself.

        Raises Unregistered for a second first key, for one that differs from its pin and for an unreadable one.
        """
        data = statement.event.get("data")
        source = data.get("source") if isinstance(data, dict) else None
        vkey = data.get("vkey") if isinstance(data, dict) else None
        if not isinstance(source, str) or not isinstance(vkey, str):
            raise Unregistered("the registration names no source and key")
        try:
            key = parse_vkey(vkey)
        except Malformed as error:
            raise Unregistered(f"the registered key is unreadable: {error}") from error
        if key.algorithm != ED25519 or key.name != self._origin + source:
            raise Unregistered(f"the registered key is not an Ed25519 key named {self._origin}{source}")
        if self._pins is not None and self._pins.get(source) != key:
            raise Unregistered(f"the registered key of {source} is not the one pinned")
        if self._keys.setdefault(source, Succession(source, key)).first != key:
            raise Unregistered(f"a second key for {source}")

    def key_of(self, statement: Statement) -> VerifierKey:
        """The key that must have signed. A hand-over counts from here on.

        Raises Unregistered when there is none, when another is claimed, and where a key that comes did not agree.
        """
        source, claimed = statement.source, (statement.signature.name, statement.signature.key_id)
        succession = self._keys.get(source)
        if succession is None:
            raise Unregistered(f"no key is registered for {source} before this entry")
        key = succession.holder(statement.number)
        if claimed != (key.name, key.key_id):
            if succession.was_or_is(*claimed):
                raise Unregistered(f"signed with a key of {source} that does not hold at number {statement.number}")
            raise Unregistered(f"not signed under a key that {source} registered or handed over to")
        if hands_over(statement):
            try:
                succession.hand_over(statement)
            except Disagreed as error:
                raise Unregistered(f"no hand-over of {source}: {error}", Damage.HAND_OVER_INVALID) from error
        return key

    def pinned(self, statement: Statement) -> VerifierKey | None:
        """The pinned key of a source that may yet be registered; None where there are no pins.

        Raises Unregistered when there is none for it, another is claimed, or it has another key already.
        """
        if self._pins is None and statement.source not in self._keys:
            return None
        key = (self._pins or {}).get(statement.source)
        line = statement.signature
        if key is None or (line.name, line.key_id) != (key.name, key.key_id) or statement.source in self._keys:
            raise Unregistered(f"not signed under a key that speaks for {statement.source}")
        return key

    def registered(self) -> dict[str, VerifierKey]:
        """The key with which each source is registered."""
        return {source: succession.first for source, succession in self._keys.items()}

    def handed_over(self) -> set[tuple[str, int, str]]:
        """Each later key as (source, the number from which on it holds, its verifier key)."""
        return {(source, *term) for source, succession in self._keys.items() for term in succession.later()}

    def expected(self, source: str) -> bool:
        """Whether there may be such a source: a pinned one, where there are pins, or one that is registered."""
        return self._pins is None or source in self._pins or source in self._keys

    def begin(self, numbers: Mapping[str, int]) -> None:
        """Count on after these numbers: what came up to them has been let go of."""
        self._next = {source: number + 1 for source, number in numbers.items() if number}

    @property
    def lost(self) -> int:
        """How many entries were missing or unreadable, and no gap in the numbers has told whose they were."""
        return self._lost

    def lose(self) -> None:
        """Count an entry that is missing or unreadable: it had a source and a number, nobody knows which."""
        self._lost += 1

    def number(self, statement: Statement, *, intact: bool) -> tuple[Damage, str] | None:
        """Count one entry of its source; what is wrong with its number, or None.

        After a gap the count goes on from what was read. An entry that is not the tree's own (`intact` False)
        counts as the one that was due, and a gap that lost entries explain is not told again: one damage has
        one name.
        """
        due = self._next.get(statement.source, 1)
        self._next[statement.source] = max(due, statement.number) + 1 if intact else due + 1
        if 0 < statement.number - due <= self._lost:
            self._lost -= statement.number - due
            self._next[statement.source] = statement.number + 1
            return None
        if statement.number > due:
            return Damage.NUMBER_MISSING, f"number {statement.number} where {due} was due"
        if statement.number < due:
            if intact:
                self._next[statement.source] = due
            return Damage.NUMBER_DOUBLED, f"number {statement.number} again, {due} was due"
        return None

    def count(self, runs: Iterable[tuple[str, int, int]]) -> bool:
        """Count whole runs of sound entries, (source, first, last); none unless each begins with what is due."""
        coming = dict(self._next)
        for source, first, last in runs:
            if first != coming.get(source, 1):
                return False
            coming[source] = last + 1
        self._next = coming
        return True

    def last_numbers(self) -> dict[str, int]:
        """Each source's last number."""
        return {source: due - 1 for source, due in self._next.items()}
