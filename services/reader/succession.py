"""A key speaks for its source up to the hand-over that it signs, and the next one from there on, if it agreed."""

from __future__ import annotations

from services.reader.entry import Statement
from services.reader.note import ED25519, Malformed, VerifierKey, ed25519_verifies, parse_vkey, strict_base64

HANDED_OVER = ".SigningKeyHandedOver.v1"
_WORD = "crisisconnect.nl/signing-key-hand-over/v1"


class Disagreed(ValueError):
    """The event hands no key over; the message says why."""


class Succession:
    """The keys of one source, each with the number from which on it holds; the first one was registered."""

    def __init__(self, source: str, first: VerifierKey) -> None:
        self._source = source
        self._terms = [(1, first)]

    @property
    def first(self) -> VerifierKey:
        return self._terms[0][1]

    def holder(self, number: int) -> VerifierKey:
        """Whose signature the event with this number must bear."""
        return next((key for since, key in reversed(self._terms) if since <= number), self.first)

    def was_or_is(self, name: str, key_id: bytes) -> bool:
        """Whether this is any of the source's keys so far."""
        return any((key.name, key.key_id) == (name, key_id) for _, key in self._terms)

    def later(self) -> list[tuple[int, str]]:
        """The keys handed over to, each with the number from which on it holds."""
        return [(since, key.vkey) for since, key in self._terms[1:]]

    def hand_over(self, statement: Statement) -> None:
        """Take the key that a hand-over names. Raises Disagreed. What its key did not sign changes nothing."""
        old = self.holder(statement.number)
        if not old.verifies(statement.text, statement.signature.blob):
            return  # said of the entry itself: its signature is invalid
        new = (statement.number + 1, _successor(self._source, old, statement.event.get("data")))
        if new in self._terms:
            return  # the same hand-over again: said of its number
        if new[0] <= self._terms[-1][0]:
            raise Disagreed("another key has been handed over to from there on")
        if self.was_or_is(new[1].name, new[1].key_id):
            raise Disagreed("a key that was there before does not come back")
        self._terms.append(new)


def hands_over(statement: Statement) -> bool:
    """Whether this is the event by which its source changes its key."""
    return statement.type == f"nl.crisisconnect.{statement.source[1:]}{HANDED_OVER}"


def _successor(source: str, old: VerifierKey, data: object) -> VerifierKey:
    said = data if isinstance(data, dict) else {}
    before, vkey, proof = said.get("old"), said.get("vkey"), said.get("proof")
    if not (isinstance(vkey, str) and isinstance(proof, str)) or before != old.vkey:
        raise Disagreed("it does not hand over the key that signed it")
    try:
        new, signature = parse_vkey(vkey), strict_base64(proof)
    except Malformed as error:
        raise Disagreed(f"the key that comes, or its proof, is unreadable: {error}") from error
    if (new.algorithm, new.name, new.vkey) != (ED25519, old.name, vkey) or not old.name.endswith(source):
        raise Disagreed(f"the key that comes is not an Ed25519 key named {old.name}")
    origin = old.name.removesuffix(source)
    agreed = f"{_WORD}\n{origin}\n{source}\n{old.vkey}\n{vkey}\n".encode()
    if not ed25519_verifies(new.public_key, agreed, signature):
        raise Disagreed("the key that comes did not agree to it")
    return new
