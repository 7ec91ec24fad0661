"""How a hold is asked for, and what erasures, holds and certificates look like; no pseudonym is in any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from marshmallow import ValidationError, fields as m, validates_schema
from marshmallow.validate import Length, Regexp
from sqlalchemy import Row

from services.contracts.privacy import Category
from services.contracts.retention import CertificateIssued, HoldGround, HoldScope
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.shape import Strict, loaded as loaded
from services.retention.domain.terms import Agreed


class HoldWish(Strict):
    """A person by `account` or by the `erasure` of their closed account, or an `organisation`; never both."""

    scope = m.Enum(HoldScope, by_value=True, required=True)
    organisation = m.String(validate=Length(min=1, max=100))
    account = m.String(validate=Length(min=1, max=100))
    erasure = m.String(validate=Length(min=1, max=100))
    categories = m.List(m.Enum(Category, by_value=True), load_default=list, validate=Length(max=2 * len(Category)))
    ground = m.Enum(HoldGround, by_value=True, required=True)
    reason = m.String(required=True, validate=Length(min=1, max=4000))
    expires_at = m.AwareDateTime(format="iso", required=True)
    review_at = m.AwareDateTime(format="iso", allow_none=True, load_default=None)

    @validates_schema
    def _one_whom(self, data: Mapping[str, Any], **_: Any) -> None:
        named = [name for name in ("account", "erasure") if data.get(name)]
        if data.get("scope") is HoldScope.PERSON and len(named) != 1:
            raise ValidationError("Name a person by account, or by the erasure of a closed account.", "account")
        if data.get("scope") is HoldScope.ORGANISATION and (named or not data.get("organisation")):
            raise ValidationError("Name an organisation, and nobody in it.", "organisation")


def hold_wish(said: Mapping[str, Any]) -> dict[str, Any]:
    """The values, typed. Raises Refused: `ground_needed`, `expiry_needed`, `unknown_field`, or `invalid`."""
    given = {name: value for name, value in said.items() if value is not None}
    if not given.get("ground") or not str(given.get("reason", "")).strip():
        raise Refused("ground_needed")
    if not given.get("expires_at"):
        raise Refused("expiry_needed")
    return loaded(HoldWish, given)


class Clearance(Strict):
    """What a service would let go by a term of its own: `owner` of its keys, and of whom it is."""

    owner = m.String(required=True, validate=Regexp(r"(complaint|field)/[0-9a-f-]{36}\Z"))
    organisation = m.String(required=True, validate=Length(min=1, max=100))
    category = m.Enum(Category, by_value=True, required=True)
    people = m.List(m.String(validate=Length(min=1, max=100)), required=True, validate=Length(max=500))
    rule = m.String(required=True, validate=Length(min=1, max=100))
    due = m.AwareDateTime(format="iso", required=True)


class Review(Strict):
    finding = m.String(required=True, validate=Length(min=1, max=4000))
    review_at = m.AwareDateTime(format="iso", allow_none=True, load_default=None)


def review(said: Mapping[str, Any]) -> dict[str, Any]:
    """The values, typed. Raises Refused: `ground_needed`, `unknown_field`, or `invalid`."""
    given = {name: value for name, value in said.items() if value is not None}
    if not str(given.get("finding", "")).strip():
        raise Refused("ground_needed")
    return loaded(Review, given)


def erasure(row: Row, parts: Sequence[Row], services: Sequence[str]) -> dict[str, Any]:  # type: ignore[type-arg]
    """The shape of `GET /v1/erasures/{id}`. `receipts`: the index in the log of each service's completion."""
    return {
        "id": row.erasure,
        "organisation": row.organisation,
        "scope": row.scope.partition("/")[0] if row.scope.startswith("session/") else row.scope,
        # A client knows six states: who is asked for no more is where it was before there was a date.
        "state": "requested" if row.cancelled_at else row.state,
        "due": None if row.cancelled_at else row.due,
        "cancelled_at": row.cancelled_at,
        "brake": {"why": row.brake, "until": row.brake_until} if row.brake and row.ordered_at is None else None,
        "ordered_at": row.ordered_at,
        "certified_at": row.certified_at,
        "unreadable_in_copies_at": row.unreadable_at,
        "services": {part.service: part.state for part in parts} or dict.fromkeys(services, "waiting"),
        "receipts": {part.service: part.entry for part in parts if part.state == "completed"},
    }


