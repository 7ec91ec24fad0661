"""The register of disclosures: how far each file is, and of which the tenant may know (P07, P08, I9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, insert, select, text, true, update

from services.audit.views import disclosure_rows
from services.audit.views.disclosure_rows import WAITING, disclosures, kept, numbers
from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    ConsultationLapsed,
    DisclosedDataChanged,
    DisclosureApproved,
    DisclosureAssembled,
    DisclosureClosed,
    DisclosureHandedOver,
    DisclosureHeld,
    DisclosureOpened,
    DisclosureRejected,
    DisclosureScoped,
    DisclosureTextErased,
    NotificationDeferred,
    RecipientInformed,
    RequestAuthenticated,
    Secrecy,
    SecrecyLifted,
    SecrecyReviewed,
    SecrecyReviewMissed,
    SubjectNotified,
    SuspicionReported,
    WrittenFormReceived,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.forgetting.reindexing import Indexed
from services.kernel.store import paging, sums

tables = disclosure_rows.tables
INDEXED = (Indexed(disclosures, {"tenant_index": "tenant"}, stream="disclosure"),)


def project(session: Connection, record: Recorded) -> None:
    event = record.event
    match event:
        case SuspicionReported() | AuthorityRequestReceived():
            terms = {name: _at(getattr(event, name, None)) for name in ("written_due", "answer_due")}
            terms["answer_rule"] = getattr(event, "answer_rule", None)
            begun = {"disclosure": event.disclosure, "organisation": event.organisation, **terms}
            flags = {"hidden": True, "missed": False, "approvals": 0}
            session.execute(insert(disclosures).values(began_at=instant(event.at), **begun, **flags))
            _count(session, event.disclosure, {})
        case DisclosureOpened():
            said = {"basis": event.basis, "rule": event.rule, "secrecy": event.secrecy.value, "opened_by": event.by}
            hidden = event.secrecy is not Secrecy.NONE
            _change(
                session,
                event.disclosure,
                hidden=hidden,
                review_at=_at(event.review_at),
                tenant_index=record.index.get("tenant"),
                **said,
            )
        case RequestAuthenticated():
            _change(session, event.disclosure, authenticated_at=instant(event.at))
        case WrittenFormReceived():
            _change(session, event.disclosure, written_at=instant(event.received_at))
        case DisclosureHeld():
            said = {"kept": event.kept.value, "held_at": instant(event.at), "held_until": instant(event.expires_at)}
            _change(session, event.disclosure, people=event.people, **said)
        case DisclosureScoped():
            counted = {"asked": len(event.asked), "granted": len(event.granted), "people": event.people}
            version, digest = event.scope_version, event.digest
            _change(session, event.disclosure, scope_version=version, scope_digest=digest, approvals=0, **counted)
        case DisclosureApproved():
            number = disclosures.c.approvals + 1
            _change(session, event.disclosure, approvals=number, decided_at=instant(event.at))
        case DisclosureRejected():
            _change(session, event.disclosure, rejected=event.ground.value, decided_at=instant(event.at))
        case DisclosureAssembled():
            _change(session, event.disclosure, assembled_at=instant(event.at), sealed_sha256=event.sealed_sha256)
        case DisclosureHandedOver():
            _change(session, event.disclosure, handed_over_at=instant(event.handed_over_at))
        case SubjectNotified():
            _change(session, event.disclosure, notified_at=instant(event.notified_at))
        case NotificationDeferred():
            _change(session, event.disclosure, deferred_until=instant(event.review_at))
        case DisclosedDataChanged():
            _change(session, event.disclosure, changed_at=instant(event.at))
        case RecipientInformed():
            _change(session, event.disclosure, changed_at=None)
        case DisclosureClosed():
            _change(session, event.disclosure, closed_at=instant(event.at))
        case DisclosureTextErased():
            _change(session, event.disclosure, erased_at=instant(event.at), tenant_index=None)
        case _:
            _consulted(session, record)


def _consulted(session: Connection, record: Recorded) -> None:
    match record.event:
        case BeheerderConsulted() as event:
            said = {"contact": event.contact.value, "consult_due": instant(event.due)}
            _change(session, event.disclosure, consulted_at=instant(event.at), **said)
        case ConsultationAnswered() as event:
            outcome = event.outcome.value
            _change(session, event.disclosure, consultation=outcome, consultation_at=instant(event.at))
        case ConsultationLapsed() as event:
            _change(session, event.disclosure, consultation="lapsed", consultation_at=instant(event.at))
        case ConsultationBarred() as event:
            said = {"consultation": "barred", "consultation_at": instant(event.at)}
            _change(session, event.disclosure, review_at=instant(event.review_at), missed=False, **said)
        case SecrecyReviewed() as event:
            _change(session, event.disclosure, review_at=instant(event.review_at), missed=False)
        case SecrecyReviewMissed() as event:
            _change(session, event.disclosure, missed=True)
        case SecrecyLifted() as event:
            _change(session, event.disclosure, hidden=False, lifted_at=instant(event.at))


def _at(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


def _change(session: Connection, disclosure: str, **values: Any) -> None:
    before = by_id(session, None, disclosure)
    session.execute(update(disclosures).where(disclosures.c.disclosure == disclosure).values(values))
    if before is not None:
        _count(session, disclosure, numbers(before))


def _count(session: Connection, disclosure: str, before: Mapping[str, int]) -> None:
    """What is kept of a file now, in place of what was kept `before`."""
    if (row := by_id(session, None, disclosure)) is not None:
        more = {name: number - before.get(name, 0) for name, number in numbers(row).items()}
        sums.add_for(session, kept, [sums.EVERYBODY], row.began_at, more)


PLACE = (disclosures.c.began_at, disclosures.c.disclosure)
Tenant = Sequence[str] | None
"""The indexes of the organisation that asks, by every version of their key; None for who looks after all files."""


def _within(tenant: Tenant) -> ColumnElement[bool] | None:
    """A tenant has the files about its own people that it may know of; of the others there is no trace."""
    if tenant is None:
        return None
    return disclosures.c.tenant_index.in_(tenant) & (disclosures.c.hidden == false())


def by_id(session: Connection, tenant: Tenant, disclosure: str) -> Any | None:
    found = select(disclosures).where(disclosures.c.disclosure == disclosure)
    within = _within(tenant)
    return session.execute(found if within is None else found.where(within)).first()


def after(
    session: Connection, tenant: Tenant, disclosure: str, limit: int, *, consulted: bool = False
) -> Sequence[Any]:
    """A page of the register, by id, those after `disclosure`; of a tenant's consultations alone where so asked."""
    found = select(disclosures).where(disclosures.c.disclosure > disclosure)
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    if consulted:
        found = found.where(disclosures.c.contact == "beheerder")
    return session.execute(found.order_by(disclosures.c.disclosure).limit(limit)).all()


