"""What an authority checks of the package it received, and what an organisation signs when it is consulted (P08)."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.audit.packaging.consultation import STATEMENT, statement as statement_of
from services.reader import Unusable, verify_disclosure

UNUSABLE = 2
LARGEST = 4096
_ID, _HASH = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"[0-9a-f]{64}"
_STATEMENT = re.compile(
    rf"{re.escape(STATEMENT)}\ndisclosure (?P<disclosure>{_ID})\norganisation (?P<organisation>{_ID})\n"
    rf"asked (?P<asked>{_HASH})\noutcome (?:agreed\nreasons -|objected\nreasons {_HASH})\n"
)
disclosure = typer.Typer(no_args_is_help=True, help="Prove the package of a disclosure.")
consultation = typer.Typer(no_args_is_help=True, help="Answer a consultation, off-line.")
Package = Annotated[Path, typer.Argument(metavar="FILE", help="The package, decrypted with age.")]
LogKey = Annotated[str | None, typer.Option("--log-vkey", help="The log's verifier key; else the package's own.")]
Manifest = Annotated[str | None, typer.Option(metavar="SHA256", help="What its manifest must have.")]
Witness = Annotated[list[str] | None, typer.Option(help="A verifier key that must have cosigned the checkpoint.")]
Quorum = Annotated[int | None, typer.Option(min=0, help="How many of the witnesses are enough; all without it.")]
Statement = Annotated[Path, typer.Argument(metavar="FILE", help="The statement, byte for byte as it was given.")]
Reasons = Annotated[Path | None, typer.Option("--reasons", help="Object, with the text of this file (UTF-8).")]
Key = Annotated[Path, typer.Option("--key", help="The private key, as `openssl genpkey -algorithm ed25519` makes it.")]


@disclosure.command("verify")
def verify(
    package: Package,
    log_vkey: LogKey = None,
    manifest: Manifest = None,
    witness: Witness = None,
    quorum: Quorum = None,
) -> None:
    """Check every file, entry, signature and digest of a package, and its story, with the independent reader.

    Exit codes: 0 all is well; 1 it is not, the first thing that is wrong is named; 2 this is no package.
    """
    try:
        report = verify_disclosure(
            package, log_vkey=log_vkey, manifest=manifest, witnesses=witness or (), quorum=quorum
        )
    except (Unusable, OSError) as error:
        typer.echo(f"disclosure verify: {error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    typer.echo(report.text())
    raise typer.Exit(report.exit_code)


@disclosure.callback()
def of_a_disclosure() -> None:
    """Prove the package of a disclosure."""


@consultation.command("sign")
def sign(statement: Statement, key: Key, reasons: Reasons = None) -> None:
    """Print the signature of an answer, base64, as the answer takes it. Nothing is sent, and no connection is made.

    The statement is signed as it is; with --reasons as an objection for the reasons in that file, whose last newline is
    no part of them. What is signed goes to standard error, to be read first.
    The same with OpenSSL: openssl pkeyutl -sign -rawin -inkey KEY -in FILE | base64 -w0
    Exit codes: 0 printed; 2 the file is no such statement, or the key no Ed25519 key.
    """
    try:
        said = _statement(statement, reasons)
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, TypeError, ValueError, UnsupportedAlgorithm):
        typer.echo("consultation sign: the statement, the reasons or the key cannot be read", err=True)
        raise typer.Exit(UNUSABLE) from None
    if not isinstance(private, Ed25519PrivateKey):
        typer.echo("consultation sign: this is no Ed25519 key", err=True)
        raise typer.Exit(UNUSABLE)
    typer.echo(said.decode(), err=True)
    typer.echo(base64.b64encode(private.sign(said)).decode())


def _statement(path: Path, reasons: Path | None) -> bytes:
    """The bytes to sign. Raises ValueError for what is no statement, OSError."""
    with path.open("rb") as file:
        found = _STATEMENT.fullmatch(file.read(LARGEST).decode("ascii"))
    if found is None:
        raise ValueError("no statement of a consultation")
    if reasons is None:
        return found[0].encode()
    why = reasons.read_bytes().decode().removesuffix("\n").removesuffix("\r")
    return statement_of(found["disclosure"], found["organisation"], found["asked"], "objected", why)


@consultation.callback()
def of_a_consultation() -> None:
    """Answer a consultation, off-line."""
