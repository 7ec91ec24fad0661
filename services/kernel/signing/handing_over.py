"""A service hands its signing key over in an event of its own: the last one that the key signs which goes (I8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Decider, Refused
from services.kernel.signing.note import NoteInvalid, Verifier
from services.kernel.signing.succession import successor


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """`old` and `vkey` are verifier keys, `proof` says that the second agreed; `pinned` is the source's first one."""

    pinned: str
    old: str
    vkey: str
    proof: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Who signs after the newest event, None while it is the key pinned at installation; and who did before."""

    holder: str | None = None
    former: frozenset[str] = frozenset()


def decider(kind: Callable[..., Any]) -> Decider[Signing, HandOver, Any]:
    """`kind` is the service's own event of a hand-over."""

    def decide(signing: Signing, command: HandOver) -> Sequence[Any]:
        holder = signing.holder or command.pinned
        if command.vkey == holder:
            return []
        if command.old != holder or command.vkey in signing.former:
            raise Refused("conflict")
        return [kind(old=command.old, vkey=command.vkey, proof=command.proof, at=command.at)]

    return Decider(Signing(), decide, evolve)


def evolve(signing: Signing, event: Any) -> Signing:
    return Signing(holder=event.vkey, former=signing.former | {event.old})


class HandingOver:
    """What one service answers about its signing key. It has no seed itself: its relay has."""

    def __init__(self, store: Store, pinned: str, kind: Callable[..., Any]) -> None:
        self._store, self._pinned = store, pinned
        self._stream = f"signing/{store.source}"
        self._decider = decider(kind)

    def holder(self) -> dict[str, Any]:
        """The key that signs what is recorded from now on."""
        with self._store.reading() as session:
            _, signing = self._store.known.state(session, self._stream, self._decider, keep=False)
        return {"holder": signing.holder or self._pinned}

    def hand_over(self, context: Context, old: str, vkey: str, proof: str) -> dict[str, Any]:
        """From the next event on `vkey` signs. Again with the same key it changes nothing.

        Raises Refused: `invalid` where `vkey` did not agree to it, `conflict` where `old` does not hold.
        """
        try:
            successor(f"/{self._store.source}", Verifier.parse(old), {"old": old, "vkey": vkey, "proof": proof})
        except NoteInvalid:
            raise Refused("invalid", errors={"proof": ["The key that comes did not agree."]}) from None
        command = HandOver(pinned=self._pinned, old=old, vkey=vkey, proof=proof, at=datetime.now(UTC))

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(self._stream, self._decider, command)
            return {"holder": vkey}

        return self._store.perform(context, work)
