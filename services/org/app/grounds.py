"""On which ground org touches personal data: the terms in force, or the steps towards an agreement (P01, P02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.org.domain.terms import Terms

CONTACT = {"name": Category.NAME, "email": Category.EMAIL, "phone": Category.CONTACT_PHONE}


def before_terms(context: Context, organisation: str) -> Context:
    """Registering, proposing and signing come before any terms: steps prior to a contract (AVG art. 6(1)(b))."""
    return replace(
        context,
        organisation=organisation,
        purpose=Purpose.BEHEER_ACCESS.value,
        legal_basis=LegalBasis.CONTRACT.value,
        terms=None,
    )


def under(
    terms: Terms | None,
    context: Context,
    organisation: str,
    categories: Iterable[Category],
    purpose: Purpose = Purpose.BEHEER_ACCESS,
) -> Context:
    """The context with its legal basis.

    Raises Refused("agreement_missing", "purpose_not_agreed" or "category_not_agreed").
    """
    if terms is None:
        raise Refused("agreement_missing")
    basis = terms.purposes.get(purpose.value)
    if basis is None:
        raise Refused("purpose_not_agreed")
    if not {category.value for category in categories} <= set(terms.categories):
        raise Refused("category_not_agreed")
    return replace(
        context,
        organisation=organisation,
        purpose=purpose.value,
        legal_basis=basis,
        terms=terms.agreed(organisation),
    )


def categories_of(contact: Mapping[str, str | None] | None) -> set[Category]:
    """Which categories a contact's given particulars belong to."""
    return {CONTACT[name] for name, value in (contact or {}).items() if value is not None}
