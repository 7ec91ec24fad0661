"""The register of data requests: what a Beheerder sees of them, and in the app whoever asked (P15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from services.contracts.standing import STANDING_SENTENCE
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app.law import Clock, written
from services.retention.schemas import requests as schemas
from services.retention.views import exceptions, objections, persons, recipients, recordings, register, requests

if TYPE_CHECKING:
    from services.retention.app import Retention

PAGE = 1_000
"""Lines that are answered at once."""


class Register:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self.clock = Clock(written(retention.configuration.retention_law))

    def of_organisation(self, organisation: str, before: str, limit: int) -> dict[str, Any]:
        """The register, the newest first: whose (a pseudonym), what, by when and how it ended; no words of anybody."""
        return self._page(lambda session, most: requests.of_organisation(session, organisation, before, most), limit)

    def one(self, organisation: str, request: str) -> dict[str, Any]:
        """One request with its words. Raises Refused("not_found")."""
        return self._shown([self.found(organisation, request)])[0]

    def mine(self, context: Context, before: str, limit: int) -> dict[str, Any]:
        """One's own, with what was said on either side."""
        account = context.actor.removeprefix("account/")
        found = self._page(lambda session, most: requests.of_person(session, account, before, most), limit, words=True)
        return {**found, "items": [{**item, "person": None} for item in found["items"]]}

    def dates(self, context: Context) -> dict[str, Any]:
        """`recorded`: since when there is something in a category; `erasures`: what goes when, by which rule.

        With the words that every answer to access has: `law` is their version.
        """
        account = context.actor.removeprefix("account/")
        with self._retention.store.reading() as session:
            recorded = recordings.of_person(session, account)
            going = persons.all_of(session, account)
        law = self.clock.law(self._retention.now())
        return {
            **schemas.dates(recorded, going),
            **law.access_answer,
            "law": law.version,
            "standing": dict(STANDING_SENTENCE),
        }

    def report(
        self,
        organisation: str | None,
        since: datetime | None,
        until: datetime | None,
        after: str | None = None,
        whole: bool = True,
    ) -> dict[str, Any]:
        """The register a page of lines at a time; what is due soon or too late is counted: a reminder (P15).

        `totals` and `count` are of all of the period, whatever page this is; None where `whole` is not asked for.
        """
        now = self._retention.now()
        begin, end = instant(since) if since else None, instant(until) if until else None
        with self._retention.store.reading() as session:
            rows, following = register.page(session, organisation, begin, end, after, PAGE)
            totals = register.totals(session, organisation, begin, end, instant(now)) if whole else None
        count = totals["received"] if totals else None
        lines = schemas.lines(rows, instant(now))
        return {"rows": lines, "next": following, "count": count, "totals": totals}

    def totals(self, organisation: str | None) -> Mapping[str, int]:
        with self._retention.store.reading() as session:
            return register.totals(session, organisation, None, None, instant(self._retention.now()))

    def objections(self, organisation: str, person: str) -> dict[str, Any]:
        """`purposes` that this person's data is not processed for any more, since an objection was upheld."""
        with self._retention.store.reading() as session:
            return {"purposes": objections.upheld(session, organisation, person)}

    def found(self, organisation: str, request: str) -> Any:
        """Raises Refused("not_found")."""
        with self._retention.store.reading() as session:
            row = requests.by_id(session, organisation, request)
        if row is None:
            raise Refused("not_found")
        return row

    def _page(
        self, find: Callable[[Connection, int], Sequence[Any]], limit: int, *, words: bool = False
    ) -> dict[str, Any]:
        most = max(1, min(limit, 100))
        with self._retention.store.reading() as session:
            rows = find(session, most)
        items = self._shown(rows) if words else [schemas.request(row, self.clock) for row in rows]
        return {"items": items, "next": rows[-1].request if len(rows) == most else None}

    def _shown(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        with self._retention.store.reading() as session:
            decided = objections.of_requests(session, [row.request for row in rows])
            told_of = recipients.of_requests(session, [row.request for row in rows])
            kept = exceptions.of_requests(session, [row.request for row in rows])
        sealed = [(getattr(row, name), field) for row in rows for name, field in requests.SEALED.items()]
        sealed += [(one.reasons, "reasons") for row in rows for one in decided.get(row.request, ())]
        sealed += [(one.recipient, "recipient") for row in rows for one in told_of.get(row.request, ())]
        sealed += [(one.reasons, "reasons") for row in rows for one in kept.get(row.request, ())]
        opened = iter(self._retention.keyring.open_many(sealed))
        told = [
            {**schemas.request(row, self.clock), **{name: next(opened) for name in requests.SEALED}} for row in rows
        ]
        for item in told:
            item["decisions"] = [schemas.decision(one, next(opened)) for one in decided.get(item["id"], ())]
        for row, item in zip(rows, told, strict=True):
            known = [(one, next(opened)) for one in told_of.get(row.request, ())]
            item["recipients"] = schemas.recipients(row, known)
        for item in told:
            mine = kept.get(item["id"], ())
            item["exceptions"] = [{**schemas.exception(one, self.clock), "reasons": next(opened)} for one in mine]
        return told
