"""A package leaves sealed to one authority's own key, and nobody else can open it: age, as anybody has it (P08)."""

from __future__ import annotations

import re

from pyrage import RecipientError, encrypt, x25519

from services.kernel.calls.offhub import blocking

_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")


def is_recipient(text: str) -> bool:
    """Whether this is the public key of an age identity (`age1…`, X25519), in its one spelling."""
    if not _RECIPIENT.fullmatch(text):
        return False
    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def sealed(archive: bytes, recipient: str) -> bytes:
    """The archive as an age file that `recipient` alone opens. Other bytes each time. Raises ValueError for no key."""
    if not is_recipient(recipient):
        raise ValueError("no age recipient")
    file: bytes = blocking(encrypt, archive, [x25519.Recipient.from_str(recipient)])
    return file
