"""The statement and the register of cookies as this software has them: files, read whole or not at all (P10, P14)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from services.org.domain import cookie, statement
from services.org.domain.statement import LANGUAGES, Statement

DATA = Path(__file__).parents[1] / "statement"


@dataclass(frozen=True, kw_only=True)
class Written:
    """A version as this software or the log has it, with the hashes that tell whether it is what was published.

    `promised` names by promise and language the words that make it.
    """

    statement: Statement
    hashes: Mapping[str, str]
    promised: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def written(data: Path = DATA) -> dict[int, Written]:
    """Every version of the statement, by number. Raises ValueError or KeyError where one is not whole."""
    found = {}
    for directory in sorted(path.parent for path in data.glob("*/particulars.json")):
        particulars = (directory / "particulars.json").read_bytes()
        templates = {lang: (directory / f"{lang}.md").read_text(encoding="utf-8") for lang in LANGUAGES}
        one = statement.parse(json.loads(particulars), templates)
        promised = directory / "promises.json"
        found[one.version] = Written(
            statement=one,
            hashes={**text_hashes(one), "particulars_sha256": sha256(particulars).hexdigest()},
            promised=json.loads(promised.read_text(encoding="utf-8")) if promised.exists() else {},
        )
    if not found:
        raise ValueError(f"no version of the statement in {data.name}")
    return dict(sorted(found.items()))


def text_hashes(one: Statement) -> dict[str, str]:
    return {f"{lang}_sha256": sha256(one.texts[lang].encode()).hexdigest() for lang in LANGUAGES}


def posted_hashes(one: Statement) -> dict[str, str]:
    """Of a version that came by the API; its particulars are in no file, so the order of their names is none."""
    said = json.dumps(statement.particulars(one), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**text_hashes(one), "particulars_sha256": sha256(said.encode()).hexdigest()}


def registers(data: Path = DATA) -> tuple[cookie.Register, ...]:
    """Every version of the register of cookies, the oldest first."""
    return cookie.parse(json.loads((data / "cookies.json").read_text(encoding="utf-8")))
