"""A report at the door: every kind as JSON, as CSV and on paper, and no cell that anything executes."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from gateway.app import application
from gateway.openapi import document
from gateway.paper.register_lines import line
from gateway.paper.report import LONGEST, ROWS, _cell, columns, page
from gateway.paper.report_codes import SPOKEN
from gateway.paper.report_words import COLUMNS, PAGE, TITLES
from gateway.paper.sheet import STANDING
from gateway.paper.words import LANGUAGES
from gateway.routes import ROUTES
from gateway.schemas.reports import FORMATS, REPORTS
from gateway.streaming import CutOff
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused
from tests.unit.gateway.line import OURS, configuration
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
        "count": len(rows),
        "next": None,
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
    head = next(csv.reader(io.StringIO(answer.content.decode())))
    assert head == [*REPORTS["requests"].columns, STANDING]
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
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in answer.content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.content
    assert b"root:x:0" not in text_of(answer.content)
    assert ask("GET", "/v1/reports/requests?format=pdf&lang=en", role="compliance").content == answer.content


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_page_says_of_whom_when_and_up_to_which_checkpoint(kind, lang):
    shown = page(report(kind, [{"due": AT, "overdue": True, "late": None}]), lang)

    assert shown.title == TITLES[kind][lang == "en"]
    assert (shown.organisation, shown.checkpoint) == (OURS, "a-log, 7, root=")
    assert shown.period == {"nl": "vanaf 1 januari 2026", "en": "from 1 January 2026"}[lang]
    assert {"nl": ("over de termijn: naam", "1"), "en": ("overdue: name", "1")}[lang] in shown.totals
    assert len(shown.head) == len(shown.rows[0]) == len(shown.widths) == len(columns(kind, OURS))


def test_paper_is_bounded_and_says_so():
    shown = page(report(rows=[{"request": "x" * 999, "late": True, "received_at": AT}] * (ROWS + 7)), "nl")

    assert len(shown.rows) == ROWS
    assert str(ROWS + 7) in shown.note
    assert len(shown.rows[0][0].text.replace("\u200b", "")) == LONGEST
    assert {"ja", "1 mrt. 2026 10:30"} <= {one.text for one in shown.rows[0]}


@pytest.mark.parametrize("kind", REPORTS)
def test_of_whom_a_row_is_stands_in_it_where_the_report_is_of_all(kind):
    mine, all_of_them = columns(kind, OURS), columns(kind, None)
    assert "organisation" not in mine
    assert all_of_them == (("organisation", *mine) if "organisation" in REPORTS[kind].columns else mine)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SPOKEN)
def test_a_code_stands_on_paper_in_words(name, lang):
    [kind, *_] = [one for one, declared in REPORTS.items() if name in declared.columns]
    for code, words in SPOKEN[name].items():
        row = {name: [code] if name in ("excepted", "triggers") or name.startswith("categories") else code}
        [cell] = [_cell(kind, name, row, lang)]
        assert cell.text.replace("\u200b", "") == words[LANGUAGES.index(lang)]


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("nl", ("soort gegevens, en welke dienst die heeft", "e-mailadres", "eigen plicht: auth")),
        ("en", ("category, and which service holds it", "e-mail address", "own duty: auth")),
    ],
)
def test_a_line_of_the_register_is_in_words_and_in_one_language(lang, shown):
    row = {"section": "category", "item": "email", "value": "own duty: auth", "before": None, "change": None}
    told = line(row, lang)
    assert (told["section"], told["item"], told["value"], told["before"]) == (*shown, None)

    at = LANGUAGES.index(lang)
    for section, value, words in (
        ("measure", "Wachtwoorden alleen als argon2id. / Passwords as argon2id alone.", None),
        ("term", "P30D after session_ended", ("30 dagen na: sessie geëindigd", "30 days after: session ended")),
        ("term", "P1D", ("1 dag", "1 day")),
        ("purpose", "legal_obligation", ("wettelijke plicht", "legal obligation")),
        ("party", "own terms, version 3", ("eigen voorwaarden, versie 3", "own terms, version 3")),
        ("party", "0195-ab, version 2", ("0195-ab, versie 2", "0195-ab, version 2")),
        ("recipient", "named in the agreement", ("genoemd in de overeenkomst", "named in the agreement")),
        ("recipient", "none", ("geen", "none")),
        ("recipient", "Voorbeeld / Post B.V.", ("Voorbeeld / Post B.V.",) * 2),
    ):
        expected = (words or value.split(" / "))[at]
        assert line({**row, "section": section, "value": value}, lang)["value"] == expected


def test_why_a_promise_is_at_risk_is_said_in_the_words_of_its_measure():
    measures = [{"measure": "nothing_overdue", "nl": "Wissingen over hun termijn.", "en": "Erasures past their term."}]
    row = {"why": ["nothing_overdue: overdue", "auth.mail: late", "nobody_measures"], "measures": measures}
    cell = _cell("conformance", "why", row, "nl")
    assert cell.text == "Wissingen over hun termijn: over de termijn, auth.mail: te laat, niemand meet dit"


@pytest.mark.parametrize("query", ["?format=xml", "?format=", "?lang=de", "?from=yesterday", "?to=2026-13-01", "?x=1"])
def test_another_format_language_or_moment_is_refused(ask, query):
    answer = ask("GET", f"/v1/reports/erasures{query}", role="compliance")
    assert (answer.status_code, ask.line.commands()) == (422, [])


@pytest.mark.parametrize("kind", ["horoscope", "Erasures", "..", "a b"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_kind_that_there_is_not_is_not_found_in_any_format(ask, kind, form):
    assert ask("GET", f"/v1/reports/{kind}?format={form}", role="compliance").status_code == 404


def pages(args):
    """Audit's three pages of an endless year: each says where the next one begins."""
    number = int(args.get("after") or 0)
    rows = [{"request": f"r{number}{one}", "late": False, "received_at": AT} for one in range(2)]
    made = report(rows=rows) | {"count": 6, "next": str(number + 1) if number < 2 else None}
    return made if args.get("whole", True) else made | {"count": None, "totals": None}


