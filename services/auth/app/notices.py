"""Who has to know that something waits is mailed that it does, once: of which kind, until when, and where to look.

Nothing of the case is in the mail but its id. What waits is learned from the log, or asked by retention when a term of
a data request runs out; both go the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.auth.app.mail import kept
from services.auth.domain import notice as rules
from services.auth.domain.account import Status
from services.auth.domain.notice import Notice
from services.auth.reactions import notice, over
from services.auth.views import accounts, work
from services.contracts.auth import NoticeKind
from services.contracts.privacy import Category, LegalBasis, Purpose, Role
from services.contracts.retention import Reminder
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.keys.keyring import Prepared
from services.kernel.signing.entry import Entry

if TYPE_CHECKING:
    from services.auth.app import Auth

AT_ONCE = 100
MAILED = (Category.EMAIL, Category.CREDENTIALS)
"""The keys that a mail is sealed with."""
REMINDERS = {Reminder.DUE_SOON: "request_due_soon", Reminder.OVERDUE: "request_overdue"}
PLACES = {
    NoticeKind.CONSULTATION: "/consultations/{case}",
    NoticeKind.SECOND_CONTACT: "/statement",
    NoticeKind.AGREEMENT: "/agreements/{case}",
    NoticeKind.AGREEMENT_ENDS: "/leaving",
    NoticeKind.SUB_PROCESSOR: "/sub-processors/{case}",
    NoticeKind.INSTRUCTION_PARKED: "/instructions/{case}",
    NoticeKind.SUPPLEMENT_PUBLISHED: "/supplements/{case}",
    NoticeKind.SUPPLEMENT_REFUSED: "/supplements/{case}",
    NoticeKind.INCIDENT: "/incidents/{case}",
    NoticeKind.REQUEST_EXTENDED: "/requests/{case}",
    NoticeKind.REQUEST_FULFILLED: "/requests/{case}",
    NoticeKind.REQUEST_REFUSED: "/requests/{case}",
    NoticeKind.REQUEST_LATE: "/requests/{case}",
}
"""Where to look. A second contact has no account: the page says how the maker is reached."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """`whose` keys the mail is sealed with, and of whom its row is: an account, or a case with somebody outside."""

    kind: str
    whose: str
    email: str

    @property
    def owner(self) -> str:
        return f"{self.kind}/{self.whose}"


class Notices:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._ready: dict[int, tuple[Notice, Sequence[Recipient], Prepared | None]] = {}

    # -- what the log says

    def ahead(self, entry: Entry) -> None:
        """Who is to be told, and the keys for it; and the keys of whom nobody asks any more."""
        self._ready.pop(entry.index, None)
        event = entry.record.event
        if (ended := over(event)) is not None and self._auth.keyring.living([_outside(ended)]):
            self._auth.keyring.erase([_outside(ended)])
        if (wanted := notice(event)) is None:
            return
        found = self._recipients(wanted)
        if found is not None:
            keys = self._auth.keyring.prepare(_keys(found)) if found else None
            self._ready[entry.index] = (wanted, found, keys)

    def give(self, unit: Unit, entry: Entry) -> None:
        """With the cursor: whatever is killed, it is one event, and one mail to each."""
        if (ended := over(entry.record.event)) is not None:
            work.drop_mails(unit.session, ended)
        ready = self._ready.pop(entry.index, None)
        if ready is None:
            return
        wanted, found, unit.keys = ready
        purpose = Purpose.BEHEER_ACCESS if wanted.person is None else Purpose.APP_ACCESS
        unit.context = replace(unit.context, purpose=purpose, legal_basis=LegalBasis.LEGAL_OBLIGATION)
        cause = entry.record.envelope.id
        command = rules.Give(notice=wanted, cause=cause, told=len(found), at=datetime.now(UTC))
        if unit.do(f"notice/{cause}", rules.decider, command):
            place = PLACES[wanted.about].format(case=wanted.case)
            until = None if wanted.until is None else kept(wanted.until)
            self._post(unit, found, wanted.about.value, place, about=wanted.case, until=until)

    # -- what retention asks

    def remind(self, context: Context, *, organisation: str, request: str, why: Reminder) -> dict[str, Any]:
        """One mail to each who answers requests there; nothing of the person is in it. Answers how many were `told`."""
        found = self._answering(organisation)

        def work(unit: Unit) -> dict[str, Any]:
            self._post(unit, found, REMINDERS[why], f"/requests/{request}", about=request)
            return {"told": len(found)}

        return self._auth.store.perform(context, work, keys=_keys(found))

    # -- how

    def _recipients(self, wanted: Notice) -> Sequence[Recipient] | None:
        """None where nobody has to hear of it any more."""
        if wanted.person is not None:
            return self._who_asked(wanted.organisation, wanted.person)
        if wanted.about not in (NoticeKind.CONSULTATION, NoticeKind.SECOND_CONTACT):
            return self._answering(wanted.organisation)
        # Whom it is about stands sealed in audit; of a hidden file its tenant is not told here either.
        asked = {"disclosure": wanted.case}
        said = self._auth.caller.call("audit", "consultation_waits", asked, self._auth.own_context())
        if not said["waits"]:
            return None
        if wanted.about is NoticeKind.CONSULTATION:
            return self._answering(said["organisation"])
        email = said["email"]
        return [Recipient(kind="disclosure", whose=wanted.case, email=email)] if email else []

    def _who_asked(self, organisation: str, person: str) -> Sequence[Recipient]:
        """The person themselves, restricted or not: it is their own request. Nobody, once their account is closed."""
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, person)
        email = None if row is None or row.status != Status.OPEN else self._auth.keyring.open(row.email, "email")
        return [Recipient(kind="account", whose=person, email=email)] if email is not None else []

    def _answering(self, organisation: str) -> Sequence[Recipient]:
        """The Beheerders; for the maker's own people its compliance officers."""
        role = Role.COMPLIANCE if organisation == self._auth.configuration.maker else Role.BEHEERDER
        with self._auth.store.reading() as session:
            rows = accounts.open_having(session, organisation, role, AT_ONCE)
        emails = self._auth.keyring.open_many([(row.email, "email") for row in rows])
        told = zip(rows, emails, strict=True)
        return [Recipient(kind="account", whose=row.account, email=email) for row, email in told if email is not None]

    def _post(
        self, unit: Unit, found: Sequence[Recipient], text: str, place: str, *, about: str, until: str | None = None
    ) -> None:
        for one in found:
            said = {"about": about, "until": until, "owner": one.owner}
            self._auth.mailer.post(unit, one.whose, text, one.email, place, **said)


def _keys(found: Sequence[Recipient]) -> list[tuple[str, str]]:
    return [(one.owner, category.value) for one in found for category in MAILED]


def _outside(disclosure: str) -> str:
    """Who owns the address of somebody outside, for as long as they are asked."""
    return f"disclosure/{disclosure}"
