"""One category of a person goes, and the person stays: its key, its values, and by what they could be found (P06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from services.auth.views import accounts, custom_values, resets, work
from services.contracts.facts import CATEGORY
from services.contracts.privacy import Category
from services.kernel.event import only
from services.kernel.forgetting.erasing import Holding

MAILED = resets.RESTS_ON
"""A mail under way has an address, and a link that lets somebody in; so has what lets a password be chosen anew."""


def _of(order: Any) -> Category:
    return Category(str(order.scope).removeprefix(CATEGORY))


def _owners(session: Connection, order: Any) -> set[str]:
    own = {only(f"account/{order.account}", _of(order))}
    return own | custom_values.owners(session, [order.account]) if _of(order) is Category.CUSTOM_FIELD else own


def _drop(session: Connection, order: Any) -> int:
    category = _of(order)
    if category is Category.CUSTOM_FIELD:
        return custom_values.drop(session, order.account)
    links = work.drop_mails(session, order.account) + resets.drop(session, order.account) if category in MAILED else 0
    return links + accounts.drop_category(session, order.account, category)


def _left(session: Connection, order: Any) -> int:
    category = _of(order)
    if category is Category.CUSTOM_FIELD:
        return custom_values.holds(session, order.account)
    links = work.holds_mails(session, order.account) + resets.holds(session, order.account) if category in MAILED else 0
    return links + accounts.holds_category(session, order.account, category)


HOLDING = Holding(owners=_owners, drop=_drop, left=_left)
