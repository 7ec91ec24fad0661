"""Bugs planted into a copy of the code, each where a promise hangs on one line; a campaign has to catch them all."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.running import System

HERE = Path(__file__).parents[2]
CODE = ("services", "gateway", "crisisconnect")
LATE = "late"
"""A file of this name in the state switches a bug on, so that a system can be set up before."""


@dataclass(frozen=True)
class Change:
    """`old` stands in the file exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    name: str
    changes: tuple[Change, ...]

    def plant(self, directory: Path) -> Path:
        """Copy the code there and change it. AssertionError when the code is no longer what the bug was made for."""
        for folder in CODE:
            # With what is compiled of it: each process of a system would compile all of it for itself.
            shutil.copytree(HERE / folder, directory / folder, ignore=shutil.ignore_patterns("*.pyc.*"))
        for change in self.changes:
            path = directory / change.file
            text = path.read_text()
            assert text.count(change.old) == 1, f"{self.name}: {change.file} has changed; plant the bug anew"
            path.write_text(text.replace(change.old, change.new))
            for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                compiled.unlink()
        return directory


EARLY = Mutant(
    "acknowledge before the commit",
    (
        Change(
            "services/kernel/commands/unit.py",
            'EVERYWHERE = frozenset({"username"',
            f'''_at_once = writing


@contextmanager
def _later(engine: Engine) -> Iterator[Connection]:
    """Commits a moment after the answer has gone out, from a thread that no hub holds up."""
    import os
    import eventlet
    from eventlet.patcher import original
    if not os.path.exists(os.path.join(os.environ["CRISISCONNECT_VAR"], "{LATE}")):
        with _at_once(engine) as session:
            yield session
        return
    connection = engine.connect()
    connection.begin()
    try:
        yield connection
    except BaseException:
        connection.rollback()
        connection.close()
        raise
    raw = connection.connection.driver_connection

    def commit() -> None:
        original("time").sleep(0.5)
        raw.execute("COMMIT")

    original("_thread").start_new_thread(commit, ())
    eventlet.spawn_after(2, connection.close)


writing = _later  # type: ignore[assignment]
EVERYWHERE = frozenset({{"username"''',
        ),
    ),
)

FORGETFUL = Mutant(
    "a relay that believes the broker, and never sends again what the log has not",
    (
        Change(
            "services/kernel/relaying/progress.py",
            "        self._due = self.integrated, self._sent_again\n",
            "        self._due = None\n",
        ),
    ),
)

DEAF = Mutant(
    "such a relay, that does not hear either that a message reached no queue",
    (
        *FORGETFUL.changes,
        Change("services/kernel/relaying/publisher.py", "one.note, properties, mandatory=True", "one.note, properties"),
    ),
)

GREEDY = Mutant(
    "an ingest that takes what comes, whether it has that number already or not",
    (
        Change(
            "services/audit/ingest/lineup.py",
            "        if arrival.sequence < following:\n            known",
            "        if False:\n            known",
        ),
        Change(
            "services/audit/ingest/lineup.py",
            "elif arrival.sequence == following and",
            "elif arrival.sequence <= following and",
        ),
        # The tables would refuse it, too.
        Change(
            "services/audit/migrations/versions/0001_the_tables_of_the_first_release.py",
            '        sa.UniqueConstraint("event_id"),\n'
            '        sa.UniqueConstraint("source", "sequence", name="log_one_entry_per_number"),\n',
            "",
        ),
    ),
)

FENCELESS = Mutant(
    "an ingest that goes on with what it knew, whoever else has written meanwhile",
    (
        Change(
            "services/audit/ingest/writer.py",
            "if high_water != known.high_water or registered != known.registered:",
            "if False:",
        ),
        Change("services/audit/ingest/writer.py", ", heads.c.size == old.size, heads.c.root == old.root)", ",)"),
        # The tables would refuse two entries in one place, too.
        Change(
            "services/audit/ledger/tables.py",
            '"log_entries",\n    tables,\n    Column("idx", Number, primary_key=True, autoincrement=False)',
            '"log_entries",\n    tables,\n    Column("idx", Number)',
        ),
    ),
)

HASTY = Mutant(
    "a feed that moves on before the effect, and is killed in between",
    (
        Change(
            "services/kernel/following/feed.py",
            "                    first(session)\n                    unit = ",
            f"""                    first(session)
                import os
                if os.path.exists(os.path.join(os.environ["CRISISCONNECT_VAR"], "{LATE}")):
                    os.kill(os.getpid(), 9)
                with writing(self.store.engine) as session:
                    unit = """,
        ),
    ),
)


def bred(mutant: Mutant, directory: Path) -> type[System]:
    """A System that runs the mutant's code, planted in `directory`."""
    code = mutant.plant(directory)

    class Mutated(System):
        @property
        def environment(self) -> dict[str, str]:
            # Safe path: `python -m` would put the directory that we stand in before the copy.
            return {**super().environment, "PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}

    return Mutated
