"""The certificate of an erasure, for whoever holds its id: as data that proves itself, and as a page for people."""

from __future__ import annotations

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.paper.certificate import page
from gateway.route import Access, Reach, Route
from gateway.schemas.certificate import Certificate, CertificateQuery
from gateway.shape import outgoing
from services.contracts.errors import Problem

_SHOWN = outgoing(Certificate())


async def _certificate(ask: Ask) -> Answer:
    found = _SHOWN(await ask.call("retention.certificate", {"erasure": ask.path["erasure"]}))
    if ask.query["format"] == "json":
        return Answer.json(200, found)
    made = await ask.door.printing.pdf(page(found, ask.query["lang"]), ask.deadline)
    name = b'inline; filename="%s-%s.pdf"' % (ask.query["lang"].encode(), ask.path["erasure"].encode())
    return Answer(200, made, media_type=b"application/pdf", headers=((b"content-disposition", name),))


ROUTES = (
    Route(
        method="GET",
        path="/v1/erasures/{erasure}/certificate",
        summary="The proof that an erasure is complete, as JSON that can be checked off-line or as PDF/A.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        handler=_certificate,
        query=CertificateQuery(),
        answer=Certificate(),
        or_as="application/pdf",
        problems=(Problem.NOT_YET,),
    ),
)
