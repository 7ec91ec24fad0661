"""Everything that auth holds on the person who asks, and what of it nobody can read (AVG 15(1), 15(3))."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.auth.app.people import NAMES, pseudonym_of
from services.auth.views import accounts, custom_values, resets, restrictions, sessions, work
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused

if TYPE_CHECKING:
    from services.auth.app import Auth

KNOWN = ("public_id", "username", "email", *NAMES)
DATES = ("invited_at", "registered_at")


class OwnData:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def everything(self, context: Context) -> dict[str, Any]:
        """`account`, `sessions` (ended ones too, while they are kept), `fields`, `mails` that wait, `sign_in_failures`,
        `password_resets` whose link still works.

        Raises Refused("not_found") for who has no open account.
        """
        account = pseudonym_of(context)
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, str(context.organisation), account)
            kept = sessions.kept_of(session, account)
            filled = custom_values.of_account(session, account)
            waiting = work.mails_of(session, account)
            failed, until = work.throttle_of(session, account)
            links = resets.of_account(session, account, instant(datetime.now(UTC)))
            restricted = account in restrictions.among(session, [account])
        if row is None:
            raise Refused("not_found")
        opened = self._auth.keyring.open_many([(getattr(row, name), name) for name in KNOWN])
        known = dict(zip(KNOWN, opened, strict=True))
        known["account"] = known.pop("public_id")
        return {
            "account": {
                **known,
                **{name: getattr(row, name) for name in ("organisation", "role", *DATES)},
                "status": "restricted" if restricted else row.status,
            },
            "sessions": self._sessions(kept),
            "fields": self._fields(filled),
            "mails": self._mails(waiting),
            "password_resets": [{"asked_at": one.asked_at, "expires_at": one.expires_at} for one in links],
            "sign_in_failures": {
                "in_a_row": failed,
                "wait_until": instant(datetime.fromtimestamp(until, UTC)) if until else None,
            },
        }

    def _sessions(self, rows: list[Any]) -> list[dict[str, Any]]:
        opened = iter(self._auth.keyring.open_many([(getattr(r, n), n) for r in rows for n in sessions.EQUIPMENT]))
        return [
            {
                **{name: getattr(row, name) for name in ("session", "started_at", "expires_at", "ended_at")},
                **{name: next(opened) for name in sessions.EQUIPMENT},
            }
            for row in rows
        ]

    def _fields(self, rows: list[Any]) -> list[dict[str, Any]]:
        opened = self._auth.keyring.open_many([(row.value, "value") for row in rows])
        return [
            {"field": row.field, "value": value, "set_at": row.set_at} for row, value in zip(rows, opened, strict=True)
        ]

    def _mails(self, rows: list[Any]) -> list[dict[str, Any]]:
        to = self._auth.keyring.open_many([(row.recipient, "recipient") for row in rows])
        return [{"kind": row.text, "to": one, "due": row.due} for row, one in zip(rows, to, strict=True)]
