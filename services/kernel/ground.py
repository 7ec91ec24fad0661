"""No personal value becomes an event without a ground: a purpose, a legal basis, and terms that cover it (P02, I10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from services.kernel.decider import Refused
from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """The terms in force between an organisation and the maker: legal bases by purpose, and categories.

    `agreement` is None where the maker laid them down itself, for its own people.
    """

    organisation: str
    agreement: str | None
    version: int
    purposes: Mapping[str, str]
    categories: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Which events, as `auth.PersonInvited`, hold values of `categories` whatever was agreed, for which `reason`.

    Only for one of `purposes` and on one of `bases`, where any are named; and in no agreement's name, unless it stands
    `beside` what was agreed, under it. Where it is `in_place_of` a basis, terms cover everything, and one of `bases`
    takes the place of theirs.
    """

    events: frozenset[str]
    categories: frozenset[str]
    reason: str
    purposes: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    beside: bool = False
    in_place_of: str | None = None

    def covers(self, beyond: Set[str], purpose: str, basis: str, terms: Agreed | None, agreed: str | None) -> bool:
        """Whether what is `beyond` the terms is exempt; `agreed` is their basis for the purpose."""
        if (self.purposes and purpose not in self.purposes) or (self.bases and basis not in self.bases):
            return False
        if self.in_place_of is not None:
            return agreed == self.in_place_of and not beyond
        return (agreed == basis if self.beside else terms is None) and beyond <= self.categories


class Ungrounded(Exception):
    """An event with personal values names no purpose, no legal basis, or nobody's data: a fault of the code."""


class Grounds:
    """The closed lists of purposes and legal bases, and what is exempt from being agreed on."""

    def __init__(self, purposes: Iterable[str], bases: Iterable[str], exemptions: Iterable[Exemption]) -> None:
        self._purposes, self._bases = frozenset(purposes), frozenset(bases)
        self._exempt: dict[str, list[Exemption]] = {}
        for one in exemptions:
            for event in one.events:
                self._exempt.setdefault(event, []).append(one)

    def check(
        self,
        event: type[Event],
        held: Set[str],
        organisation: str | None,
        purpose: str | None,
        basis: str | None,
        terms: Agreed | None,
    ) -> None:
        """Whether an `event` about an organisation's people may hold values of these categories.

        Raises Ungrounded, or Refused: `agreement_missing`, `purpose_not_agreed`, `category_not_agreed`.
        """
        if purpose not in self._purposes or basis not in self._bases or organisation is None:
            raise Ungrounded(f"{event.type}: purpose {purpose}, legal basis {basis}, organisation {organisation}")
        mine = terms if terms is not None and terms.organisation == organisation else None
        agreed = None if mine is None else mine.purposes.get(purpose)
        beyond = held if mine is None or agreed is None else held - mine.categories
        if agreed == basis and not beyond:
            return
        exempt = self._exempt.get(f"{event.told_by}.{event.__name__}", ())
        if any(one.covers(beyond, purpose, basis, terms, agreed) for one in exempt):
            return
        if mine is None:
            raise Refused("agreement_missing")
        if agreed != basis:
            raise Refused("purpose_not_agreed", purpose=purpose)
        raise Refused("category_not_agreed", categories=sorted(beyond))
