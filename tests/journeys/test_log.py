"""The log of a running installation, as anybody sees it from outside, as files, and entry by entry."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import httpx

from services.reader import proof as receipts
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.note import parse_vkey
from tests.journeys.people import Cast, Person, eventually
from tests.journeys.running import System

FOR_EVER = "public, max-age=31536000, immutable"


def _key(system: System) -> str:
    return str(json.loads((system.secrets / "installation.json").read_text())["log"])


def _checkpoint(system: System) -> Checkpoint:
    answer = httpx.get(f"{system.url}/log/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1"
    found = parse_checkpoint(answer.content)
    found.signed_by(parse_vkey(_key(system)))
    return found


def _grow(system: System, cast: Cast) -> Checkpoint:
    """The checkpoint after one more event."""
    before = _checkpoint(system).size
    Person(system.url).sign_in(cast.officer.username)
    return eventually(
        lambda: now if (now := _checkpoint(system)).size > before else None, what="the log with one more sign-in"
    )


def test_the_log_is_there_for_all_in_files_and_in_proofs(system: System, tmp_path: Path) -> None:
    cast = Cast(system.url)
    cast.open_shop()
    seen = [_grow(system, cast) for _ in range(3)]
    _check_tiles(system, seen)
    _check_entries(system, cast.officer, seen[-1])
    _check_url(system, cast.officer, tmp_path)
    older = _check_export(system, cast, tmp_path / "files")
    _check_proofs(system, tmp_path)
    _check_refusals(system, older, tmp_path)


def _check_tiles(system: System, seen: list[Checkpoint]) -> None:
    """Partials of every checkpointed size are served for ever, and nothing beyond the newest."""
    widest = httpx.get(f"{system.url}/log/tile/0/000.p/{seen[-1].size}").content
    for checkpoint in seen:
        answer = httpx.get(f"{system.url}/log/tile/0/000.p/{checkpoint.size}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == FOR_EVER
        assert answer.content == widest[: 32 * checkpoint.size]
    beyond = ["0/000", "0/000.p/255", "0/001", "1/000", "1/000.p/1", "8/000.p/1", "63/000.p/1", "0/x999/999.p/1"]
    for path in [*beyond, "0/000.p/0", "0/000.p/256", "00/000.p/1", "64/000.p/1", "0/0.p/1", "0/x000/000.p/1"]:
        answer = httpx.get(f"{system.url}/log/tile/{path}")
        assert answer.status_code == 404, path
        assert "immutable" not in answer.headers["cache-control"], path


def _check_entries(system: System, officer: Person, newest: Checkpoint) -> None:
    path = f"/log/tile/entries/000.p/{newest.size}"
    assert httpx.get(f"{system.url}{path}").status_code == 401
    bundle = officer.http.get(path)
    assert (bundle.status_code, bundle.headers["content-type"]) == (200, "application/octet-stream")
    assert bundle.headers["cache-control"] == "no-store"
    assert officer.http.get("/log/tile/entries/000").status_code == 404


def _check_url(system: System, officer: Person, tmp_path: Path) -> None:
    """The same verifier reads the open door: the tree for everybody, the entries with an officer's token."""
    url = f"{system.url}/log"
    without = system.command("log", "verify", url, "--log-vkey", _key(system)).stdout
    assert "entries were not read" in without
    assert without.endswith("ok\n")
    token = tmp_path / "token"
    token.write_text(officer.http.headers["Authorization"].removeprefix("Bearer "))
    whole = system.command("log", "verify", url, "--log-vkey", _key(system), "--token-file", str(token)).stdout
    assert "source /auth: 1 to" in whole
    assert whole.endswith("ok\n")


def _check_export(system: System, cast: Cast, files: Path) -> Path:
    """Written twice with a growing log between; an older checkpoint's partial stays. Returns a copy of the first."""
    system.command("log", "export", str(files))
    first = parse_checkpoint((files / "checkpoint").read_bytes())
    older = Path(shutil.copytree(files, files.with_name("older")))
    _grow(system, cast)
    system.command("log", "export", str(files))
    second = parse_checkpoint((files / "checkpoint").read_bytes())
    assert second.size > first.size
    assert (files / f"tile/0/000.p/{first.size}").exists()
    system.command("log", "verify", str(files), "--log-vkey", _key(system), "--since", str(older / "checkpoint"))
    system.command("log", "verify", "--since", str(older / "checkpoint"))
    return older


def _check_proofs(system: System, tmp_path: Path) -> None:
    entry = tmp_path / "entry"
    for index in (0, 3):
        text = system.command("log", "proof", str(index), "--entry", str(entry)).stdout
        found = receipts.verify_proof(entry.read_bytes(), receipts.parse_proof(text), log=parse_vkey(_key(system)))
        assert found.size > index
        event = json.loads(entry.read_bytes().split(b"\n")[0])["id"]
        assert f"index {index}\n" in system.command("log", "proof", event).stdout
    assert system.command("log", "proof", "1000000", check=False).returncode == 1


def _check_refusals(system: System, older: Path, tmp_path: Path) -> None:
    """Exit codes: 1 damaged or not continued, 2 nothing that can be checked."""
    newer = tmp_path / "files" / "checkpoint"
    done = system.command("log", "verify", str(older), "--since", str(newer), check=False)
    assert (done.returncode, "truncated" in done.stdout) == (1, True)
    witness = "witness.example+2d6ca4d8+BE0XVWhYrCTVqKyi7UQNoCCNTiLkfuSbh6yt9yeKeB3q"
    assert system.command("log", "verify", "--witness", witness, check=False).returncode == 2
    assert system.command("log", "verify", str(tmp_path / "nowhere"), check=False).returncode == 2
    (older / "log.vkey").write_text("another\n")
    assert system.command("log", "export", str(older), check=False).returncode == 1
