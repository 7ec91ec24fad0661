"""A disclosure that never was, in a tiny log of its own: everything that a package is built of."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from nacl.signing import SigningKey

from services.audit.packaging import contents as c
from services.audit.packaging.consultation import (
    Agreed,
    Barred,
    Consultation,
    Lapsed,
    Objected,
    OwnSuspicion,
    statement,
)
from services.audit.packaging.scope import Reach, Removed, Scope
from services.contracts.privacy import Category
from services.kernel.codec import instant
from tests.unit.reader.tinylog import LOG, checkpoint, entries, event, inclusion

DISCLOSURE = "5e0a6a2e-6f5e-4a0f-9d57-0d9a3f1f3c11"
ORGANISATION = "0c7f8f52-32de-4a53-8b3e-5f0c1f6f7a22"
OPENER, FIRST, SECOND = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2, 3))
DUE = "2026-03-10T12:00:00.000000Z"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEY = SigningKey(sha256(b"the organisation").digest())
SPKI = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(KEY.verify_key)).decode()
RECIPIENT = "age19we38rep0utdlptd52f0gw98auvsf48xmlycg4mj02u0kprj9cvssr3kqd"
REASONS = "Een van hen is minderjarig."
SCOPE = Scope(
    version=2,
    salt="00112233445566778899aabbccddeeff",
    asked=Reach(
        people=("1", "2"), categories=(Category.NAME, Category.EMAIL, Category.IP_ADDRESS), since=NOON, until=None
    ),
    granted=Reach(people=("1",), categories=(Category.NAME, Category.EMAIL), since=NOON, until=None),
    removed=(
        Removed(what="category/ip_address", reason="De grondslag reikt niet zover."),
        Removed(what="person/2", reason="Niet herleidbaar tot de vordering."),
    ),
)
PEOPLE = (
    c.Person(
        label="1",
        fields=(
            c.Field(category=Category.NAME, name="first_name", value="Fenna"),
            c.Field(category=Category.NAME, name="last_name", value='=HYPERLINK("http://x.example","van den Berg")'),
            c.Field(category=Category.EMAIL, name="email", value="fenna@voorbeeld.example"),
        ),
    ),
)
ASKED = SCOPE.asked_digest(DISCLOSURE)


def signed(outcome: str, reasons: str | None = None, **but: Any) -> str:
    """An organisation's signature over the answer, base64."""
    said = {"disclosure": DISCLOSURE, "organisation": ORGANISATION, "asked": ASKED, **but}
    return base64.b64encode(KEY.sign(statement(outcome=outcome, reasons=reasons, **said)).signature).decode()


