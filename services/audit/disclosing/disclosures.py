"""Disclosures as a whole: every step of a file, who sees it, and what is asked of the other services for it (P08)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from services.audit.disclosing.changing import Changing
from services.audit.disclosing.consulting import Consulting
from services.audit.disclosing.copies import Copies
from services.audit.disclosing.deadlines import Deadlines
from services.audit.disclosing.deciding import Deciding
from services.audit.disclosing.file import Files
from services.audit.disclosing.handing_over import HandingOver
from services.audit.disclosing.noticing import Noticing
from services.audit.disclosing.opening import Opening
from services.audit.disclosing.showing import Showing
from services.audit.disclosing.sources import Key, Sources, Wanted
from services.audit.disclosing.telling import Telling
from services.audit.domain.basis import Bases
from services.contracts.privacy import LegalBasis, Purpose
from services.kernel.calls.calling import Calling
from services.kernel.codec import instant
from services.kernel.commands.unit import Store
from services.kernel.context import Context


class Disclosures:
    """`vkey` is the log's; `context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        maker: str,
        bases: Sequence[Bases],
        vkey: str,
        context: Callable[..., Context],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        files = Files(store, maker, bases, now)
        copies = Copies(files, context)
        self.opening = Opening(files, sources)
        self.consulting = Consulting(files, sources)
        self.deciding = Deciding(files, sources, copies)
        self.handing_over = HandingOver(files, sources, vkey, copies)
        self.changing = Changing(files)
        self.showing = Showing(files, sources, self.consulting, self.changing)
        self.noticing = Noticing(files, sources)
        self.telling = Telling(files, self.showing)
        self.deadlines = Deadlines(files, context, copies, self.changing)


class Others:
    """The other services, each asked in audit's own name in a sealed call."""

    def __init__(self, caller: Calling, context: Callable[..., Context]) -> None:
        self._caller, self._context = caller, context

    def person(self, account: str, organisation: str) -> str:
        asked = {"account": account, "organisation": organisation}
        return str(self._call("auth", "pseudonym_of", asked)["pseudonym"])

    def data(self, wanted: Wanted) -> Mapping[str, Sequence[Mapping[str, str]]]:
        asked = asdict(wanted) | {
            "people": list(wanted.people),
            "categories": [category.value for category in wanted.categories],
            "since": instant(wanted.since) if wanted.since else None,
            "until": instant(wanted.until) if wanted.until else None,
        }
        found: Mapping[str, Sequence[Mapping[str, str]]] = self._call("auth", "data_for_disclosure", asked)
        return found

    def hold(self, case: str, label: str, said: Mapping[str, Any]) -> str:
        # One hold for one person in one file, however often it is asked for.
        key = sha256(f"disclosure/{case}/{label}".encode()).hexdigest()
        return str(self._call("retention", "hold_for_disclosure", said, idempotency=key, digest=key)["hold"])

    def release(self, hold: str, by: str) -> None:
        self._call("retention", "release_for_disclosure", {"hold": hold, "by": by})

    def second_contact(self, organisation: str) -> Mapping[str, str | None] | None:
        found: Mapping[str, str | None] | None = self._call("org", "consultation", {"organisation": organisation})[
            "second_contact"
        ]
        return found

    def organisation_name(self, organisation: str) -> str:
        return str(self._call("org", "named", {"organisation": organisation})["name"])

    def consultation_key(self, organisation: str) -> Key | None:
        keys = self._call("org", "consultation", {"organisation": organisation})["keys"]
        return next((Key(key=one["key"], event=one["event"]) for one in keys if one["until"] is None), None)

    def _call(self, service: str, method: str, asked: Mapping[str, Any], **more: Any) -> Any:
        why = {"purpose": Purpose.BEHEER_ACCESS.value, "legal_basis": LegalBasis.LEGAL_OBLIGATION.value}
        return self._caller.call(service, method, asked, self._context(**why, **more))
