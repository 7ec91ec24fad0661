"""A report as a page: the columns that fit, the same bytes for the same report, and where the rest is to be had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.paper.register_lines import line
from gateway.paper.report_codes import SPOKEN, TOTALS, WHY
from gateway.paper.report_words import COLUMNS, PAGE, TITLES
from gateway.paper.words import LANGUAGES
from gateway.schemas.reports import REPORTS
from services.contracts.standing import STANDING_SENTENCE
from services.contracts.wording import CATEGORIES, duration, rule, said
from services.kernel.moments import day, short, written

ROWS = 500
"""So many rows are on paper at most: whoever wants to read on wants a table, not a book."""
LONGEST = 240
"""Characters of one cell."""
WEIGHTS = (5, 30)
"""Between these a column is as wide as what stands in it, beside the others; one with an id is as wide as that."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00))?\Z")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_TYPE = re.compile(r"nl\.crisisconnect\.([a-z]+\.[A-Za-z]+)\.v\d+\Z")
_UNBROKEN = re.compile(r"[^\s\-]{20}(?=[^\s\-])")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """`exact` where it is an id, to be compared sign by sign."""

    text: str
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """All that the template sees; every cell is text. `widths` are of the columns, 0 for that of an id."""

    template: str = "report"
    lang: str
    at: str
    words: Mapping[str, str]
    kind: str
    title: str
    organisation: str
    period: str
    made: str
    checkpoint: str
    totals: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str


def meaning(name: str, lang: str) -> str:
    """What a column is called, or a total."""
    words = COLUMNS if name in COLUMNS else TOTALS
    return words[name][LANGUAGES.index(lang)] if name in words else name.replace("_", " ")


def columns(kind: str, organisation: str | None) -> tuple[str, ...]:
    """Those on paper: of whom a row is stands in it where the report is of all, and above it where it is of one."""
    declared = REPORTS[kind]
    named = [name for name in declared.paper if name != "organisation"]
    return tuple(named) if organisation or "organisation" not in declared.columns else ("organisation", *named)


def page(report: Mapping[str, Any], lang: str) -> ReportPage:
    """From the report as JSON: the same for the same report."""
    words, rows = PAGE[lang], report["rows"]
    names = columns(report["kind"], report["organisation"])
    head = tuple(meaning(_spoken(name, lang), lang) for name in names)
    shown = tuple(_row(report["kind"], one, names, lang) for one in rows[:ROWS])
    count = report["count"]
    note = words["more"].format(shown=len(shown), all=count) if len(shown) < count else words["whole"]
    return ReportPage(
        lang=lang,
        at=report["generated_at"],
        words=words,
        kind=report["kind"],
        title=TITLES[report["kind"]][LANGUAGES.index(lang)],
        organisation=report["organisation"] or words["all"],
        period=_period(report, words, lang),
        made=written(report["generated_at"], lang),
        checkpoint=_checkpoint(report["checkpoint"]) or words["none"],
        totals=tuple(_totals(report["totals"], lang)),
        head=head,
        widths=tuple(_width(label, [row[at] for row in shown]) for at, label in enumerate(head)),
        rows=shown,
        note=f"{note} {STANDING_SENTENCE[lang]}",
    )


def _spoken(name: str, lang: str) -> str:
    """A column that is there in each language is that of this one."""
    return f"says_{lang}" if name in ("says_nl", "says_en") else name


def _width(label: str, cells: Sequence[Cell]) -> int:
    if any(one.exact for one in cells):
        return 0
    longest = max((len(one.text) for one in cells), default=0)
    return max(WEIGHTS[0], max(map(len, label.split())), min(longest, WEIGHTS[1]))


def _period(report: Mapping[str, Any], words: Mapping[str, str], lang: str) -> str:
    ends = [f"{words[name]} {day(report[name], lang)}" for name in ("from", "to") if report[name]]
    return " ".join(ends) or words["always"]


def _checkpoint(note: str | None) -> str:
    """`origin, size, root` of the log that the report has taken in."""
    return ", ".join((note or "").split("\n")[:3])


def _totals(totals: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    for name, value in totals.items():
        if isinstance(value, Mapping):
            named = ((said(inner, CATEGORIES, lang), one) for inner, one in value.items())
            yield from ((f"{meaning(name, lang)}: {inner}", _text(name, one, lang)) for inner, one in named)
        else:
            yield meaning(name, lang), _text(name, value, lang)


def _row(kind: str, row: Mapping[str, Any], names: Sequence[str], lang: str) -> tuple[Cell, ...]:
    told = line(row, lang) if kind == "processing-register" and "section" in row else row
    return tuple(_cell(kind, name, told, lang) for name in names)


def _cell(kind: str, name: str, row: Mapping[str, Any], lang: str) -> Cell:
    value = row.get(_spoken(name, lang))
    if kind == "conformance" and name == "why":
        value = list(_why(row, lang))
    text = _text(name, value, lang)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    exact = _ID.match(text) is not None
    return Cell(text=text if exact else _UNBROKEN.sub(lambda found: found[0] + "\u200b", text), exact=exact)


def _why(row: Mapping[str, Any], lang: str) -> Iterator[str]:
    """In the words of each measure that found something; of a job its name, and how it is doing."""
    measured = {one["measure"]: one[lang].rstrip(".") for one in row.get("measures") or ()}
    for one in row.get("why") or ():
        name, apart, why = one.partition(": ")
        yield f"{measured.get(name, name)}: {said(why, WHY, lang)}" if apart else said(one, WHY, lang)


def _text(name: str, value: Any, lang: str) -> str:
    words = PAGE[lang]
    match value:
        case None | []:
            return "–"
        case bool():
            return words["yes"] if value else words["no"]
        case str() if _DATE.match(value):
            return short(value, lang)
        case str() if name == "rule":
            return rule(value, lang)
        case str():
            found = _TYPE.match(value)
            return found[1] if found else said(value, SPOKEN.get(name, {}), lang)
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(said(one, SPOKEN.get(name, {}), lang) for one in value)
        case dict() if name in ("terms", "triggers") and all(isinstance(one, str) for one in value.values()):
            return ", ".join(f"{said(of, CATEGORIES, lang)}: {_term(one, lang)}" for of, one in value.items())
        case _:
            return json.dumps(value, ensure_ascii=False)


def _term(value: str, lang: str) -> str:
    return said(duration(value, lang), SPOKEN["triggers"], lang)
