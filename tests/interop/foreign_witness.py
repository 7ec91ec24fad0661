"""PyPI's aics-witness as a process: a witness that somebody else wrote, which knows our log by its key alone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from crisisconnect.witness.memory import identity
from tests.integration.waiting import until
from tests.integration.witnesses import fetch
from tests.interop.written import LOG_VKEY, SOURCES

ORIGIN = SOURCES.log.verifier.name


class ForeignWitness:
    """Listens on a free port of this machine until `stop()`; its memory and key are in `directory`."""

    def __init__(self, python: Path, directory: Path) -> None:
        directory.mkdir()
        self._line = [python, "-m", "aics_witness"]
        self._config = ["--config", directory / "witness.json"]
        self._errors = directory / "errors"
        self.vkey = self._run("init", "--name", "foreign.example/w1", "--listen", "127.0.0.1:0").strip()
        self._run("add-log", "--origin", ORIGIN, "--vkey", LOG_VKEY)
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen([*self._line, "serve", *self._config], stderr=errors)
        said = until(lambda: re.search(r"listening on (\S+)", self._errors.read_text()))
        self.url = str(said[1])

    def _run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [*self._line, command, *self._config, *arguments], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def shown(self) -> bytes:
        """The checkpoint that it cosigned last, with our line and its own."""
        status, note = fetch(self.url, f"/{identity(ORIGIN)}/checkpoint")
        assert status == 200
        return note

    def evidence(self) -> list[dict[str, Any]]:
        """What it keeps of checkpoints that our key signed and that do not fit together."""
        kept: list[dict[str, Any]] = json.loads(self._run("evidence"))
        return kept

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
