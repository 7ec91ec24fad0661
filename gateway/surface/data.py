"""Everything held on the person who asks, of all services at once (AVG 15); and what is theirs to take along (20)."""

from __future__ import annotations

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.gathering import gathered, told
from gateway.paper.access import page
from gateway.portable import portable
from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas.data import DataQuery, OwnData

ZIP = b"application/zip"


async def _data(ask: Ask) -> Answer:
    lang = ask.query["lang"]
    answer = ask.route.pick(told(await gathered(ask.call, ask.caller.organisation, [lang]), lang))
    if ask.query["format"] == "json":
        return Answer.json(200, answer)
    made = await ask.door.printing.pdf(page(answer, lang), ask.deadline, or_plain=True)
    named = (b"content-disposition", b'attachment; filename="crisisconnect-access-%s.pdf"' % lang.encode())
    return Answer(200, made, media_type=b"application/pdf", headers=(named,))


async def _export(ask: Ask) -> Answer:
    found = await gathered(ask.call, ask.caller.organisation, [])
    named = (b"content-disposition", b'attachment; filename="crisisconnect-portable.zip"')
    return Answer(200, portable(found.copy), media_type=ZIP, headers=(named,))


ROUTES = (
    Route(
        method="GET",
        path="/v1/me/data",
        summary="Everything held on oneself, with what for, until when, and who receives it.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        handler=_data,
        query=DataQuery(),
        answer=OwnData(),
        or_as="application/pdf",
        purpose=For.ROLE,
        dangerous=True,
    ),
    Route(
        method="GET",
        path="/v1/me/export",
        summary="What one provided, as a ZIP of JSON and CSV with their schemas and a manifest of hashes.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        handler=_export,
        media_type="application/zip",
        purpose=For.ROLE,
        dangerous=True,
    ),
)
