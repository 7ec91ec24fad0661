"""Who looked at somebody: in which role and what for they always learn, by name only after a weighing (C-579/21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from services.auth.views import accounts, looks, restrictions
from services.contracts.auth import DataViewed
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore

if TYPE_CHECKING:
    from services.auth.app import Auth

NAMES = ("first_name", "infix", "last_name")


class Looking:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def log(self, person: str, after: str, limit: int) -> dict[str, Any]:
        """A page of a person's access log, the newest first, without anybody's name."""
        with self._auth.store.reading() as session:
            rows = looks.at(session, person, after, limit)
        return _page(rows, {}, limit)

    def named(
        self, context: Context, *, organisation: str, person: str, request: str, after: str, limit: int
    ) -> dict[str, Any]:
        """The same with the names of the organisation's own people who looked, for the answer to this request.

        Retention says whether that was weighed so. Naming them is a look at them, on the record first. Of others (the
        maker's people, whose names are the maker's to weigh), of who is restricted and of who is gone there is none.
        Raises Refused("forbidden") where no weighing allows it.
        """
        asked = {"organisation": organisation, "request": request, "person": person}
        if not self._auth.caller.call("retention", "names_weighed", asked, self._auth.own_context())["disclosed"]:
            raise Refused("forbidden")
        context = self._auth.terms_or_before(context, organisation)
        with self._auth.store.reading() as session:
            rows = looks.at(session, person, after, limit)
            by = {row.look: _viewer(session, row.look) for row in rows}
            known = {
                viewer: found
                for viewer in sorted(set(by.values()))
                if (found := accounts.by_pseudonym(session, organisation, viewer)) is not None
            }
            withheld = restrictions.among(session, list(known))
        shown = {viewer: row for viewer, row in known.items() if viewer not in withheld}
        self._auth.people.looked(context, organisation, list(shown))
        named = self._names(shown)
        return _page(rows, {look: named.get(viewer) for look, viewer in by.items()}, limit)

    def _names(self, rows: Mapping[str, Any]) -> Mapping[str, str | None]:
        opened = iter(self._auth.keyring.open_many([(getattr(row, n), n) for row in rows.values() for n in NAMES]))
        return {viewer: " ".join(filter(None, [next(opened) for _ in NAMES])) or None for viewer in rows}


def _viewer(session: Connection, look: str) -> str:
    """The pseudonym of who looked, as the event says it: the list that people see has it nowhere."""
    told = (one.event for one in eventstore.read(session, f"look/{look}") if isinstance(one.event, DataViewed))
    return next((event.viewed_by.removeprefix("account/") for event in told), "")


def _page(rows: Sequence[Any], names: Mapping[str, str | None], limit: int) -> dict[str, Any]:
    items = [
        {
            "at": row.at,
            "role": row.role,
            "organisation": row.organisation,
            "purpose": row.purpose,
            "case": row.case_id,
            "name": names.get(row.look),
        }
        for row in rows
    ]
    return {"items": items, "next": rows[-1].look if len(rows) == limit else None}
