"""Who has to go through whose access, and when they last did; and every change of a role (P09)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, String, Table, insert, select

from services.contracts import auth, org, retention
from services.contracts.facts import ORGANISATION
from services.contracts.org import OrganisationKind
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

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


def standing(session: Connection, organisation: str | None) -> Sequence[Standing]:
    """Every organisation that is still here, by id; of one, its own alone."""
    found = select(facts).where(facts.c.what != "role_changed").order_by(facts.c.idx)
    if organisation is not None:
        found = found.where(facts.c.organisation == organisation)
    began: dict[str, Any] = {}
    reviews: dict[str, Any] = {}
    for row in session.execute(found):
        match row.what:
            case "registered" | "maker":
                began[row.organisation] = row
            case "left":
                began.pop(row.organisation, None)
            case "reviewed":
                reviews[row.organisation] = row
    return [Standing(one, row.what == "maker", row.at, reviews.get(one)) for one, row in sorted(began.items())]


def begun(session: Connection) -> str | None:
    """When the installation was: its maker is there from the first start on."""
    found = select(facts.c.at).where(facts.c.what == "maker").order_by(facts.c.idx).limit(1)
    return session.execute(found).scalar()


def roles_changed(
    session: Connection, organisation: str | None, since: str | None, until: str | None
) -> Mapping[str, int]:
    """By organisation how many roles were changed in a period."""
    found = select(facts.c.organisation).where(facts.c.what == "role_changed")
    if organisation is not None:
        found = found.where(facts.c.organisation == organisation)
    if since is not None:
        found = found.where(facts.c.at >= since)
    if until is not None:
        found = found.where(facts.c.at < until)
    return Counter(session.execute(found).scalars())
