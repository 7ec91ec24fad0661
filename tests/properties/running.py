"""A house that is left and entered again: by whoever stops it, and by whatever it dies of in the middle of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.kernel.context import Context
from services.kernel.decider import Refused
from tests.faults.town import Neighbour
from tests.properties.house import House
from tests.properties.upset import BOUNDARIES, Crash, Dies, Meanwhile, Upset


@dataclass
class Running:
    """`acknowledged`: the ids of events that somebody was told are so."""

    room: Path
    acknowledged: set[str] = field(default_factory=set)
    crashes: int = 0

    # -- life of the process

    def open(self) -> None:
        """Start; where the start is cut short, start again."""
        while True:
            self.house = House(self.room / "home")
            try:
                self.house.start()
                return
            except Crash:
                self.crashes += 1
                self.house.close()

    def close(self) -> None:
        self.house.close()

    def again(self) -> None:
        self.close()
        self.open()

    @contextmanager
    def upset(self, upset: Upset) -> Iterator[None]:
        """What happens in here happens although that comes between; a process that died is there again after it."""
        if upset is None:
            yield
            return
        with BOUNDARIES.planned(upset.at, lambda: self._comes(upset)):
            yield

    def _comes(self, upset: Dies | Meanwhile) -> None:
        if isinstance(upset, Dies):
            raise Crash
        self.deed(upset.deed, upset.which)

    def survives(self, work: Callable[[], Any]) -> Any:
        """Do it, and once more where the process died of it: each of these can be asked again."""
        try:
            return work()
        except Crash:
            self.crashes += 1
            self.again()
            return work()

    def ask(self, work: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """A command, asked again under its own key where nobody answered. None where it is refused."""
        try:
            answer: Mapping[str, Any] = self.survives(work)
        except Refused:
            return None
        self.acknowledged.update(answer["events"])
        return answer

    def asked(self, person: Neighbour | None = None, **said: Any) -> Context:
        """Each request begins a chain of its own, under a key of its own."""
        key = {"idempotency": str(uuid4()), "digest": ""}
        own = {"correlation": str(uuid4()), "purpose": "beheer_access", **key, **said}
        return replace(person.context if person else Context(actor="", correlation=""), **own)

    def deed(self, name: str, which: int) -> None:
        """What somebody else does in between."""
        raise NotImplementedError
