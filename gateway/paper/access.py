"""The answer to access as paper: in short on its first page, then everything as it is held; an empty field says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.paper.access_names import CODED, CODES, FIELDS, OF_FIELD, OUTCOMES
from gateway.paper.access_words import CHAPTERS, WORDS
from gateway.paper.words import LANGUAGES
from services.contracts.org import OrganisationKind
from services.contracts.privacy import TRIGGERS, Category
from services.contracts.wording import CATEGORIES, TRIGGERS as SPOKEN_TRIGGERS, duration, rule, said as spoken
from services.kernel.moments import day, written

MOST = 200
"""Pieces of one kind on paper; of more the first, and how many there are beside them."""
LONGEST = 4_000
"""Characters of one value on paper; the rest is in the JSON beside it, and the paper is ready in time."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)\Z")
SHORT = 60
"""Characters that stand beside others; what is longer has a line of its own."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`exact` where it is an id, to be compared sign by sign."""

    label: str
    value: str
    long: bool
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """`pieces` are what is held of this kind; there is at least one, if only to say *none*. `after` may be empty."""

    title: str
    pieces: tuple[tuple[Fact, ...], ...]
    after: str


@dataclass(frozen=True, kw_only=True)
class AccessPage:
    """All that the template sees; every text in it is shown as it is."""

    template: str = "access"
    lang: str
    at: str
    words: Mapping[str, str]
    made: str
    short: tuple[Fact, ...]
    chapters: tuple[Chapter, ...]
    standing: str
    law: str


def page(answer: Mapping[str, Any], lang: str) -> AccessPage:
    """From the JSON answer in the same language; the same page for the same answer."""
    words = WORDS[lang]
    return AccessPage(
        lang=lang,
        at=answer["generated_at"],
        words=words,
        made=written(answer["generated_at"], lang),
        short=tuple(_short(answer, lang)),
        chapters=(*_copy(answer, lang), *_about(answer, lang)),
        standing=answer["standing_sentence"],
        law=words["law"].format(law=answer["law"], statement=answer["statement"]),
    )


def _short(answer: Mapping[str, Any], lang: str) -> Iterable[Fact]:
    words, agreement = WORDS[lang], answer["agreement"]
    going = answer["terms"]["erasures"]
    # Where the maker answers for its own people, or nothing is agreed any more, the statement says what for.
    stated = [_code(one["code"], lang) for one in answer["purposes"]]
    agreed = agreement["purposes"] if agreement else {}
    purposes = [f"{_code(one, lang)} ({_code(basis, lang)})" for one, basis in agreed.items()] or stated
    held = agreement["categories"] if agreement else [one["code"] for one in answer["categories"]]
    authority = answer["complaint"]
    said = (
        ("processed", words["processed_yes"]),
        ("controller", _controller(answer["controller"])),
        ("categories", ", ".join(_said("category", one, lang) for one in held)),
        ("purposes", ", ".join(purposes)),
        ("sources", " ".join(one["words"] for one in answer["sources"])),
        ("recipients", ", ".join([*_maker(answer, words), *answer["recipients"]])),
        ("how_long", words["how_long_going" if going else "how_long_open"]),
        ("automated", answer["automated_decisions"]["words"]),
        ("transfers", answer["transfers"]["words"]),
        ("rights", f"{', '.join(_code(one, lang) for one in answer['rights'])}. {words['rights_how']}"),
        ("complaint", f"{authority['name']}, {authority['link']}. {words['complaint_how']}"),
    )
    for name, value in said:
        yield Fact(label=words[name], value=value or words["none"], long=True)


def _maker(answer: Mapping[str, Any], words: Mapping[str, str]) -> Sequence[str]:
    """Who processes for a controller is a recipient (AVG 4(9)); of its own people the maker is the controller."""
    return () if answer["controller"]["kind"] == OrganisationKind.MAKER else (words["maker"],)


def _controller(controller: Mapping[str, Any]) -> str:
    contact = controller["contact"] or {}
    return ", ".join(one for one in (controller["name"], *(contact.get(n) for n in ("name", "email", "phone"))) if one)


def _copy(answer: Mapping[str, Any], lang: str) -> Iterable[Chapter]:
    """A chapter for each part, in the order of the answer: what comes to be held later has one by itself.

    Beside who looked stands whether their names are given, and if not how to ask for them.
    """
    for part, held in answer["copy"].items():
        made = _chapter(CHAPTERS[lang].get(part, part), held, lang, part)
        beside = f"{answer['names']['words']} {made.after}".strip()
        yield replace(made, after=beside) if part == "looks" else made


