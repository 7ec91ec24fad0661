"""Who may enter now: each source in its own order, under the key that holds at that number, each number once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.audit.ingest.notes import REGISTRAR, Arrival, Bad, Reason
from services.kernel.signing.note import NoteInvalid
from services.kernel.signing.succession import Succession


class LineUp:
    """Sorts what came into `admitted` (in log order), `early`, `old` (below the high-water mark) and `bad`.

    What is signed by a key that no hand-over has named so far waits in `unheard`.
    """

    def __init__(
        self, successions: Mapping[str, Succession], high_water: Mapping[str, int], registered: set[str]
    ) -> None:
        """`successions` by source (`/auth`); `registered`: the sources whose KeyRegistered is an entry."""
        self.successions = dict(successions)
        self.handed_over: dict[tuple[str, int], str] = {}
        """The hand-overs admitted: their number, and the verifier key that holds from the next one on."""
        self.unheard: list[bytes] = []
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
        if not self._is_its_turn(arrival):
            if self.successions[arrival.source].term_of(arrival.key) is None:
                self.unheard.append(arrival.note)
            else:
                self.bad.append(Bad(Reason.UNAUTHORISED_KEY, arrival.source, arrival.note))
            return
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

    def hear(self, check: Callable[[bytes], Arrival | Bad]) -> list[Arrival]:
        """Judge again what is signed by keys unheard of. What a hand-over explains by now is to be taken.

        When nothing is explained any more, what is left is bad.
        """
        heard, strange = list[Arrival](), list[bytes]()
        for judged in map(check, self.unheard):
            if isinstance(judged, Arrival) and self.successions[judged.source].term_of(judged.key) is not None:
                heard.append(judged)
            elif isinstance(judged, Arrival) or judged.unheard:
                strange.append(judged.note)
            else:
                self.bad.append(judged)
        self.unheard = strange if heard else []
        if not heard:
            self.bad += [Bad(Reason.BAD_SIGNATURE, None, note) for note in strange]
        return heard

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

    def _is_its_turn(self, arrival: Arrival) -> bool:
        """Whether the key that signed holds at this number, as far as hand-overs have been admitted."""
        return arrival.key == self.successions[arrival.source].holder(arrival.sequence).id

    def may_enter(self, source: str) -> bool:
        return source == REGISTRAR or source in self.registered

    def _admit(self, first: Arrival) -> None:
        ready = [first]
        while ready:
            arrival = ready.pop()
            # Looked at again: a hand-over before it may have come between.
            if not self._is_its_turn(arrival):
                self.bad.append(Bad(Reason.UNAUTHORISED_KEY, arrival.source, arrival.note))
                continue
            if arrival.hands_over is not None and not self._hand_over(arrival, arrival.hands_over):
                self.bad.append(Bad(Reason.BAD_HAND_OVER, arrival.source, arrival.note))
                continue
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

    def _hand_over(self, arrival: Arrival, vkey: str) -> bool:
        source, number = arrival.number
        try:
            self.successions[source] = self.successions[source].then(number, vkey)
        except NoteInvalid:
            return False
        self.handed_over[source, number] = vkey
        return True

    def _register(self, source: str, vkey: str) -> set[str]:
        pinned = self.successions.get(source)
        if pinned is None or pinned.terms[0].vkey != vkey:
            self.misregistered.append(source)
            return set()
        if source not in self.registered:
            self.registered.add(source)
            self.newly_registered.append(source)
        return {source}
