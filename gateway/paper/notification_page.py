"""The notification of an incident as a page: the same items as its text, to be signed for, filed and sent on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.paper.notification import WORDS
from services.contracts.wording import CATEGORIES, said
from services.kernel.moments import written

PAGE: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "lead": "Wij verwerken persoonsgegevens voor u. Daarbij is iets gebeurd waarvan wij u op de hoogte stellen "
        "(AVG artikel 33, lid 2). U beslist of u dit meldt bij de Autoriteit Persoonsgegevens.",
        "page": "Bladzijde",
        "of": "van",
    },
    "en": {
        "lead": "We process personal data for you. Something happened to it of which we notify you (GDPR article "
        "33(2)). You decide whether you notify the Autoriteit Persoonsgegevens, the Dutch supervisory authority.",
        "page": "Page",
        "of": "of",
    },
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`exact` where it is an id or a hash, to be compared sign by sign."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody wrote, and when, line by line; `when` is empty where only what holds now is shown."""

    when: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of the law."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True)
class NotificationPage:
    """All that the template sees; every text in it is shown as it is."""

    template: str = "notification"
    lang: str
    at: str
    words: Mapping[str, str]
    head: tuple[Fact, ...]
    nature: Item
    numbers: tuple[Fact, ...]
    categories: tuple[tuple[str, str, str], ...]
    columns: tuple[str, ...]
    items: tuple[Item, ...]
    proof: tuple[Fact, ...]


def page(document: Mapping[str, Any], lang: str) -> NotificationPage:
    """From the notification as JSON; the same page for the same document."""
    words, nature, clock = {**WORDS[lang], **PAGE[lang]}, document["nature"], document["clock"]
    until = written(nature["until"], lang) if nature["until"] else words["ongoing"]
    log = nature["log"]
    return NotificationPage(
        lang=lang,
        at=document["registered_at"],
        words=words,
        head=(
            Fact(label=words["incident"], value=document["incident"], exact=True),
            Fact(label=words["organisation"], value=document["organisation"], exact=True),
            Fact(label=words["phase"], value=str(document["phase"])),
            Fact(label=words["known"], value=written(document["known_at"], lang)),
            Fact(label=words["controller"], value=written(clock["controller_due"], lang)),
            Fact(label=words["supervisor"], value=written(clock["supervisor_due"], lang)),
        ),
        nature=_item("nature", nature["facts"], words, lang),
        numbers=(
            Fact(label=words["window"], value=f"{written(nature['since'], lang)} – {until}"),
            *(Fact(label=words[name], value=_number(nature[name], words)) for name in ("people", "records")),
        ),
        categories=tuple(
            (said(one["category"], CATEGORIES, lang), str(one["people"]), str(one["records"]))
            for one in nature["categories"]
        ),
        columns=tuple(one.strip() for one in words["categories"].split("|")),
        items=(
            Item(title=words["contact"], said=(_said("", document["contact"], words),)),
            *(_item(name, document[name], words, lang) for name in ("consequences", "measures")),
            Item(title=words["people_too"], said=(Said(when="", lines=(words["people_how"],)),)),
        ),
        proof=(
            *([Fact(label=words["proof"], value=words["from_log"].format(**log))] if log is not None else ()),
            Fact(label=words["digest"], value=document["document_sha256"], exact=True),
        ),
    )


def _item(name: str, phases: Sequence[Mapping[str, Any]], words: Mapping[str, str], lang: str) -> Item:
    told = tuple(
        _said(words["in_phase"].format(phase=one["phase"], at=written(one["at"], lang)), one["text"], words)
        for one in phases
    )
    return Item(title=words[name], said=told or (Said(when="", lines=(words["not_yet"],)),))


def _said(when: str, text: str | None, words: Mapping[str, str]) -> Said:
    return Said(when=when, lines=(words["erased"],) if text is None else tuple(text.splitlines()) or ("",))


def _number(value: int | None, words: Mapping[str, str]) -> str:
    return words["unknown"] if value is None else str(value)
