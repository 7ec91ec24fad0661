"""Every promise has a row in the report of conformance, and whatever measures or keeps one names a promise that is."""

from __future__ import annotations

import re
from pathlib import Path

from services.audit.conformance.jobs import EACH, KEEPS, ONLY_WHERE_ASKED, SERVICES
from services.audit.conformance.promises import EVIDENCE, LAW, OF_EVERYBODY, PROMISES, STATEMENT, short
from services.audit.conformance.report import MEASURES
from services.audit.conformance.shape import Measure
from services.contracts import audit, auth, org, retention  # noqa: F401 - they fill the catalogue
from services.kernel.event import CATALOGUE

ROOT = Path(__file__).parents[2]
STATED = [f"P{number:02}" for number in range(1, 19)]


def test_every_promise_has_one_row_and_says_where_it_comes_from():
    assert [promise.id for promise in PROMISES] == [*STATED, "P19", "log"]
    assert {promise.id for promise in PROMISES if promise.origin == STATEMENT} == set(STATED)
    assert [promise.id for promise in PROMISES if promise.origin == LAW] == ["P19"]
    assert [promise.id for promise in PROMISES if promise.origin == EVIDENCE] == ["log"]
    by_law = {promise.id: promise.by_law for promise in PROMISES if promise.by_law}
    assert by_law == {"P09": ("second_factor",), "P15": ("restriction", "objection")}
    assert all(promise.nl.endswith(".") and promise.en.endswith(".") for promise in PROMISES)


def test_every_measure_and_every_job_names_a_promise():
    named = {promise.id for promise in PROMISES}
    assert {measure.promise for measure in MEASURES} <= named
    assert set(KEEPS.values()) <= named
    assert all(service in SERVICES for measure in MEASURES for service in measure.asks)
    names = [measure.name for measure in MEASURES]
    assert len(names) == len(set(names)), "a measure is told by its name"
    assert all(one.nl and one.en for one in MEASURES)


def test_every_measure_that_is_written_is_asked():
    written = {
        name
        for path in (ROOT / "services/audit/conformance").glob("*.py")
        for name in re.findall(r"^        name=\"(\w+)\"", path.read_text(), re.MULTILINE)
    }
    assert written == {measure.name for measure in MEASURES}
    assert all(isinstance(one, Measure) for one in MEASURES)


def test_every_promise_that_the_log_can_show_names_an_event_that_there_is():
    there = {short(name) for name in CATALOGUE}
    blind = [promise.id for promise in PROMISES if not there & set(promise.events)]
    assert blind == [], "name the events that prove it"
    assert OF_EVERYBODY & there


def test_every_promise_is_cited_where_it_is_kept_and_where_that_is_tested():
    for place in ("services", "tests"):
        said = "\n".join(path.read_text() for path in (ROOT / place).rglob("*.py") if "conformance" not in str(path))
        cited = set(re.findall(r"\bP\d\d\b", said))
        assert set(STATED) | {"P19"} <= cited, f"cite the promise in {place}"


def test_whatever_a_service_does_by_the_clock_keeps_a_promise():
    """Every timer of a service, found in its source: one that nobody watches may stand still and nobody sees it."""
    for service in SERVICES:
        sources = "\n".join(path.read_text() for path in (ROOT / "services" / service).rglob("*.py"))
        done = set(re.findall(r"\(\s*[\w.]+(?:\([^()]*\))?\s*,\s*self\.([\w.]+)\)", timers(sources)))
        names = {one.rsplit(".", 1)[-1] if one.rsplit(".", 1)[-1] != "turn" else one.split(".")[-2] for one in done}
        names = {"alarms" if one == "look" else "sweep" if one == "sweep" else one for one in names}
        watched = {job.partition(".")[2] for job in KEEPS if job.startswith(f"{service}.")} - set(EACH)
        assert names == watched, f"of {service}: enter it in services/audit/conformance/jobs.py, with its promise"
    assert set(KEEPS) >= ONLY_WHERE_ASKED


def timers(sources: str) -> str:
    """The bodies of `timers`."""
    return "\n".join(re.findall(r"def timers\(self\).*?(?=\n    def |\n\nclass |\Z)", sources, re.DOTALL))
