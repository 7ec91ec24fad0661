"""Whatever comes, however often and in whatever order: the log has every number once, in order, and nothing else."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import OperationalError

from crisisconnect.postgres import Cluster
from services.audit.ingest.state import Untrustworthy
from services.audit.ingest.writer import Fenced, Writer
from services.audit.ledger import reading, tables, tree
from services.kernel.database import open_engine, sqlite
from services.kernel.database import reading as look
from services.reader.tree import root_of, verify_consistency, verify_inclusion
from tests.examples.log import Sources, event, event_id

SOURCES = Sources.made()
FIRST = SOURCES.registrations()


class Log:
    """One database with the log's tables, and as many writers on it as a test wants."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self.engine, self.file = engine, directory / "head"
        tables.create(engine)
        self.writer = self.another()

    def another(self, file: Path | None = None) -> Writer:
        writer = Writer(self.engine, SOURCES.pins, SOURCES.log, file or self.file)
        writer.load()
        return writer

    def write(self, *notes: bytes) -> None:
        self.writer.write(notes)
        self.writer.checkpoint()

    def entries(self) -> list[bytes]:
        with look(self.engine) as session:
            return [e.note for e in reading.entries_after(session, -1, limit=100_000).entries]

    def refusals(self) -> list[str]:
        with look(self.engine) as session:
            return [refusal.reason for refusal in reading.refusals(session)]

    def gaps(self) -> dict[str, int]:
        with look(self.engine) as session:
            return {gap.source: gap.waiting for gap in reading.gaps(session)}

    def is_whole(self) -> None:
        """Numbers without a gap, and a head, a root and proofs that another implementation believes."""
        notes = self.entries()
        leaves = [tree.leaf_hash(note) for note in notes]
        with look(self.engine) as session:
            head = reading.head(session)
            assert head is not None
            assert (head.size, head.root) == (len(notes), root_of(leaves))
            for index in random.Random(5).sample(range(len(notes)), min(20, len(notes))):
                path = reading.inclusion(session, index, head.size)
                assert verify_inclusion(index, head.size, leaves[index], path, head.root)
                proof = reading.consistency(session, index, head.size)
                assert verify_consistency(index, head.size, root_of(leaves[:index]), head.root, proof)
        last: dict[str, int] = {}
        for note in notes:
            body = orjson.loads(note.split(b"\n")[0])
            assert int(body["sequence"]) == last.get(body["source"], 0) + 1
            last[body["source"]] = int(body["sequence"])


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = sqlite(tmp_path / "audit.sqlite3", pool=4)
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        made = fresh_database(cluster)
    yield made
    made.dispose()


def fresh_database(cluster: Cluster) -> Engine:
    from services.kernel.database import ensure

    name = f"log_{uuid.uuid4().hex[:8]}"
    ensure(cluster.url, name)
    return open_engine(cluster.url, name, Path())


@pytest.fixture
def log(engine: Engine, tmp_path: Path) -> Log:
    return Log(engine, tmp_path)


def notes(service: str, numbers: range | list[int]) -> list[bytes]:
    return [SOURCES.note(service, n) for n in numbers]


def test_a_new_log_has_a_checkpoint_of_nothing(log: Log) -> None:
    log.writer.checkpoint()
    with look(log.engine) as session:
        assert (reading.checkpoint(session) or b"").startswith(b"log.example\n0\n47DEQpj8")


def test_entries_stand_in_the_order_in_which_they_came(log: Log) -> None:
    came = [*FIRST, *notes("auth", range(1, 40)), *notes("org", range(1, 400))]
    log.write(*came)
    assert log.entries() == came
    log.is_whole()


def test_shuffled_and_tripled_deliveries_give_each_entry_once(log: Log) -> None:
    chance = random.Random(11)
    sent = [*FIRST, *notes("auth", range(1, 301)), *notes("org", range(1, 101))]
    deliveries = sent * 3
    chance.shuffle(deliveries)
    while deliveries:
        step = chance.randrange(1, 120)
        log.write(*deliveries[:step])
        deliveries = deliveries[step:]
    assert sorted(log.entries()) == sorted(sent)
    assert (log.refusals(), log.gaps()) == ([], {})
    log.is_whole()


