"""What can be asked about the statement and the cookies: read, compare, acknowledge; a version is told once (P14)."""

from __future__ import annotations

import logging
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from services.contracts.privacy import Role, purpose_of
from services.kernel.calls.calling import Calling
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_be_erased, must_not_have_left
from services.org import schemas
from services.org.app.organisations import Organisations, following, most
from services.org.app.written import Written, posted_hashes, registers, written
from services.org.domain import acknowledgement, cookie, difference, statement
from services.org.domain.statement import LANGUAGES, LISTS, Statement
from services.org.views import cookies, statements, texts

log = logging.getLogger(__name__)
HOUR = 3600.0
MOST_VERSIONS = 1000


class Statements(Organisations, ABC):
    """Each method is one transaction. The statement is for everybody; what a person has seen is that person's."""

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller, now)
        self.written = written()
        self._known: dict[int, Written] = {}

    def begin(self) -> None:
        super().begin()
        self.publish()
        self.enter_cookies()

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (HOUR, self.publish), (HOUR, self.enter_cookies))

    def publish(self) -> None:
        """Tell of the versions of the statement that this software has and the log has not (P14)."""
        versions, at = self.written.values(), self.now()

        def work(unit: Unit) -> dict[str, Any]:
            stream = f"statement/{self.configuration.maker}"
            for one in versions:
                effective_on = one.statement.effective_on
                told = statement.Publish(version=one.statement.version, effective_on=effective_on, at=at, **one.hashes)
                unit.do(stream, statement.decider, told)
            return {}

        self._for_the_maker(work)
        with self.store.reading() as session:
            changed, overruled = self.changed(session), self.overruled(session)
        for version in changed:
            log.error("version %s of the statement is not what was published", version)
        for version in overruled:
            log.error("version %s of the statement, as this release has it, is not the one that was posted", version)

    def enter_cookies(self) -> None:
        """Tell what the register of cookies has since today, and what it has no longer (P10)."""
        wanted, at = cookie.in_force(registers(), self.today()), self.now()

        def work(unit: Unit) -> dict[str, Any]:
            for entry in wanted:
                unit.do(f"cookie/{entry.name}", cookie.decider, cookie.Enter(cookie=entry, at=at))
            for name in set(cookies.names(unit.session)) - {entry.name for entry in wanted}:
                unit.do(f"cookie/{name}", cookie.decider, cookie.Remove(name=name, at=at))
            return {}

        self._for_the_maker(work)

    # -- reading

    def statement(self, _: Context, lang: str) -> dict[str, Any]:
        """The version in force, whole, in one language. Raises Refused("unavailable") where there is none to show."""
        with self.store.reading() as session:
            version = statements.in_force(session, self.today())
            row = None if version is None else statements.published(session, version)
            if row is None:
                raise Refused("unavailable")
            return self._shown(row, self._text(session, row), lang, in_force=True)

    def statement_versions(self, _: Context, after: str | None, limit: int) -> dict[str, Any]:
        """`items` of every version, newest first: when it began, when it was published, its hashes."""
        with self.store.reading() as session:
            current = statements.in_force(session, self.today())
            rows = statements.before(session, None if after is None else int(after), most(limit))
        items = [_about(row, in_force=row.version == current) for row in rows]
        return {"items": items, "next": following(items, "version", limit)}

    def statement_version(self, _: Context, version: str, lang: str) -> dict[str, Any]:
        """One version, whole, and `differences` to the one before it; null for the first."""
        with self.store.reading() as session:
            current = statements.in_force(session, self.today())
            row = _published(session, version)
            earlier = statements.before(session, row.version, 1)
            one, before = self._text(session, row), [self._text(session, other) for other in earlier]
        shown = self._shown(row, one, lang, in_force=row.version == current)
        return {**shown, "differences": _differences(before[0], one, lang) if before else None}

    def cookies(self, _: Context, after: str | None, limit: int) -> dict[str, Any]:
        """`items` of the register; `consent` says whether one is needed before it is set."""
        with self.store.reading() as session:
            rows = cookies.after(session, after, most(limit))
        items = [_cookie(row) for row in rows]
        return {"items": items, "next": following(items, "name", limit)}

    # -- a person

    def statement_seen(self, _: Context, organisation: str, account: str) -> dict[str, Any] | None:
        """`version` in force and whether this person has `acknowledged` it; None before the first."""
        with self.store.reading() as session:
            version = statements.in_force(session, self.today())
            if version is None:
                return None
            return {
                "version": version,
                "acknowledged": statements.acknowledged(session, organisation, account, version),
            }

    def my_acknowledgements(self, context: Context) -> dict[str, Any]:
        """`items`: every version of the statement that the person who asks has said to have seen, and when."""
        with self.store.reading() as session:
            rows = statements.acknowledged_by(session, context.actor.removeprefix("account/"))
        return {"items": [{"version": row.version, "at": row.at} for row in rows]}

    def acknowledge_statement(self, context: Context, **said: Any) -> dict[str, Any]:
        """`version`, one that was published → `events`. Raises Refused("statement_unknown") for any other."""
        given = schemas.loaded(schemas.Acknowledging, said)
        account, organisation = context.actor.removeprefix("account/"), str(context.organisation)
        ground = self._allow(context, organisation, set(), purpose_of(Role(str(context.role))))
        command = acknowledgement.Acknowledge(
            account=account, organisation=organisation, version=given["version"], at=self.now()
        )

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            must_not_be_erased(unit.session, account)
            if statements.published(unit.session, command.version) is None:
                raise Refused("statement_unknown")
            unit.do(f"acknowledgement/{account}", acknowledgement.decider, command)
            return {}

        return self.store.perform(ground, work)

    # -- how

    def _for_the_maker(self, work: Callable[[Unit], Mapping[str, Any]]) -> None:
        self.store.perform(self.own_context(organisation=self.configuration.maker), work)

    def stated(self, session: Connection, version: int | None) -> Written | None:
        """A version as it was published: as it was posted, or as this software has it where that is, byte for byte,
        what the log says. None for no other.
        """
        row = None if version is None else statements.published(session, version)
        if row is None:
            return None
        if (here := self.written.get(row.version)) is not None and _is(here, row):
            return here
        posted = self._known.get(row.version) or _posted(session, row)
        if posted is None or not _is(posted, row):
            return None
        self._known[row.version] = posted  # what was posted never changes
        return posted

    def changed(self, session: Connection) -> list[int]:
        """The versions that were published and cannot be shown as they were."""
        rows = statements.before(session, None, MOST_VERSIONS)
        return [row.version for row in rows if self.stated(session, row.version) is None]

    def overruled(self, session: Connection) -> list[int]:
        """The versions of this software whose number another one took before, by the API: that one counts."""
        return [
            version
            for version in sorted(texts.posted(session) & set(self.written))
            if (row := statements.published(session, version)) is not None
            and not _is(replace(self.written[version], hashes=posted_hashes(self.written[version].statement)), row)
        ]

    def _text(self, session: Connection, row: Any) -> Statement:
        """Nothing is shown as published that was not. Raises Refused("unavailable")."""
        found = self.stated(session, row.version)
        if found is None:
            raise Refused("unavailable")
        return found.statement

    def _shown(self, row: Any, one: Statement, lang: str, *, in_force: bool) -> dict[str, Any]:
        lists = {
            name: [
                {"code": item.code, "words": item.words[lang], "value": item.value, "added": item.added}
                for item in one.lists[name]
            ]
            for name in LISTS
        }
        return {
            **_about(row, in_force=in_force),
            "lang": lang,
            "text": one.texts[lang],
            "changes": list(one.changes[lang]),
            **lists,
            "authority": dict(one.authority),
        }


