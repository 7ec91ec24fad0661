"""What proves the promises: erasures, receipts and the log."""

from __future__ import annotations

from typing import Any

from gateway import tiles
from gateway.ask import Ask
from gateway.route import EVERY_ROLE, Access, Reach, Route
from gateway.schemas import record
from gateway.schemas.fields import Page, Written
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.kernel.decider import Refused

OVERSEERS = frozenset({Role.COMPLIANCE, Role.BEHEERDER, Role.AUDITOR})
OFFICERS = frozenset({Role.COMPLIANCE})
INVESTIGATORS = frozenset({Role.INVESTIGATOR})
READERS = frozenset({Role.COMPLIANCE, Role.INVESTIGATOR})
BEHEER = Purpose.BEHEER_ACCESS


def _whose(ask: Ask) -> str | None:
    """Compliance sees all organisations, or the one it names; for others only their own exists."""
    named: str | None = ask.query.get("organisation")
    if ask.caller.role is Role.COMPLIANCE:
        return named
    if named not in (None, ask.caller.organisation):
        raise Refused("not_found")
    return ask.caller.organisation


def _erasures(ask: Ask) -> dict[str, Any]:
    return {"organisation": _whose(ask)}


def _entries(ask: Ask) -> dict[str, Any]:
    """`after` is the last index seen; `from` names the first one wanted."""
    filters = {name: value for name, value in ask.query.items() if name not in ("start", "limit")}
    return {**filters, "after": ask.query.get("start", 0) - 1 if ask.after is None else ask.after}


def _index(ask: Ask) -> dict[str, Any]:
    index = ask.path["index"]
    if not (index.isascii() and index.isdigit() and len(index) <= 15):
        raise Refused("not_found")
    return {"index": int(index)}


