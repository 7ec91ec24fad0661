"""`crisisconnect witness`: what an organisation needs to watch over its processor's log."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from crisisconnect.witness import key as keys
from crisisconnect.witness.checking import Incomplete, compare
from crisisconnect.witness.door import Door
from crisisconnect.witness.memory import Damaged, Memory, known_logs
from services.reader.checkpoint import parse_checkpoint
from services.reader.note import ED25519, Malformed, Untrusted, VerifierKey, parse_vkey
from services.reader.remote import Remote
from services.reader.report import Unusable

TROUBLE, UNUSABLE = 1, 2
witness = typer.Typer(no_args_is_help=True, help="Be a witness of a log: cosign that it only grows.")
Directory = Annotated[Path, typer.Argument(help="The witness's own directory: its key and its memory.")]
LogVkeys = Annotated[list[str], typer.Option(help="The verifier key of a log to cosign; may be given again.")]
LogVkey = Annotated[str | None, typer.Option(help="The log's verifier key; without it, the one that is known here.")]


@witness.command("init")
def init(directory: Directory, name: Annotated[str, typer.Option(help="witness.example/w1, say")]) -> None:
    """Mint the witness's key, and print the verifier key to give to the log."""
    try:
        typer.echo(keys.mint(directory, name).vkey)
    except keys.NotMinted as reason:
        raise _stop(str(reason)) from None


@witness.command("serve")
def serve(
    directory: Directory,
    log_vkey: LogVkeys,
    listen: Annotated[str, typer.Option(help="host:port; put TLS before it")] = "127.0.0.1:7380",
) -> None:
    """Cosign what continues what was cosigned before; refuse a fork or a rollback, keep both sides, and say so."""
    host, _, port = listen.rpartition(":")
    try:
        key = keys.load(directory)
        logs = {one.name: Memory(directory, key, one, _alarm) for one in map(_log_key, log_vkey)}
        for memory in logs.values():
            memory.prepare()
        door = Door((host.strip("[]"), int(port)), logs, _alarm)
    except (keys.NotMinted, Damaged, Malformed, ValueError, OSError) as reason:
        raise _stop(str(reason)) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=door.shutdown, daemon=True).start())
    typer.echo(f"{key.name} listens on http://{host}:{door.server_address[1]}")
    sys.stdout.flush()
    door.serve_forever(poll_interval=0.1)
    door.server_close()


@witness.command("check")
def check(
    directory: Directory,
    url: Annotated[str, typer.Argument(help="The log's prefix, https://host/log")],
    log_vkey: LogVkey = None,
) -> None:
    """Fetch a log's checkpoint and compare it with what was cosigned.

    Exit codes: 0 it continues that; 1 it does not, and the evidence is kept; 2 it could not be compared.
    """
    log = Remote(url)
    try:
        seen = parse_checkpoint(log.checkpoint())
        known = _known(directory, seen.origin, log_vkey)
        seen.signed_by(known)
        memory = Memory(directory, keys.load(directory), known, _alarm)
        memory.prepare()
        trouble = compare(memory, seen, log.tile)
    except (keys.NotMinted, Damaged, Malformed, Untrusted, Unusable, Incomplete, OSError) as reason:
        raise _stop(str(reason)) from None
    finally:
        log.close()
    typer.echo(f"{seen.origin}: {seen.size} entries, " + (trouble or "a continuation of what was cosigned"))
    raise typer.Exit(TROUBLE if trouble else 0)


def _log_key(vkey: str) -> VerifierKey:
    found = parse_vkey(vkey)
    if found.algorithm != ED25519:
        raise Malformed("a log's verifier key is of type 0x01")
    return found


def _known(directory: Path, origin: str, vkey: str | None) -> VerifierKey:
    if vkey is not None:
        return _log_key(vkey)
    for one in known_logs(directory):
        if one.name == origin:
            return one
    raise Malformed(f"{origin} is not known here; give its verifier key with --log-vkey")


def _alarm(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _stop(reason: str) -> typer.Exit:
    typer.echo(f"crisisconnect witness: {reason}", err=True)
    return typer.Exit(UNUSABLE)
