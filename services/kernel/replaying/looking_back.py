"""A service shows its views as they were: made again from the log, beside the living ones, and thrown away later.

Making them takes as long as it takes: a question waits a little, and is then told to come again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from services.kernel.replaying import past
from services.kernel.replaying.past import Views

log = logging.getLogger(__name__)

Fetch = Callable[[int, Sequence[str], int], Mapping[str, Any]]
PAGE = 500
PATIENCE = 2.0
"""Seconds that one question waits."""
KEPT = 600.0
"""Seconds that a moment is kept after it was last asked for."""
LONGEST = 3600.0
"""Seconds after which it is made anew, however often it is asked for."""
MOMENTS = 4
"""How many are kept at once."""


class Moment:
    """The views at one index of the log, from the first question until they are closed."""

    def __init__(self) -> None:
        self.made = threading.Event()
        self.closed = threading.Event()
        self.engine: Engine | None = None
        self.asked = time.monotonic()


class LookingBack:
    """`fetch` reads the log as a feed does; scratch files stand under `var/replays`."""

    def __init__(self, views: Views, var: Path, fetch: Fetch) -> None:
        self._views, self._var, self._fetch = views, var, fetch
        self._moments: dict[int, Moment] = {}

    def page(self, at: int, after: int | None, limit: int) -> dict[str, Any]:
        """Rows as `{"table", "row"}`, by table and key, as they were at the log's index `at`; values stay sealed.

        `after` counts the rows seen. `state` is `building` while there is nothing to show yet: come again with `next`.
        """
        found = self._moments.get(at)
        if found is None:
            self._make_room()
            found = self._moments[at] = Moment()
            threading.Thread(target=self._make, args=(at, found), name=f"replay-{at}", daemon=True).start()
        found.asked = time.monotonic()
        seen = after or 0
        if not found.made.wait(PATIENCE) or found.engine is None:
            return {"items": [], "next": seen, "state": "building"}
        items = self._views.page(found.engine, seen, limit)
        return {"items": items, "next": seen + len(items) if len(items) == limit else None, "state": "ready"}

    def _make(self, at: int, moment: Moment) -> None:
        """Lives as long as the moment is kept: who opens the scratch room closes it."""
        with ExitStack() as held:
            try:
                room = held.enter_context(past.scratch(self._var))
                notes = self._notes(at) if self._views.types() else iter(())
                moment.engine = held.enter_context(past.rebuilt(self._views, notes, room / "views.sqlite3"))
            except Exception as error:  # noqa: BLE001 - the next question tries again; a text might quote a value
                log.warning("views as they were at %d could not be made: %s", at, type(error).__name__)
                self._drop(at, moment)
                return
            moment.made.set()
            longest = time.monotonic() + LONGEST
            while not moment.closed.wait(KEPT / 10):
                if time.monotonic() > min(moment.asked + KEPT, longest):
                    break
            self._drop(at, moment)

    def _drop(self, at: int, moment: Moment) -> None:
        """Another one may have been begun in its place."""
        if self._moments.get(at) is moment:
            del self._moments[at]

    def _make_room(self) -> None:
        """The one asked for longest ago makes room."""
        while len(self._moments) >= MOMENTS:
            oldest = min(self._moments, key=lambda at: self._moments[at].asked)
            self._moments.pop(oldest).closed.set()

    def _notes(self, at: int) -> Iterator[tuple[int, bytes]]:
        after = -1
        while after < at:
            answer = self._fetch(after, self._views.types(), PAGE)
            for entry in answer["entries"]:
                if int(entry["index"]) <= at:
                    yield int(entry["index"]), entry["note"].encode()
            if int(answer["scanned"]) <= after:
                return
            after = int(answer["scanned"])
