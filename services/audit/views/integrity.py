"""Whether the log is whole: what has come, what is missing, what was kept out, who vouches for it (I3, I8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, text

from services.audit.domain.store import Store
from services.audit.ledger import pruned, reading, witnessed
from services.audit.ledger.tables import cosignatures, quarantine
from services.kernel.codec import instant

WITNESSES = text(
    "with recursive known(witness) as (select min(witness) from log_cosignatures union all"
    " select (select min(witness) from log_cosignatures where witness > known.witness) from known"
    " where known.witness is not null) select witness from known where witness is not null"
)
"""From one to the next, not through all that they ever signed."""


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


def report(
    session: Connection,
    organisation: str | None,
    since: str | None,
    until: str | None,
    policy: str,
    older: Mapping[str, Store],
) -> Report:
    """A row per source, per reason of quarantine within the period, and per witness.

    `policy` is the digest of the quorum in force; `older`, the sources whose store is an older copy. For one
    organisation only what says nothing of others: where the log begins and ends, which sources have a gap, and the
    witnesses (I9).
    """
    waiting = {one.source: one for one in reading.gaps(session)}
    rows: list[dict[str, Any]] = []
    for source, high_water in reading.marks(session).items():
        one = waiting.get(source)
        row: dict[str, Any] = {"what": "source", "source": source, "gap_since": one.since if one else None}
        if organisation is None:
            row |= {"high_water": high_water, "waiting": one.waiting if one else 0}
            row |= {"missing_from": high_water + 1 if one else None, "restored": _restored(older.get(source))}
        rows.append(row)
    refused = _quarantined(session, since, until) if organisation is None else []
    rows += refused
    rows += _witnesses(session)
    totals = {
        "first": pruned.minimum(session),
        "size": reading.size(session),
        "witnessed_size": witnessed.newest(session, policy),
        "gaps": len(waiting),
        "older_copies": len(older),
    }
    if organisation is None:
        totals["quarantined"] = sum(row["count"] for row in refused)
    return Report(rows, totals)


def _restored(store: Store | None) -> dict[str, Any] | None:
    if store is None or store.at is None:
        return None
    return {"given": store.given, "known": store.known, "at": instant(store.at)}


def _quarantined(session: Connection, since: str | None, until: str | None) -> list[dict[str, Any]]:
    of = quarantine.c
    where = [of.at >= since] if since is not None else []
    if until is not None:
        where.append(of.at < until)
    counted = select(of.source, of.reason, func.count().label("count"), func.max(of.at).label("last_at"))
    found = session.execute(counted.where(*where).group_by(of.source, of.reason).order_by(of.reason, of.source))
    return [
        {"what": "quarantined", "source": row.source, "reason": row.reason, "count": row._mapping["count"]}
        | {"last_at": row.last_at}
        for row in found
    ]


def _witnesses(session: Connection) -> list[dict[str, Any]]:
    of, rows = cosignatures.c, list[dict[str, Any]]()
    for witness in session.execute(WITNESSES).scalars():
        last = select(of.size, of.at).where(of.witness == witness).order_by(of.size.desc()).limit(1)
        row = session.execute(last).one()
        rows.append({"what": "witness", "witness": witness, "size": row.size, "at": row.at})
    return rows
