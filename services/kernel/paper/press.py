"""One page, in a process that ends with it: JSON comes in, PDF/A-2b goes out, the same bytes for the same page.

Run isolated, by its file, by whoever prints: it knows nothing of the product, and reads nothing but its template.
With `or_plain` a page with a character that no font here has is plain PDF, with an empty square for that one.
Values are data that the template looks up. None of them is ever read as the template's language.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

SECONDS, BYTES = 10, 2 << 30


def printed(template: Path, page: str, at: datetime, *, or_plain: bool = False) -> bytes:
    """`page` is JSON; `at` is the date of the document. Only the fonts inside the typesetter are used."""
    try:
        return _set(template, page, at, "a-2b")
    except typst.TypstError as error:
        if not or_plain or "could not be displayed with" not in str(error):
            raise
        return _set(template, page, at, "1.7")


def _set(template: Path, page: str, at: datetime, standard: Literal["a-2b", "1.7"]) -> bytes:
    return typst.compile(
        str(template),
        root=str(template.parent),
        ignore_system_fonts=True,
        sys_inputs={"page": page},
        format="pdf",
        pdf_standards=standard,
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
