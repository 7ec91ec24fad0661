"""How a data request is told: its dates with the rule they were counted by, and what may be done about a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson
from marshmallow import ValidationError, fields as m
from marshmallow.validate import Length
from sqlalchemy import Row

from services.contracts.privacy import Category, Purpose
from services.contracts.retention import (
    Channel,
    Decision,
    ErasureException,
    ExtensionGround,
    IdentityCheck,
    NotTold,
    RefusalGround,
    RestrictionGround,
    Right,
)
from services.kernel.shape import Strict

OPEN = ("received", "verified")
LONGEST = 10_000


def _text(*, required: bool = True) -> m.String:
    if required:
        return m.String(required=True, validate=Length(min=1, max=LONGEST))
    return m.String(load_default=None, allow_none=True, validate=Length(max=LONGEST))


class Intake(Strict):
    """`app` is no channel here: who asks in the app asks for themselves."""

    account = m.String(required=True, validate=Length(min=1, max=100))
    kind = m.Enum(Right, by_value=True, required=True)
    channel = m.Enum(Channel, by_value=True, required=True, validate=lambda channel: channel is not Channel.APP)
    received_at = m.AwareDateTime(format="iso", required=True)
    text = _text(required=False)


class Wish(Strict):
    kind = m.Enum(Right, by_value=True, required=True)
    text = _text(required=False)


class Verification(Strict):
    """A session is no check that somebody else makes."""

    how = m.Enum(IdentityCheck, by_value=True, required=True, validate=lambda how: how is not IdentityCheck.SESSION)


class Extension(Strict):
    ground = m.Enum(ExtensionGround, by_value=True, required=True)
    reasons = _text()


class Correctable(Strict):
    """What of a person can be put right: what auth keeps, and what stands in their organisation's own fields, by id."""

    email = m.String(allow_none=True, validate=Length(max=254))
    first_name = m.String(allow_none=True, validate=Length(max=254))
    infix = m.String(allow_none=True, validate=Length(max=254))
    last_name = m.String(allow_none=True, validate=Length(max=254))
    fields_ = m.Dict(
        keys=m.String(validate=Length(max=36)),
        values=m.String(allow_none=True, validate=Length(max=500)),
        data_key="fields",
        attribute="fields",
        validate=Length(max=25),
    )


class Decided(Strict):
    purpose = m.Enum(Purpose, by_value=True, required=True)
    decision = m.Enum(Decision, by_value=True, required=True)
    reasons = _text()


class Excepted(Strict):
    """`until` at most as long as the law's terms say; without it, just so long."""

    category = m.Enum(Category, by_value=True, required=True)
    ground = m.Enum(ErasureException, by_value=True, required=True)
    reasons = _text()
    until = m.AwareDateTime(format="iso", load_default=None, allow_none=True)


def _once(decisions: Sequence[Mapping[str, Any]]) -> None:
    if len({one["purpose"] for one in decisions}) != len(decisions):
        raise ValidationError("Each purpose is decided on once.")


class Outcome(Strict):
    """Which values `changes` may hold is for auth to say, whose they are."""

    outcome = _text()
    changes = m.Nested(Correctable, load_default=None, allow_none=True)
    statement = _text(required=False)
    ground = m.Enum(RestrictionGround, by_value=True, load_default=None, allow_none=True)
    decisions = m.List(
        m.Nested(Decided), load_default=None, allow_none=True, validate=[Length(min=1, max=len(Purpose)), _once]
    )
    exceptions = m.List(
        m.Nested(Excepted), load_default=None, allow_none=True, validate=Length(min=1, max=len(Category))
    )


class Weighing(Strict):
    disclose = m.Boolean(required=True)
    weighing = _text()


class Telling(Strict):
    recipient = _text()
    reference = m.String(load_default=None, allow_none=True, validate=Length(max=60))
    told_at = m.AwareDateTime(format="iso", load_default=None, allow_none=True)
    why_not = m.Enum(NotTold, by_value=True, load_default=None, allow_none=True)


class Lifting(Strict):
    reasons = _text()


class Refusal(Strict):
    ground = m.Enum(RefusalGround, by_value=True, required=True)
    reasons = _text()


class Period(Strict):
    """Of a register; either end may be open. `after` is what the page before said is `next`."""

    organisation = m.String(load_default=None, allow_none=True, validate=Length(max=100))
    since = m.AwareDateTime(format="iso", load_default=None, allow_none=True)
    until = m.AwareDateTime(format="iso", load_default=None, allow_none=True)
    after = m.String(load_default=None, allow_none=True, validate=Length(max=200))
    whole = m.Boolean(load_default=True)


