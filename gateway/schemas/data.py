"""The answer to whoever asks what is held on them: every field is there, and an empty one says so (AVG 15)."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.complaints import ComplaintShown
from gateway.schemas.consents import Consent
from gateway.schemas.custom_fields import ShownWords
from gateway.schemas.deliveries import DeliveryLine
from gateway.schemas.fields import choice
from gateway.schemas.organisations import ShownContact
from gateway.schemas.own import Look
from gateway.schemas.requests import Request
from gateway.schemas.statement import InLanguage, StatementLine, SupervisoryAuthority
from gateway.schemas.usage import UsageFact


class DataQuery(InLanguage):
    """The same answer as data, or as paper (PDF/A) in plain words."""

    format = choice(("json", "pdf"), load_default="json")


class Said(Schema):
    """One thing that is said, by its code and in the language asked for."""

    code = m.String(required=True)
    words = m.String(required=True)


class LeavingOut(Schema):
    """`left_out` is who else had a part in this and is not named, with why for each; empty where nobody is."""

    left_out = m.List(m.Nested(Said), required=True)


class HeldRequest(LeavingOut, Request):
    """One's data request."""


class HeldComplaint(LeavingOut, ComplaintShown):
    """One's complaint."""


class HeldDelivery(LeavingOut, DeliveryLine):
    """An answer that was made ready for oneself."""


class OwnAccount(Schema):
    account = m.String(required=True)
    organisation = m.String(required=True)
    role = m.String(required=True)
    status = m.String(required=True)
    username = m.String(required=True, allow_none=True)
    email = m.String(required=True, allow_none=True)
    first_name = m.String(required=True, allow_none=True)
    infix = m.String(required=True, allow_none=True)
    last_name = m.String(required=True, allow_none=True)
    invited_at = m.String(required=True)
    registered_at = m.String(required=True, allow_none=True)


class KeptSession(Schema):
    """Ended ones too, until their own term is over."""

    session = m.String(required=True)
    started_at = m.String(required=True, allow_none=True)
    expires_at = m.String(required=True, allow_none=True)
    ended_at = m.String(required=True, allow_none=True)
    ip = m.String(required=True, allow_none=True)
    device = m.String(required=True, allow_none=True)
    os = m.String(required=True, allow_none=True)
    browser = m.String(required=True, allow_none=True)
    app_version = m.String(required=True, allow_none=True)


class FilledIn(Schema):
    """What stands in a field that your organisation added; `label` as it was set up."""

    field = m.String(required=True)
    label = m.Nested(ShownWords, required=True, allow_none=True)
    value = m.String(required=True, allow_none=True)
    set_at = m.String(required=True)


class WaitingMail(Schema):
    kind = m.String(required=True)
    to = m.String(required=True, allow_none=True)
    due = m.String(required=True)


class OpenReset(Schema):
    """A link that lets oneself choose another password, and still works; of the link itself a hash is kept."""

    asked_at = m.String(required=True)
    expires_at = m.String(required=True)


class SignInFailures(Schema):
    in_a_row = m.Integer(required=True)
    wait_until = m.String(required=True, allow_none=True)


class Seen(Schema):
    version = m.Integer(required=True)
    at = m.String(required=True)


class HeldLonger(LeavingOut):
    """A hold in force that one is told of, with why; of the others the standing sentence says why not."""

    ground = m.String(required=True)
    placed_at = m.String(required=True)
    expires_at = m.String(required=True)
    reviewed_at = m.String(required=True, allow_none=True)
    reason = m.String(required=True, allow_none=True)
    finding = m.String(required=True, allow_none=True)


class Disclosed(LeavingOut):
    """What an authority received about oneself; of what the law still hides the standing sentence speaks."""

    authority = m.String(required=True, allow_none=True)
    basis = m.String(required=True)
    basis_words = m.Nested(ShownWords, required=True)
    categories = m.List(m.String(), required=True)
    handed_over_at = m.String(required=True, allow_none=True)


class ParkedMessage(Schema):
    """Something about oneself that a part could not process yet: which part, what kind of event, since when."""

    service = m.String(required=True)
    type = m.String(required=True)
    at = m.String(required=True)


