"""What looks at the log from elsewhere finds where it begins: replays, views, exports, a URL, and the ingest itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select, update
from typer.testing import CliRunner, Result

from crisisconnect import investigating, log_bundle, log_commands, log_files, restore, views
from crisisconnect.backup_manifest import Damaged
from services.audit.ingest import letting_go
from services.audit.ingest.checking import Checking
from services.audit.ingest.process import Process
from services.audit.ledger import pruned
from services.audit.replaying.export import lines
from services.audit.replaying.selection import Selection
from services.audit.views import access
from services.contracts.privacy import Role
from services.kernel.codec import freeze
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.replaying import past
from services.kernel.store import eventstore
from services.kernel.store.database import reading as look, sqlite
from services.reader import Unusable, verify_bundle, verify_url
from tests.examples import auth as example
from tests.examples.log import event_id
from tests.integration.pruned import LONG_AGO, Old, old, years
from tests.integration.test_log_over_http import Host

LOOKS = Context(
    actor="account/investigator",
    organisation="maker",
    role=Role.INVESTIGATOR,
    purpose="beheer_access",
    correlation="c",
)


@pytest.fixture
def aged(home: Configuration) -> Iterator[Old]:
    with old(home, None) as made:
        made.grow(1_100)
        made.now = LONG_AGO + years(11)
        made.grow(100, ("auth", "retention"))
        yield made


def start(world: Old, at: int | None = None) -> str:
    return str(world.audit.replays.start(LOOKS, "OM-1", "misbruik", {}, at)["replay"])


def test_a_replay_begins_where_the_log_does_and_says_so(aged: Old) -> None:
    before, early = start(aged), start(aged, at=500)
    assert aged.audit.replays.show(LOOKS, before)["first"] == 0
    assert aged.prune() == 1_024
    replays = aged.audit.replays
    for one in (before, start(aged)):
        assert replays.show(LOOKS, one)["first"] == 1_024
        assert replays.timeline(LOOKS, one, None, 3)["items"][0]["index"] == 1_024
    assert replays.show(LOOKS, early)["count"] == 0, "all that it was to look at has gone"
    assert replays.timeline(LOOKS, early, None, 3) == {"items": [], "next": None}


def test_what_needs_the_whole_log_is_refused_once_its_beginning_has_gone(aged: Old) -> None:
    assert aged.prune() == 1_024
    replay = start(aged)
    for ask in (
        lambda: start(aged, at=500),
        lambda: aged.audit.replays.start(LOOKS, "OM-1", "misbruik", {}, "2010-04-01T00:00:00Z"),
        lambda: aged.audit.replays.entries(LOOKS, replay, None, 3, ["nl.crisisconnect.auth.*"]),
        lambda: aged.audit.views_then(LOOKS, replay, "audit", None, 3),
    ):
        with pytest.raises(Refused, match=r"^log_pruned$"):
            ask()


def test_a_copy_of_it_is_replayed_from_there_and_exports_the_same_bytes(aged: Old, tmp_path: Path) -> None:
    assert aged.prune() == 1_024
    aged.grow(700)
    log_files.export(aged.audit.engine, aged.home.installation["log"], tmp_path / "log")
    replay = start(aged)
    with past.scratch(tmp_path) as room, investigating.copied(tmp_path / "log", room, Selection(), None) as copy:
        assert (copy.log.first, copy.log.size) == (1_024, aged.size)
        assert copy.log.root.hex() == aged.audit.replays.show(LOOKS, replay)["root"]
        of_copy = b"".join(lines("o", copy.log.size, copy.log.root, Selection(), copy.found(), copy.log.first))
        with pytest.raises(Unusable, match="begins at entry 1024"):
            list(copy.of_types(["nl.crisisconnect.auth.*"], copy.log.size - 1))
    opening, *entries, end = of_copy.splitlines()
    assert orjson.loads(opening)["log"]["first"] == 1_024
    assert [orjson.loads(entry)["index"] for entry in entries] == list(range(1_024, aged.size))
    assert orjson.loads(end)["count"] == aged.size - 1_024
    early = investigating.copied(tmp_path / "log", tmp_path, Selection(), "2009-01-01T00:00:00Z")
    with pytest.raises(Unusable, match="the entries 1024 to"):
        early.__enter__()


def test_an_organisations_bundle_holds_what_is_left_and_proves_it(aged: Old, tmp_path: Path) -> None:
    assert aged.prune() == 1_024
    mine, vkey = event_id("organisation", 3), aged.home.installation["log"]
    count, _ = log_bundle.write(aged.audit.engine, vkey, mine, tmp_path / "bundle")
    assert 0 < count < 40
    report = verify_bundle(tmp_path / "bundle", log_vkey=vkey, pins=aged.home.installation["pins"])
    assert report.ok, report.text()
    assert report.registrations == 4


def test_a_reader_far_away_follows_it(aged: Old, tmp_path: Path) -> None:
    assert aged.prune() == 1_024
    vkey = aged.home.installation["log"]
    log_files.export(aged.audit.engine, vkey, tmp_path / "log")
    host = Host(tmp_path / "log")
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        report = verify_url(host.url, log_vkey=vkey, pins=aged.home.installation["pins"])
        assert report.ok, report.text()
        assert (report.begins, report.entries_read) == (1_024, True)
        host.gone.add("pruned")
        assert not verify_url(host.url, log_vkey=vkey).ok
    finally:
        host.shutdown()
        host.server_close()


def sign_in(world: Old, count: int) -> None:
    signed_in: Any = replace(example.signed_in(), at=world.now)
    world.grow(count, ("auth",), name="SignedIn", data=freeze(signed_in, {}))


def test_audits_reports_keep_what_they_had_and_equal_their_replay_from_there(home: Configuration) -> None:
    with old(home, None) as world:
        sign_in(world, 1_100)
        world.now = LONG_AGO + years(11)
        sign_in(world, 10)
        assert world.prune() == 1_024
        world.read()
        with look(world.audit.engine) as session:
            assert len(session.execute(select(access.facts)).all()) == 1_110
        assert views._from_the_log(world.audit, home, home.var) == []
        (home.var / "audit-log.sqlite3").unlink()
        with world.audit.engine.begin() as session:
            session.execute(update(access.facts).where(access.facts.c.idx == 1_050).values(count=7))
        [difference] = views._from_the_log(world.audit, home, home.var)
        assert (difference.table, difference.key) == ("access_facts", (1_050,))


def test_the_ingest_does_it_when_it_looks_round(aged: Old) -> None:
    aged.read()
    aged.audit.pruning.turn()
    aged.relay()
    aged.log.writer.checkpoint()
    process = Process(aged.log.writer, Checking({}), aged.audit.engine, "")
    process._look_round()
    assert aged.below(1_024) == 4
    process._looked_at = 0.0
    process._look_round()
    assert aged.verify().ok


def test_a_decision_that_waits_for_the_log_is_not_made_twice(aged: Old) -> None:
    aged.read()
    assert aged.audit.pruning.turn()
    assert not aged.audit.pruning.turn()
    aged.relay()
    assert not aged.audit.pruning.turn()


def test_killed_while_it_takes_away_it_has_taken_nothing_and_does_it_again(
    aged: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged.read()
    aged.audit.pruning.turn()
    aged.relay()
    aged.log.writer.checkpoint()

    class Killed(Exception):
        pass

    def kill(_: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(letting_go, "reached", kill)
        with pytest.raises(Killed):
            aged.letting_go.turn()
    assert aged.below(1_024) == 1_024
    with look(aged.audit.engine) as session:
        assert pruned.minimum(session) == 0
    assert aged.verify().ok
    aged.log.writer.load()
    assert aged.letting_go.turn() is not None
    assert aged.below(1_024) == 4


def test_a_copy_that_ends_below_where_the_log_begins_is_not_restored(aged: Old, tmp_path: Path) -> None:
    assert aged.prune() == 1_024
    copy = sqlite(tmp_path / "org.sqlite3")
    eventstore.tables.create_all(copy)
    row = {"id": "x", "stream": "s", "version": 1, "type": "t", "line": b"", "sequence": 509}
    with copy.begin() as session:
        session.execute(insert(eventstore.events).values(**row))
    with pytest.raises(Damaged, match=r"org ends at its number 509, and the log has let go"):
        restore._check_reach("org", copy, aged.audit.engine)
    with copy.begin() as session:
        session.execute(update(eventstore.events).values(sequence=510))
        session.execute(insert(eventstore.cursors).values(name="org-feed", after=1_022))
    with pytest.raises(Damaged, match="org has read the log up to entry 1022"):
        restore._check_reach("org", copy, aged.audit.engine)
    with copy.begin() as session:
        session.execute(update(eventstore.cursors).values(after=1_023))
    restore._check_reach("org", copy, aged.audit.engine)
    copy.dispose()


def test_by_hand_an_entry_that_went_is_proved_but_not_shown(
    aged: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aged.prune() == 1_024
    monkeypatch.setenv("CRISISCONNECT_ENV", "development")
    monkeypatch.setenv("CRISISCONNECT_VAR", str(aged.home.var))
    monkeypatch.setenv("CRISISCONNECT_SECRETS", str(aged.home.secrets))

    def run(*words: str) -> Result:
        return CliRunner().invoke(log_commands.log, list(words))

    proof = run("proof", "500")
    assert (proof.exit_code, "index 500\n" in proof.output) == (0, True)
    assert run("proof", "500", "--entry", str(tmp_path / "entry")).exit_code == 1
    assert not (tmp_path / "entry").exists()
    assert run("proof", event_id("auth", 7)).exit_code == 1
    assert run("proof", "1100", "--entry", str(tmp_path / "entry")).exit_code == 0
    assert (tmp_path / "entry").exists()
    exported = run("export", str(tmp_path / "log"))
    assert exported.output == f"181 entries from 1024 on, where the log begins, in {tmp_path / 'log'}\n"
    verified = run("verify", str(tmp_path / "log"))
    assert (verified.exit_code, "begins at index 1024" in verified.output) == (0, True)
    assert run("verify").exit_code == 0
