"""What an operator does by hand: retire keys, look after what was set aside."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from crisisconnect import asking, rotating
from crisisconnect.topology import SERVICES

keys = typer.Typer(no_args_is_help=True, help="The keys that personal data is sealed with, and those that sign.")
deadletters = typer.Typer(no_args_is_help=True, help="What could not be followed or was not let into the log.")
Service = Annotated[str, typer.Argument(help="auth, org, audit or retention")]
Index = Annotated[int, typer.Argument(help="The entry's index in the log.")]


Signing = Annotated[
    str | None,
    typer.Option("--signing", metavar="SERVICE", help="Its signing key instead: auth, org, audit, retention."),
]
Prepare = Annotated[bool, typer.Option("--prepare", help="With --signing: only mint the key that is to come.")]


@keys.command("rotate")
def rotate(signing: Signing = None, prepare: Prepare = False) -> None:
    """Wrap the living keys anew and destroy the old epoch: what was erased is then unreadable in every copy.

    With --signing, a service's signing key hands over to a new one, in the log, and is destroyed; again after a crash,
    it goes on where it was. Where processes have secrets of their own, --prepare mints the new one first: bring it to
    that service's relay before the rest. Exit code 1: the log does not have the hand-over yet.
    """
    if signing is not None:
        _rotate_signing(signing, prepare=prepare)
        return
    if prepare:
        raise typer.BadParameter("it goes with --signing")
    for service, found in asking.ask_each("rotate_keys").items():
        typer.echo(f"{service}: {found['keys']} keys moved from {found['retired']} to {found['current']}")


@keys.command("status")
def status() -> None:
    """Which epoch is in use since when, how many keys it wraps and where its own lies; which key signs, since when.

    `to go` are epochs that the provider has yet to give up; `index` is the version of the blind indexes, and two
    while a rotation runs, or after it was killed.
    """
    table = Table("service", "epoch", "since", "keys", "provider", "to go", "index")
    for service, found in asking.ask_each("keys_status").items():
        index = ", ".join(map(str, found["index"])) or "-"
        more = str(found["provider"]), str(len(found["going"])), index
        table.add_row(service, str(found["epoch"]), str(found["since"]), str(found["keys"]), *more)
    Console().print(table)
    signing = Table("service", "signing key", "from number", "")
    for key in rotating.status(asking.configuration().secrets):
        state = "holds" if key.holds else "went" if key.since else "is to come"
        signing.add_row(key.service, key.id, str(key.since or "-"), state)
    Console().print(signing)


def _rotate_signing(service: str, *, prepare: bool) -> None:
    if service not in SERVICES:
        raise typer.BadParameter("one of " + ", ".join(SERVICES), param_hint="--signing")
    secrets = asking.configuration().secrets
    if prepare:
        typer.echo(f"{service}: {rotating.prepare(secrets, service)} is to come")
        return
    try:
        key = rotating.rotate(secrets, service)
    except rotating.NotYet:
        typer.echo(f"{service}: recorded, and not in the log yet; the old key is kept. Run this again.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{service}: {key.id} signs from number {key.since} on; the key before it is destroyed")


@deadletters.command("list")
def listed() -> None:
    """Entries that a service could not follow, and messages that the log did not take."""
    table = Table("where", "number", "type or source", "why", "since")
    for service, found in asking.ask_each("deadletters").items():
        for one in found["items"]:
            table.add_row(service, str(one["index"]), one["type"], one["error"], one["at"])
        for one in found.get("quarantine", []):
            table.add_row("quarantine", str(one["id"]), str(one["source"]), one["reason"], one["at"])
    Console().print(table if table.row_count else "nothing was set aside")


@deadletters.command("show")
def show(service: Service, index: Index) -> None:
    """One entry that was set aside, as JSON; nothing personal is in it."""
    found: dict[str, Any] = asking.ask_each("deadletters", services=[service])[service]
    one = next((item for item in found["items"] if item["index"] == index), None)
    if one is None:
        typer.echo(f"nothing of {service} is set aside at {index}", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps(one, indent=2))


@deadletters.command("retry")
def retry(service: Service, index: Index) -> None:
    """Try an entry, and those of its stream that wait behind it, again."""
    done = asking.ask_each("retry_deadletter", {"index": index}, [service])[service]["done"]
    typer.echo(f"{done} took effect")


@deadletters.command("discard")
def discard(service: Service, index: Index) -> None:
    """Give an entry up. What it would have done is not done; the entry itself stays in the log."""
    asking.ask_each("discard_deadletter", {"index": index}, [service])
    typer.echo("given up")
