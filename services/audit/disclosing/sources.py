"""All that a disclosure asks of other services; what it is about travels in sealed calls and nowhere else (P08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.contracts.privacy import Category


@dataclass(frozen=True, kw_only=True)
class Key:
    """An organisation's consultation key (base64 as in RFC 8410), and the event by which it was published."""

    key: str
    event: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose data, by pseudonym, of which categories and which time; `silent` where nobody may learn of the look."""

    organisation: str
    people: Sequence[str]
    categories: Sequence[Category]
    since: datetime | None
    until: datetime | None
    case: str
    by: str
    silent: bool


class Sources(Protocol):
    """What audit asks of auth, org and retention in its own name; each raises Refused or Unavailable."""

    def person(self, account: str, organisation: str) -> str:
        """Who is behind an account id that people know. Raises Refused account_unknown."""

    def data(self, wanted: Wanted) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """By pseudonym `{category, name, value}` of everything that is kept in these categories."""

    def hold(self, case: str, label: str, said: Mapping[str, Any]) -> str:
        """Place a hold that all may see; answers its id, the same when asked again."""

    def release(self, hold: str, by: str) -> None:
        """Release such a hold; one that has ended stays as it is."""

    def organisation_name(self, organisation: str) -> str: ...

    def second_contact(self, organisation: str) -> Mapping[str, str | None] | None:
        """`name`, `email` and `phone` of whom the organisation named beside its Beheerder; None where nobody is."""

    def consultation_key(self, organisation: str) -> Key | None:
        """The key that is in force now."""
