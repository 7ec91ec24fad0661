"""What happened, in the log's order, and what came of what: causes as a tree. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

DEEPEST = 200
REMEMBERED = 20_000


@dataclass(slots=True)
class Found:
    """One entry: `note` is the signed note, `said` its attributes without its data, `depth` its causes above it."""

    index: int
    note: bytes
    said: Mapping[str, Any]
    depth: int = 0


def attributes(note: bytes) -> dict[str, Any]:
    """What an entry says beside its data, which is most of it and is of no interest here.

    Data stands last in every line that a service of ours writes. An object can only be that (other attributes of
    CloudEvents are plain), so a line that ends with two braces has nothing after it; any other one is read whole.
    """
    end = note.index(b"\n")
    data = note.find(b',"data":{', 0, end) if note[end - 2 : end] == b"}}" else -1
    said: dict[str, Any] = orjson.loads(note[:data] + b"}" if data > 0 else note[:end])
    return said


@dataclass(frozen=True)
class Cause:
    """An event that is in the log, and the one that it follows from itself."""

    causation: str | None


class Depths:
    """How many causes lie above an event in the log; a cause that is not there (a request at the door) counts none.

    It asks `look(event id)` for what it does not remember, so a page alone tells the same as the whole; `known` is
    what an earlier one remembered of the same log.
    """

    def __init__(self, look: Callable[[str], Cause | None], known: OrderedDict[str, int] | None = None) -> None:
        self._look = look
        self._known: OrderedDict[str, int] = OrderedDict() if known is None else known

    def of(self, event: str, causation: str | None) -> int:
        """The depth of an event that is read anyway, remembered for what follows from it."""
        known = self._known
        if causation is None:
            depth = 0
        elif (above := known.get(causation)) is not None:
            depth = above + 1 if above < DEEPEST else DEEPEST
        else:
            depth = self.below(causation)
        known[event] = depth
        if len(known) > REMEMBERED:
            known.popitem(last=False)
        return depth

    def below(self, causation: str | None) -> int:
        """The depth of what follows from `causation`, at most DEEPEST; 0 where nothing is above it."""
        above: list[str] = []
        depth, cause = -1, causation
        while cause is not None:
            if cause in self._known:
                depth = self._known[cause]
                break
            if len(above) == DEEPEST:
                return DEEPEST  # and nothing is remembered: who lies how deep below it was not seen
            found = self._look(cause)
            if found is None:
                self._keep(cause, -1)
                break
            above.append(cause)
            cause = found.causation
        for one in reversed(above):
            depth = min(depth + 1, DEEPEST)
            self._keep(one, depth)
        return min(depth + 1, DEEPEST)

    def _keep(self, event: str, depth: int) -> None:
        self._known[event] = depth
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def item(found: Found) -> dict[str, Any]:
    """One line of the timeline. It holds names of things and people as the log has them, and no value."""
    said = found.said
    return {
        "index": found.index,
        "event": said["id"],
        "at": said["time"],
        "type": said["type"],
        "subject": said["subject"],
        "actor": said["actor"],
        "organisation": said.get("organisation"),
        "causation": said.get("causationid"),
        "correlation": said["correlationid"],
        "depth": found.depth,
    }


def tree(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each item with its level below its cause; an effect stands under its cause, causes in the log's order.

    What follows from something outside the selection, or from nothing, is at level 0.
    """
    by_event = {one["event"]: one for one in items}
    under: dict[str | None, list[Mapping[str, Any]]] = {}
    for one in by_event.values():
        cause = one["causation"] if one["causation"] in by_event and one["causation"] != one["event"] else None
        under.setdefault(cause, []).append(one)
    waiting = [(0, one) for one in reversed(under.get(None, []))]
    while waiting:
        level, one = waiting.pop()
        yield level, one
        waiting += [(level + 1, effect) for effect in reversed(under.get(one["event"], []))]