class Tiny:
    """One log of one disclosure, and the package's contents; `outcome` is how its consultation ended.

    `lies` changes what an event says, `without` leaves events out, both by the event's place in the story.
    """

    def __init__(
        self,
        outcome: str = "agreed",
        *,
        lies: dict[str, dict[str, Any]] | None = None,
        without: tuple[str, ...] = (),
        scope: Scope = SCOPE,
        reasons: str = REASONS,
    ) -> None:
        held = [*entries(4), event("/org", 1, "ConsultationKeyRegistered", "id-k", self._key(), **self._of_org())]
        self.at: dict[str, int] = {"ConsultationKeyRegistered": 4}
        self.scope, self.asked, self.reasons = scope, scope.asked_digest(DISCLOSURE), reasons
        self._number = 5
        digest = scope.digest(DISCLOSURE)
        began = "SuspicionReported" if outcome == "own_suspicion" else "AuthorityRequestReceived"
        secrecy = "by_law" if outcome == "barred" else "none"
        approved = {"scope_version": scope.version, "digest": digest}
        told: list[tuple[str, str, dict[str, Any], str]] = [
            ("began", began, {}, OPENER),
            ("opened", "DisclosureOpened", {"basis": "sv_126nd", "rule": "sv_126nd@1", "secrecy": secrecy}, OPENER),
            *self._consulted(outcome),
            ("scoped", "DisclosureScoped", approved, OPENER),
            ("first", "DisclosureApproved", approved, FIRST),
            ("second", "DisclosureApproved", approved, SECOND),
        ]
        for place, name, data, by in told:
            if place in without:
                continue
            self.at[place] = len(held)
            said = {"disclosure": DISCLOSURE, **data, "by": by, "at": instant(NOON), **(lies or {}).get(place, {})}
            held.append(self._event(name, said))
        self.held, self.note = held, checkpoint(held)
        self._leaves = [sha256(b"\x00" + entry).digest() for entry in held]
        self.contents = c.Contents(
            file=c.File(
                disclosure=DISCLOSURE,
                organisation=ORGANISATION,
                organisation_name="Stichting Voorbeeld",
                maker="ConnectTools B.V.",
                opened_at=NOON,
                decided_at=NOON,
            ),
            authority=c.Authority(
                name="Politie Eenheid Voorbeeld",
                official="A. de Wit",
                function="officier van justitie",
                reference="PL-2026-1",
                recipient=RECIPIENT,
            ),
            basis=c.Basis(code="sv_126nd", words={"nl": "Sv art. 126nd", "en": "Sv art. 126nd"}, version="1"),
            scope=scope,
            scope_entry=self.at.get("scoped", 0),
            deciders=(
                c.Decider(role="compliance", number=1, at=NOON, entry=self.at.get("first", 0)),
                c.Decider(role="compliance", number=2, at=NOON, entry=self.at.get("second", 0)),
            ),
            consultation=self._outcome(outcome),
            people=PEOPLE,
            log=c.Log(
                vkey=LOG.vkey,
                checkpoint=self.note,
                entries=tuple(
                    c.Entry(index=index, note=note, proof=self._proof(index)) for index, note in enumerate(held)
                ),
            ),
            at=NOON,
        )

    def but(self, **changes: Any) -> c.Contents:
        return replace(self.contents, **changes)

    def _key(self) -> dict[str, str]:
        return {"organisation": ORGANISATION, "key": SPKI}

    def _of_org(self) -> dict[str, str]:
        return {"subject": f"organisation/{ORGANISATION}", "organisation": ORGANISATION}

    def _event(self, name: str, data: dict[str, Any]) -> bytes:
        number, self._number = self._number, self._number + 1
        subject = f"disclosure/{DISCLOSURE}"
        return event("/audit", number, name, f"id-d{number}", data, subject=subject)

    def _consulted(self, outcome: str) -> list[tuple[str, str, dict[str, Any], str]]:
        asked = ("consulted", "BeheerderConsulted", {"due": DUE, "asked": self.asked}, OPENER)
        match outcome:
            case "agreed" | "objected":
                answered = {"outcome": outcome, "asked": self.asked}
                return [asked, ("answered", "ConsultationAnswered", answered, "b")]
            case "lapsed":
                return [asked, ("answered", "ConsultationLapsed", {"due": DUE}, "audit")]
            case "barred":
                return [("answered", "ConsultationBarred", {"review_at": DUE}, FIRST)]
            case _:
                return []

    def _outcome(self, outcome: str) -> Consultation:
        entry = self.at.get("answered", 0)
        key = {"at": NOON, "key": SPKI, "key_entry": self.at["ConsultationKeyRegistered"], "entry": entry}
        match outcome:
            case "agreed":
                return Agreed(signature=signed("agreed", asked=self.asked), **key)
            case "objected":
                signature = signed("objected", self.reasons, asked=self.asked)
                return Objected(signature=signature, reasons=self.reasons, **key)
            case "lapsed":
                return Lapsed(asked_at=NOON, asked_entry=self.at["consulted"], due=LATER, entry=entry)
            case "barred":
                return Barred(ground="Sv art. 126bb lid 5", review_at=LATER, entry=entry)
            case _:
                return OwnSuspicion(entry=self.at["began"])

    def _proof(self, index: int) -> bytes:
        path = "".join(f"{base64.b64encode(node).decode()}\n" for node in inclusion(index, self._leaves))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n{self.note.decode()}".encode()
