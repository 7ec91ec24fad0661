"""A disclosure as a page: who asked, what was given to whom, who decided, and what the Beheerder said (P08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from services.audit.packaging import spoken
from services.audit.packaging.consultation import Agreed, Barred, Lapsed, Objected, record
from services.audit.packaging.contents import Contents, Field
from services.audit.packaging.scope import Reach
from services.audit.packaging.words import WORDS
from services.contracts.privacy import ProcessingRole
from services.kernel.codec import instant
from services.kernel.moments import written
from services.kernel.paper.lettering import shown

LINE = 72
"""Characters of a key or a hash on one line."""
ROWS = 600
"""Values that are printed; a press has ten seconds. All of them are in the package as data."""
CELL = 500
"""Characters of one value on the page."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A label and what stands beside it, one line or more; `exact` where it is a key, a hash or an id."""

    label: str
    lines: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value of one person."""

    person: str
    category: str
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class DisclosurePage:
    """All that the template sees; `more` is empty where every value is printed."""

    template: str = "disclosure"
    lang: str
    at: str
    words: Mapping[str, str]
    disclosure: str
    facts: tuple[Fact, ...]
    scope: tuple[Fact, ...]
    removed: tuple[Fact, ...]
    deciders: tuple[Fact, ...]
    consultation: str
    outcome: tuple[Fact, ...]
    values: tuple[Value, ...]
    more: str
    proof: tuple[Fact, ...]


def page(contents: Contents, lang: str) -> DisclosurePage:
    """The same for the same contents."""
    words = WORDS[lang]
    total = sum(len(one.fields) for one in contents.people)
    every = ((one.label, field) for one in contents.people for field in one.fields)
    return DisclosurePage(
        lang=lang,
        at=instant(contents.at),
        words=words,
        disclosure=shown(contents.file.disclosure),
        facts=_facts(contents, words, lang),
        scope=_scope(contents, words, lang),
        removed=tuple(
            _fact(shown(spoken.withheld(one.what, lang)), _because(one.reason, contents, words))
            for one in contents.scope.removed
        ),
        deciders=tuple(
            _fact(
                f"{words['decider']} {one.number}",
                f"{spoken.role(one.role, lang)}, {_moment(one.at, lang)}, {words['entry']} {one.entry}",
            )
            for one in contents.deciders
        ),
        consultation=words[record(contents.consultation)["outcome"]],
        outcome=_outcome(contents, words, lang),
        values=tuple(_value(label, field, lang) for label, field in islice(every, ROWS)),
        more=str(total - ROWS) if total > ROWS else "",
        proof=_proof(contents, words),
    )


def _because(reason: str, contents: Contents, words: Mapping[str, str]) -> str:
    """What the legal basis does not reach is removed by its rule: the page says so in words."""
    code, apart, version = reason.partition("@")
    by_law = apart and code == contents.basis.code
    return f"{words['beyond_basis']} ({words['basis_version']} {version})" if by_law else reason


def _value(label: str, field: Field, lang: str) -> Value:
    return Value(
        person=shown(label, CELL),
        category=spoken.category(field.category.value, lang),
        name=shown(spoken.field(field.name, lang), CELL),
        value=shown(field.value, CELL),
    )


def _facts(contents: Contents, words: Mapping[str, str], lang: str) -> tuple[Fact, ...]:
    file, authority, basis = contents.file, contents.authority, contents.basis
    return (
        _fact(words["file"], file.disclosure, exact=True),
        _fact(words["maker"], file.maker),
        _fact(words["organisation"], f"{file.organisation_name} ({file.organisation})"),
        _fact(words["authority"], authority.name),
        _fact(words["official"], f"{authority.official}, {_function(authority.function, words)}"),
        _fact(words["reference"], authority.reference),
        _fact(words["recipient"], authority.recipient, exact=True),
        _fact(words["basis"], f"{basis.words[lang]} ({words['basis_version']} {basis.version})"),
        _fact(words["opened"], _moment(file.opened_at, lang)),
        _fact(words["decided"], _moment(file.decided_at, lang)),
        _fact(words["assembled"], _moment(contents.at, lang)),
    )


def _function(function: str, words: Mapping[str, str]) -> str:
    """As what somebody receives it; where that is the controller itself, we say so and not they."""
    return words["controller"] if function == ProcessingRole.CONTROLLER else function


def _scope(contents: Contents, words: Mapping[str, str], lang: str) -> tuple[Fact, ...]:
    scope, digest = contents.scope, contents.scope.digest(contents.file.disclosure)
    return (
        _fact(words["asked"], _reach(scope.asked, words, lang)),
        _fact(words["granted"], _reach(scope.granted, words, lang)),
        _fact(words["scope_version"], f"{scope.version} ({words['entry']} {contents.scope_entry})"),
        _fact(words["scope_digest"], digest, exact=True),
    )


def _reach(reach: Reach, words: Mapping[str, str], lang: str) -> str:
    many = words["one_person"] if len(reach.people) == 1 else words["people"]
    people = f"{len(reach.people)} {many}: {', '.join(reach.people)}"
    categories = ", ".join(spoken.category(one.value, lang) for one in reach.categories) or words["nothing"]
    ends = [_moment(one, lang) if one else words["open_ended"] for one in (reach.since, reach.until)]
    return f"{people}\n{words['categories']}: {categories}\n{words['period']}: {' – '.join(ends)}"


def _outcome(contents: Contents, words: Mapping[str, str], lang: str) -> tuple[Fact, ...]:
    match contents.consultation:
        case Agreed() as of:
            reasons = (_fact(words["reason"], of.reasons),) if isinstance(of, Objected) else ()
            return (*reasons, _fact(words["in_entry"], f"{of.entry}, {_moment(of.at, lang)}"))
        case Lapsed() as of:
            return (
                _fact(words["due"], _moment(of.due, lang)),
                _fact(
                    words["in_entries"], f"{of.asked_entry} ({words['asked'].lower()}), {of.entry} ({words['over']})"
                ),
            )
        case Barred() as of:
            review = _fact(words["review"], _moment(of.review_at, lang))
            return (_fact(words["ground"], of.ground), review, _fact(words["in_entry"], str(of.entry)))
        case of:
            return (_fact(words["in_entry"], str(of.entry)),)


def _proof(contents: Contents, words: Mapping[str, str]) -> tuple[Fact, ...]:
    origin, size, root, *_ = contents.log.checkpoint.decode().split("\n")
    return (
        _fact(words["log"], origin, exact=True),
        _fact(words["key"], contents.log.vkey, exact=True),
        _fact(words["checkpoint"], f"{size} {words['entries']}, {root}", exact=True),
    )


def _fact(label: str, said: str, *, exact: bool = False) -> Fact:
    text = shown(said)
    lines = [text[at : at + LINE] for at in range(0, len(text), LINE)] if exact else text.split("\n")
    return Fact(label=label, lines=tuple(lines), exact=exact)


def _moment(at: datetime, lang: str) -> str:
    return written(instant(at), lang)
