"""A log behind a URL is verified like any other: whole where entries are for us, its tree alone where they are not."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.reader import Damage, Report, Unusable, verify_url
from services.reader.__main__ import main
from tests.interop.written import LOG_VKEY, SOURCES, Written, notes

SIZE = 600


class Host(http.server.ThreadingHTTPServer):
    """Serves a directory; `token` guards the entries, `zipped` compresses, `failing` answers fail first."""

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.root = root
        self.token: str | None = None
        self.zipped = False
        self.failing = 0
        self.changed: dict[str, bytes] = {}
        self.gone: set[str] = set()
        self.told: list[tuple[str, str | None]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that has had enough hangs up, and that is no error of the host's."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/log"


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Host

    def do_GET(self) -> None:
        path, bearer = self.path.removeprefix("/log/"), self.headers.get("Authorization")
        self.server.told.append((path, bearer))
        if self.server.failing:
            self.server.failing -= 1
            self._answer(503, b"")
        elif path.startswith("tile/entries/") and self.server.token and bearer != f"Bearer {self.server.token}":
            self._answer(403 if bearer else 401, b"")
        elif path in self.server.changed:
            self._answer(200, self.server.changed[path])
        elif path not in self.server.gone and (self.server.root / path).is_file():
            self._answer(200, (self.server.root / path).read_bytes())
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes) -> None:
        zipped = self.server.zipped and body
        body = gzip.compress(body) if zipped else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests are quiet."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written.of(tmp_path_factory.mktemp("log"), SIZE, stops=(300,))


@pytest.fixture(scope="module")
def files(log: Written) -> Path:
    return log.export()


@pytest.fixture
def host(files: Path) -> Iterator[Host]:
    serving = Host(files)
    serving.daemon_threads = True
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def verify(host: Host, **more: object) -> Report:
    return verify_url(host.url, log_vkey=LOG_VKEY, pins=SOURCES.pins, **more)


def flipped(files: Path, name: str, byte: int) -> bytes:
    raw = bytearray((files / name).read_bytes())
    raw[byte] ^= 1
    return bytes(raw)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_log_that_is_open_to_all_is_verified_whole(host: Host, zipped: bool) -> None:
    host.zipped = zipped
    report = verify(host)
    assert report.ok, report.text()
    assert report.entries_read
    assert report.sources["/audit"] == 4


def test_without_a_token_the_tree_is_verified_and_the_report_says_so(host: Host) -> None:
    host.token = "secret"
    report = verify(host)
    assert report.ok, report.text()
    assert not report.entries_read
    assert report.sources == {}
    assert "entries were not read" in report.text()


def test_with_a_token_everything_is_and_only_entries_are_asked_for_with_it(host: Host) -> None:
    host.token = "secret"
    assert verify(host, token="secret").entries_read
    # Where the log begins is said by an entry, too.
    entries = {path for path, _ in host.told if "entries" in path or path == "pruned"}
    assert {bearer for path, bearer in host.told if path in entries} == {"Bearer secret"}
    assert {bearer for path, bearer in host.told if path not in entries} == {None}


def test_a_token_that_opens_nothing_is_no_verification(host: Host) -> None:
    host.token = "secret"
    with pytest.raises(Unusable, match="does not open"):
        verify(host, token="another")


@pytest.mark.parametrize(
    ("name", "byte", "index"), [("tile/0/000", 40, 0), ("tile/1/000.p/2", 40, 256), ("tile/0/002.p/88", 3, None)]
)
def test_one_bit_in_a_tile_is_found_without_the_entries_too(
    host: Host, files: Path, name: str, byte: int, index: int | None
) -> None:
    host.token = "secret"
    host.changed[name] = flipped(files, name, byte)
    report = verify(host)
    assert not report.ok
    if index is not None:
        assert report.first is not None
        assert (report.first.damage, report.first.index) == (Damage.TILE_CHANGED, index)
    whole = verify(host, token="secret")
    assert Damage.TILE_CHANGED in {finding.damage for finding in whole.findings}


def test_one_bit_in_an_entry_is_named(host: Host, files: Path) -> None:
    host.changed["tile/entries/001"] = flipped(files, "tile/entries/001", 100)
    first = verify(host).first
    assert first is not None
    assert (first.damage, first.index) == (Damage.ENTRY_CHANGED, 256)


def test_an_earlier_checkpoint_is_held_against_the_tree_alone_too(host: Host, log: Written, tmp_path: Path) -> None:
    host.token = "secret"
    assert verify(host, since=log.checkpoint_of(300)).ok
    fork = Written.empty(tmp_path)
    fork.grow([*notes(4), *(SOURCES.note("org", n) for n in range(1, 297))])
    first = verify(host, since=fork.checkpoint_of(300)).first
    assert first is not None
    assert first.damage is Damage.FORK
    host.changed["checkpoint"] = log.checkpoint_of(300)
    findings = verify(host, since=log.checkpoint_of(SIZE)).findings
    assert (Damage.TRUNCATED, 300) in {(finding.damage, finding.index) for finding in findings}


def test_a_tile_that_is_not_there_is_named(host: Host) -> None:
    host.gone.add("tile/0/001")
    host.token = "secret"
    for token in ("secret", None):
        report = verify(host, token=token)
        assert {finding.damage for finding in report.findings} == {Damage.TILE_MISSING}
        assert report.first is not None
        assert report.first.index == 256


def test_a_host_that_stumbles_is_asked_again(host: Host) -> None:
    host.failing = 2
    assert verify(host).ok


def test_an_answer_that_is_longer_than_any_tile_is_not_read_to_its_end(host: Host) -> None:
    host.changed["checkpoint"] = b"x" * 200_000
    with pytest.raises(Unusable, match="longer"):
        verify(host)


def test_a_key_beside_the_log_proves_less_and_none_proves_nothing(host: Host, files: Path) -> None:
    assert not verify_url(host.url).key_given
    host.root = files / "tile"
    with pytest.raises(Unusable, match=r"log\.vkey"):
        verify_url(host.url)


@pytest.mark.parametrize(
    "url", ["ftp://log.example", "http:///log", "https://me:secret@log.example", "https://log.example/?a=b"]
)
def test_what_is_no_logs_url_is_refused(url: str) -> None:
    with pytest.raises(Unusable):
        verify_url(url, log_vkey=LOG_VKEY)


def test_a_token_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(Unusable, match="https only"):
        verify_url("http://log.example/log", token="secret", log_vkey=LOG_VKEY)


def test_the_shell_takes_a_url(host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    host.token = "secret"
    (tmp_path / "token").write_text("secret\n")
    assert main([host.url, "--log-vkey", LOG_VKEY, "--token-file", str(tmp_path / "token")]) == 0
    assert "entries were not read" not in capsys.readouterr().out
    assert main([host.url, "--log-vkey", LOG_VKEY]) == 0
    assert "entries were not read" in capsys.readouterr().out
    assert main(["http://127.0.0.1:9/log", "--log-vkey", LOG_VKEY]) == 2
