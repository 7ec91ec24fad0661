"""The certificate of an erasure, for whoever holds its id: as data that proves itself, and as a page for people."""

from __future__ import annotations

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import Access, Reach, Route
from gateway.schemas.certificate import Certificate, CertificateQuery
from gateway.shape import outgoing
from services.contracts.errors import Problem

_SHOWN = outgoing(Certificate())


async def _certificate(ask: Ask) -> Answer:
    found = _SHOWN(await ask.call("retention.certificate", {"erasure": ask.path["erasure"]}))
    return Answer.json(200, found)


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
        problems=(Problem.NOT_YET,),
    ),
)
