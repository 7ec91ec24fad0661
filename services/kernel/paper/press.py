"""One page, in a process that ends with it: JSON comes in, PDF/A and PDF/UA goes out, the same bytes for the same page.

Run isolated, by its file, by whoever prints: it knows nothing of the product, and reads nothing but its template.
With `or_plain` a page with a character that no font here has is plain PDF, with an empty square for that one.
Values are data that the template looks up. None of them is ever read as the template's language.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

SECONDS, BYTES = 10, 2 << 30
Standards = list[Any]
"""Names of the typesetter's own list."""
READ_ALOUD: Standards = ["a-2a", "ua-1"]
"""ISO 19005-2 at level A, and ISO 14289-1: to be read in a hundred years, and by a screen reader."""
ARCHIVED: Standards = ["a-2b"]
"""For a page on which somebody wrote a character that has a shape and no meaning: nobody can read that aloud."""
PLAIN: Standards = ["1.7"]
CHARACTER = re.compile("could not be displayed with|codepoint")
"""What the typesetter says of a character that a standard does not allow."""


def printed(template: Path, page: str, at: datetime, *, or_plain: bool = False) -> bytes:
    """`page` is JSON; `at` is the date of the document. Only the fonts inside the typesetter are used."""
    ways = [READ_ALOUD, ARCHIVED, PLAIN] if or_plain else [READ_ALOUD, ARCHIVED]
    for standards in ways[:-1]:
        try:
            return _set(template, page, at, standards)
        except typst.TypstError as error:
            if not CHARACTER.search(str(error)):
                raise
    return _set(template, page, at, ways[-1])


def _set(template: Path, page: str, at: datetime, standards: Standards) -> bytes:
    return typst.compile(
        str(template),
        root=str(template.parent),
        ignore_system_fonts=True,
        sys_inputs={"page": page},
        format="pdf",
        pdf_standards=standards,
        timestamp=at.replace(microsecond=0),
    )


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    asked = json.load(sys.stdin)
    page, at = json.dumps(asked["page"]), datetime.fromisoformat(asked["at"])
    sys.stdout.buffer.write(printed(Path(asked["template"]), page, at, or_plain=asked["or_plain"]))


if __name__ == "__main__":
    main()
