"""The reports: which there are, and each as JSON, as CSV that no spreadsheet executes, or as a page for people."""

from __future__ import annotations

from gateway.answer import Answer, Header
from gateway.ask import Ask
from gateway.paper.report import meaning, page
from gateway.paper.sheet import Sheet
from gateway.route import Reach, Route
from gateway.schemas import reports as shapes
from gateway.shape import outgoing
from gateway.surface.record import OVERSEERS, _whose
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.decider import Refused

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
    first = await ask.call(kind.rpc, asked if ask.after is None else {**asked, "after": ask.after})
    if ask.query["format"] == "csv":
        return Sheet(ask, kind, asked, first)
    whole = {"next": None, "count": len(first["rows"]), **first}
    found = _SHOWN({**whole, "next": ask.door.following(ask, whole["next"]), "standing": dict(STANDING_SENTENCE)})
    match ask.query["format"]:
        case "pdf":
            made = await ask.door.printing.pdf(page(found, ask.query["lang"]), ask.deadline)
            named: Header = (b"content-disposition", f'inline; filename="{ask.path["kind"]}.pdf"'.encode())
            return Answer(200, made, media_type=b"application/pdf", headers=(named,))
        case _:
            return Answer.json(200, found)


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
        problems=(Problem.PERIOD_INVALID, Problem.CURSOR_INVALID),
    ),
)
