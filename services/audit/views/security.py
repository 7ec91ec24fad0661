"""Who has to go through whose access, and when they last did; and every change of a role (P09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    literal,
    select,
)

from services.contracts import auth, org, retention
from services.contracts.facts import ORGANISATION
from services.contracts.org import OrganisationKind
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import sums

tables = MetaData()
facts = Table(
    "security_facts",
    tables,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("organisation", String(36), nullable=False),
    Column("what", String(20), nullable=False),
    Column("at", String(32), nullable=False),
    Column("accounts", Integer),
    Column("kept", Integer),
    Column("changed", Integer),
    Column("removed", Integer),
    Index("security_by_what", "what", "organisation", "idx"),
)
totals_kept = sums.sums("security_sums", tables, "roles_changed")
DERIVED = (totals_kept,)
FOLLOWED: tuple[type[Event], ...] = (
    org.OrganisationRegistered,
    retention.ErasureOrdered,
    auth.AccessReviewed,
    auth.RoleChanged,
)


@dataclass(frozen=True)
class Standing:
    """An organisation, since when it is here, and its last review (None before the first)."""

    organisation: str
    maker: bool
    since: str
    review: Any | None


def follow(session: Connection, entry: Entry) -> None:
    event = entry.record.event
    numbers: Mapping[str, int] = {}
    match event:
        case org.OrganisationRegistered():
            what = "maker" if event.organisation_kind is OrganisationKind.MAKER else "registered"
        case retention.ErasureOrdered() if event.scope == ORGANISATION:
            what = "left"
        case auth.AccessReviewed():
            what = "reviewed"
            numbers = {name: getattr(event, name) for name in ("accounts", "kept", "changed", "removed")}
        case auth.RoleChanged():
            what = "role_changed"
        case _:
            return
    row = {"idx": entry.index, "organisation": event.organisation, "what": what, "at": instant(event.at), **numbers}
    session.execute(insert(facts).values(**row))
    if what == "role_changed":
        sums.add(session, totals_kept, event.organisation, instant(event.at), {"roles_changed": 1})


def derive(session: Connection) -> None:
    """What is kept of the facts, from all that there are."""
    changes = select(facts.c.organisation, facts.c.at.label("day"), literal(1).label("roles_changed"))
    sums.derive(session, totals_kept, changes.where(facts.c.what == "role_changed").subquery())


def standing(session: Connection, organisation: str | None) -> Sequence[Standing]:
    """Every organisation that is still here, by id; of one, its own alone."""
    there = select(facts).where(facts.c.what.in_(("registered", "maker", "left"))).order_by(facts.c.idx)
    if organisation is not None:
        there = there.where(facts.c.organisation == organisation)
    began: dict[str, Any] = {}
    for row in session.execute(there):
        if row.what == "left":
            began.pop(row.organisation, None)
        else:
            began[row.organisation] = row
    reviews = _reviews(session, organisation)
    return [Standing(one, row.what == "maker", row.at, reviews.get(one)) for one, row in sorted(began.items())]


def _reviews(session: Connection, organisation: str | None) -> dict[str, Any]:
    """The last one of each: found by its own index, however many there were before."""
    came, last = facts.alias(), facts.alias()
    mine = (last.c.what == "reviewed") & (last.c.organisation == came.c.organisation)
    newest = select(func.max(last.c.idx)).where(mine).correlate(came).scalar_subquery()
    each = select(newest).where(came.c.what.in_(("registered", "maker")))
    if organisation is not None:
        each = each.where(came.c.organisation == organisation)
    return {row.organisation: row for row in session.execute(select(facts).where(facts.c.idx.in_(each)))}


def begun(session: Connection) -> str | None:
    """When the installation was: its maker is there from the first start on."""
    found = select(facts.c.at).where(facts.c.what == "maker").order_by(facts.c.idx).limit(1)
    return session.execute(found).scalar()


def roles_changed(
    session: Connection, organisation: str | None, since: str | None, until: str | None
) -> Mapping[str, int]:
    """By organisation how many roles were changed in a period."""
    found = sums.by_organisation(session, totals_kept, organisation, since, until)
    return {whose: said["roles_changed"] for whose, said in found.items()}
