"""The command line: what people run by hand. Secrets are never arguments."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "replay": "crisisconnect.replay_command:replay_",
    "report": "crisisconnect.report_command:report",
    "backup": "crisisconnect.backup_commands:backup",
    "restore": "crisisconnect.backup_commands:restore",
    "run": "crisisconnect.running:run",
    "views": "crisisconnect.views_command:views",
    "catalogue": "crisisconnect.catalogue_command:catalogue",
    "log": "crisisconnect.log_commands:log",
    "keys": "crisisconnect.commands:keys",
    "deadletters": "crisisconnect.commands:deadletters",
    "witness": "crisisconnect.witness.commands:witness",
    "disclosure": "crisisconnect.disclosure_commands:disclosure",
    "consultation": "crisisconnect.disclosure_commands:consultation",
    "jobs": "crisisconnect.job_commands:jobs",
}


class OnDemand(TyperGroup):
    """A command is loaded when it is asked for: most need a part of the system, and `run` hardly any of it."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update({name: TyperCommand(name) for name in COMMANDS})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        around = typer.Typer(pretty_exceptions_show_locals=False)
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=cmd_name)
        else:
            around.command(cmd_name)(found)
        return typer.main.get_group(around).commands[cmd_name]


app = typer.Typer(cls=OnDemand, no_args_is_help=True, pretty_exceptions_show_locals=False, add_completion=False)


@app.callback()
def crisisconnect() -> None:
    """CrisisConnect: run it, look after it, prove its log."""


def main() -> None:
    """What people can do something about is one line and exit code 1, never a traceback."""
    try:
        app()
    except Exception as error:
        said = told(error)
        if said is None:
            raise
        typer.echo(f"crisisconnect: {said}", err=True)
        raise SystemExit(1) from None


def told(error: Exception) -> str | None:
    """What a person is told of it; None for what nobody foresaw."""
    from crisisconnect.installation import Incomplete
    from crisisconnect.machine import Missing
    from crisisconnect.running import Broken
    from crisisconnect.supervisor import AlreadyRunning
    from services.kernel.calls.rpc import Unavailable
    from services.kernel.configuration import ConfigurationError
    from services.kernel.decider import Refused

    match error:
        case AlreadyRunning() | Broken() | ConfigurationError() | Incomplete() | Missing():
            return str(error)
        case Refused():
            return f"refused, {error.code}"
        case Unavailable():
            return f"no answer from {error.service}"
    return None
