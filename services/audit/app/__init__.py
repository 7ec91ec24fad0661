"""What audit can be asked: entries, proofs of them, and reports made from them alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.audit.alarms import Alarms
from services.audit.app.log import Logbook
from services.audit.cases import waiting
from services.audit.cases.checks import Checks
from services.audit.cases.complaints import Complaints
from services.audit.cases.forgetting import Going
from services.audit.cases.incidents import Incidents
from services.audit.cases.overhearing import Words
from services.audit.cases.scoping import Scoping
from services.audit.cases.sealing import Sealing
from services.audit.conformance.conformance import Conformance
from services.audit.disclosing.disclosures import Disclosures, Others
from services.audit.domain import source
from services.audit.ledger import pruned, reading, witnessed
from services.audit.ledger.keeping import own_bases, own_notices, own_plans, own_terms
from services.audit.pruning import Pruning
from services.audit.receipts import Durable, Receipts
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
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Role
from services.contracts.retention import ErasureCleared, ErasureOrdered
from services.contracts.tasks import Asking, told
from services.kernel.calls.calling import Calling
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.forgetting.erasing import Holdings, Vocabulary
from services.kernel.signing.entry import Entry

OTHERS = ("auth", "org", "retention")
TERMS_SECONDS = 60.0
SCOPE_SECONDS = 1.0
DEADLINE_SECONDS = 10.0
SEALING_SECONDS, WORDS_SECONDS = 3600.0, 60.0
TALLY_SECONDS, WATCH_SECONDS = 5.0, 30.0
PATIENCE = 2.0
"""Seconds in which a service says how it keeps its promises; who does not, is away."""


class Audit(Logbook):
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
        grounds=GROUNDS,
    )
    follows = tuple(dict.fromkeys((*(kind for view in log_views for kind in view.FOLLOWED), ErasureCleared)))

    def __init__(self, configuration: Configuration, caller: Calling) -> None:
        super().__init__(configuration, caller)
        self.witnesses = policy.load(configuration.witnesses, configuration.installation["log"])
        self.rounds = Rounds(self.engine, self.witnesses)
        self.replays = Replays(self.store, self._pseudonym_of, configuration.maker, self._streams)
        self.alarms = Alarms(self.store, self.own_context, configuration.gap_seconds)
        holders: list[Durable] = [self.durable, *(partial(self._durable_at, service) for service in OTHERS)]
        self.receipts = Receipts(self.store, self.witnesses.digest, holders)
        terms = own_terms()
        self.pruning = Pruning(self.store, self.own_context, self._read_by_all, terms)
        self.grounds = Grounds(self.store, self.own_context, terms, self._clear)
        notices, maker = own_notices(), configuration.maker
        self.incidents = Incidents(self.store, self._pseudonym_of, maker, notices)
        self.complaints = Complaints(self.store, self._pseudonym_of, notices)
        self.checks = Checks(self.store, maker, own_plans())
        self.words = Words(self.store, OTHERS, self._word_of)
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
        resting = [(SEALING_SECONDS, self.sealing.turn), (WORDS_SECONDS, self.words.turn)]
        return [*asking, alarms, *terms, *cases, *resting, *conforming]

    def register_keys(self) -> None:
        """The first entries of the log: audit's own key, then each source's, as pinned at installation (I8)."""
        pins: dict[str, str] = self.configuration.installation["pins"]
        for name in (self.name, *sorted(set(pins) - {self.name})):
            asked = source.Register(source=f"/{name}", vkey=pins[name], at=datetime.now(UTC))

            def work(unit: Unit, name: str = name, asked: source.Register = asked) -> dict[str, Any]:
                unit.do(f"key/{name}", source.decider, asked)
                return {}

            self.store.perform(self.own_context(), work)

    def receipt(self, context: Context, event: str) -> dict[str, Any]:
        return self.receipts.of(context, event)

    def evidence(self, event: str) -> dict[str, Any] | None:
        return self.receipts.evidence(event)

    def _durable_at(self, service: str, event: str) -> Mapping[str, Any] | None:
        asked = {"event": event}
        found: Mapping[str, Any] | None = self.caller.call(service, "durable", asked, self.own_context(), PATIENCE)
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

    def _word_of(self, service: str) -> int:
        return int(self.caller.call(service, "canary_word", {}, self.own_context()))

    def _streams(self, service: str, names: Sequence[str]) -> Sequence[str]:
        if service == self.name:
            return self.streams(names)
        found: Sequence[str] = self.caller.call(service, "streams", {"names": list(names)}, self.own_context())
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

    def _clear(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._retention_told("clear_erasure", asked)

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

    def before(self, entry: Entry) -> None:
        if isinstance(entry.record.event, ErasureCleared):
            self.grounds.ahead(entry.record.event)

    def handle(self, unit: Unit, entry: Entry) -> None:
        if isinstance(entry.record.event, ErasureCleared):
            self.grounds.follow(unit, entry.record.event)
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
