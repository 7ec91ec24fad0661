"""What the log says was corrected, restricted or erased of people, after an entry of it (AVG 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from services.audit.ledger import pruned, reading
from services.audit.ledger.tables import entries
from services.contracts.auth import (
    AccountClosed,
    CustomFieldSet,
    PeopleErased,
    PersonalDataCorrected,
    ProcessingRestricted,
)
from services.contracts.privacy import Category

CORRECTED, RESTRICTED, ERASED = "corrected", "restricted", "erased"
WHAT = {
    PersonalDataCorrected.type: CORRECTED,
    CustomFieldSet.type: CORRECTED,
    ProcessingRestricted.type: RESTRICTED,
    AccountClosed.type: ERASED,
    PeopleErased.type: ERASED,
}
"""What each means to whoever received the data before; an account that is closed is erased from then on."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """`people` by pseudonym; `categories` in which something changed, None where it is all that there is of them.

    `request` is the data request that it was done on, if it was.
    """

    index: int
    event: str
    organisation: str
    people: frozenset[str]
    what: str
    categories: frozenset[Category] | None
    request: str | None
    at: str


def after(session: Connection, index: int, organisation: str | None = None) -> Sequence[Change]:
    """Every change in the entries above `index`, oldest first; of one organisation's people, or of all."""
    least = max(index, pruned.minimum(session) - 1)
    where: list[Any] = [entries.c.idx > least, entries.c.idx < reading.size(session), entries.c.type.in_(WHAT)]
    if organisation is not None:
        where.append(entries.c.organisation == organisation)
    found = select(entries.c.idx, entries.c.type, entries.c.note).where(*where).order_by(entries.c.idx)
    return [_change(row.idx, row.type, bytes(row.note)) for row in session.execute(found)]


def _change(index: int, type_: str, note: bytes) -> Change:
    event = orjson.loads(note.partition(b"\n")[0])
    data = event["data"]
    return Change(
        index=index,
        event=event["id"],
        organisation=event["organisation"],
        people=frozenset(data["people"] if "people" in data else [data["account"]]),
        what=WHAT[type_],
        categories=_categories(type_, data),
        request=data.get("request"),
        at=event["time"],
    )


def _categories(type_: str, data: dict[str, Any]) -> frozenset[Category] | None:
    if type_ == CustomFieldSet.type:
        return frozenset({Category.CUSTOM_FIELD})
    if type_ == PersonalDataCorrected.type:
        return frozenset(Category.EMAIL if name == "email" else Category.NAME for name in data["corrected"])
    return None