def hold(row: Row) -> dict[str, Any]:  # type: ignore[type-arg]
    """What may be listed of a hold; `categories` empty is all of them."""
    return {
        "id": row.hold,
        "state": row.state,
        "scope": row.scope,
        "organisation": row.organisation,
        "categories": orjson.loads(row.categories),
        "ground": row.ground,
        "placed_at": row.placed_at,
        "expires_at": row.expires_at,
        "review_at": row.review_at,
        "reviewed_at": row.reviewed_at,
        "released_at": row.released_at,
    }


def preview(
    proposal: Any, page: Sequence[Any], totals: Mapping[str, Any] | None, following: str | None
) -> dict[str, Any]:
    """`person` is a pseudonym: the door puts the public id in its place."""
    return {
        "agreement": proposal.agreement,
        "version": proposal.version,
        "starts_on": proposal.starts_on.isoformat(),
        "totals": totals,
        "items": [
            {
                "person": one.person,
                "erasure": one.erasure,
                "fields": [category.value for category in one.categories],
                "due_before": instant(one.before) if one.before else None,
                "due": instant(one.due) if one.due else None,
            }
            for one in page
        ],
        "next": following,
    }


NOTHING = {"scheduled": 0, "held": 0, "braked": 0, "overdue": 0, "holds_to_review": 0}


def report(
    agreed: Mapping[str, Agreed],
    waiting: Mapping[str, Mapping[str, int]],
    overdue: Mapping[str, int],
    reviews: Mapping[str, int],
) -> dict[str, Any]:
    """A row for each organisation that has terms of its own, people whose erasure waits, or a hold to look at again."""
    rows: list[dict[str, Any]] = []
    for organisation in sorted({*agreed, *waiting, *reviews}):
        rule = agreed.get(organisation)
        rows.append(
            {
                "organisation": organisation,
                "agreement_version": rule.version if rule else None,
                "terms": {category.value: term for category, term in rule.terms.items()} if rule else {},
                "triggers": {category.value: one.value for category, one in rule.triggers.items()} if rule else {},
                **NOTHING,
                **waiting.get(organisation, {}),
                "holds_to_review": reviews.get(organisation, 0),
            }
        )
    totals = {name: sum(row[name] for row in rows) for name in NOTHING}
    return {"rows": rows, "totals": {**totals, "overdue_by_category": dict(overdue)}}


CERTIFICATE = "crisisconnect.nl/erasure-certificate/v1"
"""The format that services/reader/certificate.py checks."""


def certificate(stated: CertificateIssued, log: str, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The shape of `GET /v1/erasures/{id}/certificate`: what was stated, and what proves it without asking anybody.

    `log` is the log's verifier key, `evidence` what audit has: every entry named has its leaf and path under one
    checkpoint, none but the statement and the keys that signed it is shown.
    """
    unreadable_at = stated.unreadable_in_copies_at
    return {
        "format": CERTIFICATE,
        "certificate": stated.erasure,
        "organisation": stated.organisation,
        "scope": stated.scope,
        "rule": stated.rule,
        "asked_at": instant(stated.asked_at),
        "due": instant(stated.due),
        "ordered": {"at": instant(stated.ordered_at), "entry": stated.order},
        "erased_here": {
            "at": instant(stated.certified_at),
            "entries": stated.completed,
            "remaining": stated.remaining,
            "excepted": stated.excepted,
        },
        "unreadable_in_every_earlier_copy": {"at": instant(unreadable_at), "entries": stated.retired}
        if unreadable_at
        else None,
        "issued_at": instant(stated.at),
        "log": {"origin": log.split("+", 1)[0], "vkey": log, "checkpoint": evidence["checkpoint"]},
        "statement": evidence["statement"],
        "keys": evidence["keys"],
        "receipts": evidence["receipts"],
        "law": dict(STANDING_SENTENCE),
    }
