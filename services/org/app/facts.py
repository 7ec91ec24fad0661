"""What org counts of the promises it keeps: the statement, cookies, whom people can turn to (P04, P10, P14, P17)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.kernel.codec import instant
from services.kernel.durations import after
from services.org.app.usage import own_terms
from services.org.app.written import registers
from services.org.domain import cookie
from services.org.domain.usage import kept_from
from services.org.views import cookies, organisations, statements, sub_processors, supplements, usage

if TYPE_CHECKING:
    from services.org.app import Org

A_DAY = timedelta(days=1)
"""What goes by the hour when its term is over is kept too long a day later."""
SESSION = "__Host-session", "session-token"
"""The entries of the register that a session's lifetime must not pass: in a browser, and in the app (P11)."""


def facts(org: Org, organisation: str | None) -> dict[str, Any]:
    """Numbers and codes alone. `contacts` is of the one organisation, or of all."""
    now, today = org.now(), org.today()
    wanted = {one.name: one for one in cookie.in_force(registers(), today)}
    with org.store.reading() as session:
        version = statements.in_force(session, today)
        rows = statements.before(session, None, len(org.written) + 1)
        named = set(cookies.names(session))
        engaged = sub_processors.standing(session, organisation, instant(now - A_DAY))
        past_term = usage.older_than(session, organisation, instant(kept_from(own_terms(), now) - A_DAY))
        asked = {
            "waiting": supplements.waiting(session, organisation),
            "overdue": supplements.overdue(session, now, organisation),
        }
        reachable = organisations.reachable(session, organisation, org.configuration.maker)
    changed = [row.version for row in rows if not org.as_published(row)]
    told = {row.version for row in rows}
    shown = org.written[version].statement.lists if version in org.written else {}
    longest = max((after(now, wanted[name].lifetime) - now for name in SESSION if name in wanted), default=timedelta())
    return {
        "statement": {
            "in_force": version,
            "changed": changed,
            "untold": sorted(set(org.written) - told),
            "purposes": [one.code for one in shown.get("purposes", ())],
            "categories": [one.code for one in shown.get("categories", ())],
            "authority": bool(version in org.written and org.written[version].statement.authority),
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
        "contacts": reachable,
        "sub_processors": engaged,
        "usage": {"past_term": past_term},
        "at": instant(now),
    }