def _differences(old: Statement, new: Statement, lang: str) -> dict[str, Any]:
    return {
        "before": old.version,
        "changes": list(new.changes[lang]),
        "particulars": [asdict(one) for one in difference.particulars(old, new, lang)],
        "text": [asdict(one) for one in difference.passages(old, new, lang)],
    }


def _is(one: Written, row: Any) -> bool:
    """Whether it is, byte for byte, what the log says was published."""
    return all(getattr(row, name) == value for name, value in one.hashes.items())


def _posted(session: Connection, row: Any) -> Written | None:
    found = texts.of_version(session, row.version)
    if found is None:
        return None
    said, whole = found
    one = statement.restored(said, date.fromisoformat(row.effective_on), whole, row.version)
    return Written(statement=one, hashes=posted_hashes(one), promised=said["promised"])


def _about(row: Any, *, in_force: bool) -> dict[str, Any]:
    return {
        "version": row.version,
        "effective_on": row.effective_on,
        "published_at": row.published_at,
        "in_force": in_force,
        "sha256": {"nl": row.nl_sha256, "en": row.en_sha256},
    }


def _cookie(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("name", "place", "party", "kind", "lifetime", "link", "checked_on")}
    purpose = {lang: row[f"purpose_{lang}"] for lang in LANGUAGES}
    return {**shown, "purpose": purpose, "consent": row["kind"] not in cookie.EXEMPT}


def _published(session: Connection, version: str) -> Any:
    row = statements.published(session, int(version)) if version.isdecimal() and len(version) < 10 else None
    if row is None:
        raise Refused("not_found")
    return row
