"""What a person may know of what an authority received about them: once it is no secret and they were told (AVG 15)."""

from __future__ import annotations

from typing import Any

from services.audit.disclosing.file import File, Files, at
from services.audit.disclosing.showing import Showing
from services.audit.views import disclosures as view
from services.contracts.audit import AuthorityRequestReceived, DisclosureHandedOver
from services.kernel.context import Context


class Telling:
    def __init__(self, files: Files, showing: Showing) -> None:
        self._files, self._showing = files, showing

    def mine(self, context: Context) -> dict[str, Any]:
        """`items`: which authority received which categories of the data of who asks, on what basis, and when.

        Of a file that is hidden, or whose people are not told yet, nothing; nor of one whose key is gone.
        """
        pseudonym = context.actor.removeprefix("account/")
        files = [self._files.read(row.disclosure) for row in self._told(str(context.organisation))]
        return {"items": [_shown(file) for file in files if not file.state.erased and _about(file, pseudonym)]}

    def received(self, organisation: str, person: str) -> dict[str, Any]:
        """`references` of the disclosures in which somebody received this person's data and the person knows it: who
        received it is told of what a data request changes (AVG 19). Of any other there is nothing here either.
        """
        files = [self._files.read(row.disclosure) for row in self._told(organisation)]
        mine = [file for file in files if not file.state.erased and _about(file, person)]
        return {"references": [f"disclosure/{file.disclosure}" for file in mine]}

    def _told(self, organisation: str) -> list[Any]:
        def look(tenant: view.Tenant) -> list[Any] | None:
            with self._files.store.reading() as session:
                return list(view.told(session, tenant)) or None

        return self._showing.tenant(organisation)(look) or []


def _about(file: File, pseudonym: str) -> bool:
    granted = file.scope.granted.people if file.scope else ()
    return any(file.people[label].pseudonym == pseudonym for label in granted)


def _shown(file: File) -> dict[str, Any]:
    handed, scope = file.last(DisclosureHandedOver), file.scope
    return {
        "authority": file.word(AuthorityRequestReceived, "authority"),
        "basis": file.basis.code,
        "basis_words": dict(file.basis.words),
        "categories": sorted(scope.granted.categories) if scope else [],
        "handed_over_at": at(handed[1].handed_over_at) if handed else None,
    }
