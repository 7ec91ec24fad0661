"""Whoever received data is told what was corrected, restricted or erased of it since, or why not (AVG 19, P08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.audit.disclosing import shapes
from services.audit.disclosing.file import File, Files, at
from services.audit.ledger import changes, reading
from services.audit.ledger.changes import Change
from services.audit.views import disclosures as view
from services.contracts.audit import DisclosedDataChanged, DisclosureHandedOver, RecipientInformed, SubjectNotified
from services.kernel.codec import moment
from services.kernel.context import Context
from services.kernel.decider import Refused


class Changing:
    """What changed outside every data request stands in no register of the controller's: here it does.

    A file that the organisation or its people may not know of is told of to officers who look into it, and never makes
    an event: whoever corrects something could watch the log grow by one more.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._looked: dict[str, int] = {}

    def shown(self, file: File) -> dict[str, Any]:
        """`changes` since the hand-over, each `told` or not, and `recipient_told`: when, how, or why not."""
        informed = file.all(RecipientInformed)
        return {
            "changes": [
                {
                    "entry": one.index,
                    "event": one.event,
                    "at": one.at,
                    "people": sorted(_labels(file, one)),
                    "what": one.what,
                    "told": one.index <= file.state.told_through,
                }
                for one in ([] if file.state.erased else self._since(file))
            ],
            "recipient_told": [
                {
                    "through": event.through,
                    "changes": event.changes,
                    "channel": event.channel.value if event.channel else None,
                    "told_at": at(event.told_at),
                    "why_not": event.why_not.value if event.why_not else None,
                    "words": file.values.get((record.envelope.id, "words")),
                    "event": record.envelope.id,
                }
                for record, event in informed
            ],
        }

    def inform(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Enter that the receiver was told of all that changed up to now, or why not.

        Raises Refused: `step_missing` before the hand-over, `step_done` where there is nothing to tell of.
        """
        given, file = shapes.loaded(shapes.Informing, said), self._files.read(disclosure)
        if ("channel" in given) == ("why_not" in given) or ("why_not" in given and "told_at" in given):
            raise Refused("invalid", errors={"body": ["Either a channel and when, or why not."]})
        if not file.state.handed_over:
            raise Refused("step_missing")
        waiting = [one for one in self._since(file) if one.index > file.state.told_through]
        if not waiting:
            raise Refused("step_done")
        if "channel" in given:
            given.setdefault("told_at", self._files.now())
        numbers = {"through": waiting[-1].index, "changes": len(waiting)}
        return self._files.take(context, file, self._files.step(context, file, RecipientInformed, **numbers, **given))

    def turn(self, context: Context) -> int:
        """Tell in each file, of which everybody may know, that something changed. Answers in how many."""
        with self._files.store.reading() as session:
            rows = [row for row in view.told(session, None) if row.erased_at is None]
            size = reading.size(session)
            known = {row.disclosure: self._looked.get(row.disclosure, -1) for row in rows}
            since = min(known.values(), default=size)
            anything = max((one.index for one in changes.after(session, since)), default=-1) if since < size else -1
        told = sum(self._tell(context, disclosure) for disclosure, seen in known.items() if seen < anything)
        self._looked = dict.fromkeys(known, size - 1)
        return told

    def _tell(self, context: Context, disclosure: str) -> int:
        file = self._files.read(disclosure)
        known = max(file.state.told_through, file.state.changed_through)
        found = [one for one in self._since(file) if one.index > known]
        if not found:
            return 0
        numbers = {"through": found[-1].index, "changes": len(found)}
        step = self._files.step(context, file, DisclosedDataChanged, **numbers)
        return len(self._files.take(context, file, step)["events"])

    def _since(self, file: File) -> Sequence[Change]:
        """What changed of what was given, but for what the controller tells of by the data request it was done on."""
        handed = file.last(DisclosureHandedOver)
        if handed is None or file.scope is None or file.state.received is None:
            return []
        with self._files.store.reading() as session:
            entry = reading.by_event(session, handed[0].envelope.id)
            found = [] if entry is None else changes.after(session, entry.index, file.tenant)
        return [one for one in found if _labels(file, one) and _of_what_was_given(file, one) and not _listed(file, one)]


def _labels(file: File, change: Change) -> set[str]:
    granted = file.scope.granted.people if file.scope else ()
    return {label for label in granted if file.people[label].pseudonym in change.people}


def _of_what_was_given(file: File, change: Change) -> bool:
    granted = set(file.scope.granted.categories) if file.scope else set()
    return change.categories is None or bool(granted & change.categories)


def _listed(file: File, change: Change) -> bool:
    """Whether the data request lists this file among whom the controller has to tell: once its people knew of it."""
    notified = file.last(SubjectNotified)
    return change.request is not None and notified is not None and notified[1].at <= moment(change.at)
