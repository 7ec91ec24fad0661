"""What each organisation agreed with the maker, who signed it, and what is in force on a day (P01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    RowMapping,
    ScalarSelect,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
    text,
    true,
    update,
)

from services.contracts.facts import ORGANISATION
from services.contracts.org import (
    AgreementAmended,
    AgreementProposed,
    AgreementSigned,
    AgreementTerminated,
    ErasureCompleted,
    Side,
)
from services.contracts.privacy import ProcessingRole
from services.kernel.envelope import Recorded
from services.kernel.store.database import plain
from services.org.domain.terms import Terms

tables = MetaData()
UNSIGNED = text("signatures < 2")
"""Not by both sides; the index is found by these very words."""
ENDING = text("signatures = 2 AND ends_on IS NOT NULL")
"""Signed, with a last day."""
agreements = Table(
    "agreements",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("proposed_by", String(20), nullable=False),
    Column("purposes", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("retention", Text, nullable=False),
    Column("triggers", Text, nullable=False),
    Column("sub_processors", Text, nullable=False),
    Column("incident_hours", Integer),
    Column("starts_on", String(10), nullable=False),
    Column("ends_on", String(10)),
    Column("terminated", Boolean, nullable=False),
    Column("signatures", Integer, nullable=False),
    # Two proposals at one moment would both take the next number; the second is decided anew.
    UniqueConstraint("organisation", "version", name="one_agreement_per_version"),
    Index("agreements_unsigned", "organisation", sqlite_where=UNSIGNED, postgresql_where=UNSIGNED),
    Index("agreements_ending", "organisation", sqlite_where=ENDING, postgresql_where=ENDING),
)
"""A row for each version of an agreement; `first` is that of the proposal, of which the others are amendments."""
signatures = Table(
    "signatures",
    tables,
    Column("agreement", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("side", String(20), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("signatory", String(36), nullable=False),
    Column("signatory_name", Text),
    Column("signatory_function", Text),
    Column("document_sha256", String(64), nullable=False),
    Column("signed_on", String(10), nullable=False),
)
"""A signatory's name and function are sealed."""
BOTH = 2
_version = agreements.c.version
LISTS = ("purposes", "categories", "retention", "triggers", "sub_processors")


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case AgreementProposed() as event:
            _propose(session, event, event.agreement_version)
        case AgreementAmended() as event:
            first = select(func.min(agreements.c.first)).where(agreements.c.agreement == event.agreement)
            _propose(session, event, session.execute(first).scalar_one())
        case AgreementSigned() as event:
            session.execute(
                insert(signatures).values(
                    agreement=event.agreement,
                    version=event.agreement_version,
                    side=event.side.value,
                    organisation=event.organisation,
                    signatory=event.signatory,
                    signatory_name=record.sealed.get("signatory_name"),
                    signatory_function=record.sealed.get("signatory_function"),
                    document_sha256=event.document_sha256,
                    signed_on=event.signed_on.isoformat(),
                )
            )
            mine = agreements.c.version == event.agreement_version
            _change(session, event, mine, signatures=agreements.c.signatures + 1)
        case AgreementTerminated() as event:
            _change(session, event, true(), terminated=True, ends_on=event.ends_on.isoformat())
        case ErasureCompleted() as event if event.scope == ORGANISATION:
            drop(session, event.organisation)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _propose(session: Connection, event: AgreementProposed | AgreementAmended, first: int) -> None:
    session.execute(
        insert(agreements).values(
            agreement=event.agreement,
            organisation=event.organisation,
            version=event.agreement_version,
            first=first,
            proposed_by=event.proposed_by.value,
            purposes=_json({purpose.value: basis.value for purpose, basis in event.purposes.items()}),
            categories=_json([category.value for category in event.categories]),
            retention=_json({category.value: term for category, term in event.retention.items()}),
            triggers=_json({category.value: one.value for category, one in (event.triggers or {}).items()}),
            sub_processors=_json(list(event.sub_processors)),
            incident_hours=event.incident_hours,
            starts_on=event.starts_on.isoformat(),
            ends_on=event.ends_on.isoformat() if event.ends_on else None,
            terminated=False,
            signatures=0,
        )
    )


def _change(
    session: Connection, event: AgreementSigned | AgreementTerminated, which: ColumnElement[bool], **values: Any
) -> None:
    mine = and_(agreements.c.agreement == event.agreement, which)
    session.execute(update(agreements).where(mine).values(**values))


def _plain(row: RowMapping) -> dict[str, Any]:
    return {**plain(row), **{name: orjson.loads(row[name]) for name in LISTS}}


def versions(session: Connection, organisation: str, agreement: str) -> list[dict[str, Any]]:
    """The proposal and every amendment of one agreement, the oldest first; none when it is no such one."""
    mine = and_(agreements.c.organisation == organisation, agreements.c.agreement == agreement)
    return [_plain(row) for row in session.execute(select(agreements).where(mine).order_by(_version)).mappings()]


def signed(session: Connection, organisation: str, agreement: str) -> list[dict[str, Any]]:
    """The signatures under one agreement, names and functions sealed."""
    mine = and_(signatures.c.organisation == organisation, signatures.c.agreement == agreement)
    rows = session.execute(select(signatures).where(mine).order_by(signatures.c.version, signatures.c.side)).mappings()
    return [plain(row) for row in rows]


