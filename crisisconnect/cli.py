"""The command line: what people run by hand. Secrets are never arguments."""

from __future__ import annotations

import typer

from crisisconnect.installation import Incomplete
from crisisconnect.machine import Missing
from crisisconnect.running import Broken
from crisisconnect.running import run as run_everything
from crisisconnect.supervisor import AlreadyRunning

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, add_completion=False)


@app.callback()
def crisisconnect() -> None:
    """CrisisConnect: run it, look after it, prove its log."""


@app.command()
def run() -> None:
    """Start everything on this machine, and stop it with Ctrl-C. Settings come from the environment."""
    try:
        run_everything()
    except (AlreadyRunning, Broken, Incomplete, Missing) as reason:
        typer.echo(f"crisisconnect: {reason}", err=True)
        raise typer.Exit(1) from None
