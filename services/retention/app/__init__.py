"""Follows the log, orders what is due, certifies what every service has completed. One transaction a step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from services.contracts import auth, org, retention
from services.contracts.facts import ORGANISATION
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import LegalBasis, Role
from services.contracts.tasks import Asking, told
from services.kernel.calls.calling import Calling
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.following.feed import Entry
from services.kernel.forgetting.erasing import Holdings, Vocabulary
from services.kernel.hosting.participant import Participant
from services.retention import schemas
from services.retention.app import waiting
from services.retention.app.certifying import Certifying
from services.retention.app.clearing import Clearing
from services.retention.app.collecting import Collecting
from services.retention.app.deliveries import Deliveries, owners_of
from services.retention.app.departing import FOLLOWED as LEAVING, Departing
from services.retention.app.excepting import Excepting
from services.retention.app.facts import facts
from services.retention.app.fulfilling import Fulfilling
from services.retention.app.holds import Holds
from services.retention.app.locking import lock_organisation, stream
from services.retention.app.naming import Naming
from services.retention.app.parcels import Parcels
from services.retention.app.previewing import Previewing
from services.retention.app.reminding import Reminding
from services.retention.app.requests import Requests
from services.retention.app.restricting import FOLLOWED as RESTRICTING, Restricting
from services.retention.app.ruling import Ruling
from services.retention.app.sweeping import Sweeping
from services.retention.app.telling import Telling
from services.retention.domain import erasure as erasing, retirement as retiring, terms
from services.retention.reactions import FOLLOWS, react
from services.retention.schemas import requests as asked
from services.retention.views import (
    certificates,
    cleared,
    controllers,
    deliveries,
    departures,
    erasures,
    exceptions,
    handed_over,
    holds,
    objections,
    parcels,
    proposals,
    recipients,
    recordings,
    requests,
    retirements,
    rules,
    sessions,
    standing,
    waits,
)


def default_terms(instead: Path | None = None) -> tuple[terms.Terms, ...]:
    """The terms that are in this version of the software, or in a file `instead`, with the day each came into force."""
    return terms.parse(json.loads((instead or Path(__file__).parents[1] / "terms.json").read_text()))


OF_PEOPLE = (
    parcels,
    erasures,
    holds,
    cleared,
    requests,
    exceptions,
    objections,
    recipients,
    deliveries,
    recordings,
    sessions,
)
"""What says whom something is about; what rests of an answer goes before the line that says whose it is."""


class Retention(Participant):
    """Owns time. `now` is its clock; only due dates and the moments of its own decisions come from it."""

    name = "retention"
    views = (
        erasures,
        holds,
        cleared,
        requests,
        exceptions,
        objections,
        recipients,
        deliveries,
        departures,
        retirements,
        rules,
        certificates,
    )
    log_views = (controllers, handed_over, proposals, recordings, sessions, standing)
    vocabulary = Vocabulary(
        order=retention.ErasureOrdered,
        completed=retention.ErasureCompleted,
        retired=retention.KeyEpochRetired,
        handed_over=retention.SigningKeyHandedOver,
        planted=retention.CanaryPlanted,
        destroyed=retention.CanaryDestroyed,
        grounds=GROUNDS,
    )
    follows = tuple(
        dict.fromkeys(
            (
                *FOLLOWS,
                *controllers.FOLLOWED,
                *handed_over.FOLLOWED,
                *proposals.FOLLOWED,
                *recordings.FOLLOWED,
                *sessions.FOLLOWED,
                *standing.FOLLOWED,
                *LEAVING,
                *RESTRICTING,
            )
        )
    )

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.departing = Departing(self)
        super().__init__(configuration, caller)
        self.now = now
        self.terms = default_terms(configuration.retention_terms)
        # An erasure that one sweep just missed is not late.
        self.patience = timedelta(seconds=2 * configuration.retention_sweep_seconds)
        self.holds = Holds(self)
        self.clearing = Clearing(self)
        self.requests = Requests(self)
        self.fulfilling = Fulfilling(self)
        self.restricting = Restricting(self)
        self.excepting = Excepting(self)
        self.naming = Naming(self)
        self.reminding = Reminding(self)
        self.deliveries = Deliveries(self)
        self.collecting = Collecting(self)
        self.parcels = Parcels(self)
        self.telling = Telling(self)
        self.ruling = Ruling(self)
        self.previewing = Previewing(self)
        self.certifying = Certifying(self)
        self.sweeping = Sweeping(self)

    def timers(self) -> Sequence[tuple[float, Callable[[], None]]]:
        seconds = self.configuration.retention_sweep_seconds
        return [(seconds, self.sweeping.sweep), (seconds, self.reminding.remind), (seconds, self.parcels.turn)]

    # -- the log

    def handle(self, unit: Unit, entry: Entry) -> None:
        for view in self.log_views:
            view.follow(unit.session, entry)
        if isinstance(entry.record.event, org.AgreementSigned):
            self.ruling.signed(unit, entry)
        agreed = None
        if isinstance(entry.record.event, auth.AccountClosed | auth.InvitationWithdrawn | auth.InvitationExpired):
            agreed = rules.in_force(unit.session, entry.record.event.organisation, entry.record.envelope.time.date())
        self.departing.follow(unit, entry)
        self.restricting.follow(unit, entry)
        match react(entry.index, entry.record, self.terms, agreed, self.now()):
            case erasing.Schedule() as command:
                # A hold placed at this moment either sees this erasure, or is seen by it.
                lock_organisation(unit.session, command.organisation)
                unit.do(stream(command.erasure), erasing.decider, command)
                if isinstance(entry.record.event, auth.AccountClosed):
                    self.ruling.closed(unit, entry.record.event, agreed)
            case erasing.Confirm() as command:
                unit.do(entry.record.stream, erasing.decider, command)
            case retiring.Note() as command:
                unit.do(f"retirement/{command.retirement}", retiring.decider, command)
            case None:
                return

    # -- its own part in forgetting

    def owners(self, session: Connection, account: str) -> set[str]:
        """What is written about a person in a hold's or a request's file goes with the person."""
        files = {f"hold/{hold}" for hold in holds.of_account(session, account)}
        files |= {f"request/{request}" for request in requests.of_account(session, account)}
        return {f"account/{account}"} | files | owners_of(deliveries.of_account(session, account))

    def drop(self, session: Connection, account: str) -> int:
        return sum(view.drop(session, account) for view in OF_PEOPLE)

    def left(self, session: Connection, account: str) -> int:
        return sum(view.counted(session, account) for view in OF_PEOPLE)

    def holdings(self) -> Holdings:
        return {**super().holdings(), ORGANISATION: self.departing.holding()}

    def facts(self, organisation: str | None) -> Mapping[str, Any]:
        return facts(self, organisation)

    # -- what an officer decides

    def release_erasure(self, context: Context, erasure: str) -> dict[str, Any]:
        """Let a braked erasure go on at the next sweep. Raises Refused("not_found"), or Refused("not_braked")."""
        row, _ = self._find(erasure, None)
        context = replace(context, organisation=row.organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION)

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, row.organisation)
            unit.do(stream(erasure), erasing.decider, erasing.Release(by=context.actor, at=self.now()))
            return {}

        return self.store.perform(context, work)

    # -- questions

    def terms_kept(self) -> dict[str, Any]:
        """`terms`: by what begins it our own term, as an ISO 8601 duration; an agreement may have another."""
        return {"terms": {str(trigger): term for trigger, term in self.terms[-1].by_trigger.items()}}

    def erasures(self, _: Context, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """A page of erasures, the newest first; `after` is the `next` of the page before.

        Raises Refused("cursor_invalid").
        """
        limit = max(1, min(limit, 100))
        with self.store.reading() as session:
            rows = erasures.newest(session, organisation, _place(after), limit)
            kept = exceptions.of_erasures(session, [row.erasure for row in rows])
            parts = erasures.parts_of(session, [row.erasure for row in rows])
        items = [self._shown(row, parts[row.erasure], kept.get(row.erasure, ())) for row in rows]
        return {"items": items, "next": f"{rows[-1].asked_in}/{rows[-1].erasure}" if len(rows) == limit else None}

    def erasure(self, _: Context, erasure: str, organisation: str | None) -> dict[str, Any]:
        """Raises Refused("not_found"), also while the event that asks is on its way to the log."""
        row, parts = self._find(erasure, organisation)
        with self.store.reading() as session:
            kept = exceptions.of_erasures(session, [erasure]).get(erasure, ())
        return self._shown(row, parts, kept)

    def _shown(self, row: Any, parts: Sequence[Any], kept: Sequence[Any]) -> dict[str, Any]:
        shown = schemas.erasure(row, parts, erasing.services_of(row.scope))
        return {**shown, **asked.kept(kept, self.requests.clock)}

    def certificate(self, context: Context, erasure: str, organisation: str | None) -> dict[str, Any]:
        """The proof. Raises Refused("not_found"), or Refused("not_yet") before the log holds its statement."""
        self._find(erasure, organisation)
        return self.certifying.certificate(context, erasure)

    def report(self, organisation: str | None) -> dict[str, Any]:
        """`rows`: each organisation's terms and what waits there; `totals`: all of it, and what is overdue (P06)."""
        now = self.now()
        with self.store.reading() as session:
            agreed = rules.all_in_force(session, now.date(), organisation)
            waiting = waits.by_organisation(session, organisation, now - self.patience)
            overdue = waits.overdue(session, organisation, now - self.patience)
            reviews = holds.to_review(session, organisation, now)
        return schemas.report(agreed, waiting, overdue, reviews)

    def tasks(self, context: Context, organisation: str | None) -> dict[str, Any]:
        """What waits for who asks, of one organisation or of all (None)."""
        asking = Asking(role=Role(str(context.role)), organisation=organisation, now=instant(self.now()))
        with self.store.reading() as session:
            return told(waiting.LOOKS, session, asking)

    def _find(self, erasure: str, organisation: str | None) -> tuple[Any, Sequence[Any]]:
        with self.store.reading() as session:
            row = erasures.by_id(session, organisation, erasure)
            if row is None:
                raise Refused("not_found")
            return row, erasures.parts_of(session, [erasure])[erasure]


def _place(cursor: str | None) -> tuple[int, str] | None:
    if not cursor:
        return None
    asked_in, _, erasure = cursor.partition("/")
    try:
        return int(asked_in), erasure
    except ValueError as error:
        raise Refused("cursor_invalid") from error
