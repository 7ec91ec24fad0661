"""What retention has auth do for a person who asked for it: correct, restrict, and lift with notice (AVG 16, 18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.auth.app.people import keys_of, mailed
from services.auth.domain import account, restriction
from services.auth.views import accounts, restrictions
from services.contracts.privacy import Category
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.moments import AMSTERDAM

if TYPE_CHECKING:
    from services.auth.app import Auth

AT_ONCE = 100
MAILED = (Category.EMAIL, Category.CREDENTIALS)
"""The keys that a mail is sealed with."""


class Rights:
    """Nobody speaks for somebody else between services: retention asks in its own name and says who decided."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def correct(
        self,
        context: Context,
        *,
        organisation: str,
        person: str,
        by: str,
        request: str,
        values: Mapping[str, str | None],
        fields: Mapping[str, str | None] | None = None,
    ) -> dict[str, Any]:
        """Put other values into somebody's e-mail address, names or own `fields`; nothing of what stood is answered.

        Raises Refused: `not_found`, `account_closed`, `already_invited`, `field_inactive`, `invalid`.
        """
        decided = {"request": request, "by": by}
        filled = [
            self._auth.custom_fields.asked(organisation, person, field, value, **decided)[0]
            for field, value in (fields or {}).items()
        ]
        corrected = {Category.EMAIL if name == "email" else Category.NAME for name in values}
        before = self._auth.letters.address_before(organisation, person, values.get("email"))

        def work(unit: Unit) -> dict[str, Any]:
            row = self._whose(unit, organisation, person)
            self._auth.people.must_be_free(unit.session, row, values.get("email"))
            asked = account.Correct(values=dict(values), request=request, by=by, at=datetime.now(UTC))
            unit.do(f"account/{person}", account.decider, asked)
            self._auth.letters.moved(unit, person, before, put_in=values.get("email"))
            for command in filled:
                self._auth.custom_fields.fill(unit, command)
            return {}

        own = [key for command in filled for key in self._auth.custom_fields.keys_of(command)]
        keys = [*keys_of(person, *corrected, *mailed(before)), *own]
        return self._auth.store.perform(context, work, keys=keys)

    def restrict(self, context: Context, *, organisation: str, person: str, by: str, request: str) -> dict[str, Any]:
        """From now on others see and change nothing of the person. Answers `event`, the one that says so."""

        def work(unit: Unit) -> dict[str, Any]:
            self._whose(unit, organisation, person)
            asked = restriction.Restrict(request=request, by=by, at=datetime.now(UTC))
            unit.do(f"account/{person}", account.decider, asked)
            unit.flush()
            row = restrictions.by_request(unit.session, request)
            return {"event": None if row is None else row.event}

        return self._auth.store.perform(context, work)

    def announce_lift(
        self, context: Context, *, organisation: str, person: str, by: str, request: str, lifts_at: datetime
    ) -> dict[str, Any]:
        """The person gets a mail that says when it ends. Answers `event` and `lifts_at`, those of the first time.

        Raises Refused: `not_found`, `not_restricted`, `account_closed`.
        """
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, person)
        email = None if row is None else self._auth.keyring.open(row.email, "email")

        def work(unit: Unit) -> dict[str, Any]:
            self._whose(unit, organisation, person)
            asked = restriction.AnnounceLift(request=request, by=by, lifts_at=lifts_at, at=datetime.now(UTC))
            new = unit.do(f"account/{person}", account.decider, asked)
            if new and email is not None:
                on = lifts_at.astimezone(AMSTERDAM).date().isoformat()
                self._auth.mailer.post(unit, person, "restriction_ends", email, f"/requests/{request}", about=on)
            unit.flush()
            found = restrictions.by_request(unit.session, request)
            if found is None:
                raise Refused("not_restricted")
            return {"event": found.announced_in, "lifts_at": found.lifts_at}

        return self._auth.store.perform(context, work, keys=keys_of(person, *MAILED))

    def lift_due(self) -> None:
        """End what was announced to end by now, a batch at a time."""
        now = datetime.now(UTC)
        with self._auth.store.reading() as session:
            rows = restrictions.ending_by(session, instant(now), AT_ONCE)
        for row in rows:
            asked = restriction.Lift(request=row.request, at=now)

            def work(unit: Unit, row: Any = row, asked: restriction.Lift = asked) -> dict[str, Any]:
                unit.do(f"account/{row.account}", account.decider, asked)
                return {}

            context = self._auth.own_context(organisation=row.organisation, causation=row.announced_in)
            self._auth.store.perform(context, work)

    # -- how

    def _whose(self, unit: Unit, organisation: str, person: str) -> Any:
        row = accounts.by_pseudonym(unit.session, organisation, person)
        if row is None:
            raise Refused("not_found")
        return row
