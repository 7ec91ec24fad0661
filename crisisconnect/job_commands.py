"""`crisisconnect jobs`: what every service does by the clock, and when it was last done; one can be stopped to see."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from crisisconnect import asking
from crisisconnect.topology import SERVICES

jobs = typer.Typer(no_args_is_help=True, help="What every service does by the clock, and when it was last done.")
Job = Annotated[str, typer.Argument(help="Its service, a dot, its name: retention.sweep")]


@jobs.command("list")
def listed() -> None:
    """Every job, its cycle in seconds, the end of its last turn, and what is the matter with it."""
    table = Table("job", "every", "last done", "")
    for service, found in asking.ask_each("jobs").items():
        for one in found:
            table.add_row(f"{service}.{one['job']}", f"{one['seconds']:g} s", one["done_at"] or "-", _matter(one))
    Console().print(table)


@jobs.command("stop")
def stop(job: Job) -> None:
    """Leave one undone until it is resumed or its process ends. Only in development: it breaks a promise."""
    _ask("stop_job", job)


@jobs.command("resume")
def resume(job: Job) -> None:
    """Do one again that was stopped."""
    _ask("resume_job", job)


def _ask(method: str, job: str) -> None:
    service, _, name = job.partition(".")
    if service not in SERVICES:
        raise typer.BadParameter("service.name, as `jobs list` shows it")
    stopped = asking.ask_each(method, {"job": name}, [service])[service]["stopped"]
    typer.echo(f"stopped of {service}: {', '.join(stopped) or 'none'}")


def _matter(one: dict[str, Any]) -> str:
    if one["stopped"]:
        return "stopped"
    return f"failed {one['failures']} times: {one['error']}" if one["failures"] else ""