class Remedies(Protocol):
    def remedies(self, codes: Sequence[str], version: int) -> list[Mapping[str, str]]: ...

    def exception(self, ground: str, version: int) -> Mapping[str, str]: ...


def outcome(row: Row, law: Remedies) -> dict[str, Any]:  # type: ignore[type-arg]
    """What a step changed, for who took it."""
    told = request(row, law)
    names = ("state", "due_on", "due", "rule", "due_on_from_identity", "erasure", "effect", "lifts_at", "remedies")
    return {"request": row.request, **{name: told[name] for name in (*names, "excepted")}}


def request(row: Row, law: Remedies) -> dict[str, Any]:  # type: ignore[type-arg]
    """A line of the register. `person` is a pseudonym: the door puts the public id in its place."""
    remedies = law.remedies(orjson.loads(row.remedies), int(row.law)) if row.remedies else []
    return {
        "id": row.request,
        "person": row.account,
        "kind": row.right,
        "channel": row.channel,
        "state": row.state,
        "received_at": row.received_at,
        "rule": row.rule,
        "due_on": row.due_on,
        "due": row.due,
        "first_due_on": row.first_due_on,
        "remind_at": row.remind_at,
        "extension": row.extension_ground,
        "duplicate_of": row.duplicate_of,
        "verified_at": row.verified_at,
        "how": row.how,
        "due_on_from_identity": row.due_on_from_identity,
        "closed_at": row.closed_at,
        "erasure": row.erasure,
        "ground": row.ground,
        "remedies": remedies,
        "excepted": orjson.loads(row.excepted or "[]"),
        **{name: getattr(row, name) for name in AFTER},
    }


AFTER = ("names_disclosed", "effect", "restriction", "lifts_at", "lifted_at", "reminded_at", "reminded_late_at")


def decision(row: Row, reasons: str | None) -> dict[str, Any]:  # type: ignore[type-arg]
    return {"purpose": row.purpose, "decision": row.decision, "reasons": reasons}


def exception(row: Row, law: Remedies) -> dict[str, Any]:  # type: ignore[type-arg]
    """What is kept, on which ground in the law's words, until when; `ended_at` once it is not any more."""
    named = {name: getattr(row, name) for name in ("category", "ground", "until", "review_at", "ended_at")}
    said = law.exception(row.ground, int(row.law))
    return {**named, "article": said["article"], "words": {lang: said[lang] for lang in ("nl", "en")}}


def kept(rows: Sequence[Row], law: Remedies) -> dict[str, Any]:  # type: ignore[type-arg]
    """For whoever holds the id of an erasure, the person maybe: what of them stays, and what they may do about it."""
    remedies = law.remedies(orjson.loads(rows[0].remedies or "[]"), int(rows[0].law)) if rows else []
    return {"kept": [exception(row, law) for row in rows], "remedies": remedies}


def recipients(row: Row, told: Sequence[tuple[Row, str | None]]) -> list[dict[str, Any]]:  # type: ignore[type-arg]
    """Whoever was told, or not and why; then what is known to have been handed over and waits to be told of."""
    lines = [
        {
            "reference": one.reference,
            "recipient": who,
            "told_at": one.told_at,
            "why_not": one.why_not,
            "event": one.event,
        }
        for one, who in told
    ]
    done = {one.reference for one, _ in told}
    waiting = [name for name in orjson.loads(row.recipients or "[]") if name not in done]
    nobody = {"recipient": None, "told_at": None, "why_not": None, "event": None}
    return [*lines, *({"reference": name, **nobody} for name in waiting)]


def dates(recorded: Sequence[Row], going: Sequence[Row]) -> dict[str, Any]:  # type: ignore[type-arg]
    """When what is kept of a person came to be, and when it goes."""
    return {
        "recorded": {row.category: row.at for row in recorded},
        "erasures": [{name: getattr(row, name) for name in ("scope", "rule", "due", "asked_at")} for row in going],
    }


LINE = (
    "organisation", "right", "channel", "state", "received_at", "rule", "due_on", "first_due_on", "extension_ground",
    "duplicate_of", "verified_at", "how", "closed_at", "ground", "restriction", "lifts_at", "lifted_at", "reminded_at",
    "reminded_late_at", "to_tell", "names_disclosed",
)  # fmt: skip


def lines(rows: Sequence[Row], now: str) -> list[dict[str, Any]]:  # type: ignore[type-arg]
    """They name nobody. `late`: not answered in time, or not yet and its time is over."""
    return [
        {
            "request": row.request,
            **{name: getattr(row, name) for name in LINE},
            "excepted": orjson.loads(row.excepted or "[]"),
            "late": (row.closed_at or now) >= row.due,
            "to_remind": row.state in OPEN and row.remind_at <= now < row.due,
        }
        for row in rows
    ]
