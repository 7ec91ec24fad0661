"""Every personal field of every event, with the canary that the journey plants in it; none may be missing here."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.retention.app import codes

FIELDS = {
    "auth.PersonInvited.v1.email": "member's e-mail",
    "auth.UserRegistered.v1.public_id": "member's public account id",
    "auth.UserRegistered.v1.username": "member's user name",
    "auth.UserRegistered.v1.password": "member's first password",
    "auth.UserRegistered.v1.first_name": "member's first name",
    "auth.UserRegistered.v1.infix": "member's infix",
    "auth.UserRegistered.v1.last_name": "member's last name",
    "auth.PersonalDataCorrected.v1.email": "member's corrected e-mail",
    "auth.PersonalDataCorrected.v1.first_name": "member's corrected first name",
    "auth.PersonalDataCorrected.v1.infix": "member's corrected infix",
    "auth.PersonalDataCorrected.v1.last_name": "member's corrected last name",
    "auth.PasswordChanged.v1.password": "member's password",
    "auth.CustomFieldSet.v1.value": "member's own field",
    "auth.SignedIn.v1.ip": "member's address",
    "auth.SignedIn.v1.device": "member's kind",
    "auth.SignedIn.v1.os": "member's os",
    "auth.SignedIn.v1.browser": "member's browser",
    "auth.SignedIn.v1.app_version": "member's app version",
    "auth.SessionStarted.v1.token_digest": "member's session token's digest",
    "org.OrganisationRegistered.v1.beheerder_email": "first Beheerder's e-mail",
    "org.ContactPublished.v1.contact_name": "second contact's name",
    "org.ContactPublished.v1.contact_email": "second contact's e-mail",
    "org.ContactPublished.v1.contact_phone": "second contact's phone",
    "org.SecondContactNamed.v1.contact_name": "deputy's name",
    "org.SecondContactNamed.v1.contact_email": "deputy's e-mail",
    "org.SecondContactNamed.v1.contact_phone": "deputy's phone",
    "org.AgreementSigned.v1.signatory_name": "controller's signatory",
    "org.AgreementSigned.v1.signatory_function": "controller's signatory's function",
    "org.SubProcessorObjected.v1.reasons": "controller's objection",
    "org.InstructionRegistered.v1.said": "controller's instruction",
    "org.InstructionRegistered.v1.giver": "controller's voice",
    "org.InstructionParked.v1.reasons": "controller's instruction's parking",
    "org.InstructionCarriedOut.v1.done": "controller's instruction's end",
    "org.ContentPublished.v1.title": "content's title",
    "org.ContentPublished.v1.body": "content's body",
    "org.ContentPublished.v1.contact_name": "content's contact",
    "org.ContentPublished.v1.contact_email": "content's contact's e-mail",
    "org.ContentPublished.v1.contact_phone": "content's contact's phone",
    "org.SupplementRequested.v1.reasons": "supplement's reasons",
    "org.SupplementRefused.v1.reasons": "supplement's refusal",
    "retention.DataRequested.v1.said": "member's data request",
    "retention.RequestExtended.v1.reasons": "member's data request's extension",
    "retention.RequestFulfilled.v1.outcome": "member's data request's outcome",
    "retention.RequestRefused.v1.reasons": "member's data request's refusal",
    "retention.RequestFulfilled.v1.statement": "member's statement",
    "retention.ObjectionDecided.v1.reasons": "member's objection's reasons",
    "retention.ErasureExcepted.v1.reasons": "leaver's exception's reasons",
    "retention.NamesWeighed.v1.weighing": "member's weighing of names",
    "retention.RestrictionEnding.v1.reasons": "member's restriction's end",
    "retention.RecipientTold.v1.recipient": "member's recipient",
    "retention.DeliveryPrepared.v1.code": "member's delivery's code",
    "retention.HoldPlaced.v1.reason": "member's hold's reason",
    "retention.HoldReviewed.v1.finding": "member's hold's review",
    "audit.ReplayStarted.v1.ground": "replay's ground",
    "audit.LogRolledBack.v1.ground": "rollback's ground",
    "audit.ComplaintRegistered.v1.text": "member's complaint",
    "audit.ComplaintRegistered.v1.contact": "stranger's contact",
    "audit.ComplaintAnswered.v1.answer": "member's complaint's answer",
    "audit.IncidentRegistered.v1.facts": "incident's facts",
    "audit.IncidentRegistered.v1.consequences": "incident's consequences",
    "audit.IncidentRegistered.v1.measures": "incident's measures",
    "audit.IncidentRegistered.v1.contact": "incident's contact",
    "audit.IncidentSupplemented.v1.facts": "incident's later facts",
    "audit.IncidentSupplemented.v1.consequences": "incident's later consequences",
    "audit.IncidentSupplemented.v1.measures": "incident's later measures",
    "audit.IncidentClosed.v1.why": "incident's end",
    "audit.SuspicionReported.v1.facts": "disclosure's facts",
    "audit.AuthorityRequestReceived.v1.authority": "disclosure's authority",
    "audit.AuthorityRequestReceived.v1.official": "disclosure's official",
    "audit.AuthorityRequestReceived.v1.function": "disclosure's function",
    "audit.AuthorityRequestReceived.v1.reference": "disclosure's reference",
    "audit.RequestAuthenticated.v1.finding": "disclosure's call-back",
    "audit.RequestAuthenticated.v1.number": "disclosure's call-back's number",
    "audit.RequestAuthenticated.v1.found_in": "disclosure's call-back's source",
    "audit.BeheerderConsulted.v1.words": "disclosure's question",
    "audit.ConsultationAnswered.v1.reasons": "disclosure's objection",
    "audit.ConsultationAnswered.v1.signature": "disclosure's signature",
    "audit.ConsultationBarred.v1.ground": "disclosure's bar",
    "audit.DisclosureRejected.v1.reasons": "disclosure's rejection",
    "audit.DisclosureHandedOver.v1.receiver": "disclosure's receiver",
    "audit.DisclosureHandedOver.v1.receipt": "disclosure's receipt",
    "audit.SubjectNotified.v1.words": "disclosure's notice",
    "audit.NotificationDeferred.v1.ground": "disclosure's deferral",
    "audit.RecipientInformed.v1.words": "disclosure's what changed",
    "audit.SecrecyReviewed.v1.finding": "disclosure's review",
    "audit.SecrecyLifted.v1.reason": "disclosure's lift",
}
"""By the event's short type and the field. What is hashed before it is sealed stands here as it was typed."""
GONE = frozenset({"org.OrganisationRegistered.v1.beheerder_email"})
"""Org forgets it as soon as auth has taken it over: nobody reads it there any more."""
MADE = frozenset(
    {
        "audit.AuthorityRequestReceived.v1.original_sha256",
        "audit.WrittenFormReceived.v1.original_sha256",
        "audit.DisclosureOpened.v1.tenant",
        "audit.DisclosureOpened.v1.people",
        "audit.DisclosureOpened.v1.asked",
        "audit.DisclosureHeld.v1.what",
        "audit.DisclosureScoped.v1.scope",
        "audit.DisclosureAssembled.v1.manifest_sha256",
        "audit.ConsultationAnswered.v1.key",
    }
)
"""Nobody types these: hashes, and whom a file is about, of which no value is secret but that it stands there."""
CODES = frozenset({"retention.DeliveryPrepared.v1.code"})
HASHED = CODES | {"auth.UserRegistered.v1.password", "auth.PasswordChanged.v1.password"}
LAST = frozenset({"audit.LogRolledBack.v1.ground"})
"""Planted when the rest of the journey is over, as the log it goes on from is an older one."""


def found(field: str, value: str, read: set[str]) -> str | None:
    """What stands for the planted value among those that were read in this field: itself, or its hash."""
    if field in CODES:
        return next((one for one in read if codes.matches(one, value)), None)
    return next((one for one in read if (_verifies(one, value) if field in HASHED else one == value)), None)


def _verifies(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
