"""Bugs planted into a copy of the code, each where a promise about forgetting hangs on one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.faults.mutants import HERE, Change, Mutant

REBORN = Mutant(
    "a key is minted again for whom the keys were destroyed",
    (
        Change(
            "services/kernel/keys/keyring.py",
            "                if session.execute(select(tombstones).where(tombstones.c.owner.in_(names))).first():\n",
            "                if False:\n",
        ),
    ),
)

RASH = Mutant(
    "certified when the first service has completed",
    (
        Change(
            "services/retention/domain/erasure.py", "    if set(entries) != set(state.services):\n", "    if False:\n"
        ),
    ),
)

HEEDLESS = Mutant(
    "a sweep that heeds no hold, and a view that shows none",
    (
        Change("services/retention/app/sweeping.py", "held = self._held.get(row.erasure, ())", "held = ()"),
        Change("services/retention/views/holds.py", '.values(state="held")', '.values(state="scheduled")'),
    ),
)

FORGETFUL = Mutant(
    "a restored store that takes back nothing from the log",
    (
        Change(
            "services/kernel/following/refetch.py",
            "        while (last := self._step(after)) is not None:\n            after = last\n",
            "",
        ),
    ),
)

TARDY = Mutant(
    "due from the moment at which the event came",
    (
        Change(
            "services/retention/reactions.py",
            'record.envelope.source.removeprefix("/"), record.envelope.time\n',
            'record.envelope.source.removeprefix("/"), at\n',
        ),
    ),
)

LENIENT = Mutant(
    "an epoch that is said to be retired, and whose key stays",
    (Change("services/kernel/keys/epochs.py", "            provider.destroy(stale)\n", "            pass\n"),),
)

CAUGHT = {
    "MINTED": REBORN,
    "EARLY": RASH,
    "HELD": HEEDLESS,
    "KEPT": FORGETFUL,
    "DUE": TARDY,
    "COPIES": LENIENT,
}
"""By the promise that each breaks."""


def lives(code: Path, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """`python -m tests.properties …` on that code. A process of its own: there the time is given from its start."""
    # Safe path: `python -m` would put the directory that we stand in before the copy.
    paths = os.pathsep.join(str(path) for path in (code, HERE))
    return subprocess.run(
        [sys.executable, "-m", "tests.properties", *arguments],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
