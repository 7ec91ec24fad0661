"""What people call the codes of the closed lists, in Dutch and English: one word for one thing in every document.

A page never shows a code where there is a word here; a rule finds the code that has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from services.contracts import audit, retention
from services.contracts.org import OrganisationKind, UsageKind
from services.contracts.privacy import Category, LegalBasis, ProcessingRole, Purpose, Role, TermTrigger

LANGUAGES = ("nl", "en")
Words = Mapping[str, tuple[str, str]]
"""By code, in Dutch and in English."""

CATEGORIES: Words = {
    "name": ("naam", "name"),
    "organisation": ("organisatie", "organisation"),
    "email": ("e-mailadres", "e-mail address"),
    "credentials": ("inloggegevens", "sign-in data"),
    "ip_address": ("IP-adres", "IP address"),
    "session_cookie": ("sessienummer", "session number"),
    "technical": ("technische gegevens", "technical data"),
    "contact_phone": ("telefoonnummer", "telephone number"),
    "correspondence": ("correspondentie", "correspondence"),
    "log_record": ("regels in het logboek", "entries in the log"),
    "custom_field": ("velden van de organisatie", "fields of the organisation"),
}
PURPOSES: Words = {
    "app_access": ("toegang tot de app", "access to the app"),
    "beheer_access": ("toegang tot de Beheeromgeving", "access to the Beheeromgeving"),
    "usage_insight": ("inzicht in het gebruik", "insight into use"),
}
LEGAL_BASES: Words = {
    "consent": ("toestemming", "consent"),
    "contract": ("overeenkomst", "contract"),
    "legal_obligation": ("wettelijke plicht", "legal obligation"),
    "vital_interests": ("vitaal belang", "vital interests"),
    "public_task": ("publieke taak", "public task"),
    "legitimate_interests": ("gerechtvaardigd belang", "legitimate interests"),
}
ROLES: Words = {
    "member": ("lid", "member"),
    "beheerder": ("Beheerder", "Beheerder"),
    "auditor": ("privacyfunctionaris van de organisatie", "the organisation's privacy officer"),
    "compliance": ("privacyfunctionaris van CrisisConnect", "compliance officer of CrisisConnect"),
    "investigator": ("onderzoeker van CrisisConnect", "investigator of CrisisConnect"),
    "operator": ("medewerker van CrisisConnect", "operator of CrisisConnect"),
}
TRIGGERS: Words = {
    "account_closed": ("account gesloten", "account closed"),
    "account_removed": ("account gesloten door iemand anders", "account closed by somebody else"),
    "agreement_ended": ("overeenkomst geëindigd", "agreement ended"),
    "session_ended": ("sessie geëindigd", "session ended"),
    "request_fulfilled": ("verzoek beantwoord", "data request answered"),
    "recorded": ("vastgelegd", "recorded"),
    "invitation_withdrawn": ("uitnodiging ingetrokken", "invitation withdrawn"),
    "invitation_expired": ("uitnodiging verlopen", "invitation expired"),
    "leaving_chosen": ("vertrek van de organisatie gekozen", "leaving of the organisation chosen"),
    "delivery_prepared": ("antwoord klaargezet", "answer made ready"),
    "entry_recorded": ("regel in het logboek vastgelegd", "entry of the log recorded"),
    "replay_started": ("onderzoek in het logboek begonnen", "investigation of the log begun"),
    "rollback_accepted": ("teruggezet logboek aanvaard", "log that was set back accepted"),
    "usage_recorded": ("gebruik vastgelegd", "use recorded"),
    "incident_closed": ("incident afgesloten", "incident closed"),
    "complaint_answered": ("klacht beantwoord", "complaint answered"),
    "sub_processor_announced": ("subverwerker aangekondigd", "sub-processor announced"),
    "objection_settled": ("bezwaar tegen een subverwerker afgehandeld", "objection to a sub-processor settled"),
    "instruction_closed": ("opdracht afgehandeld", "instruction dealt with"),
    "disclosure_closed": ("verstrekking afgesloten", "disclosure closed"),
    "complaint": ("ontvangst van de klacht", "receipt of the complaint"),
    "request": ("ontvangst van het verzoek", "receipt of the data request"),
    "request_extended": ("ontvangst van het verzoek, met verlenging", "receipt of the data request, extended"),
}
"""What makes a term begin: by agreement, by our own terms, and by the law."""
RIGHTS: Words = {
    "access": ("inzage", "access"),
    "rectification": ("rectificatie", "rectification"),
    "portability": ("overdraagbaarheid", "portability"),
    "erasure": ("wissing", "erasure"),
    "restriction": ("beperking", "restriction"),
    "objection": ("bezwaar", "objection"),
}
CHANNELS: Words = {
    "app": ("de app", "the app"),
    "email": ("e-mail", "e-mail"),
    "telephone": ("telefoon", "telephone"),
    "letter": ("brief", "letter"),
    "in_person": ("persoonlijk", "in person"),
}
HOLDS: Words = {
    "fraud_or_abuse": ("fraude of misbruik", "fraud or abuse"),
    "authority_request": ("een vordering", "an authority request"),
    "preservation_order": ("een bevel tot bewaring", "a preservation order"),
    "legal_claim": ("een rechtsvordering", "a legal claim"),
    "subject_asked": ("op verzoek van de betrokkene", "on the person's request"),
    "erasure_exception": ("uitzondering op wissing", "exception to erasure"),
}
EXCEPTIONS: Words = {
    "freedom_of_expression": ("vrijheid van meningsuiting en informatie", "freedom of expression and information"),
    "legal_obligation": ("wettelijke plicht", "legal obligation"),
    "public_health": ("volksgezondheid", "public health"),
    "archiving_or_research": ("archivering, onderzoek of statistiek", "archiving, research or statistics"),
    "legal_claim": ("een rechtsvordering", "a legal claim"),
}

OF: Mapping[type[StrEnum], Words] = {
    Category: CATEGORIES,
    Purpose: PURPOSES,
    LegalBasis: LEGAL_BASES,
    Role: ROLES,
    TermTrigger: TRIGGERS,
    ProcessingRole: {
        "processor": ("verwerker", "processor"),
        "controller": ("verwerkingsverantwoordelijke", "controller"),
    },
    OrganisationKind: {
        "public": ("overheid", "public body"),
        "private": ("particulier", "private"),
        "maker": ("de maker", "the maker"),
    },
    UsageKind: {
        "app_opened": ("app geopend", "app opened"),
        "screen_opened": ("scherm geopend", "screen opened"),
        "card_read": ("kaart gelezen", "card read"),
        "contact_opened": ("contact geopend", "contact opened"),
        "alert_read": ("melding gelezen", "alert read"),
        "alert_acknowledged": ("melding bevestigd", "alert acknowledged"),
    },
    retention.Right: RIGHTS,
    retention.Channel: CHANNELS,
    audit.Channel: CHANNELS,
    retention.IdentityCheck: {
        "session": ("ingelogd", "signed in"),
        "called_back": ("teruggebeld", "called back"),
        "known_address": ("bekend adres", "known address"),
        "known_in_person": ("persoonlijk bekend", "known in person"),
        "document_shown": ("document getoond", "document shown"),
    },
    retention.ExtensionGround: {
        "complexity": ("het is ingewikkeld", "it is complex"),
        "number": ("er waren veel verzoeken", "there were many requests"),
    },
    retention.RefusalGround: {
        "identity_not_established": ("identiteit niet vastgesteld", "identity not established"),
        "manifestly_unfounded": ("kennelijk ongegrond", "manifestly unfounded"),
        "excessive": ("buitensporig", "excessive"),
        "conditions_not_met": ("de wet geeft dit recht hier niet", "the law does not give this right here"),
        "rights_of_others": ("rechten van anderen", "rights of others"),
        "legal_obligation": ("wettelijke plicht", "legal obligation"),
        "public_interest": ("algemeen belang", "public interest"),
        "legal_claim": ("een rechtsvordering", "a legal claim"),
        "compelling_grounds": ("dwingende gronden", "compelling grounds"),
        "restricted_by_law": ("de wet beperkt dit", "restricted by law"),
    },
    retention.RestrictionGround: {
        "accuracy_contested": ("over de juistheid wordt getwist", "the accuracy is contested"),
        "erasure_opposed": ("de betrokkene wil geen wissing", "the person opposes erasure"),
        "legal_claim": ("een rechtsvordering", "a legal claim"),
        "objection_pending": ("over een bezwaar wordt nog beslist", "an objection is not decided yet"),
    },
    retention.ErasureException: EXCEPTIONS,
    retention.HoldGround: HOLDS,
    retention.HoldScope: {
        "person": ("alles van één persoon", "everything of one person"),
        "organisation": ("alles van een organisatie", "everything of an organisation"),
    },
    retention.Decision: {
        "upheld": ("toegewezen", "upheld"),
        "rejected": ("afgewezen", "rejected"),
    },
    audit.PromiseState: {
        "kept": ("nagekomen", "kept"),
        "at_risk": ("in gevaar", "at risk"),
        "broken": ("geschonden", "broken"),
        "not_measured": ("niet gemeten", "not measured"),
    },
    audit.IncidentOutcome: {
        "no_breach": ("geen inbreuk", "no breach"),
        "not_reported": ("niet gemeld bij de toezichthouder", "not reported to the supervisor"),
        "reported": ("gemeld bij de toezichthouder", "reported to the supervisor"),
    },
    audit.PeopleTold: {
        "told": ("ingelicht", "told"),
        "no_high_risk": ("niet nodig: geen hoog risico", "not needed: no high risk"),
        "unreadable": ("niet nodig: voor anderen onleesbaar", "not needed: unreadable to others"),
        "risk_taken_away": ("niet nodig: het risico is weggenomen", "not needed: the risk was taken away"),
        "told_in_public": ("in het openbaar ingelicht", "told in public"),
    },
    audit.ComplaintOutcome: {
        "upheld": ("gegrond", "upheld"),
        "partly_upheld": ("deels gegrond", "partly upheld"),
        "rejected": ("ongegrond", "rejected"),
        "withdrawn": ("ingetrokken", "withdrawn"),
    },
    audit.CheckKind: {
        "dependency_check": ("controle van gebruikte software", "check of dependencies"),
        "restore_drill": ("oefening terugzetten", "restore drill"),
        "canary_sweep": ("zoeken naar geplante gegevens", "sweep for planted canaries"),
        "tls_check": ("controle van certificaten (TLS)", "check of certificates (TLS)"),
        "keys_rotated": ("sleutels vervangen", "keys rotated"),
        "penetration_test": ("penetratietest", "penetration test"),
    },
    audit.CheckOutcome: {
        "passed": ("in orde", "passed"),
        "findings": ("met bevindingen", "with findings"),
        "failed": ("niet in orde", "failed"),
    },
    audit.Secrecy: {
        "none": ("geen", "none"),
        "by_law": ("uit de wet", "by law"),
        "suspect": ("de Beheerder is betrokken", "the Beheerder is involved"),
    },
    audit.ConsultationOutcome: {
        "agreed": ("ingestemd", "agreed"),
        "objected": ("bezwaar", "objected"),
    },
    audit.RejectionGround: {
        "not_authentic": ("niet echt", "not authentic"),
        "no_basis": ("geen grondslag", "no legal basis"),
        "withdrawn": ("ingetrokken", "withdrawn"),
        "controller_declined": ("de verwerkingsverantwoordelijke wil niet", "the controller declined"),
        "not_approved": ("niet goedgekeurd", "not approved"),
        "written_form_missing": ("niet op schrift gekomen", "written form missing"),
    },
}
"""The closed lists whose codes stand somewhere that people read."""


_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
UNITS = (
    (("jaar", "jaar"), ("year", "years")),
    (("maand", "maanden"), ("month", "months")),
    (("week", "weken"), ("week", "weeks")),
    (("dag", "dagen"), ("day", "days")),
    (("uur", "uur"), ("hour", "hours")),
    (("minuut", "minuten"), ("minute", "minutes")),
    (("seconde", "seconden"), ("second", "seconds")),
)
"""One and more of each, in Dutch and in English."""
AT_ONCE = ("meteen", "at once")
_AND = (" en ", " and ")
_AFTER = ("na", "after")
_RULE = re.compile(r"(?P<trigger>[a-z_]+):(?P<term>P[0-9A-Z]+)@(?P<of>[a-z ]*?) ?(?P<number>\d+)")
_VERSIONS = {
    "": ("versie {number} van onze termijnen", "version {number} of our terms"),
    "agreement": ("versie {number} van de verwerkersovereenkomst", "version {number} of the processing agreement"),
    "notices": ("versie {number} van onze meldtermijnen", "version {number} of our terms for notices"),
    "law": ("versie {number} van de wettelijke termijnen", "version {number} of the statutory terms"),
}


def said(code: str, words: Words, lang: str) -> str:
    """What people call it; what is on no list is somebody's own word, and stays."""
    return words[code][LANGUAGES.index(lang)] if code in words else code


def duration(text: str, lang: str) -> str:
    """An ISO 8601 duration in words: `P1D` → `1 dag`, `PT72H` → `72 uur`, `P0D` → `meteen`; what is none, as it is."""
    found, at = _DURATION.fullmatch(text), LANGUAGES.index(lang)
    if found is None:
        return text
    counted = zip(found.groups(), UNITS, strict=True)
    parts = [f"{number} {unit[at][int(number) != 1]}" for number, unit in counted if number and int(number)]
    return _AND[at].join(parts) or AT_ONCE[at]


def rule(text: str, lang: str) -> str:
    """By which rule something became due, and its version: `account_closed:P30D@agreement 2` in words."""
    found, at = _RULE.fullmatch(text), LANGUAGES.index(lang)
    if found is None or found["of"] not in _VERSIONS:
        return text
    term, trigger = duration(found["term"], lang), said(found["trigger"], TRIGGERS, lang)
    return f"{term} {_AFTER[at]}: {trigger} ({_VERSIONS[found['of']][at].format(number=found['number'])})"
