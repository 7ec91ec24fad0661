"""Of every entry of a log: personal values only for a purpose, on a basis, and in categories that were agreed (P02).

The services do not let anything else come to be; here that is looked at once more, by another way, from the log alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.contracts.grounds import EXEMPTIONS
from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned, Side
from services.contracts.privacy import LegalBasis, Purpose
from services.kernel.event import personal_fields
from services.kernel.ground import Exemption
from services.org.domain import terms as makers
from tests.journeys.people import Person
from tests.rules.contracts import EVENTS, short

Said = Mapping[str, Any]
Version = tuple[str, int]


def entries(person: Person) -> list[Said]:
    """Every entry of the log, as an officer reads it, in the order in which they were decided.

    The sources enter the log independently of each other, so its order says nothing between two of them; in a journey
    all of them have the clock of one machine.
    """
    path = "/v1/log/entries?limit=100"
    found: list[Said] = []
    following: str | None = None
    while True:
        page = person.get(path if following is None else f"{path}&cursor={following}")
        found += [json.loads(item["entry"].split("\n", 1)[0]) for item in page["items"]]
        following = page["next"]
        if following is None:
            return sorted(found, key=lambda said: said["time"])


def ungrounded(log: Iterable[Said]) -> list[str]:
    """What is wrong with the grounds of a log's entries, from its beginning on; nothing where each has one."""
    return sorted(set(Look().through(log).wrong))


def unused(log: Iterable[Said]) -> list[str]:
    """The reasons of the exemptions that no entry needed."""
    needed = Look().through(log).needed
    return [one.reason for one in EXEMPTIONS if one.reason not in needed]


@dataclass
class Look:
    """What is known of the agreements on the way through a log, what was wrong so far, and what was needed."""

    proposed: dict[Version, Said] = field(default_factory=dict)
    signed: dict[Version, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)

    def through(self, log: Iterable[Said]) -> Look:
        for said in log:
            data, name = said["data"], said["type"]
            if name in (AgreementProposed.type, AgreementAmended.type):
                self.proposed[data["agreement"], data["agreement_version"]] = data
            if name == AgreementSigned.type:
                self.signed.setdefault((data["agreement"], data["agreement_version"]), set()).add(data["side"])
            marks = personal_fields(EVENTS[name])
            held = {mark.category for one, mark in marks.items() if data.get(one) is not None}
            if held and (no := self._wrong(said, held)):
                self.wrong.append(f"{short(name)}: {no}")
        return self

    def _wrong(self, said: Said, held: set[str]) -> str | None:
        purpose, basis = said.get("purpose"), said.get("legalbasis")
        if purpose not in set(Purpose) or basis not in set(LegalBasis):
            return f"purpose {purpose}, legal basis {basis}"
        in_name = self._terms(said)
        if any(one["purposes"].get(purpose) == basis and held <= set(one["categories"]) for one in in_name):
            return None
        if any(self._exempt(one, said, held, in_name) for one in EXEMPTIONS):
            return None
        if said.get("agreement") is None:
            return "no agreement, and nothing that is declared"
        beyond = held - {category for one in in_name for category in one["categories"]}
        return f"{', '.join(sorted(beyond))} was not agreed" if beyond else f"{purpose} was not agreed on {basis}"

    def _exempt(self, one: Exemption, said: Said, held: set[str], in_name: list[Said]) -> bool:
        purpose, basis = said["purpose"], said["legalbasis"]
        if short(said["type"]).rpartition(".v")[0] not in one.events:
            return False
        if (one.purposes and purpose not in one.purposes) or (one.bases and basis not in one.bases):
            return False
        if one.in_place_of is not None:
            fits = any(
                terms["purposes"].get(purpose) == one.in_place_of and held <= set(terms["categories"])
                for terms in in_name
            )
        elif one.beside:
            fits = any(
                terms["purposes"].get(purpose) == basis and held <= set(terms["categories"]) | one.categories
                for terms in in_name
            )
        else:
            fits = said.get("agreement") is None and held <= one.categories
        if fits:
            self.needed.add(one.reason)
        return fits

    def _terms(self, said: Said) -> list[Said]:
        """Every version of the agreement it names that both sides have signed by now; the maker's, for its own."""
        if said.get("agreement") is None:
            own = makers.own(datetime.fromisoformat(said["time"]).date()) if "time" in said else None
            return [own.said()] if own is not None and said.get("role") == "controller" else []
        both = [one for one, sides in self.signed.items() if one[0] == said["agreement"] and len(sides) == len(Side)]
        return [self.proposed[one] for one in both]
