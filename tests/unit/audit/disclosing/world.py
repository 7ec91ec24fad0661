"""A log with disclosures beside it: three officers, an organisation with a key, and services that know who asked."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from nacl.signing import SigningKey

from services.audit.disclosing import counted
from services.audit.disclosing.disclosures import Disclosures
from services.audit.disclosing.sources import Key, Wanted
from services.audit.ledger.keeping import own_bases
from services.audit.packaging.consultation import statement
from services.audit.views import disclosures, grounds, papers
from services.contracts.privacy import Role
from services.contracts.tasks import Asking, told
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.unit.audit.cases import world as cases
from tests.unit.audit.cases.world import MAKER, NOON, OURS

OPENER, SECOND, THIRD = (
    Context(actor=f"account/{name}", organisation=MAKER, role="compliance", purpose="beheer_access", correlation="c")
    for name in ("opener", "second", "third")
)
BEHEERDER = Context(
    actor="account/beheerder", organisation=OURS, role="beheerder", purpose="beheer_access", correlation="c"
)
CALLED_BACK = {
    "finding": "De officier bevestigde de vordering.",
    "number": "+31 20 5550100",
    "found_in": "de site van het parket",
}
SPKI = bytes.fromhex("302a300506032b6570032100")
SIGNING = SigningKey(bytes(range(32)))
PUBLIC = base64.b64encode(SPKI + bytes(SIGNING.verify_key)).decode()
SANNE = {"category": "email", "name": "email", "value": "sanne@voorbeeld.example", "at": ""}
ADDRESS = {"category": "ip_address", "name": "session_1_ip", "value": "192.0.2.7", "at": "2026-02-01T08:00:00.000000Z"}


class Asked:
    """What other services were asked: `looks` for people's data, `holds` placed for all to see."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.looks: list[Wanted] = []
        self.holds: dict[str, Mapping[str, Any]] = {}
        self.unheld: dict[str, Exception] = {}
        self.key: Key | None = None
        self.gone = False
        self.released: list[tuple[str, str]] = []
        self.second: Mapping[str, str | None] | None = {"name": "Balie", "email": "balie@voorbeeld.example"}

    def person(self, account: str, organisation: str) -> str:
        if account not in self.world.accounts or organisation != OURS:
            raise Refused("account_unknown")
        return self.world.accounts[account]

    def data(self, wanted: Wanted) -> Mapping[str, Sequence[Mapping[str, str]]]:
        self.looks.append(wanted)
        found = [one for one in (SANNE, ADDRESS) if one["category"] in wanted.categories]
        return {} if self.gone else dict.fromkeys(wanted.people, found)

    def hold(self, case: str, label: str, said: Mapping[str, Any]) -> str:
        if label in self.unheld:
            raise self.unheld[label]
        self.holds[f"{case}/{label}"] = said
        return f"hold-{label}"

    def release(self, hold: str, by: str) -> None:
        self.released.append((hold, by))

    def second_contact(self, organisation: str) -> Mapping[str, str | None] | None:
        return self.second

    def organisation_name(self, organisation: str) -> str:
        return f"Gemeente {organisation[:4]}"

    def consultation_key(self, organisation: str) -> Key | None:
        return self.key


