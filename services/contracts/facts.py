"""Facts that more than one service states in the same shape; each states them under its own type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Purpose
from services.kernel.event import subject

PERSON = "person"
"""The scope of an erasure that takes a whole person; any other is the owner of the keys that go: `session/<id>`."""
ORGANISATION = "organisation"
"""The scope that takes all that is an organisation's: its people, but for whoever has an erasure of their own.

Its events name no account: `account` is empty.
"""

SESSION = "session/"
"""What the scope begins with that takes what is kept of one session."""
CATEGORY = "category/"
"""What the scope begins with that takes one category of a person, and leaves the rest: `category/<category>`."""


@dataclass(frozen=True, kw_only=True)
class Completion:
    """`keys` destroyed, `rows` dropped, and what a second look still found, which must be 0."""

    erasure: str
    account: str = subject()
    organisation: str
    scope: str = PERSON
    order: int
    keys: int
    rows: int
    remaining: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Retirement:
    """`keys` living keys moved from the epoch `retired` to `current`; the retired one opens nothing any more.

    `after` is the service's own number up to which its events had happened before the rotation began: what it
    erased by then was never wrapped under `current`.
    """

    retired: str
    current: str
    keys: int
    after: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """The key `old` signs this and nothing after it; `vkey` signs what follows.

    Both are C2SP verifier keys. `proof` is `vkey`'s Ed25519 signature, in base64, over five lines: the word
    `crisisconnect.nl/signing-key-hand-over/v1`, the log's origin, the source, `old` and `vkey`.
    """

    old: str
    vkey: str
    proof: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """`code` says which rule said no to touching personal data of `organisation` for `purpose`."""

    refusal: str
    organisation: str
    purpose: Purpose
    code: str
    at: datetime
