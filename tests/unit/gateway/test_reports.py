"""A report at the door: every kind as JSON, as CSV and on paper, and no cell that anything executes."""

from __future__ import annotations

import csv
import io

import pytest

from gateway.openapi import document
from gateway.paper.report import LONGEST, ROWS, page
from gateway.paper.report_words import COLUMNS, PAGE, TITLES
from gateway.routes import ROUTES
from gateway.schemas.reports import FORMATS, REPORTS
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS
from tests.unit.gateway.test_certificate import text_of

AT = "2026-03-01T09:30:02.000000Z"
FORMULAS = ["=1+1", "+31 20", "-2", "@SUM(A1)", "\tx", "\rx"]


def report(kind="requests", rows=(), totals=None):
    return {
        "kind": kind,
        "organisation": OURS,
        "from": "2026-01-01",
        "to": None,
        "generated_at": AT,
        "checkpoint": "a-log\n7\nroot=\n\n— a-log signature\n",
        "rows": list(rows),
        "totals": totals or {"received": 2, "overdue_by_category": {"name": 1}},
    }


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("kind", REPORTS)
def test_every_kind_is_listed_with_what_its_columns_mean(ask, kind):
    item = next(one for one in ask("GET", "/v1/reports", role="auditor").json()["items"] if one["kind"] == kind)

    assert item["formats"] == list(FORMATS)
    assert [one["name"] for one in item["columns"]] == list(REPORTS[kind].columns)
    assert all(one["nl"] and one["en"] for one in item["columns"])
    assert kind in TITLES


def test_every_column_has_its_words_and_every_word_its_column():
    used = {name for kind in REPORTS.values() for name in kind.columns}
    assert used == set(COLUMNS)
    assert set(TITLES) == set(REPORTS)
    assert set(PAGE["nl"]) == set(PAGE["en"])
    assert all(set(kind.paper) <= set(kind.columns) and len(kind.paper) <= 9 for kind in REPORTS.values())


def test_as_csv_it_has_a_head_and_every_row_and_no_cell_is_a_formula(ask):
    rows = [{"request": text, "organisation": OURS, "late": False, "right": "é"} for text in FORMULAS]
    ask.line.answers["audit.report"] = report(rows=rows)
    answer = ask("GET", "/v1/reports/requests?format=csv&from=2026-01-01", role="beheerder")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="requests.csv"'
    assert answer.content.split(b"\r\n")[0].decode() == ",".join(REPORTS["requests"].columns)
    assert [one["request"] for one in rows_of(answer)] == [f"'{text}" for text in FORMULAS]
    assert rows_of(answer)[0]["late"] == "false"
    assert rows_of(answer)[0]["right"] == "é"
    assert ask.line.commands()[-1].args["since"] == "2026-01-01"


def test_what_is_nested_stays_whole_in_its_cell_and_what_is_not_declared_stays_inside(ask):
    row = {"erasure": "e", "events": {"asked": "id-1"}, "never": "shown"}
    ask.line.answers["audit.report"] = report("erasures", [row])
    answer = ask("GET", "/v1/reports/erasures?format=csv", role="auditor")

    assert rows_of(answer)[0]["events"] == '{"asked": "id-1"}'
    assert b"shown" not in answer.content


def test_on_paper_it_is_pdf_a_and_the_same_bytes_each_time(ask):
    hostile = '#read("/etc/passwd") ]#import sys: *[ $ x^2 $ <label> @ref \u202e'
    ask.line.answers["audit.report"] = report(
        rows=[{"request": hostile, "due_on": "2026-02-03", "received_at": AT}] * 60
    )
    answer = ask("GET", "/v1/reports/requests?format=pdf&lang=en", role="compliance")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in answer.content
    assert b"root:x:0" not in text_of(answer.content)
    assert ask("GET", "/v1/reports/requests?format=pdf&lang=en", role="compliance").content == answer.content


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_page_says_of_whom_when_and_up_to_which_checkpoint(kind, lang):
    shown = page(report(kind, [{"due": AT, "overdue": True, "late": None}]), lang)

    assert shown.title == TITLES[kind][lang == "en"]
    assert (shown.organisation, shown.checkpoint) == (OURS, "a-log, 7, root=")
    assert "2026-01-01" in shown.period
    assert ("overdue by category: name", "1") in shown.totals
    assert len(shown.head) == len(shown.rows[0]) == len(REPORTS[kind].paper)


def test_paper_is_bounded_and_says_so():
    shown = page(report(rows=[{"request": "x" * 999, "late": True, "received_at": AT}] * (ROWS + 7)), "nl")

    assert len(shown.rows) == ROWS
    assert str(ROWS + 7) in shown.note
    assert len(shown.rows[0][0].replace("\u200b", "")) == LONGEST
    assert {"ja", "2026-03-01 10:30"} <= set(shown.rows[0])


@pytest.mark.parametrize("query", ["?format=xml", "?format=", "?lang=de", "?from=yesterday", "?to=2026-13-01", "?x=1"])
def test_another_format_language_or_moment_is_refused(ask, query):
    answer = ask("GET", f"/v1/reports/erasures{query}", role="compliance")
    assert (answer.status_code, ask.line.commands()) == (422, [])


@pytest.mark.parametrize("kind", ["horoscope", "Erasures", "..", "a b"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_kind_that_there_is_not_is_not_found_in_any_format(ask, kind, form):
    assert ask("GET", f"/v1/reports/{kind}?format={form}", role="compliance").status_code == 404


def test_what_audit_refuses_is_refused_in_every_format(ask):
    ask.line.answers["audit.report"] = Refused("period_invalid")
    for form in FORMATS:
        assert ask("GET", f"/v1/reports/erasures?format={form}", role="auditor").json()["code"] == "period_invalid"


def test_the_contract_names_the_three_media_types():
    content = document(ROUTES)["paths"]["/v1/reports/{kind}"]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/csv", "application/pdf"}
