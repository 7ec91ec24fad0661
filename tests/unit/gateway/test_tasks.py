"""The list of what waits is whole or not there, the most urgent first, and of one's own organisation."""

from __future__ import annotations

import pytest

from gateway.surface.tasks import SERVICES
from services.kernel.calls.rpc import Unavailable
from tests.unit.gateway.line import OURS


def task(kind, due, since="2026-01-01T00:00:00.000000Z"):
    shown = {"kind": kind, "id": f"id-of-{kind}", "organisation": OURS, "since": since, "due": due, "overdue": False}
    return {**shown, "path": f"/v1/{kind}", "pseudonym": "never"}


def test_what_every_service_knows_is_one_list_by_urgency(ask):
    ask.line.answers |= {
        "retention.tasks": {"items": [task("late", "2026-03-01"), task("soon", "2026-02-01")]},
        "org.tasks": {"items": [task("someday", None), task("first", "2026-01-02", None)]},
        "audit.tasks": {"items": []},
    }
    answer = ask("GET", "/v1/tasks", role="beheerder").json()

    assert [one["kind"] for one in answer["items"]] == ["first", "soon", "late", "someday"]
    assert answer["next"] is None
    assert "never" not in str(answer)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_it_comes_in_pages_that_leave_nothing_out(ask, limit):
    known = [
        task(f"kind{number:03}", None if number % 7 == 0 else f"2026-{number % 12 + 1:02}-01") for number in range(110)
    ]
    ask.line.answers |= {"retention.tasks": {"items": known[::2]}, "org.tasks": {"items": known[1::2]}}
    whole, seen, query = ask("GET", "/v1/tasks", role="operator").json(), list[str](), f"?limit={limit}"
    assert len(whole["items"]) == 100
    while query:
        page = ask("GET", f"/v1/tasks{query}", role="operator").json()
        assert len(page["items"]) <= limit
        seen += [one["kind"] for one in page["items"]]
        query = f"?limit={limit}&cursor={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(one["kind"] for one in known)
    assert seen[:100] == [one["kind"] for one in whole["items"]]
    assert ask("GET", "/v1/tasks?limit=101", role="operator").status_code == 422


def test_of_what_is_due_together_the_longest_waiting_comes_first_and_nothing_is_left_out_for_being_alike(ask):
    """`id` alone tells two apart, or the organisation alone: a page may end between them."""
    same = task("access_to_review", "2026-02-01")
    known = [
        {**same, "since": None},
        {**same, "since": "2025-12-31T00:00:00.000000Z"},
        {**same, "kind": "a_kind"},
        {**same, "id": "a"},
        same,
        {**same, "organisation": "zzz"},
        {**same, "due": None, "since": None},
    ]
    ask.line.answers |= {"retention.tasks": {"items": known[::-1]}}
    seen, query = [], "?limit=1"
    while query:
        page = ask("GET", f"/v1/tasks{query}", role="operator").json()
        seen += page["items"]
        query = f"?limit=1&cursor={page['next']}" if page["next"] else ""
    names = ("due", "since", "kind", "id", "organisation")
    assert [[one[name] for name in names] for one in seen] == [[one[name] for name in names] for one in known]


@pytest.mark.parametrize(
    ("role", "whose"), [("beheerder", OURS), ("compliance", None), ("operator", None), ("investigator", None)]
)
def test_a_beheerder_is_told_of_one_organisation_and_staff_of_all(ask, role, whose):
    ask("GET", "/v1/tasks", role=role)

    assert sorted(one.target for one in ask.line.commands()) == sorted(f"{service}.tasks" for service in SERVICES)
    assert all(one.args == {"organisation": whose} and one.context.role == role for one in ask.line.commands())


@pytest.mark.parametrize("service", SERVICES)
def test_with_one_service_away_there_is_no_list_rather_than_a_shorter_one(ask, service):
    ask.line.answers[f"{service}.tasks"] = Unavailable(service)
    answer = ask("GET", "/v1/tasks", role="compliance")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("role", ["member", "auditor"])
def test_for_members_and_auditors_nothing_waits(ask, role):
    assert ask("GET", "/v1/tasks", role=role).status_code == 403
