"""Whom auth is to mail that a consultation waits: it asks, as only the case's key says whose file it is (P08)."""

from __future__ import annotations

from typing import Any

from services.audit.disclosing.file import Files
from services.audit.disclosing.sources import Sources
from services.audit.domain.disclosure import Consulted
from services.contracts.audit import Contact

NOBODY: dict[str, Any] = {"waits": False, "organisation": None, "email": None}


class Noticing:
    def __init__(self, files: Files, sources: Sources) -> None:
        self._files, self._sources = files, sources

    def waits(self, disclosure: str) -> dict[str, Any]:
        """Whether a consultation `waits`: for the Beheerders of `organisation`, or for who reads `email`.

        Of a second contact no organisation is told: its file is hidden, and its Beheerder may be the suspect.
        """
        file = self._files.read(disclosure)
        asked, state = file.state.asked, file.state
        if asked is None or state.consulted is not Consulted.NOT_YET or state.rejected or state.closed:
            return NOBODY
        if asked.contact is Contact.SECOND_CONTACT:
            second = self._sources.second_contact(file.tenant)
            return {"waits": True, "organisation": None, "email": second["email"] if second else None}
        return NOBODY if file.hidden else {"waits": True, "organisation": file.tenant, "email": None}
