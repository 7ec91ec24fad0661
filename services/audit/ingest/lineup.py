"""Who may enter now: each source in its own order, none before its key is registered, each number once. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from services.audit.ingest.notes import REGISTRAR, Arrival, Bad, Reason


class LineUp:
    """Sorts what came into `admitted` (in log order), `early`, `old` (below the high-water mark) and `bad`."""

    def __init__(self, pins: Mapping[str, str], high_water: Mapping[str, int], registered: set[str]) -> None:
        """`pins`: source (`/auth`) → verifier key; `registered`: the sources whose KeyRegistered is an entry."""
        self._pins = pins
        self.next = {source: mark + 1 for source, mark in high_water.items()}
        self.registered = set(registered)
        self.admitted: list[Arrival] = []
        self.early: dict[tuple[str, int], Arrival] = {}
        self.old: list[Arrival] = []
        self.bad: list[Bad] = []
        self.doubled = 0
        self.newly_registered: list[str] = []
        self.misregistered: list[str] = []
        self.moved: set[str] = set()
        """Sources whose next number is another one than before, or that may enter only now. Empty it when read."""
        self.notes: dict[tuple[str, int], bytes] = {}
        """The admitted, by number."""

    def take(self, arrival: Arrival) -> None:
        """Let one arrival in, and then everybody who waited for it alone."""
        number, following = arrival.number, self.next[arrival.source]
        if arrival.sequence < following:
            known = self.notes.get(number)
            if known is None:
                self.old.append(arrival)
            else:
                self.compare(arrival, known)
        elif arrival.sequence == following and self.may_enter(arrival.source):
            self._admit(arrival)
        else:
            kept = self.early.setdefault(number, arrival)
            if kept is not arrival:
                self.compare(arrival, kept.note)

    def compare(self, arrival: Arrival, known: bytes) -> None:
        """The same bytes again are nothing new; other bytes under the same number are an alarm."""
        if arrival.note == known:
            self.doubled += 1
        else:
            self.bad.append(Bad(Reason.CONFLICT, arrival.source, arrival.note))

    def settle(self) -> None:
        """Those early ones whose number was filled from elsewhere meanwhile are early no longer."""
        for number in [n for n in self.early if n[1] < self.next[n[0]]]:
            self.take(self.early.pop(number))

    def may_enter(self, source: str) -> bool:
        return source == REGISTRAR or source in self.registered

    def _admit(self, first: Arrival) -> None:
        ready = [first]
        while ready:
            arrival = ready.pop()
            self.admitted.append(arrival)
            self.notes[arrival.number] = arrival.note
            self.next[arrival.source] += 1
            opened = {arrival.source}
            if arrival.registers:
                opened |= self._register(*arrival.registers)
            self.moved |= opened
            for source in sorted(opened):
                waiting = self.early.pop((source, self.next[source]), None)
                if waiting is not None and self.may_enter(source):
                    ready.append(waiting)
                elif waiting is not None:
                    self.early[waiting.number] = waiting

    def _register(self, source: str, vkey: str) -> set[str]:
        if self._pins.get(source) != vkey:
            self.misregistered.append(source)
            return set()
        if source not in self.registered:
            self.registered.add(source)
            self.newly_registered.append(source)
        return {source}
