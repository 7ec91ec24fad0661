"""Compliance publishes a version of the statement: it is held against the code that runs, or it is none (P14, 0047)."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.org import schemas
from services.org.app import periods
from services.org.app.statements import Statements
from services.org.app.usage import own_terms
from services.org.app.written import Written, posted_hashes, registers
from services.org.domain import cookie, markdown, register, statement, yardstick
from services.org.domain.statement import LANGUAGES, LISTS, Item, Statement
from services.org.schemas.statement import LINE, LONGEST
from services.org.views import statements

MINUTE = 60.0
MOST_BYTES = 40_000
"""Of the particulars as JSON, which is how they stand in their event."""
ELSEWHERE = ("retention", "audit")
"""Who keeps things for a term of their own, besides org; each says for how long."""


class Publishing(Statements, ABC):
    untrue: tuple[str, ...] = ()
    """What the version in force says otherwise than the code does, by field; as it was found last."""

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (MINUTE, self.hold_statement))

    def hold_statement(self) -> None:
        """A release may do more than a version that was posted before it, and an operator's file keep things longer."""
        with self.store.reading() as session:
            found = self.stated(session, statements.in_force(session, self.today()))
        if found is None:
            return
        try:
            code = self._code(self.today())
        except Unavailable:
            return  # who is away is a risk by itself, and makes nothing true that was not
        misses = yardstick.misses(found.statement, code, found.promised)
        self.untrue = tuple(dict.fromkeys(miss.field for miss in misses))

    def publish_statement(self, context: Context, **said: Any) -> dict[str, Any]:
        """A whole version → `version`, `effective_on`, `in_force`, `sha256`, `events`; none where it is there already.

        Raises Refused: `invalid` and `markup_not_allowed` for what is no statement; each of yardstick's codes, with
        all misses by field in `errors`; `version_not_next`, `version_taken`, `effective_too_early`.
        """
        given = schemas.loaded(schemas.StatementVersion, said)
        with self.store.reading() as session:
            before = next(iter(statements.before(session, given["version"], 1)), None)
            model = self.stated(session, before.version) if before is not None else None
            there = statements.published(session, given["version"])
        one, promised = _read(given, model)
        hashes = posted_hashes(one)
        command = statement.Post(statement=one, promised=promised, today=self.today(), at=self.now(), **hashes)
        if there is None:
            self._must_be_true(one, promised)

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"statement/{self.configuration.maker}", statement.decider, command)
            return {
                "version": one.version,
                "effective_on": one.effective_on.isoformat(),
                "in_force": statements.in_force(unit.session, command.today) == one.version,
                "sha256": {lang: hashes[f"{lang}_sha256"] for lang in LANGUAGES},
            }

        return self.store.perform(_own(context, self.configuration.maker), work)

    def _must_be_true(self, one: Statement, promised: yardstick.Promised) -> None:
        if found := yardstick.misses(one, self._code(one.effective_on), promised):
            errors: dict[str, list[str]] = {}
            for miss in found:
                errors.setdefault(miss.field, []).append(miss.code)
            raise Refused(found[0].code, errors=errors)

    def _code(self, day: date) -> yardstick.Code:
        """What runs here and now, asked of those who do it; a service that is away is no yes."""
        kept = {str(trigger): term for trigger, term in own_terms()[-1].by_trigger.items()}
        kept |= {str(trigger): term for trigger, term in periods.written()[-1].by_trigger.items()}
        for service in ELSEWHERE:
            kept |= self.caller.call(service, "terms_kept", {}, self.own_context())["terms"]
        return yardstick.Code(
            purposes=frozenset(Purpose),
            categories=frozenset(Category) | frozenset(register.declared()),
            terms=kept,
            cookies={entry.name: entry.lifetime for entry in cookie.in_force(registers(), day)},
        )


def _read(given: Mapping[str, Any], model: Written | None) -> tuple[Statement, yardstick.Promised]:
    """The version with its lists in its texts; what was left out is as in the one before."""
    before = statement.particulars(model.statement) if model is not None else {}
    said = {name: given.get(name) or before.get(name) or {} for name in (*LISTS, "authority")}
    lists = {name: tuple(Item(code=code, words=line) for code, line in said[name].items()) for name in LISTS}
    for name in LISTS:
        for code, line in said[name].items():
            for lang in LANGUAGES:
                _door(line[lang], LINE, f"{name}.{code}.{lang}", marks=False)
    for lang in LANGUAGES:
        _door(given["texts"][lang], LONGEST, f"texts.{lang}", marks=True)
        if wrong := statement.misplaced(given["texts"][lang], lists):
            raise Refused("invalid", errors={f"texts.{lang}": [f"{statement.mark(wrong[0])} stands in it once."]})
        for number, line in enumerate(given["changes"][lang]):
            _door(line, LINE, f"changes.{lang}.{number}", marks=False)
    dated = {"version": given["version"], "effective_on": given["effective_on"].isoformat()}
    one = statement.parse({**said, **dated, "changes": given["changes"]}, given["texts"])
    for lang in LANGUAGES:
        _door(one.texts[lang], LONGEST, f"texts.{lang}", marks=False)
    promised = {**(model.promised if model is not None else {}), **given["promises"]}
    if len(json.dumps([statement.particulars(one), promised], ensure_ascii=False).encode()) > MOST_BYTES:
        raise Refused("invalid", errors={"body": [f"The lists and promises are more than {MOST_BYTES} bytes."]})
    return one, promised


def _door(text: str, most: int, field: str, *, marks: bool) -> None:
    """The one door for Markdown; of marks of a template only the five of the lists, and those in a text."""
    try:
        markdown.checked(text, most)
    except Refused as no:
        raise Refused(no.code, errors={field: no.detail.get("errors", {}).get("text", ["No such Markdown."])}) from None
    bare = text
    for name in LISTS if marks else ():
        bare = bare.replace(statement.mark(name), "")
    if any(mark in bare for mark in ("{{", "}}", "{%", "%}", "{#", "#}")):
        raise Refused("markup_not_allowed", errors={field: ["No marks of a template but those of the lists."]})


def _own(context: Context, maker: str) -> Context:
    """People are told what is done with their data, and beforehand where that changes: AVG art. 12 to 14."""
    return replace(
        context,
        organisation=maker,
        purpose=Purpose.BEHEER_ACCESS.value,
        legal_basis=LegalBasis.LEGAL_OBLIGATION.value,
        terms=None,
    )
