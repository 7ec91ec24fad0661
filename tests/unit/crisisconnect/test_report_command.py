"""What an operator reads at the machine itself: every column there is, nothing left out, and nothing about a case."""

from __future__ import annotations

from rich.table import Table

from crisisconnect.report_command import Kind, _conformance, _table


def shown(table: Table) -> list[list[str]]:
    """The cells of each column."""
    return [[str(cell) for cell in column.cells] for column in table.columns]


def test_a_row_that_says_less_than_another_has_a_dash_and_what_is_no_text_is_json() -> None:
    table = _table([{"what": "auth", "late": 0}, {"what": "é", "of": {"b": [1]}, "late": None}])

    assert [column.header for column in table.columns] == ["what", "late", "of"]
    assert shown(table) == [["auth", "é"], ["0", "-"], ["-", '{"b": [1]}']]


def test_of_a_promise_it_is_said_why_in_one_line() -> None:
    table = _conformance([{"promise": "P06", "state": "at_risk", "why": ["late", "stalled"]}])

    assert [column.header for column in table.columns] == ["promise", "state", "why"]
    assert shown(table) == [["P06"], ["at_risk"], ["late; stalled"]]


def test_no_report_about_people_or_cases_is_had_without_a_sign_in() -> None:
    assert {kind.value for kind in Kind} == {"conformance", "integrity", "retention", "security", "erasures"}
