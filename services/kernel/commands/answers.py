"""What a command was answered, for as long as the same idempotency key gives the same answer: ids, never a value."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.eventstore import Answer
from services.kernel.store.tables import answers

REMEMBERED = timedelta(hours=48)


def to_remember(context: Context, answer: dict[str, Any], *, whose: str) -> Answer | None:
    """None where the command has no idempotency key. It is forgotten with `whose` actor it is."""
    if context.idempotency is None:
        return None
    until = (datetime.now(UTC) + REMEMBERED).isoformat()
    return context.idempotency, context.digest or "", whose, orjson.dumps(answer).decode(), until


def remembered(session: Connection, context: Context) -> dict[str, Any] | None:
    """The answer under this key, where there is one. Raises Refused where another body had it."""
    if context.idempotency is None:
        return None
    row = session.execute(select(answers).where(answers.c.key == context.idempotency)).first()
    if row is None:
        return None
    if row.until < datetime.now(UTC).isoformat():
        # Only a retry looks, and only it needs the place.
        if not session.get_execution_options().get("reading"):
            session.execute(delete(answers).where(answers.c.key == row.key))
        return None
    if not hmac.compare_digest(row.digest, context.digest or ""):
        raise Refused("idempotency_mismatch")
    answer: dict[str, Any] = orjson.loads(row.answer)
    return answer


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is given again. Raises Refused where it was a refusal."""
    refused = answer.get("refused")
    if refused is not None:
        raise Refused(refused["code"], **refused["detail"])
    return answer


def forget_old(session: Connection) -> int:
    """Drop what is past its 48 hours."""
    return session.execute(delete(answers).where(answers.c.until < datetime.now(UTC).isoformat())).rowcount
