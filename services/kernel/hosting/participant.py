"""What every service does beside its own work: follow the log, forget when ordered, retire its key epochs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

from services.kernel.calls.calling import Calling
from services.kernel.clock.jobs import Job
from services.kernel.commands.unit import Store, Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.event import Event
from services.kernel.following.deadletters import Deadletters
from services.kernel.following.feed import POLL, Entry, Feed
from services.kernel.following.refetch import Refetch
from services.kernel.forgetting import reindexing
from services.kernel.forgetting.erasing import (
    ORGANISATION,
    PERSON,
    SCRUB_SECONDS,
    Forgetting,
    Holding,
    Holdings,
    Vocabulary,
)
from services.kernel.forgetting.rotating import Rotations
from services.kernel.hosting.keeping import Keeping
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import provider_of
from services.kernel.replaying.looking_back import LookingBack
from services.kernel.replaying.past import Views
from services.kernel.replaying.rebuilding import Rebuilding
from services.kernel.signing.entry import Reader
from services.kernel.signing.handing_over import HandingOver
from services.kernel.signing.note import Verifier
from services.kernel.store import eventstore
from services.kernel.store.bell import Bell
from services.kernel.store.database import is_sqlite, open_engine
from services.kernel.store.departed import tombstone
from services.kernel.store.wake import Wake
from services.kernel.sweep import resting
from services.kernel.sweep.canaries import SECONDS as CANARY_SECONDS, Canaries

FIRST_SECONDS = 60.0
"""No job waits longer for its first turn: soon after a start it is known of each that it can be done."""


def pinned(configuration: Configuration) -> dict[str, Verifier]:
    """Each source's verifier, as it was pinned at installation, by `/<source>`."""
    pins: dict[str, str] = configuration.installation["pins"]
    return {f"/{name}": Verifier.parse(vkey) for name, vkey in pins.items()}


