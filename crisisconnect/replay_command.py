"""`crisisconnect replay`: what happened, for a case; views as they were; exports that anybody can repeat."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from sqlalchemy import Engine

from crisisconnect import asking, investigating, republishing, telling
from crisisconnect.investigating import Case, Log
from crisisconnect.topology import SERVICES
from services.audit.replaying.export import lines
from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import item, tree
from services.kernel.codec import instant, moment
from services.kernel.replaying import past, replay
from services.kernel.store.database import reading
from services.reader.report import Unusable

BECAME = {"extra": "came", "missing": "went", "differs": "changed"}
MOST_IN_A_TREE = 10_000
"""Items shown as a tree; more of them come in the log's order, each with its depth, so that memory is bounded."""


def replay_(
    case: Annotated[str, typer.Option(help="The case number that this is for.")] = "",
    ground: Annotated[str, typer.Option(help="On which ground it is done; no names.")] = "",
    since: Annotated[str | None, typer.Option("--from", help="From this moment (RFC 3339).")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Before this moment.")] = None,
    account: Annotated[str | None, typer.Option(help="A person, by the account id that people know.")] = None,
    person: Annotated[str | None, typer.Option(help="A person, by the name that the log has for them.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Whose data it is about.")] = None,
    correlation: Annotated[str | None, typer.Option(help="What followed from one request.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="A type of event, or its bare name.")] = None,
    at: Annotated[str | None, typer.Option(help="Look no further than this entry's index, or this moment.")] = None,
    views: Annotated[
        str | None, typer.Option(help="Show this service's views as they were: one JSON row a line.")
    ] = None,
    compare: Annotated[tuple[int, int] | None, typer.Option(help="How --views differ between two indexes.")] = None,
    export: Annotated[Path | None, typer.Option(help="Write the entries here, and FILE.checkpoint beside it.")] = None,
    republish: Annotated[str | None, typer.Option(help="Send them to this exchange, named replay.<id>.")] = None,
    log: Annotated[Path | None, typer.Option(help="Replay a log that was exported as files.")] = None,
) -> None:
    """Look through the log for a case: a timeline with its causes, or one of the other forms. It goes on record."""
    if views is not None and views not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="--views")
    if compare is not None and views is None:
        raise typer.BadParameter("says which views: add --views SERVICE", param_hint="--compare")
    if republish is not None and not republishing.NAME.match(republish):
        raise typer.BadParameter("an exchange of its own, named replay.<id>", param_hint="--republish")
    chosen = Selection(
        since=_moment(since),
        until=_moment(until),
        person=person,
        organisation=organisation,
        correlation=correlation,
        types=tuple(sorted(set(kind or ()))),
    )
    with (
        past.scratch(asking.configuration().var) as room,
        _case(case, ground, chosen, account, _index_or_moment(at), log, room) as found,
    ):
        if compare is not None and views is not None:
            _compare(found, views, compare, room)
        elif views is not None:
            _views(found, views, room)
        elif republish is not None:
            found.exported()
            here = asking.configuration()
            try:
                sent = republishing.send(here.broker_url(asking.CALLER), republish, found.found())
            except republishing.Taken:
                typer.echo(f"replay: there is an exchange {republish} already", err=True)
                raise typer.Exit(1) from None
            typer.echo(f"{sent} entries wait in the queue {republish}")
        elif export is not None:
            _export(found, export)
        else:
            _timeline(found)


@contextmanager
def _case(
    case: str, ground: str, chosen: Selection, account: str | None, at: int | str | None, log: Path | None, room: Path
) -> Iterator[Case]:
    with ExitStack() as held:
        if log is None:
            asked = {
                "since": chosen.since,
                "until": chosen.until,
                "account": account,
                "person": chosen.person,
                "organisation": chosen.organisation,
                "correlationid": chosen.correlation,
                "types": list(chosen.types),
            }
            running = held.enter_context(investigating.running(case, ground, asked, at))
            typer.echo(f"replay {running.replay}, on record", err=True)
            _say_first(running.log)
            yield running
            return
        if account is not None:
            raise typer.BadParameter("a copy of the log knows people by --person alone", param_hint="--account")
        try:
            copied = held.enter_context(investigating.copied(log, room, chosen, at))
        except Unusable as error:
            typer.echo(f"replay: {error}", err=True)
            raise typer.Exit(2) from None
        _say_first(copied.log)
        yield copied


def _say_first(log: Log) -> None:
    if log.first:
        typer.echo(f"from entry {log.first} on: the log has let go of what came before", err=True)


def _timeline(found: Case) -> None:
    items, many = list[dict[str, object]](), False
    for one in found.found():
        shown = item(one)
        if not many:
            items.append(shown)
            many = len(items) > MOST_IN_A_TREE
            if many:
                _print((int(str(early["depth"])), early) for early in items)
        else:
            _print([(one.depth, shown)])
    if not many:
        _print(tree(items))


def _print(told: object) -> None:
    for level, one in told:  # type: ignore[attr-defined]
        name = one["type"].removeprefix("nl.crisisconnect.")
        branch = "  " * level + ("└ " if level else "")
        typer.echo(f"{one['index']:>8}  {one['at']}  {branch}{name}  {one['subject']}  by {one['actor']}")


def _export(found: Case, file: Path) -> None:
    """Whole or not at all: it gets its name when it is complete."""
    found.exported()
    partial, digest = file.with_name(file.name + ".partial"), hashlib.sha256()
    log = found.log
    with partial.open("wb") as out:
        for line in lines(log.origin, log.size, log.root, found.selection, found.found(), log.first):
            out.write(line)
            digest.update(line)
    partial.replace(file)
    file.with_name(file.name + ".checkpoint").write_bytes(log.checkpoint)
    typer.echo(f"{digest.hexdigest()}  {file}")


def views_of(service: str) -> past.Views:
    """What a service shows, and from which events."""
    kind = telling.participant(service)
    return past.Views(service, kind.views, kind.log_views, kind.follows)


def _views(found: Case, service: str, room: Path) -> None:
    with _at(found, service, found.log.size - 1, room / "views") as (shown, engine):
        for row in shown.rows(engine):
            sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _compare(found: Case, service: str, moments: tuple[int, int], room: Path) -> None:
    """Each row that is not the same, by its key and the columns that differ; no value, sealed or not, is shown."""
    first, second = moments
    if not 0 <= first <= second < found.log.size:
        raise typer.BadParameter(f"two indexes up to {found.log.size - 1}, the earlier first", param_hint="--compare")
    with (
        _at(found, service, first, room / "first") as (shown, early),
        _at(found, service, second, room / "second") as (_, late),
        reading(early) as before,
        reading(late) as after,
    ):
        for one in replay.compare(after, before, shown.tables):
            told = {"table": one.table, "key": one.key, "row": BECAME[one.kind], "columns": one.columns}
            typer.echo(json.dumps(told))


@contextmanager
def _at(found: Case, service: str, last: int, path: Path) -> Iterator[tuple[past.Views, Engine]]:
    shown = views_of(service)
    notes = found.of_types(shown.types(), last) if shown.types() else iter(())
    with past.rebuilt(shown, notes, path) as engine:
        yield shown, engine


def _index_or_moment(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else _moment(text, "--at")


def _moment(text: str | None, option: str = "--from, --to") -> str | None:
    if text is None:
        return None
    try:
        found = moment(text.upper())
        if found.tzinfo is not None:
            return instant(found)
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter("not a moment with its offset, as RFC 3339 writes it", param_hint=option)
