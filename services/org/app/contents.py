"""What can be asked about content: publish, change, withdraw, and read what changed since a revision (P05, P13)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from services.contracts.privacy import Category
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app.grounds import categories_of
from services.org.app.organisations import Organisations, most
from services.org.domain import content as rules, markdown
from services.org.views import contents

LONGEST = 20_000
"""Bytes of a body: sealed it fits into one event, with all it stands beside."""
MOST_LINKS = 50
MOST_SHOWN = 500
"""Cards and contacts that one organisation shows at a time."""


class Contents(Organisations, ABC):
    """Each method is one transaction. Text and contact are sealed with a key of the content's own."""

    def publish_content(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`kind`, `title`, `body` (Markdown), `contact` → `content`, `revision`, `events`.

        Raises Refused: `markup_not_allowed`, `limit_reached`, `agreement_missing`, `category_not_agreed`.
        """
        return self._put(context, organisation, str(uuid4()), said, new=True)

    def change_content(self, context: Context, organisation: str, content: str, **said: Any) -> dict[str, Any]:
        """The whole of it anew, under `if_match` where that is given → `content`, `revision`, `events`."""
        return self._put(context, organisation, content, said, new=False)

    def withdraw_content(
        self, context: Context, organisation: str, content: str, if_match: int | None = None
    ) -> dict[str, Any]:
        """It is shown no more, and its key goes once that stands in the log → `events`."""

        def work(unit: Unit) -> dict[str, Any]:
            self._must_be_theirs(unit, context, organisation, content)
            revision = contents.revision(unit.session, organisation) + 1
            command = rules.Withdraw(revision=revision, if_match=if_match, at=self.now())
            unit.do(f"content/{content}", rules.decider, command)
            return {}

        return self.store.perform(context, work)

    # -- reading

    def contents(self, context: Context, organisation: str, since: int, limit: int) -> dict[str, Any]:
        """What changed after `since`, in that order: `items` shown, `withdrawn` ids.

        `revision` is how far this answer goes: asked for since that, what follows comes; `more` says that it does.
        """
        with self.store.reading() as session:
            self.found(session, context, organisation)
            rows = contents.since(session, organisation, since, most(limit))
            newest = contents.revision(session, organisation)
        reached = rows[-1].revision if len(rows) == most(limit) else newest
        return {
            "items": self._opened([row for row in rows if not row.withdrawn]),
            # Who begins has nothing that could have gone.
            "withdrawn": [row.content for row in rows if row.withdrawn] if since else [],
            "revision": reached,
            "more": reached < newest,
            "version": reached,
        }

    def content(self, context: Context, organisation: str, content: str) -> dict[str, Any]:
        """One card or contact; its revision is its etag."""
        with self.store.reading() as session:
            self.found(session, context, organisation)
            row = contents.by_id(session, organisation, content)
        if row is None:
            raise Refused("not_found")
        return {**self._opened([row])[0], "version": row.revision}

    def all_content(self, context: Context, organisation: str) -> list[dict[str, Any]]:
        """Everything that is shown, for an organisation that takes it along."""
        items: list[dict[str, Any]] = []
        page: dict[str, Any] = {"revision": 0, "more": True}
        while page["more"]:
            page = self.contents(context, organisation, page["revision"], 100)
            items += page["items"]
        return items

    # -- how

    def _put(
        self, context: Context, organisation: str, content: str, said: Mapping[str, Any], *, new: bool
    ) -> dict[str, Any]:
        given = schemas.loaded(schemas.Content, {name: value for name, value in said.items() if value is not None})
        body, contact = given.get("body"), given.get("contact", {})
        found = markdown.links(markdown.checked(body, LONGEST)) if body is not None else ()
        if len(found) > MOST_LINKS:
            raise Refused("limit_reached")
        with self.store.reading() as session:
            self.found(session, context, organisation)
            # Before a key is made for it: of what is not theirs nothing is made, and nothing can be told.
            if not new and contents.by_id(session, organisation, content) is None:
                raise Refused("not_found")
        categories = {Category.ORGANISATION, *categories_of(contact)}
        ground = self._allow(context, organisation, categories)
        sites = tuple(sorted(markdown.sites(body or "")))

        def work(unit: Unit) -> dict[str, Any]:
            if not new:
                self._must_be_theirs(unit, context, organisation, content)
            must_not_have_left(unit.session, organisation)
            if new and contents.counted(unit.session, organisation) >= MOST_SHOWN:
                raise Refused("limit_reached")
            command = rules.Publish(
                content=content,
                organisation=organisation,
                revision=contents.revision(unit.session, organisation) + 1,
                kind=given["kind"],
                title=given["title"],
                body=body,
                contact=contact,
                external_links=sites,
                if_match=given.get("if_match"),
                at=self.now(),
            )
            unit.do(f"content/{content}", rules.decider, command)
            return {"content": content, "revision": command.revision}

        keys = [(f"content/{content}", category.value) for category in sorted(categories)]
        return self.store.perform(ground, work, keys=keys)

    def _must_be_theirs(self, unit: Unit, context: Context, organisation: str, content: str) -> None:
        self.found(unit.session, context, organisation)
        must_not_have_left(unit.session, organisation)
        if not contents.owns(unit.session, organisation, content):
            raise Refused("not_found")

    def _opened(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        sealed = [(getattr(row, name), name) for row in rows for name in contents.SEALED]
        opened = iter(self.keyring.open_many(sealed))
        return [_shown(row, dict(zip(contents.SEALED, opened, strict=False))) for row in rows]


def _shown(row: Any, said: Mapping[str, str | None]) -> dict[str, Any]:
    contact = {name: said[f"contact_{name}"] for name in ("name", "email", "phone")}
    return {
        **{name: getattr(row, name) for name in ("content", "revision", "kind", "published_at", "changed_at")},
        "title": said["title"],
        "body": said["body"],
        "contact": contact if any(contact.values()) else None,
        "links": [
            {"url": url, "external": markdown.external(url), "rel": "noopener noreferrer"}
            for url in markdown.links(said["body"] or "")
        ],
    }
