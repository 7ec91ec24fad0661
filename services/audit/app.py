"""What audit can be asked: entries, proofs of them, and reports made from them alone."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.audit.alarms import Alarms
from services.audit.cases import waiting
from services.audit.cases.checks import Checks
from services.audit.cases.complaints import Complaints
from services.audit.cases.forgetting import Going
from services.audit.cases.incidents import Incidents
from services.audit.cases.scoping import Scoping
from services.audit.cases.sealing import Sealing
from services.audit.conformance.conformance import Conformance
from services.audit.disclosing.disclosures import Disclosures, Others
from services.audit.domain import source
from services.audit.domain.pruning import BUNDLE
from services.audit.ledger import pruned, reading, searching, witnessed
from services.audit.ledger.keeping import own_bases, own_notices, own_plans, own_terms
from services.audit.pruning import Pruning
from services.audit.receipts import Receipts
from services.audit.replaying.grounds import Grounds
from services.audit.replaying.replays import Replays
from services.audit.reports import Reports
from services.audit.views import (
    access,
    agreed,
    checks,
    complaints,
    disclosures,
    erasures,
    grounds,
    incidents,
    sealing,
    security,
    usage,
)
from services.audit.witnessing import policy
from services.audit.witnessing.rounds import Rounds
from services.contracts.audit import (
    CanaryDestroyed,
    CanaryPlanted,
    ErasureCompleted,
    KeyEpochRetired,
    SigningKeyHandedOver,
)
from services.contracts.privacy import Category, Role
from services.contracts.retention import ErasureOrdered
from services.contracts.tasks import Asking, told
from services.kernel.codec import instant
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.entry import Entry
from services.kernel.forgetting import Holdings
from services.kernel.participant import Calling, Participant, Vocabulary
from services.kernel.unit import Unit

OTHERS = ("auth", "org", "retention")
TERMS_SECONDS = 60.0
SCOPE_SECONDS = 1.0
DEADLINE_SECONDS = 10.0
SEALING_SECONDS = 3600.0
TALLY_SECONDS, WATCH_SECONDS = 5.0, 30.0
PATIENCE = 2.0
"""Seconds in which a service says how it keeps its promises; who does not, is away."""


class Audit(Participant):
    name = "audit"
    views = (grounds, incidents, complaints, checks, sealing, disclosures)
    log_views = (erasures, access, usage, agreed, security)
    vocabulary = Vocabulary(
        order=ErasureOrdered,
        completed=ErasureCompleted,
        retired=KeyEpochRetired,
        handed_over=SigningKeyHandedOver,
        planted=CanaryPlanted,
        destroyed=CanaryDestroyed,
    )
    follows = tuple(dict.fromkeys(kind for view in log_views for kind in view.FOLLOWED))

    def __init__(self, configuration: Configuration, caller: Calling) -> None:
        super().__init__(configuration, caller)
        self.witnesses = policy.load(configuration.witnesses, configuration.installation["log"])
        self.rounds = Rounds(self.engine, self.witnesses)
        self.replays = Replays(self.store, self._pseudonym_of, configuration.maker)
        self.alarms = Alarms(self.store, self.own_context, configuration.gap_seconds)
        self.receipts = Receipts(self.store, self.witnesses.digest, self._durable)
        terms = own_terms()
        self.pruning = Pruning(self.store, self.own_context, self._read_by_all, terms)
        self.grounds = Grounds(self.store, self.own_context, terms, self._held)
        notices, maker = own_notices(), configuration.maker
        self.incidents = Incidents(self.store, self._pseudonym_of, maker, notices)
        self.complaints = Complaints(self.store, self._pseudonym_of, notices)
        self.checks = Checks(self.store, maker, own_plans())
        self.sealing = Sealing(self.store, self.own_context, self._looked_at)
        self.scoping = Scoping(self.store, self.own_context)
        vkey, others = configuration.installation["log"], Others(caller, self.own_context)
        bases = own_bases(configuration.disclosure_bases)
        self.disclosures = Disclosures(self.store, others, maker, bases, vkey, self.own_context)
        self.reports = Reports(
            self.store,
            self.alarms,
            self.witnesses.digest,
            notices,
            self._retention_told,
            self._register_told,
            self.disclosures.showing,
        )
        keepers = (self._keeping, self.keeping.told, self._for_the_maker)
        self.conformance = Conformance(self.store, self.alarms, self.witnesses, notices, maker, *keepers)

    def begin(self) -> None:
        self.register_keys()
        self.rounds.begin()

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        asking = [(self.rounds.pace.between, self.rounds.turn)] if self.witnesses.witnesses else []
        alarms = (min(5.0, self.configuration.gap_seconds), self.alarms.look)
        terms = [(TERMS_SECONDS, self.pruning.turn), (TERMS_SECONDS, self.grounds.turn)]
        conforming = [(TALLY_SECONDS, self.conformance.tallying.turn), (WATCH_SECONDS, self.conformance.watching.turn)]
        cases = [(SCOPE_SECONDS, self.scoping.turn), (DEADLINE_SECONDS, self.disclosures.deadlines.turn)]
        resting = (SEALING_SECONDS, self.sealing.turn)
        return [*asking, alarms, *terms, *cases, resting, *conforming]

    def register_keys(self) -> None:
        """The first entries of the log: audit's own key, then each source's, as pinned at installation (I8)."""
        pins: dict[str, str] = self.configuration.installation["pins"]
        for name in (self.name, *sorted(set(pins) - {self.name})):
            asked = source.Register(source=f"/{name}", vkey=pins[name], at=datetime.now(UTC))

            def work(unit: Unit, name: str = name, asked: source.Register = asked) -> dict[str, Any]:
                unit.do(f"key/{name}", source.decider, asked)
                return {}

            self.store.perform(self.own_context(), work)

    # -- the log, for the services

    def fetch(self, after: int, types: Sequence[str], limit: int) -> Mapping[str, Any]:
        return self.entries(after, types, limit)

    def entries(self, after: int, types: Sequence[str], limit: int) -> dict[str, Any]:
        """Integrated entries above an index, of the types asked for."""
        with self.store.reading() as session:
            page = reading.entries_after(session, after, types, min(limit, 1000))
            handovers = reading.handover_count(session)
        return {
            "entries": [{"index": entry.index, "note": entry.note.decode()} for entry in page.entries],
            "scanned": page.scanned,
            "size": page.size,
            "first": page.first,
            "handovers": handovers,
        }

    def own_entries(self, after: int, limit: int) -> Mapping[str, Any]:
        return self.entries_of(self.own_context(caller=self.name), f"/{self.name}", after, limit)

    def entries_of(self, context: Context, source: str, after: int, limit: int) -> dict[str, Any]:
        """A source's own integrated entries above one of its numbers, in their order, for that source alone."""
        if f"/{context.caller}" != source:
            raise Refused("forbidden")
        with self.store.reading() as session:
            found = reading.of_source(session, source, after, min(limit, 1000))
            handovers = reading.handover_count(session)
            first = pruned.floor(session).numbers.get(source, 0) + 1
        entries = [{"index": entry.index, "note": entry.note.decode()} for entry in found]
        return {"entries": entries, "first": first, "handovers": handovers}

    def handovers(self) -> list[bytes]:
        """Every hand-over of a signing key that is in the log, oldest first, as the note it is."""
        with self.store.reading() as session:
            return [entry.note for entry in reading.handovers(session)]

    def signing_keys(self) -> dict[str, Any]:
        """Which key holds from which number on, of each source, as far as the log says under a signed checkpoint."""
        with self.store.reading() as session:
            return {"keys": [key._asdict() for key in reading.signing_keys(session)]}

    def high_water(self, source: str) -> dict[str, Any]:
        """The last number of a source that stands under a signed checkpoint."""
        with self.store.reading() as session:
            return {"sequence": reading.high_water(session, source)}

    def restored(self, context: Context, source: str, given: int) -> dict[str, Any]:
        """A relay gives no numbers, since the log has more of its source than its store: that is said in the log."""
        if context.caller != f"{source.removeprefix('/')}-relay":
            raise Refused("forbidden")
        self.alarms.restored(source, given)
        return {}

    def came_back(self, given: int, known: int) -> None:
        self.alarms.came_back(f"/{self.name}", given, known)

    def store_came_back(self, context: Context, source: str, given: int, known: int) -> dict[str, Any]:
        """A source has taken back from the log what its store lacked: that is said in the log."""
        if f"/{context.caller}" != source:
            raise Refused("forbidden")
        self.alarms.came_back(source, given, known)
        return {}

    # -- the log, for everybody

    def checkpoint(self) -> dict[str, Any]:
        with self.store.reading() as session:
            note = reading.checkpoint(session)
        if note is None:
            raise Refused("not_found")
        return {"checkpoint": note.decode()}

    def tile(self, level: int, n: int, width: int) -> dict[str, Any]:
        with self.store.reading() as session:
            return {"tile": _base64(reading.tile(session, level, n, width))}

    def bundle(self, n: int, width: int) -> dict[str, Any]:
        """Raises Refused log_pruned for one that the log has let go of."""
        with self.store.reading() as session:
            if 0 <= n * BUNDLE < pruned.minimum(session):
                raise Refused("log_pruned")
            return {"tile": _base64(reading.bundle(session, n, width))}

    def pruned(self) -> dict[str, Any]:
        """Where the log begins, by which entry, and the keys from before."""
        with self.store.reading() as session:
            found = pruned.statement(session)
        if found is None:
            raise Refused("not_found")
        return {"statement": found.decode()}

    def log_entries(
        self,
        after: int,
        limit: int,
        type: str | None = None,  # noqa: A002 - the surface's name for it
        organisation: str | None = None,
        correlationid: str | None = None,
        case: str | None = None,
    ) -> dict[str, Any]:
        """A page of entries, everything personal in them sealed."""
        with self.store.reading() as session:
            found = searching.search(
                session, after, limit, type_=type, organisation=organisation, correlation=correlationid, case=case
            )
        items = [searching.shown(index, note) for index, note in found]
        return {"items": items, "next": found[-1][0] if len(found) == limit else None}

    def log_entry(self, index: int) -> dict[str, Any]:
        with self.store.reading() as session:
            entry = reading.entry(session, index)
            gone = 0 <= index < pruned.minimum(session)
        if entry is None:
            raise Refused("log_pruned" if gone else "not_found")
        return searching.shown(entry.index, entry.note)

    def receipt(self, context: Context, event: str) -> dict[str, Any]:
        return self.receipts.of(context, event)

    def evidence(self, event: str) -> dict[str, Any] | None:
        return self.receipts.evidence(event)

    def _durable(self, event: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.durable(event)
        for service in OTHERS:
            if found is not None:
                break
            found = self.caller.call(service, "durable", {"event": event}, self.own_context())
        return found

    def views_then(self, context: Context, replay: str, service: str, after: int | None, limit: int) -> dict[str, Any]:
        """A service's views as they were where a replay ends. Only the service itself knows them, so it is asked.

        Raises Refused log_pruned once the log has let go of its beginning.
        """
        last = self.replays.last(context, replay)
        with self.store.reading() as session:
            if pruned.minimum(session):
                raise Refused("log_pruned")  # without what came first, what is made from the rest would be no view
        if service == self.name:
            return self.past.page(last, after, limit)
        if service not in OTHERS:
            raise Refused("not_found")
        asked = {"at": last, "after": after, "limit": limit}
        found: dict[str, Any] = self.caller.call(service, "replay_views", asked, self.own_context())
        return found

    def _read_by_all(self) -> int:
        """The lowest index that some service may yet need. Raises Unavailable."""
        asked = [self.caller.call(service, "followed", {}, self.own_context()) for service in OTHERS]
        return min(int(one["next"]) for one in (*asked, self.followed()))

    def _looked_at(self, service: str) -> Mapping[str, int]:
        if service == self.name:
            return self.sealing_seen()
        found: Mapping[str, int] = self.caller.call(service, "sealing", {}, self.own_context())
        return found

    def _pseudonym_of(self, account: str, organisation: str | None) -> str:
        asked = {"account": account, "organisation": organisation}
        return str(self.caller.call("auth", "pseudonym_of", asked, self.own_context())["pseudonym"])

    def tasks(self, context: Context, organisation: str | None) -> dict[str, Any]:
        """What waits for who asks, of one organisation or of all (None)."""
        asking = Asking(role=Role(str(context.role)), organisation=organisation, now=instant(datetime.now(UTC)))
        looks = {**waiting.LOOKS, **self.disclosures.showing.looks(organisation)}
        with self.store.reading() as session:
            return told(looks, session, asking)

    def report(self, kind: str, **asked: Any) -> dict[str, Any]:
        return self.reports.make(kind, **asked)

    def _register_told(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.caller.call("org", "processing_register", asked, self.own_context())
        return found

    def _retention_told(self, question: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.caller.call("retention", question, asked, self.own_context())
        return found

    def _held(self, organisation: str) -> dict[str, Any]:
        asked = {"organisation": organisation, "category": Category.CORRESPONDENCE.value}
        return self._retention_told("held_in", asked)

    def _for_the_maker(self) -> Context:
        return self.own_context(organisation=self.configuration.maker)

    def _keeping(self, service: str, organisation: str | None) -> dict[str, Any]:
        asked = {"organisation": organisation}
        found: dict[str, Any] = self.caller.call(service, "keeping", asked, self.own_context(), PATIENCE)
        return found

    # -- as a participant

    # Of a person audit has what they complained of; its reports hold numbers and the ids of events alone.

    def holdings(self) -> Holdings:
        complaints = Complaints(self.store, self._pseudonym_of, own_notices())
        return Going(self.store, complaints, self.own_context).with_complaints(super().holdings())

    def handle(self, unit: Unit, entry: Entry) -> None:
        for view in self.log_views:
            view.follow(unit.session, entry)

    def ready(self) -> dict[str, Any]:
        found = super().ready()
        with self.store.reading() as session:
            found["about"]["log"] = {
                "size": reading.size(session),
                "witnessed": witnessed.newest(session, self.witnesses.digest),
                "gaps": [waiting.source for waiting in reading.gaps(session)],
                "quarantined": len(reading.refusals(session)),
            }
        return found

    def deadletters(self) -> dict[str, Any]:
        """What audit's own feed set aside, and what the ingest would not let into the log."""
        found = super().deadletters()
        with self.store.reading() as session:
            refusals = reading.refusals(session)
        found["quarantine"] = [
            {"id": r.id, "source": r.source, "reason": r.reason, "digest": r.digest, "at": r.at} for r in refusals
        ]
        return found


def _base64(hashes: bytes | None) -> str:
    if hashes is None:
        raise Refused("not_found")
    return base64.b64encode(hashes).decode()
