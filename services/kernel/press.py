"""One page, in a process that ends with it: JSON comes in, PDF/A-2b goes out, the same bytes for the same page.

Run isolated, by its file, by whoever prints: it knows nothing of the product, and reads nothing but its template.
Values are data that the template looks up. None of them is ever read as the template's language.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path

import typst

SECONDS, BYTES = 10, 2 << 30


def printed(template: Path, page: str, at: datetime) -> bytes:
    """`page` is JSON; `at` is the date of the document. Only the fonts inside the typesetter are used."""
    return typst.compile(
        str(template),
        root=str(template.parent),
        ignore_system_fonts=True,
        sys_inputs={"page": page},
        format="pdf",
        pdf_standards=["a-2b"],
        timestamp=at.replace(microsecond=0),
    )


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    asked = json.load(sys.stdin)
    sys.stdout.buffer.write(
        printed(Path(asked["template"]), json.dumps(asked["page"]), datetime.fromisoformat(asked["at"]))
    )


if __name__ == "__main__":
    main()
