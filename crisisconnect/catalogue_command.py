"""`crisisconnect catalogue`: what is generated from the code, written where it is no longer current."""

from __future__ import annotations

import typer

from crisisconnect import telling
from crisisconnect.catalogue import write


def catalogue() -> None:
    """Write the event table, the data map, the message contract and who tells whom what from the code."""
    for name in write():
        typer.echo(f"wrote {name}")
    if telling.write():
        typer.echo("wrote services/README.md")
