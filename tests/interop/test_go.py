"""Go's own sumdb packages open our checkpoints, read our tiles and accept our proofs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.conftest import continuations, receipts
from tests.interop.debian import fetched
from tests.interop.written import Written

GOCODE = Path("/usr/share/gocode")
PACKAGE = GOCODE / "src/golang.org/x/mod/sumdb/tlog"
SOURCE = Path(__file__).parent / "go/checklog.go"


@pytest.fixture(scope="session")
def checklog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, compiled. Debian's packages are fetched where they are missing and we may."""
    if not PACKAGE.exists() or shutil.which("go") is None:
        fetched("golang-go", "golang-golang-x-mod-dev")
    place = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GOCODE), "GOFLAGS": "", "GOCACHE": str(place / "cache")}
    command = ["go", "build", "-o", str(place / "checklog"), str(SOURCE)]
    subprocess.run(command, env={**os.environ, **settings}, check=True, timeout=110)
    return place / "checklog"


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=100)


def test_go_accepts_the_log_and_what_it_proves(checklog: Path, log: Written, tmp_path: Path) -> None:
    given = ["-proofs", receipts(log, tmp_path / "proofs"), "-consistency", continuations(log, tmp_path / "old.json")]
    done = run(checklog, *given, log.files)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"size {log.size}")


def test_go_does_not_accept_everything(checklog: Path, log_of, tmp_path: Path) -> None:
    log = log_of(257)
    for name in ("checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"):
        copy = tmp_path / name.replace("/", "-")
        shutil.copytree(log.files, copy)
        raw = bytearray((copy / name).read_bytes())
        raw[30] ^= 1
        (copy / name).write_bytes(raw)
        assert run(checklog, copy).returncode == 1, name