def _about(answer: Mapping[str, Any], lang: str) -> Iterable[Chapter]:
    words, agreement = WORDS[lang], answer["agreement"]
    purposes, terms = (agreement["purposes"], agreement["retention"]) if agreement else ({}, {})
    bases = {_code(name, lang): _code(value, lang) for name, value in purposes.items()}
    begins = (agreement.get("triggers") or {}) if agreement else {}
    kept = {spoken(name, CATEGORIES, lang): _kept(name, value, begins, lang) for name, value in terms.items()}
    agreed = [one for one in (bases, kept) if one]
    yield _chapter(words["agreement"], agreed, lang)
    known = {one["name"] for one in answer["engaged"]}
    others = [{"": one} for one in (*_maker(answer, words), *answer["recipients"]) if one not in known]
    yield _chapter(words["recipients"], [*others, *answer["engaged"]], lang)
    yield _chapter(words["terms"], [{"": one["words"]} for one in answer["terms"]["statement"]], lang)
    yield _chapter(words["erasures"], answer["terms"]["erasures"], lang)
    yield _chapter(words["not_shown"], [{"": one["words"]} for one in answer["not_shown"]], lang)


def _chapter(title: str, held: Any, lang: str, part: str = "") -> Chapter:
    words = WORDS[lang]
    pieces: Sequence[Any] = held if isinstance(held, list) else [held] if held else []
    shown = tuple(
        tuple(_fact(name, value, lang, part) for name, value in one.items())
        for one in pieces[:MOST]
        if isinstance(one, dict)
    )
    none = ((Fact(label="", value=words["none"], long=True),),)
    after = f"{words['more']} {len(pieces) - MOST}." if len(pieces) > MOST else ""
    return Chapter(title=title, pieces=shown or none, after=after)


def _fact(name: str, value: Any, lang: str, part: str = "") -> Fact:
    judged = part == "complaints" and name == "outcome" and isinstance(value, str)
    said = spoken(value, OUTCOMES, lang) if judged else _said(name, value, lang) or WORDS[lang]["none"]
    if len(said) > LONGEST:
        said = f"{said[:LONGEST]} … {WORDS[lang]['cut']}"
    label = _label(name, lang)
    return Fact(label=label, value=said, long=len(said) > SHORT or not label, exact=_ID.match(said) is not None)


def _label(name: str, lang: str) -> str:
    return FIELDS[name][LANGUAGES.index(lang)] if name in FIELDS else _code(name, lang)


def _said(name: str, value: Any, lang: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return WORDS[lang]["yes" if value else "no"]
        case str():
            return _told(name, value, lang)
        case list():
            return _listed([_said(name, one, lang) for one in value])
        case {"code": str(), "words": str(words)}:
            return words
        case dict() if lang in value:
            return str(value[lang])
        case dict():
            none = WORDS[lang]["none"]
            return "; ".join(
                f"{_label(inner, lang)}: {_said(inner, one, lang) or none}" for inner, one in value.items()
            )
        case _:
            return str(value)


def _kept(category: str, term: str, begins: Mapping[str, str], lang: str) -> str:
    """How long, and what begins it: what was agreed, or else what does by itself."""
    usual = TRIGGERS[Category(category)][0].value if category in set(Category) else None
    trigger = begins.get(category, usual)
    after = f" {WORDS[lang]['after']}: {spoken(trigger, SPOKEN_TRIGGERS, lang)}" if trigger else ""
    return f"{duration(term, lang)}{after}"


def _told(name: str, value: str, lang: str) -> str:
    if name in CODED:
        return spoken(value, OF_FIELD.get(name, CODES), lang)
    if name == "rule":
        return rule(value, lang)
    return written(value, lang) if _MOMENT.match(value) else day(value, lang) if _DAY.match(value) else value


def _listed(said: Sequence[str]) -> str:
    """Sentences follow each other; anything else is kept apart by a semicolon."""
    return (" " if all(one.endswith(".") for one in said) else "; ").join(said)


def _code(code: str, lang: str) -> str:
    return CODES[code][LANGUAGES.index(lang)] if code in CODES else code
