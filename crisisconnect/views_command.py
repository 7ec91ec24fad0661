"""`crisisconnect views`: the proof that every view is what the events say."""

from __future__ import annotations

import typer

from crisisconnect import asking
from crisisconnect.views import verify


def views() -> None:
    """Compare every view with a replay of the events it follows. Exit code 1 where one differs."""
    differs = False
    for service, found in verify(asking.configuration()).items():
        typer.echo(f"{service}: {'ok' if not found else f'{len(found)} rows differ from their replay'}")
        for difference in found[:20]:
            typer.echo(f"  {difference.table} {difference.kind} {' '.join(difference.columns)}")
        differs = differs or bool(found)
    raise typer.Exit(int(differs))
