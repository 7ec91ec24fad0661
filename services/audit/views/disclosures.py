"""The register of disclosures: how far each file is, and of which the tenant may know (P07, P08, I9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
    insert,
    select,
    update,
)

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

tables = MetaData()


def _moment(name: str) -> Column[Any]:
    return Column(name, String(32))


disclosures = Table(
    "disclosures",
    tables,
    Column("disclosure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("began_at", String(32), nullable=False),
    Column("tenant_index", String(64)),
    Column("basis", String(40)),
    Column("rule", String(60)),
    Column("secrecy", String(20)),
    Column("hidden", Boolean, nullable=False),
    Column("opened_by", String(60)),
    _moment("written_due"),
    _moment("written_at"),
    _moment("answer_due"),
    Column("answer_rule", String(60)),
    _moment("authenticated_at"),
    Column("kept", String(20)),
    _moment("held_at"),
    _moment("held_until"),
    Column("contact", String(20)),
    _moment("consulted_at"),
    _moment("consult_due"),
    Column("consultation", String(20)),
    _moment("consultation_at"),
    _moment("review_at"),
    Column("missed", Boolean, nullable=False),
    _moment("lifted_at"),
    Column("scope_version", Integer),
    Column("scope_digest", String(64)),
    Column("asked", Integer),
    Column("granted", Integer),
    Column("people", Integer),
    Column("approvals", Integer, nullable=False),
    _moment("decided_at"),
    Column("rejected", String(30)),
    _moment("assembled_at"),
    Column("sealed_sha256", String(64)),
    _moment("handed_over_at"),
    _moment("notified_at"),
    _moment("deferred_until"),
    _moment("changed_at"),
    _moment("closed_at"),
    _moment("erased_at"),
    Index("disclosures_of_tenant", "tenant_index", "disclosure"),
    Index("disclosures_by_time", "began_at"),
    Index("disclosures_hidden", "hidden", "review_at"),
)
"""`organisation` is the maker; whose people it is about is only in the index, which goes with the case's key."""
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
    session.execute(update(disclosures).where(disclosures.c.disclosure == disclosure).values(values))


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


def begun_in(session: Connection, tenant: Tenant, since: str | None, until: str | None) -> Sequence[Any]:
    """The files that began in a period, oldest first."""
    found = select(disclosures)
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    if since is not None:
        found = found.where(disclosures.c.began_at >= since)
    if until is not None:
        found = found.where(disclosures.c.began_at < until)
    return session.execute(found.order_by(disclosures.c.began_at, disclosures.c.disclosure)).all()


def told(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files whose people were told that an authority received their data, and that are no secret, oldest first."""
    found = select(disclosures).where(disclosures.c.notified_at.is_not(None), disclosures.c.hidden == false())
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    return session.execute(found.order_by(disclosures.c.disclosure)).all()


def lapsing(session: Connection, now: str, limit: int = 100) -> Sequence[Any]:
    """Consultations whose term is over, and that nobody answered."""
    waits = disclosures.c.consultation.is_(None) & disclosures.c.rejected.is_(None) & disclosures.c.closed_at.is_(None)
    over = select(disclosures).where(waits, disclosures.c.consult_due <= now)
    return session.execute(over.order_by(disclosures.c.consult_due, disclosures.c.disclosure).limit(limit)).all()


def unreviewed(session: Connection, now: str, limit: int = 100) -> Sequence[Any]:
    """Files that a tenant may not know of, whose day to look at that has passed, and of which it was not said yet."""
    waits = (disclosures.c.hidden != false()) & (disclosures.c.missed == false())
    over = select(disclosures).where(waits, disclosures.c.review_at <= now)
    return session.execute(over.order_by(disclosures.c.review_at, disclosures.c.disclosure).limit(limit)).all()


def open_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files that are neither rejected nor closed."""
    return _where(session, tenant, disclosures.c.rejected.is_(None) & disclosures.c.closed_at.is_(None))


def unnotified(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files in which something was handed over, and the people not told yet."""
    waits = disclosures.c.handed_over_at.is_not(None) & disclosures.c.notified_at.is_(None)
    return _where(session, tenant, waits & disclosures.c.erased_at.is_(None))


def changed_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files in which something changed that whoever received it was not told of."""
    return _where(session, tenant, disclosures.c.changed_at.is_not(None) & disclosures.c.erased_at.is_(None))


def hidden_ones(session: Connection, tenant: Tenant) -> Sequence[Any]:
    """The files that a tenant may not know of: for whoever looks after all of them."""
    return _where(session, tenant, disclosures.c.hidden != false())


def _where(session: Connection, tenant: Tenant, chosen: ColumnElement[bool]) -> Sequence[Any]:
    found = select(disclosures).where(chosen)
    if (within := _within(tenant)) is not None:
        found = found.where(within)
    return session.execute(found.order_by(disclosures.c.began_at, disclosures.c.disclosure)).all()
