"""Who signs for a source from which number on: the key pinned at installation, then whoever it handed over to (I8).

A hand-over is an event of the source itself, signed with the key that goes; in it the key that comes has signed that
it takes over. So nobody but the holder can name a successor, and nobody can be named who does not have the key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from services.kernel.signing.note import NoteInvalid, PreparedVerifier, Signer, Verifier, signer_of

HANDED_OVER = "SigningKeyHandedOver"


def type_of(source: str) -> str:
    """The type of event by which `/<source>` hands its key over."""
    return f"nl.crisisconnect.{source[1:]}.{HANDED_OVER}.v1"


def statement(source: str, old: Verifier, new: Verifier) -> bytes:
    """What the key that comes signs; nothing else that a key here signs begins like it."""
    origin = old.name.removesuffix(source)
    lines = ("crisisconnect.nl/signing-key-hand-over/v1", origin, source, old.vkey, new.vkey)
    return "".join(f"{line}\n" for line in lines).encode()


def agreement(source: str, old: Verifier, new: Signer) -> str:
    """The proof that the holder of `new` agrees to follow `old`, in base64."""
    return base64.b64encode(new.signature(statement(source, old, new.verifier))).decode()


def successor(source: str, old: Verifier, data: object) -> Verifier:
    """The key that follows `old` by the data of a hand-over. Raises NoteInvalid unless it agreed, and just to that."""
    if not isinstance(data, Mapping):
        raise NoteInvalid("a hand-over says which key follows")
    said, vkey, proof = data.get("old"), data.get("vkey"), data.get("proof")
    if said != old.vkey or not isinstance(vkey, str) or not isinstance(proof, str) or len(vkey) > 250:
        raise NoteInvalid("it does not hand over the key that signed it")
    new = Verifier.parse(vkey)
    if new.name != old.name or not new.name.endswith(source) or new.vkey != vkey:
        raise NoteInvalid("the key that comes is not a key of the same source")
    try:
        signature = base64.b64decode(proof, validate=True)
    except ValueError as error:
        raise NoteInvalid("the proof is not base64") from error
    if base64.b64encode(signature).decode() != proof or not new.holds(statement(source, old, new), signature):
        raise NoteInvalid("the key that comes did not agree")
    return new


class Term(NamedTuple):
    """One key holds from the number `since` on, until another one does."""

    since: int
    vkey: str
    id: bytes

    @property
    def verifier(self) -> Verifier:
        return Verifier.parse(self.vkey)


@dataclass(frozen=True)
class Succession:
    """The terms of one source, the first one first. No key comes twice, so a key's id names its term."""

    source: str
    terms: tuple[Term, ...]

    @classmethod
    def begun(cls, source: str, vkey: str) -> Succession:
        """With the key pinned at installation. Raises NoteInvalid."""
        return cls(source, (Term(1, vkey, Verifier.parse(vkey).id),))

    @property
    def newest(self) -> Term:
        return self.terms[-1]

    def holder(self, number: int) -> Term:
        """Whose signature an event with this number has to bear, as far as is known."""
        if number >= self.terms[-1].since:
            return self.terms[-1]
        return next(term for term in reversed(self.terms) if number >= term.since or term is self.terms[0])

    def term_of(self, key: bytes) -> Term | None:
        return next((term for term in self.terms if term.id == key), None)

    def then(self, number: int, vkey: str) -> Succession:
        """After the hand-over with this number. Raises NoteInvalid for one out of turn, or to a key that was there."""
        new = Term(number + 1, vkey, Verifier.parse(vkey).id)
        if number < self.newest.since:
            raise NoteInvalid("the key that hands over does not hold any more")
        if self.term_of(new.id) is not None:
            raise NoteInvalid("a key does not come back")
        return Succession(self.source, (*self.terms, new))

    def after(self, note: bytes) -> Succession:
        """With the hand-over that stands in this note. Raises NoteInvalid unless the key that holds signed it."""
        old = self.newest.verifier
        try:
            body = orjson.loads(old.prepared().text(note))
            said, number, data = (body["source"], body["type"]), int(body["sequence"]), body["data"]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise NoteInvalid("not a hand-over that the key that holds has signed") from error
        if said != (self.source, type_of(self.source)):
            raise NoteInvalid("not a hand-over of this source")
        return self.then(number, successor(self.source, old, data).vkey)


class Believed:
    """Everybody's succession as far as it is known, for whoever checks many notes; keys are prepared once."""

    def __init__(self, pins: Mapping[str, Verifier]) -> None:
        """`pins` holds each source's first key by `/<source>`."""
        self.of = {source: Succession.begun(source, pin.vkey) for source, pin in pins.items()}
        self.count = 0
        """How many hand-overs were taken."""
        self._keys: dict[tuple[str, bytes], PreparedVerifier] = {}

    def take(self, note: bytes) -> None:
        """The next hand-over of the log. Raises NoteInvalid."""
        try:
            source = str(orjson.loads(note.split(b"\n", 1)[0])["source"])
            self.of[source] = self.of[source].after(note)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise NoteInvalid("not a hand-over of a known source") from error
        self.count += 1

    def knows(self, source: str, note: bytes) -> bool:
        """Whether a note claims a key of which we have heard."""
        return self.of[source].term_of(signer_of(note)) is not None

    def check(self, source: str, number: int, note: bytes) -> None:
        """Raises NoteInvalid unless the key that holds at this number signed the note."""
        term = self.of[source].holder(number)
        key = self._keys.get((source, term.id))
        if key is None:
            key = self._keys[source, term.id] = term.verifier.prepared()
        key.text(note)
