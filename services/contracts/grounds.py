"""What may be recorded of people although no agreement covers it, closed, each with its reason (P01, P02, I10).

Everything else that holds a personal value stands under terms in force that name its purpose and every category in it:
an organisation's agreement, or for the maker's own people what the maker laid down as their controller.
"""

from __future__ import annotations

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.ground import Exemption, Grounds


def _step(event: str, *categories: Category, reason: str) -> Exemption:
    """A step prior to a contract, in no agreement's name (AVG art. 6(1)(b))."""
    return Exemption(
        events=frozenset({event}),
        categories=frozenset(categories),
        purposes=frozenset({Purpose.BEHEER_ACCESS}),
        bases=frozenset({LegalBasis.CONTRACT}),
        reason=reason,
    )


def _duty(*events: str, categories: tuple[Category, ...], reason: str) -> Exemption:
    """What a law wants of the maker, whatever is agreed (AVG art. 6(1)(c))."""
    return Exemption(
        events=frozenset(events),
        categories=frozenset(categories),
        bases=frozenset({LegalBasis.LEGAL_OBLIGATION}),
        reason=reason,
    )


def _case(*events: str, reason: str) -> Exemption:
    """Words of a case that a law wants: kept for that case, under its own key and term."""
    return _duty(*events, categories=(Category.CORRESPONDENCE,), reason=reason)


STEPS = (
    _step("org.OrganisationRegistered", Category.EMAIL, reason="whom to ask in, that there may be an agreement"),
    _step(
        "org.ContactPublished",
        Category.NAME,
        Category.EMAIL,
        Category.CONTACT_PHONE,
        reason="whom its people can turn to from the first day (P17)",
    ),
    _step("auth.PersonInvited", Category.EMAIL, reason="a Beheerder is asked in to agree"),
    _step("auth.UserRegistered", Category.NAME, Category.CREDENTIALS, reason="opens an account to do so"),
    _step("auth.SessionStarted", Category.SESSION_COOKIE, reason="and signs in; from where is not needed for it"),
    _step("auth.PasswordChanged", Category.CREDENTIALS, reason="or with another password, by a mailed link"),
    _step("org.AgreementSigned", Category.NAME, reason="who signed it, for either side"),
)
DUTIES = (
    _duty(
        "auth.PasswordChanged",
        categories=(Category.CREDENTIALS,),
        reason="whoever can sign in can change what they sign in with (AVG art. 32)",
    ),
    _duty(
        "auth.PersonalDataCorrected",
        "auth.CustomFieldSet",
        categories=(Category.NAME, Category.EMAIL, Category.CUSTOM_FIELD),
        reason="what was kept wrong is put right when its subject asks (AVG art. 16)",
    ),
    _duty(
        "retention.DeliveryPrepared",
        categories=(Category.CREDENTIALS,),
        reason="the code with which an answer is collected by nobody else (AVG art. 12, 32)",
    ),
    _duty(
        *(f"{service}.CanaryPlanted" for service in ("auth", "org", "audit", "retention")),
        categories=tuple(Category),
        reason="values that are nobody's, to look for them where none may be read (AVG art. 32)",
    ),
)
CASES = (
    _case(
        "retention.DataRequested",
        "retention.RequestExtended",
        "retention.RequestFulfilled",
        "retention.RequestRefused",
        "retention.ObjectionDecided",
        "retention.RestrictionEnding",
        "retention.RecipientTold",
        "retention.ErasureExcepted",
        "retention.NamesWeighed",
        reason="a data request, its answer and what followed from it (AVG art. 12, 15 to 21)",
    ),
    _case("retention.HoldPlaced", "retention.HoldReviewed", reason="why an erasure waits (AVG art. 17(3), 18)"),
    _case(
        "audit.ComplaintRegistered", "audit.ComplaintAnswered", reason="a complaint and its answer (AVG art. 12, 77)"
    ),
    _case(
        "audit.IncidentRegistered",
        "audit.IncidentSupplemented",
        "audit.IncidentClosed",
        reason="the facts of a breach, its effects and what was done (AVG art. 33(5))",
    ),
    _case(
        "audit.SuspicionReported",
        "audit.AuthorityRequestReceived",
        "audit.DisclosureOpened",
        "audit.RequestAuthenticated",
        "audit.WrittenFormReceived",
        "audit.DisclosureHeld",
        "audit.BeheerderConsulted",
        "audit.ConsultationAnswered",
        "audit.ConsultationBarred",
        "audit.SecrecyReviewed",
        "audit.SecrecyLifted",
        "audit.DisclosureScoped",
        "audit.DisclosureRejected",
        "audit.DisclosureAssembled",
        "audit.DisclosureHandedOver",
        "audit.SubjectNotified",
        "audit.NotificationDeferred",
        "audit.RecipientInformed",
        reason="what an authority asked, and how it was decided (AVG art. 5(2), 6(1)(c); P08)",
    ),
    _case("audit.ReplayStarted", "audit.LogRolledBack", reason="why the past is looked into (AVG art. 5(2), 32)"),
    _case(
        "org.InstructionRegistered",
        "org.InstructionParked",
        "org.InstructionCarriedOut",
        reason="what a controller instructed, and what became of it (AVG art. 28(3)(a), 29)",
    ),
    _case("org.SubProcessorObjected", reason="why a controller objects to a sub-processor (AVG art. 28(2))"),
    Exemption(
        events=frozenset({"org.SupplementRequested", "org.SupplementRefused"}),
        categories=frozenset({Category.CORRESPONDENCE}),
        beside=True,
        reason="why a supplement is asked for or refused, under the agreement that it supplements (P05)",
    ),
)
BEFORE_CONSENT = Exemption(
    events=frozenset(
        {"auth.PersonInvited", "auth.UserRegistered", "auth.PasswordChanged", "auth.SignedIn", "auth.SessionStarted"}
    ),
    categories=frozenset(),
    bases=frozenset({LegalBasis.LEGAL_OBLIGATION}),
    in_place_of=LegalBasis.CONSENT,
    reason="without these nobody could consent, or take it back (AVG art. 7(3), 12(2)); what is in them was agreed",
)
NEVER_AGREED = frozenset({Category.CORRESPONDENCE, Category.LOG_RECORD})
"""What is the maker's own duty, and no controller has to agree on: what holds it stands above."""
EXEMPTIONS = (*STEPS, *DUTIES, *CASES, BEFORE_CONSENT)
GROUNDS = Grounds(Purpose, LegalBasis, EXEMPTIONS)