def test_a_gap_holds_up_its_own_source_alone_and_heals(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1, 3, 4]), *notes("org", [1, 2]))
    log.write(*notes("auth", range(5, 1300)))
    assert len(log.entries()) == 4 + 1 + 2
    assert log.gaps() == {"/auth": 2 + 1295}
    log.write(*notes("auth", [2]))
    assert len(log.entries()) == 4 + 1299 + 2
    assert log.gaps() == {}
    log.is_whole()


def test_other_bytes_under_a_number_that_is_taken_are_refused(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1, 3]))
    other = [SOURCES.note("auth", n, subject="account/another") for n in (1, 3)]
    log.write(*other)
    log.write(*other)
    assert log.refusals() == ["conflict", "conflict"]
    log.write(*notes("auth", [2]), SOURCES.note("auth", 2, subject="account/another"))
    assert log.entries()[-3:] == notes("auth", [1, 2, 3])
    assert log.refusals() == ["conflict"] * 3


def test_one_that_waits_yields_to_the_one_that_entered_first(log: Log) -> None:
    log.write(*FIRST, SOURCES.note("auth", 2, subject="account/waits"))
    log.write(*notes("auth", [1]))
    assert log.entries()[-1] == SOURCES.note("auth", 2, subject="account/waits")
    log.write(SOURCES.note("auth", 4, subject="account/waits"))
    log.write(SOURCES.note("auth", 4), SOURCES.note("auth", 3))
    assert log.refusals() == ["conflict"]
    assert len(log.entries()) == 8
    assert log.gaps() == {}
    log.is_whole()


