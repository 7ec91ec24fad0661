"""The copy in a hidden file goes once nothing is made of it any more, out of every older store as well (P08, I6)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from services.audit.disclosing.file import Files
from services.audit.views.papers import Kind, drop, over, owner_of
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.store import eventstore
from services.kernel.store.database import scrub

log = logging.getLogger(__name__)

BATCH = 20


class Copies:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(self, files: Files, context: Callable[[], Context]) -> None:
        self._files, self._context = files, context
        self._unscrubbed = False

    def let_go(self) -> None:
        """Keys first, then rows: while there are rows the next turn finds them, and nobody can read them.

        The step that ended them stands already, and nobody who took it has to wait for this.
        """
        store = self._files.store
        try:
            with store.reading() as session:
                cases = over(session, instant(self._files.now()), BATCH)
            if cases:
                owners = [owner_of(case, Kind.COPY) for case in cases]
                store.keyring.erase(owners)

                def work(unit: Unit) -> dict[str, Any]:
                    eventstore.bury(unit.session, owners)
                    for case in cases:
                        drop(unit.session, case, Kind.COPY)
                    return {}

                store.perform(self._context(), work)
                self._unscrubbed = True
            if self._unscrubbed and scrub(store.engine):
                self._unscrubbed = False
        except SQLAlchemyError as error:
            log.error("the copy of a file that needs none any more stays until the next turn: %s", type(error).__name__)
