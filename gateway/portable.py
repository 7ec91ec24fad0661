"""The portable archive: what a person provided, as JSON and CSV with their schemas and a manifest of hashes (AVG 20).

The same data makes the same bytes. Every name in it is ours; what people wrote is in cells and strings alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.schemas.portable import PORTABLE
from services.kernel.paper.archive import MANIFEST, archived, as_json, manifest
from services.kernel.paper.sheets import table

FORMAT, VERSION = "crisisconnect.nl/portable-archive", 1
README = """\
Dit zijn de gegevens die u zelf gaf of die door uw gebruik van de app ontstonden (AVG artikel 20).
Elk onderdeel staat er twee keer in: als JSON (precies) en als CSV (voor een rekenblad). Alles is UTF-8.
In een CSV-bestand staat een apostrof voor een cel die een rekenblad anders als formule zou uitvoeren.
Bij elk onderdeel hoort een JSON Schema. In manifest.json staat van elk bestand de SHA-256.

These are the data that you gave yourself, or that came of your using the app (GDPR article 20).
Each part is there twice: as JSON (exact) and as CSV (for a spreadsheet). All of it is UTF-8.
In a CSV file an apostrophe stands before a cell that a spreadsheet would otherwise run as a formula.
Each part has a JSON Schema. In manifest.json stands the SHA-256 of each file.
"""


def portable(copy: Mapping[str, Any]) -> bytes:
    """A ZIP of the copy's portable part; a kind of which there is nothing is there, and empty."""
    files = {"readme.txt": README.encode()}
    for kind, schema in PORTABLE.items():
        names = list(schema["items"]["properties"])
        held = copy[kind]
        records = [{name: one.get(name) for name in names} for one in (held if isinstance(held, list) else [held])]
        files[f"{kind}.json"] = as_json(records)
        files[f"{kind}.csv"] = table(names, records)
        files[f"{kind}.schema.json"] = as_json(schema)
    files[MANIFEST] = manifest({"format": FORMAT, "version": VERSION}, files)
    return archived(files)
