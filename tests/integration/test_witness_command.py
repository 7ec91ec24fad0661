"""What an organisation types to be a witness: a key of its own, a door, and a look at what the log shows."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from services.audit.ledger import tree
from services.audit.ledger.checkpoint import sign
from services.kernel.configuration import Configuration
from services.reader.note import parse_vkey
from tests.examples.log import Sources
from tests.integration.waiting import until
from tests.integration.witnesses import COMMAND, Witness, fetch


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
