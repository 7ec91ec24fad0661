"""The one door from a refusal to `application/problem+json` (RFC 9457): codes are the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from gateway.answer import Answer, Header
from services.contracts.errors import BY_CODE, Problem

MEDIA_TYPE = b"application/problem+json"
RETRY_SECONDS = {429: 60, 503: 2}
_OURS = frozenset({"type", "title", "status", "code", "instance", "retry_after"})


def problem(code: str, detail: Mapping[str, Any], correlation: str, headers: Iterable[Header] = ()) -> Answer:
    """`detail` becomes members, `retry_after` (seconds) a header. An unknown code becomes `internal`."""
    found = BY_CODE.get(code, Problem.INTERNAL)
    said = {name: value for name, value in detail.items() if name not in _OURS} if found.code == code else {}
    sent = list(headers)
    if (wait := detail.get("retry_after", RETRY_SECONDS.get(found.status))) is not None:
        sent.append((b"retry-after", str(wait).encode()))
    if found.status == 401:
        sent.append((b"www-authenticate", b"Bearer"))
    document = {
        **said,
        "type": f"/docs#{found.code}",
        "title": found.title,
        "status": found.status,
        "code": found.code,
        "instance": f"urn:uuid:{correlation}",
    }
    return Answer(found.status, orjson.dumps(document), media_type=MEDIA_TYPE, headers=tuple(sent))
