"""A version of the statement is published once, and what was published is never published differently (P14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.contracts.org import StatementParticularsWritten, StatementPublished, StatementTextWritten
from services.kernel.decider import Decider, Refused

LANGUAGES = ("nl", "en")
LISTS = ("purposes", "categories", "terms", "cookies", "stores")
"""What a version says in a form that programs read; each stands in the text where `{{its name}}` stood.

The `stores` are the app stores, each with a link to its own statement (P12).
"""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a list. `value` is a term, a lifetime or a link, where the list has such."""

    code: str
    words: Mapping[str, str]
    value: str | None = None
    added: bool = False


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One version, whole. `texts` are Markdown by language, `changes` what is new in it, in a few sentences each."""

    version: int
    effective_on: date
    lists: Mapping[str, tuple[Item, ...]]
    changes: Mapping[str, tuple[str, ...]]
    authority: Mapping[str, str]
    texts: Mapping[str, str]


def parse(said: Mapping[str, Any], templates: Mapping[str, str]) -> Statement:
    """A version from its particulars and its two texts. Raises KeyError or ValueError where it is not whole."""
    lists = {name: tuple(_item(code, one) for code, one in said[name].items()) for name in LISTS}
    for name, items in lists.items():
        if bare := [item.code for item in items if set(item.words) != set(LANGUAGES)]:
            raise ValueError(f"statement {said['version']}: {name} without words in both languages: {bare}")
    return Statement(
        version=int(said["version"]),
        effective_on=date.fromisoformat(said["effective_on"]),
        lists=lists,
        changes={lang: tuple(said["changes"][lang]) for lang in LANGUAGES},
        authority=said["authority"],
        texts={lang: _written(templates[lang], lists, lang) for lang in LANGUAGES},
    )


def _item(code: str, said: Mapping[str, Any]) -> Item:
    words = {lang: said[lang] for lang in LANGUAGES if lang in said}
    return Item(code=code, words=words, value=said.get("value"), added=said.get("added", False))


def _written(template: str, lists: Mapping[str, tuple[Item, ...]], lang: str) -> str:
    """The text with its lists in their places: words and particulars cannot say different things."""
    if misplaced(template, lists):
        raise ValueError(f"the text in {lang} has no place for its {misplaced(template, lists)[0]}, or more than one")
    for name, items in lists.items():
        template = template.replace(mark(name), "\n".join(f"- {item.words[lang]}" for item in items))
    return template


def mark(name: str) -> str:
    """What stands in a text where the list of this name goes."""
    return f"{{{{{name}}}}}"


def misplaced(template: str, lists: Mapping[str, tuple[Item, ...]]) -> list[str]:
    """The lists that have no place in the text, or more than one."""
    return [
        name for name, items in lists.items() if template.count(mark(name)) != 1 and (items or mark(name) in template)
    ]


def particulars(statement: Statement) -> dict[str, Any]:
    """What programs read of a version, as `parse` takes it."""
    return {
        "version": statement.version,
        "effective_on": statement.effective_on.isoformat(),
        "changes": {lang: list(statement.changes[lang]) for lang in LANGUAGES},
        "authority": dict(statement.authority),
        **{name: {item.code: _line(item) for item in statement.lists[name]} for name in LISTS},
    }


def _line(item: Item) -> dict[str, Any]:
    return {**_said(item), **({"added": True} if item.added else {})}


def _said(item: Item) -> dict[str, str]:
    return {**item.words, **({} if item.value is None else {"value": item.value})}


def restored(row: Mapping[str, Any], effective_on: date, texts: Mapping[str, str], version: int) -> Statement:
    """A version as its events have it: the fields of StatementParticularsWritten, and the text in each language."""
    lists = {
        name: tuple(
            Item(
                code=code,
                words={lang: line[lang] for lang in LANGUAGES},
                value=line.get("value"),
                added=f"{name}.{code}" in row["additions"],
            )
            for code, line in row["lists"].get(name, {}).items()
        )
        for name in LISTS
    }
    return Statement(
        version=version,
        effective_on=effective_on,
        lists=lists,
        changes={lang: tuple(row["changes"][lang]) for lang in LANGUAGES},
        authority=row["authority"],
        texts=texts,
    )


@dataclass(frozen=True, kw_only=True)
class Publish:
    """The hashes are SHA-256, of the texts and of the file with the particulars, in lower-case hexadecimal."""

    version: int
    effective_on: date
    nl_sha256: str
    en_sha256: str
    particulars_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Post:
    """A compliance officer publishes a version that no release has shipped. `promised` are words by promise.

    It is the next one, and begins `today` (in Amsterdam) at the soonest, and no sooner than the one before it.
    """

    statement: Statement
    promised: Mapping[str, Mapping[str, str]]
    nl_sha256: str
    en_sha256: str
    particulars_sha256: str
    today: date
    at: datetime


Command = Publish | Post
Event = StatementParticularsWritten | StatementTextWritten | StatementPublished
Published = Mapping[int, StatementPublished]
"""By number."""


def decide(published: Published, command: Command) -> Sequence[Event]:
    match command:
        case Publish() if command.version in published:
            return []
        case Publish():
            return [_told(command.version, command.effective_on, command)]
        case Post(statement=one):
            told = _told(one.version, one.effective_on, command)
            if (before := published.get(one.version)) is not None:
                if replace(before, at=told.at) == told:
                    return []
                raise Refused("version_taken")
            following = max(published, default=0) + 1
            if one.version != following:
                raise Refused("version_not_next", next=following)
            earliest = max([command.today, *(other.effective_on for other in published.values())])
            if one.effective_on < earliest:
                raise Refused("effective_too_early", earliest=earliest.isoformat())
            return [*_whole(one, command), told]


def _told(version: int, effective_on: date, command: Command) -> StatementPublished:
    return StatementPublished(
        statement_version=version,
        effective_on=effective_on,
        nl_sha256=command.nl_sha256,
        en_sha256=command.en_sha256,
        particulars_sha256=command.particulars_sha256,
        at=command.at,
    )


def _whole(one: Statement, command: Post) -> list[Event]:
    """An event for the particulars and one for each text: none of them is larger than an event may be."""
    written = StatementParticularsWritten(
        statement_version=one.version,
        lists={
            name: {
                item.code: {**item.words, **({"value": item.value} if item.value else {})} for item in one.lists[name]
            }
            for name in LISTS
        },
        additions=tuple(f"{name}.{item.code}" for name in LISTS for item in one.lists[name] if item.added),
        changes=dict(one.changes),
        authority=dict(one.authority),
        promised={promise: dict(words) for promise, words in command.promised.items()},
        at=command.at,
    )
    texts = [
        StatementTextWritten(statement_version=one.version, lang=lang, text=one.texts[lang], at=command.at)
        for lang in LANGUAGES
    ]
    return [written, *texts]


def evolve(published: Published, event: Event) -> Published:
    match event:
        case StatementPublished():
            return {**published, event.statement_version: event}
        case StatementParticularsWritten() | StatementTextWritten():
            return published


decider: Decider[Published, Command, Event] = Decider({}, decide, evolve)
