"""The one door for Markdown that people write: no HTML, no images, no link but to the web, a telephone or a mailbox.

What gets through is text for every reader of Markdown, however it reads: what one of them might take for HTML or for a
foreign scheme is refused, rather than escaped here and read otherwise there. Template marks are text like any other.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from services.kernel.decider import Refused

SCHEMES = ("https://", "tel:", "mailto:")
_FORBIDDEN = (
    re.compile(r"<[A-Za-z/!?]"),  # an element, a comment, or an address between angle brackets
    re.compile(r"!\["),  # an image
    re.compile(r"&(#|\w+;)"),  # a character by its number or name: what it becomes, a reader decides
    re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"),  # nothing that is not seen
    re.compile(r"(?i)\b(?!https://)[a-z][a-z0-9+.-]*://"),
    re.compile(r"(?i)\b(javascript|vbscript)\s*:"),
    re.compile(r"(?i)(?<!//)\bwww\."),  # some readers make that a link that is not encrypted
)
_TARGET = re.compile(r"\](?:\(|:)\s*(\S*?)(?=[\s)]|\Z)")
"""Where a link leads: behind `](`, and behind `]:` where it is defined apart."""
_BARE = re.compile(r"https://[^\s<>()\[\]\"'`]+|(?:tel|mailto):[^\s<>()\[\]\"'`]+")


def checked(text: str, most: int) -> str:
    """The text as it was, of at most `most` bytes. Raises Refused: `invalid` or `markup_not_allowed`."""
    if not text.strip() or len(text.encode()) > most:
        raise Refused("invalid", errors={"text": [f"From 1 to {most} bytes."]})
    targets = [found.removeprefix("<") for found in _TARGET.findall(text)]
    if any(form.search(text) for form in _FORBIDDEN) or not all(one.startswith(SCHEMES) for one in targets):
        raise Refused("markup_not_allowed")
    return text


def links(text: str) -> tuple[str, ...]:
    """Every address that the text leads to, each once, in their order."""
    return tuple(dict.fromkeys(found.rstrip(".,;:!?*_") for found in _BARE.findall(text)))


def external(url: str) -> bool:
    """Whether it leads to a site of somebody else (P13); a telephone and a mailbox are none."""
    return url.startswith("https://")


def sites(text: str) -> frozenset[str]:
    """The sites of others that a text leads to, without their paths: those may name somebody."""
    return frozenset(f"https://{urlsplit(url).hostname or ''}" for url in links(text) if external(url))
