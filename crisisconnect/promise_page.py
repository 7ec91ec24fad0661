"""Each promise on one page: what measures it, which job keeps it, which events prove it; made from the code alone."""

from __future__ import annotations

from collections.abc import Iterator

from crisisconnect.told import events
from services.audit.conformance.jobs import KEEPS
from services.audit.conformance.promises import EVIDENCE, LAW, PROMISES, Promise, short
from services.audit.conformance.report import MEASURES

ORIGINS = {LAW: "from the law", EVIDENCE: "what all the others stand on"}


def page() -> str:
    """As Markdown. What a promise has none of is left out of its part."""
    return "\n".join(["# The promises, and what shows that they are kept", "", *_about(), *_parts()]) + "\n"


def _about() -> Iterator[str]:
    yield "Made from `services/audit/conformance/` by `make catalogue`; a test fails when it is not current."
    yield "How it is now stands in `/v1/reports/conformance`: kept, at risk, broken, or not measured, and why."
    yield ""


def _parts() -> Iterator[str]:
    there = {short(event.type) for event in events()}
    for promise in PROMISES:
        yield f"## {promise.id}: {promise.en}"
        yield ""
        yield from _origin(promise)
        measures = [one for one in MEASURES if one.promise == promise.id]
        yield from (f"- `{one.name}`: {one.en}{_asked(one.asks)}" for one in measures)
        if jobs := [f"`{job}`" for job, kept in sorted(KEEPS.items()) if kept == promise.id]:
            yield f"- At work for it: {', '.join(jobs)}."
        if proof := [f"`{name}`" for name in promise.events if name in there]:
            yield f"- In the log: {', '.join(proof)}."
        if not measures and promise.id not in KEEPS.values():
            yield "- Nothing measures it yet, and the report says so."
        yield ""


def _origin(promise: Promise) -> Iterator[str]:
    if promise.origin in ORIGINS:
        yield f"- {ORIGINS[promise.origin].capitalize()}."
    if promise.by_law:
        yield f"- From the law: {', '.join(promise.by_law).replace('_', ' ')}."


def _asked(services: tuple[str, ...]) -> str:
    return f" Told by {', '.join(services)}." if services else ""
