"""Backup and restore, by hand or by a timer: one line says what was done, or why nothing was."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.exc import OperationalError

from crisisconnect import asking, restore_rollback
from crisisconnect.backup import Occupied, backup as write_backup
from crisisconnect.backup_manifest import Damaged, Foreign
from crisisconnect.restore import NotEmpty, restore as put_back, stopped
from services.kernel.decider import Refused

ROLLED_BACK = 3
"""As the ingest ends with it: nothing is broken, and a person has to decide."""
Out = Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is missing; a backup in it is replaced.")]
Back = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A backup of this installation.")]
Over = Annotated[bool, typer.Option("--over", help="Replace the data in place.")]
Accept = Annotated[bool, typer.Option("--accept-rollback", help="Go on from a log older than what was signed last.")]
Case = Annotated[str, typer.Option(help="With --accept-rollback: the number of the case.")]
Ground = Annotated[str, typer.Option(help="With --accept-rollback: why; it is sealed in the log.")]


def backup(directory: Out) -> None:
    """Write data, log and settings into DIR while the system runs, and the keyrings of now into DIR/keyring.

    secrets/ is never copied: keep it apart. Exit code 1: nothing was written, or the backup before is still there.
    """
    try:
        manifest = write_backup(asking.configuration(), directory)
    except (Occupied, LookupError) as reason:
        _no("backup", reason)
    except FileNotFoundError as missing:
        _no("backup", f"{missing} is not there; has this installation ever run?")
    except subprocess.CalledProcessError as failed:
        _no("backup", f"{Path(failed.cmd[0]).name} failed, with exit code {failed.returncode}")
    size = manifest.checkpoint.splitlines()[1]
    typer.echo(f"{len(manifest.files)} files and {size} entries of the log in {directory / manifest.directory}")


def restore(
    directory: Back = None, over: Over = False, accept_rollback: Accept = False, case: Case = "", ground: Ground = ""
) -> None:
    """Put a backup in place: old data, the newest keys, the newest log. The system must be stopped.

    Whoever was erased after the backup stays erased. With --accept-rollback, alone or after the backup is in place, a
    log older than what was signed last is gone on with, and the log tells of it.
    Exit codes: 0 done; 1 refused, and nothing has changed; 3 in place, and the ingest will not sign on its log.
    """
    if directory is None and not accept_rollback:
        raise typer.BadParameter("name a backup, or give --accept-rollback")
    if accept_rollback and not (case.strip() and ground.strip()):
        raise typer.BadParameter("--accept-rollback needs --case and --ground")
    here = asking.configuration()
    try:
        with stopped(here):
            rolled_back = False
            if directory is not None:
                found = put_back(here, directory, over=over)
                rolled_back = found.rolled_back
                log = "the log in place is newer and stays" if found.log_kept else "with the log of the backup"
                typer.echo(f"the backup of {found.manifest.made_at} is in place, {log}")
            if accept_rollback and (rolled_back or directory is None):
                signed, kept = restore_rollback.accept(here, case, ground)
                typer.echo(f"{signed} entries had been signed; the log goes on after {kept}, and says so")
                rolled_back = False
    except (Damaged, Foreign, NotEmpty, restore_rollback.NothingToAccept) as reason:
        _no("restore", reason)
    except OperationalError as away:
        _no("restore", f"a database is away, or still in use: {type(away.orig).__name__}")
    except Refused as refused:
        _no("restore", f"refused, {refused.code}")
    except subprocess.CalledProcessError as failed:
        _no("restore", f"{Path(failed.cmd[0]).name} failed, with exit code {failed.returncode}")
    if rolled_back:
        typer.echo(
            "the log is older than what was signed last: the ingest refuses it until "
            "`restore --accept-rollback --case … --ground …`",
            err=True,
        )
        raise typer.Exit(ROLLED_BACK)


def _no(command: str, reason: object) -> NoReturn:
    typer.echo(f"{command}: {reason}", err=True)
    raise typer.Exit(1) from None