class NamedLook(LeavingOut, Look):
    """`name` is that of one of your own organisation's people, where it was weighed that you learn it."""

    name = m.String(required=True, allow_none=True)


class Copy(Schema):
    """Everything, as it is held (AVG 15(3))."""

    account = m.Nested(OwnAccount, required=True)
    sessions = m.List(m.Nested(KeptSession), required=True)
    fields_ = m.List(m.Nested(FilledIn), required=True, data_key="fields", attribute="fields")
    mails = m.List(m.Nested(WaitingMail), required=True)
    password_resets = m.List(m.Nested(OpenReset), required=True)
    sign_in_failures = m.Nested(SignInFailures, required=True)
    consents = m.List(m.Nested(Consent), required=True)
    acknowledged_statements = m.List(m.Nested(Seen), required=True)
    usage = m.List(m.Nested(UsageFact), required=True)
    requests = m.List(m.Nested(HeldRequest), required=True)
    deliveries = m.List(m.Nested(HeldDelivery), required=True)
    complaints = m.List(m.Nested(HeldComplaint), required=True)
    holds = m.List(m.Nested(HeldLonger), required=True)
    parked = m.List(m.Nested(ParkedMessage), required=True)
    disclosed = m.List(m.Nested(Disclosed), required=True)
    looks = m.List(m.Nested(NamedLook), required=True)
    recorded = m.Dict(keys=m.String(), values=m.String(), required=True)


class Controller(Schema):
    name = m.String(required=True, allow_none=True)
    kind = m.String(required=True, allow_none=True)
    contact = m.Nested(ShownContact, required=True, allow_none=True)


class AgreementInForce(Schema):
    """What your organisation and the maker agreed: purposes with their ground, categories, terms, who processes.

    A term of `retention` begins at the trigger of its category, or at the one that `triggers` names.
    """

    agreement = m.String(required=True)
    version = m.Integer(required=True)
    purposes = m.Dict(keys=m.String(), values=m.String(), required=True)
    categories = m.List(m.String(), required=True)
    retention = m.Dict(keys=m.String(), values=m.String(), required=True)
    triggers = m.Dict(keys=m.String(), values=m.String())
    sub_processors = m.List(m.String(), required=True)


class Going(Schema):
    scope = m.String(required=True)
    rule = m.String(required=True)
    due = m.String(required=True)
    asked_at = m.String(required=True)


class DataTerms(Schema):
    statement = m.List(m.Nested(StatementLine), required=True)
    erasures = m.List(m.Nested(Going), required=True)


class Engaged(Schema):
    """Who processes for the maker: what, what for, where, and on what ground outside the EEA (AVG 15(1)(c), 15(2))."""

    name = m.String(required=True)
    task = m.String(required=True)
    purposes = m.List(m.String(), required=True)
    categories = m.List(m.String(), required=True)
    country = m.String(required=True)
    transfer = m.String(required=True, allow_none=True)


class OwnData(Schema):
    """`agreement` is null where the maker answers for its own people. `recipients` empty means none; of those in the
    register `engaged` has the particulars.

    `processed` is the confirmation. `law` and `statement` are the versions that the words are of.
    """

    processed = m.Boolean(required=True)
    generated_at = m.String(required=True)
    law = m.Integer(required=True)
    statement = m.Integer(required=True)
    controller = m.Nested(Controller, required=True)
    copy = m.Nested(Copy, required=True)
    purposes = m.List(m.Nested(StatementLine), required=True)
    categories = m.List(m.Nested(StatementLine), required=True)
    agreement = m.Nested(AgreementInForce, required=True, allow_none=True)
    recipients = m.List(m.String(), required=True)
    engaged = m.List(m.Nested(Engaged), required=True)
    terms = m.Nested(DataTerms, required=True)
    rights = m.List(m.String(), required=True)
    complaint = m.Nested(SupervisoryAuthority, required=True)
    sources = m.List(m.Nested(Said), required=True)
    automated_decisions = m.Nested(Said, required=True)
    transfers = m.Nested(Said, required=True)
    names = m.Nested(Said, required=True)
    not_shown = m.List(m.Nested(Said), required=True)
    standing_sentence = m.String(required=True)
