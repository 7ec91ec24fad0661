"""What a person can ask about their consents: see them, give one, take it back; and what rests on one (P03, AVG 7)."""

from __future__ import annotations

from abc import ABC
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_be_erased, must_not_have_left
from services.org import schemas
from services.org.app.statements import Statements
from services.org.domain import consent
from services.org.domain.terms import Terms
from services.org.views import consents, statements


class Consents(Statements, ABC):
    """Each method is one transaction. Nobody needs a consent to give one, or any terms to take one back."""

    def my_consents(self, context: Context) -> dict[str, Any]:
        """`items`: for each purpose its legal basis as agreed, and what the person who asks said of it."""
        account, organisation = _person(context), str(context.organisation)
        terms = self._terms(organisation)
        bases = terms.purposes if terms else {}
        with self.store.reading() as session:
            said = consents.of_person(session, account)
            standing = {one: self._stands(session, organisation, account, one) for one in Purpose}
        items = [
            {
                "purpose": one.value,
                "legal_basis": bases.get(one.value),
                "needed": bases.get(one.value) == LegalBasis.CONSENT.value,
                "in_force": standing[one],
                "statement_version": said[one.value].version if one.value in said else None,
                "given_at": said[one.value].given_at if one.value in said else None,
                "withdrawn_at": said[one.value].withdrawn_at if one.value in said else None,
            }
            for one in Purpose
        ]
        return {"items": items, "next": None}

    def give_consent(self, context: Context, purpose: str, **said: Any) -> dict[str, Any]:
        """To a purpose, in the words of `version` of the statement or of the one in force → `events`.

        Raises Refused: `not_found` for what is no purpose, `statement_unknown`, `agreement_missing`.
        """
        given = schemas.loaded(schemas.Consenting, said)
        to, account, organisation = _purpose(purpose), _person(context), str(context.organisation)
        terms = self._terms(organisation)
        if terms is None:
            # Nothing personal is recorded then, a consent neither; the refusal is evidence.
            self._allow(context, organisation, set(), to)
        ground = _to_show(context, organisation, to, terms)
        at = self.now()

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            must_not_be_erased(unit.session, account)
            version = given["version"] or statements.in_force(unit.session, self.today())
            if version is None or statements.published(unit.session, version) is None:
                raise Refused("statement_unknown")
            command = consent.Give(account=account, organisation=organisation, purpose=to, version=version, at=at)
            unit.do(f"consent/{account}", consent.decider, command)
            return {}

        return self.store.perform(ground, work)

    def withdraw_consent(self, context: Context, purpose: str) -> dict[str, Any]:
        """`events`; none where there was no consent."""
        of, account, organisation = _purpose(purpose), _person(context), str(context.organisation)
        command = consent.Withdraw(account=account, organisation=organisation, purpose=of, at=self.now())

        def work(unit: Unit) -> dict[str, Any]:
            must_not_be_erased(unit.session, account)
            unit.do(f"consent/{account}", consent.decider, command)
            return {}

        return self.store.perform(_to_show(context, organisation, of, None), work)

    def consent_in_force(self, _: Context, organisation: str, account: str, purpose: str) -> dict[str, Any]:
        """`in_force`: whether this person (a pseudonym) of this organisation consents to a purpose at this moment."""
        with self.store.reading() as session:
            return {"in_force": self._stands(session, organisation, account, _purpose(purpose))}

    def _ground(self, context: Context, organisation: str, categories: set[Category], purpose: Purpose) -> Context:
        """Besides what any ground needs: what rests on consent needs that of the person who asks."""
        ground = super()._ground(context, organisation, categories, purpose)
        if ground.legal_basis == LegalBasis.CONSENT.value:
            with self.store.reading() as session:
                if not self._stands(session, organisation, context.actor.removeprefix("account/"), purpose):
                    raise Refused("consent_needed", purpose=purpose.value)
        return ground

    def _stands(self, session: Connection, organisation: str, account: str, purpose: Purpose) -> bool:
        """A consent is to words: where the statement in force has others for the purpose, it is asked for anew."""
        given = self.stated(session, consents.given(session, organisation, account, purpose))
        present = self.stated(session, statements.in_force(session, self.today()))
        if given is None or present is None:
            return False
        return consent.holds(given.statement, present.statement, purpose)


def _to_show(context: Context, organisation: str, purpose: Purpose, terms: Terms | None) -> Context:
    """That somebody consented must be shown, and taking it back must be possible: AVG art. 7(1), 7(3)."""
    basis = LegalBasis.LEGAL_OBLIGATION.value
    agreed = None if terms is None else terms.agreed(organisation)
    return replace(context, organisation=organisation, purpose=purpose.value, legal_basis=basis, terms=agreed)


def _purpose(text: str) -> Purpose:
    try:
        return Purpose(text)
    except ValueError:
        raise Refused("not_found") from None


def _person(context: Context) -> str:
    kind, _, account = context.actor.partition("/")
    if kind != "account":
        raise Refused("forbidden")
    return account
