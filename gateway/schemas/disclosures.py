"""A disclosure's file as officers work on it, and a consultation as an organisation answers it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, Regexp

from gateway.schemas.fields import Written, choice, moment, page_of, sha256, text, words
from services.contracts.audit import Channel, ConsultationOutcome, RejectionGround, Secrecy
from services.contracts.privacy import Category
from services.contracts.retention import NotTold

WORDS, LINE, PEOPLE = 4000, 200, 100
ORIGINAL = 960_000
SIGNATURE = r"^[A-Za-z0-9+/]{86}==$(?!\n)"


def written(**options: Any) -> m.String:
    """What people write, in as many lines as they like; it goes in and never comes out of this door again."""
    return words(WORDS, load_only=True, **options)


def _file(**options: Any) -> m.String:
    """A document, in base64."""
    shape = Regexp(r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$(?!\n)", error="Not base64.")
    return m.String(validate=[Length(min=4, max=ORIGINAL), shape], load_only=True, **options)


def _categories(**options: Any) -> m.List[Any]:
    return m.List(choice(Category), validate=Length(min=1, max=20), **options)


class DisclosureWish(Schema):
    """What an authority asked and how, with the original; or the `facts` of one's own suspicion, on that basis.

    `answer_due` is the order's own term; without one that of its legal basis holds, where it has any.
    """

    basis = text(40, required=True)
    organisation = text(100, required=True)
    people = m.List(text(100), required=True, validate=Length(min=1, max=PEOPLE))
    categories = _categories(required=True)
    since = moment()
    until = moment()
    secrecy = choice(Secrecy)
    review_at = moment()
    facts = written()
    channel = choice(Channel)
    oral = m.Boolean(load_default=False)
    received_at = moment()
    authority = text(LINE)
    official = text(LINE)
    function = text(LINE)
    reference = text(LINE)
    original = _file()
    answer_due = moment()


class DisclosureAuthentication(Schema):
    """On which `number` the authority was called back, `found_in` what (not the request itself), and what was said.

    `called_at` is now where nothing else is said.
    """

    finding = written(required=True)
    number = text(LINE, required=True)
    found_in = text(LINE, required=True)
    called_at = moment()


class DisclosureWrittenForm(Schema):
    received_at = moment(required=True)
    original = _file(required=True)


class DisclosureConsulting(Schema):
    """`words` for the organisation; or the `ground` on which a law forbids to ask it, and when that is reviewed."""

    words = written()
    ground = written()
    review_at = moment()


class ConsultationAnswer(Schema):
    """`signature` is base64 of an Ed25519 signature with the consultation key over the answer's statement."""

    outcome = choice(ConsultationOutcome, required=True)
    reasons = written()
    signature = m.String(required=True, validate=Regexp(SIGNATURE, error="Not a signature in base64."))


class DisclosureScope(Schema):
    """What is granted of what was asked; `reasons` for whatever is left out beyond the legal basis."""

    people = m.List(text(10), validate=Length(min=1, max=PEOPLE))
    categories = _categories()
    since = moment()
    until = moment()
    reasons = written()


class DisclosureApproval(Schema):
    version = m.Integer(required=True, strict=True)
    digest = sha256(required=True)


class DisclosureRejection(Schema):
    ground = choice(RejectionGround, required=True)
    reasons = written(required=True)


class DisclosureAssembly(Schema):
    """`recipient` is the age public key (`age1…`) of whoever receives the package."""

    recipient = text(LINE, required=True)


class DisclosureHandOver(Schema):
    sealed_sha256 = sha256(required=True)
    channel = choice(Channel, required=True)
    handed_over_at = moment()
    receiver = text(LINE, required=True)
    receipt = written(required=True)


class DisclosureNotice(Schema):
    """That the people were told, in which `words`; or the `ground` to defer it, and when that is reviewed."""

    channel = choice(Channel)
    words = written()
    notified_at = moment()
    ground = written()
    review_at = moment()


class DisclosureInforming(Schema):
    """That who received the data was told what changed in it since, how and when, in which `words`; or `why_not`."""

    channel = choice(Channel)
    told_at = moment()
    why_not = choice(NotTold)
    words = written(required=True)


