"""Of every entry of a log: personal values only for a purpose, on a basis, and in categories that were agreed (P02)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.contracts.org import AgreementAmended, AgreementProposed, AgreementSigned, Side
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.event import personal_fields
from tests.journeys.people import Person
from tests.rules.contracts import EVENTS, short

STEPS = {
    "auth.PersonInvited": "the first Beheerder is asked in to agree",
    "auth.UserRegistered": "and opens an account to do it",
    "auth.SignedIn": "and signs in, with a session",
    "auth.SessionStarted": "and signs in, with a session",
    "org.OrganisationRegistered": "with whom there may be an agreement, and whom to ask in",
    "org.ContactPublished": "whom to turn to while there is none",
    "org.AgreementSigned": "who signs it",
}
"""What holds personal values of an organisation without an agreement in force, and why: steps prior to a contract."""
OWN_DUTY = LegalBasis.LEGAL_OBLIGATION.value
"""Cases, rights, security: what a law wants of the maker, whatever is agreed."""
CASES = frozenset({Category.CORRESPONDENCE.value})
"""What is written in a case is kept for that case, under its own key and term, whatever is agreed."""
Said = Mapping[str, Any]


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
    wrong: list[str] = []
    proposed: dict[tuple[str, int], set[str]] = {}
    signed: dict[tuple[str, int], set[str]] = {}
    for said in log:
        data, name = said["data"], said["type"]
        if name in (AgreementProposed.type, AgreementAmended.type):
            proposed[data["agreement"], data["agreement_version"]] = set(data["categories"])
        if name == AgreementSigned.type:
            signed.setdefault((data["agreement"], data["agreement_version"]), set()).add(data["side"])
        held = {mark.category for one, mark in personal_fields(EVENTS[name]).items() if data.get(one) is not None}
        if held and (no := _wrong(said, held, _agreed(said.get("agreement"), proposed, signed))):
            wrong.append(f"{short(name)}: {no}")
    return sorted(set(wrong))


def _agreed(
    agreement: str | None, proposed: Mapping[tuple[str, int], set[str]], signed: Mapping[tuple[str, int], set[str]]
) -> set[str]:
    """The categories of every version that both sides have signed by now."""
    both = [which for which, sides in signed.items() if which[0] == agreement and len(sides) == len(Side)]
    return {category for which in both for category in proposed[which]}


def _wrong(said: Said, held: set[str], agreed: set[str]) -> str | None:
    purpose, basis = said.get("purpose"), said.get("legalbasis")
    if purpose not in set(Purpose) or basis not in set(LegalBasis):
        return f"purpose {purpose}, legal basis {basis}"
    if basis == OWN_DUTY or said.get("role") == "controller":
        return None
    if said.get("agreement") is None:
        step = short(said["type"]).removesuffix(".v1")
        return None if step in STEPS and basis == LegalBasis.CONTRACT else "no agreement, and no step towards one"
    beyond = sorted(held - agreed - CASES)
    return f"{', '.join(beyond)} was not agreed" if beyond else None
