"""Who asks: a yes of auth is believed for at most two seconds, a no never."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway import cookies
from services.contracts.privacy import Role

BELIEVED_SECONDS = 2.0
MOST_KEPT = 10_000
_LONGEST_TOKEN = 512


@dataclass(frozen=True, slots=True)
class Who:
    """A person signed in. `pseudonym` names them in the log and is never shown; `account` is public."""

    pseudonym: str
    account: str
    organisation: str
    role: Role
    session: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Who:
        return cls(told["pseudonym"], told["account"], told["organisation"], Role(told["role"]), told["session"])


def presented(headers: Mapping[bytes, bytes]) -> tuple[str, bool]:
    """The token, and whether a cookie brought it: where anything stands in Authorization, no cookie is looked at.

    It is empty where there is none, or anything else in its place.
    """
    if b"authorization" not in headers and (kept := cookies.held(headers)) is not None:
        return (kept if _may_be_one(kept.encode("latin-1")) else ""), True
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    token = token.strip()
    return (token.decode("ascii") if scheme.lower() == b"bearer" and _may_be_one(token) else ""), False


def _may_be_one(token: bytes) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii()


class Believed:
    """The tokens that auth has just vouched for, by hash, oldest first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[float, Who]] = OrderedDict()

    def get(self, token: str) -> Who | None:
        found = self._kept.get(_name(token))
        return found[1] if found and found[0] > time.monotonic() else None

    def keep(self, token: str, who: Who, asked: float) -> None:
        """`asked` is the monotonic moment before the question: a revocation may have crossed the answer."""
        name = _name(token)
        self._kept.pop(name, None)
        self._kept[name] = (asked + BELIEVED_SECONDS, who)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def forget(self, token: str) -> None:
        self._kept.pop(_name(token), None)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