ROUTES = (
    Route(
        method="GET",
        path="/v1/erasures",
        summary="Erasures and how far they are.",
        roles=OVERSEERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="retention.erasures",
        added=_erasures,
        query=Page(),
        paged=True,
        answer=record.ERASURES,
        purpose=BEHEER,
    ),
    Route(
        method="GET",
        path="/v1/erasures/{erasure}",
        summary="One erasure; its id is known to its subject alone.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        rpc="retention.erasure",
        answer=record.Erasure(),
    ),
    Route(
        method="POST",
        path="/v1/erasures/{erasure}/release",
        summary="Let an erasure that was braked go on.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="retention.release_erasure",
        answer=Written(),
        purpose=BEHEER,
        dangerous=True,
        problems=(Problem.NOT_BRAKED,),
    ),
    Route(
        method="GET",
        path="/v1/holds",
        summary="Holds, past ones too.",
        roles=OFFICERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="retention.holds",
        query=Page(),
        paged=True,
        answer=record.HOLDS,
        purpose=BEHEER,
        dangerous=True,
    ),
    Route(
        method="POST",
        path="/v1/holds",
        summary="Suspend the erasure of a person, or of an organisation's people, on a ground and for a time.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="retention.place_hold",
        body=record.HoldWish(),
        answer=record.HoldPlaced(),
        status=201,
        purpose=BEHEER,
        dangerous=True,
        problems=(
            Problem.GROUND_NEEDED,
            Problem.EXPIRY_NEEDED,
            Problem.EXPIRY_INVALID,
            Problem.PERIOD_INVALID,
            Problem.ACCOUNT_UNKNOWN,
            Problem.NOT_FOUND,
            Problem.TOO_LATE,
            Problem.ERASED,
        ),
    ),
    Route(
        method="POST",
        path="/v1/holds/{hold}/review",
        summary="Leave a hold as it is after a look at it, for a reason, until the next look.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="retention.review_hold",
        body=record.HoldReview(),
        answer=Written(),
        purpose=BEHEER,
        dangerous=True,
        problems=(Problem.GROUND_NEEDED, Problem.PERIOD_INVALID, Problem.HOLD_ENDED, Problem.ERASED),
    ),
    Route(
        method="DELETE",
        path="/v1/holds/{hold}",
        summary="Release a hold: what became due meanwhile goes on.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="retention.release_hold",
        answer=Written(),
        purpose=BEHEER,
        dangerous=True,
    ),
    Route(
        method="GET",
        path="/v1/receipts/{event}",
        summary="The receipt of an event, with its inclusion proof.",
        roles=EVERY_ROLE,
        reach=Reach.SERVICE,
        rpc="audit.receipt",
        answer=record.Receipt(),
        purpose=BEHEER,
        problems=(Problem.LOG_PRUNED,),
    ),
    Route(
        method="GET",
        path="/v1/log/entries",
        summary="Entries of the log, sealed as they were written.",
        roles=READERS,
        rpc="audit.log_entries",
        arguments=_entries,
        query=record.EntryQuery(),
        paged=True,
        answer=record.ENTRIES,
        purpose=BEHEER,
    ),
    Route(
        method="GET",
        path="/v1/log/entries/{index}",
        summary="One entry of the log.",
        roles=READERS,
        rpc="audit.log_entry",
        arguments=_index,
        answer=record.Entry(),
        purpose=BEHEER,
        reach=Reach.SERVICE,
        problems=(Problem.LOG_PRUNED,),
    ),
    Route(
        method="POST",
        path="/v1/replays",
        summary="Begin a replay of the log, for a case and on a ground.",
        roles=INVESTIGATORS,
        rpc="audit.start_replay",
        body=record.ReplayWish(),
        answer=record.ReplayBegun(),
        status=201,
        purpose=BEHEER,
        dangerous=True,
        problems=(
            Problem.CASE_NEEDED,
            Problem.CASE_UNKNOWN,
            Problem.GROUND_NEEDED,
            Problem.PERIOD_INVALID,
            Problem.ACCOUNT_UNKNOWN,
            Problem.NOT_YET,
            Problem.LOG_PRUNED,
        ),
    ),
    Route(
        method="GET",
        path="/v1/replays/{replay}",
        summary="A replay, and how many entries it selects.",
        roles=INVESTIGATORS,
        reach=Reach.SERVICE,
        rpc="audit.replay",
        answer=record.Replay(),
        purpose=BEHEER,
    ),
    Route(
        method="GET",
        path="/v1/replays/{replay}/timeline",
        summary="What happened, in the log's order, with what it came of.",
        roles=INVESTIGATORS,
        reach=Reach.SERVICE,
        rpc="audit.replay_timeline",
        query=Page(),
        paged=True,
        answer=record.TIMELINE,
        purpose=BEHEER,
    ),
    Route(
        method="GET",
        path="/v1/replays/{replay}/views/{service}",
        summary="What a service showed then, made again from the log; values stay sealed.",
        roles=INVESTIGATORS,
        reach=Reach.SERVICE,
        rpc="audit.views_then",
        query=Page(),
        paged=True,
        answer=record.VIEWS,
        purpose=BEHEER,
        problems=(Problem.LOG_PRUNED,),
    ),
    Route(
        method="GET",
        path="/log/checkpoint",
        summary="The log's signed checkpoint (C2SP tlog-checkpoint).",
        access=Access.PUBLIC,
        handler=tiles.checkpoint,
        personal=False,
        media_type="text/plain",
    ),
    Route(
        method="GET",
        path="/log/pruned",
        summary="Where the log begins, once the term of its oldest entries is over, and the keys from before.",
        roles=READERS,
        handler=tiles.pruned,
        media_type="text/plain",
        reach=Reach.SERVICE,
        problems=(Problem.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/log/tile/entries/{tile:path}",
        summary="A bundle of entries (C2SP tlog-tiles).",
        roles=READERS,
        handler=tiles.entries,
        media_type="application/octet-stream",
        reach=Reach.SERVICE,
        problems=(Problem.LOG_PRUNED,),
    ),
    Route(
        method="GET",
        path="/log/tile/{tile:path}",
        summary="A tile of hashes (C2SP tlog-tiles).",
        access=Access.PUBLIC,
        handler=tiles.hashes,
        personal=False,
        media_type="application/octet-stream",
    ),
)
