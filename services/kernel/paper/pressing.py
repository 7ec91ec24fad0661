"""A page is printed by a process with limits that ends with it; here is how one is asked for a page."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Protocol

import orjson

from services.kernel.transaction import must_not_be_open

PRESS = Path(__file__).with_name("press.py")
SECONDS = 30
"""How long a service waits for one page: the process itself may compute for ten."""


class NotPrinted(Exception):
    """The press broke on a page: a fault of ours, never of who asked."""


class Page(Protocol):
    """A dataclass of text; `template` names the file (`.typ`) beside its module, `at` is the date of the document."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def template(self) -> str: ...

    @property
    def at(self) -> str: ...


def command(press: Path = PRESS) -> list[str]:
    """What starts a press; it reads what was `asked` and writes the PDF."""
    return [sys.executable, "-I", str(press)]


def asked(page: Page, *, or_plain: bool = False) -> bytes:
    """The page as the press reads it: its template sees the values as data, never as the template's language.

    With `or_plain` it may be PDF, and no PDF/A, where it holds a character that no font of the press has.
    """
    beside = sys.modules[type(page).__module__].__file__ or ""
    template = Path(beside).with_name(f"{page.template}.typ")
    return orjson.dumps({"template": str(template), "at": page.at, "or_plain": or_plain, "page": asdict(page)})


def pdf(page: Page) -> bytes:
    """The page as PDF/A-2a and PDF/UA-1, the same bytes for the same page. Raises NotPrinted, YieldInTransaction.

    Under nameko the wait for the process is a cooperative one: nobody else is held up.
    """
    must_not_be_open("a press")
    try:
        made = subprocess.run(
            command(),
            input=asked(page),
            stdout=subprocess.PIPE,
            # What a typesetter says of a page repeats the page.
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotPrinted(f"the press took more than {SECONDS} seconds") from late
    if made.returncode != 0:
        raise NotPrinted(f"the press ended with {made.returncode}")
    return made.stdout
