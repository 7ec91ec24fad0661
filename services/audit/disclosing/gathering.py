"""What goes into a package, gathered from the services without anybody typing: only what was granted (P07, P08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from services.audit.disclosing.file import File, Files
from services.audit.disclosing.sources import Sources, Wanted
from services.audit.domain.disclosure import Consulted
from services.audit.ledger import reading
from services.audit.packaging import consultation, contents
from services.audit.packaging.proofs import NotYet, under_one_checkpoint
from services.audit.packaging.scope import Reach, Scope
from services.audit.views.papers import Kind
from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    ConsultationLapsed,
    DisclosureApproved,
    DisclosureScoped,
    SuspicionReported,
)
from services.contracts.privacy import Category, Role
from services.kernel.codec import moment
from services.kernel.decider import Refused
from services.kernel.event import Event

Data = Mapping[str, Sequence[Mapping[str, str]]]
"""By label `{category, name, value, at}`; `at` is empty for what belongs to no moment."""


def copy(file: File, sources: Sources, by: str) -> bytes:
    """What is kept in a hidden file, as JSON: of what was asked for as much as the basis may reach, or will."""
    reached = file.basis.reaches or frozenset(Category)
    categories = tuple(sorted(set(file.asked.categories) & reached))
    return orjson.dumps(_asked_for(file, sources, by, file.asked, categories), option=orjson.OPT_SORT_KEYS)


def _asked_for(file: File, sources: Sources, by: str, reach: Reach, categories: Sequence[Category]) -> Data:
    chosen = {file.people[label].pseudonym: label for label in reach.people}
    wanted = Wanted(
        organisation=file.tenant,
        people=tuple(chosen),
        categories=categories,
        since=reach.since,
        until=reach.until,
        case=file.disclosure,
        by=by,
        silent=file.hidden,
    )
    return {chosen[person]: fields for person, fields in sources.data(wanted).items()}


def gathered(
    files: Files, file: File, sources: Sources, recipient: str, by: str, vkey: str, now: datetime
) -> contents.Contents:
    """Raises Refused: `step_missing` before the approvals, `not_yet` while the log has not taken them in.

    Nobody's data is looked at before that (I7).
    """
    scope, approvals = file.scope, file.all(DisclosureApproved)
    if scope is None or len(file.state.approvals) < 2 or file.state.scope is None:
        raise Refused("step_missing")
    name, maker = sources.organisation_name(file.tenant), sources.organisation_name(files.maker)
    key = orjson.loads(file.word(ConsultationAnswered, "key") or "{}")
    events = [record.envelope.id for record in file.history] + ([key["event"]] if key else [])
    with files.store.reading() as session:
        try:
            log = under_one_checkpoint(session, events, vkey)
        except NotYet:
            raise Refused("not_yet") from None
        entry = {event: _index(session, event) for event in events}
    people = _people(files, file, sources, scope, by)
    consulted = _consultation(file, entry, key)
    deciders = [
        contents.Decider(role=Role.COMPLIANCE.value, number=n, at=event.at, entry=entry[record.envelope.id])
        for n, (record, event) in enumerate(approvals[-2:], 1)
    ]
    return contents.Contents(
        file=contents.File(
            disclosure=file.disclosure,
            organisation=file.tenant,
            organisation_name=name,
            maker=maker,
            opened_at=file.opened.at,
            decided_at=deciders[1].at,
        ),
        authority=_authority(file, name, recipient),
        basis=contents.Basis(code=file.basis.code, words=file.basis.words, version=str(file.basis.version)),
        scope=scope,
        scope_entry=entry[_id(file, DisclosureScoped)],
        deciders=(deciders[0], deciders[1]),
        consultation=consulted,
        people=people,
        log=log,
        at=now,
    )


def _people(files: Files, file: File, sources: Sources, scope: Scope, by: str) -> tuple[contents.Person, ...]:
    granted = scope.granted
    data: Data
    if "copy" in file.kept:
        data = orjson.loads(files.paper(file.disclosure, Kind.COPY))
    else:
        data = _asked_for(file, sources, by, granted, granted.categories)
    return tuple(
        contents.Person(
            label=label,
            fields=tuple(
                contents.Field(category=Category(one["category"]), name=one["name"], value=one["value"])
                for one in data.get(label, ())
                if one["category"] in granted.categories and _within(one.get("at", ""), granted)
            ),
        )
        for label in granted.people
    )


def _within(at: str, reach: Reach) -> bool:
    if not at:
        return True
    return not (reach.since and moment(at) < reach.since) and not (reach.until and moment(at) >= reach.until)


def _authority(file: File, name: str, recipient: str) -> contents.Authority:
    """Who asked; or the controller itself, to whom one's own suspicion goes."""
    if file.state.received is None:
        said = {"name": name, "official": "Beheerder", "function": "controller", "reference": file.disclosure}
        return contents.Authority(recipient=recipient, **said)
    asked = {name: file.word(AuthorityRequestReceived, name) or "" for name in ("official", "function", "reference")}
    authority = file.word(AuthorityRequestReceived, "authority") or ""
    return contents.Authority(name=authority, recipient=recipient, **asked)


def _consultation(file: File, entry: Mapping[str, int], key: Mapping[str, Any]) -> consultation.Consultation:
    match file.state.consulted:
        case Consulted.AGREED | Consulted.OBJECTED as outcome:
            said: dict[str, Any] = {
                "at": _last(file, ConsultationAnswered).at,
                "key": key["key"],
                "key_entry": entry[key["event"]],
                "signature": file.word(ConsultationAnswered, "signature") or "",
                "entry": entry[_id(file, ConsultationAnswered)],
            }
            if outcome is Consulted.AGREED:
                return consultation.Agreed(**said)
            return consultation.Objected(reasons=file.word(ConsultationAnswered, "reasons") or "", **said)
        case Consulted.LAPSED:
            return consultation.Lapsed(
                asked_at=_last(file, BeheerderConsulted).at,
                asked_entry=entry[_id(file, BeheerderConsulted)],
                due=_last(file, ConsultationLapsed).due,
                entry=entry[_id(file, ConsultationLapsed)],
            )
        case Consulted.BARRED:
            barred = _last(file, ConsultationBarred)
            return consultation.Barred(
                ground=file.word(ConsultationBarred, "ground") or "",
                review_at=barred.review_at,
                entry=entry[_id(file, ConsultationBarred)],
            )
        case Consulted.NOT_YET:
            return consultation.OwnSuspicion(entry=entry[_id(file, SuspicionReported)])


def _last(file: File, kind: type[Any]) -> Any:
    found = file.last(kind)
    if found is None:
        raise Refused("step_missing")
    return found[1]


def _id(file: File, kind: type[Event]) -> str:
    found = file.last(kind)
    if found is None:
        raise Refused("step_missing")
    return found[0].envelope.id


def _index(session: Connection, event: str) -> int:
    found = reading.by_event(session, event)
    if found is None:
        raise Refused("not_yet")
    return found.index
