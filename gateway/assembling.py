"""The answer to a data request, made of what every service holds, by nobody's hand and before nobody's eyes (P15)."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import Any

from uuid_utils import uuid7

from gateway.ask import PATIENCE, Ask
from gateway.gathering import Asking, Found, every, gathered, told
from gateway.paper.access import page
from gateway.paper.words import LANGUAGES
from gateway.portable import portable
from gateway.schemas.data import OwnData
from gateway.shape import outgoing
from services.contracts.retention import Right
from services.kernel.context import Context
from services.kernel.paper.archive import MANIFEST, archived, as_json, manifest

FORMAT, VERSION = "crisisconnect.nl/access-answer", 1
_SHOWN = outgoing(OwnData())


async def assembled(ask: Ask, person: str, right: Right, names: bool | None) -> str:
    """The answer as base64. That it was made is a look at the person, on the record before anything is read.

    `names` is how it was weighed whether they learn who looked at their data, None where it was not (C-579/21).
    """
    seen = replace(ask.context(), case=ask.path["request"])
    asked = {"organisation": ask.path["org"], "people": [person]}
    await ask.door.call("auth.public_ids", asked, seen, ask.deadline)
    languages = LANGUAGES if right is Right.ACCESS else ()
    found = await gathered(_for(ask, person), ask.path["org"], languages)
    if right is Right.ACCESS and names is not None:
        found = replace(found, names="given" if names else "withheld")
    if right is Right.ACCESS and names:
        whose = {**asked, "person": person, "request": ask.path["request"]}
        del whose["people"]
        looks = await every(_as_oneself(ask, seen), "auth.access_log_named", **whose)
        found = replace(found, copy={**found.copy, "looks": looks})
    _another_moment(ask)
    made = await _access(ask, found) if right is Right.ACCESS else portable(found.copy)
    _another_moment(ask)
    return base64.b64encode(made).decode()


def _as_oneself(ask: Ask, context: Context) -> Asking:
    """A question of who answers the request, for this case."""

    async def question(target: str, args: dict[str, Any]) -> Any:
        return await ask.door.call(target, args, context, ask.deadline)

    return question


def _for(ask: Ask, person: str) -> Asking:
    """Questions in the name of whose answer it is: what comes is theirs alone, and goes to nobody else."""
    theirs = replace(ask.context(), actor=f"account/{person}", session=None, case=ask.path["request"])

    async def question(target: str, args: dict[str, Any]) -> Any:
        return await ask.door.call(target, args, replace(theirs, idempotency=f"gateway:{uuid7()}"), ask.deadline)

    return question


async def _access(ask: Ask, found: Found) -> bytes:
    """A ZIP with the answer in both languages, on paper and as data."""
    files: dict[str, bytes] = {}
    for lang in LANGUAGES:
        answer = _SHOWN(told(found, lang))
        files[f"access-{lang}.json"] = as_json(answer)
        files[f"access-{lang}.pdf"] = await ask.door.printing.pdf(page(answer, lang), ask.deadline, or_plain=True)
    files[MANIFEST] = manifest({"format": FORMAT, "version": VERSION}, files)
    return archived(files)


def _another_moment(ask: Ask) -> None:
    """Gathering, setting and sealing have as much time each as an answer has otherwise."""
    ask.deadline = time.monotonic() + PATIENCE
