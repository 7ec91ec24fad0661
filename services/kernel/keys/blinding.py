"""Who has an old blind index and its key learns who was there; so the key has versions, and old ones go (I6)."""

from __future__ import annotations

import hashlib
import hmac
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
INDEX = "index"
"""The owner of the keys that blind indexes are made with; it is never erased, only rotated."""
KNOWN_SECONDS = 60.0


@dataclass(frozen=True)
class IndexKey:
    """One version of the key. `owner` is buried in the data once nothing is to be written with it any more."""

    id: str
    version: int
    raw: bytes

    @property
    def owner(self) -> str:
        return f"{INDEX}/{self.id}"

    def blind(self, what: str, value: str, scope: str = "") -> str:
        """The keyed blind index of a value: equal for equal values of the same `what` and `scope` (RFC 2104)."""
        return hmac.new(self.raw, f"{what}\0{scope}\0{folded(value)}".encode(), hashlib.sha256).hexdigest()


class Blinding:
    """The versions that one process knows, oldest first.

    What is written has the oldest one that is not known to be buried: which that is, the data says, in the
    transaction that writes (`eventstore.keep`). What is looked up is looked up by all of them. A version that came
    to be since is met at the first look that finds nothing, and after a minute.
    """

    def __init__(self, load: Callable[[], Sequence[IndexKey]], mint: Callable[[str], None]) -> None:
        self._load = load
        self._mint = mint
        self._known: tuple[IndexKey, ...] = ()
        self._until = 0.0
        self._spent: frozenset[str] = frozenset()

    def versions(self) -> Sequence[IndexKey]:
        """Those known here; the first one ever is minted here."""
        if not self._known or self._until < time.monotonic():
            self.fresher()
        if not self._known:
            self._mint(category(1))
            self.fresher()
        return self._known

    def fresher(self) -> bool:
        """Look which versions there are. Whether they are others than were known."""
        before = self._known
        self._known = tuple(sorted(self._load(), key=lambda key: key.version))
        self._until = time.monotonic() + KNOWN_SECONDS
        return self._known != before

    def existing(self) -> Sequence[IndexKey]:
        """Those there are now: none where nobody was ever looked up."""
        self.fresher()
        return self._known

    def mint(self) -> IndexKey:
        """One more version, the newest."""
        self._mint(category(self.existing()[-1].version + 1))
        return self.existing()[-1]

    def writing(self) -> IndexKey:
        """The version to write with."""
        living = [key for key in self.versions() if key.owner not in self._spent]
        if not living and self.fresher():
            living = [key for key in self._known if key.owner not in self._spent]
        if not living:
            raise LookupError("the data has buried every index key of this keyring: the keyring is an older copy")
        return living[0]

    def spend(self, owners: Iterable[str]) -> None:
        """Nothing is written with these any more."""
        self._spent |= set(owners)
        self._until = 0.0

    def blinds(self, what: str, value: str, scope: str = "") -> tuple[str, ...]:
        """The index of a value by every version: one of them is what stands in its row."""
        return tuple(key.blind(what, value, scope) for key in self.versions())

    def seek(self, look: Callable[[tuple[str, ...]], T | None], what: str, value: str, scope: str = "") -> T | None:
        """What `look` finds by the value's indexes; not found, it looks again where there are newer versions."""
        found = look(self.blinds(what, value, scope))
        if found is None and self.fresher():
            found = look(self.blinds(what, value, scope))
        return found


def folded(value: str) -> str:
    """Values that a person takes for the same one."""
    return unicodedata.normalize("NFKC", value).casefold().strip()


def category(version: int) -> str:
    """What a version is called in the keyring: letters alone, as every category; the first has the bare name."""
    return INDEX if version == 1 else f"{INDEX}_{str(version).translate(_LETTERS)}"


def version(category: str) -> int:
    return int(category.partition("_")[2].translate(_DIGITS) or 1)


_LETTERS = str.maketrans("0123456789", "abcdefghij")
_DIGITS = str.maketrans("abcdefghij", "0123456789")
