"""The thief opens whatever can be opened: were it a fool, its empty hands would prove nothing."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.kernel.calls.rpc import PairKeys, seal_request
from services.kernel.context import Context
from services.kernel.keys.keyring import Keyring, tables
from services.kernel.keys.providers import FileKeys
from services.kernel.store.database import sqlite
from tests.journeys.thief import gather, ransack

ANNA, BERT = "account/6dbbcc37-bf19-4989-abb2-30b0eeaae05d", "account/9a07860e-c337-46dd-843e-d37286c505c7"
CORRELATION = "01a204aa-d6cc-76d2-a2de-bf34be9d6e8b"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "var").mkdir()
    engine = sqlite(tmp_path / "var" / "keys_auth.sqlite3")
    tables.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def keyring(engine: Engine, tmp_path: Path) -> Keyring:
    keyring = Keyring(engine, FileKeys(tmp_path / "secrets" / "kek" / "auth"), "/auth")
    lines = [
        keyring.prepare([(owner, "name")]).seal(owner, "name", "auth.UserRegistered.v1", "first_name", name)
        for owner, name in ((ANNA, "Anna"), (BERT, "Bert"))
    ]
    # As in a row of a table: nothing stands between one value and the next.
    (tmp_path / "var" / "rows").write_text("rest".join(lines) + "rest")
    return keyring


def readable(*roots: Path) -> set[str]:
    return ransack(gather(list(roots))).values()


def test_with_the_keys_of_today_it_reads_the_living(keyring: Keyring, tmp_path: Path) -> None:
    assert readable(tmp_path / "var", tmp_path / "secrets") == {"Anna", "Bert"}


def test_without_a_key_it_reads_nothing(keyring: Keyring, tmp_path: Path) -> None:
    assert readable(tmp_path / "var") == set()


def test_an_erased_key_is_gone_from_the_write_ahead_log_too(keyring: Keyring, tmp_path: Path) -> None:
    keyring.erase([ANNA])

    assert readable(tmp_path / "var", tmp_path / "secrets") == {"Bert"}


def test_an_earlier_copy_opens_until_the_keys_are_rotated(keyring: Keyring, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    keyring.erase([ANNA])
    assert readable(tmp_path / "copy", tmp_path / "secrets") == {"Anna", "Bert"}

    keyring.rotate()

    assert readable(tmp_path / "copy", tmp_path / "var", tmp_path / "secrets") == {"Bert"}


def test_what_was_rotated_and_then_erased_is_not_left_under_the_living_epoch(keyring: Keyring, tmp_path: Path) -> None:
    keyring.rotate()
    keyring.erase([ANNA])

    assert readable(tmp_path / "var", tmp_path / "secrets") == {"Bert"}


def test_it_overhears_a_call_that_rests_in_a_queue(tmp_path: Path) -> None:
    key = bytes(range(32))
    body, _ = seal_request(
        PairKeys({("gateway", "auth"): key}),
        caller="gateway",
        service="auth",
        method="sign_in",
        correlation_id=CORRELATION,
        expires=1_790_000_000_000,
        context=Context(),
        args={"username": "anna"},
    )
    (tmp_path / "rabbitmq").mkdir()
    record = f"nameko-rpc..auth.sign_in..{CORRELATION}..".encode() + b"m" + len(body).to_bytes(4, "big") + body + b"jj"
    (tmp_path / "rabbitmq" / "0.rdq").write_bytes(b"\0" * 99 + record)
    (tmp_path / "gateway--auth.key").write_text(base64.b64encode(key).decode())

    [call] = ransack(gather([tmp_path])).calls

    assert call["args"] == {"username": "anna"}


@pytest.mark.parametrize("length", ["", "_", "a", "e", "\t"])
def test_a_length_that_looks_like_a_letter_is_not_taken_for_the_owner_s(length: str, tmp_path: Path) -> None:
    """PostgreSQL writes one before each column."""
    row = f"{CORRELATION}{length}disclosure/{CORRELATION}\x1bcorrespondence\x3120260302T030000-5e6f7a8b"
    (tmp_path / "page").write_bytes(row.encode() + bytes(70))
    assert {found.owner for found in gather([tmp_path]).rows} == {f"disclosure/{CORRELATION}"}
