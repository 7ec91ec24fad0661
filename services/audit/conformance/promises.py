"""The promises, in the words of this project, with where each comes from and which events are its evidence."""

from __future__ import annotations

from dataclasses import dataclass

STATEMENT, LAW, EVIDENCE = "statement", "law", "evidence"


@dataclass(frozen=True)
class Promise:
    """`origin` is the statement, the law, or `evidence` for the log on which all others stand.

    `by_law` are the parts of a promise of the statement that come from the law. `events` are types without prefix and
    version, as they stand in the catalogue; those that a later version brings may stand here before it does.
    """

    id: str
    nl: str
    en: str
    events: tuple[str, ...]
    origin: str = STATEMENT
    by_law: tuple[str, ...] = ()


def _named(source: str, names: str) -> tuple[str, ...]:
    return tuple(f"{source}.{name}" for name in names.split())


PROMISES: tuple[Promise, ...] = (
    Promise(
        "P01",
        "Verwerkt wordt alleen wat met de organisatie is overeengekomen.",
        "Data is processed only as agreed with the organisation.",
        (
            *_named("org", "AgreementSigned AgreementAmended AgreementTerminated ProcessingRefused"),
            "auth.ProcessingRefused",
        ),
    ),
    Promise(
        "P02",
        "De doelen zijn een gesloten lijst.",
        "The purposes are a closed list.",
        (*_named("auth", "PersonInvited UserRegistered SignedIn"), "org.UsageAggregated"),
    ),
    Promise(
        "P03",
        "Geen ander doel zonder toestemming, overeenkomst of wet.",
        "No other purpose without consent, agreement or law.",
        (*_named("org", "ConsentGiven ConsentWithdrawn ProcessingRefused"), "auth.ProcessingRefused"),
    ),
    Promise(
        "P04",
        "De soorten gegevens zijn een gesloten lijst.",
        "The categories of data are a closed list.",
        (*_named("org", "StatementPublished RegisterGenerated"),),
    ),
    Promise(
        "P05",
        "Wat een organisatie zelf toevoegt, staat eerst in haar aanvulling op de verklaring.",
        "What an organisation adds itself stands in its supplement to the statement first.",
        _named(
            "org", "CustomFieldProposed SupplementRequested SupplementPublished SupplementRefused CustomFieldActivated"
        ),
    ),
    Promise(
        "P06",
        "Niets wordt langer bewaard dan nodig.",
        "Nothing is kept longer than needed.",
        (
            "auth.AccountClosed",
            *_named("retention", "ErasureScheduled ErasureOrdered ErasureCertified CopiesUnreadable"),
        ),
    ),
    Promise(
        "P07",
        "Niets gaat naar derden zonder toestemming, overeenkomst of wet.",
        "Nothing goes to third parties without consent, agreement or law.",
        (
            *_named("audit", "DisclosureOpened DisclosureHandedOver"),
            *_named("org", "SubProcessorRegistered SubProcessorAnnounced SubProcessorObjected SubProcessorActivated"),
            *_named("org", "SubProcessorWithdrawn InstructionRegistered InstructionCarriedOut"),
        ),
    ),
    Promise(
        "P08",
        "Aan autoriteiten alleen bij een vermoeden of vordering, in overleg met de Beheerder.",
        "To authorities only on suspicion or demand, in consultation with the Beheerder.",
        (
            *_named("audit", "SuspicionReported AuthorityRequestReceived BeheerderConsulted DisclosureApproved"),
            *_named("audit", "DisclosureAssembled DisclosureHandedOver SubjectNotified RecipientInformed"),
            *_named("retention", "HoldPlaced HoldReviewed HoldReleased"),
        ),
    ),
    Promise(
        "P09",
        "Passende beveiliging: alleen wie het nodig heeft, kan erbij.",
        "Suitable security: only those who need it have access.",
        (
            *_named("auth", "SignedIn SignInFailed PasswordResetAsked PasswordChanged DataViewed AccessReviewed"),
            "audit.SecurityCheckRecorded",
            "retention.NamesWeighed",
        ),
        by_law=("second_factor",),
    ),
    Promise(
        "P10",
        "Van elke cookie is bekend wat zij is, en zonder toestemming wordt geen andere geplaatst dan mag.",
        "Of every cookie it is known what it is, and none is set without consent but those that may be.",
        _named("org", "CookieRegistered CookieRemoved ConsentGiven"),
    ),
    Promise(
        "P11",
        "Cookies verlopen, en de sessie met hen.",
        "Cookies expire, and the session with them.",
        _named("auth", "SessionStarted SessionEnded"),
    ),
    Promise(
        "P12",
        "De verklaring verwijst naar die van elke appwinkel.",
        "The statement links that of every app store.",
        _named("org", "StatementPublished"),
    ),
    Promise(
        "P13",
        "Koppelingen naar sites van derden zijn als zodanig herkenbaar.",
        "Links to sites of third parties are marked as such.",
        _named("org", "ContentPublished ContentWithdrawn"),
    ),
    Promise(
        "P14",
        "De verklaring kan veranderen, en iedereen kan zien wat er veranderde.",
        "The statement can change, and everybody can see what changed.",
        _named("org", "StatementPublished StatementParticularsWritten StatementTextWritten StatementAcknowledged"),
    ),
    Promise(
        "P15",
        "Wie gegevens gaf, kan ze inzien, wijzigen, meenemen en laten wissen.",
        "Whoever gave data can see, change, move and delete it.",
        (
            *_named("retention", "DataRequested IdentityVerified RequestExtended RequestFulfilled RequestRefused"),
            *_named("retention", "RequestReminded ObjectionDecided RestrictionEnding RestrictionEnded"),
            *_named("retention", "ErasureExcepted"),
            *_named("retention", "DeliveryPrepared DeliveryCollected DeliveryExpired"),
            *_named("auth", "ProcessingRestricted LiftAnnounced RestrictionLifted"),
        ),
        by_law=("restriction", "objection"),
    ),
    Promise(
        "P16",
        "Klachten worden behandeld, en de weg naar de toezichthouder staat open.",
        "Complaints are dealt with, and the way to the supervisor is open.",
        _named("audit", "ComplaintRegistered ComplaintAnswered"),
    ),
    Promise(
        "P17",
        "Met vragen kan men bij de Beheerder terecht.",
        "Questions go to the Beheerder.",
        _named("org", "ContactPublished"),
    ),
    Promise(
        "P18",
        "Gegevens zijn vertrouwelijk: zij rusten alleen verzegeld.",
        "Data is confidential: it rests sealed only.",
        (
            *_named("audit", "SealingChecked KeyEpochRetired"),
            *(f"{name}.KeyEpochRetired" for name in ("auth", "org", "retention")),
            *(f"{name}.CanaryPlanted" for name in ("auth", "org", "audit", "retention")),
            *(f"{name}.CanaryDestroyed" for name in ("auth", "org", "audit", "retention")),
        ),
    ),
    Promise(
        "P19",
        "Van een inbreuk hoort elke organisatie op tijd.",
        "Every organisation hears of a breach in time.",
        _named("audit", "IncidentRegistered BreachScoped ControllerInformed IncidentClosed"),
        origin=LAW,
    ),
    Promise(
        "log",
        "Het logboek is heel: zonder gat, ondertekend, en alles staat erin.",
        "The log is whole: without a gap, signed, and everything is in it.",
        _named(
            "audit",
            "KeyRegistered GapDetected GapHealed EntryQuarantined StoreRestored StoreCameBack LogRolledBack LogPruned",
        ),
        origin=EVIDENCE,
    ),
)

OF_EVERYBODY = frozenset(
    {
        "org.StatementPublished",
        "org.CookieRegistered",
        "org.CookieRemoved",
        "audit.KeyRegistered",
        "audit.SecurityCheckRecorded",
        "audit.SealingChecked",
        *(f"{name}.KeyEpochRetired" for name in ("auth", "org", "audit", "retention")),
    }
)
"""Evidence that is nobody's own, and that every organisation may be shown; of all else it sees its own alone."""


def short(type_: str) -> str:
    """`auth.SignedIn` of `nl.crisisconnect.auth.SignedIn.v1`."""
    return type_.removeprefix("nl.crisisconnect.").rpartition(".")[0]
