"""What is kept of people is given for a disclosure: the granted categories alone, and the look is told (P08, P09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from services.auth.app.people import NAMES, PEOPLE_A_LOOK
from services.auth.views import accounts, custom_values, sessions
from services.contracts.privacy import Category, Role
from services.kernel.codec import moment
from services.kernel.context import Context

if TYPE_CHECKING:
    from services.auth.app import Auth

KNOWN: Mapping[Category, tuple[str, ...]] = {
    Category.NAME: NAMES,
    Category.EMAIL: ("email",),
    Category.CREDENTIALS: ("username",),
}
"""The password is nobody's to give: it rests as a hash, and as that it stays."""
OF_SESSION: Mapping[Category, tuple[str, ...]] = {
    Category.IP_ADDRESS: ("ip",),
    Category.TECHNICAL: ("device", "os", "browser", "app_version"),
}
Found = dict[str, list[dict[str, str]]]


class Disclosing:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def data(
        self,
        context: Context,
        *,
        organisation: str,
        people: Sequence[str],
        categories: Sequence[str],
        case: str,
        by: str,
        silent: bool,
        since: str | None = None,
        until: str | None = None,
    ) -> Found:
        """By pseudonym `{category, name, value, at}` of who is still here.

        `at` is when a session began or a field was filled in, or empty.

        `by` is the officer who looks. A `silent` look is told in the disclosure's own file alone (law: secrecy).
        """
        wanted = [Category(one) for one in categories]
        with self._auth.store.reading() as session:
            rows = [accounts.by_pseudonym(session, organisation, one) for one in people[:PEOPLE_A_LOOK]]
            here = [row for row in rows if row is not None]
            kept = {row.account: sessions.kept_of(session, row.account) for row in here}
            own = custom_values.of_people(session, list(kept)) if Category.CUSTOM_FIELD in wanted else []
        if not silent:
            seen = replace(context, actor=by, role=Role.COMPLIANCE.value, case=case)
            seen = replace(seen, organisation=self._auth.configuration.maker)
            self._auth.people.looked(seen, organisation, [row.account for row in here])
        return {
            row.account: [
                *self._known(row, organisation, wanted),
                *self._own_fields([one for one in own if one.account == row.account]),
                *self._sessions([one for one in kept[row.account] if _within(one.started_at, since, until)], wanted),
            ]
            for row in here
        }

    def _known(self, row: Any, organisation: str, wanted: Sequence[Category]) -> list[dict[str, str]]:
        names = [(category, name) for category in wanted for name in KNOWN.get(category, ())]
        values = self._auth.keyring.open_many([(getattr(row, name), name) for _, name in names])
        found = [_field(category, name, value) for (category, name), value in zip(names, values, strict=True) if value]
        if Category.ORGANISATION in wanted:
            found.append(_field(Category.ORGANISATION, "organisation", organisation))
        return found

    def _own_fields(self, rows: Sequence[Any]) -> list[dict[str, str]]:
        """What stands in the organisation's own fields, by the field's id; `at` is when it was filled in."""
        values = self._auth.keyring.open_many([(row.value, "value") for row in rows])
        return [
            _field(Category.CUSTOM_FIELD, f"field_{row.field}", value, row.set_at)
            for row, value in zip(rows, values, strict=True)
            if value
        ]

    def _sessions(self, rows: Sequence[Any], wanted: Sequence[Category]) -> list[dict[str, str]]:
        places = [
            (number, row, category, name)
            for number, row in enumerate(rows, 1)
            for category in wanted
            for name in OF_SESSION.get(category, ())
        ]
        values = self._auth.keyring.open_many([(getattr(row, name), name) for _, row, _, name in places])
        found = [
            _field(category, f"session_{number}_{name}", value, row.started_at or "")
            for (number, row, category, name), value in zip(places, values, strict=True)
            if value
        ]
        timed = [one for one in wanted if one in (*OF_SESSION, Category.SESSION_COOKIE)]
        for number, row in enumerate(rows, 1):
            at = row.started_at or ""
            found += [_field(one, f"session_{number}_{one.value}_since", at, at) for one in timed if at]
            if Category.SESSION_COOKIE in wanted:
                found.append(_field(Category.SESSION_COOKIE, f"session_{number}_id", row.session, at))
        return found


def _field(category: Category, name: str, value: str, at: str = "") -> dict[str, str]:
    return {"category": category.value, "name": name, "value": value, "at": at}


def _within(started: str | None, since: str | None, until: str | None) -> bool:
    if started is None:
        return False
    began = moment(started)
    return not (since and began < moment(since)) and not (until and began >= moment(until))
