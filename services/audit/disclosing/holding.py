"""A hold lasts as long as its file needs it: one that ends otherwise than by its term is released (P06, P08)."""

from __future__ import annotations

from services.audit.disclosing.file import File
from services.audit.disclosing.sources import Sources


def release(file: File, sources: Sources, by: str) -> None:
    """Let go of what the file's holds keep, but for those of a preservation order, which keep for their whole term.

    Asked again it changes nothing; what fails here is over at the hold's own end.
    """
    if file.basis.preserves and not file.state.rejected:
        return
    for hold in file.kept.get("holds", {}).values():
        sources.release(hold, by)
