"""The command line: what people run by hand. Secrets are never arguments."""

from __future__ import annotations

import typer

from crisisconnect import asking, commands, log_commands, telling
from crisisconnect.backup_commands import backup, restore
from crisisconnect.catalogue import write as write_catalogue
from crisisconnect.disclosure_commands import consultation, disclosure
from crisisconnect.installation import Incomplete
from crisisconnect.job_commands import jobs
from crisisconnect.machine import Missing
from crisisconnect.replay_command import replay_
from crisisconnect.running import Broken, run as run_everything
from crisisconnect.supervisor import AlreadyRunning
from crisisconnect.views import verify as verify_views
from crisisconnect.witness.commands import witness
from services.kernel.configuration import ConfigurationError
from services.kernel.decider import Refused
from services.kernel.rpc import Unavailable

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, add_completion=False)
app.add_typer(log_commands.log, name="log")
app.add_typer(commands.keys, name="keys")
app.add_typer(commands.deadletters, name="deadletters")
app.add_typer(witness, name="witness")
app.add_typer(disclosure, name="disclosure")
app.add_typer(consultation, name="consultation")
app.add_typer(jobs, name="jobs")


app.command("replay")(replay_)
app.command("backup")(backup)
app.command("restore")(restore)


@app.callback()
def crisisconnect() -> None:
    """CrisisConnect: run it, look after it, prove its log."""


@app.command()
def run() -> None:
    """Start everything on this machine, and stop it with Ctrl-C. Settings come from the environment."""
    run_everything()


@app.command()
def views() -> None:
    """Compare every view with a replay of the events it follows. Exit code 1 where one differs."""
    differs = False
    for service, found in verify_views(asking.configuration()).items():
        typer.echo(f"{service}: {'ok' if not found else f'{len(found)} rows differ from their replay'}")
        for difference in found[:20]:
            typer.echo(f"  {difference.table} {difference.kind} {' '.join(difference.columns)}")
        differs = differs or bool(found)
    raise typer.Exit(int(differs))


@app.command()
def catalogue() -> None:
    """Write the event table, the data map, the message contract and who tells whom what from the code."""
    for name in write_catalogue():
        typer.echo(f"wrote {name}")
    if telling.write():
        typer.echo("wrote services/README.md")


def main() -> None:
    """What people can do something about is one line and exit code 1, never a traceback."""
    try:
        app()
    except (AlreadyRunning, Broken, ConfigurationError, Incomplete, Missing) as reason:
        typer.echo(f"crisisconnect: {reason}", err=True)
        raise SystemExit(1) from None
    except Refused as refused:
        typer.echo(f"crisisconnect: refused, {refused.code}", err=True)
        raise SystemExit(1) from None
    except Unavailable as away:
        typer.echo(f"crisisconnect: no answer from {away.service}", err=True)
        raise SystemExit(1) from None
