"""Who asks to be erased is, but for what the law lets be kept: each category by a hold of the request's own (17(3))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from services.contracts.privacy import Category
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.codec import moment
from services.kernel.commands.unit import Unit
from services.kernel.decider import Refused
from services.kernel.durations import after
from services.retention.domain import exception as rules, hold as holding
from services.retention.views import departures, persons

if TYPE_CHECKING:
    from services.retention.app import Retention


class Excepting:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def asked(self, row: Any, said: Sequence[Mapping[str, Any]]) -> rules.Exceptions | None:
        """What is kept apart, with its holds and until when; None where nothing is.

        Raises Refused: `invalid`, `everything_excepted`, `expiry_invalid`, or `not_yet` while the log has not told
        what kind of controller it is. So nothing begins that could not be answered.
        """
        if not said:
            return None
        rules.check([one["category"] for one in said])
        retention, now = self._retention, self._retention.now()
        law = retention.requests.clock.law(moment(row.received_at))
        version, remedies = retention.requests.remedies_of(row)
        if not remedies:
            raise Refused("not_yet")
        longest, look_again = after(now, law.exceptions.longest), after(now, law.exceptions.review)
        items = []
        for one in said:
            until = one["until"] or longest
            if not now < until <= longest:
                raise Refused("expiry_invalid")
            # Named by request and category: asked again after a crash in between it is the same hold.
            hold = str(uuid5(NAMESPACE_URL, f"request/{row.request}/{one['category'].value}"))
            made = {"hold": hold, "until": until, "review_at": min(until, look_again)}
            items.append(rules.Excepted(**{**one, **made}))
        return rules.Exceptions(items=tuple(items), remedies=remedies, law=version)

    def keep(self, unit: Unit, *, row: Any, exceptions: rules.Exceptions, by: str) -> None:
        """Hold each category; the rest of the person goes when it is due, and with the last hold's end all of it."""
        gone = persons.begun(unit.session, row.account) or departures.gone(unit.session, row.organisation, row.account)
        for one in exceptions.items:
            asked = holding.Place(
                hold=one.hold,
                scope=HoldScope.PERSON,
                organisation=row.organisation,
                account=row.account,
                categories=(one.category,),
                ground=HoldGround.ERASURE_EXCEPTION,
                reason=one.reasons,
                by=by,
                expires_at=one.until,
                review_at=one.review_at,
                ordered=gone,
                at=self._retention.now(),
            )
            unit.do(f"hold/{one.hold}", holding.decider, asked)


def keys_of(exceptions: rules.Exceptions | None) -> list[tuple[str, str]]:
    items = exceptions.items if exceptions else ()
    return [(f"hold/{one.hold}", Category.CORRESPONDENCE.value) for one in items]
