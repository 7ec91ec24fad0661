"""The statement and the register of cookies as this software has them: files, read whole or not at all (P10, P14)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.org.domain import cookie, statement
from services.org.domain.statement import LANGUAGES, Statement

DATA = Path(__file__).parents[1] / "statement"


@dataclass(frozen=True, kw_only=True)
class Written:
    """A version as this software has it, with the hashes that tell whether it is what was published."""

    statement: Statement
    hashes: Mapping[str, str]


def written(data: Path = DATA) -> dict[int, Written]:
    """Every version of the statement, by number. Raises ValueError or KeyError where one is not whole."""
    found = {}
    for directory in sorted(path.parent for path in data.glob("*/particulars.json")):
        particulars = (directory / "particulars.json").read_bytes()
        templates = {lang: (directory / f"{lang}.md").read_text(encoding="utf-8") for lang in LANGUAGES}
        one = statement.parse(json.loads(particulars), templates)
        hashes = {f"{lang}_sha256": sha256(one.texts[lang].encode()).hexdigest() for lang in LANGUAGES}
        found[one.version] = Written(
            statement=one, hashes={**hashes, "particulars_sha256": sha256(particulars).hexdigest()}
        )
    if not found:
        raise ValueError(f"no version of the statement in {data.name}")
    return dict(sorted(found.items()))


def registers(data: Path = DATA) -> tuple[cookie.Register, ...]:
    """Every version of the register of cookies, the oldest first."""
    return cookie.parse(json.loads((data / "cookies.json").read_text(encoding="utf-8")))
