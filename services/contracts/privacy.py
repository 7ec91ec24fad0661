"""The closed lists of the statement: purposes, legal bases, categories, roles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Purpose(StrEnum):
    """What data may be used for (P02). Nothing else."""

    APP_ACCESS = "app_access"
    BEHEER_ACCESS = "beheer_access"
    USAGE_INSIGHT = "usage_insight"


class LegalBasis(StrEnum):
    """AVG art. 6(1), a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Category(StrEnum):
    """Which data there is (P04): seven categories of 2018, then the additions, listed as such."""

    NAME = "name"
    ORGANISATION = "organisation"
    EMAIL = "email"
    CREDENTIALS = "credentials"
    IP_ADDRESS = "ip_address"
    SESSION_COOKIE = "session_cookie"
    TECHNICAL = "technical"
    CONTACT_PHONE = "contact_phone"
    CORRESPONDENCE = "correspondence"
    LOG_RECORD = "log_record"
    CUSTOM_FIELD = "custom_field"


class TermTrigger(StrEnum):
    """What makes the term of a category begin (P06)."""

    ACCOUNT_CLOSED = "account_closed"
    AGREEMENT_ENDED = "agreement_ended"
    SESSION_ENDED = "session_ended"
    REQUEST_FULFILLED = "request_fulfilled"
    RECORDED = "recorded"


TRIGGERS: Mapping[Category, tuple[TermTrigger, ...]] = {
    Category.NAME: (TermTrigger.ACCOUNT_CLOSED, TermTrigger.RECORDED),
    Category.ORGANISATION: (TermTrigger.AGREEMENT_ENDED,),
    Category.EMAIL: (TermTrigger.ACCOUNT_CLOSED, TermTrigger.RECORDED),
    Category.CREDENTIALS: (TermTrigger.ACCOUNT_CLOSED,),
    Category.IP_ADDRESS: (TermTrigger.SESSION_ENDED,),
    Category.SESSION_COOKIE: (TermTrigger.SESSION_ENDED,),
    Category.TECHNICAL: (TermTrigger.SESSION_ENDED,),
    Category.CONTACT_PHONE: (TermTrigger.AGREEMENT_ENDED,),
    Category.CORRESPONDENCE: (TermTrigger.REQUEST_FULFILLED,),
    Category.LOG_RECORD: (TermTrigger.RECORDED,),
    Category.CUSTOM_FIELD: (TermTrigger.ACCOUNT_CLOSED,),
}
"""What can make a category's term begin, first what does where nothing else was agreed.

Nobody can agree that sign-in data goes while the account is open: in a crisis its owner would stand before a shut door.
"""
ADDITIONS = frozenset({Category.CONTACT_PHONE, Category.CORRESPONDENCE, Category.LOG_RECORD, Category.CUSTOM_FIELD})
APP_STORES = frozenset({"google_play", "microsoft_store", "app_store"})
"""Where people get the app: each processes data under a statement of its own, which ours links (P12)."""
PROMISES = tuple(f"P{number:02}" for number in range(1, 20))
"""What the statement promises, by number: docs/promises.md says what each is."""


class Role(StrEnum):
    """What an account may do. The first three belong to one customer organisation, the rest to the maker."""

    MEMBER = "member"
    BEHEERDER = "beheerder"
    AUDITOR = "auditor"
    COMPLIANCE = "compliance"
    INVESTIGATOR = "investigator"
    OPERATOR = "operator"


STAFF = frozenset({Role.COMPLIANCE, Role.INVESTIGATOR, Role.OPERATOR})
TENANT = frozenset({Role.MEMBER, Role.BEHEERDER, Role.AUDITOR})


class ProcessingRole(StrEnum):
    """As what the maker processes: for a customer, or for itself (its own staff)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


def purpose_of(role: Role) -> Purpose:
    """For which purpose an account with this role signs in: the Beheeromgeving, or the app."""
    return Purpose.APP_ACCESS if role is Role.MEMBER else Purpose.BEHEER_ACCESS
