"""What anybody can check of the log, by hand: prove it, prove one entry, write it out as files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from crisisconnect import asking, log_bundle, log_files
from services.audit.ledger import pruned, reading
from services.kernel.configuration import Configuration
from services.kernel.store.database import open_engine, reading as look
from services.reader import (
    BundleReport,
    CertificateReport,
    Report,
    Unusable,
    verify_bundle,
    verify_certificate,
    verify_database,
    verify_directory,
    verify_url,
)
from services.reader.verify import Demands

UNUSABLE = 2
log = typer.Typer(no_args_is_help=True, help="Prove the log.")
Place = Annotated[str | None, typer.Argument(metavar="[DIR|URL]", help="Without it, the installation here.")]
Since = Annotated[Path | None, typer.Option(help="An earlier checkpoint that the log must continue.")]
Witness = Annotated[list[str] | None, typer.Option(help="A verifier key that must have cosigned the checkpoint.")]
Quorum = Annotated[
    int | None, typer.Option(min=0, help="How many of the witnesses are enough; all of them without it.")
]
LogKey = Annotated[str | None, typer.Option("--log-vkey", help="The log's verifier key; else log.vkey beside a log.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="How many processes check entries; as many as cores without it.")]
TokenFile = Annotated[Path | None, typer.Option(help="A file with the bearer token that opens a URL's entries.")]
Out = Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is missing, continued where it holds the log.")]
Which = Annotated[str, typer.Argument(metavar="EVENT|INDEX", help="An event's id, or an entry's index from 0.")]
Bundle = Annotated[Path | None, typer.Option("--bundle", metavar="DIR", help="One organisation's bundle, not a log.")]
Certificate = Annotated[
    Path | None, typer.Option("--certificate", metavar="FILE", help="The certificate of an erasure, not a log.")
]
Here = Annotated[bool, typer.Option("--here", help="With --certificate: against the entries of the installation here.")]
Organisation = Annotated[str, typer.Option("--organisation", metavar="ID", help="Whose entries.")]
NewDir = Annotated[Path, typer.Argument(metavar="DIR", help="Made; it may be there where it is empty.")]
EntryFile = Annotated[Path | None, typer.Option("--entry", help="Also write the entry itself, byte for byte.")]


@log.command("verify")
def verify(
    place: Place = None,
    since: Since = None,
    witness: Witness = None,
    quorum: Quorum = None,
    log_vkey: LogKey = None,
    token_file: TokenFile = None,
    bundle: Bundle = None,
    certificate: Certificate = None,
    here: Here = False,
    jobs: Jobs = None,
) -> None:
    """Check every entry, signature, number, tile and checkpoint with the independent reader.

    Exit codes: 0 all is well; 1 damaged, the first damage is named; 2 there is nothing here that can be checked, or a
    process that checked entries died; 130 stopped by Ctrl-C.
    Behind a URL entries are for those who may read them: without a token, hash tiles and checkpoint are checked.
    With --bundle every entry in it is proved, off-line; that none was left out is more than a bundle can show.
    With --certificate every field of it is held against what was signed, off-line; the first wrong one is named. With a
    DIR or URL beside it, or --here, the entries that it names are opened too, and must say what it says of them.
    """
    try:
        with _progress("entries") as passed:
            demands = Demands(witnesses=witness or (), quorum=quorum, passed=passed, jobs=jobs)
            if since is not None:
                demands["since"] = since.read_bytes()
            token = token_file.read_text().strip() if token_file else None
            if certificate is not None:
                if bundle is not None or since is not None or (here and place is not None):
                    raise Unusable("a certificate is verified by itself, or against one log")
                report: Report | BundleReport | CertificateReport = _certified(
                    certificate, place, here, log_vkey, token, demands
                )
            elif bundle is not None:
                report = _bundled(bundle, place, log_vkey, demands)
            else:
                report = _verified(place, log_vkey, token, demands)
    except (Unusable, OSError) as error:
        typer.echo(f"log verify: {error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    typer.echo(report.text())
    raise typer.Exit(report.exit_code)


@log.command("export")
def export(directory: Out) -> None:
    """Write the log as files that any C2SP reader takes: checkpoint, tile/…, log.vkey; again for what is new.

    Exit codes: 0 written; 1 the directory holds something this log does not continue; 2 there is no log here.
    """
    with _installation() as (here, engine):
        try:
            with _progress("entries") as passed:
                head = log_files.export(engine, here.installation["log"], directory, passed)
        except log_files.NotContinued as reason:
            typer.echo(f"log export: {reason}", err=True)
            raise typer.Exit(1) from None
        except LookupError as reason:
            typer.echo(f"log export: {reason}", err=True)
            raise typer.Exit(UNUSABLE) from None
        with look(engine) as session:
            begins = pruned.minimum(session)
    since = f" from {begins} on, where the log begins," if begins else ""
    typer.echo(f"{head.size - begins} entries{since} in {directory}")


@log.command("proof")
def proof(which: Which, entry: EntryFile = None) -> None:
    """Print the tlog-proof of one entry: with it and the log's key, anybody can check that the entry is in the log.

    Exit codes: 0 printed; 1 no such entry stands under the newest checkpoint.
    """
    with _installation() as (_, engine), look(engine) as session:
        index = int(which) if which.isascii() and which.isdigit() else None
        found = reading.by_event(session, which) if index is None else reading.entry(session, index)
        place = found.index if found is not None else index
        receipt = reading.tlog_proof(session, place) if place is not None else None
        if index is not None and found is None and index < pruned.minimum(session) and entry is not None:
            typer.echo("log proof: the log has let go of that entry; its proof is there without --entry", err=True)
            raise typer.Exit(1)
    if receipt is None:
        typer.echo("log proof: no such entry stands under the newest checkpoint", err=True)
        raise typer.Exit(1)
    if entry is not None and found is not None:
        entry.write_bytes(found.note)
    typer.echo(receipt, nl=False)


@log.command("bundle")
def bundle(organisation: Organisation, directory: NewDir) -> None:
    """Write one organisation's entries with a proof of each, for `log verify --bundle`, which needs nothing else.

    It tells of others no more than the size of the log. It proves what is in it, not that nothing was left out: only
    the whole log shows that. Exit codes: 0 written; 1 no such entries, or the directory is not empty; 2 no log here.
    """
    with _installation() as (here, engine):
        try:
            count, size = log_bundle.write(engine, here.installation["log"], organisation, directory)
        except (log_bundle.Occupied, KeyError) as reason:
            typer.echo(f"log bundle: {reason.args[0]}", err=True)
            raise typer.Exit(1) from None
        except LookupError as reason:
            typer.echo(f"log bundle: {reason}", err=True)
            raise typer.Exit(UNUSABLE) from None
        with look(engine) as session:
            begins = pruned.minimum(session)
    since = f" from entry {begins} on, where the log begins" if begins else ""
    typer.echo(f"{count} entries of {organisation}{since}, under the checkpoint of {size}, in {directory}")


def _bundled(bundle: Path, place: str | None, log_vkey: str | None, demands: Demands) -> BundleReport:
    if place is not None:
        raise Unusable("either a log is verified, or a bundle")
    if "since" in demands:
        raise Unusable("a bundle holds no proof that its log continues an earlier checkpoint")
    return verify_bundle(
        bundle, log_vkey=log_vkey, witnesses=demands.get("witnesses", ()), quorum=demands.get("quorum")
    )


def _certified(
    certificate: Path, place: str | None, here: bool, log_vkey: str | None, token: str | None, demands: Demands
) -> CertificateReport:
    witnesses, quorum = demands.get("witnesses", ()), demands.get("quorum")
    if not here:
        return verify_certificate(
            certificate, log_vkey=log_vkey, witnesses=witnesses, quorum=quorum, place=place, token=token
        )
    with _installation() as (installed, engine):
        return verify_certificate(
            certificate,
            log_vkey=log_vkey or installed.installation["log"],
            pins=installed.installation["pins"],
            witnesses=witnesses,
            quorum=quorum,
            place=engine.url.render_as_string(hide_password=False),
        )


def _verified(place: str | None, log_vkey: str | None, token: str | None, demands: Demands) -> Report:
    if place is None:
        with _installation() as (here, engine):
            where = engine.url.render_as_string(hide_password=False)
            demands["pins"] = here.installation["pins"]
            return verify_database(where, log_vkey=log_vkey or here.installation["log"], **demands)
    if place.startswith(("http://", "https://")):
        return verify_url(place, token=token, log_vkey=log_vkey, **demands)
    return verify_directory(Path(place), log_vkey=log_vkey, **demands)


@contextmanager
def _installation() -> Iterator[tuple[Configuration, Engine]]:
    here = asking.configuration()
    engine = open_engine(here.database_url, "audit", here.var / "data", pool=1)
    try:
        yield here, engine
    finally:
        engine.dispose()


@contextmanager
def _progress(of: str) -> Iterator[Callable[[int, int], None] | None]:
    """How far it has come, for a person who waits; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(of, total=None)

        def passed(done: int, size: int) -> None:
            bar.update(task, completed=done, total=size)

        yield passed
