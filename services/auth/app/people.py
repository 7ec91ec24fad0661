"""What is known of a person: seen and corrected by themselves, seen by others only on the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.auth.app.roles import keep_one, officer_needed
from services.auth.domain import account
from services.auth.domain.account import SEEN
from services.auth.views import accounts, custom_values, restrictions, sessions
from services.contracts.auth import DataViewed
from services.contracts.privacy import STAFF, Category, Purpose, Role
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore

if TYPE_CHECKING:
    from services.auth.app import Auth

NAMES = ("first_name", "infix", "last_name")
SHOWN = ("public_id", *NAMES, "email")
PEOPLE_A_LOOK = 100


class People:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    # -- oneself

    def me(self, context: Context) -> dict[str, Any]:
        """Everything a person sees of their own account."""
        with self._auth.store.reading() as session:
            row = self._mine(session, context)
            restricted = restrictions.among(session, [row.account])
            filled = custom_values.of_account(session, row.account)
        known = ("public_id", "username", "email", *NAMES)
        sealed = [*((getattr(row, name), name) for name in known), *((one.value, "value") for one in filled)]
        public_id, username, email, *rest = self._auth.keyring.open_many(sealed)
        names, given = rest[: len(NAMES)], rest[len(NAMES) :]
        return {
            "account": public_id,
            "organisation": row.organisation,
            "role": row.role,
            "username": username,
            "email": email,
            **dict(zip(NAMES, names, strict=True)),
            "status": "restricted" if restricted else row.status,
            "fields": {one.field: value for one, value in zip(filled, given, strict=True) if value is not None},
        }

    def correct_me(self, context: Context, *, values: Mapping[str, str | None]) -> dict[str, Any]:
        """Put other values into one's own e-mail address or names; only `infix` can be emptied."""
        pseudonym = pseudonym_of(context)
        # A category that was erased, or is not agreed any more, takes no value; the others still do.
        corrected = frozenset(Category.EMAIL if name == "email" else Category.NAME for name in values)
        context = self._auth.allow_person(context, corrected)
        before = self._auth.letters.address_before(str(context.organisation), pseudonym, values.get("email"))

        def work(unit: Unit) -> dict[str, Any]:
            self.must_be_free(unit.session, self._mine(unit.session, context), values.get("email"))
            asked = account.Correct(values=dict(values), at=datetime.now(UTC))
            unit.do(f"account/{pseudonym}", account.decider, asked)
            self._auth.letters.moved(unit, pseudonym, before)
            return {}

        return self._auth.store.perform(context, work, keys=keys_of(pseudonym, *corrected, *mailed(before)))

    def must_be_free(self, session: Connection, row: Any, email: str | None) -> None:
        """An address belongs to one person of an organisation. Raises Refused("already_invited")."""
        if email is None:
            return
        index = self._auth.keyring.index.blinds("email", email, row.organisation)
        if row.email_index not in index and accounts.email_in_use(session, row.organisation, index):
            raise Refused("already_invited")

    def access_log(self, context: Context, *, after: str, limit: int) -> dict[str, Any]:
        """When somebody looked at me, in which role, of which organisation, for what purpose; newest first."""
        return self._auth.looking.log(pseudonym_of(context), after, limit)

    # -- others

    def pseudonym_of(self, *, account: str, organisation: str | None) -> dict[str, Any]:
        """By which name the log has a person, for a replay, a hold or a request; whose they are, and `since` when.

        Nothing of theirs is opened.
        Raises Refused("account_unknown").
        """
        with self._auth.store.reading() as session:
            found = self._auth.keyring.index.seek(
                lambda index: accounts.pseudonym(session, organisation, index), "public_id", account
            )
        if found is None:
            raise Refused("account_unknown")
        return {
            "pseudonym": found.account,
            "organisation": found.organisation,
            "since": found.registered_at or found.invited_at,
        }

    def public_ids(self, context: Context, *, organisation: str, people: Sequence[str]) -> dict[str, str]:
        """By pseudonym the public id of each of these whose account is open; naming them is a look at them."""
        context = self._auth.terms_or_before(context, organisation)
        with self._auth.store.reading() as session:
            rows = accounts.open_of(session, organisation, people[:PEOPLE_A_LOOK])
        if not rows:
            return {}
        self.looked(context, organisation, [row.account for row in rows])
        opened = self._auth.keyring.open_many([(row.public_id, "public_id") for row in rows])
        return {row.account: known for row, known in zip(rows, opened, strict=True) if known is not None}

    def members(
        self, context: Context, *, organisation: str, after: str, limit: int, role: str | None = None
    ) -> dict[str, Any]:
        """The open accounts of an organisation, or those in one role."""
        context = self._look_allowed(context, organisation)
        most = min(limit, PEOPLE_A_LOOK)
        with self._auth.store.reading() as session:
            rows = accounts.open_in(session, organisation, after, most, role)
        items, _ = self._shown_to(context, organisation, rows)
        return {"items": items, "next": rows[-1].invitation if len(rows) == most else None}

    def find(
        self, context: Context, *, organisation: str, username: str | None = None, email: str | None = None
    ) -> dict[str, Any]:
        """Who of the organisation has this user name, or this address; nobody, where that is somebody of another's."""
        context = self._look_allowed(context, organisation)
        index = self._auth.keyring.index
        with self._auth.store.reading() as session:
            if email is not None:
                look = partial(accounts.by_email, session, organisation)
                row = index.seek(look, "email", email, organisation)
            else:
                look = partial(accounts.by_username_in, session, organisation)
                row = index.seek(look, "username", str(username))
        items, events = self._shown_to(context, organisation, [] if row is None else [row])
        return {"items": items, "events": events}

    def member(self, context: Context, *, organisation: str, account: str) -> dict[str, Any]:
        """One of them; `etag` counts what changed. Raises Refused: `not_found`, or `restricted` for who is kept."""
        context = self._look_allowed(context, organisation)
        row = self._by_public(organisation, account)
        with self._auth.store.reading() as session:
            if restrictions.among(session, [row.account]):
                raise Refused("restricted")
            changes = eventstore.count(session, f"account/{row.account}", SEEN)
        self.looked(context, organisation, [row.account])
        return {**self._shown([row])[0], "etag": changes}

    def change_role(
        self, context: Context, *, organisation: str, account: str, role: str, if_match: int | None = None
    ) -> dict[str, Any]:
        """Give a member of the organisation another role; it holds from the next request on."""
        row = self._by_public(organisation, account)
        return self._change_role(context, organisation, row, Role(role), if_match)

    def looked(self, context: Context, organisation: str, people: Sequence[str]) -> list[str]:
        """Record that the actor looks at these people, by which events. Looking at oneself is no look at another.

        Raises Refused("case_needed") for the maker's staff that names no case.
        """
        others = tuple(person for person in people if f"account/{person}" != context.actor)
        if not others:
            return []
        if context.role in STAFF and organisation != self._auth.configuration.maker and not context.case:
            # The maker's people look at an organisation's on an instruction or in a case alone (AVG 28(3)(a), 29).
            raise Refused("case_needed")
        look = str(uuid7())
        event = DataViewed(
            look=look,
            organisation=organisation,
            people=others,
            viewed_by=context.actor,
            viewer_role=Role(str(context.role)),
            viewer_organisation=str(context.organisation),
            case=context.case,
            at=datetime.now(UTC),
        )

        def work(unit: Unit) -> dict[str, Any]:
            unit.append(f"look/{look}", 0, [event])
            return {}

        # Each look is a fact of its own, also when the same request is asked again.
        events: list[str] = self._auth.store.perform(replace(context, idempotency=None), work)["events"]
        return events

    def public_id(self, organisation: str, pseudonym: str) -> str | None:
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, pseudonym)
        return self._auth.keyring.open(row.public_id, "public_id") if row else None

    def open_session(self, session: Connection, context: Context) -> None:
        """Raises Refused("unauthenticated") unless who asks has an open account, session and role."""
        self._mine(session, context)

    # -- how

    def _look_allowed(self, context: Context, organisation: str) -> Context:
        """A Beheerder sees its people under the agreement; the maker's staff sees the maker's own people."""
        seen = frozenset({Category.NAME, Category.EMAIL})
        return self._auth.allow(context, organisation, Purpose.BEHEER_ACCESS, seen)

    def _shown_to(
        self, context: Context, organisation: str, rows: Sequence[Any]
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """A line for each, and the look's event: it is in the log's way before anybody sees them."""
        with self._auth.store.reading() as session:
            withheld = restrictions.among(session, [row.account for row in rows])
        events = self.looked(context, organisation, [row.account for row in rows if row.account not in withheld])
        return self._shown(rows, withheld), events

    def _shown(self, rows: Sequence[Any], withheld: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
        """Of whom is `withheld` a line without values: by its account a next request of theirs can be taken in."""
        fields = [self.shown_of(row, SHOWN, withheld) for row in rows]
        opened = iter(self._auth.keyring.open_many([pair for pairs in fields for pair in pairs]))
        items = []
        for row in rows:
            values = dict(zip(SHOWN, (next(opened) for _ in SHOWN), strict=True))
            values["account"] = values.pop("public_id")
            status = "restricted" if row.account in withheld else row.status
            items.append({**values, "role": row.role, "status": status})
        return items

    @staticmethod
    def shown_of(row: Any, names: Sequence[str], withheld: frozenset[str]) -> list[tuple[str | None, str]]:
        """What of a person is to be opened for others; what is not is not opened at all (AVG 18)."""
        kept = row.account in withheld
        return [(None if kept and name != "public_id" else getattr(row, name), name) for name in names]

    def _by_public(self, organisation: str, public_id: str) -> Any:
        with self._auth.store.reading() as session:
            row = self._auth.keyring.index.seek(
                lambda index: accounts.by_public_id(session, organisation, index), "public_id", public_id
            )
        if row is None:
            raise Refused("not_found")
        return row

    def _mine(self, session: Any, context: Context) -> Any:
        """My own row, while session and role are what the door believes: what auth answers, a no ends at once."""
        if context.session is None:
            raise Refused("unauthenticated")
        now, pseudonym = instant(datetime.now(UTC)), pseudonym_of(context)
        row = sessions.owner(session, str(context.organisation), pseudonym, context.session, now)
        if row is None or row.role != context.role:
            raise Refused("unauthenticated")
        return row

    def _change_role(
        self, context: Context, organisation: str, row: Any, role: Role, if_match: int | None
    ) -> dict[str, Any]:
        asked = account.ChangeRole(role=role, by=context.actor, if_match=if_match, at=datetime.now(UTC))
        context = self._auth.terms_or_before(context, organisation)

        def work(unit: Unit) -> dict[str, Any]:
            now = accounts.by_pseudonym(unit.session, organisation, row.account)
            has = Role(now.role if now is not None else row.role)
            officer_needed(unit.session, context, organisation, role, has)
            if now is not None and role is not has:
                keep_one(unit.session, now)
            unit.do(f"account/{row.account}", account.decider, asked)
            return {}

        return self._auth.store.perform(context, work)


def pseudonym_of(context: Context) -> str:
    """The person who asks. Raises Refused("forbidden") for whoever is no person."""
    kind, _, pseudonym = context.actor.partition("/")
    if kind != "account":
        raise Refused("forbidden")
    return pseudonym


def mailed(address: str | None) -> tuple[Category, ...]:
    """What a mail to this address is sealed with; where there is none, nothing."""
    return () if address is None else (Category.EMAIL, Category.CREDENTIALS)


def keys_of(person: str, *categories: Category) -> list[tuple[str, str]]:
    return [(f"account/{person}", category) for category in categories]
