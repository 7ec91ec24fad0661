"""An incident: registered once, scoped by phase, told to each controller, closed with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain import incident
from services.contracts.audit import IncidentOutcome, PeopleTold
from tests.examples import audit as example
from tests.given import given

REGISTERED = example.incident_registered()
SUPPLEMENTED = example.incident_supplemented()
PART, COMPUTED = example.breach_scoped(phase=1), example.scope_computed(phase=1)
SCOPE = incident.Scope(parts=(PART,), computed=COMPUTED)
INFORMED = example.controller_informed(phase=1)
INFORM = incident.Inform(
    organisation=INFORMED.organisation,
    channel=INFORMED.channel,
    informed_at=INFORMED.informed_at,
    rule=INFORMED.rule,
    due=INFORMED.due,
    document_sha256=INFORMED.document_sha256,
    by=INFORMED.by,
    at=INFORMED.at,
)
CLOSED = example.incident_closed()
CLOSE = incident.Close(outcome=CLOSED.outcome, people=CLOSED.people, why=CLOSED.why or "", by=CLOSED.by, at=CLOSED.at)
ERASE = incident.EraseText(rule="incident_closed:P5Y@1", due=CLOSED.at, keys=1, at=CLOSED.at)
ERASED = example.incident_text_erased(due=ERASE.due, at=ERASE.at)
SUPPLEMENT = incident.Supplement(
    facts=SUPPLEMENTED.facts,
    consequences=SUPPLEMENTED.consequences,
    measures=SUPPLEMENTED.measures,
    window_from=SUPPLEMENTED.window_from,
    by=SUPPLEMENTED.by,
    at=SUPPLEMENTED.at,
)


def test_it_is_registered_once():
    given(incident.decider).when(incident.Register(told=REGISTERED)).then(REGISTERED)
    given(incident.decider, REGISTERED).when(incident.Register(told=REGISTERED)).then()


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"known_at": REGISTERED.at + timedelta(seconds=1)}, "not_yet"),
        ({"since": REGISTERED.at + timedelta(seconds=1), "until": None}, "not_yet"),
        ({"until": REGISTERED.since}, "period_invalid"),
    ],
)
def test_what_lies_in_the_future_or_ends_before_it_begins_is_none(but, code):
    given(incident.decider).when(incident.Register(told=replace(REGISTERED, **but))).refused(code)


def test_more_becomes_known_in_numbered_phases():
    given(incident.decider, REGISTERED).when(SUPPLEMENT).then(SUPPLEMENTED)
    later = replace(SUPPLEMENT, window_from=None, window_to=REGISTERED.since)
    given(incident.decider, REGISTERED).when(later).refused("period_invalid")


def test_an_end_of_the_window_that_was_moved_stays_moved():
    hour = timedelta(hours=1)
    begin, end = REGISTERED.since, REGISTERED.until
    from_, to = replace(SUPPLEMENTED, window_from=begin + 5 * hour), replace(SUPPLEMENTED, window_from=None)
    to = replace(to, window_to=end - 5 * hour)
    words = replace(SUPPLEMENT, window_from=None)

    for moved in ((from_, to), (to, from_)):
        ended = replace(words, window_to=begin + 5 * hour)
        begun = replace(words, window_from=end - 5 * hour)
        given(incident.decider, REGISTERED, *moved).when(ended).refused("period_invalid")
        given(incident.decider, REGISTERED, *moved).when(begun).refused("period_invalid")
    given(incident.decider, REGISTERED).when(replace(words, window_from=end)).refused("period_invalid")
    given(incident.decider, REGISTERED, to).when(replace(words, window_to=begin)).refused("period_invalid")
    given(incident.decider, REGISTERED, from_).when(replace(words, window_from=end)).refused("period_invalid")
    still = replace(words, window_to=begin + hour)
    told = replace(SUPPLEMENTED, phase=3, window_from=None, window_to=still.window_to)
    given(incident.decider, REGISTERED, to).when(still).then(told)
    given(incident.decider, REGISTERED, PART, COMPUTED, to).when(CLOSE).refused("not_yet")
    since_now = replace(REGISTERED, since=REGISTERED.at, until=None)
    given(incident.decider).when(incident.Register(told=since_now)).then(since_now)


def test_its_scope_is_told_once_for_each_window():
    given(incident.decider, REGISTERED).when(SCOPE).then(PART, COMPUTED)
    given(incident.decider, REGISTERED, PART, COMPUTED).when(SCOPE).then()
    again = incident.Scope(parts=(example.breach_scoped(),), computed=example.scope_computed())
    given(incident.decider, REGISTERED, PART, COMPUTED, SUPPLEMENTED).when(again).then(*again.parts, again.computed)
    given(incident.decider, REGISTERED, SUPPLEMENTED).when(SCOPE).then()


def test_words_alone_leave_the_scope_as_it_is():
    words = replace(SUPPLEMENTED, window_from=None)

    given(incident.decider, REGISTERED, PART, COMPUTED, words, INFORMED).when(CLOSE).then(CLOSED)


def test_a_controller_is_told_the_same_once_and_told_again_when_there_is_more():
    more = replace(INFORM, document_sha256="ab" * 32)

    given(incident.decider, REGISTERED).when(INFORM).then(INFORMED)
    given(incident.decider, REGISTERED, INFORMED).when(INFORM).then()
    given(incident.decider, REGISTERED, INFORMED).when(more).then(replace(INFORMED, document_sha256="ab" * 32))
    later = replace(INFORMED, phase=2, document_sha256="ab" * 32)
    given(incident.decider, REGISTERED, INFORMED, SUPPLEMENTED).when(more).then(later)


def test_nobody_was_told_before_it_was_known_or_in_the_future():
    early = replace(INFORM, informed_at=REGISTERED.known_at - timedelta(seconds=1))
    late = replace(INFORM, informed_at=INFORM.at + timedelta(seconds=1))

    given(incident.decider, REGISTERED).when(early).refused("period_invalid")
    given(incident.decider, REGISTERED).when(late).refused("not_yet")


def test_it_is_not_closed_while_the_log_is_being_searched_or_a_controller_does_not_know():
    given(incident.decider, REGISTERED).when(CLOSE).refused("not_yet")
    given(incident.decider, REGISTERED, PART, COMPUTED).when(CLOSE).refused("controllers_uninformed")
    given(incident.decider, REGISTERED, PART, COMPUTED, INFORMED).when(CLOSE).then(CLOSED)


def test_what_was_no_breach_after_all_needs_nobody_told():
    none = replace(CLOSE, outcome=IncidentOutcome.NO_BREACH, people=None)

    expected = replace(CLOSED, outcome=none.outcome, people=None)
    given(incident.decider, REGISTERED, PART, COMPUTED).when(none).then(expected)


@pytest.mark.parametrize("outcome", IncidentOutcome)
def test_of_every_breach_and_of_nothing_else_it_is_said_whether_the_people_were_told(outcome):
    wrong = PeopleTold.TOLD if outcome is IncidentOutcome.NO_BREACH else None
    close = replace(CLOSE, outcome=outcome, people=wrong)

    given(incident.decider, REGISTERED, PART, COMPUTED, INFORMED).when(close).refused("invalid")


def test_the_maker_need_not_tell_itself():
    own = replace(PART, organisation=REGISTERED.organisation)

    given(incident.decider, REGISTERED, own, COMPUTED).when(CLOSE).then(CLOSED)


def test_whom_a_better_window_leaves_out_need_not_be_told():
    none = example.scope_computed(organisations=0)

    given(incident.decider, REGISTERED, PART, COMPUTED, SUPPLEMENTED, none).when(CLOSE).then(CLOSED)


def test_of_a_better_window_only_those_that_it_concerns_need_be_told():
    other = example.breach_scoped(phase=2, organisation=example.PERSON)
    better = (REGISTERED, PART, COMPUTED, SUPPLEMENTED, other, example.scope_computed(phase=2))
    both = (REGISTERED, PART, COMPUTED, SUPPLEMENTED, example.breach_scoped(phase=2), *better[4:])

    given(incident.decider, *both, replace(INFORMED, organisation=other.organisation)).when(CLOSE).refused(
        "controllers_uninformed"
    )
    given(incident.decider, *better).when(CLOSE).refused("controllers_uninformed")
    given(incident.decider, *better, replace(INFORMED, organisation=other.organisation)).when(CLOSE).then(CLOSED)


@pytest.mark.parametrize("command", [SUPPLEMENT, INFORM, CLOSE])
def test_closed_it_takes_nothing_more(command):
    closed = (REGISTERED, PART, COMPUTED, INFORMED, CLOSED)

    given(incident.decider, *closed).when(command).refused("incident_closed")


@pytest.mark.parametrize("command", [SUPPLEMENT, SCOPE, INFORM, CLOSE, ERASE])
def test_one_that_never_was_is_not_there(command):
    given(incident.decider).when(command).refused("not_found")


def test_its_words_are_erased_once_after_its_end_and_not_before_their_term():
    closed = (REGISTERED, PART, COMPUTED, INFORMED, CLOSED)

    given(incident.decider, *closed).when(ERASE).then(ERASED)
    given(incident.decider, *closed, ERASED).when(ERASE).then()
    given(incident.decider, *closed).when(replace(ERASE, due=ERASE.at + timedelta(seconds=1))).refused("not_yet")
    given(incident.decider, REGISTERED).when(ERASE).refused("not_yet")
