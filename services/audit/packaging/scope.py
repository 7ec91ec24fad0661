"""What was asked, what is given, and each thing between them with its reason; two digests by which others bind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from services.contracts.privacy import Category
from services.kernel.codec import instant

ASKED = "crisisconnect.nl/disclosure-asked/v1"
SCOPE = "crisisconnect.nl/disclosure-scope/v1"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whose data, of which categories, about which time; `people` are labels that mean nothing outside this file.

    `since` and `until` are None where there is no bound on that side.
    """

    people: tuple[str, ...]
    categories: tuple[Category, ...]
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was asked and is not given: `category/ip_address`, `person/2`, `since` or `until`, and why."""

    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One version of the scope. `salt` is 32 hexadecimal characters of chance, kept under the case's key.

    With it a digest in the log tells nothing of what it is of, once the case has been erased.
    """

    version: int
    salt: str
    asked: Reach
    granted: Reach
    removed: tuple[Removed, ...] = ()

    def asked_digest(self, disclosure: str) -> str:
        """SHA-256 (hex) of what was asked: what the Beheerder is consulted about, and signs an answer to."""
        return _digest({"format": ASKED, "disclosure": disclosure, "salt": self.salt, "asked": reach(self.asked)})

    def digest(self, disclosure: str) -> str:
        """SHA-256 (hex) of this version, whole: what both deciders approve."""
        return _digest({"format": SCOPE, "disclosure": disclosure, **document(self)})


def document(scope: Scope) -> dict[str, Any]:
    """A scope as it stands in the package."""
    return {
        "version": scope.version,
        "salt": scope.salt,
        "asked": reach(scope.asked),
        "granted": reach(scope.granted),
        "removed": [{"what": one.what, "reason": one.reason} for one in scope.removed],
    }


def reach(one: Reach) -> dict[str, Any]:
    """A reach as it stands in the package; names in the order of the alphabet."""
    return {
        "people": sorted(one.people),
        "categories": sorted(category.value for category in one.categories),
        "since": instant(one.since) if one.since else None,
        "until": instant(one.until) if one.until else None,
    }


def _digest(said: Mapping[str, Any]) -> str:
    """Of canonical JSON: names in order, no spaces, UTF-8."""
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