def begun_in(
    session: Connection, tenant: Tenant, since: str | None, until: str | None, after: str | None, limit: int
) -> Sequence[Any]:
    """A page of the files that began in a period, the oldest first, from behind `after` on."""
    found = select(disclosures).where(*_between(since, until))
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    if after is not None:
        found = found.where(paging.behind(after, PLACE))
    return session.execute(found.order_by(*PLACE).limit(limit)).all()


def of_tenant(session: Connection, tenant: Sequence[str], since: str | None, until: str | None) -> Sequence[Any]:
    """All files of one tenant that began in a period, as far as it may know of them: no number is kept of them."""
    mine = select(disclosures).where(_within(tenant), *_between(since, until))  # type: ignore[arg-type]
    return session.execute(mine.order_by(*PLACE)).all()


def late_now(session: Connection, since: str | None, until: str | None, now: str) -> dict[str, int]:
    """Of all files of a period, how many wait past their date, by what they wait for; each found by its own index."""
    found = {}
    for name in ("unwritten", "unanswered", "consulting", "deferred"):
        column, words = WAITING[name]
        late = disclosures.c[column] < now if name == "unwritten" else disclosures.c[column] <= now
        found[name] = _many(session, text(words), late, *_between(since, until))
    over = (disclosures.c.hidden == true(), disclosures.c.review_at <= now)
    return found | {"unreviewed": _many(session, *over, *_between(since, until))}


def _many(session: Connection, *chosen: Any) -> int:
    return session.execute(select(func.count()).select_from(disclosures).where(*chosen)).scalar_one()


def _between(since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    where = []
    if since is not None:
        where.append(disclosures.c.began_at >= since)
    if until is not None:
        where.append(disclosures.c.began_at < until)
    return where


def told(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files whose people were told that an authority received their data, and that are no secret, oldest first."""
    found = select(disclosures).where(disclosures.c.notified_at.is_not(None), disclosures.c.hidden == false())
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    return session.execute(found.order_by(disclosures.c.disclosure)).all()


def lapsing(session: Connection, now: str, limit: int = 100) -> Sequence[Any]:
    """Consultations whose term is over, and that nobody answered."""
    waits = select(disclosures).where(text(WAITING["consulting"][1]), disclosures.c.closed_at.is_(None))
    over = waits.where(disclosures.c.consult_due <= now)
    return session.execute(over.order_by(disclosures.c.consult_due, disclosures.c.disclosure).limit(limit)).all()


def unreviewed(session: Connection, now: str, limit: int = 100) -> Sequence[Any]:
    """Files that a tenant may not know of, whose day to look at that has passed, and of which it was not said yet."""
    waits = (disclosures.c.hidden == true()) & (disclosures.c.missed == false())
    over = select(disclosures).where(waits, disclosures.c.review_at <= now)
    return session.execute(over.order_by(disclosures.c.review_at, disclosures.c.disclosure).limit(limit)).all()


def open_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files that are neither rejected nor closed."""
    return _where(session, tenant, text(WAITING["open"][1]))


def unnotified(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files in which something was handed over, and the people not told yet."""
    return _where(session, tenant, text(WAITING["unnotified"][1]))


def changed_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files in which something changed that whoever received it was not told of."""
    return _where(session, tenant, text(WAITING["changed"][1]))


def hidden_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files that a tenant may not know of: for whoever looks after all of them."""
    return _where(session, tenant, disclosures.c.hidden == true())


def _where(session: Connection, tenant: Tenant, chosen: Any) -> Sequence[Any]:
    found = select(disclosures).where(chosen)
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    return session.execute(found.order_by(disclosures.c.began_at, disclosures.c.disclosure)).all()