REFUSED: dict[str, Callable[[], bytes]] = {
    "unreadable": lambda: SOURCES.signers["auth"].sign(b"not json\n"),
    "unreadable number": lambda: SOURCES.signers["auth"].sign(event("auth", 1).replace(b'"1"', b'"01"') + b"\n"),
    "unreadable two lines": lambda: SOURCES.signers["auth"].sign(event("auth", 1) + b"\n{}\n"),
    "unreadable subject": lambda: SOURCES.note("auth", 1, subject="a\x00b"),
    "unknown_key": lambda: Sources.made("elsewhere.example").note("auth", 1),
    "unknown_key none": lambda: b"\x00\xff nothing",
    "unknown_key empty": lambda: b"",
    "bad_signature": lambda: SOURCES.note("auth", 1).replace(b"xxx", b"xxy", 1),
    "bad_signature of another": lambda: Sources.made(seeds=dict.fromkeys(
        ("auth", "org", "audit", "retention", "log"), b"\x01" * 32)).note("auth", 1),
    "wrong_source": lambda: SOURCES.note("auth", 1, source="/org"),
    "wrong_type": lambda: SOURCES.note("auth", 1, type="nl.crisisconnect.org.UserRegistered.v1"),
    "wrong_type foreign": lambda: SOURCES.note("auth", 1, type="nl.crisisconnect.auth.Evil"),
    "too_large": lambda: SOURCES.note("auth", 1, data={"a": "x" * 66_000}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_its_source_did_not_rightly_sign_never_enters(log: Log, case: str) -> None:
    log.write(*FIRST, REFUSED[case](), *notes("auth", [1]))
    assert log.refusals() == [case.split()[0]]
    assert log.entries() == [*FIRST, *notes("auth", [1])]


def test_one_id_under_two_numbers_holds_up_nobody_else(log: Log) -> None:
    log.write(*FIRST, *notes("auth", [1]))
    log.write(*notes("org", [1]), SOURCES.note("auth", 2, id=event_id("auth", 1)), *notes("org", [2]))
    assert log.refusals() == ["doubled_id"]
    assert log.entries()[-2:] == notes("org", [1, 2])
    log.write(SOURCES.note("auth", 3, id=event_id("auth", 1)))
    log.write(*notes("auth", [2]))
    assert log.refusals() == ["doubled_id"] * 2
    log.write(*notes("auth", [3]))
    assert log.entries()[-2:] == notes("auth", [2, 3])
    log.is_whole()


def test_a_source_waits_until_its_key_is_registered(log: Log) -> None:
    log.write(*notes("auth", range(1, 10)), *notes("org", [1]))
    assert log.entries() == []
    assert log.gaps() == {"/auth": 9, "/org": 1}
    log.write(*FIRST[:2])
    assert log.entries() == [*FIRST[:2], *notes("auth", range(1, 10))]
    assert log.gaps() == {"/org": 1}
    log.write(*FIRST[3:], *notes("org", [2]), FIRST[2])
    assert sorted(log.entries()[11:]) == sorted([*FIRST[2:], *notes("org", [1, 2])])
    assert log.gaps() == {}
    log.is_whole()


def test_a_key_that_is_not_the_pinned_one_admits_nobody(log: Log) -> None:
    foreign = Sources.made("elsewhere.example").pins["auth"]
    log.write(FIRST[0], SOURCES.registration(2, "auth", vkey=foreign), *notes("auth", [1]))
    assert len(log.entries()) == 2
    assert log.gaps() == {"/auth": 1}


def test_a_new_writer_goes_on_where_the_last_one_stopped(log: Log) -> None:
    log.write(*FIRST, *notes("auth", range(1, 600)))
    log.writer.write(notes("auth", range(600, 700)))
    log.writer = log.another()
    assert log.writer.unsigned
    log.write(*notes("auth", range(690, 720)))
    assert log.entries() == [*FIRST, *notes("auth", range(1, 720))]
    log.is_whole()


def test_only_what_is_under_a_checkpoint_is_answered(log: Log) -> None:
    log.write(*FIRST)
    log.writer.write(notes("auth", [1]))
    with look(log.engine) as session:
        assert reading.entry(session, 4) is None
        assert reading.by_event(session, event_id("auth", 1)) is None
        assert reading.high_water(session, "/auth") == 0
        assert reading.tlog_proof(session, 4) is None
        assert reading.tile(session, 0, 0, 5) is None
        assert reading.tile(session, 0, 0, 4) == b"".join(tree.leaf_hash(note) for note in FIRST)
        assert reading.entries_after(session, -1).scanned == 3


def test_questions_are_answered_by_type_event_and_number(log: Log) -> None:
    log.write(*FIRST, *notes("auth", range(1, 30)), SOURCES.note("auth", 30, "AccountClosed"))
    with look(log.engine) as session:
        page = reading.entries_after(session, -1, ["nl.crisisconnect.auth.AccountClosed.*"])
        assert ([e.index for e in page.entries], page.scanned, page.size) == ([33], 33, 34)
        page = reading.entries_after(session, 3, ["nl.crisisconnect.auth.UserRegistered.v1"], limit=7)
        assert ([e.index for e in page.entries], page.scanned) == (list(range(4, 11)), 10)
        found = reading.by_event(session, event_id("auth", 30))
        assert found is not None
        assert (found.index, reading.high_water(session, "/auth")) == (33, 30)
        receipt = reading.tlog_proof(session, 33) or b""
        assert receipt.startswith(b"c2sp.org/tlog-proof@v1\nindex 33\n")
        assert receipt.endswith(b"\n\n" + (reading.checkpoint(session) or b"-"))
        mine = reading.of_organisation(session, event_id("organisation", 3))
        assert all(event_id("organisation", 3).encode() in e.note for e in mine)
        bundle = reading.bundle(session, 0, 2) or b""
        assert bundle == b"".join(len(note).to_bytes(2, "big") + note for note in FIRST[:2])


def test_two_writers_never_fork(log: Log, tmp_path: Path) -> None:
    one, two = log.writer, log.another(tmp_path / "elsewhere")
    one.write([*FIRST, *notes("auth", [1])])
    two.write(notes("auth", [1, 2, 4]))
    one.write(notes("auth", [3]))
    two.write(notes("auth", [5]))
    one.checkpoint()
    with pytest.raises(Fenced):
        two.checkpoint()
    two.checkpoint()
    assert log.entries() == [*FIRST, *notes("auth", range(1, 6))]
    log.is_whole()


def test_an_older_copy_of_the_database_is_refused(log: Log, engine: Engine) -> None:
    log.write(*FIRST)
    early = tables.head.select()
    with engine.connect() as session:
        old = session.execute(early).one()
    log.write(*notes("auth", [1, 2]))
    with engine.begin() as session:
        session.execute(delete(tables.entries).where(tables.entries.c.idx >= 4))
        session.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size > 4))
        session.execute(update(tables.head).values(size=old.size, root=old.root, note=old.note))
        session.execute(update(tables.tiles).values(hashes=b"".join(tree.leaf_hash(n) for n in FIRST)))
        session.execute(update(tables.sources).where(tables.sources.c.source == "/auth").values(high_water=0))
    with pytest.raises(Untrustworthy, match="older copy"):
        log.another()
    log.file.unlink()
    log.another()