class Participant(Deadletters):
    """One service's application: its store and keyring, its feed of the log, its timers.

    A subclass names itself, its views and what it follows, and says whose keys and rows a person has.
    """

    name: ClassVar[str]
    views: ClassVar[Sequence[Any]]
    log_views: ClassVar[Sequence[Any]] = ()
    """Views that follow the log instead of the service's own events."""
    vocabulary: ClassVar[Vocabulary]
    follows: ClassVar[Sequence[type[Event]]] = ()

    def __init__(self, configuration: Configuration, caller: Calling) -> None:
        self.configuration = configuration
        self.caller = caller
        self.engine = open_engine(configuration.database_url, self.name, configuration.var / "data")
        keys = open_engine(configuration.keyring_url, f"keys_{self.name}", configuration.var / "keys", pool=4)
        self.keyring = Keyring(keys, provider_of(configuration, self.name), f"/{self.name}")
        wake = Wake(self.engine, configuration.var / "run", f"{self.name}-relay")
        maker, grounds = configuration.maker, self.vocabulary.grounds
        self.store = Store(self.engine, self.keyring, self.name, self.views, wake, maker=maker, grounds=grounds)
        self.feed = Feed(
            self.store,
            f"{self.name}-feed",
            [kind.type for kind in (*self.follows, self.vocabulary.order, self.vocabulary.planted)],
            fetch=self.fetch,
            handle=self._handle,
            before=self._before,
            pins=pinned(configuration),
            handovers=self.handovers,
        )
        pin = configuration.installation["pins"][self.name]
        self.signing = HandingOver(self.store, pin, self.vocabulary.handed_over)
        self.rotations = Rotations(self.store, self.vocabulary.retired, configuration.key_epoch_hours)
        shown = Views(self.name, self.views, self.log_views, self.follows)
        self.past = LookingBack(shown, configuration.var, self.fetch)
        words, maker = self.vocabulary, configuration.maker
        rest = configuration.longest_cycle_seconds
        self.canaries = Canaries(self.store, words.planted, words.destroyed, self.own_context, maker=maker, rest=rest)
        self.keeping = Keeping(
            configuration, self.store, self.feed, self.canaries, lambda organisation: self.facts(organisation)
        )
        self._stopping = threading.Event()
        self._bell = Bell()
        self.forgetting = Forgetting(self.store, self.keyring, self.holdings(), self.vocabulary.completed)
        reader = Reader(pinned(configuration), self.handovers)
        again = Rebuilding(self.store, self)
        self.refetch = Refetch(self.store, reader, self.own_entries, self.came_back, again)

    # -- what a service says about itself

    def owners(self, session: Connection, account: str) -> set[str]:
        """Every owner of keys that this service has for a person: `account/…`, `session/…`."""
        return {f"account/{account}"}

    def drop(self, session: Connection, account: str) -> int:
        """Delete the person's rows from every view and queue; returns how many. A service without any has none."""
        return 0

    def left(self, session: Connection, account: str) -> int:
        """How many rows still speak of the person."""
        return 0

    def holdings(self) -> Holdings:
        """What goes, by kind of scope. A subclass adds the kinds that it has something of."""
        return {
            PERSON: Holding(
                owners=lambda session, order: self.owners(session, order.account),
                drop=lambda session, order: self.drop(session, order.account),
                left=lambda session, order: self.left(session, order.account),
            ),
            # That it has left is remembered also where nothing of it is kept.
            ORGANISATION: Holding(
                owners=lambda _, order: {tombstone(order.organisation)},
                drop=lambda _, __: 0,
                left=lambda _, __: 0,
            ),
        }

    def before(self, entry: Entry) -> None:
        """Work ahead of the transaction that may wait, and may happen twice: keys, questions to others."""

    def handle(self, unit: Unit, entry: Entry) -> None:
        """What follows from one entry of the log, in the transaction that moves the cursor."""

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        """Pairs of seconds and what to do that often."""
        return ()

    def facts(self, organisation: str | None) -> Mapping[str, Any]:
        """Numbers by which a promise is judged; see `keeping.py`. A subclass adds what only it can count."""
        return {}

    # -- life

    def begin(self) -> None:
        """What comes before anything else, once the store is whole."""

    def start(self) -> None:
        """Begin to follow the log and to keep time; called once, and returns when commands may come.

        A store that is older than the log is made whole first, however long that takes.
        """
        self.refetch.run(self._stopping)
        reindexing.settle(self.store)
        self.begin()
        jobs = self.keeping.jobs
        following = jobs.add(POLL, self.feed.step, "feed")
        self._spawn("feed", lambda: self.feed.run(self._stopping, self._bell, following))
        self._keep_doing(jobs.add(300.0, self.store.forget_old_answers, "answers"))
        epoch = min(60.0, self.configuration.key_epoch_hours * 900)
        self._keep_doing(jobs.add(epoch, self.rotations.when_due, "epoch"))
        self._keep_doing(jobs.add(SCRUB_SECONDS, self.forgetting.scrub, "scrub"))
        self._keep_doing(jobs.add(CANARY_SECONDS, self.canaries.turn, "canary"))
        for seconds, work in self.timers():
            self._keep_doing(jobs.add(seconds, work))
        self._spawn("turns", lambda: self.keeping.turns.run(self._stopping))

    def stop(self) -> None:
        self._stopping.set()
        self._bell.ring()
        self.canaries.close()

    def stopping(self) -> bool:
        """Whether the process is to end; long work looks at it between two steps."""
        return self._stopping.is_set()

    def wake(self) -> None:
        """The log has grown."""
        self._bell.ring()

    def _spawn(self, name: str, work: Callable[[], object]) -> None:
        threading.Thread(target=work, name=f"{self.name}-{name}", daemon=True).start()

    def _keep_doing(self, job: Job) -> None:
        def run() -> None:
            wait = min(job.seconds, FIRST_SECONDS)
            while not self._stopping.wait(wait):
                job.turn()
                wait = job.seconds

        self._spawn(job.name, run)

    # -- the log

    def fetch(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        """Entries of the log after an index, as audit answers them."""
        answer: Mapping[str, Any] = self.caller.call(
            "audit", "entries", {"after": after, "types": list(types), "limit": limit}, self.own_context()
        )
        return answer

    def handovers(self) -> Sequence[bytes]:
        """Every hand-over of a source's signing key that is in the log, oldest first, as audit answers them."""
        notes: list[str] = self.caller.call("audit", "handovers", {}, self.own_context())
        return [note.encode() for note in notes]

    def own_entries(self, after: int, limit: int) -> Mapping[str, Any]:
        """This service's own entries of the log above one of its numbers, as audit answers them."""
        asked = {"source": f"/{self.name}", "after": after, "limit": limit}
        answer: Mapping[str, Any] = self.caller.call("audit", "entries_of", asked, self.own_context())
        return answer

    def came_back(self, given: int, known: int) -> None:
        """Have it said in the log that this store, which had given `given` numbers, took the others back from it."""
        asked = {"source": f"/{self.name}", "given": given, "known": known}
        self.caller.call("audit", "store_came_back", asked, self.own_context())

    def own_context(self, **more: Any) -> Context:
        """A context in which this service speaks for itself."""
        return Context(actor=f"system/{self.name}", **{"correlation": str(uuid7()), **more})

    def _before(self, entry: Entry) -> None:
        if isinstance(entry.record.event, self.vocabulary.order):
            self.forgetting.ahead(entry)
        else:
            self.before(entry)

    def _handle(self, unit: Unit, entry: Entry) -> None:
        if isinstance(entry.record.event, self.vocabulary.order):
            self.forgetting.erase(unit, entry)
        if isinstance(entry.record.event, self.vocabulary.planted):
            self.canaries.hear(unit.session, entry.record.event)
        if isinstance(entry.record.event, tuple(self.follows)):
            self.handle(unit, entry)

    def sealing_seen(self) -> dict[str, Any]:
        """How much of a sample of what rests here is not sealed, and in how many places a canary can be read."""
        return {**resting.look(self.store).told(), **self.canaries.numbers()}

    # -- key epochs

    def rotate_keys(self, context: Context) -> dict[str, Any]:
        return self.rotations.rotate(context)

    def keys_status(self) -> dict[str, Any]:
        return dict(self.keyring.status())

    # -- the event store

    def durable(self, event: str) -> dict[str, Any] | None:
        """Who wrote an event that this service has committed, whose it is, and its number here once it has one.

        None when it has no such event.
        """
        with self.store.reading() as session:
            found = eventstore.by_id(session, event)
        if found is None:
            return None
        envelope = found.envelope
        said = {"actor": envelope.actor, "organisation": envelope.organisation}
        return said | {"source": envelope.source, "number": envelope.sequence}

    def committed(self, events: Sequence[str]) -> list[str]:
        """Which of these events this service has committed."""
        with self.store.reading() as session:
            return eventstore.among(session, events)

    def streams(self, names: Sequence[str]) -> list[str]:
        """Which of these streams there are."""
        with self.store.reading() as session:
            return eventstore.streams(session, names)

    # -- readiness

    def ready(self) -> dict[str, Any]:
        """`ok` for each thing this service needs, and `about` it what a look should know; raises when one is away."""
        with self.store.reading() as session:
            session.execute(text("select 1"))
            about: dict[str, Any] = {
                "unnumbered": eventstore.waiting(session),
                "unintegrated": eventstore.unintegrated(session),
            }
            if stopped := self.keeping.jobs.stopped():
                about["stopped_jobs"] = stopped
            if is_sqlite(session):
                about["sqlite"] = session.execute(text("select sqlite_version()")).scalar_one()
        return {"database": "ok", "keyring": "ok" if self.keyring.status() else "away", "about": about}
