"""A version of the statement is published once, and what was published is never published differently (P14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.contracts.org import StatementPublished
from services.kernel.decider import Decider

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
    for name, items in lists.items():
        if items and template.count(f"{{{{{name}}}}}") != 1:
            raise ValueError(f"the text in {lang} has no place for its {name}, or more than one")
        template = template.replace(f"{{{{{name}}}}}", "\n".join(f"- {item.words[lang]}" for item in items))
    return template


@dataclass(frozen=True, kw_only=True)
class Publish:
    """The hashes are SHA-256, of the texts and of the file with the particulars, in lower-case hexadecimal."""

    version: int
    effective_on: date
    nl_sha256: str
    en_sha256: str
    particulars_sha256: str
    at: datetime


def decide(published: frozenset[int], command: Publish) -> Sequence[StatementPublished]:
    if command.version in published:
        return []
    return [
        StatementPublished(
            statement_version=command.version,
            effective_on=command.effective_on,
            nl_sha256=command.nl_sha256,
            en_sha256=command.en_sha256,
            particulars_sha256=command.particulars_sha256,
            at=command.at,
        )
    ]


def evolve(published: frozenset[int], event: StatementPublished) -> frozenset[int]:
    return published | {event.statement_version}


decider: Decider[frozenset[int], Publish, StatementPublished] = Decider(frozenset(), decide, evolve)