def test_an_empty_database_after_a_signed_log_is_refused(log: Log, tmp_path: Path) -> None:
    log.write(*FIRST)
    fresh = sqlite(tmp_path / "fresh.sqlite3")
    with pytest.raises(Untrustworthy, match="older copy"):
        Log(fresh, tmp_path)
    fresh.dispose()


def _flip(column: str) -> Callable[[Engine], None]:
    table = {"hashes": tables.tiles, "root": tables.head, "note": tables.entries}[column]

    def change(engine: Engine) -> None:
        with engine.begin() as session:
            kept = bytes(session.execute(select(table.c[column])).scalars().first() or b"")
            session.execute(update(table).values({column: kept[:20] + bytes([kept[20] ^ 1]) + kept[21:]}))

    return change


def _drop_tile(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(delete(tables.tiles))


def _foreign_head(engine: Engine) -> None:
    with engine.begin() as session:
        note = session.execute(select(tables.head.c.note)).scalar_one()
        text = note.rpartition(b"\n\n")[0] + b"\n"
        other = Sources.made(seeds=dict.fromkeys(("auth", "org", "audit", "retention", "log"), b"\x02" * 32))
        session.execute(update(tables.head).values(note=other.log.sign(text)))


def _lost_entry(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(delete(tables.entries).where(tables.entries.c.idx == 4))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_flip("hashes"), "do not give the root"),
        (_flip("root"), "says something else"),
        (_drop_tile, "tiles"),
        (_foreign_head, "not signed with this log's key"),
        (_lost_entry, "the log has 4"),
    ],
)
def test_a_damaged_log_is_not_written_on(log: Log, damage: Callable[[Engine], None], words: str) -> None:
    log.write(*FIRST, *notes("auth", [1]))
    damage(log.engine)
    with pytest.raises(Untrustworthy, match=words):
        log.another()


def test_an_unsigned_entry_that_changed_is_not_signed(log: Log) -> None:
    log.writer.checkpoint()
    log.writer.write(FIRST[:1])
    _flip("note")(log.engine)
    with pytest.raises(Untrustworthy, match="do not give their tiles"):
        log.another()


def test_when_the_database_fails_nothing_is_half_written(tmp_path: Path) -> None:
    log = Log(sqlite(tmp_path / "audit.sqlite3"), tmp_path)
    log.write(*FIRST)
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table log_tiles rename to away")
    with pytest.raises(OperationalError):
        log.writer.write(notes("auth", [1]))
    with log.engine.begin() as session:
        session.exec_driver_sql("alter table away rename to log_tiles")
    log.writer.load()
    log.write(*notes("auth", [1, 2]))
    log.is_whole()
    log.engine.dispose()
