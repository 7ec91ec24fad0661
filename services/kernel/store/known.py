"""A stream's state is folded once: what has been committed does not change, so only what came after it is read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from services.kernel.decider import Decider
from services.kernel.envelope import Recorded
from services.kernel.store import eventstore

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")

MOST = 2_000


class Known:
    """States of the streams last decided on: no personal values, which `evolve` never reads.

    The last event folded is read again each time and must be the same one still: a database set back to an
    earlier state would otherwise meet the states of a later one.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, object], tuple[int, str, Any]] = OrderedDict()

    def state(
        self,
        session: Connection,
        stream: str,
        decider: Decider[S, C, E],
        *,
        keep: bool,
        whole: Sequence[Recorded] | None = None,
    ) -> tuple[int, S]:
        """The version and state of a stream as this transaction sees them.

        `keep` says that the transaction has written nothing to it: what is not committed is not to be remembered.
        `whole` is the stream's history, where it has been read already.
        """
        if whole is not None:
            return len(whole), decider.state(record.event for record in whole)  # type: ignore[misc]
        name = stream, decider.evolve
        version, last, state = self._kept.get(name, (0, "", decider.initial))
        history = eventstore.read(session, stream, max(version, 1))
        if version:
            if not history or history[0].envelope.id != last:
                self._kept.pop(name, None)
                version, state, history = 0, decider.initial, eventstore.read(session, stream)
            else:
                history = history[1:]
        for record in history:
            state = decider.evolve(state, record.event)  # type: ignore[arg-type]
        if history:
            version, last = history[-1].version, history[-1].envelope.id
            if keep:
                self._kept[name] = version, last, state
                self._kept.move_to_end(name)
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return version, state
