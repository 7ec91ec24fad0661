"""A decision is a table: what was, what is asked, what follows. Nothing here touches the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


class Refused(Exception):
    """The rules say no, and nothing is written.

    `code` is stable and part of the contract (contracts/errors.py); `detail` holds values that may be shown
    to the caller, never personal ones.
    """

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Decider(Generic[S, C, E]):
    """`decide` says which events follow from a command; `evolve` says what an event changes. Both are pure.

    A history may have lost its personal values (they were erased), so `evolve` reads none of them.
    """

    initial: S
    decide: Callable[[S, C], Sequence[E]]
    evolve: Callable[[S, E], S]

    def state(self, history: Iterable[E]) -> S:
        return reduce(self.evolve, history, self.initial)
