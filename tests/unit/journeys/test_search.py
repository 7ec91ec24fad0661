"""The search finds a planted value in every spelling; a search that finds nothing anywhere would prove nothing."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.journeys.canaries import Needles, search

VALUE = "Zoë van’t Żółw/7 ?>k"
SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in capitals": lambda v: v.upper().encode(),
    "in small letters": lambda v: v.lower().encode(),
    "UTF-16LE": lambda v: v.encode("utf-16-le"),
    "UTF-16BE": lambda v: v.encode("utf-16-be"),
    "JSON": lambda v: json.dumps(v).encode(),
    "JSON in capitals": lambda v: json.dumps(v).upper().replace("\\U", "\\u").encode(),
    "every character escaped": lambda v: "".join(f"\\u{ord(c):04X}" for c in v).encode(),
    "URL": lambda v: quote(v, safe="").encode(),
    "URL's path": lambda v: quote(v).lower().encode(),
    "a form": lambda v: quote_plus(v).encode(),
    "hex": lambda v: v.encode().hex().encode(),
    "HEX": lambda v: v.encode().hex().upper().encode(),
    "hex of UTF-16": lambda v: v.encode("utf-16-le").hex().encode(),
    **{
        f"{name} after {before} bytes": lambda v, b=before, f=code: f(b"abcdef"[:b] + v.encode() + b"xyz")  # type: ignore[misc]
        for before in range(6)
        for name, code in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode))
    },
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_value_is_found_in_the_middle_of_a_file(tmp_path: Path, spelling: str) -> None:
    file = tmp_path / "deep" / "state.bin"
    file.parent.mkdir()
    file.write_bytes(bytes(range(256)) * 9 + SPELLINGS[spelling](VALUE) + bytes(range(256)))

    found = search({"the name": VALUE, "another": "Wie dit leest is gek"}, [tmp_path])

    assert {(sighting.canary, sighting.place) for sighting in found} == {("the name", str(file))}


def test_a_value_is_found_in_a_database_page_in_its_log_and_after_its_row_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table people (name text, picture blob)")
        database.execute("insert into people values (?, ?)", (VALUE, b"\0" * 9000))
        database.commit()
        database.execute("delete from people")
        database.commit()

        assert str(tmp_path / "some.sqlite3-wal") in {s.place for s in search({"name": VALUE}, [tmp_path])}


def test_a_value_torn_over_two_pages_is_found_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "torn.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table people (text text)")
        database.executemany(
            "insert into people values (?)", [("x" * length + VALUE + "y" * 9000,) for length in range(4050, 4096, 4)]
        )
        database.commit()

    assert f"{path}: people" in {s.place for s in search({"name": VALUE}, [path])}


def test_a_value_is_found_in_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mail-to-someone@place.example").touch()

    assert search({"mail": "someone@place.example"}, [tmp_path]) != []


def test_what_was_not_planted_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"Zoe van't Zolw 7" * 1000)

    assert search({"name": VALUE}, [tmp_path]) == []


def test_a_value_too_short_to_tell_from_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Needles({"infix": "de"})
