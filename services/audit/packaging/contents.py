"""All that a package holds and nothing else: what is not given here, an authority does not receive (P07, P08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.audit.packaging.consultation import Consultation
from services.audit.packaging.scope import Scope
from services.contracts.privacy import Category

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, kw_only=True)
class File:
    """`disclosure` is the id of the case; `organisation` the controller's, `organisation_name` as people know it."""

    disclosure: str
    organisation: str
    organisation_name: str
    maker: str
    opened_at: datetime
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who receives it; `recipient` is the age key that it is sealed to."""

    name: str
    official: str
    function: str
    reference: str
    recipient: str


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The legal basis as the table of that `version` has it, which the file was opened on; `words` by language."""

    code: str
    words: Mapping[str, str]
    version: str


@dataclass(frozen=True, kw_only=True)
class Decider:
    """One who approved: the role, a number within this file, and which entry of the log says so. No name."""

    role: str
    number: int
    at: datetime
    entry: int


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value; `name` says what it is (`email`, `signed_in_at`), `value` as it was kept."""

    category: Category
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person's data, under the label that the scope has for that person."""

    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the log, byte for byte, and its tlog-proof under the package's one checkpoint."""

    index: int
    note: bytes
    proof: bytes


@dataclass(frozen=True, kw_only=True)
class Log:
    """The entries by rising index: what this case is made of, and how the keys that signed it became known.

    `proofs.under_one_checkpoint` gathers it from the case's events up to its second approval and, where an answer is
    signed, the registration of the organisation's key.
    """

    vkey: str
    checkpoint: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything. `at` is the moment of assembly; the same contents give the same bytes, whenever they are built."""

    file: File
    authority: Authority
    basis: Basis
    scope: Scope
    scope_entry: int
    deciders: tuple[Decider, Decider]
    consultation: Consultation
    people: tuple[Person, ...]
    log: Log
    at: datetime
