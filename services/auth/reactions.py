"""Which events somebody has to hear of by mail, who was told nothing otherwise (P05, P07, P08, P15, P19)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.auth.domain.notice import Notice
from services.contracts.audit import (
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationLapsed,
    Contact,
    ControllerInformed,
    DisclosureClosed,
    DisclosureRejected,
)
from services.contracts.auth import NoticeKind
from services.contracts.org import (
    AgreementAmended,
    AgreementProposed,
    AgreementTerminated,
    InstructionParked,
    SubProcessorAnnounced,
    SupplementPublished,
    SupplementRefused,
)
from services.contracts.retention import Reminder, RequestExtended, RequestFulfilled, RequestRefused, RequestReminded
from services.kernel.event import Event

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TOLD: tuple[type[Event], ...] = (
    BeheerderConsulted,
    AgreementProposed,
    AgreementAmended,
    AgreementTerminated,
    SubProcessorAnnounced,
    InstructionParked,
    SupplementPublished,
    SupplementRefused,
    ControllerInformed,
    RequestExtended,
    RequestFulfilled,
    RequestRefused,
    RequestReminded,
)
ENDS: tuple[type[Event], ...] = (ConsultationAnswered, ConsultationLapsed, DisclosureRejected, DisclosureClosed)
"""After each of these nobody is asked any more, and the address of who was asked outside goes."""
FOLLOWS = TOLD + ENDS


def notice(event: Event) -> Notice | None:
    """What is to be said, by whose organisation; of a disclosure that is the maker, and audit knows who is asked."""
    match event:
        case BeheerderConsulted():
            second = event.contact is Contact.SECOND_CONTACT
            about = NoticeKind.SECOND_CONTACT if second else NoticeKind.CONSULTATION
            return Notice(about=about, organisation=event.organisation, case=event.disclosure, until=event.due)
        case AgreementProposed() | AgreementAmended():
            begins = datetime.combine(event.starts_on, time(), AMSTERDAM)
            return _of(NoticeKind.AGREEMENT, event.organisation, event.agreement, begins)
        case AgreementTerminated():
            over = datetime.combine(event.ends_on + timedelta(days=1), time(), AMSTERDAM)
            return _of(NoticeKind.AGREEMENT_ENDS, event.organisation, event.agreement, over)
        case SubProcessorAnnounced():
            window = event.objections_until
            return _of(NoticeKind.SUB_PROCESSOR, event.organisation, event.sub_processor, window)
        case InstructionParked():
            return _of(NoticeKind.INSTRUCTION_PARKED, event.organisation, event.instruction)
        case SupplementPublished():
            return _of(NoticeKind.SUPPLEMENT_PUBLISHED, event.organisation, event.supplement)
        case SupplementRefused():
            return _of(NoticeKind.SUPPLEMENT_REFUSED, event.organisation, event.supplement)
        case ControllerInformed():
            return _of(NoticeKind.INCIDENT, event.organisation, event.incident)
        case RequestExtended() | RequestFulfilled() | RequestRefused() | RequestReminded():
            return _to_who_asked(event)
        case _:
            return None


def over(event: Event) -> str | None:
    """The disclosure whose consultation ends with this event, if one does."""
    match event:
        case ConsultationAnswered() | ConsultationLapsed() | DisclosureRejected() | DisclosureClosed():
            return event.disclosure
        case _:
            return None


def _to_who_asked(event: RequestExtended | RequestFulfilled | RequestRefused | RequestReminded) -> Notice | None:
    """Whoever asked hears what came of it, or that nothing did in time and what they may do (AVG 12(3), 12(4)).

    Of an erasure auth tells with the end of their account.
    """
    match event:
        case RequestExtended():
            about = NoticeKind.REQUEST_EXTENDED
        case RequestFulfilled(erasure=None):
            about = NoticeKind.REQUEST_FULFILLED
        case RequestFulfilled():
            return None
        case RequestRefused():
            about = NoticeKind.REQUEST_REFUSED
        case RequestReminded(why=Reminder.OVERDUE):
            about = NoticeKind.REQUEST_LATE
        case RequestReminded():
            return None
    until = event.due if isinstance(event, RequestExtended) else None
    return Notice(about=about, organisation=event.organisation, case=event.request, until=until, person=event.account)


def _of(about: NoticeKind, organisation: str, case: str, until: datetime | None = None) -> Notice:
    return Notice(about=about, organisation=organisation, case=case, until=until)
