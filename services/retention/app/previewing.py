"""Before an agreement is signed it can be seen whom and what its terms would touch, and to which dates (P01, P06).

The dates are those that the rule gives once it is signed: `domain/plan.py` and `domain/terms.py` make both. A page
reads what is on it and no more; the numbers of all are counted once, with the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from services.kernel.decider import Refused
from services.retention import schemas
from services.retention.app.touched import Looked, Touched, Walk
from services.retention.domain.terms import Agreed
from services.retention.views import proposals, rules

if TYPE_CHECKING:
    from services.retention.app import Retention

A_PAGE = 1_000
"""Dates that are looked at for one page, most of which may not move: a page may be short and not be the last."""
COUNTED = 100_000
"""Dates that are looked at for the numbers; where there are more these are of the first so many, and say so."""


class Previewing:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def preview(self, organisation: str, agreement: str, after: str, limit: int) -> dict[str, Any]:
        """A page of what the terms of a proposal would touch; with the first one the numbers of all, else None.

        Raises Refused: `not_found`, `cursor_invalid`, or `agreement_not_open` once both sides have signed.
        """
        limit = max(1, min(limit, 100))
        with self._retention.store.reading() as session:
            proposal = proposals.by_id(session, organisation, agreement)
            if proposal is None:
                raise Refused("not_found")
            if proposals.agreed(session, agreement, proposal.version) is not None:
                raise Refused("agreement_not_open")
            then = Agreed(proposal.version, proposal.terms, 0, proposal.triggers)
            now = rules.in_force(session, organisation, self._retention.now().date())
            walk = Walk(retention=self._retention, session=session, organisation=organisation, now=now, then=then)
            # A version that a newer one has overtaken touches nothing.
            overtaken = now is not None and now.version >= then.version
            page, following = _page(() if overtaken else walk.after(after), limit)
            totals = None if after else _counted(() if overtaken else walk.after(""))
        return schemas.preview(proposal, page, totals, following)


def _page(dates: Iterable[Looked], limit: int) -> tuple[list[Touched], str | None]:
    page: list[Touched] = []
    for number, one in enumerate(dates, 1):
        if one.touched is not None:
            page.append(one.touched)
        if len(page) == limit or number == A_PAGE:
            return page, one.place
    return page, None


def _counted(dates: Iterable[Looked]) -> dict[str, Any]:
    people, categories, moved, exact = set[str](), Counter[str](), 0, True
    for number, one in enumerate(dates):
        if number == COUNTED:
            exact = False
            break
        if one.touched is not None:
            people.add(one.touched.person)
            categories.update(category.value for category in one.touched.categories)
            moved += 1
    return {"people": len(people), "dates": moved, "by_category": dict(sorted(categories.items())), "exact": exact}
