"""What an officer sees of a file, and what a tenant sees of those that it may know of (P08, I9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.audit.disclosing import waiting
from services.audit.disclosing.changing import Changing
from services.audit.disclosing.consulting import Consulting
from services.audit.disclosing.file import File, Files, at
from services.audit.disclosing.sources import Sources
from services.audit.domain.disclosure import Consulted
from services.audit.packaging.consultation import statement
from services.audit.packaging.scope import Reach, document, reach
from services.audit.views import disclosures as view
from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    Contact,
    DisclosureHandedOver,
    DisclosureRejected,
    NotificationDeferred,
    RequestAuthenticated,
    SecrecyLifted,
    SecrecyReviewed,
    SubjectNotified,
    SuspicionReported,
)
from services.contracts.tasks import Look, TaskKind
from services.kernel.context import Context
from services.kernel.decider import Refused

MOST = 100
WORDS = {
    "facts": (SuspicionReported, "facts"),
    "original_sha256": (AuthorityRequestReceived, "original_sha256"),
    "authority": (AuthorityRequestReceived, "authority"),
    "official": (AuthorityRequestReceived, "official"),
    "function": (AuthorityRequestReceived, "function"),
    "reference": (AuthorityRequestReceived, "reference"),
    "authenticated_by": (RequestAuthenticated, "finding"),
    "called_back": (RequestAuthenticated, "number"),
    "number_found_in": (RequestAuthenticated, "found_in"),
    "question": (BeheerderConsulted, "words"),
    "reasons": (ConsultationAnswered, "reasons"),
    "bar": (ConsultationBarred, "ground"),
    "rejection": (DisclosureRejected, "reasons"),
    "receiver": (DisclosureHandedOver, "receiver"),
    "receipt": (DisclosureHandedOver, "receipt"),
    "notice": (SubjectNotified, "words"),
    "deferral": (NotificationDeferred, "ground"),
    "review": (SecrecyReviewed, "finding"),
    "lift": (SecrecyLifted, "reason"),
}
"""By its name in an answer, in which step something was written; null before it was, and once its term is over."""
ROW = (
    "basis",
    "rule",
    "secrecy",
    "written_due",
    "written_at",
    "answer_due",
    "answer_rule",
    "authenticated_at",
    "kept",
    "held_at",
    "held_until",
    "contact",
    "consulted_at",
    "consult_due",
    "consultation",
    "consultation_at",
    "review_at",
    "lifted_at",
    "scope_version",
    "scope_digest",
    "people",
    "approvals",
    "rejected",
    "assembled_at",
    "sealed_sha256",
    "handed_over_at",
    "notified_at",
    "deferred_until",
    "changed_at",
    "closed_at",
)


class Showing:
    def __init__(self, files: Files, sources: Sources, consulting: Consulting, changing: Changing) -> None:
        self._files, self._sources, self._consulting, self._changing = files, sources, consulting, changing

    # -- to officers

    def all(self, after: str | None, limit: int) -> dict[str, Any]:
        """A page of the register, without a word that anybody wrote."""
        limit = max(1, min(limit, MOST))
        with self._files.store.reading() as session:
            rows = view.after(session, None, after or "", limit)
        return {"items": [shown(row) for row in rows], "next": rows[-1].disclosure if len(rows) == limit else None}

    def show(self, disclosure: str) -> dict[str, Any]:
        """One file, with all that was written in it as long as its key is there."""
        file = self._files.read(disclosure)
        with self._files.store.reading() as session:
            row = view.by_id(session, None, disclosure)
        words = {name: file.word(kind, field) for name, (kind, field) in WORDS.items()}
        called = file.last(RequestAuthenticated)
        words["called_at"] = at(called[1].called_at) if called else None
        changed = self._changing.shown(file)
        return {**shown(row), **words, **_about(file), **changed, "second_contact": self._second_contact(file)}

    def _second_contact(self, file: File) -> Mapping[str, str | None] | None:
        """Whom an officer has to ask, while that is to be done."""
        asked = file.state.asked
        waits = asked is not None and file.state.consulted is Consulted.NOT_YET and not file.state.rejected
        if asked is None or not waits or asked.contact is not Contact.SECOND_CONTACT:
            return None
        return self._sources.second_contact(file.tenant)

    # -- to a tenant

    def consultations(self, organisation: str, after: str | None, limit: int) -> dict[str, Any]:
        """What the organisation was asked, answered or not."""
        limit = max(1, min(limit, MOST))
        rows = self._of(organisation, after or "", limit)
        items = [self._consultation(row.disclosure) for row in rows]
        return {"items": items, "next": rows[-1].disclosure if len(rows) == limit else None}

    def consultation(self, organisation: str, consultation: str) -> dict[str, Any]:
        """Raises Refused not_found: the same for another's, for one that may not be known of, and for none."""
        self._reach(organisation, consultation)
        return self._consultation(consultation)

    def answer(self, context: Context, organisation: str, consultation: str, **said: Any) -> dict[str, Any]:
        self._reach(organisation, consultation)
        return self._consulting.answer(context, consultation, contact=Contact.BEHEERDER, **said)

    def tenant(self, organisation: str | None) -> Callable[[Callable[[view.Tenant], Any]], Any]:
        """Call something with the indexes of this organisation, again where there are newer ones; None is everybody."""
        if organisation is None:
            return lambda look: look(None)
        index, scope = self._files.store.keyring.index, self._files.maker
        return lambda look: index.seek(look, "tenant", organisation, scope)

    def looks(self, organisation: str | None) -> Mapping[TaskKind, Look]:
        """What waits for who asks, of one organisation or of all (None)."""
        if organisation is None:
            return waiting.looks(None)
        return waiting.looks(self._files.store.keyring.index.blinds("tenant", organisation, self._files.maker))

    def begun_in(
        self, organisation: str | None, since: str | None, until: str | None, after: str | None, limit: int
    ) -> list[Any]:
        """A page of the rows of a period, for the report: a tenant's are those that it may know of."""

        def look(tenant: view.Tenant) -> list[Any] | None:
            with self._files.store.reading() as session:
                return list(view.begun_in(session, tenant, since, until, after, limit)) or None

        return self.tenant(organisation)(look) or []

    def known_to(self, organisation: str, since: str | None, until: str | None) -> list[Any]:
        """All rows of a period that a tenant may know of."""

        def look(tenant: view.Tenant) -> list[Any] | None:
            with self._files.store.reading() as session:
                return list(view.of_tenant(session, tenant or (), since, until)) or None

        return self.tenant(organisation)(look) or []

    def _of(self, organisation: str, after: str, limit: int) -> list[Any]:
        def look(tenant: view.Tenant) -> list[Any] | None:
            with self._files.store.reading() as session:
                return list(view.after(session, tenant, after, limit, consulted=True)) or None

        return self.tenant(organisation)(look) or []

    def _reach(self, organisation: str, disclosure: str) -> None:
        def look(tenant: view.Tenant) -> Any:
            with self._files.store.reading() as session:
                return view.by_id(session, tenant, disclosure)

        row = self.tenant(organisation)(look)
        if row is None or row.contact != Contact.BEHEERDER.value:
            raise Refused("not_found")

    def _consultation(self, disclosure: str) -> dict[str, Any]:
        file = self._files.read(disclosure)
        asked = file.state.asked
        if asked is None:
            raise Refused("not_found")
        told = file.last(ConsultationAnswered)
        return {
            "id": disclosure,
            "state": file.state.consulted.value,
            "asked_at": at(asked.at),
            "due": at(asked.due),
            "basis": file.basis.code,
            "basis_words": dict(file.basis.words),
            "words": file.word(BeheerderConsulted, "words"),
            "asked": _reach_shown(file, file.asked),
            "asked_sha256": asked.asked,
            "statement": statement(disclosure, file.tenant, asked.asked, "agreed").decode(),
            "outcome": told[1].outcome.value if told else None,
            "reasons": file.word(ConsultationAnswered, "reasons"),
            "answered_at": at(told[1].at) if told else None,
        }


