"""What a service could not follow, as a person sees it and decides: try it again, or give it up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, ClassVar

from sqlalchemy import Connection

from services.kernel.commands.unit import Store
from services.kernel.decider import Refused
from services.kernel.following.feed import Feed


class Deadletters(ABC):
    """The parked entries of one service's feed."""

    name: ClassVar[str]
    store: Store
    feed: Feed

    @abstractmethod
    def owners(self, session: Connection, account: str) -> set[str]:
        """Every owner of keys that this service has for a person: `account/…`, `session/…`."""

    def deadletters(self) -> dict[str, Any]:
        """Log entries that were set aside, oldest first, with their error's class and code."""
        with self.store.reading() as session:
            return {"items": [asdict(one) for one in self.feed.parked(session)]}

    def followed(self) -> dict[str, Any]:
        """`next`: the lowest index of the log that this service may yet need, to take in or to try again."""
        with self.store.reading() as session:
            waiting = [one.index for one in self.feed.parked(session)]
        return {"next": min([self.feed.cursor() + 1, *waiting])}

    def parked_about(self, account: str) -> dict[str, Any]:
        """`items`: each entry about this person that was set aside: which part, which kind of event, since when."""
        with self.store.reading() as session:
            owners = self.owners(session, account)
            found = [one for one in self.feed.parked(session) if one.stream in owners]
        return {"items": [{"service": self.name, "type": one.type, "at": one.at} for one in found]}

    def retry_deadletter(self, index: int) -> dict[str, Any]:
        """Try the stream of a parked entry again; `done` is how many of its entries took effect."""
        try:
            return {"done": self.feed.retry(index)}
        except LookupError:
            raise Refused("not_found") from None

    def discard_deadletter(self, index: int) -> dict[str, Any]:
        try:
            self.feed.discard(index)
        except LookupError:
            raise Refused("not_found") from None
        return {"done": 1}
