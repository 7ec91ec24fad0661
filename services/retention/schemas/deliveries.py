"""How an answer on its way is told of: what kind, how big, until when, what became of it; never what is in it (P15)."""

from __future__ import annotations

from typing import Any

from marshmallow import fields as m
from marshmallow.validate import Length
from sqlalchemy import Row

from services.kernel.shape import Strict
from services.retention.schemas.requests import LONGEST

LARGEST_AS_TEXT = 12 * 2**20


class Answer(Strict):
    """`content` is base64; an `outcome` fulfils the request."""

    content = m.String(required=True, validate=Length(min=1, max=LARGEST_AS_TEXT))
    outcome = m.String(load_default=None, allow_none=True, validate=Length(min=1, max=LONGEST))


def delivery(row: Row) -> dict[str, Any]:  # type: ignore[type-arg]
    """For the register: a line without words."""
    return {
        "delivery": row.delivery,
        "request": row.request,
        "kind": row.right,
        "state": row.state,
        "why": row.why,
        "bytes": row.size,
        "rule": row.rule,
        "prepared_at": row.prepared_at,
        "expires_at": row.expires_at,
        "wrong_codes": row.tries,
        "ended_at": row.ended_at,
    }


def shown(row: Row, most: int) -> dict[str, Any]:  # type: ignore[type-arg]
    """For whoever holds the link."""
    return {"kind": row.right, "bytes": row.size, "expires_at": row.expires_at, "tries_left": most - row.tries}
