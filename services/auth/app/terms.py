"""Nothing personal is touched but under terms in force (P01, I10)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.ground import Agreed

KEPT_SECONDS = 2.0
KEPT = 1000


def agreed(organisation: str, answer: dict[str, Any]) -> Agreed:
    """What an organisation and the maker agreed, as org answers it."""
    return Agreed(
        organisation=organisation,
        agreement=answer.get("agreement"),
        version=answer["version"],
        purposes=answer["purposes"],
        categories=frozenset(answer["categories"]),
    )


class TermsInForce:
    """Asks org; a yes is kept for two seconds at most, a no never, and no answer is a no (Unavailable)."""

    def __init__(
        self,
        ask: Callable[[str], dict[str, Any] | None],
        consented: Callable[[str, str, Purpose], bool] = lambda *_: False,
    ) -> None:
        self._ask = ask
        self._consented = consented
        self._given: OrderedDict[tuple[str, str, Purpose], float] = OrderedDict()
        self._kept: OrderedDict[str, tuple[float, Agreed]] = OrderedDict()
        self._asking: dict[str, threading.Event] = {}

    def of(self, organisation: str) -> Agreed | None:
        """Who comes while another asks waits for its yes; where it is no yes, they ask for themselves."""
        if (kept := self._fresh(organisation)) is not None:
            return kept
        if (asking := self._asking.get(organisation)) is not None:
            asking.wait(KEPT_SECONDS)
            if (kept := self._fresh(organisation)) is not None:
                return kept
            return self._told(organisation)
        self._asking[organisation] = asking = threading.Event()
        try:
            return self._told(organisation)
        finally:
            del self._asking[organisation]
            asking.set()

    def _fresh(self, organisation: str) -> Agreed | None:
        kept = self._kept.get(organisation)
        return kept[1] if kept and kept[0] > time.monotonic() else None

    def _told(self, organisation: str) -> Agreed | None:
        answer = self._ask(organisation)
        if answer is None:
            self._kept.pop(organisation, None)
            return None
        terms = agreed(organisation, answer)
        self._kept[organisation] = (time.monotonic() + KEPT_SECONDS, terms)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return terms

    def consents(self, organisation: str, person: str, purpose: Purpose) -> bool:
        """Whether a consent is in force; a yes is kept as the terms are."""
        asked = organisation, person, purpose
        if self._given.get(asked, 0.0) > time.monotonic():
            return True
        self._given.pop(asked, None)
        if not self._consented(organisation, person, purpose):
            return False
        self._given[asked] = time.monotonic() + KEPT_SECONDS
        while len(self._given) > KEPT:
            self._given.popitem(last=False)
        return True

    def allow(
        self,
        context: Context,
        organisation: str,
        purpose: Purpose,
        categories: frozenset[Category],
        *,
        of: str | None = None,
        asking: bool = False,
    ) -> Context:
        """The context with its legal basis and the terms themselves filled in.

        A purpose that rests on consent needs that of the person `of`. `asking` is for the steps without which nobody
        could consent, or take it back: invited, registered, signed in. Without a consent those rest on the duty to make
        that possible (AVG art. 7(3), 12(2)).
        Raises Refused: `agreement_missing`, `purpose_not_agreed`, `category_not_agreed` or `consent_needed`.
        """
        terms = self.of(organisation)
        if terms is None:
            raise Refused("agreement_missing")
        basis = terms.purposes.get(purpose)
        if basis is None:
            raise Refused("purpose_not_agreed", purpose=purpose)
        beyond = sorted(categories - terms.categories)
        if beyond:
            raise Refused("category_not_agreed", categories=beyond)
        if basis == LegalBasis.CONSENT and (of is None or not self.consents(organisation, of, purpose)):
            if not asking:
                raise Refused("consent_needed", purpose=purpose)
            basis = LegalBasis.LEGAL_OBLIGATION
        return replace(
            context,
            organisation=organisation,
            purpose=purpose,
            legal_basis=LegalBasis(basis),
            terms=terms,
        )


def before_terms(context: Context, organisation: str) -> Context:
    """A Beheerder may be invited, register and sign in before there is an agreement: steps prior to a contract."""
    return replace(
        context,
        organisation=organisation,
        purpose=Purpose.BEHEER_ACCESS,
        legal_basis=LegalBasis.CONTRACT,
        terms=None,
    )
