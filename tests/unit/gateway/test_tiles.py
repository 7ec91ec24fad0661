"""The log's files stand at the paths of C2SP tlog-tiles, and nothing else does."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.tiles import place
from services.kernel.decider import Refused
from tests.unit.gateway.line import Client


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("000", (0, 256)),
        ("067.p/1", (67, 1)),
        ("x001/x234/067", (1234067, 256)),
        ("x001/000.p/255", (1000, 255)),
    ],
)
def test_a_path_names_a_tile(path: str, found: tuple[int, int]) -> None:
    assert place(path) == found


@pytest.mark.parametrize(
    "path", ["0", "0000", "1/2", "x000/001", "000.p", "000.p/0", "000.p/01", "000.p/256", "000/", "٠٠٠", "x1/000", ""]
)
def test_any_other_path_names_none(path: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        place(path)


def test_the_checkpoint_is_text_for_everybody_and_for_seconds(ask: Client) -> None:
    ask.line.answers["audit.checkpoint"] = {"checkpoint": "origin\n3\nx\n"}
    answer = ask("GET", "/log/checkpoint")
    assert answer.text == "origin\n3\nx\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1"


def test_tiles_of_hashes_are_for_everybody_and_for_ever(ask: Client) -> None:
    ask.line.answers["audit.tile"] = {"tile": b64encode(b"\x00" * 32).decode()}
    answer = ask("GET", "/log/tile/1/x001/002.p/3")
    assert answer.content == b"\x00" * 32
    assert "immutable" in answer.headers["cache-control"]
    assert ask.line.asked[-1].args == {"level": 1, "n": 1002, "width": 3}
    for path in ("64/000", "00/000", "-1/000", "1/", "1"):
        assert ask("GET", f"/log/tile/{path}").status_code == 404


def test_bundles_of_entries_are_for_those_who_may(ask: Client) -> None:
    ask.line.answers["audit.bundle"] = {"tile": b64encode(b"\x00\x01a").decode()}
    path = "/log/tile/entries/000.p/1"
    assert ask("GET", path).status_code == 401
    assert ask("GET", path, role="beheerder").status_code == 403
    answer = ask("GET", path, role="investigator")
    assert (answer.content, answer.headers["cache-control"]) == (b"\x00\x01a", "no-store")


def test_where_the_log_begins_is_said_to_those_who_may_read_it(ask: Client) -> None:
    ask.line.answers["audit.pruned"] = {"statement": "crisisconnect-log-pruned@v1\nminimum 256\nentry 300\n"}
    assert ask("GET", "/log/pruned").status_code == 401
    assert ask("GET", "/log/pruned", role="beheerder").status_code == 403
    answer = ask("GET", "/log/pruned", role="investigator")
    assert (answer.text.splitlines()[1], answer.headers["content-type"]) == ("minimum 256", "text/plain; charset=utf-8")
