"""What an investigator can be shown of a log: held against the living views, against itself, and against a mark."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson

from crisisconnect import investigating, log_files
from crisisconnect.replay_command import views_of
from crisisconnect.topology import SERVICES
from services.audit.replaying import export, finding
from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import Found, item
from services.contracts.auth import InvitationWithdrawn
from services.kernel.replaying import past, replay
from services.kernel.store import eventstore
from services.kernel.store.database import reading
from tests.faults.household import Household
from tests.journeys.canaries import Needles, search

PAGE = 1_000
CHUNK = 1 << 22
ACROSS = 1_000
"""Bytes that are searched again with the next chunk, since a value may stand across two."""


@dataclass
class Cost:
    """Seconds, and megabytes (10^6) above what the process held before, by what was done; the most of each."""

    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        before, began = _resident("VmRSS"), time.perf_counter()
        Path("/proc/self/clear_refs").write_text("5")  # forgets the highest so far
        yield
        self.seconds[what] = max(self.seconds.get(what, 0.0), time.perf_counter() - began)
        self.megabytes[what] = max(self.megabytes.get(what, 0.0), _resident("VmHWM") - before)


def _resident(name: str) -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(f"{name}:")) * 1024 / 1e6


class Investigation:
    """Replays of one household's log. `mark` stands in every personal value that was ever given to it."""

    def __init__(self, household: Household, mark: str, directory: Path) -> None:
        self.household, self.mark, self.directory = household, mark, directory
        self.needles = Needles({"mark": mark})
        self.cost = Cost()
        self.rows: Counter[str] = Counter()
        self.searched = 0
        self.findings: list[str] = []

    # -- every view equals the living one

    def compare(self, last: int) -> None:
        """Make every service's views again from the log up to `last`, which is all of it; and compare them by row."""
        for service in SERVICES:
            self.findings += [f"{service} at {last}: {one}" for one in self.differences(service, last)]

    def differences(self, service: str, last: int) -> list[replay.Difference]:
        shown, store = views_of(service), self.household.apps[service].store
        with (
            self.cost.of(f"{service}, with its keys"),
            tempfile.TemporaryDirectory(dir=self.directory) as room,
            past.rebuilt(shown, self._of_types(shown.types(), last), Path(room, "views"), store.reindex) as made,
            replay.moment(made) as scratch,
            replay.moment(store.engine) as live,
        ):
            self.rows[service] = sum(1 for _ in shown.rows(made))
            return replay.compare(live, scratch, shown.tables)

    # -- the same bytes, and no value in them

    def shown(self, last: int) -> dict[str, str]:
        """The SHA-256 of everything that there is to see of the log up to an index, by its name."""
        made = {
            "export": self._looked_at("export", partial(self._export, last)),
            "timeline": self._looked_at("timeline", partial(self._timeline, last)),
        }
        for service in SERVICES:
            what = f"views of {service}"
            with tempfile.TemporaryDirectory(dir=self.directory) as room:
                made[what] = self._looked_at(what, partial(self._views, service, last, Path(room, "views")))
                for one in search({"mark": self.mark}, [Path(room)]):
                    self.findings.append(f"{one.spelling} of a personal value in the scratch {what}")
        return made

    def elsewhere(self, last: int) -> str:
        """The SHA-256 of the same export, made from a copy of the log in files that is checked before."""
        log_files.export(self.household.audit.engine, self.household.installation.log, self.directory / "copy")
        with (
            tempfile.TemporaryDirectory(dir=self.directory) as room,
            investigating.copied(self.directory / "copy", Path(room), Selection(), last) as other,
        ):
            log = other.log
            lines = partial(export.lines, log.origin, log.size, log.root, other.selection, other.found())
            return self._looked_at("export of a copy", lines)

    def _looked_at(self, what: str, lines: Callable[[], Iterable[bytes]]) -> str:
        digest, held, found = hashlib.sha256(), bytearray(), False
        with self.cost.of(what):
            for line in lines():
                digest.update(line)
                held += line
                self.searched += len(line)
                if len(held) > CHUNK:
                    found = found or bool(self.needles.within(bytes(held), what))
                    del held[:-ACROSS]
        if found or self.needles.within(bytes(held), what):
            self.findings.append(f"a personal value stands in the {what}")
        return digest.hexdigest()

    def _export(self, last: int) -> Iterator[bytes]:
        with reading(self.household.audit.engine) as session:
            root = finding.root(session, last + 1)
        return export.lines(self.household.installation.origin, last + 1, root, Selection(), self._found(last))

    def _timeline(self, last: int) -> Iterator[bytes]:
        return (orjson.dumps(item(one)) for one in self._found(last))

    def _views(self, service: str, last: int, path: Path) -> Iterator[bytes]:
        shown = views_of(service)
        with past.rebuilt(shown, self._of_types(shown.types(), last), path) as made:
            for row in shown.rows(made):
                yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)

    # -- nobody comes back

    def opened(self, last: int) -> tuple[dict[str, Counter[bool]], set[str]]:
        """By account, how many of the sealed values in auth's entries open (True) and do not; and who withdrew."""
        tried: dict[str, Counter[bool]] = {}
        owners: dict[str, str] = {}
        gone: set[str] = set()
        for _, note in self._of_types(["nl.crisisconnect.auth.*"], last):
            record = eventstore.parse(note)
            event, session = record.event, str(getattr(record.event, "session", ""))
            account = str(getattr(event, "account", "") or owners[session]) if record.sealed or session else ""
            owners.setdefault(session, account)
            if isinstance(event, InvitationWithdrawn):
                gone.add(event.account)
            values = self.household.auth.keyring.open_many([(value, name) for name, value in record.sealed.items()])
            tried.setdefault(account, Counter()).update(value is not None for value in values)
        return {account: counts for account, counts in tried.items() if account}, gone

    def nobody_is_back(self, erased: set[str], last: int) -> Counter[bool]:
        """How many values of the living open (True), and how many do not any more; a finding for every other case."""
        tried, withdrawn = self.opened(last)
        erased = erased | withdrawn
        self.findings += [f"{account} was erased and is not in the log" for account in erased - tried.keys()]
        for account, counts in tried.items():
            if account in erased and counts[True]:
                self.findings.append(f"{counts[True]} values of {account} open, who was erased")
            if account not in erased and counts[False]:
                self.findings.append(f"{counts[False]} values of {account} do not open, who is a member")
        return sum(tried.values(), Counter())

    # -- what it is made of

    def _found(self, last: int) -> Iterator[Found]:
        return finding.everything(self.household.audit.engine, Selection(), last)

    def _of_types(self, types: list[str], last: int) -> Iterator[tuple[int, bytes]]:
        after = -1
        while after < last:
            with reading(self.household.audit.engine) as session:
                part = finding.of_types(session, types, after, last, PAGE)
            yield from ((one.index, one.note) for one in part.found)
            after = part.scanned
