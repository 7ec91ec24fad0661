"""What was agreed and stated: measures of P01 to P05, P10, P12 to P14, from envelopes and from what org tells."""

from __future__ import annotations

from collections.abc import Mapping

from services.audit.conformance.shape import Finding, Judge, Known, Measure, judged
from services.audit.domain.envelopes import Fault
from services.contracts.auth import ProcessingRefused as RefusedByAuth
from services.contracts.canary import of_people
from services.contracts.org import (
    AgreementSigned,
    ConsentGiven,
    ConsentWithdrawn,
    ProcessingRefused as RefusedByOrg,
    UsageAggregated,
)
from services.contracts.privacy import APP_STORES, Category
from services.kernel.event import CATALOGUE


def _no(fault: Fault, also: Mapping[str, tuple[str, ...]]) -> Judge:
    """Kept while no entry has the fault; `also` are numbers of types that say more."""

    def judge(known: Known) -> Finding:
        numbers = {fault.value: known.counts.get(fault.value, 0), "entries": known.entries}
        numbers |= {name: sum(known.counts.get(one, 0) for one in types) for name, types in also.items()}
        return judged(numbers, broken=(fault.value,), of="entries")

    return judge


def declared() -> frozenset[str]:
    """Every category that a field of an event of this version has."""
    return frozenset(mark.category for event in CATALOGUE.values() for mark in of_people(event).values())


def _usage(known: Known) -> Finding:
    numbers = {**known.facts("org", "usage"), "days_told": known.counts.get(UsageAggregated.type, 0), "looked": 1}
    return judged(numbers, broken=("past_term",), of="looked")


def _engaged(known: Known) -> Finding:
    numbers = dict(known.facts("org", "sub_processors"))
    return judged(numbers | {"all": sum(numbers.values())}, at_risk=("lapsed",), of="all")


def _authority(known: Known) -> Finding:
    named = int(known.facts("org", "statement")["authority"])
    return judged({"named": named, "not_named": 1 - named, "looked": 1}, broken=("not_named",), of="looked")


def _categories(known: Known) -> Finding:
    stated = known.facts("org", "statement")["categories"]
    missing = declared() - set(stated)
    numbers = {"categories": len(Category), "in_events": len(declared()), "stated": len(stated)}
    return judged(numbers | {"not_stated": len(missing)}, broken=("not_stated",), of="in_events")


def _cookies(known: Known) -> Finding:
    said = known.facts("org", "cookies")
    numbers = {name: len(said[name]) for name in ("missing", "gone", "unlinked")}
    return judged({"registered": said["registered"]} | numbers, broken=tuple(numbers), of="registered")


def _stores(known: Known) -> Finding:
    linked = known.facts("org", "statement")["stores"]
    missing = len(APP_STORES - set(linked))
    return judged(
        {"linked": len(linked), "not_linked": missing, "stores": len(APP_STORES)}, broken=("not_linked",), of="stores"
    )


def _statement(known: Known) -> Finding:
    said = known.facts("org", "statement")
    numbers = {"in_force": said["in_force"], "none_in_force": int(said["in_force"] is None)}
    numbers |= {name: len(said[name]) for name in ("changed", "untold", "overruled", "untrue")}
    risks = ("overruled", "untrue")
    return judged(numbers, broken=("none_in_force", "changed", "untold"), at_risk=risks, of="in_force")


def _supplements(known: Known) -> Finding:
    """A field without its supplement, or an answer past its term, is a promise that was broken, not one at risk."""
    said = dict(known.facts("org", "supplements"))
    said["looked_at"] = said["active"] + said["waiting"]
    return judged(said, broken=("unnamed", "overdue"), of="looked_at")


def _links(known: Known) -> Finding:
    return judged(dict(known.facts("org", "content")), broken=("unmarked",), of="shown")


MEASURES = (
    Measure(
        name="under_an_agreement",
        promise="P01",
        nl="Regels met persoonsgegevens van een organisatie zonder overeenkomst, stap daarheen of wet.",
        en="Entries with personal data of an organisation under no agreement, step towards one, or law.",
        judge=_no(
            Fault.NO_AGREEMENT,
            {"signatures": (AgreementSigned.type,), "refusals": (RefusedByAuth.type, RefusedByOrg.type)},
        ),
    ),
    Measure(
        name="purpose_on_the_list",
        promise="P02",
        nl="Regels met een doel dat niet op de gesloten lijst staat.",
        en="Entries with a purpose that is not on the closed list.",
        judge=_no(Fault.OTHER_PURPOSE, {}),
    ),
    Measure(
        name="usage_goes",
        promise="P02",
        nl="Gebruiksgegevens die er na hun termijn nog zijn; dagen die in groepen verteld zijn.",
        en="Facts of usage that are there past their term; days that were told in groups.",
        judge=_usage,
        asks=("org",),
    ),
    Measure(
        name="on_a_ground",
        promise="P03",
        nl="Regels met persoonsgegevens zonder doel of rechtsgrond.",
        en="Entries with personal data without a purpose or a legal basis.",
        judge=_no(
            Fault.NO_GROUND,
            {
                "refusals": (RefusedByAuth.type, RefusedByOrg.type),
                "consents": (ConsentGiven.type,),
                "withdrawn": (ConsentWithdrawn.type,),
            },
        ),
    ),
    Measure(
        name="categories_stated",
        promise="P04",
        nl="Soorten gegevens in gebeurtenissen die de geldende verklaring niet noemt.",
        en="Categories of data in events that the statement in force does not name.",
        judge=_categories,
        asks=("org",),
    ),
    Measure(
        name="named_in_a_supplement",
        promise="P05",
        nl="Velden in gebruik die geen geldende aanvulling noemt, en aanvullingen zonder antwoord na hun termijn.",
        en="Fields in use that no supplement in force names, and supplements without an answer past their term.",
        judge=_supplements,
        asks=("org",),
    ),
    Measure(
        name="links_marked",
        promise="P13",
        nl="Kaarten waarvan de gemarkeerde koppelingen naar derden niet die zijn waarvan het logboek weet.",
        en="Cards whose marked links to other sites are not those that the log knows of.",
        judge=_links,
        asks=("org",),
    ),
    Measure(
        name="engaged_after_notice",
        promise="P07",
        nl="Ingeschakelde verwerkers bij organisaties, en wier bezwaartermijn voorbij is zonder gevolg.",
        en="Sub-processors at organisations, and those whose window of objection is over without effect.",
        judge=_engaged,
        asks=("org",),
    ),
    Measure(
        name="register_of_cookies",
        promise="P10",
        nl="Cookies waarin het register en wat ervan verteld is verschillen, of zonder verwijzing.",
        en="Cookies in which the register and what was told of it differ, or without a link.",
        judge=_cookies,
        asks=("org",),
    ),
    Measure(
        name="stores_linked",
        promise="P12",
        nl="Appwinkels waarnaar de geldende verklaring niet verwijst.",
        en="App stores that the statement in force does not link.",
        judge=_stores,
        asks=("org",),
    ),
    Measure(
        name="authority_named",
        promise="P16",
        nl="Of de geldende verklaring de toezichthouder noemt.",
        en="Whether the statement in force names the supervisor.",
        judge=_authority,
        asks=("org",),
    ),
    Measure(
        name="as_published",
        promise="P14",
        nl="Versies van de verklaring: niet als gepubliceerd, niet verteld, van één nummer, of onwaar.",
        en="Versions of the statement: not as published, not told, of one number, or not what the software does.",
        judge=_statement,
        asks=("org",),
    ),
)
