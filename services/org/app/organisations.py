"""What can be asked about organisations: register, list, read, change the name and who speaks for it (P08, P17)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.contracts.org import ProcessingRefused
from services.contracts.privacy import TENANT, Category, Purpose, Role
from services.kernel.calls.calling import Calling
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.hosting.participant import Participant
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app.grounds import before_terms, categories_of, under
from services.org.app.keys import consultation_key, fingerprint
from services.org.domain import organisation as rules
from services.org.domain.organisation import Contact
from services.org.domain.terms import Terms, day_of, own
from services.org.views import agreements, consulting, organisations

MOST = 100
OWN = frozenset({"contact", "if_match"})
"""What is changed of the maker's own organisation: whom everybody can turn to."""
PARTICULARS = ("name", "email", "phone")


class Organisations(Participant, ABC):
    """Each method is one transaction."""

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller)
        self.now = now

    def today(self) -> date:
        return day_of(self.now())

    def register(self, context: Context, **said: Any) -> dict[str, Any]:
        """`name`, `kind`, `contact`, `beheerder` → `organisation`, `events`; the invitation follows."""
        given = schemas.loaded(schemas.Registration, said)
        invitee = str(uuid4())
        contact = Contact(id=str(uuid4()), **given["contact"])
        command = rules.Register(
            organisation=str(uuid4()),
            name=given["name"],
            kind=given["kind"],
            invitee=invitee,
            beheerder_email=given["beheerder"]["email"],
            contact=contact,
            at=self.now(),
        )
        keys = [(f"invitee/{invitee}", Category.EMAIL.value), *_contact_keys(contact)]
        ground = before_terms(context, command.organisation)
        return self.store.perform(ground, lambda unit: self.settle(unit, command), keys=keys)

    def organisations(self, _: Context, after: str | None, limit: int) -> dict[str, Any]:
        """`items` of `organisation`, `name`, `kind`, `status`: `active` while terms are in force."""
        with self.store.reading() as session:
            rows = organisations.after(session, after, most(limit))
            active = set(agreements.in_force(session, [row["organisation"] for row in rows], self.today()))
        active.add(self.configuration.maker)
        items = [{**row, "status": "active" if row["organisation"] in active else "inactive"} for row in rows]
        return {"items": items, "next": following(items, "organisation", limit)}

    def organisation(self, context: Context, organisation: str) -> dict[str, Any]:
        """One organisation with its contact, open; where it has none, the maker's. `version` is its etag (P17).

        Its Beheerder also sees the `second_contact` and the `consultation_key` that holds, its people do not.
        """
        with self.store.reading() as session:
            row = self.found(session, context, organisation)
            agreed = organisation in agreements.in_force(session, [organisation], self.today())
            speaks = self._speaks(session, organisation) if context.role == Role.BEHEERDER else {}
            own = organisations.by_id(session, self.configuration.maker)
        return {
            **speaks,
            "organisation": organisation,
            "name": row["name"],
            "kind": row["kind"],
            **self._turn_to(row, own or row),
            "agreement_in_force": agreed or organisation == self.configuration.maker,
            "version": row["version"],
        }

    def named(self, organisation: str) -> dict[str, Any]:
        """How people know it, for a service that names it to somebody. Raises Refused not_found."""
        with self.store.reading() as session:
            row = organisations.by_id(session, organisation)
        if row is None:
            raise Refused("not_found")
        return {"name": row["name"]}

    def _turn_to(self, row: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
        """Nobody is left without somebody to turn to: what the maker has not filled in either is at least its name."""
        contact = self.particulars(row)
        if contact is not None:
            return {"contact": contact, "contact_of": "organisation"}
        nameless = {"name": own["name"], "email": None, "phone": None}
        return {"contact": self.particulars(own) or nameless, "contact_of": "maker"}

    def change(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`name`, `contact` and `second_contact` (in part or whole), `consultation_key`, `if_match`; what is null or
        absent stays. → `events`. An operator changes the contact of the maker's own organisation alone.
        """
        own = organisation == self.configuration.maker and {name for name in said if said[name] is not None} <= OWN
        if context.role == Role.OPERATOR and not own:
            raise Refused("forbidden")
        given = schemas.loaded(schemas.Change, {name: value for name, value in said.items() if value is not None})
        key = given.get("consultation_key")
        with self.store.reading() as session:
            row = self.found(session, context, organisation)
            second = consulting.second(session, organisation)
        people = [given[one] for one in ("contact", "second_contact") if given.get(one) is not None]
        recorded = {one for person in people for one in (Category.NAME, Category.EMAIL, *categories_of(person))}
        ground = self._allow(context, organisation, recorded)
        agreed = frozenset[str]() if ground.terms is None else ground.terms.categories
        command = rules.Change(
            organisation=organisation,
            name=given.get("name"),
            contact=self._next_contact("contact", row, given.get("contact"), agreed),
            second_contact=self._next_contact("second_contact", second, given.get("second_contact"), agreed),
            consultation_key=None if key is None else consultation_key(key),
            if_match=given.get("if_match"),
            at=self.now(),
        )

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            return self.settle(unit, command)

        keys = [*_contact_keys(command.contact), *_contact_keys(command.second_contact)]
        return self.store.perform(ground, work, keys=keys)

    # -- terms

    def terms_in_force(self, _: Context, organisation: str) -> dict[str, Any] | None:
        """Under which terms data of this organisation may be touched today, None for none (P01)."""
        terms = self._terms(organisation)
        return terms.said() if terms else None

    def _terms(self, organisation: str) -> Terms | None:
        if organisation == self.configuration.maker:
            return own(self.today())
        with self.store.reading() as session:
            return agreements.terms_in_force(session, organisation, self.today())

    def _allow(
        self,
        context: Context,
        organisation: str,
        categories: set[Category],
        purpose: Purpose = Purpose.BEHEER_ACCESS,
    ) -> Context:
        """The context with its legal basis; a refusal is evidence and goes into the log (P01)."""
        try:
            return self._ground(context, organisation, categories, purpose)
        except Refused as refused:
            event = ProcessingRefused(
                refusal=str(uuid4()),
                organisation=organisation,
                purpose=purpose,
                code=refused.code,
                at=self.now(),
            )
            self._record(replace(context, organisation=organisation, idempotency=None), event)
            raise

    def _ground(self, context: Context, organisation: str, categories: set[Category], purpose: Purpose) -> Context:
        return under(self._terms(organisation), context, organisation, categories, purpose)

    def _record(self, context: Context, event: ProcessingRefused) -> None:
        def work(unit: Unit) -> dict[str, Any]:
            unit.append(f"refusal/{event.refusal}", 0, [event])
            return {}

        self.store.perform(context, work)

    # -- shared with what is built upon this

    def settle(self, unit: Unit, command: rules.Command) -> dict[str, Any]:
        unit.do(f"organisation/{command.organisation}", rules.decider, command)
        return {"organisation": command.organisation}

    def bound(self, unit: Unit, organisation: str, terms: Mapping[str, Any]) -> None:
        """What follows once both sides have signed: nothing here."""

    def found(self, session: Connection, context: Context, organisation: str) -> dict[str, Any]:
        """The organisation's row. Raises Refused("not_found"), for a stranger to it too (I9)."""
        row = organisations.by_id(session, organisation)
        if row is None or (context.role in TENANT and context.organisation not in (None, organisation)):
            raise Refused("not_found")
        return row

    def particulars(self, row: Mapping[str, Any] | None) -> dict[str, str | None] | None:
        """A contact, open; None where there is none."""
        if row is None or row["contact"] is None:
            return None
        fields = [f"contact_{name}" for name in PARTICULARS]
        return dict(zip(PARTICULARS, self.keyring.open_many([(row[name], name) for name in fields]), strict=True))

    def _speaks(self, session: Connection, organisation: str) -> dict[str, Any]:
        """Who speaks for it in a disclosure, and under which key."""
        second, keys = consulting.second(session, organisation), consulting.keys_of(session, organisation)
        return {"second_contact": self.particulars(second), "consultation_key": _key(keys)}

    def _next_contact(
        self,
        called: str,
        row: Mapping[str, Any] | None,
        given: Mapping[str, str | None] | None,
        agreed: Set[str],
    ) -> Contact | None:
        """None when nothing is asked; the present pseudonym when nothing differs, else a new one.

        A telephone number that nobody gives now is carried along only where that is `agreed`: it is recorded anew.
        """
        if given is None:
            return None
        present = self.particulars(row)
        wanted = {**(present or {}), **given}
        if "phone" not in given and Category.CONTACT_PHONE not in agreed:
            wanted["phone"] = None
        missing = {f"{called}.{name}": ["Missing."] for name in ("name", "email") if wanted.get(name) is None}
        if missing:
            raise Refused("invalid", errors=missing)
        return Contact(
            id=row["contact"] if row is not None and wanted == present else str(uuid4()),
            name=str(wanted["name"]),
            email=str(wanted["email"]),
            phone=wanted.get("phone"),
        )


def most(limit: int) -> int:
    return min(max(limit, 1), MOST)


def following(items: list[dict[str, Any]], name: str, limit: int) -> str | None:
    """The id after which the next page begins, None when this one is not full."""
    return str(items[-1][name]) if len(items) == most(limit) else None


def _key(keys: list[dict[str, Any]]) -> dict[str, str] | None:
    """The key that holds, as a Beheerder compares it: `fingerprint` and `since`."""
    return {"fingerprint": fingerprint(keys[-1]["key"]), "since": keys[-1]["since"]} if keys else None


def _contact_keys(contact: Contact | None) -> list[tuple[str, str]]:
    if contact is None:
        return []
    given = {"name": contact.name, "email": contact.email, "phone": contact.phone}
    return [(f"contact/{contact.id}", category.value) for category in sorted(categories_of(given))]
