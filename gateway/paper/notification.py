"""The notification of an incident as text: what the JSON says, item by item of AVG 33(3), in Dutch or in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.contracts.wording import CATEGORIES, said
from services.kernel.moments import written

WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "Melding van een inbreuk in verband met persoonsgegevens",
        "incident": "Kenmerk",
        "organisation": "Verwerkingsverantwoordelijke",
        "phase": "Fase",
        "times": "Alle tijden zijn Nederlandse tijd: UTC+1 in de winter, UTC+2 in de zomer.",
        "known": "Bij ons bekend sinds",
        "supervisor": "72 uur na dat moment (AVG art. 33, lid 1)",
        "controller": "Wij lichten u in vóór",
        "nature": "a. Aard van de inbreuk, categorieën en aantallen",
        "window": "Tijdvak",
        "ongoing": "nog niet begrensd",
        "whose": "Categorie betrokkenen: mensen met een account of uitnodiging bij uw organisatie.",
        "people": "Betrokkenen, bij benadering",
        "records": "Persoonsgegevensregisters (records), bij benadering",
        "unknown": "wordt geteld uit het logboek",
        "categories": "Soort gegevens | Betrokkenen | Records",
        "contact": "b. Contactpunt",
        "consequences": "c. Waarschijnlijke gevolgen",
        "measures": "d. Maatregelen",
        "in_phase": "Fase {phase}, {at}",
        "not_yet": "Nog niet bekend; volgt in een volgende fase.",
        "erased": "De bewaartermijn van deze tekst is verstreken.",
        "people_too": "De betrokkenen zelf (AVG art. 34)",
        "people_how": "Is het risico voor hen waarschijnlijk hoog, dan vertelt u het hun onverwijld, in duidelijke "
        "taal: de aard, het contactpunt, de gevolgen en de maatregelen. Dat hoeft niet waar de gegevens "
        "voor anderen onleesbaar waren, waar het hoge risico is weggenomen, of waar een openbare "
        "mededeling volstaat. Laat ons weten wat u besloot: het komt in het register.",
        "proof": "Herkomst",
        "from_log": "De aantallen zijn berekend uit het logboek, regel {first} tot en met {last}.",
        "digest": "SHA-256 van deze melding als JSON",
        "law": "Dit is een hulpmiddel en geen juridisch advies.",
    },
    "en": {
        "title": "Notification of a personal data breach",
        "incident": "Reference",
        "organisation": "Controller",
        "phase": "Phase",
        "times": "All times are Dutch time: UTC+1 in winter, UTC+2 in summer.",
        "known": "Known to us since",
        "supervisor": "72 hours after that moment (GDPR art. 33(1))",
        "controller": "We tell you before",
        "nature": "a. Nature of the breach, categories and numbers",
        "window": "Period",
        "ongoing": "not yet bounded",
        "whose": "Category of data subjects: people with an account or invitation at your organisation.",
        "people": "People, approximately",
        "records": "Records, approximately",
        "unknown": "being counted from the log",
        "categories": "Category | People | Records",
        "contact": "b. Contact point",
        "consequences": "c. Likely consequences",
        "measures": "d. Measures",
        "in_phase": "Phase {phase}, {at}",
        "not_yet": "Not known yet; follows in a later phase.",
        "erased": "The term of this text is over.",
        "people_too": "The people themselves (GDPR art. 34)",
        "people_how": "Where the risk for them is likely to be high you tell them without undue delay, in plain "
        "language: the nature, the contact point, the consequences and the measures. That is not needed where the data "
        "was unreadable to others, where the high risk was taken away, or where a public communication will do. Let us "
        "know what you decided: it goes into the register.",
        "proof": "Where this comes from",
        "from_log": "The numbers were computed from the log, entries {first} to {last}.",
        "digest": "SHA-256 of this notification as JSON",
        "law": "This is a tool, and no legal advice.",
    },
}
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:@/])")


def quoted(text: str) -> str:
    """What somebody wrote, as a quotation in which nothing is markup: no link, no image, no HTML."""
    lines = ("".join(one if one.isprintable() else " " for one in line) for line in text.splitlines() or [""])
    plain = (_MARKS.sub(r"\\\1", line) for line in lines)
    return "\n".join(f"> {line}".rstrip() for line in plain)


def markdown(document: Mapping[str, Any], lang: str) -> str:
    """The same for the same document."""
    return "\n".join(_lines(document, WORDS[lang], lang)) + "\n"


def _lines(document: Mapping[str, Any], words: Mapping[str, str], lang: str) -> Iterator[str]:
    clock, nature = document["clock"], document["nature"]
    yield from (f"# {words['title']}", "")
    yield f"- {words['incident']}: `{document['incident']}`"
    yield f"- {words['organisation']}: `{document['organisation']}`"
    yield f"- {words['phase']}: {document['phase']}"
    yield f"- {words['known']}: {written(document['known_at'], lang)}"
    yield f"- {words['controller']}: {written(clock['controller_due'], lang)}"
    yield f"- {words['supervisor']}: {written(clock['supervisor_due'], lang)}"
    yield from ("", words["times"], "", f"## {words['nature']}", "")
    yield from _texts(nature["facts"], words, lang)
    end = written(nature["until"], lang) if nature["until"] else words["ongoing"]
    yield f"- {words['window']}: {written(nature['since'], lang)} – {end}"
    yield f"- {words['whose']}"
    for name in ("people", "records"):
        yield f"- {words[name]}: {words['unknown'] if nature[name] is None else nature[name]}"
    if nature["categories"]:
        yield from ("", f"| {words['categories']} |", "|---|---|---|")
        yield from (
            f"| {said(one['category'], CATEGORIES, lang)} | {one['people']} | {one['records']} |"
            for one in nature["categories"]
        )
    yield from ("", f"## {words['contact']}", "", _written(document["contact"], words))
    for name in ("consequences", "measures"):
        yield from ("", f"## {words[name]}", "")
        yield from _texts(document[name], words, lang) if document[name] else (words["not_yet"],)
    yield from ("", f"## {words['people_too']}", "", words["people_how"])
    yield from ("", f"## {words['proof']}", "")
    if nature["log"] is not None:
        yield f"- {words['from_log'].format(**nature['log'])}"
    yield f"- {words['digest']}: `{document['document_sha256']}`"
    yield from ("", words["law"])


def _texts(phases: Sequence[Mapping[str, Any]], words: Mapping[str, str], lang: str) -> Iterator[str]:
    for one in phases:
        yield words["in_phase"].format(phase=one["phase"], at=written(one["at"], lang))
        yield from ("", _written(one["text"], words), "")


def _written(text: str | None, words: Mapping[str, str]) -> str:
    return words["erased"] if text is None else quoted(text)