class World(cases.World):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.audit.views = (grounds, disclosures)
        papers.tables.create_all(self.audit.engine)
        self.asked = Asked(self)
        self.accounts = {"sanne": str(uuid4()), "noor": str(uuid4())}
        vkey = "not asked for"
        self.files = Disclosures(self.audit, self.asked, MAKER, own_bases(), vkey, self.own, lambda: self.now)

    # -- a file, step by step

    def request(self, **but: Any) -> str:
        """Opened on an order for stored data; the tenant may know of it, where nothing else is said."""
        said = {
            "basis": "sv_126nd",
            "organisation": OURS,
            "people": ["sanne"],
            "categories": ["email", "ip_address", "contact_phone"],
            "secrecy": "none",
            "channel": "letter",
            "received_at": (NOON - timedelta(hours=1)).isoformat(),
            "authority": "Openbaar Ministerie",
            "official": "mr. A. Officier",
            "function": "officier van justitie",
            "reference": "OM-12",
            "original": base64.b64encode(b"De officier vordert.").decode(),
            **but,
        }
        given = {name: value for name, value in said.items() if value is not None}
        return str(self.files.opening.open(OPENER, **given)["disclosure"])

    def suspicion(self, **but: Any) -> str:
        said: dict[str, Any] = {
            "basis": "own_suspicion",
            "organisation": OURS,
            "people": ["sanne"],
            "categories": ["email"],
        }
        said |= {"facts": "Honderd accounts in een nacht.", **but}
        return str(self.files.opening.open(OPENER, **said)["disclosure"])

    def hidden(self, **but: Any) -> str:
        return self.request(secrecy="by_law", review_at=(NOON + timedelta(days=90)).isoformat(), **but)

    def held(self, file: str) -> str:
        self.files.opening.authenticate(OPENER, file, **CALLED_BACK)
        self.files.consulting.hold(OPENER, file)
        return file

    def consulted(self, file: str) -> str:
        self.held(file)
        self.files.consulting.consult(OPENER, file, words="Wat vindt u?")
        return file

    def agreed(self, file: str) -> str:
        self.consulted(file)
        self.publish()
        self.answer(file)
        return file

    def publish(self) -> None:
        """The organisation publishes its consultation key."""
        self.asked.key = Key(key=PUBLIC, event=str(uuid4()))

    def answer(self, file: str, reasons: str | None = None, *, by: Context = BEHEERDER, **but: Any) -> dict[str, Any]:
        return self.files.showing.answer(by, OURS, file, **{**self.signed(file, reasons), **but})

    def signed(self, file: str, reasons: str | None = None) -> dict[str, Any]:
        asked = self.files.showing._files.read(file).asked_digest
        outcome = "agreed" if reasons is None else "objected"
        said = statement(file, OURS, asked, outcome, reasons)
        signature = base64.b64encode(SIGNING.sign(said).signature).decode()
        return {"outcome": outcome, "signature": signature} | ({} if reasons is None else {"reasons": reasons})

    def barred(self, file: str) -> str:
        self.held(file)
        review = (NOON + timedelta(days=90)).isoformat()
        self.files.consulting.consult(SECOND, file, ground="Artikel 126bb lid 5 Sv.", review_at=review)
        return file

    def scoped(self, file: str, **said: Any) -> dict[str, Any]:
        return self.files.deciding.scope(OPENER, file, **said)

    def approved(self, file: str, **said: Any) -> str:
        scope = self.scoped(file, **said)
        for officer in (SECOND, THIRD):
            self.files.deciding.approve(officer, file, version=scope["version"], digest=scope["digest"])
        return file

    def told(self, file: str) -> list[Any]:
        with self.audit.reading() as session:
            return [record.event for record in eventstore.read(session, f"disclosure/{file}")]

    def row(self, file: str) -> dict[str, Any]:
        return self.files.showing.show(file)

    def rows(self, organisation: str | None) -> list[dict[str, Any]]:
        return self._report(organisation).rows

    def totals(self, organisation: str | None = None) -> dict[str, int]:
        found = self._report(organisation).totals
        assert found is not None
        return found

    def _report(self, organisation: str | None) -> counted.Report:
        """What is kept of all files is what one counts of them, at every step of every test."""
        now, showing = instant(self.now), self.files.showing
        found = counted.report(self.audit, showing, organisation, None, None, now, None, whole=True)
        assert found.totals == counted.counted(showing.begun_in(organisation, None, None, None, 1000), now)
        return found

    def tasks(self, kind: str) -> list[dict[str, Any]]:
        """What waits of one kind for a compliance officer."""
        asking = Asking(role=Role.COMPLIANCE, organisation=None, now=instant(self.now))
        with self.audit.reading() as session:
            items: list[dict[str, Any]] = told(self.files.showing.looks(None), session, asking)["items"]
        return [one for one in items if one["kind"] == kind]

    def papers(self, file: str) -> set[str]:
        with self.audit.reading() as session:
            return {kind.value for kind in papers.Kind if papers.get(session, file, kind)}
