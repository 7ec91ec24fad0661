"""Every service gets another signing key while people work, and the log is believed from first to last."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika
import pytest

from crisisconnect.topology import SERVICES
from services.kernel.signing.note import Signer
from services.kernel.signing.succession import agreement
from tests.examples.log import event
from tests.journeys.people import Cast, Person, certified, eventually
from tests.journeys.running import System

pytestmark = pytest.mark.timeout(300)
POINTS = ("key_minted", "key_handed_over", "key_integrated", "seed_destroyed")


def test_keys_change_while_people_work_and_the_log_is_believed_throughout(system: System, tmp_path: Path) -> None:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    with _coming_and_going(system, cast):
        said = [
            system.command("keys", "rotate", "--signing", service).stdout
            for service in ("auth", "audit", "retention", "org", "auth")
        ]
    _check_status(system, said)

    closed = member.ask("DELETE", "/v1/me", expect=202)
    certificate = certified(Person(system.url), closed["erasure"]["id"])
    assert set(certificate["services"].values()) == {"completed"}

    _verified(system)
    _check_bundle(system, cast, tmp_path)
    assert "ok" in system.command("views").stdout


def test_a_stolen_seed_says_nothing_more_and_a_restart_changes_nothing(system: System, tmp_path: Path) -> None:
    cast = Cast(system.url)
    cast.open_shop()
    stolen = Path(shutil.copytree(system.secrets / "signing", tmp_path / "stolen"))
    system.command("keys", "rotate", "--signing", "auth")
    _check_theft(system, cast, stolen)
    assert system.stop() == 0
    system.start()
    Person(system.url).sign_in(cast.officer.username)
    system.command("keys", "rotate", "--signing", "auth")
    Person(system.url).sign_in(cast.officer.username)
    _verified(system)


def test_a_rotation_that_was_killed_is_brought_to_its_end_by_the_same_command(system: System) -> None:
    said = [_killed_and_begun_again(system, point) for point in POINTS]
    _check_status(system, said, rotated=("retention",))
    _verified(system)


@contextmanager
def _coming_and_going(system: System, cast: Cast) -> Iterator[None]:
    """Somebody signs in all the while; each answer is checked."""
    enough = threading.Event()

    def work() -> None:
        while not enough.wait(0.05):
            Person(system.url).sign_in(cast.officer.username)

    with ThreadPoolExecutor(1) as hand:
        working = hand.submit(work)
        try:
            yield
        finally:
            enough.set()
        working.result()


def _killed_and_begun_again(system: System, point: str) -> str:
    """The command is killed there; the same one, once more, ends what was begun and begins nothing new."""
    before = _signing_keys(system)
    command = [sys.executable, "-m", "crisisconnect", "keys", "rotate", "--signing", "retention"]
    killed = subprocess.run(command, env=system.environment | {"CRISISCONNECT_FAULT": point}, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    said = system.command("keys", "rotate", "--signing", "retention").stdout
    assert len(_signing_keys(system)) == len(before) + 1
    return said


def _signing_keys(system: System) -> list[str]:
    return [row for row in system.command("keys", "status").stdout.splitlines() if " went " in row or " holds " in row]


def _verified(system: System) -> None:
    assert system.command("log", "verify").stdout.endswith("ok\n")


def _pins(system: System) -> dict[str, str]:
    found: dict[str, str] = json.loads((system.secrets / "installation.json").read_text())["pins"]
    return found


def _check_status(system: System, said: list[str], rotated: Sequence[str] = SERVICES) -> None:
    """Who signs, from which number on, as the commands said it; and no seed is left beside the newest."""
    status = system.command("keys", "status").stdout
    for line in said:
        service, id_, number = line.split()[0].rstrip(":"), line.split()[1], line.split()[5]
        [row] = [row for row in status.splitlines() if id_ in row]
        assert (service in row, number in row) == (True, True), (line, row)
    for service in rotated:
        vkey = _pins(system)[service]
        [row] = [row for row in status.splitlines() if vkey.split("+")[1] in row]
        assert "went" in row
    assert sorted(path.name for path in (system.secrets / "signing").glob("*.seed")) == [
        "audit.seed", "auth.seed", "log.seed", "org.seed", "retention.seed",
    ]  # fmt: skip


def _check_bundle(system: System, cast: Cast, tmp_path: Path) -> None:
    key = json.loads((system.secrets / "installation.json").read_text())["log"]
    files, bundle = tmp_path / "files", tmp_path / "bundle"
    system.command("log", "export", str(files))
    assert system.command("log", "verify", str(files), "--log-vkey", key).stdout.endswith("ok\n")
    system.command("log", "bundle", "--organisation", cast.organisation, str(bundle))
    found = system.command("log", "verify", "--bundle", str(bundle), "--log-vkey", key).stdout
    assert "registrations of keys: 4, hand-overs: 5" in found
    assert found.endswith("ok\n")


def _check_theft(system: System, cast: Cast, stolen: Path) -> None:
    """The first seed of auth, taken before the rotation: neither an event nor a hand-over by it becomes an entry."""
    service = "auth"
    name = _pins(system)[service].split("+")[0]
    old = Signer(name, b64decode((stolen / f"{service}.seed").read_text()))
    assert old.verifier.vkey == _pins(system)[service]
    before = _integrity(cast)
    [mark] = [row["high_water"] for row in before["rows"] if row["source"] == f"/{service}" and row["what"] == "source"]
    mine = Signer(name, b"t" * 32)
    data = {"old": old.verifier.vkey, "vkey": mine.verifier.vkey, "proof": agreement("/auth", old.verifier, mine)}
    hand_over = event(service, mark + 1, "SigningKeyHandedOver", data=data)
    forged = [old.sign(event(service, mark + 1) + b"\n"), old.sign(hand_over + b"\n")]
    with pika.BlockingConnection(pika.URLParameters(system.broker(f"{service}-relay"))) as line:
        channel = line.channel()
        channel.confirm_delivery()
        for note in forged:
            channel.basic_publish(f"{service}.events", f"nl.crisisconnect.{service}.Any.v1", note, mandatory=True)

    def refused() -> bool:
        return {"unauthorised_key": 2}.items() <= _reasons(_integrity(cast)).items()

    eventually(refused, what="the quarantine of what a stolen seed signed")
    assert _reasons(before) == {}
    Person(system.url).sign_in(cast.officer.username)


def _integrity(cast: Cast) -> dict[str, Any]:
    found: dict[str, Any] = cast.officer.get("/v1/reports/integrity")
    return found


def _reasons(report: dict[str, Any]) -> dict[str, int]:
    return {row["reason"]: row["count"] for row in report["rows"] if row["what"] == "quarantined"}
