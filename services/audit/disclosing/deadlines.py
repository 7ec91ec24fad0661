"""What the clock makes happen: a consultation lapses, a forgotten look at secrecy and a change in what was handed over
are said in the log (P08).

A copy that was to go with its step and did not, since something broke between the two, goes here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.audit.disclosing.changing import Changing
from services.audit.disclosing.copies import Copies
from services.audit.disclosing.file import Files
from services.audit.views import disclosures as view
from services.contracts.audit import ConsultationLapsed, SecrecyReviewMissed
from services.kernel.codec import instant, moment
from services.kernel.context import Context


class Deadlines:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(self, files: Files, context: Callable[[], Context], copies: Copies, changing: Changing) -> None:
        self._files, self._context, self._copies, self._changing = files, context, copies, changing

    def turn(self) -> int:
        """Answers how many were told; what somebody did at the same moment stands."""
        self._copies.let_go()
        now = instant(self._files.now())
        with self._files.store.reading() as session:
            lapsing = [(row.disclosure, row.consult_due) for row in view.lapsing(session, now)]
            missed = [(row.disclosure, row.review_at) for row in view.unreviewed(session, now)]
        return self._changing.turn(self._context()) + sum(
            self._tell(disclosure, kind, due)
            for kind, over in ((ConsultationLapsed, lapsing), (SecrecyReviewMissed, missed))
            for disclosure, due in over
        )

    def _tell(self, disclosure: str, kind: type[Any], due: str) -> int:
        file, context = self._files.read(disclosure), self._context()
        step = self._files.step(context, file, kind, due=moment(due))
        return len(self._files.take(context, file, step)["events"])
