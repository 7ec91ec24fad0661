"""A ZIP that is the same bytes for the same files: names are ours, times are none, and nothing climbs out."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can say; it stands for none."""
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)+\Z")
MANIFEST = "manifest.json"


def archived(files: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """The files in the order of their names. Raises ValueError for a name that is not lower case with an extension.

    Without compression the bytes depend on no library, and nothing in them can be changed unnoticed.
    """
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method, compresslevel=9) as made:
        for name in sorted(files):
            if not _NAME.match(name):
                raise ValueError("a file in an archive has a name of ours")
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type, entry.external_attr, entry.create_system = method, 0o600 << 16, 3
            made.writestr(entry, files[name])
    return sink.getvalue()


def manifest(head: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """`head`, and of every file its name, SHA-256 and size, as JSON."""
    listed = [
        {"name": name, "sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        for name in sorted(files)
    ]
    return as_json({**head, "files": listed})


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
