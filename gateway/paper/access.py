"""The answer to access as paper: in short on its first page, then everything as it is held; an empty field says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.paper.access_names import CODED, CODES, FIELDS
from gateway.paper.access_words import CHAPTERS, WORDS
from gateway.paper.words import LANGUAGES
from services.kernel.moments import written

MOST = 200
"""Pieces of one kind on paper; of more the first, and how many there are beside them."""
LONGEST = 4_000
"""Characters of one value on paper; the rest is in the JSON beside it, and the paper is ready in time."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)\Z")
SHORT = 60
"""Characters that stand beside others; what is longer has a line of its own."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    label: str
    value: str
    long: bool


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
    purposes = [_code(one, lang) for one in (agreement["purposes"] if agreement else [])]
    held = agreement["categories"] if agreement else [one["code"] for one in answer["categories"]]
    authority = answer["complaint"]
    said = (
        ("processed", words["processed_yes"]),
        ("controller", _controller(answer["controller"])),
        ("categories", ", ".join(_code(one, lang) for one in held)),
        ("purposes", ", ".join(purposes)),
        ("sources", " ".join(one["words"] for one in answer["sources"])),
        ("recipients", ", ".join(answer["recipients"])),
        ("how_long", words["how_long_going" if going else "how_long_open"]),
        ("automated", answer["automated_decisions"]["words"]),
        ("transfers", answer["transfers"]["words"]),
        ("rights", ", ".join(_code(one, lang) for one in answer["rights"])),
        ("complaint", f"{words['complaint_how']} {authority['name']}, {authority['link']}"),
    )
    for name, value in said:
        yield Fact(label=words[name], value=value or words["none"], long=True)


def _controller(controller: Mapping[str, Any]) -> str:
    contact = controller["contact"] or {}
    return ", ".join(one for one in (controller["name"], *(contact.get(n) for n in ("name", "email", "phone"))) if one)


def _copy(answer: Mapping[str, Any], lang: str) -> Iterable[Chapter]:
    """A chapter for each part, in the order of the answer: what comes to be held later has one by itself.

    Beside who looked stands whether their names are given, and if not how to ask for them.
    """
    for part, held in answer["copy"].items():
        made = _chapter(CHAPTERS[lang].get(part, part), held, lang)
        beside = f"{answer['names']['words']} {made.after}".strip()
        yield replace(made, after=beside) if part == "looks" else made


def _about(answer: Mapping[str, Any], lang: str) -> Iterable[Chapter]:
    words, agreement = WORDS[lang], answer["agreement"]
    agreed = [
        {_code(name, lang): _code(value, lang) for name, value in part.items()}
        for part in ((agreement["purposes"], agreement["retention"]) if agreement else ())
    ]
    yield _chapter(words["agreement"], agreed, lang)
    known = {one["name"] for one in answer["engaged"]}
    others = [{"": one} for one in answer["recipients"] if one not in known]
    yield _chapter(words["recipients"], [*others, *answer["engaged"]], lang)
    yield _chapter(words["terms"], [{"": one["words"]} for one in answer["terms"]["statement"]], lang)
    yield _chapter(words["erasures"], answer["terms"]["erasures"], lang)
    yield _chapter(words["not_shown"], [{"": one["words"]} for one in answer["not_shown"]], lang)


def _chapter(title: str, held: Any, lang: str) -> Chapter:
    words = WORDS[lang]
    pieces: Sequence[Any] = held if isinstance(held, list) else [held] if held else []
    shown = tuple(
        tuple(_fact(name, value, lang) for name, value in one.items()) for one in pieces[:MOST] if isinstance(one, dict)
    )
    none = ((Fact(label="", value=words["none"], long=True),),)
    after = f"{words['more']} {len(pieces) - MOST}." if len(pieces) > MOST else ""
    return Chapter(title=title, pieces=shown or none, after=after)


def _fact(name: str, value: Any, lang: str) -> Fact:
    said = _said(name, value, lang) or WORDS[lang]["none"]
    if len(said) > LONGEST:
        said = f"{said[:LONGEST]} … {WORDS[lang]['cut']}"
    label = _label(name, lang)
    return Fact(label=label, value=said, long=len(said) > SHORT or not label)


def _label(name: str, lang: str) -> str:
    return FIELDS[name][LANGUAGES.index(lang)] if name in FIELDS else _code(name, lang)


def _said(name: str, value: Any, lang: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return WORDS[lang]["yes" if value else "no"]
        case str():
            return _code(value, lang) if name in CODED else written(value, lang) if _MOMENT.match(value) else value
        case list():
            return "; ".join(_said(name, one, lang) for one in value)
        case dict() if lang in value:
            return str(value[lang])
        case dict():
            return "; ".join(f"{_label(inner, lang)}: {_said(inner, one, lang)}" for inner, one in value.items() if one)
        case _:
            return str(value)


def _code(code: str, lang: str) -> str:
    return CODES[code][LANGUAGES.index(lang)] if code in CODES else code
