"""The register of processing is written down when it changed, and read as it was on any two days (AVG 30, P04)."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from services.contracts.privacy import ProcessingRole
from services.kernel.calls.calling import Calling
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.org.app.statements import Statements
from services.org.app.sub_processors import SubProcessors
from services.org.domain import register as rules
from services.org.domain.terms import own
from services.org.views import agreements, organisations, registers, statements, sub_processors

HOUR = 3600.0


def measures() -> Mapping[str, str]:
    """What is done to keep data safe, in words, by code."""
    found: dict[str, str] = json.loads(Path(__file__).parents[1].joinpath("measures.json").read_text())["measures"]
    return found


class Registering(SubProcessors, Statements, ABC):
    """Each method is one transaction."""

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller, now)
        self.measures = measures()

    def begin(self) -> None:
        super().begin()
        self.write_register(self.configuration.maker)

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (HOUR, self.write_registers))

    def write_registers(self) -> None:
        """What begins or ends with a day, and what a new version of this software declares, is seen here."""
        with self.store.reading() as session:
            known = organisations.ids(session)
        for organisation in known:
            self.write_register(organisation)

    def write_register(self, organisation: str) -> None:
        today, at = self.today(), self.now()

        def work(unit: Unit) -> dict[str, Any]:
            entries = self._entries(unit.session, organisation, today)
            asked = rules.Generate(organisation=organisation, entries=entries, at=at)
            unit.do(f"register/{organisation}", rules.decider, asked)
            return {}

        self.store.perform(self.own_context(organisation=organisation), work)

    def processing_register(
        self, _: Context, organisation: str | None = None, since: str | None = None, until: str | None = None
    ) -> dict[str, Any]:
        """`rows` and `totals` of the report: as it stood at `until`, or stands now, compared with `since`."""
        with self.store.reading() as session:
            there = organisation is not None and organisations.by_id(session, organisation) is not None
        if organisation is not None and there and until is None:
            self.write_register(organisation)
        with self.store.reading() as session:
            now = registers.at(session, organisation, until)
            before = registers.at(session, organisation, since) if since is not None else None
        rows, totals = [], dict.fromkeys(("organisations", "entries", "added", "removed", "changed"), 0)
        for one, row in now.items():
            entries = orjson.loads(row.entries)
            earlier = entries if before is None else orjson.loads(before[one].entries) if one in before else {}
            totals["organisations"] += 1
            totals["entries"] += len(entries)
            for line in rules.compared(earlier, entries):
                section, _slash, item = line.key.partition("/")
                if line.change != "same":
                    totals[line.change] += 1
                rows.append(
                    {
                        "organisation": one,
                        "register_version": row.version,
                        "generated_at": row.generated_at,
                        "section": section,
                        "item": item,
                        "value": line.value,
                        "before": None if before is None else line.before,
                        "change": None if before is None else line.change,
                    }
                )
        return {"rows": rows, "totals": totals}

    def bound(self, unit: Unit, organisation: str, terms: Mapping[str, Any]) -> None:
        """What both signed is written down with it."""
        super().bound(unit, organisation, terms)
        entries = self._entries(unit.session, organisation, self.today())
        asked = rules.Generate(organisation=organisation, entries=entries, at=self.now())
        unit.do(f"register/{organisation}", rules.decider, asked)

    # -- how

    def _entries(self, session: Connection, organisation: str, today: date) -> dict[str, str]:
        """None where nothing is agreed; of the maker's own people, its own rules."""
        maker = self.configuration.maker
        row = organisations.by_id(session, organisation)
        if organisation == maker:
            terms = own(today)
            found = None if terms is None else {**terms.said(), "triggers": {}, "sub_processors": []}
        else:
            found = agreements.in_force(session, [organisation], today).get(organisation)
        if row is None or found is None:
            return {}
        makers_name = organisations.by_id(session, maker)
        return rules.entries(
            rules.Facts(
                controller=row["name"],
                processor=makers_name["name"] if makers_name else "",
                role=(ProcessingRole.CONTROLLER if organisation == maker else ProcessingRole.PROCESSOR).value,
                agreement=_agreement(found),
                purposes=found["purposes"],
                categories=found["categories"],
                retention=found["retention"],
                triggers=found["triggers"],
                named=found["sub_processors"],
                recipients=[
                    rules.Recipient(name=one.name, task=one.task, country=one.country, transfer=one.transfer)
                    for one in sub_processors.active(session, organisation)
                ],
                terms=self._own_terms(session, today),
                measures=self.measures,
            ),
            rules.declared(),
        )

    def _own_terms(self, session: Connection, today: date) -> dict[str, str]:
        """As the statement in force lists them; a rule holds the code to that list."""
        found = self.stated(session, statements.in_force(session, today))
        shown = found.statement.lists["terms"] if found is not None else ()
        return {one.code: str(one.value) for one in shown}


def _agreement(found: Mapping[str, Any]) -> str:
    if found["agreement"] is None:
        return f"own terms, version {found['version']}"
    return f"{found['agreement']}, version {found['version']}"
