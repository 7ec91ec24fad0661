"""Each promise is judged by what is known: kept, at risk, broken, or not measured at all; never kept of nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.audit.conformance import report
from services.audit.conformance.jobs import KEEPS, SERVICES
from services.audit.conformance.people import MEASURES
from services.audit.conformance.promises import PROMISES
from services.audit.conformance.shape import Known, Log, State
from services.kernel.codec import instant
from tests.unit.audit.conformance.known import CHECKS, NOON, SEALING, canary, job, known, where, with_job, without

UNMEASURED = {one.id for one in PROMISES} - {one.promise for one in report.MEASURES} - set(KEEPS.values())
"""Promises of which nothing is measured, which their rows say."""


def counting(**faults: int) -> Known:
    return known(counts={**known().counts, **faults})


def states(known_: Known) -> dict[str, str]:
    return {row["promise"]: row["state"] for row in report.rows(known_, {})}


def turned(known_: Known) -> dict[str, str]:
    """The rows that are not what they are where all is well."""
    well = states(known())
    return {promise: state for promise, state in states(known_).items() if state != well[promise]}


def test_where_all_is_well_every_promise_that_is_measured_is_kept() -> None:
    assert {promise for promise, state in states(known()).items() if state != "kept"} == UNMEASURED


LONG = {"searched_at": None, "planted_at": instant(NOON - timedelta(hours=90))}
"""A look that takes twice as long as a store of any usual size."""


@pytest.mark.parametrize(
    ("given", "promise", "state"),
    [
        (counting(no_agreement=1), "P01", "broken"),
        (counting(other_purpose=2), "P02", "broken"),
        (counting(no_ground=1), "P03", "broken"),
        (where("org", "usage", past_term=1), "P02", "broken"),
        (where("org", "statement", categories=["name"]), "P04", "broken"),
        (where("retention", "erasures", overdue=1), "P06", "broken"),
        (where("retention", "erasures", stalled=1), "P06", "at_risk"),
        (where("auth", "invitations", expired_and_kept=3), "P06", "broken"),
        (where("retention", "holds", to_review=1), "P08", "at_risk"),
        (where("auth", "failed_sign_ins", uncounted=1), "P09", "at_risk"),
        (where("org", "supplements", unnamed=1), "P05", "broken"),
        (where("org", "supplements", overdue=1), "P05", "broken"),
        (known(checks={**CHECKS, "reviews_overdue": 1}), "P09", "at_risk"),
        (known(checks={**CHECKS, "checks_overdue": 1}), "P09", "at_risk"),
        (known(sealing={**SEALING, "bare": 1}), "P18", "broken"),
        (known(sealing={**SEALING, "overdue": 1}), "P18", "at_risk"),
        (canary("org", found=1), "P18", "broken"),
        (canary("org", reopened=11), "P18", "broken"),
        (canary("org", planted_at=instant(NOON - timedelta(minutes=11)), came_back=False), "P18", "at_risk"),
        (canary("org", searched_at=None, planted_at=instant(NOON - timedelta(hours=37))), "P18", "at_risk"),
        (canary("org", **LONG, takes_seconds=44 * 3600.0), "P18", "at_risk"),
        (where("org", "content", unmarked=1), "P13", "broken"),
        (known(disclosures={"disclosures": 2, "reviews_overdue": 1}), "P08", "at_risk"),
        (known(disclosures={"disclosures": 2, "consultations_overdue": 1}), "P08", "at_risk"),
        (where("org", "sub_processors", lapsed=1), "P07", "at_risk"),
        (where("org", "leaving", undecided=1), "P06", "at_risk"),
        (known(disclosures={"disclosures": 2, "answers_overdue": 1}), "P08", "at_risk"),
        (known(disclosures={"disclosures": 2, "written_forms_overdue": 1}), "P08", "at_risk"),
        (where("org", "cookies", missing=["another"]), "P10", "broken"),
        (where("org", "cookies", unlinked=["another"]), "P10", "broken"),
        (where("auth", "sessions", longest_seconds=3601.0), "P11", "broken"),
        (where("org", "statement", stores=["google_play"]), "P12", "broken"),
        (where("org", "statement", changed=[2]), "P14", "broken"),
        (where("org", "statement", overruled=[3]), "P14", "at_risk"),
        (where("org", "statement", untrue=["terms.session_ended"]), "P14", "at_risk"),
        (where("org", "statement", untold=[3]), "P14", "broken"),
        (where("org", "statement", in_force=None), "P14", "broken"),
        (where("retention", "requests", overdue=1), "P15", "broken"),
        (where("auth", "restrictions", lifted_late=1), "P15", "at_risk"),
        (known(complaints={"registered": 2, "open": 2, "unanswered": 1}), "P16", "broken"),
        (where("org", "statement", authority=False), "P16", "broken"),
        (where("org", "contacts", maker_contact=0), "P17", "at_risk"),
        (known(incidents={"incidents": 1, "overdue": 1, "alarm": 1}), "P19", "broken"),
        (known(incidents={"incidents": 1, "overdue": 0, "alarm": 1}), "P19", "at_risk"),
        (known(log=Log(size=12, counted=12, ingest_at=NOON - timedelta(seconds=16))), "log", "at_risk"),
        (known(log=Log(size=12, counted=12, older_copies=("/org",))), "log", "broken"),
        (known(log=Log(size=12, gaps={"/org": timedelta(minutes=1)})), "log", "at_risk"),
        (known(log=Log(size=12, gaps={"/org": timedelta(minutes=11)})), "log", "broken"),
    ],
)
def test_what_goes_wrong_turns_the_row_of_its_promise_and_no_other(given: Known, promise: str, state: str) -> None:
    assert turned(given) == {promise: state}


@pytest.mark.parametrize(
    ("hours", "state"), [(3, {}), (24.9, {}), (25.1, {"P18": "at_risk"}), (49.1, {"P18": "broken"})]
)
def test_an_epoch_may_last_its_hours_and_one_more(hours: float, state: dict[str, str]) -> None:
    given = known()
    told: Any = given.told["org"]
    told["epoch_since"] = (NOON - timedelta(hours=hours)).isoformat()
    assert turned(given) == state


@pytest.mark.parametrize(("seconds", "state"), [(9, {}), (11, {"log": "at_risk"}), (601, {"log": "broken"})])
def test_an_event_that_waits_for_the_log_is_seen(seconds: float, state: dict[str, str]) -> None:
    given = known()
    told: Any = given.told["auth"]
    told["unheard_since"] = instant(NOON - timedelta(seconds=seconds))
    assert turned(given) == state


@pytest.mark.parametrize(("seconds", "state"), [(14, {}), (16, {"log": "at_risk"})])
def test_a_relay_that_stands_still_is_missed_though_nothing_waits(seconds: float, state: dict[str, str]) -> None:
    given = known()
    told: Any = given.told["org"]
    told["relay_at"] = instant(NOON - timedelta(seconds=seconds))
    assert turned(given) == state


def test_what_a_service_set_aside_is_a_risk() -> None:
    given = known()
    told: Any = given.told["retention"]
    told["parked"] = 1
    assert turned(given) == {"log": "at_risk"}


@pytest.mark.parametrize(
    ("given", "promise"),
    [
        (where("auth", "sessions", open=0), "P11"),
        (where("org", "contacts", organisations=0, own_contact=0), "P17"),
    ],
)
def test_where_there_has_been_none_nothing_is_claimed(given: Known, promise: str) -> None:
    assert turned(given) == {promise: "not_measured"}
    row = next(row for row in report.rows(given, {}) if row["promise"] == promise)
    assert row["why"] == [f"{row['measures'][0]['measure']}: none_yet"]


def test_of_an_installation_of_which_nothing_is_known_nothing_is_kept() -> None:
    none = {"incidents": 0, "overdue": 0, "alarm": 0, "registered": 0, "unanswered": 0}
    nothing_planned = dict.fromkeys(CHECKS, 0)
    nothing = report.rows(
        Known(now=NOON, incidents=none, complaints=none, checks=nothing_planned, sealing=dict.fromkeys(SEALING, 0)), {}
    )
    assert State.KEPT not in {row["state"] for row in nothing}
    assert all(row["why"] for row in nothing)


@pytest.mark.parametrize("name", sorted(set(KEEPS) - {"audit.rounds"}))
def test_a_job_that_stands_still_turns_the_row_that_it_keeps_and_no_other(name: str) -> None:
    short = name.partition(".")[2]
    expected = {KEEPS[name]: "at_risk"}
    assert turned(with_job(name, job(short, stopped=True))) == expected
    assert turned(with_job(name, job(short, ago=66, failures=2, error="OSError"))) == expected
    assert turned(with_job(name, None)) == expected, "a job that keeps a promise is not there"
    assert turned(with_job(name, job(short, ago=64))) == {}


def test_a_turn_that_is_under_way_is_given_time_and_not_for_ever() -> None:
    for ago, state in ((100, {}), (200, {"P06": "at_risk"})):
        said = job("sweep", ago=ago, turn_since=instant(NOON - timedelta(seconds=ago - 60)))
        assert turned(with_job("retention.sweep", said)) == state


def test_a_job_before_its_first_turn_proves_nothing() -> None:
    given = known(incidents={"incidents": 0, "overdue": 0, "alarm": 0})
    told: Any = given.told["audit"]
    told["jobs"] = [one if one["job"] != "scoping" else job("scoping", ago=None) for one in told["jobs"]]
    row = next(row for row in report.rows(given, {}) if row["promise"] == "P19")
    assert (row["state"], row["kept_by"][0]["doing"]) == ("not_measured", "beginning")


def test_witnesses_are_asked_only_where_there_are_some() -> None:
    assert turned(with_job("audit.rounds", job("rounds", stopped=True))) == {"log": "at_risk"}
    assert turned(with_job("audit.rounds", None)) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_away_turns_the_rows_that_it_keeps_and_no_other(service: str) -> None:
    assert set(turned(without(service))) == report.kept_by(service)
    assert set(turned(without(service)).values()) == {"at_risk"}


def test_a_service_of_another_version_that_counts_less_breaks_no_report() -> None:
    given = known()
    told: Any = given.told["org"]
    del told["facts"]["contacts"]
    assert turned(given) == {"P17": "not_measured"}
    row = next(row for row in report.rows(given, {}) if row["promise"] == "P17")
    assert row["why"] == ["contact_shown: not_told"]


def test_the_newest_evidence_stands_in_the_row_with_its_receipt() -> None:
    evidence = {
        name: {"event": name, "type": f"nl.crisisconnect.{name}.v1", "at": "t", "index": index, "receipt": "integrated"}
        for index, name in enumerate(("auth.UserRegistered", "auth.SignedIn", "org.ContactPublished"))
    }
    rows = {row["promise"]: row for row in report.rows(known(), evidence)}
    assert (rows["P02"]["event"], rows["P02"]["index"], rows["P02"]["receipt"]) == ("auth.SignedIn", 1, "integrated")
    assert rows["P17"]["index"] == 2
    assert rows["P16"]["event"] is None


@pytest.mark.parametrize(
    "said",
    [
        {"searched_at": None, "planted_at": instant(NOON - timedelta(hours=35))},
        {**LONG, "takes_seconds": 46 * 3600.0},
        {"planted_at": None, "searched_at": None, "planted": 0, "came_back": False},
        {"planted_at": instant(NOON - timedelta(minutes=9)), "came_back": False, "searched_at": None},
    ],
)
def test_a_canary_that_has_only_begun_puts_nothing_at_risk(said: dict[str, Any]) -> None:
    assert states(canary("org", **said))["P18"] == "kept"
    numbers = next(one for one in report.MEASURES if one.name == "canaries_unread").of(canary("org", **said)).numbers
    assert numbers["searched"] == 3


def test_a_second_factor_that_is_not_there_is_never_said_to_be_kept():
    [measure] = [one for one in MEASURES if one.name == "second_factor"]

    assert measure.of(known()).state is State.NOT_MEASURED
