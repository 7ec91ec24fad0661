"""What org counts of the promises it keeps: the statement, cookies, whom people can turn to (P04, P10, P14, P17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection

from services.kernel.codec import instant
from services.kernel.durations import after
from services.org.app.statements import MOST_VERSIONS
from services.org.app.usage import own_terms
from services.org.app.written import registers
from services.org.domain import cookie, markdown, supplement as rules
from services.org.domain.usage import kept_from
from services.org.views import (
    contents,
    cookies,
    fields,
    leaving,
    organisations,
    statements,
    sub_processors,
    supplements,
    usage,
)

if TYPE_CHECKING:
    from services.org.app import Org

A_DAY = timedelta(days=1)
"""What goes by the hour when its term is over is kept too long a day later."""
A_FEW = 20
"""So many cards and contacts, the newest, are looked at each time."""
SESSION = "__Host-session", "session-token"
"""The entries of the register that a session's lifetime must not pass: in a browser, and in the app (P11)."""


def facts(org: Org, organisation: str | None) -> dict[str, Any]:
    """Numbers and codes alone. `contacts` is of the one organisation, or of all."""
    now, today = org.now(), org.today()
    wanted = {one.name: one for one in cookie.in_force(registers(), today)}
    with org.store.reading() as session:
        version = statements.in_force(session, today)
        told = {row.version for row in statements.before(session, None, MOST_VERSIONS)}
        found, changed, overruled = org.stated(session, version), org.changed(session), org.overruled(session)
        named = set(cookies.names(session))
        engaged = sub_processors.standing(session, organisation, instant(now - A_DAY))
        past_term = usage.older_than(session, organisation, instant(kept_from(own_terms(), now) - A_DAY))
        asked = {
            "waiting": supplements.waiting(session, organisation),
            "overdue": supplements.overdue(session, now, organisation),
            **_named(session, organisation),
        }
        newest = contents.newest(session, organisation, A_FEW)
        content = {"shown": contents.shown(session, organisation), "looked_at": len(newest)}
        ended = [row for row in leaving.undecided(session, organisation, today) if row.ends_on < today.isoformat()]
        reachable = organisations.reachable(session, organisation, org.configuration.maker)
    shown = found.statement.lists if found is not None else {}
    longest = max((after(now, wanted[name].lifetime) - now for name in SESSION if name in wanted), default=timedelta())
    return {
        "statement": {
            "in_force": version,
            "changed": changed,
            "untold": sorted(set(org.written) - told),
            "overruled": overruled,
            "untrue": list(org.untrue),
            "purposes": [one.code for one in shown.get("purposes", ())],
            "categories": [one.code for one in shown.get("categories", ())],
            "authority": bool(found is not None and found.statement.authority),
            "stores": [one.code for one in shown.get("stores", ()) if one.value],
        },
        "cookies": {
            "registered": len(named),
            "missing": sorted(set(wanted) - named),
            "gone": sorted(named - set(wanted)),
            "unlinked": sorted(name for name, one in wanted.items() if not one.link),
            "session_seconds": longest.total_seconds(),
        },
        "supplements": asked,
        "content": content | {"unmarked": _unmarked(org, newest)},
        "leaving": {"undecided": len(ended)},
        "contacts": reachable,
        "sub_processors": engaged,
        "usage": {"past_term": past_term},
        "at": instant(now),
    }


def _named(session: Connection, organisation: str | None) -> dict[str, int]:
    """How many fields take values, and how many of them the supplement in force does not name (P05)."""
    active = fields.active(session, organisation)
    texts = {one.organisation: supplements.in_force(session, one.organisation) for one in active}
    unnamed = 0
    for one in active:
        text = texts[one.organisation]
        whole = text is not None and rules.names(text.nl, one.label_nl) and rules.names(text.en, one.label_en)
        unnamed += not whole
    return {"active": len(active), "unnamed": unnamed}


def _unmarked(org: Org, rows: Sequence[Any]) -> int:
    """Of how many the links to other sites that are marked today are not those that the log was told of (P13)."""
    bodies = org.keyring.open_many([(row.body, "body") for row in rows])
    told = [frozenset(orjson.loads(row.sites)) for row in rows]
    return sum(markdown.sites(body or "") != those for body, those in zip(bodies, told, strict=True))
