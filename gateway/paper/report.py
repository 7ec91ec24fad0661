"""A report as a page: the columns that fit, the same bytes for the same report, and where the rest is to be had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.paper.report_words import COLUMNS, PAGE, TITLES
from gateway.paper.words import LANGUAGES
from gateway.schemas.reports import REPORTS
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.moments import AMSTERDAM, written

ROWS = 500
"""So many rows are on paper at most: whoever wants to read on wants a table, not a book."""
LONGEST = 80
"""Characters of one cell."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)\Z")
_UNBROKEN = re.compile(r"[^\s\-]{20}(?=[^\s\-])")


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """All that the template sees; every cell is text."""

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
    rows: tuple[tuple[str, ...], ...]
    note: str


def meaning(name: str, lang: str) -> str:
    """What a column is called; one that only a total has goes by its name."""
    return COLUMNS[name][LANGUAGES.index(lang)] if name in COLUMNS else name.replace("_", " ")


def page(report: Mapping[str, Any], lang: str) -> ReportPage:
    """From the report as JSON: the same for the same report."""
    words, columns, rows = PAGE[lang], REPORTS[report["kind"]].paper, report["rows"]
    shown = rows[:ROWS]
    count = report["count"]
    note = words["more"].format(shown=len(shown), all=count) if len(shown) < count else words["whole"]
    return ReportPage(
        lang=lang,
        at=report["generated_at"],
        words=words,
        kind=report["kind"],
        title=TITLES[report["kind"]][LANGUAGES.index(lang)],
        organisation=report["organisation"] or words["all"],
        period=_period(report, words),
        made=written(report["generated_at"], lang),
        checkpoint=_checkpoint(report["checkpoint"]) or words["none"],
        totals=tuple(_totals(report["totals"], lang, words)),
        head=tuple(meaning(name, lang) for name in columns),
        rows=tuple(tuple(_cell(row.get(name), words) for name in columns) for row in shown),
        note=f"{note} {STANDING_SENTENCE[lang]}",
    )


def _period(report: Mapping[str, Any], words: Mapping[str, str]) -> str:
    ends = [f"{words[name]} {report[name]}" for name in ("from", "to") if report[name]]
    return " ".join(ends) or words["always"]


def _checkpoint(note: str | None) -> str:
    """`origin, size, root` of the log that the report has taken in."""
    return ", ".join((note or "").split("\n")[:3])


def _totals(totals: Mapping[str, Any], lang: str, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in totals.items():
        if isinstance(value, Mapping):
            yield from ((f"{meaning(name, lang)}: {inner}", _cell(one, words)) for inner, one in value.items())
        else:
            yield meaning(name, lang), _cell(value, words)


def _cell(value: Any, words: Mapping[str, str]) -> str:
    match value:
        case None | []:
            return "–"
        case bool():
            return words["yes"] if value else words["no"]
        case str() if _MOMENT.match(value):
            return f"{datetime.fromisoformat(value).astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"
        case str():
            text = value
        case list() if all(isinstance(one, str) for one in value):
            text = ", ".join(value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return _UNBROKEN.sub(lambda found: found[0] + "\u200b", text)
