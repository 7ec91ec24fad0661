"""Who has no keys hears a canary in its own log all the same, by a number, and its service is told (P18)."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from crisisconnect import supervisor
from gateway import logs
from services.audit.cases.overhearing import Words
from services.audit.ingest.process import Process
from services.kernel.calls.rpc import Unavailable
from services.kernel.relaying.relay import Relay
from services.kernel.store.database import writing
from services.kernel.sweep import overhearing
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.numbered import Numbered, number_of
from services.kernel.sweep.telling import Listening
from tests.unit.kernel.nest import Nest
from tests.unit.kernel.test_canaries import LEAKS

Beside = tuple[Callable[[], None], Ear]
"""What a process beside a service does now and then, and what it hears with."""


@pytest.fixture
def nest(tmp_path: Path) -> Iterator[Nest]:
    made = Nest(tmp_path)
    made.canaries.close()  # the ear of the service itself is in another process
    yield made
    made.close()


def relay(nest: Nest, tmp_path: Path) -> Beside:
    nothing: Any = None
    made = Relay("auth", nest.store.engine, tmp_path, nothing, nothing, nothing)
    return beats(made), made.overhearing.ear


def ingest(nest: Nest, _: Path) -> Beside:
    nothing: Any = None
    made = Process(nothing, nothing, nest.store.engine, "")
    return beats(made), made.overhearing.ear


def beats(process: Any) -> Callable[[], None]:
    def beat() -> None:
        process._beat._next = 0.0
        process._beat.when_due()

    return beat


@pytest.mark.parametrize("spelling", LEAKS)
def test_it_is_known_by_a_number_in_every_spelling(spelling: str) -> None:
    word, other = secrets.token_hex(16), secrets.token_hex(16)
    line = LEAKS[spelling](word)
    line = line if isinstance(line, bytes) else line.encode()
    assert Numbered([number_of(word)]).within(b"signed in: " + line + b" from somewhere")
    assert not Numbered([number_of(other), 0]).within(b"signed in: " + line + b" from somewhere")
    assert word not in str(number_of(word)), "whoever has the number has no part of the word"


@pytest.mark.parametrize("made", [relay, ingest], ids=["relay", "ingest"])
def test_what_a_process_beside_the_service_logs_is_heard_with_its_beat(
    nest: Nest, tmp_path: Path, made: Callable[[Nest, Path], Beside]
) -> None:
    beat, ear = made(nest, tmp_path)
    try:
        nest.planted()
        beat()
        assert nest.turn()["found"] == 0
        logging.getLogger("somewhere").warning("published: %s", nest.word())
        beat()
        assert nest.turn()["found"] == 1
        beat()
        assert nest.turn(2)["found"] == 0, "told once, and over with the next whole look"
    finally:
        logging.getLogger().removeHandler(ear)


class Door:
    """The line from the gateway, or from a run, to audit, whose store is that of the nest."""

    def __init__(self, nest: Nest, name: str) -> None:
        self.name = name
        self.words = Words(nest.store, ("org",), lambda _: number_of(OTHERS))
        self.away = False

    async def call(self, service: str, method: str, args: Mapping[str, Any], *_: Any) -> Any:
        assert (service, method) == ("audit", "overheard")
        if self.away:
            raise Unavailable("audit")
        return self.words.overheard(self.name, **args)


OTHERS = secrets.token_hex(16)


def logged(word: str) -> None:
    logs._text({"event": "asked", "name": word})


def passed_on(word: str) -> None:
    supervisor.say(f"auth-relay    | ValueError: {word}")


@pytest.mark.parametrize(
    ("name", "ear", "leak"),
    [("gateway", logs.EAR, logged), ("cli", supervisor.EAR, passed_on)],
    ids=["gateway", "supervisor"],
)
def test_who_has_no_database_hears_the_words_of_every_service_and_tells_audit(
    nest: Nest, name: str, ear: Ear, leak: Callable[[str], None]
) -> None:
    nest.planted()
    door = Door(nest, name)
    door.words.turn()
    listening = Listening(door, ear)  # type: ignore[arg-type]
    try:
        asyncio.run(listening.turn())
        for word in (nest.word(), OTHERS):
            leak(word)
            door.away = True
            asyncio.run(listening.turn())
            assert nest.turn()["found"] == 0
            door.away = False
            asyncio.run(listening.turn())
            asyncio.run(listening.turn())
            assert nest.turn()["found"] == 1, "told once, and not forgotten while audit was away"
            assert nest.turn()["found"] == 0
    finally:
        ear.listens_for = None


def test_a_service_that_does_not_answer_keeps_the_word_it_had(nest: Nest) -> None:
    def silent(_: str) -> int:
        raise Unavailable("org")

    nest.planted()
    Words(nest.store, ("org",), lambda _: 7).turn()
    Words(nest.store, ("org",), silent).turn()
    with writing(nest.store.engine) as session:
        assert sorted(overhearing.numbers(session)) == sorted([7, number_of(nest.word())])
