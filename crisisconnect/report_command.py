"""`crisisconnect report`: what a report says, asked at the machine itself, with no sign-in and no door in between."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from crisisconnect import asking
from crisisconnect.topology import SERVICES
from services.audit.conformance.report import kept_by
from services.kernel.calls.rpc import Unavailable

AT_RISK, BROKEN, NO_ANSWER = 3, 4, 5
"""Exit codes, beside 0 where every promise is kept or said not to be measured, and 1 and 2 as everywhere."""
PATIENCE = 8.0
"""Seconds in which audit answers, though it waits for whoever stands still."""
LOOK = 3.0
"""Seconds in which a service says that it is there."""
UNWELL = {"at_risk": AT_RISK, "broken": BROKEN}


class Kind(StrEnum):
    """What an operator may read: numbers, and nothing about a case. The other reports are had at the door."""

    CONFORMANCE = "conformance"
    INTEGRITY = "integrity"
    RETENTION = "retention"
    SECURITY = "security"
    ERASURES = "erasures"


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"


def report(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    form: Annotated[Form, typer.Option("--format", help="A table for people, or JSON.")] = Form.TABLE,
) -> None:
    """Show a report of the whole installation, as of now, without a sign-in.

    Exit codes of `conformance`: 0 nothing is at risk; 3 a promise is at risk; 4 one is broken; 5 audit, which makes the
    report, does not answer: who else does is said then.
    """
    try:
        found = _whole(kind)
    except Unavailable as away:
        _without(away, form)
        raise typer.Exit(NO_ANSWER) from None
    if form is Form.JSON:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        Console().print(_conformance(found["rows"]) if kind is Kind.CONFORMANCE else _table(found["rows"]))
        for name in found["totals"].get("no_answer", ()):
            typer.echo(f"no answer from {name}: at risk are {_promises(name)}")
    if kind is Kind.CONFORMANCE:
        raise typer.Exit(max((UNWELL.get(row["state"], 0) for row in found["rows"]), default=0))


def _whole(kind: Kind) -> dict[str, Any]:
    """Every row, whatever number of pages they fill. Raises Unavailable, Refused."""
    if kind is Kind.CONFORMANCE:
        return _asked("conformance", {})
    found = page = _asked("report", {"kind": kind.value})
    while page["next"] is not None:
        page = _asked("report", {"kind": kind.value, "after": page["next"], "whole": False})
        found["rows"] += page["rows"]
    return found | {"next": None}


def _asked(method: str, args: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = asking.ask_each(method, args, ["audit"], PATIENCE)["audit"]
    return found


def _without(away: Unavailable, form: Form) -> None:
    """Audit makes the report, so nothing is judged; who is there can still be told, and what hangs on who is not."""
    silent = {name: one.why for name, one in asking.answering("ready", SERVICES, LOOK).items() if one is not None}
    silent.setdefault(away.service, away.why)
    if form is Form.JSON:
        told = {name: {"why": why, "at_risk": sorted(kept_by(name))} for name, why in sorted(silent.items())}
        typer.echo(json.dumps({"rows": None, "no_answer": told}, indent=2))
        return
    for name, why in sorted(silent.items()):
        typer.echo(f"no answer from {name} ({why}): at risk are {_promises(name)}")
    there = [name for name in SERVICES if name not in silent]
    typer.echo(f"the report cannot be made; {', '.join(there) or 'nobody'} answers")


def _promises(service: str) -> str:
    return ", ".join(sorted(kept_by(service)))


def _conformance(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("promise", "state", "why")
    for row in rows:
        table.add_row(row["promise"], row["state"], "; ".join(row["why"]))
    return table


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(*names)
    for row in rows:
        table.add_row(*_cells(row, names))
    return table


def _cells(row: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = row.get(name)
        yield "-" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
