"""What changed between two versions of the statement, as a person would tell it (P14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.org.domain.statement import LISTS, Statement


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Under one heading, paragraphs and lines of lists that went and that came; a heading may be new or gone."""

    section: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Particular:
    """One line of one list, in words: `before` is None for a new one, `after` for one that went."""

    list: str
    code: str
    before: str | None
    after: str | None


def passages(before: Statement, after: Statement, lang: str) -> list[Passage]:
    """The differences between the texts, in the order of the newer one; sections that went come last."""
    old, new = _sections(before.texts[lang]), _sections(after.texts[lang])
    order = [*new, *(heading for heading in old if heading not in new)]
    found = [_compared(heading, old.get(heading, ()), new.get(heading, ())) for heading in order]
    return [passage for passage in found if passage.removed or passage.added]


def particulars(before: Statement, after: Statement, lang: str) -> list[Particular]:
    """The differences between the lists that programs read: a purpose, category, term, cookie or store."""
    found = []
    for name in LISTS:
        old = {item.code: item for item in before.lists[name]}
        new = {item.code: item for item in after.lists[name]}
        for code in [*new, *(code for code in old if code not in new)]:
            was, now = old.get(code), new.get(code)
            if was is None or now is None or (was.words[lang], was.value) != (now.words[lang], now.value):
                said = [None if one is None else one.words[lang] for one in (was, now)]
                found.append(Particular(list=name, code=code, before=said[0], after=said[1]))
    return found


def _sections(text: str) -> dict[str, tuple[str, ...]]:
    """Paragraphs and list lines by heading; what stands above the first heading is under the title."""
    found: dict[str, list[str]] = {}
    heading, paragraph = "", ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            heading = line.lstrip("# ")
            found.setdefault(heading, [])
        elif line.startswith("- ") or not line.strip():
            if paragraph:
                found.setdefault(heading, []).append(paragraph)
            paragraph = line.strip()
        else:
            paragraph = f"{paragraph} {line.strip()}".strip()
    return {heading: tuple(parts) for heading, parts in found.items()}


def _compared(heading: str, old: Sequence[str], new: Sequence[str]) -> Passage:
    removed: list[str] = []
    added: list[str] = []
    for what, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what != "equal":
            removed += old[a:b]
            added += new[c:d]
    return Passage(section=heading, removed=tuple(removed), added=tuple(added))
