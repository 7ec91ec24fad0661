"""What can be asked about supplements to the statement: ask, publish, refuse, and read one's own (P05)."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.contracts.privacy import Category
from services.kernel import terms
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app.fields import MOST_FIELDS, Fields
from services.org.app.organisations import following, most
from services.org.domain import field as field_rules, markdown, supplement as rules
from services.org.domain.field import State
from services.org.domain.statement import LANGUAGES
from services.org.domain.supplement import Trigger
from services.org.views import fields, supplements

TERMS = terms.parse(
    json.loads((Path(__file__).parents[1] / "supplements.json").read_text(encoding="utf-8")), Trigger, at_once=False
)
LONGEST = 10_000
"""Bytes of a text in one language: both fit into one event."""


class Supplements(Fields, ABC):
    """Each method is one transaction. What either side writes about it is sealed with a key of the supplement's own."""

    def ask_supplement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`fields`, `reasons` → `supplement`, `due`, `events`.

        Raises Refused: `field_settled`, or `supplement_open` while another one waits.
        """
        given = schemas.loaded(schemas.SupplementWish, said)
        ground = self._allow(context, organisation, set())
        at, supplement = self.now(), str(uuid7())
        due = terms.due(TERMS, Trigger.SUPPLEMENT_REQUESTED, at)
        command = rules.Request(
            supplement=supplement,
            organisation=organisation,
            fields=tuple(dict.fromkeys(str(field) for field in given["fields"])),
            reasons=given["reasons"],
            rule=due.rule,
            due=due.at,
            at=at,
        )

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            must_not_have_left(unit.session, organisation)
            for name in command.fields:
                found = fields.by_id(unit.session, organisation, name)
                if found is None:
                    raise Refused("not_found")
                if found["state"] != State.PROPOSED:
                    raise Refused("field_settled")
            if supplements.waiting(unit.session, organisation):
                raise Refused("supplement_open")
            unit.do(f"supplement/{supplement}", rules.decider, command)
            return {"supplement": supplement, "due": instant(due.at)}

        return self.store.perform(ground, work, keys=_keys(supplement))

    def publish_supplement(self, context: Context, organisation: str, supplement: str, **said: Any) -> dict[str, Any]:
        """`nl`, `en`, Markdown → `version`, `events`; the fields asked for take values from then on.

        The text is the whole supplement: it names, by their labels, those fields and all that are active already.
        Raises Refused: `markup_not_allowed`, `field_not_named`, `supplement_answered`, `category_not_stated`.
        """
        given = schemas.loaded(schemas.SupplementText, said)
        texts = {lang: markdown.checked(given[lang], LONGEST) for lang in LANGUAGES}
        with self.store.reading() as session:
            self._asked(session, context, organisation, supplement)
        ground = self._allow(context, organisation, {Category.CUSTOM_FIELD})

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            row = self._asked(unit.session, context, organisation, supplement)
            self.must_be_stated(unit.session, Category.CUSTOM_FIELD)
            wanted = set(orjson.loads(row.fields))
            there = fields.after(unit.session, organisation, None, MOST_FIELDS, (State.PROPOSED, State.ACTIVE))
            named = [one for one in there if one["state"] == State.ACTIVE or one["field"] in wanted]
            before = supplements.in_force(unit.session, organisation)
            command = rules.Publish(
                version=before.version + 1 if before else 1,
                fields=tuple(one["field"] for one in named),
                labels=[one["label"] for one in named],
                texts=texts,
                at=self.now(),
            )
            unit.do(f"supplement/{supplement}", rules.decider, command)
            activate = field_rules.Activate(supplement=supplement, version=command.version, at=command.at)
            for name in command.fields:
                unit.do(f"field/{name}", field_rules.decider, activate)
            return {"version": command.version}

        return self.store.perform(ground, work)

    def refuse_supplement(self, context: Context, organisation: str, supplement: str, **said: Any) -> dict[str, Any]:
        """`reasons` → `events`; the fields stay as they are, and can be asked for again."""
        given = schemas.loaded(schemas.SupplementRefusal, said)
        with self.store.reading() as session:
            self._asked(session, context, organisation, supplement)
        ground = self._allow(context, organisation, set())
        command = rules.Refuse(reasons=given["reasons"], at=self.now())

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            self._asked(unit.session, context, organisation, supplement)
            unit.do(f"supplement/{supplement}", rules.decider, command)
            return {}

        return self.store.perform(ground, work, keys=_keys(supplement))

    # -- reading

    def supplements(self, context: Context, organisation: str, after: str | None, limit: int) -> dict[str, Any]:
        """`items` with what either side wrote; `waiting` and `overdue` are numbers of this organisation's."""
        now = self.now()
        with self.store.reading() as session:
            self.found(session, context, organisation)
            rows = supplements.after(session, organisation, after, most(limit))
            counts = {
                "waiting": supplements.waiting(session, organisation),
                "overdue": supplements.overdue(session, now, organisation),
            }
        sealed = [(sealed, "reasons") for row in rows for sealed in (row.reasons, row.refusal)]
        opened = iter(self.keyring.open_many(sealed))
        items = [
            {
                **{name: getattr(row, name) for name in ("supplement", "state", "due", "rule", "version")},
                "requested_at": row.requested_at,
                "answered_at": row.answered_at,
                "fields": orjson.loads(row.fields),
                "reasons": next(opened),
                "refusal": next(opened),
                "overdue": row.state == rules.State.REQUESTED and row.due <= instant(now),
                "text": {"nl": row.nl, "en": row.en} if row.version else None,
            }
            for row in rows
        ]
        return {"items": items, "next": following(items, "supplement", limit), **counts}

    def supplement(self, _: Context, organisation: str, lang: str) -> dict[str, Any] | None:
        """What supplements the statement for this organisation's people, in one language; None where nothing does."""
        with self.store.reading() as session:
            row = supplements.in_force(session, organisation)
        if row is None:
            return None
        text: Mapping[str, str] = {"nl": row.nl, "en": row.en}
        return {"version": row.version, "published_at": row.answered_at, "lang": lang, "text": text[lang]}

    def _asked(self, session: Connection, context: Context, organisation: str, supplement: str) -> Any:
        self.found(session, context, organisation)
        row = supplements.by_id(session, organisation, supplement)
        if row is None:
            raise Refused("not_found")
        return row


def _keys(supplement: str) -> list[tuple[str, str]]:
    return [(f"supplement/{supplement}", Category.CORRESPONDENCE.value)]