def state_of(row: Any) -> str:
    """How far a file is, in one word."""
    steps = (
        ("closed", row.closed_at),
        ("rejected", row.rejected),
        ("handed_over", row.handed_over_at),
        ("assembled", row.assembled_at),
        ("approved", row.approvals >= 2),
        ("scoped", row.scope_version),
        ("barred", row.consultation == "barred"),
        ("consulted", row.consultation),
        ("consulting", row.consulted_at),
        ("held", row.held_at),
        ("authenticated", row.authenticated_at),
    )
    return next((name for name, reached in steps if reached), "opened")


def is_answered(row: Any) -> bool:
    """Whether whoever asked was given something, or nothing is to be given any more."""
    return bool(row.handed_over_at or row.rejected or row.closed_at)


def shown(row: Any) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ROW}
    return {
        "id": row.disclosure,
        "state": state_of(row),
        "began_at": row.began_at,
        "hidden": bool(row.hidden),
        "erased": row.erased_at is not None,
        **said,
    }


def _about(file: File) -> dict[str, Any]:
    if file.state.erased:
        return {"tenant": None, "asked": None, "scope": None, "holds": []}
    scope = file.scope
    return {
        "tenant": file.tenant,
        "asked": _reach_shown(file, file.asked),
        "scope": None if scope is None else document(scope),
        "holds": sorted(file.kept.get("holds", {}).values()),
    }


def _reach_shown(file: File, found: Reach) -> dict[str, Any]:
    """Labels, and beside each the id by which the people of the organisation know the account."""
    accounts = [{"label": label, "account": file.people[label].account} for label in sorted(found.people)]
    return {**reach(found), "people": accounts}
