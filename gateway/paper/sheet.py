"""A report as a table, page after page until its last row, with the sentence that every report carries (RFC 4180)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from gateway.ask import Ask
from gateway.schemas.reports import Kind
from gateway.streaming import Streamed
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.paper.sheets import lines

STANDING = f"standing: {STANDING_SENTENCE['nl']} / {STANDING_SENTENCE['en']}"
"""The name of the last column, which is empty in every row: it stands in each sheet, and is nobody's row."""


class Sheet(Streamed):
    """`first` is the first page as audit answered it, `asked` what it was asked."""

    __slots__ = ("_asked", "_first", "_kind")

    def __init__(self, ask: Ask, kind: Kind, asked: Mapping[str, Any], first: Mapping[str, Any]) -> None:
        super().__init__(ask, media_type=b"text/csv; charset=utf-8", filename=f"{asked['kind']}.csv")
        self._kind, self._asked, self._first = kind, asked, first

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        names = [*self._kind.columns, STANDING]
        yield lines([names])
        page = self._first
        while True:
            yield lines([row.get(name) for name in self._kind.columns] + [None] for row in page["rows"])
            if page.get("next") is None:
                return
            page = await self.call(self._kind.rpc, {**self._asked, "after": page["next"], "whole": False})
