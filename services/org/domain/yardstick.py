"""A version of the statement states what the code does, and leaves nothing of it out (P02, P04, P06, P10, P12, P16).

The build holds every version that is shipped against this, and publishing one holds it against the code that runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.contracts.privacy import ADDITIONS, APP_STORES, PROMISES
from services.kernel.durations import after
from services.org.domain.statement import LANGUAGES, LISTS, Statement

STARTS = tuple(datetime(2023 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(48))
"""A month is not always as long: what is longer has to be so from any of these on."""
Promised = Mapping[str, Mapping[str, str]]
"""By promise and language the words that make it, as they stand in the text."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """What the code that runs does: `terms` by what begins them, `cookies` with their lifetimes, as registered."""

    purposes: frozenset[str]
    categories: frozenset[str]
    terms: Mapping[str, str]
    cookies: Mapping[str, str]


@dataclass(frozen=True)
class Miss:
    """`field` is the path in what was posted: `categories.email`."""

    code: str
    field: str


def misses(one: Statement, code: Code, promised: Promised) -> list[Miss]:
    """Everything in which the version and the code differ, and every promise that it does not make."""
    return [
        *_listed(one, "purposes", code.purposes, "purpose_not_stated"),
        *_listed(one, "categories", code.categories, "category_not_stated"),
        *_listed(one, "terms", frozenset(code.terms), "term_not_stated"),
        *_listed(one, "cookies", frozenset(code.cookies), "cookie_not_stated"),
        *_listed(one, "stores", APP_STORES, "store_not_linked"),
        *_marked(one),
        *_kept(one, code.terms),
        *_set(one, code.cookies),
        *_linked(one),
        *_worded(one),
        *_promises(one, promised),
    ]


def _listed(one: Statement, name: str, wanted: frozenset[str], code: str) -> Iterator[Miss]:
    stated = {item.code for item in one.lists[name]}
    yield from (Miss(code, f"{name}.{missing}") for missing in sorted(wanted - stated))
    # What the code does not do is no statement of it; an app store may come before this release knows it.
    unknown = stated - wanted if name != "stores" else set[str]()
    yield from (Miss("particular_unknown", f"{name}.{other}") for other in sorted(unknown))


def _marked(one: Statement) -> Iterator[Miss]:
    """What 2018 had not is marked as added, and nothing else."""
    for item in one.lists["categories"]:
        if item.added != (item.code in ADDITIONS):
            yield Miss("addition_not_marked", f"categories.{item.code}")


def _kept(one: Statement, terms: Mapping[str, str]) -> Iterator[Miss]:
    for item in one.lists["terms"]:
        if item.code in terms and not _as_long(item.value, terms[item.code]):
            yield Miss("term_too_short", f"terms.{item.code}")


def _as_long(stated: str | None, kept: str) -> bool:
    try:
        return stated is not None and all(after(start, stated) >= after(start, kept) for start in STARTS)
    except (ValueError, OverflowError):
        return False


def _set(one: Statement, cookies: Mapping[str, str]) -> Iterator[Miss]:
    for item in one.lists["cookies"]:
        if item.code in cookies and item.value != cookies[item.code]:
            yield Miss("cookie_differs", f"cookies.{item.code}")


def _linked(one: Statement) -> Iterator[Miss]:
    for item in one.lists["stores"]:
        link = item.value or ""
        if not link.startswith("https://") or any(link not in one.texts[lang] for lang in LANGUAGES):
            yield Miss("store_not_linked", f"stores.{item.code}")


def _worded(one: Statement) -> Iterator[Miss]:
    """Both languages have the same sections and lists, each line of a list stands there, and so does the authority."""
    if len({_shape(text) for text in one.texts.values()}) > 1:
        yield Miss("languages_differ", "texts")
    for lang in LANGUAGES:
        for name in LISTS:
            for item in one.lists[name]:
                if f"- {item.words[lang]}\n" not in f"{one.texts[lang]}\n":
                    yield Miss("line_not_in_text", f"{name}.{item.code}.{lang}")
        if not one.authority.get("name") or one.authority["name"] not in one.texts[lang]:
            yield Miss("authority_not_named", f"texts.{lang}")


def _shape(text: str) -> str:
    """Headings, lines of lists and paragraphs, without what they say; where a line is broken does not count."""
    return re.sub(r"(?m)^(##? |- )?.*$", r"\1", re.sub(r"(?<=\S)\n(?![\n#-])", " ", text))


def _promises(one: Statement, promised: Promised) -> Iterator[Miss]:
    texts = {lang: _folded(one.texts[lang]) for lang in LANGUAGES}
    for promise in PROMISES:
        for lang in LANGUAGES:
            words = _folded(promised.get(promise, {}).get(lang, ""))
            if not words or words not in texts[lang]:
                yield Miss("promise_not_stated", f"promises.{promise}.{lang}")


def _folded(text: str) -> str:
    return " ".join(text.split())
