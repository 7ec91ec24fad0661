"""A log on SQLite in which two organisations' people live, and the cases that audit keeps beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, select

from services.audit.cases.complaints import Complaints
from services.audit.cases.forgetting import Going
from services.audit.cases.incidents import Incidents
from services.audit.cases.scoping import Scoping
from services.audit.ledger import checkpoint, tables, tree
from services.audit.ledger.keeping import own_notices, own_terms
from services.audit.replaying.grounds import Grounds
from services.audit.views import agreed, complaints, grounds, incidents
from services.contracts.auth import DataViewed, SessionEnded, SessionStarted, SignedIn
from services.contracts.privacy import Category, Role
from services.contracts.retention import ErasureCleared
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.event import Event, owner_of, personal_fields
from services.kernel.forgetting.erasing import ORGANISATION, PERSON, Forgetting, Holding
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.examples.ground import ground
from tests.rules.test_every_view import differences, made
from tests.unit.audit.replaying.world import LOG, row

MAKER, OURS, THEIRS = str(uuid4()), str(uuid4()), str(uuid4())
OFFICER = Context(
    actor="account/officer", organisation=MAKER, role="compliance", purpose="beheer_access", correlation="c"
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXTS = {
    "facts": "Een sessie van een Beheerder was bij een ander.",
    "consequences": "Namen kunnen bekend zijn.",
    "measures": "De sessie is beëindigd.",
    "contact": "Loket, privacy@maker.example",
}


class World:
    """Each service tells into one log; `now` is everybody's clock."""

    def __init__(self, directory: Path) -> None:
        for name in ("auth", "audit"):
            (directory / name).mkdir()
        self.auth, self.audit = made("auth", directory / "auth"), made("audit", directory / "audit")
        self.audit.views = (grounds, incidents, complaints)
        tables.create(self.audit.engine)
        agreed.tables.create_all(self.audit.engine)
        self.signers = {"auth": Signer("crisisconnect.test/log/auth", b"a" * 32)}
        self.signers["audit"] = Signer("crisisconnect.test/log/audit", b"u" * 32)
        self.sent = dict.fromkeys(self.signers, 0)
        self.notes: list[bytes] = []
        self.now, self.accounts = NOON, dict[str, str]()
        notices = own_notices()
        self.incidents = Incidents(self.audit, self._person, MAKER, notices, lambda: self.now)
        self.complaints = Complaints(self.audit, self._person, notices, lambda: self.now)
        self.scoping = Scoping(self.audit, self.own, lambda: self.now, patience=60)
        self.asked: list[Mapping[str, Any]] = []
        self.away = False
        self.grounds = Grounds(self.audit, self.own, own_terms(), self._asked, lambda: self.now)
        nothing = Holding(owners=lambda _, __: set(), drop=lambda _, __: 0, left=lambda _, __: 0)
        person = replace(nothing, owners=lambda _, order: {f"account/{order.account}"})
        house = replace(nothing, owners=lambda _, order: {f"organisation/{order.organisation}"})
        going = Going(self.audit, self.complaints, self.own)
        self.holdings = going.with_complaints({PERSON: person, ORGANISATION: house})

    def close(self) -> None:
        for store in (self.auth, self.audit):
            store.engine.dispose()
            store.keyring._engine.dispose()

    def own(self, **more: Any) -> Context:
        return Context(actor="system/audit", **{"correlation": "c", **more})

    def _asked(self, wish: Mapping[str, Any]) -> None:
        """What retention was asked to let go; `cleared` is how it says that something may."""
        if self.away:
            raise Unavailable("retention")
        self.asked.append(wish)

    def cleared(self, wish: Mapping[str, Any], **but: Any) -> None:
        """The log says that what was asked for may go, and audit follows it."""
        event = ErasureCleared(
            clearance=wish["owner"].partition("/")[2],
            organisation=wish["organisation"],
            service="audit",
            owner=wish["owner"],
            category=Category(wish["category"]),
            people=tuple(wish["people"]),
            rule=wish["rule"],
            due=moment(wish["due"]),
            at=self.now,
        )
        event = replace(event, **but)

        def work(unit: Unit) -> dict[str, Any]:
            self.grounds.follow(unit, event)
            return {}

        self.grounds.ahead(event)
        self.audit.perform(self.own(), work)

    def _person(self, account: str, _: str | None) -> str:
        if account not in self.accounts:
            raise Refused("account_unknown")
        return self.accounts[account]

    # -- what happens

    def tell(self, event: Event, actor: str) -> None:
        pairs = [(owner_of(event, name), mark.category) for name, mark in personal_fields(type(event)).items()]

        def work(unit: Unit) -> dict[str, Any]:
            stream = f"{event.kind}/{getattr(event, event.kind)}"
            unit.append(stream, len(eventstore.read(unit.session, stream)), [event])
            return {}

        context = Context(actor=actor, correlation=str(uuid4()), **ground(str(getattr(event, "organisation", ""))))
        self.auth.perform(context, work, keys=pairs)

    def sign_in(self, person: str, organisation: str, at: datetime) -> str:
        session = str(uuid4())
        said: dict[str, Any] = {"account": person, "organisation": organisation, "at": at}
        self.tell(SignedIn(session=session, ip="192.0.2.1", os="Linux", **said), f"account/{person}")
        started = SessionStarted(
            session=session, token_digest=session.replace("-", "") * 2, expires_at=at + timedelta(days=1), **said
        )
        self.tell(started, f"account/{person}")
        return session

    def sign_out(self, person: str, organisation: str, session: str, at: datetime) -> None:
        ended = SessionEnded(session=session, account=person, organisation=organisation, reason="signed_out", at=at)
        self.tell(ended, f"account/{person}")

    def look(self, by: str, organisation: str, people: Sequence[str], at: datetime) -> None:
        seen = DataViewed(
            look=str(uuid4()),
            organisation=organisation,
            people=tuple(people),
            viewed_by=f"account/{by}",
            viewer_role=Role.BEHEERDER,
            viewer_organisation=organisation,
            at=at,
        )
        self.tell(seen, f"account/{by}")

    def grow(self) -> None:
        """Put what was said since into the log, under a checkpoint."""
        new: list[bytes] = []
        for name, store in (("auth", self.auth), ("audit", self.audit)):
            with store.reading() as session:
                lines = list(session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)))
            first = self.sent[name]
            signer = self.signers[name]
            new += [signer.sign(eventstore.numbered(one.line, n) + b"\n") for n, one in enumerate(lines, 1)][first:]
            self.sent[name] = len(lines)
        first = len(self.notes)
        self.notes += new
        edge, tiles = tree.grow(tree.Edge(), [tree.leaf_hash(note) for note in self.notes])
        head = checkpoint.sign(LOG, edge.size, edge.root())
        with writing(self.audit.engine) as session:
            if new:
                session.execute(insert(tables.entries), [row(first + i, note) for i, note in enumerate(new)])
            session.execute(delete(tables.tiles))
            session.execute(insert(tables.tiles), [tile._asdict() for tile in tiles])
            session.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size == head.size))
            session.execute(insert(tables.checkpoints).values(size=head.size, note=head.note))
            session.execute(delete(tables.head))
            session.execute(insert(tables.head).values(id=1, size=head.size, root=head.root, note=head.note))

    # -- what an officer does

    def incident(self, **said: Any) -> str:
        given = {"known_at": NOON.isoformat(), "since": (NOON - timedelta(hours=6)).isoformat(), **TEXTS, **said}
        return str(self.incidents.register(OFFICER, **given)["incident"])

    def scoped(self, **said: Any) -> str:
        """An incident whose scope the log has told."""
        found = self.incident(**said)
        self.grow()
        assert self.scoping.turn() == 1
        return found

    def parts(self, incident: str) -> dict[str, tuple[int, int]]:
        """By organisation, of how many people how many records."""
        shown = self.incidents.show(incident, None)["controllers"]
        return {one["organisation"]: (one["people"], one["records"]) for one in shown}

    def agrees(self) -> bool:
        """Whether each view equals its replay (I5)."""
        return differences(self.audit) == []


def forgetting(store: Store, world: World, completed: type[Any]) -> Forgetting:
    return Forgetting(store, store.keyring, world.holdings, completed)
