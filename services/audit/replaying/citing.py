"""A case that is cited by an id of ours is one that there is; the number of a register elsewhere is taken as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

CASES: Mapping[str, tuple[str, ...]] = {
    "audit": ("disclosure", "incident", "complaint"),
    "retention": ("request", "hold"),
    "org": ("instruction",),
}
"""Who has files of which kinds, each a stream of that name and its id; whoever is nearest is asked first."""
_OURS = re.compile(r"(?:([a-z]+)/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z", re.IGNORECASE)

Streams = Callable[[str, Sequence[str]], Sequence[str]]
"""Which of these streams a service has. Raises Unavailable."""


def is_there(case: str, streams: Streams) -> bool:
    """Whether a case is of a kind that nobody here can check, or is in a register of ours: by its id, or `kind/id`.

    What is answered says no more than that it is there: not of what kind, nor whose.
    """
    ours = _OURS.match(case)
    if ours is None:
        return True
    kind, identity = ours[1], ours[2].lower()
    for service, kinds in CASES.items():
        names = [f"{one}/{identity}" for one in kinds if kind in (None, one)]
        if names and streams(service, names):
            return True
    return False
