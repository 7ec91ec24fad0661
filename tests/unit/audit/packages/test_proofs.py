"""What a package is proved by is gathered from the log as its writer keeps it, and the reader takes every line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from services.audit.ledger import reading
from services.audit.ledger.checkpoint import Head
from services.audit.packaging.proofs import NotYet, under_one_checkpoint
from services.kernel.store.database import reading as look
from services.reader.note import parse_vkey
from services.reader.proof import parse_proof, verify_proof
from tests.interop.written import Written

SIZE = 300


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    made = Written.of(tmp_path_factory.mktemp("log"), SIZE, stops=(200,))
    yield made
    made.engine.dispose()


def event_at(log: Written, index: int) -> str:
    with look(log.engine) as session:
        found = reading.entry(session, index)
    assert found is not None
    return str(said(found.note)["id"])


def said(note: bytes) -> dict[str, Any]:
    line: dict[str, Any] = orjson.loads(note.split(b"\n", 1)[0])
    return line


def test_every_entry_comes_with_its_key_and_a_proof_under_one_checkpoint(log):
    wanted = [7, 130, SIZE - 3]
    events = [event_at(log, index) for index in wanted]
    with look(log.engine) as session:
        found = under_one_checkpoint(session, events[::-1], log.vkey)
        again = under_one_checkpoint(session, events, log.vkey)

    assert found == again
    indexes = [one.index for one in found.entries]
    assert indexes == sorted(set(indexes))
    assert set(wanted) <= set(indexes)
    sources = {said(one.note)["source"] for one in found.entries if one.index in wanted}
    registered = {said(one.note)["data"]["source"] for one in found.entries if one.index < 4}
    assert registered == sources | {"/audit"}
    for one in found.entries:
        assert one.proof.endswith(b"\n\n" + found.checkpoint)
        checkpoint = verify_proof(one.note, parse_proof(one.proof), log=parse_vkey(found.vkey))
        assert checkpoint.size == SIZE


def test_what_the_log_does_not_hold_yet_is_waited_for(log):
    with look(log.engine) as session, pytest.raises(NotYet):
        under_one_checkpoint(session, [event_at(log, 9), "0195b0a0-0000-7000-8000-000000000000"], log.vkey)


def test_what_comes_in_while_it_looks_is_waited_for_and_never_left_out(log, monkeypatch):
    """As on PostgreSQL, where each question sees what was committed before it."""
    before = Head(200, b"", log.checkpoint_of(200))
    monkeypatch.setattr(reading, "head", lambda session: before)
    with look(log.engine) as session:
        assert under_one_checkpoint(session, [event_at(log, 199)], log.vkey).checkpoint == before.note
        with pytest.raises(NotYet):
            under_one_checkpoint(session, [event_at(log, 199), event_at(log, 200)], log.vkey)
