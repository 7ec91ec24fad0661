"""One disclosure's file as it is read and written: its steps, and what its key opens (P08, P18)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar

import orjson

from services.audit.domain import disclosure as rules
from services.audit.domain.basis import Bases, Basis, of_rule
from services.audit.packaging.scope import Reach, Removed, Scope
from services.audit.views import papers
from services.contracts.audit import DisclosureHeld, DisclosureOpened, DisclosureScoped
from services.contracts.privacy import Category, LegalBasis
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Recorded
from services.kernel.event import Event
from services.kernel.store import eventstore

E = TypeVar("E", bound=Event)
PAPERS = "audit.papers"


@dataclass(frozen=True, kw_only=True)
class Whom:
    """`account` is the id that people know."""

    account: str
    pseudonym: str


@dataclass(frozen=True)
class File:
    """`values` is what the case's key opens, by event id and field; nothing once the key is gone."""

    disclosure: str
    history: Sequence[Recorded]
    values: Mapping[tuple[str, str], str | None]
    basis: Basis

    @cached_property
    def state(self) -> rules.Disclosure:
        told: Sequence[Any] = [record.event for record in self.history]
        return rules.decider.state(told)

    def last(self, kind: type[E]) -> tuple[Recorded, E] | None:
        """The newest step of its kind."""
        for record in reversed(self.history):
            if isinstance(record.event, kind):
                return record, record.event
        return None

    def all(self, kind: type[E]) -> list[tuple[Recorded, E]]:
        return [(record, record.event) for record in self.history if isinstance(record.event, kind)]

    def word(self, kind: type[Event], name: str) -> str | None:
        """What the newest step of this kind has in a personal field."""
        found = self.last(kind)
        return self.values.get((found[0].envelope.id, name)) if found else None

    @property
    def hidden(self) -> bool:
        return self.state.hidden

    @cached_property
    def opened(self) -> DisclosureOpened:
        if self.state.opened is None:
            raise Refused("not_found")
        return self.state.opened

    @cached_property
    def tenant(self) -> str:
        return self._known(self.word(DisclosureOpened, "tenant"))

    @cached_property
    def people(self) -> dict[str, Whom]:
        """By the label that each has in this file alone."""
        said = orjson.loads(self._known(self.word(DisclosureOpened, "people")))
        return {label: Whom(**one) for label, one in said.items()}

    @cached_property
    def asked(self) -> Reach:
        return read_reach(self._asked)

    @cached_property
    def salt(self) -> str:
        return str(self._asked["salt"])

    @cached_property
    def asked_digest(self) -> str:
        """Of what was asked: what the organisation is consulted about, and signs."""
        whole = Scope(version=1, salt=self.salt, asked=self.asked, granted=self.asked)
        return whole.asked_digest(self.disclosure)

    @cached_property
    def scope(self) -> Scope | None:
        if self.state.scope is None:
            return None
        said = orjson.loads(self._known(self.word(DisclosureScoped, "scope")))
        return Scope(
            version=said["version"],
            salt=said["salt"],
            asked=read_reach(said["asked"]),
            granted=read_reach(said["granted"]),
            removed=tuple(Removed(**one) for one in said["removed"]),
        )

    @cached_property
    def kept(self) -> dict[str, Any]:
        """The holds by label, or the digest of the copy."""
        said: dict[str, Any] = orjson.loads(self.word(DisclosureHeld, "what") or "{}")
        return said

    @cached_property
    def _asked(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self._known(self.word(DisclosureOpened, "asked")))
        return said

    @staticmethod
    def _known(value: str | None) -> str:
        if value is None:
            raise Refused("erased")
        return value


def read_reach(said: Mapping[str, Any]) -> Reach:
    """What `packaging.scope.reach` wrote."""
    return Reach(
        people=tuple(said["people"]),
        categories=tuple(Category(one) for one in said["categories"]),
        since=moment(said["since"]) if said["since"] else None,
        until=moment(said["until"]) if said["until"] else None,
    )


class Files:
    """`now` is the clock of all that is done in them."""

    def __init__(self, store: Store, maker: str, bases: Sequence[Bases], now: Callable[[], datetime]) -> None:
        self.store, self.maker, self.bases, self.now = store, maker, bases, now

    def read(self, disclosure: str) -> File:
        """Raises Refused not_found."""
        with self.store.reading() as session:
            history = eventstore.read(session, f"disclosure/{disclosure}")
        opened = next((record.event for record in history if isinstance(record.event, DisclosureOpened)), None)
        if opened is None:
            raise Refused("not_found")
        places = [(record.envelope.id, name, sealed) for record in history for name, sealed in record.sealed.items()]
        values = self.store.keyring.open_many([(sealed, name) for _, name, sealed in places])
        found = {(event, name): value for (event, name, _), value in zip(places, values, strict=True)}
        return File(disclosure, history, found, of_rule(self.bases, opened.rule))

    def step(self, context: Context, file: File, kind: type[Any], **said: Any) -> Any:
        """The event of a step that the asker takes now."""
        who = {"by": context.actor} if "by" in kind.__dataclass_fields__ else {}
        common = {"disclosure": file.disclosure, "organisation": self.maker, "at": self.now()}
        return kind(**common, **{**who, **said})

    def take(
        self, context: Context, file: File, step: Any, *, paper: tuple[papers.Kind, bytes] | None = None, **answer: Any
    ) -> dict[str, Any]:
        """Raises Refused where the step does not belong, and `conflict` where somebody else took one meanwhile."""
        command = rules.Take(step=step, basis=file.basis)
        return self.do(context, file.disclosure, command, paper=paper, **answer)

    def do(
        self,
        context: Context,
        disclosure: str,
        command: rules.Command,
        *,
        paper: tuple[papers.Kind, bytes] | None = None,
        **answer: Any,
    ) -> dict[str, Any]:
        owner, kept_under = f"disclosure/{disclosure}", paper and papers.owner_of(disclosure, paper[0])
        context = self.of_case(context, disclosure)

        def work(unit: Unit) -> dict[str, Any]:
            new = unit.do(owner, rules.decider, command)
            if new and paper is not None and unit.keys is not None:
                kind, content = paper
                text = base64.b64encode(content).decode()
                sealed = unit.keys.seal(str(kept_under), Category.CORRESPONDENCE.value, PAPERS, kind.value, text)
                papers.put(unit.session, disclosure, kind, sealed)
            return {"disclosure": disclosure, **answer}

        owners = dict.fromkeys((owner, kept_under or owner))
        return self.store.perform(context, work, keys=[(one, Category.CORRESPONDENCE.value) for one in owners])

    def paper(self, disclosure: str, kind: papers.Kind) -> bytes:
        """Raises Refused: `not_found` where there is none, or its key is gone."""
        with self.store.reading() as session:
            sealed = papers.get(session, disclosure, kind)
        text = self.store.keyring.open(sealed, kind.value) if sealed else None
        if text is None:
            raise Refused("not_found")
        return base64.b64decode(text)

    def of_case(self, context: Context, disclosure: str) -> Context:
        """Everything that is done in a file is the maker's, whoever did it and whoever it is about."""
        basis = LegalBasis.LEGAL_OBLIGATION.value
        return replace(context, organisation=self.maker, legal_basis=basis, case=disclosure)


def as_json(said: Mapping[str, Any]) -> str:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(content).hexdigest()


def at(found: datetime | None) -> str | None:
    return instant(found) if found else None
