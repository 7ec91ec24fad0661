"""The certificate of an erasure, as it is shown and as `log verify --certificate` checks it."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import choice


class CertificateQuery(Schema):
    """`lang` is the language of the PDF; JSON is the same in every language."""

    format = choice(("json", "pdf"), load_default="json")
    lang = choice(("nl", "en"), load_default="nl")


class OrderMoment(Schema):
    at = m.String(required=True)
    entry = m.Integer(required=True, allow_none=True)


class UnreadableMoment(Schema):
    """One of the two moments, with the index in the log of what each service said of it."""

    at = m.String(required=True)
    entries = m.Dict(keys=m.String(), values=m.Integer(), required=True)


class ErasedMoment(UnreadableMoment):
    """`remaining` rows were left; of `excepted` people nothing was erased, since a hold is on them."""

    remaining = m.Integer(required=True)
    excepted = m.Integer(required=True)


class LogUnderProof(Schema):
    """Which log, the key that its checkpoints are signed with, and the checkpoint that everything here lies under."""

    origin = m.String(required=True)
    vkey = m.String(required=True)
    checkpoint = m.String(required=True)


class EntryProof(Schema):
    """An entry of the log, byte for byte, and its tlog-proof."""

    index = m.Integer(required=True)
    entry = m.String(required=True)
    proof = m.String(required=True)


class LeafProof(Schema):
    """An entry that is named and not shown: its leaf hash, and the path from there to the root (RFC 6962)."""

    index = m.Integer(required=True)
    leaf = m.String(required=True)
    path = m.List(m.String(), required=True)


class Certificate(Schema):
    """What was erased, when, and the entries of the log that prove it; all that a check needs is in it."""

    format = m.String(required=True)
    certificate = m.String(required=True)
    organisation = m.String(required=True)
    scope = m.String(required=True)
    rule = m.String(required=True)
    asked_at = m.String(required=True)
    due = m.String(required=True)
    ordered = m.Nested(OrderMoment, required=True)
    erased_here = m.Nested(ErasedMoment, required=True)
    unreadable_in_every_earlier_copy = m.Nested(UnreadableMoment, required=True, allow_none=True)
    issued_at = m.String(required=True)
    log = m.Nested(LogUnderProof, required=True)
    statement = m.Nested(EntryProof, required=True)
    keys = m.List(m.Nested(EntryProof), required=True)
    receipts = m.List(m.Nested(LeafProof), required=True)
    law = m.Dict(keys=m.String(), values=m.String(), required=True)
