"""One table for people and one JSON file for machines, from the same rows.

A row names `what` was measured and holds `ours` in its `unit`. Beside a rival it also holds `theirs` and their
`ratio`, and a `goal` is the least ratio; alone, a `goal` is what `ours` must stay below.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]


def against(
    what: str, ours: Sequence[float], theirs: Sequence[float], *, unit: str = "/s", goal: float | None = None
) -> Row:
    """Medians of rounds that took turns, more being better; the ratio is that of neighbours in time, by median."""
    a, b = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    rounds = {"rounds_ours": list(ours), "rounds_theirs": list(theirs)}
    return {"what": what, "unit": unit, "ours": a, "theirs": b, "ratio": ratio, "goal": goal, **rounds}


def below(what: str, measured: Sequence[float], *, unit: str, goal: float | None) -> Row:
    """A median that must stay below its goal."""
    return {"what": what, "unit": unit, "ours": statistics.median(measured), "goal": goal, "rounds": list(measured)}


def holds(row: Row) -> bool | None:
    """Whether the goal is reached; None where there is none."""
    goal = row.get("goal")
    if goal is None:
        return None
    ratio = row.get("ratio")
    return bool(row["ours"] < goal) if ratio is None else bool(ratio >= goal)


def table(rows: Sequence[Row]) -> str:
    width = max([len(str(row["what"])) for row in rows] + [20])
    lines = [f"{'':{width}}{'ours':>10}{'theirs':>10} {'unit':6}{'ratio':>8}{'goal':>8}"]
    for row in rows:
        ratio, goal, held = row.get("ratio"), row.get("goal"), holds(row)
        sign = "" if goal is None else (">=" if ratio is not None else "<") + f" {goal:g}"
        lines.append(
            f"{row['what']:{width}}{_number(row['ours'])}{_number(row.get('theirs'))} {row.get('unit', '/s'):6}"
            f"{'' if ratio is None else f'{ratio:.2f}':>8}{sign:>8}"
            f"{'' if held is None else '  yes' if held else '  NO'}".rstrip()
        )
    return "\n".join(lines)


def write(directory: Path, name: str, rows: Sequence[Row]) -> None:
    """`<directory>/<name>.json`, the newest run in place of the one before."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.json").write_bytes(orjson.dumps(list(rows), option=orjson.OPT_INDENT_2))


def _number(value: float | None) -> str:
    return f"{'' if value is None else f'{value:.1f}' if value < 100 else f'{value:.0f}':>10}"
