"""Between any two transactions of a step the process may die, or somebody else may do something first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, event

from services.kernel import transaction


class Crash(BaseException):
    """The process is no more. Nothing of ours catches this, as nothing catches a SIGKILL."""


@dataclass(frozen=True)
class Dies:
    """At the beginning of this transaction of the step, the first being 0; never, where it has fewer."""

    at: int


@dataclass(frozen=True)
class Meanwhile:
    """Before this transaction of the step somebody does this: a name and which one of them."""

    at: int
    deed: str
    which: int


Upset = Dies | Meanwhile | None


class Boundaries:
    """Counts the transactions that begin, of all services, and lets happen at one of them what was planned."""

    def __init__(self) -> None:
        self._left = -1
        self._then: Callable[[], None] | None = None
        event.listen(Engine, "begin", self._begin)

    @contextmanager
    def planned(self, at: int, then: Callable[[], None]) -> Iterator[None]:
        self._left, self._then = at, then
        try:
            yield
        finally:
            self._then = None

    def reach(self) -> None:
        """Also where one service asks another, which no transaction may be open for."""
        if self._then is None or transaction.active():
            return
        if self._left:
            self._left -= 1
            return
        then, self._then = self._then, None
        then()

    def _begin(self, _: object) -> None:
        self.reach()


BOUNDARIES = Boundaries()
