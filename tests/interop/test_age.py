"""What an authority has is enough: Debian's `age` opens the package, and whoever has the reader alone can check it."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crisisconnect.cli import app
from services.audit.packaging.consultation import statement as statement_of
from services.audit.packaging.package import Package, build
from services.audit.packaging.sealing import is_recipient, sealed
from tests.interop.debian import fetched
from tests.unit.audit.packages.world import ASKED, DISCLOSURE, KEY, ORGANISATION, REASONS, Tiny, signed
from tests.unit.reader.tinylog import LOG

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def age() -> None:
    """Debian's program, fetched where it is missing and we may."""
    if shutil.which("age") is None:
        fetched("age")


@pytest.fixture(scope="session")
def package() -> Package:
    return build(Tiny("objected").contents)


def recipient_of(identity: Path) -> str:
    """What `age-keygen` makes is a key that we seal to."""
    subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True, timeout=20)
    found = re.search(r"age1[a-z0-9]+", identity.read_text())
    assert found is not None
    assert is_recipient(found[0])
    return found[0]


def decrypt(identity: Path, package: Path, to: Path) -> int:
    command = ["age", "--decrypt", "--identity", str(identity), "--output", str(to), str(package)]
    return subprocess.run(command, capture_output=True, timeout=20).returncode


def verify(package: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """With the reader's own door, in an environment that knows of no installation and no database."""
    command = [sys.executable, "-m", "services.reader", "--disclosure", str(package), "--log-vkey", LOG.vkey, *options]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=package.parent, env=environment, timeout=60)


def test_debians_age_opens_it_and_the_reader_checks_it(age: None, package: Package, tmp_path: Path) -> None:
    identity, closed, opened = tmp_path / "key.txt", tmp_path / "package.zip.age", tmp_path / "package.zip"
    closed.write_bytes(sealed(package.archive, recipient_of(identity)))

    assert decrypt(identity, closed, opened) == 0
    assert opened.read_bytes() == package.archive
    done = verify(opened, "--manifest", package.manifest_sha256)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "ok"), done.stdout + done.stderr

    changed = bytearray(package.archive)
    changed[changed.index(b"Fenna")] ^= 1
    opened.write_bytes(changed)
    assert verify(opened).returncode == 1


def test_nobody_else_opens_it_and_one_changed_byte_does_not_open(age: None, package: Package, tmp_path: Path) -> None:
    own, other = tmp_path / "own.txt", tmp_path / "other.txt"
    closed, opened = tmp_path / "package.zip.age", tmp_path / "package.zip"
    whole = sealed(package.archive, recipient_of(own))
    recipient_of(other)
    closed.write_bytes(whole)
    assert decrypt(other, closed, opened) != 0

    for at in (40, len(whole) // 2, len(whole) - 1):
        closed.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert decrypt(own, closed, opened) != 0


@pytest.fixture(scope="session")
def openssl() -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")


def test_openssl_checks_an_answer_as_the_instructions_say(openssl: None, package: Package, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(package.archive)
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        said = archive.read("readme.en.txt").decode()
        archive.extractall(tmp_path)
    command = said[said.index("openssl pkeyutl") :].replace("\\\n", " ").split()

    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=20).returncode == 0
    with (tmp_path / "consultation/statement.txt").open("ab") as statement:
        statement.write(b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=20).returncode != 0


def test_what_openssl_signs_our_command_signs_the_same(openssl: None, package: Package, tmp_path: Path) -> None:
    """With the key that openssl made; Ed25519 has one signature for one text."""
    key, statement = tmp_path / "key.pem", tmp_path / "statement.txt"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True, timeout=20)
    statement.write_bytes(statement_of(DISCLOSURE, ORGANISATION, ASKED, "agreed"))
    command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(statement)]
    theirs = subprocess.run(command, check=True, capture_output=True, timeout=20).stdout
    ours = CliRunner().invoke(app, ["consultation", "sign", str(statement), "--key", str(key)])

    assert (ours.exit_code, ours.stdout.strip()) == (0, base64.b64encode(theirs).decode())


def test_an_objection_is_signed_from_the_statement_that_was_given(tmp_path: Path) -> None:
    """The Beheerder gets the text of an agreement; with reasons it becomes that of an objection."""
    key, given, reasons = tmp_path / "key.pem", tmp_path / "statement.txt", tmp_path / "reasons.txt"
    key.write_text(pem(bytes(KEY)))
    given.write_bytes(statement_of(DISCLOSURE, ORGANISATION, ASKED, "agreed"))
    reasons.write_text(f"{REASONS}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["consultation", "sign", str(given), "--key", str(key), "--reasons", str(reasons)])

    assert (done.exit_code, done.stdout.strip()) == (0, signed("objected", REASONS))
    assert "outcome objected" in done.stderr


def pem(seed: bytes) -> str:
    """A private key as RFC 8410 writes it."""
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    return f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END PRIVATE KEY-----\n"


def test_our_command_signs_no_other_text_and_with_no_other_key(tmp_path: Path) -> None:
    key, other, rsa = tmp_path / "key.pem", tmp_path / "other.txt", tmp_path / "none.pem"
    key.write_text(pem(bytes(KEY)))
    whole = statement_of(DISCLOSURE, ORGANISATION, ASKED, "agreed")
    other.write_bytes(whole + b"outcome objected\n")
    rsa.write_text("no key")
    for text, which in ((other, key), (tmp_path / "absent", key), (other, rsa)):
        assert CliRunner().invoke(app, ["consultation", "sign", str(text), "--key", str(which)]).exit_code == 2
