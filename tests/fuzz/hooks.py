"""What schemathesis is told: who asks, which ids exist, whom to spare; the rest it reads from the contract.

It runs in a process of its own, with the path of a file in `CRISISCONNECT_FUZZ`: `url`, `username`,
`password`, `ids` by the name that a path gives them, and the accounts to be `spared`.
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Any

import requests
import schemathesis

TOLD = json.loads(Path(os.environ["CRISISCONNECT_FUZZ"]).read_text())


@schemathesis.auth(refresh_interval=600, retry_on=[401])
class Session:
    """Signed in anew whenever the session has ended: some of what is tried ends it."""

    def get(self, case: Any, context: Any) -> str:
        said = {"username": TOLD["username"], "password": TOLD["password"]}
        answer = requests.post(f"{TOLD['url']}/v1/sessions", json=said, timeout=15)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """It finds accounts in lists, and would remove those who test: such a one is an id that never was."""
    if (case.path_parameters or {}).get("account") in TOLD["spared"]:
        case.path_parameters["account"] = "nobody-at-all"


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Of the ids that it makes up, three of four are those of something that exists, always the same ones."""
    for name, value in (path_parameters or {}).items():
        known = TOLD["ids"].get(name)
        if known and zlib.crc32(str(value).encode()) % 4:
            path_parameters[name] = known
    return path_parameters
