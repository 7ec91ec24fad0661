"""A file is opened on what an authority asked, or on one's own suspicion; the request is authenticated (P08)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.audit.disclosing import shapes
from services.audit.disclosing.file import Files, Whom, as_json, digest
from services.audit.disclosing.sources import Sources
from services.audit.domain import disclosure as rules
from services.audit.domain.basis import Bases, Basis, Consulting, Rule, in_force
from services.audit.packaging.scope import Reach, reach
from services.audit.views.papers import Kind
from services.contracts.audit import (
    AuthorityRequestReceived,
    DisclosureOpened,
    RequestAuthenticated,
    Secrecy,
    SuspicionReported,
    WrittenFormReceived,
)
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.durations import after

OF_A_REQUEST = ("channel", "received_at", "authority", "official", "function", "reference", "original")


class Opening:
    def __init__(self, files: Files, sources: Sources) -> None:
        self._files, self._sources = files, sources

    def open(self, context: Context, **said: Any) -> dict[str, Any]:
        """Answers `disclosure`. Where the table says so, and nobody says otherwise, the tenant may not know of it.

        Raises Refused: `basis_unknown`, `secrecy_not_allowed`, `account_unknown`, `not_yet`, `period_invalid`.
        """
        given, now = shapes.loaded(shapes.Opening, said), self._files.now()
        table = in_force(self._files.bases, now)
        basis = table.by_code.get(given["basis"])
        if basis is None:
            raise Refused("basis_unknown")
        disclosure = str(uuid4())
        common: dict[str, Any] = {
            "disclosure": disclosure,
            "organisation": self._files.maker,
            "by": context.actor,
            "at": now,
        }
        begun, original = _begun(given, table, basis, common)
        opened = DisclosureOpened(
            basis=basis.code,
            rule=basis.rule,
            secrecy=given.get("secrecy") or _usual(basis),
            review_at=given.get("review_at"),
            **self._about(given),
            **common,
        )
        command = rules.Open(begun=begun, opened=opened, basis=basis)
        paper = None if original is None else (Kind.ORIGINAL, original)
        return self._files.do(context, disclosure, command, paper=paper)

    def _about(self, given: dict[str, Any]) -> dict[str, Any]:
        """Whose data of which kind: all of it sealed, and people by labels that mean nothing elsewhere."""
        tenant = given["organisation"]
        since, until = given.get("since"), given.get("until")
        if since and until and until <= since:
            raise Refused("period_invalid")
        accounts = list(dict.fromkeys(given["people"]))
        people = {
            str(number): Whom(account=account, pseudonym=self._sources.person(account, tenant))
            for number, account in enumerate(accounts, 1)
        }
        asked = Reach(people=tuple(people), categories=tuple(set(given["categories"])), since=since, until=until)
        return {
            "tenant": tenant,
            "people": as_json({label: vars(one) for label, one in people.items()}),
            "asked": as_json({"salt": secrets.token_hex(16), **reach(asked)}),
        }

    def authenticate(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """The authority was called back, on a number found independently, and had asked indeed.

        Raises Refused: `moment_impossible` for a call before the request came, or that is still to be made.
        """
        given, file = shapes.loaded(shapes.Authentication, said), self._files.read(disclosure)
        given.setdefault("called_at", self._files.now())
        return self._files.take(context, file, self._files.step(context, file, RequestAuthenticated, **given))

    def write_down(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """The written form of an oral order came; one that is late is entered as that."""
        given, file = shapes.loaded(shapes.WrittenForm, said), self._files.read(disclosure)
        original, received = given["original"], file.state.received
        due = received.written_due if received else None
        step = self._files.step(
            context,
            file,
            WrittenFormReceived,
            received_at=given["received_at"],
            in_time=due is None or given["received_at"] <= due,
            original_sha256=digest(original),
        )
        return self._files.take(context, file, step, paper=(Kind.WRITTEN_FORM, original))


def _begun(
    given: dict[str, Any], table: Bases, basis: Basis, common: dict[str, Any]
) -> tuple[SuspicionReported | AuthorityRequestReceived, bytes | None]:
    """How it began, and the original that lies beside. Raises Refused invalid where its basis needs other words."""
    if basis.consultation is Consulting.ITSELF:
        _must_have(given, ("facts",))
        return SuspicionReported(facts=given["facts"], **common), None
    _must_have(given, OF_A_REQUEST)
    received: datetime = given["received_at"]
    oral: bool = given["oral"]
    due, rule = _term(given, basis, received)
    request = AuthorityRequestReceived(
        channel=given["channel"],
        oral=oral,
        received_at=received,
        written_due=after(received, table.written_within) if oral else None,
        original_sha256=digest(given["original"]),
        answer_due=due,
        answer_rule=rule,
        **{name: given[name] for name in ("authority", "official", "function", "reference")},
        **common,
    )
    return request, given["original"]


def _term(given: dict[str, Any], basis: Basis, received: datetime) -> tuple[datetime | None, str | None]:
    """By when it is to be answered: as the order says, else as its basis does; None where neither says anything."""
    if (due := given.get("answer_due")) is not None:
        return due, "order"
    if basis.answer_within is None:
        return None, None
    return after(received, basis.answer_within), f"answer_within:{basis.answer_within}@{basis.rule}"


def _must_have(given: dict[str, Any], names: tuple[str, ...]) -> None:
    if missing := [name for name in names if given.get(name) is None]:
        raise Refused("invalid", errors={name: ["Needed on this legal basis."] for name in missing})


def _usual(basis: Basis) -> Secrecy:
    return Secrecy.BY_LAW if basis.secrecy is Rule.RULE else Secrecy.NONE
