"""What every event is, before anyone stores or sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from enum import Enum
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

CATALOGUE: dict[str, type[Event]] = {}


F = TypeVar("F", bound=Callable[..., Any])


def remembered(function: F) -> F:
    """functools.cache for functions of an event's class, which mypy takes for unhashable."""
    return cast(F, cache(function))


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact, named in the past tense; never changed once released."""

    type: ClassVar[str]
    told_by: ClassVar[str]
    version: ClassVar[int] = 1
    kind: ClassVar[str]

    def __init_subclass__(cls, *, version: int = 1, kind: str = "account", **options: Any) -> None:
        """`kind` is the kind of stream (`account`, `session`, `organisation`, `erasure` …) the event belongs to.

        Who tells it is the contract that it stands in: the module, or the package of modules, below `contracts`.
        """
        super().__init_subclass__(**options)
        _, contract, name = cls.__module__.rpartition(".contracts.")
        cls.told_by = name.split(".")[0 if contract else -1]
        cls.version = version
        cls.kind = kind
        cls.type = f"nl.crisisconnect.{cls.told_by}.{cls.__name__}.v{version}"
        if cls.type in CATALOGUE and CATALOGUE[cls.type].__qualname__ != cls.__qualname__:
            raise TypeError(f"two events claim the type {cls.type}")
        CATALOGUE[cls.type] = cls


@dataclass(frozen=True)
class Personal:
    """How one personal field is kept: its category, and the plain field that names the key's owner."""

    category: str
    owner: str | None
    indexed: bool


def subject() -> Any:
    """Mark the field that holds the pseudonym of the person whom the event is about."""
    return field(metadata={"subject": True})


def personal(category: Enum, *, owner: str | None = None, indexed: bool = False) -> Any:
    """Mark personal data of `category`. Type it `| None`: one day the key is gone, and so is the value.

    `owner` names the field with the owner of the key where that is not the subject (a session has a shorter
    life than its account). `indexed` asks for a keyed blind index, so that a view can look the value up.
    """
    return field(metadata={"personal": Personal(category.value, owner, indexed)}, default=None)


@remembered
def personal_fields(event: type[Any]) -> Mapping[str, Personal]:
    return {f.name: f.metadata["personal"] for f in fields(event) if "personal" in f.metadata}


@remembered
def plain_fields(event: type[Any]) -> Mapping[str, Field[Any]]:
    return {f.name: f for f in fields(event) if "personal" not in f.metadata}


@remembered
def subject_field(event: type[Any]) -> str | None:
    return next((f.name for f in fields(event) if "subject" in f.metadata), None)


def subject_of(event: Event) -> str | None:
    """The pseudonym of the person whom `event` is about, if it is about one."""
    name = subject_field(type(event))
    return getattr(event, name) if name else None


def only(owner: str, category: str) -> str:
    """The name under which one key of an owner goes, or has gone, without the others: its key of that category."""
    return f"{owner}#{category}"


def owner_of(event: Event, name: str) -> str:
    """Who owns the key that the personal field `name` is sealed with: `account/<pseudonym>`, `session/<id>` …"""
    owner = personal_fields(type(event))[name].owner
    if owner is None:
        return f"account/{subject_of(event)}"
    return f"{owner}/{getattr(event, owner)}"