def after(session: Connection, organisation: str, agreement: str | None, limit: int) -> list[list[dict[str, Any]]]:
    """At most `limit` agreements of this organisation, those after `agreement`; each is all its versions in order."""
    mine = agreements.c.organisation == organisation
    chosen = select(agreements.c.agreement).where(mine, agreements.c.version == agreements.c.first)
    if agreement is not None:
        seen = select(agreements.c.first).where(mine, agreements.c.agreement == agreement).limit(1)
        chosen = chosen.where(agreements.c.first > seen.scalar_subquery())
    ids = session.execute(chosen.order_by(agreements.c.first).limit(limit)).scalars().all()
    rows = session.execute(select(agreements).where(mine, agreements.c.agreement.in_(ids)).order_by(_version))
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in ids}
    for row in rows.mappings():
        found[row["agreement"]].append(_plain(row))
    return list(found.values())


def next_version(session: Connection, organisation: str) -> int:
    newest = select(func.max(agreements.c.version)).where(agreements.c.organisation == organisation)
    return (session.execute(newest).scalar_one() or 0) + 1


def in_force(session: Connection, organisations: Iterable[str], today: date) -> Mapping[str, dict[str, Any]]:
    """The version in force on `today` of the agreement of each of these organisations that has one.

    It is the newest that both have signed and that has begun. Once it ends none is in force: the older one
    that it replaced does not come back because somebody ended the newer.
    """
    begun = and_(
        agreements.c.organisation.in_(sorted(organisations)),
        agreements.c.signatures == BOTH,
        agreements.c.starts_on <= today.isoformat(),
    )
    rows = session.execute(select(agreements).where(begun).order_by(agreements.c.version)).mappings()
    newest = {row["organisation"]: row for row in rows}
    return {
        organisation: _plain(row)
        for organisation, row in newest.items()
        if row["ends_on"] is None or today.isoformat() <= row["ends_on"]
    }


def binds(session: Connection, organisation: str, agreement: str, today: date) -> bool:
    """Whether this is the newest agreement that both have signed, and it is neither terminated nor over."""
    row = _newest(session, organisation)
    return row is not None and row.agreement == agreement and not _over(row, today)


def ended(session: Connection, organisation: str, today: date) -> tuple[str, date] | None:
    """The newest agreement that both have signed, with its last day, where it is terminated or over."""
    row = _newest(session, organisation)
    if row is None or not _over(row, today):
        return None
    return row.agreement, date.fromisoformat(row.ends_on)


def _newest(session: Connection, organisation: str) -> Row[Any] | None:
    mine = and_(agreements.c.organisation == organisation, agreements.c.signatures == BOTH)
    return session.execute(select(agreements).where(mine).order_by(agreements.c.version.desc()).limit(1)).first()


def _over(row: Row[Any], today: date) -> bool:
    return row.ends_on is not None and (row.terminated or row.ends_on < today.isoformat())


def holds(session: Connection, organisation: str) -> int:
    """How many signatures of an organisation still have their signatory's name."""
    mine = (signatures.c.organisation == organisation) & signatures.c.signatory_name.is_not(None)
    return session.execute(select(func.count()).select_from(signatures).where(mine)).scalar_one()


def signatories(session: Connection, organisation: str) -> list[str]:
    """The pseudonyms of those who signed, of both sides."""
    mine = signatures.c.organisation == organisation
    return list(session.execute(select(signatures.c.signatory).where(mine)).scalars())


def drop(session: Connection, organisation: str) -> int:
    """Leave what was agreed and which document was signed, and take out by whom."""
    named = signatures.c.signatory_name.is_not(None) | signatures.c.signatory_function.is_not(None)
    mine = (signatures.c.organisation == organisation) & named
    return session.execute(update(signatures).where(mine).values(signatory_name=None, signatory_function=None)).rowcount


def terms_in_force(session: Connection, organisation: str, today: date) -> Terms | None:
    """The terms of the agreement in force, None when there is none."""
    found = in_force(session, [organisation], today).get(organisation)
    if found is None:
        return None
    return Terms(
        agreement=found["agreement"],
        version=found["version"],
        role=ProcessingRole.PROCESSOR,
        purposes=found["purposes"],
        categories=found["categories"],
        retention=found["retention"],
    )


def newest_of(agreement: ColumnElement[str]) -> ScalarSelect[int]:
    """The newest version of an agreement: an amendment that another one overtook waits for nobody."""
    other = agreements.alias()
    return select(func.max(other.c.version)).where(other.c.agreement == agreement).scalar_subquery()


def unsigned_by(session: Connection, organisation: str | None, side: Side, today: date) -> list[Row[Any]]:
    """Proposals that this side has not signed, newer than what both have and not over; the first to begin first."""
    mine = select(signatures.c.agreement).where(
        signatures.c.side == side.value,
        signatures.c.agreement == agreements.c.agreement,
        signatures.c.version == agreements.c.version,
    )
    wanted = select(agreements).where(
        UNSIGNED,
        agreements.c.terminated.is_(False),
        agreements.c.ends_on.is_(None) | (agreements.c.ends_on >= today.isoformat()),
        agreements.c.version == newest_of(agreements.c.agreement),
        ~mine.exists(),
    )
    if organisation is not None:
        wanted = wanted.where(agreements.c.organisation == organisation)
    rows = session.execute(wanted.order_by(agreements.c.starts_on, agreements.c.agreement)).all()
    whose = agreements.c.organisation.in_({row.organisation for row in rows})
    signed = select(agreements.c.organisation, func.max(agreements.c.version)).where(
        whose, agreements.c.signatures == BOTH
    )
    newest = {row[0]: row[1] for row in session.execute(signed.group_by(agreements.c.organisation))}
    return [row for row in rows if row.version > newest.get(row.organisation, 0)]
