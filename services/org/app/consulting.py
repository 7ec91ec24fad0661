"""Who is asked before data of an organisation goes to an authority, and under which key it answers (P08)."""

from __future__ import annotations

from abc import ABC
from typing import Any

from services.kernel.context import Context
from services.org.app.keys import fingerprint
from services.org.app.organisations import Organisations
from services.org.views import consulting


class Consulting(Organisations, ABC):
    """Asked by audit, which leads the disclosure."""

    def consultation(self, context: Context, organisation: str) -> dict[str, Any]:
        """`keys`, the oldest first, with `event`, `key`, `fingerprint`, `since` and `until` (null for the one that
        holds), and `second_contact`, open, null where none is named. Raises Refused("not_found").
        """
        with self.store.reading() as session:
            self.found(session, context, organisation)
            held, second = consulting.keys_of(session, organisation), consulting.second(session, organisation)
        # Each key holds until the next one begins.
        ends = [one["since"] for one in held[1:]] + [None]
        keys = [
            {**one, "fingerprint": fingerprint(one["key"]), "until": until}
            for one, until in zip(held, ends, strict=False)
        ]
        return {"keys": keys, "second_contact": self.particulars(second)}
