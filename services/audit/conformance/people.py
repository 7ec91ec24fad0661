"""What people are owed: measures of P06, P08, P09, P11, P15 to P19, from the cases, the clock and the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.audit.conformance.shape import Finding, Known, Measure, State, judged
from services.contracts.audit import ComplaintViewed
from services.contracts.auth import DataViewed, ProcessingRestricted, SignedIn, SignInFailed
from services.contracts.retention import HoldPlaced
from services.kernel.codec import moment

AWAY, UNSEARCHED = timedelta(minutes=10), timedelta(hours=36)
"""So long a canary may be on its way to the log and back, and so long one whole look may take.

What is more than can be read in half of that has twice the time that its bytes take; see services/kernel/sweep.
"""
TWICE, EXPIRES = 2, timedelta(hours=1)
"""An epoch that is not over after its hours and one more is late, and after twice its hours that is no delay."""


FORGOTTEN = (
    "reviews_overdue",
    "notices_overdue",
    "consultations_overdue",
    "written_forms_overdue",
    "answers_overdue",
)
"""What nobody looked at in time, by its name in the register of disclosures."""


def _erasures(known: Known) -> Finding:
    numbers = {**known.facts("retention", "erasures"), **known.facts("auth", "invitations"), "looked": 1}
    return judged(numbers, broken=("overdue", "expired_and_kept"), at_risk=("stalled",), of="looked")


def _leaving(known: Known) -> Finding:
    return judged({**known.facts("org", "leaving"), "looked": 1}, at_risk=("undecided",), of="looked")


def _holds(known: Known) -> Finding:
    numbers = {**known.facts("retention", "holds"), "placed": known.counts.get(HoldPlaced.type, 0)}
    return judged(numbers, at_risk=("to_review",), of="placed")


def _access(known: Known) -> Finding:
    types = {
        "sign_ins": [SignedIn.type],
        "failed": [SignInFailed.type],
        "looks": [DataViewed.type, ComplaintViewed.type],
    }
    numbers = {name: sum(known.counts.get(one, 0) for one in named) for name, named in types.items()}
    return judged({**numbers, **known.facts("auth", "failed_sign_ins")}, at_risk=("uncounted",), of="sign_ins")


def _second_factor(_: Known) -> Finding:
    """There is none yet: a password stands alone, and has fifteen characters at least. It is never said to be kept."""
    return Finding(State.NOT_MEASURED, "not_there")


def _sessions(known: Known) -> Finding:
    said, registered = known.facts("auth", "sessions"), known.facts("org", "cookies")["session_seconds"]
    numbers = {**said, "registered_seconds": registered, "too_long": int(said["longest_seconds"] > registered)}
    return judged(numbers, broken=("too_long",), of="open")


def _contacts(known: Known) -> Finding:
    said = known.facts("org", "contacts")
    without = said["organisations"] - said["own_contact"]
    numbers = {**said, "shown_the_maker_s": without, "shown_a_name_alone": 0 if said["maker_contact"] else without}
    return judged(numbers, at_risk=("shown_a_name_alone",), of="organisations")


def _epochs(known: Known) -> Finding:
    oldest, age, hours = "", timedelta(), 0.0
    for service, told in known.told.items():
        if told is not None and told["epoch_since"] is not None:
            since = known.now - datetime.fromisoformat(told["epoch_since"])
            oldest, age, hours = max(
                (oldest, age, hours), (service, since, told["epoch_hours"]), key=lambda one: one[1]
            )
    if not oldest:
        return Finding(State.NOT_MEASURED, "none_yet")
    numbers = {"oldest": oldest, "hours": round(age.total_seconds() / 3600, 3), "within_hours": hours}
    if age > timedelta(hours=hours) * TWICE + EXPIRES:
        return Finding(State.BROKEN, "epoch_too_old", numbers)
    late = age > timedelta(hours=hours) + EXPIRES
    return Finding(State.AT_RISK, "epoch_too_old", numbers) if late else Finding(State.KEPT, "", numbers)


def _incidents(known: Known) -> Finding:
    return judged(known.incidents, broken=("overdue",), at_risk=("alarm",), of="incidents")


def _requests(known: Known) -> Finding:
    return judged(known.facts("retention", "requests"), broken=("overdue",), of="received")


def _complaints(known: Known) -> Finding:
    return judged(known.complaints, broken=("unanswered",), of="registered")


def _restrictions(known: Known) -> Finding:
    numbers = {**known.facts("auth", "restrictions"), "restricted": known.counts.get(ProcessingRestricted.type, 0)}
    return judged(numbers, at_risk=("lifted_late",), of="restricted")


def _disclosures(known: Known) -> Finding:
    numbers = {name: known.disclosures.get(name, 0) for name in ("disclosures", *FORGOTTEN)}
    return judged(numbers, at_risk=FORGOTTEN, of="disclosures")


def _planned(known: Known) -> Finding:
    return judged(known.checks, at_risk=("reviews_overdue", "checks_overdue"), of="checks")


def _canaries(known: Known) -> Finding:
    """Of each service that answers; a whole look needs a while, and a canary a moment to come back from the log."""
    told = {name: said["canary"] for name, said in known.told.items() if said is not None and said.get("canary")}
    planted = {name: moment(one["planted_at"]) for name, one in told.items() if one["planted_at"]}
    age = {name: known.now - at for name, at in planted.items()}
    searched = {name: moment(one["searched_at"]) for name, one in told.items() if one["searched_at"]}
    may = {name: max(UNSEARCHED, 2 * timedelta(seconds=one["takes_seconds"])) for name, one in told.items()}
    late = {name for name in planted if known.now - max(planted[name], searched.get(name, planted[name])) > may[name]}
    numbers: dict[str, Any] = {
        "planted": sum(one["planted"] for one in told.values()),
        "searched": len(searched),
        "found": sum(one["found"] for one in told.values()),
        "reopened": sum(one["reopened"] for one in told.values()),
        "not_back": sorted(name for name, one in told.items() if age.get(name, AWAY) > AWAY and not one["came_back"]),
        "unsearched": sorted(late),
    }
    if known.organisation is None:
        numbers["looked"] = sum(one["looked"] for one in told.values())
    return judged(numbers, broken=("found", "reopened"), at_risk=("not_back", "unsearched"), of="searched")


def _sealing(known: Known) -> Finding:
    return judged(known.sealing, broken=("bare",), at_risk=("overdue",), of="services")


MEASURES = (
    Measure(
        name="nothing_overdue",
        promise="P06",
        nl="Wissingen over hun termijn, uitnodigingen die verlopen zijn en er nog staan.",
        en="Erasures past their term, invitations that expired and are still there.",
        judge=_erasures,
        asks=("retention", "auth"),
    ),
    Measure(
        name="wound_up",
        promise="P06",
        nl="Organisaties waarvan de overeenkomst voorbij is, en die nog niet kozen tussen teruggeven en wissen.",
        en="Organisations whose agreement is over, and that have not chosen yet between return and deletion.",
        judge=_leaving,
        asks=("org",),
    ),
    Measure(
        name="holds_reviewed",
        promise="P08",
        nl="Bewaarplichten die opnieuw bekeken hadden moeten zijn.",
        en="Holds that should have been looked at again.",
        judge=_holds,
        asks=("retention",),
    ),
    Measure(
        name="disclosures_looked_after",
        promise="P08",
        nl="Geheimhouding die opnieuw bekeken had moeten zijn; uitgesteld inlichten, overleg, de schriftelijke vorm "
        "van een mondeling bevel, en bevelen zelf over hun termijn.",
        en="Secrecy that should have been looked at again; deferred notices, consultations, the written form of an "
        "oral order, and orders themselves past their term.",
        judge=_disclosures,
    ),
    Measure(
        name="failures_told",
        promise="P09",
        nl="Mislukte inlogpogingen die nog in geen regel staan; inzagen en inlogpogingen in aantallen.",
        en="Failed sign-ins that no entry tells of yet; looks and sign-ins in numbers.",
        judge=_access,
        asks=("auth",),
    ),
    Measure(
        name="checked_as_planned",
        promise="P09",
        nl="Controles van de beveiliging en doorlichtingen van toegang die over hun datum zijn.",
        en="Checks of security and reviews of access that are past their date.",
        judge=_planned,
    ),
    Measure(
        name="second_factor",
        promise="P09",
        nl="Een tweede factor, voor wie die wil: is er nog niet; een wachtwoord staat alleen en telt vijftien tekens.",
        en="A second factor, for who wants one: is not there yet; a password stands alone, of fifteen characters.",
        judge=_second_factor,
    ),
    Measure(
        name="sessions_end",
        promise="P11",
        nl="De langste sessie naast wat het register van cookies noemt.",
        en="The longest session beside what the register of cookies says.",
        judge=_sessions,
        asks=("auth", "org"),
    ),
    Measure(
        name="answered_in_time",
        promise="P15",
        nl="Verzoeken van betrokkenen waarvan de wettelijke termijn voorbij is.",
        en="Data requests whose statutory term is over.",
        judge=_requests,
        asks=("retention",),
    ),
    Measure(
        name="restrictions_end",
        promise="P15",
        nl="Beperkingen die er na het aangekondigde einde nog zijn.",
        en="Restrictions that are still there after the end that was announced.",
        judge=_restrictions,
        asks=("auth",),
    ),
    Measure(
        name="complaints_answered",
        promise="P16",
        nl="Klachten zonder antwoord na hun termijn.",
        en="Complaints without an answer after their term.",
        judge=_complaints,
    ),
    Measure(
        name="contact_shown",
        promise="P17",
        nl="Organisaties die geen contact tonen: geen eigen, en ook de maker heeft er geen.",
        en="Organisations that show no contact: none of their own, and the maker has none either.",
        judge=_contacts,
        asks=("org",),
    ),
    Measure(
        name="epochs_retired",
        promise="P18",
        nl="De oudste sleutelperiode naast hoe oud zij mag worden.",
        en="The oldest key epoch beside how old it may become.",
        judge=_epochs,
        asks=("auth", "org", "audit", "retention"),
    ),
    Measure(
        name="rests_sealed",
        promise="P18",
        nl="Waarden die onverzegeld liggen, en diensten waar daar te lang niet naar gekeken is.",
        en="Values that rest unsealed, and services with which nobody looked for too long.",
        judge=_sealing,
    ),
    Measure(
        name="canaries_unread",
        promise="P18",
        nl="Plaatsen waar uitgezette waarden van niemand te lezen zijn, en waarden die zonder hun sleutel opengaan.",
        en="Places where planted values of nobody can be read, and those that open without their key.",
        judge=_canaries,
    ),
    Measure(
        name="controllers_told",
        promise="P19",
        nl="Organisaties die van een inbreuk nog niet weten, na de helft en na het einde van de termijn.",
        en="Controllers who do not know of a breach yet, past half of the term and past its end.",
        judge=_incidents,
    ),
)
