"""The log asks its witnesses, believes only what they signed, and goes on whatever they do; they believe no fork."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.witness.key import CosignerKey, mint
from crisisconnect.witness.memory import identity
from services.audit.app import Audit
from services.audit.ingest.writer import Writer
from services.audit.ledger import reading, tree, witnessed
from services.audit.ledger.checkpoint import sign
from services.audit.ledger.tables import create
from services.audit.witnessing import policy
from services.audit.witnessing.asking import NoAnswer, ask
from services.audit.witnessing.rounds import Pace, Rounds
from services.contracts.privacy import Role
from services.kernel import database, eventstore
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.migrating import migrate
from services.kernel.note import Signer
from services.reader.note import parse_vkey
from services.reader.proof import parse_proof, verify_proof
from tests.examples.log import Sources, event_id
from tests.integration.test_ingest import fresh_database

COMMAND = (sys.executable, "-m", "crisisconnect", "witness")
QUICK = Pace(between=0.1, answer=1.0, back_off=0.2, longest=0.5, alarm=0.0)
OFFICER = Context(actor="account/officer", organisation="maker", role=Role.COMPLIANCE, correlation="c")


class Nobody:
    """Audit alone: the other services do not answer."""

    def call(self, service: str, method: str, *_: Any) -> None:
        return None


class Witness:
    """A real `crisisconnect witness serve` in a process of its own."""

    def __init__(self, directory: Path, name: str, log: str) -> None:
        self.directory, self.log = directory, log
        self.vkey = mint(directory, name).vkey
        self.errors = directory.with_suffix(".err")
        self.start()
        self.url = ""

    def start(self) -> None:
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", self.directory, "--log-vkey", self.log, "--listen", "127.0.0.1:0"],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def listen(self) -> Witness:
        """Wait until it says where it listens."""
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def shown(self, origin: str) -> tuple[int, bytes]:
        return fetch(self.url, f"/{identity(origin)}/checkpoint")

    def evidence(self) -> list[str]:
        return sorted(path.parent.name for path in self.directory.glob("logs/*/evidence/*/seen"))


def fetch(url: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Strange:
    """A witness that answers each connection as `how` does."""

    def __init__(self, how: Callable[[socket.socket], None]) -> None:
        self._how = how
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked = 0
        self._held: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.asked += 1
            self._held.append(line)
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        try:
            self._how(line)
        except OSError:
            return

    def close(self) -> None:
        # Closing alone would not wake the thread that accepts.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in self._held:
            line.close()


def nonsense(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n\xe2\x80\x94 w AAAA\nnonsense \xff\xff\n")
    line.close()


def silent(line: socket.socket) -> None:
    line.recv(65536)


def dripping(line: socket.socket) -> None:
    line.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def lingering(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(400):
        line.sendall(b"x")
        time.sleep(0.05)


def endless(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"x" * 4096)


@pytest.fixture
def home(tmp_path: Path) -> Configuration:
    Installation.mint(tmp_path / "secrets")
    made = Configuration(
        environment="development",
        var=tmp_path / "var",
        secrets=tmp_path / "secrets",
        amqp_url="",
        database_url=None,
        keyring_url=None,
        port=0,
        public_url="",
        smtp_url=None,
        retention_sweep_seconds=2.0,
        key_epoch_hours=24.0,
        workers=1,
        trusted_proxies=(),
        gap_seconds=0.3,
    )
    migrate("audit", made)
    return made


class Log:
    """The log of an installation, written by the real writer."""

    def __init__(self, home: Configuration, engine: Engine, file: str = "head") -> None:
        names = ("auth", "org", "audit", "retention", "log")
        self.sources = Sources.made(home.origin, {name: home.seed(name) for name in names})
        self.engine = engine
        signer = Signer(home.origin, home.seed("log"))
        self.writer = Writer(engine, home.installation["pins"], signer, home.var / "log" / file)
        self.writer.load()
        self.number = 0

    def begin(self) -> None:
        self.write(*self.sources.registrations())

    def grow(self, by: int = 1) -> None:
        self.write(*(self.sources.note("auth", self.number + n) for n in range(1, by + 1)))
        self.number += by

    def write(self, *notes: bytes) -> None:
        self.writer.write(notes)
        self.writer.checkpoint()


@pytest.fixture
def witnesses(tmp_path: Path, home: Configuration) -> Iterator[list[Witness]]:
    made = [Witness(tmp_path / f"w{n}", f"w{n}.example", home.installation["log"]) for n in (1, 2)]
    yield [one.listen() for one in made]
    for one in made:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def strangers() -> Iterator[list[Strange]]:
    made = [Strange(how) for how in (nonsense, silent, dripping, lingering, endless)]
    yield made
    for one in made:
        one.close()


def written(path: Path, witnesses: list[Witness], strangers: list[Strange]) -> Path:
    """A policy with the true witnesses and, under keys of their own, the strange ones."""
    lines = [f"witness w{n} {one.vkey} {one.url}\n" for n, one in enumerate(witnesses)]
    for n, one in enumerate(strangers):
        lines.append(f"witness s{n} {CosignerKey(f's{n}.example', os.urandom(32)).vkey} {one.url}\n")
    path.write_text("".join(lines) + "group both all w0 w1\nquorum both\n")
    return path


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.05)
    return found


@pytest.fixture
def audit(tmp_path: Path, home: Configuration, witnesses: list[Witness], strangers: list[Strange]) -> Iterator[Audit]:
    made = Audit(replace(home, witnesses=written(tmp_path / "policy", witnesses, strangers)), Nobody())
    made.rounds.pace = QUICK
    yield made
    made.stop()
    time.sleep(0.2)
    made.engine.dispose()
    made.keyring._engine.dispose()


def test_a_receipt_becomes_witnessed_whatever_the_strange_ones_do(
    audit: Audit, home: Configuration, witnesses: list[Witness], strangers: list[Strange]
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(3)
    event = event_id("auth", 2)
    assert audit.receipt(OFFICER, event)["state"] == "integrated"

    audit.start()
    until(lambda: audit.receipt(OFFICER, event)["state"] == "witnessed")

    receipt = audit.receipt(OFFICER, event)
    keys = [parse_vkey(one.vkey) for one in witnesses]
    entry = log.sources.note("auth", 2)
    proof = parse_proof(receipt["proof"])
    verify_proof(entry, proof, log=parse_vkey(home.installation["log"]), witnesses=keys, quorum=2)
    assert audit.checkpoint()["checkpoint"].count("\n— ") == 3
    assert [one.shown(home.origin)[0] for one in witnesses] == [200, 200]

    log.grow(600)
    newest = event_id("auth", 603)
    assert audit.receipt(OFFICER, newest)["state"] == "integrated"
    assert audit.receipt(OFFICER, event)["state"] == "witnessed"
    until(lambda: audit.receipt(OFFICER, newest)["state"] == "witnessed")
    until(lambda: all(one.asked for one in strangers))
    report = audit.report("integrity")
    assert report["totals"] == {"size": 607, "witnessed_size": 607, "gaps": 0, "older_copies": 0, "quarantined": 0}
    assert [row["size"] for row in report["rows"] if row["what"] == "witness"] == [607, 607]


def test_the_log_does_not_wait_for_who_is_silent(audit: Audit, home: Configuration) -> None:
    log = Log(home, audit.engine)
    log.begin()
    began = time.monotonic()
    audit.rounds.turn()
    assert time.monotonic() - began < 2 * QUICK.answer + 2
    began = time.monotonic()
    turning = threading.Thread(target=audit.rounds.turn)
    turning.start()
    for _ in range(20):
        log.grow()
    assert time.monotonic() - began < 2
    turning.join()


def test_no_question_takes_longer_than_its_time(strangers: list[Strange]) -> None:
    for one in strangers[1:]:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(one.url, b"old 0\n\n", 0.5)
        assert time.monotonic() - began < 1.5


def test_a_witness_that_was_killed_comes_back_with_what_it_knew(
    audit: Audit, home: Configuration, witnesses: list[Witness]
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    audit.rounds.turn()
    first = witnesses[0]
    known = first.shown(home.origin)
    first.stop(signal.SIGKILL)
    first.start()
    first.listen()

    assert first.shown(home.origin) == known
    assert (known[0], known[1].split(b"\n")[1]) == (200, b"4")


def test_a_log_that_was_set_back_and_went_another_way_is_refused(
    audit: Audit,
    home: Configuration,
    witnesses: list[Witness],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(2)
    assert database.scrub(audit.engine)
    shutil.copy(str(audit.engine.url.database), tmp_path / "older.sqlite3")
    log.grow(5)
    audit.rounds.turn()
    before = witnesses[0].shown(home.origin)[1]

    older = database.sqlite(tmp_path / "older.sqlite3")
    forked = Log(home, older, "another-head")
    rounds = Rounds(older, replace_urls(audit, witnesses), replace(QUICK, alarm=300.0))
    caplog.clear()
    rounds.turn()  # a rollback: the witnesses know more than this log has
    alarms = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len([one for one in alarms if "knows 11 entries, and the log has 6" in one]) == 2
    forked.write(*(forked.sources.note("org", n) for n in range(1, 12)))
    rounds.clock = lambda: time.monotonic() + 60
    rounds.turn()  # it grew past what they know, another way

    with database.reading(older) as session:
        assert witnessed.newest_cosigned(session) == 0
        assert reading.size(session) == 17
    for one in witnesses:
        assert one.shown(home.origin)[1].split(b"\n")[:3] == before.split(b"\n")[:3]
        kinds = [name.split("-")[0] for name in one.evidence()]
        assert kinds == ["behind", "unproven"]
        case = next(one.directory.glob("logs/*/evidence/unproven-*"))
        assert (case / "known").read_bytes().split(b"\n")[1] == b"11"
        assert (case / "seen").read_bytes().split(b"\n")[1] == b"17"
        assert one.errors.read_text().count("ALARM") == 2
    older.dispose()


def replace_urls(audit: Audit, witnesses: list[Witness]) -> policy.Policy:
    """Only the true witnesses of a policy."""
    wanted = {one.vkey for one in witnesses}
    kept = {name: one for name, one in audit.witnesses.witnesses.items() if one.key.vkey in wanted}
    return replace(audit.witnesses, witnesses=kept)


def test_rounds_on_postgres(
    postgres: Cluster, home: Configuration, witnesses: list[Witness], strangers: list[Strange], tmp_path: Path
) -> None:
    engine = fresh_database(postgres)
    create(engine)
    found = policy.load(written(tmp_path / "p", witnesses, strangers), home.installation["log"])
    rounds = Rounds(engine, found, QUICK)
    log = Log(home, engine)
    log.begin()
    for size in (104, 404):
        log.grow(size - 4 - log.number)
        rounds.turn()
        with database.reading(engine) as session:
            assert witnessed.newest(session, found.digest) == size
    engine.dispose()


def test_the_services_host_goes_on_while_a_witness_is_silent(
    home: Configuration, witnesses: list[Witness], strangers: list[Strange], tmp_path: Path
) -> None:
    path = tmp_path / "log.sqlite3"
    engine = database.sqlite(path)
    create(engine)
    Log(home, engine).begin()
    engine.dispose()
    given = {"WITNESS_LOG": str(path), "WITNESS_POLICY": str(written(tmp_path / "p", witnesses, strangers))}

    done = subprocess.run(
        [sys.executable, "-m", "services.kernel.host", "tests.integration.slow_witness"],
        env={**os.environ, **given, "WITNESS_VKEY": home.installation["log"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    ticks, size = map(int, done.stdout.split())
    assert ticks >= 15
    assert size == 4


def test_the_command_line_mints_a_key_and_goes_to_look(
    home: Configuration, witnesses: list[Witness], tmp_path: Path
) -> None:
    made = subprocess.check_output([*COMMAND, "init", tmp_path / "w9", "--name", "w9.example"], text=True)
    assert parse_vkey(made.strip()).name == "w9.example"
    again = subprocess.run([*COMMAND, "init", tmp_path / "w9", "--name", "x"], capture_output=True, check=False)
    assert again.returncode == 2

    sources = Sources.made(home.origin, {n: home.seed(n) for n in ("auth", "org", "audit", "retention", "log")})
    true, other = (sign(sources.log, 1, tree.leaf_hash(said)) for said in (b"this", b"that"))
    assert fetch(witnesses[0].url, "/add-checkpoint", b"old 0\n\n" + true.note)[0] == 200
    shown = tmp_path / "shown"
    shown.mkdir()
    for note, code in ((true.note, 0), (other.note, 1), (b"no note", 2)):
        (shown / "checkpoint").write_bytes(note)
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(Shown, directory=str(shown))) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_address[1]}"
            looked = subprocess.run([*COMMAND, "check", witnesses[0].directory, url], capture_output=True, check=False)
            server.shutdown()
        assert looked.returncode == code, looked.stderr
    assert [name.split("-")[0] for name in witnesses[0].evidence()] == ["fork"]


class Shown(SimpleHTTPRequestHandler):
    """Files of a directory, without a word about who asked."""

    def log_message(self, *_: Any) -> None:
        return


def test_the_door_of_a_witness_takes_what_it_knows_and_no_more(home: Configuration, witnesses: list[Witness]) -> None:
    one = witnesses[0]

    assert one.shown(home.origin)[0] == 404
    assert fetch(one.url, "/add-checkpoint", b"")[0] == 400
    assert fetch(one.url, "/add-checkpoint", b"x" * 70_000)[0] == 413
    assert fetch(one.url, "/sign-subtree", b"")[0] == 404
    assert fetch(one.url, "/../witness.key")[0] == 404
    lines = [socket.create_connection(("127.0.0.1", int(one.url.rsplit(":", 1)[1]))) for _ in range(60)]
    time.sleep(0.3)
    for line in lines:
        line.close()
    until(lambda: one.shown(home.origin)[0] == 404)


def test_a_gap_that_stays_and_what_was_kept_out_are_said_in_the_log(audit: Audit, home: Configuration) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.write(log.sources.note("auth", 2), log.sources.note("auth", 3))
    good = log.sources.note("org", 1)
    log.write(good, log.sources.note("org", 1, correlationid=event_id("x", 1)), good[:-9] + b"AAAAAAA=\n", b"junk")
    log.write(log.sources.note("org", 2, type="nl.crisisconnect.auth.AccountClosed.v1"))

    def told() -> list[str]:
        audit.alarms.look()
        with audit.store.reading() as session:
            return [type(one.event).__name__ for one in eventstore.everything(session)]

    assert told() == ["EntryQuarantined"] * 4
    time.sleep(0.4)
    assert told()[4:] == ["GapDetected"]
    assert told()[4:] == ["GapDetected"]
    report = audit.report("integrity")
    assert report["totals"] | {"witnessed_size": 0} == {
        "size": 5,
        "witnessed_size": 0,
        "gaps": 1,
        "older_copies": 0,
        "quarantined": 4,
    }
    assert {"what": "source", "source": "/auth", "missing_from": 1, "waiting": 2, "high_water": 0}.items() <= next(
        row for row in report["rows"] if row.get("source") == "/auth"
    ).items()
    of_one = audit.report("integrity", organisation="somebody")
    assert not [row for row in of_one["rows"] if "restored" in row]
    assert not [row for row in of_one["rows"] if row["what"] == "quarantined" or "high_water" in row]
    assert "quarantined" not in of_one["totals"]

    another = Audit(audit.configuration, Nobody())
    another.alarms.look()
    log.write(log.sources.note("auth", 1))
    another.alarms.look()
    assert told()[4:] == ["GapDetected", "GapHealed"]
    assert audit.report("integrity")["totals"]["gaps"] == 0
    another.engine.dispose()
    another.keyring._engine.dispose()


def test_a_source_whose_store_is_an_older_copy_is_named_until_it_writes_again(
    audit: Audit, home: Configuration
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(5)
    relay = Context(caller="auth-relay", actor="system/auth-relay", correlation="c")

    for _ in range(2):
        audit.restored(relay, "/auth", 3)
    audit.restored(relay, "/auth", 5)

    with audit.store.reading() as session:
        told = [one.event for one in eventstore.everything(session)]
    assert [(type(one).__name__, one.source, one.given, one.known) for one in told] == [
        ("StoreRestored", "/auth", 3, 5)
    ]
    report = audit.report("integrity")
    assert report["totals"]["older_copies"] == 1
    row = next(row for row in report["rows"] if row["source"] == "/auth")
    assert (row["restored"]["given"], row["restored"]["known"]) == (3, 5)
    with pytest.raises(Refused):
        audit.restored(relay, "/org", 3)

    log.grow()
    assert audit.report("integrity")["totals"]["older_copies"] == 0
