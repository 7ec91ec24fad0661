"""The reports: which there are, and each as JSON, as CSV that no spreadsheet executes, or as a page for people."""

from __future__ import annotations

from gateway.answer import Answer, Header
from gateway.ask import Ask
from gateway.paper.report import meaning, page
from gateway.route import Reach, Route
from gateway.schemas import reports as shapes
from gateway.shape import outgoing
from gateway.surface.record import OVERSEERS, _whose
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.decider import Refused
from services.kernel.sheets import table

_SHOWN = outgoing(shapes.Report())


async def _kinds(_: Ask) -> Answer:
    items = [
        {
            "kind": name,
            "formats": list(shapes.FORMATS),
            "columns": [{"name": one, **{lang: meaning(one, lang) for lang in ("nl", "en")}} for one in kind.columns],
        }
        for name, kind in shapes.REPORTS.items()
    ]
    return Answer.json(200, {"items": items, "next": None})


async def _report(ask: Ask) -> Answer:
    kind = shapes.REPORTS.get(ask.path["kind"])
    if kind is None:
        raise Refused("not_found")
    period = {name: ask.query.get(name) for name in ("since", "until")}
    asked = {"kind": ask.path["kind"], "organisation": _whose(ask), **period}
    found = _SHOWN({**await ask.call(kind.rpc, asked), "standing": dict(STANDING_SENTENCE)})
    match ask.query["format"]:
        case "csv":
            rows = table(kind.columns, found["rows"])
            return Answer(200, rows, media_type=b"text/csv; charset=utf-8", headers=(_named(ask, "csv"),))
        case "pdf":
            made = await ask.door.printing.pdf(page(found, ask.query["lang"]), ask.deadline)
            return Answer(200, made, media_type=b"application/pdf", headers=(_named(ask, "pdf"),))
        case _:
            return Answer.json(200, found)


def _named(ask: Ask, ending: str) -> Header:
    shown = "attachment" if ending == "csv" else "inline"
    return (b"content-disposition", f'{shown}; filename="{ask.path["kind"]}.{ending}"'.encode())


ROUTES = (
    Route(
        method="GET",
        path="/v1/reports",
        summary="Which reports there are, and what their columns mean.",
        roles=OVERSEERS,
        handler=_kinds,
        answer=shapes.REPORT_KINDS,
        purpose=Purpose.BEHEER_ACCESS,
    ),
    Route(
        method="GET",
        path="/v1/reports/{kind}",
        summary="A report, as of the checkpoint that it names, as JSON, CSV or PDF/A.",
        roles=OVERSEERS,
        reach=Reach.OWN_ORGANISATION,
        handler=_report,
        query=shapes.ReportQuery(),
        answer=shapes.Report(),
        or_as=("text/csv", "application/pdf"),
        purpose=Purpose.BEHEER_ACCESS,
        problems=(Problem.PERIOD_INVALID,),
    ),
)
