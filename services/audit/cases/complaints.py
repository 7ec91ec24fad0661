"""Whoever complains is registered, answered, and told of the right to go to the supervisor (P16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.audit.cases import shapes
from services.audit.domain import complaint as rules
from services.audit.domain.notices import Notices, answer_due, in_force, of_version
from services.audit.ledger import reading
from services.audit.views import complaints as view
from services.contracts.audit import Channel, ComplaintAnswered, ComplaintRegistered
from services.contracts.privacy import Category, LegalBasis, Role
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.departed import must_not_have_left
from services.kernel.store.locks import lock_owner

MOST = 100
People = Callable[[str, str | None], str]
"""Who is behind an account id that people know. Raises Refused account_unknown."""


class Complaints:
    """`organisation` is None wherever somebody asks who looks after all of them, else the one that asks."""

    def __init__(
        self,
        store: Store,
        people: People,
        notices: Sequence[Notices],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._people, self._notices, self._now = store, people, notices, now

    # -- what is done

    def complain(self, context: Context, **said: Any) -> dict[str, Any]:
        """A complaint of whoever asks, from the app. Answers `complaint`."""
        given, at = shapes.loaded(shapes.Complaint, said), self._now()
        if context.organisation is None:
            raise Refused("forbidden")
        due, rule = answer_due(self._notices, at)
        told = ComplaintRegistered(
            complaint=str(uuid4()),
            complainant=_person(context),
            organisation=context.organisation,
            known=True,
            channel=Channel.APP,
            received_at=at,
            due=due,
            rule=rule,
            by=context.actor,
            at=at,
            **given,
        )
        return self._register(context, told)

    def take_in(self, context: Context, **said: Any) -> dict[str, Any]:
        """A complaint that came another way, maybe of a stranger. Raises Refused: `account_unknown`, `not_yet`."""
        given, at = shapes.loaded(shapes.TakenIn, said), self._now()
        organisation, account = given["organisation"], given.pop("account", None)
        due, rule = answer_due(self._notices, given.setdefault("received_at", at))
        with self._store.reading() as session:
            if not reading.of_organisation(session, organisation, limit=1):
                raise Refused("not_found")
        told = ComplaintRegistered(
            complaint=str(uuid4()),
            complainant=self._people(account, organisation) if account else str(uuid4()),
            known=account is not None,
            due=due,
            rule=rule,
            by=context.actor,
            at=at,
            **given,
        )
        return self._register(context, told)

    def answer(self, context: Context, complaint: str, **said: Any) -> dict[str, Any]:
        """Answers `remedy`, the words that name the supervisor. Raises Refused: `complaint_answered`, `erased`."""
        given, at = shapes.loaded(shapes.Answer, said), self._now()
        with self._store.reading() as session:
            row = self._found(session, None, complaint)
        notices = in_force(self._notices, at)
        asked = rules.Answer(remedy=notices.version, by=context.actor, at=at, **given)

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"complaint/{complaint}", rules.decider, asked)
            return {}

        context = _legal(context, row.organisation, complaint)
        return self._store.perform(context, work, keys=_keys(complaint)) | {"remedy": dict(notices.remedy)}

    # -- what is shown

    def mine(self, context: Context, after: str | None, limit: int) -> dict[str, Any]:
        """One's own complaints, with what was said and answered."""
        limit = max(1, min(limit, MOST))
        with self._store.reading() as session:
            rows = view.of_person(session, _person(context), after or "", limit)
        items = [_shown(row) | self._words(row.complaint) for row in rows]
        return {"items": items, "next": rows[-1].complaint if len(rows) == limit else None}

    def all(self, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """A page of the register, without words."""
        limit = max(1, min(limit, MOST))
        with self._store.reading() as session:
            rows = view.after(session, organisation, after or "", limit)
        return {
            "items": [_shown(row) for row in rows],
            "next": rows[-1].complaint if len(rows) == limit else None,
        }

    def show(self, context: Context, complaint: str, organisation: str | None) -> dict[str, Any]:
        """One complaint; its words for compliance alone, and that somebody read them is in the log first.

        A complaint may be about the very people who see their organisation's register.
        """
        with self._store.reading() as session:
            row = self._found(session, organisation, complaint)
        if context.role != Role.COMPLIANCE.value:
            return _shown(row) | _SILENT
        asked = rules.View(by=context.actor, role=Role.COMPLIANCE, at=self._now())

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"complaint/{complaint}", rules.decider, asked)
            return {}

        # A look is a look each time: nothing is remembered by which a second one would not be told.
        context = replace(_legal(context, row.organisation, complaint), idempotency=None)
        self._store.perform(context, work)
        return _shown(row) | self._words(complaint)

    # -- forgetting

    def forget(self, context: Context, owners: set[str], erasure: str) -> None:
        """Destroy what these complaints say, key first, each in a transaction of its own; repeating it is harmless."""
        for owner in sorted(owners):
            keys, at = self._store.keyring.erase([owner]), self._now()
            asked = rules.EraseText(rule=f"erasure/{erasure}", due=at, keys=keys, with_person=True, at=at)

            def work(unit: Unit, owner: str = owner, asked: rules.EraseText = asked) -> dict[str, Any]:
                eventstore.bury(unit.session, [owner])
                unit.do(owner, rules.decider, asked)
                return {}

            self._store.perform(replace(context, legal_basis=LegalBasis.LEGAL_OBLIGATION.value), work)

    # -- how

    def _register(self, context: Context, told: ComplaintRegistered) -> dict[str, Any]:
        person, complaint = f"account/{told.complainant}", told.complaint

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, told.organisation)
            lock_owner(unit.session, person, exclusive=False)
            if eventstore.buried(unit.session, person):
                raise Refused("erased")  # or what they say would outlive them
            unit.do(f"complaint/{complaint}", rules.decider, rules.Register(told=told))
            return {"complaint": complaint}

        return self._store.perform(_legal(context, told.organisation, complaint), work, keys=_keys(complaint))

    def _found(self, session: Connection, organisation: str | None, complaint: str) -> Any:
        row = view.by_id(session, organisation, complaint)
        if row is None:
            raise Refused("not_found")
        return row

    def _words(self, complaint: str) -> dict[str, Any]:
        with self._store.reading() as session:
            history = eventstore.read(session, f"complaint/{complaint}")
        said: dict[str, Any] = dict(_SILENT)
        for record in history:
            values = self._store.keyring.open_many([(sealed, name) for name, sealed in record.sealed.items()])
            said |= dict(zip(record.sealed, values, strict=True))
            if isinstance(record.event, ComplaintAnswered):
                said["remedy"] = self._remedy(record.event.remedy)
        return said

    def _remedy(self, version: int) -> Mapping[str, str]:
        return dict(of_version(self._notices, version).remedy)


_SILENT: dict[str, Any] = {"text": None, "contact": None, "answer": None, "remedy": None}


def _person(context: Context) -> str:
    kind, _, person = context.actor.partition("/")
    if kind != "account":
        raise Refused("forbidden")
    return person


def _legal(context: Context, organisation: str, complaint: str) -> Context:
    return replace(context, organisation=organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION.value, case=complaint)


def _keys(complaint: str) -> list[tuple[str, str]]:
    return [(f"complaint/{complaint}", Category.CORRESPONDENCE.value)]


def _shown(row: Any) -> dict[str, Any]:
    answered = "answered" if row.answered_at else "open"
    return {
        "id": row.complaint,
        "organisation": row.organisation,
        "state": "erased" if row.erased_at else answered,
        "known": bool(row.known),
        "channel": row.channel,
        "received_at": row.received_at,
        "due": row.due,
        "rule": row.rule,
        "outcome": row.outcome,
        "answered_at": row.answered_at,
    }