class SecrecyReview(Schema):
    finding = written(required=True)
    review_at = moment(required=True)


class SecrecyLift(Schema):
    reason = written(required=True)


class DisclosureStep(Written):
    disclosure = m.String(required=True)


class DisclosureConsulted(DisclosureStep):
    due = m.String(allow_none=True)
    asked = m.String(allow_none=True)


class DisclosureScopeSet(DisclosureStep):
    version = m.Integer(required=True)
    digest = m.String(required=True)


class DisclosureMade(DisclosureStep):
    sealed_sha256 = m.String(required=True)
    size = m.Integer(required=True)


def _null(**options: Any) -> m.String:
    return m.String(required=True, allow_none=True, **options)


class DisclosureRow(Schema):
    """One line of the register, without a word that anybody wrote."""

    id = m.String(required=True)
    state = m.String(required=True)
    hidden = m.Boolean(required=True)
    erased = m.Boolean(required=True)
    began_at = m.String(required=True)
    basis = _null()
    rule = _null()
    secrecy = _null()
    written_due = _null()
    written_at = _null()
    answer_due = _null()
    answer_rule = _null()
    authenticated_at = _null()
    kept = _null()
    held_at = _null()
    held_until = _null()
    contact = _null()
    consulted_at = _null()
    consult_due = _null()
    consultation = _null()
    consultation_at = _null()
    review_at = _null()
    lifted_at = _null()
    scope_version = m.Integer(required=True, allow_none=True)
    scope_digest = _null()
    people = m.Integer(required=True, allow_none=True)
    approvals = m.Integer(required=True)
    rejected = _null()
    assembled_at = _null()
    sealed_sha256 = _null()
    handed_over_at = _null()
    notified_at = _null()
    deferred_until = _null()
    changed_at = _null()
    closed_at = _null()


class DisclosedChange(Schema):
    """What became of the data after it was handed over: `corrected`, `restricted` or `erased`, by which event."""

    entry = m.Integer(required=True)
    event = m.String(required=True)
    at = m.String(required=True)
    people = m.List(m.String(), required=True)
    what = m.String(required=True)
    told = m.Boolean(required=True)


class RecipientTold(Schema):
    """Who received it was told of so many changes, up to the entry `through`, or why not; `event` proves it."""

    through = m.Integer(required=True)
    changes = m.Integer(required=True)
    channel = _null()
    told_at = _null()
    why_not = _null()
    words = _null()
    event = m.String(required=True)


class DisclosureFile(DisclosureRow):
    """All of one file; what was written is null before it was, and once its term is over.

    `changes` are those of what was given, outside data requests that name this file themselves (AVG 19).
    """

    tenant = _null()
    asked = m.Raw(required=True, allow_none=True)
    scope = m.Raw(required=True, allow_none=True)
    holds = m.List(m.String(), required=True)
    changes = m.List(m.Nested(DisclosedChange), required=True)
    recipient_told = m.List(m.Nested(RecipientTold), required=True)
    second_contact = m.Raw(required=True, allow_none=True)
    facts = _null()
    original_sha256 = _null()
    authority = _null()
    official = _null()
    function = _null()
    reference = _null()
    authenticated_by = _null()
    called_back = _null()
    number_found_in = _null()
    called_at = _null()
    question = _null()
    reasons = _null()
    bar = _null()
    rejection = _null()
    receiver = _null()
    receipt = _null()
    notice = _null()
    deferral = _null()
    review = _null()
    lift = _null()


class Consultation(Schema):
    """What the organisation is asked; `statement` is the text that it signs if it agrees.

    To object, the line `outcome` says `objected`, and `reasons` the SHA-256 (hex) of the reasons in UTF-8.
    """

    id = m.String(required=True)
    state = m.String(required=True)
    asked_at = m.String(required=True)
    due = m.String(required=True)
    basis = m.String(required=True)
    basis_words = m.Raw(required=True)
    words = _null()
    asked = m.Raw(required=True)
    asked_sha256 = m.String(required=True)
    statement = m.String(required=True)
    outcome = _null()
    reasons = _null()
    answered_at = _null()


DISCLOSURES = page_of(DisclosureRow, "Disclosures")
CONSULTATIONS = page_of(Consultation, "Consultations")
