"""The log lets go of whole bundles from its front, none too soon, none unread, and none that nobody can date."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain import pruning, terms
from services.audit.domain.pruning import Bundle, Prune
from services.audit.domain.terms import Terms, Trigger
from services.contracts.audit import LogPruned
from tests.given import given

THEN = datetime(2010, 5, 1, 9, tzinfo=UTC)
NOW = datetime(2020, 5, 1, 9, tzinfo=UTC)
TEN = terms.parse(
    [
        {
            "version": 1,
            "in_force_from": "2018-02-21",
            "terms": {
                "entry_recorded": "P10Y",
                "replay_started": "P5Y",
                "rollback_accepted": "P5Y",
                "incident_closed": "P5Y",
                "complaint_answered": "P2Y",
                "disclosure_closed": "P5Y",
            },
        }
    ]
)


def bundle(n: int, recorded: datetime | None = THEN, **last: int) -> Bundle:
    return Bundle(n=n, last={f"/{source}": number for source, number in last.items()}, recorded=recorded)


def prune(*bundles: Bundle, **but: Any) -> Prune:
    made = Prune(bundles=bundles, numbers={}, read=10**9, terms=TEN, at=NOW)
    return replace(made, **but)


def said(minimum: int, recorded: datetime = THEN, rule: str = "entry_recorded:P10Y@1", **numbers: int) -> LogPruned:
    counted = {f"/{source}": number for source, number in numbers.items()}
    return LogPruned(minimum=minimum, numbers=counted, rule=rule, recorded=recorded, at=NOW)


def test_what_is_ten_years_old_to_the_microsecond_goes() -> None:
    given(pruning.decider).when(prune(bundle(0, auth=200, org=56))).then(said(256, auth=200, org=56))
    soon = NOW - timedelta(microseconds=1)
    given(pruning.decider).when(prune(bundle(0, auth=200, org=56), at=soon)).then()


def test_a_source_that_is_quiet_keeps_its_number() -> None:
    found = prune(bundle(0, auth=200, org=56), bundle(1, auth=456))
    given(pruning.decider).when(found).then(said(512, auth=456, org=56))


def test_it_ends_before_the_first_bundle_that_is_young_whatever_comes_after() -> None:
    young = bundle(1, NOW - timedelta(days=1), auth=456)
    given(pruning.decider).when(prune(bundle(0, auth=256), young, bundle(2, auth=712))).then(said(256, auth=256))
    given(pruning.decider).when(prune(young)).then()


def test_what_nobody_can_date_stays() -> None:
    given(pruning.decider).when(prune(bundle(0, None, auth=256))).then()


@pytest.mark.parametrize(("read", "minimum"), [(0, 0), (255, 0), (256, 256), (511, 256), (512, 512)])
def test_nothing_goes_that_somebody_has_yet_to_read(read: int, minimum: int) -> None:
    found = given(pruning.decider).when(prune(bundle(0, auth=256), bundle(1, auth=512), read=read))
    found.then(*([said(minimum, auth=minimum)] if minimum else []))


def test_it_is_said_once_and_then_only_what_is_more() -> None:
    once = said(256, auth=256)
    given(pruning.decider, once).when(prune(bundle(0, auth=256))).then()
    more = prune(bundle(1, auth=512), numbers={"/auth": 256})
    given(pruning.decider, once).when(more).then(said(512, auth=512))
    for minimum in (256, 512):
        again = prune(bundle(0, auth=256), at=NOW + timedelta(days=2))
        given(pruning.decider, said(minimum, auth=minimum)).when(again).then()


def test_few_bundles_wait_for_the_next_day_and_many_do_not() -> None:
    once = said(256, auth=256)
    given(pruning.decider).when(prune(bundle(0, auth=256), many=2)).then(once)
    more = prune(bundle(1, auth=512), numbers={"/auth": 256}, many=2, at=NOW + timedelta(hours=23))
    given(pruning.decider, once).when(more).then()
    many = replace(more, bundles=(*more.bundles, bundle(2, auth=768)))
    given(pruning.decider, once).when(many).then(replace(said(768, auth=768), at=many.at))
    next_day = replace(more, at=NOW + timedelta(days=1))
    given(pruning.decider, once).when(next_day).then(replace(said(512, auth=512), at=next_day.at))


def test_the_youngest_of_what_goes_is_named_with_the_rule_it_went_by() -> None:
    later = THEN + timedelta(days=300)
    five = Terms(
        version=2, in_force_from=date(2011, 1, 1), by_trigger={**TEN[0].by_trigger, Trigger.ENTRY_RECORDED: "P5Y"}
    )
    found = prune(bundle(0, auth=256), bundle(1, later, auth=512), terms=(TEN[0], five))
    given(pruning.decider).when(found).then(said(512, later, "entry_recorded:P5Y@2", auth=512))
    turned = replace(found, bundles=(bundle(0, later, auth=256), bundle(1, auth=512)))
    given(pruning.decider).when(turned).then(said(512, later, "entry_recorded:P5Y@2", auth=512))


def test_a_longer_term_keeps_what_was_recorded_under_it() -> None:
    twenty = replace(
        TEN[0],
        version=2,
        in_force_from=date(2009, 1, 1),
        by_trigger={**TEN[0].by_trigger, Trigger.ENTRY_RECORDED: "P20Y"},
    )
    given(pruning.decider).when(prune(bundle(0, auth=256), terms=(TEN[0], twenty))).then()


def test_the_terms_as_they_are_delivered() -> None:
    delivered = terms.parse(json.loads(Path(pruning.__file__).parents[1].joinpath("terms.json").read_text()))
    assert terms.due(delivered, Trigger.ENTRY_RECORDED, THEN).at == NOW
    assert terms.due(delivered, Trigger.REPLAY_STARTED, THEN).at == NOW.replace(year=2015)


@pytest.mark.parametrize("term", ["P0D", "ten years", "P", "-P1Y", ""])
def test_terms_that_make_no_sense_are_refused(term: str) -> None:
    versions = [
        {
            "version": 1,
            "in_force_from": "2018-02-21",
            "terms": {**dict.fromkeys(Trigger, "P5Y"), "entry_recorded": term},
        }
    ]
    with pytest.raises(ValueError, match=r"duration|nothing is kept"):
        terms.parse(versions)
    with pytest.raises(ValueError, match="say nothing of"):
        terms.parse([{"version": 1, "in_force_from": "2018-02-21", "terms": {"entry_recorded": "P1Y"}}])