@pytest.mark.parametrize("kind", REPORTS)
def test_as_csv_every_page_is_asked_for_and_no_row_is_left_out(ask, kind):
    ask.line.answers[REPORTS[kind].rpc] = pages
    answer = ask("GET", f"/v1/reports/{kind}?format=csv&to=2026-03-01", role="compliance")

    assert len(rows_of(answer)) == 6
    if kind == "requests":
        assert [one["request"] for one in rows_of(answer)] == ["r00", "r01", "r10", "r11", "r20", "r21"]
    asked = [one.args for one in ask.line.commands()]
    assert [one.get("after") for one in asked] == [None, "1", "2"]
    assert {(one["kind"], one["until"]) for one in asked} == {(kind, "2026-03-01")}


def test_as_csv_it_carries_the_standing_sentence_in_a_column_that_holds_nothing(ask):
    for rows in ([], [{"request": "r"}]):
        ask.line.answers["audit.report"] = report(rows=rows)
        lines = list(csv.reader(io.StringIO(ask("GET", "/v1/reports/requests?format=csv", role="auditor").text)))

        assert all(sentence in lines[0][-1] for sentence in STANDING_SENTENCE.values())
        assert [line[-1] for line in lines[1:]] == [""] * len(rows)
        assert {len(line) for line in lines} == {len(REPORTS["requests"].columns) + 1}


def test_a_sheet_that_cannot_be_made_to_its_end_has_none(ask):
    def broken(args):
        return Unavailable("audit") if args.get("after") == "2" else pages(args)

    ask.line.answers["audit.report"] = broken
    sent: list[dict[str, object]] = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Future()

    scope = {"type": "http", "method": "GET", "path": "/v1/reports/requests", "raw_path": b"/v1/reports/requests"}
    scope |= {"query_string": b"format=csv", "client": ("127.0.0.1", 4711), "root_path": ""}
    scope |= {"headers": [(b"authorization", b"Bearer compliance"), (b"host", b"127.0.0.1:8000")]}
    with pytest.raises(CutOff):
        asyncio.run(application(configuration(), ask.line, b"k" * 32)(scope, receive, send))
    assert b"r11" in b"".join(one.get("body", b"") for one in sent)
    assert all(one.get("more_body", True) for one in sent), "a length, or an end, would make it look whole"


def test_as_json_a_page_says_how_many_there_are_and_where_to_go_on(ask):
    ask.line.answers["audit.report"] = pages
    first = ask("GET", "/v1/reports/requests", role="compliance").json()
    assert (len(first["rows"]), first["count"]) == (2, 6)

    second = ask("GET", f"/v1/reports/requests?cursor={first['next']}", role="compliance").json()
    assert [one["request"] for one in second["rows"]] == ["r10", "r11"]
    assert second["totals"] == first["totals"]
    last = ask("GET", f"/v1/reports/requests?cursor={second['next']}", role="compliance").json()
    assert last["next"] is None

    for other in ("erasures?", "requests?to=2026-03-01&", "requests?format=csv&", "requests?format=pdf&"):
        refused = ask("GET", f"/v1/reports/{other}cursor={first['next']}", role="compliance")
        assert refused.json()["code"] == "cursor_invalid", other


def test_paper_counts_the_rows_of_all_pages(ask):
    shown = page(report(rows=[{"request": "x"}]) | {"count": 1234, "next": "there"}, "nl")
    assert "1234" in shown.note


def test_what_audit_refuses_is_refused_in_every_format(ask):
    ask.line.answers["audit.report"] = Refused("period_invalid")
    for form in FORMATS:
        assert ask("GET", f"/v1/reports/erasures?format={form}", role="auditor").json()["code"] == "period_invalid"


def test_the_contract_names_the_three_media_types():
    content = document(ROUTES)["paths"]["/v1/reports/{kind}"]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/csv", "application/pdf"}
