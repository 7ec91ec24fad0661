"""What everybody reads of the statement and the cookies, and what a person says to have seen."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, OneOf, Range, Regexp

from gateway.schemas.fields import Written, choice, day, line, page_of, words
from services.contracts.privacy import PROMISES

HTTPS = r"^https://[^\s]+$(?!\n)"
PARTICULAR = r"^[A-Za-z_][A-Za-z0-9_-]{0,39}$(?!\n)"


class InLanguage(Schema):
    lang = choice(("nl", "en"), load_default="nl")


class StatementQuery(InLanguage):
    """`markdown` is the text alone; JSON is the text and everything that programs read."""

    format = choice(("json", "markdown"), load_default="json")


class TextHashes(Schema):
    """SHA-256 of each text, as it stands in the log."""

    nl = m.String(required=True)
    en = m.String(required=True)


class StatementVersion(Schema):
    version = m.Integer(required=True)
    effective_on = m.String(required=True)
    published_at = m.String(required=True)
    in_force = m.Boolean(required=True)
    sha256 = m.Nested(TextHashes, required=True)


class StatementLine(Schema):
    """`value` is a term, a lifetime or a link; `added` marks what was not in the statement of 2018."""

    code = m.String(required=True)
    words = m.String(required=True)
    value = m.String(required=True, allow_none=True)
    added = m.Boolean(required=True)


class SupervisoryAuthority(Schema):
    """Where everybody may complain (AVG art. 77)."""

    name = m.String(required=True)
    link = m.String(required=True)


class OwnSupplement(Schema):
    """What one's own organisation processes beyond the statement, as the maker published it; Markdown."""

    version = m.Integer(required=True)
    published_at = m.String(required=True)
    lang = m.String(required=True)
    text = m.String(required=True)


class Statement(StatementVersion):
    """`text` is Markdown, in the language asked for. `supplement` is told to the organisation's own people alone."""

    lang = m.String(required=True)
    text = m.String(required=True)
    changes = m.List(m.String(), required=True)
    purposes = m.List(m.Nested(StatementLine), required=True)
    categories = m.List(m.Nested(StatementLine), required=True)
    terms = m.List(m.Nested(StatementLine), required=True)
    cookies = m.List(m.Nested(StatementLine), required=True)
    stores = m.List(m.Nested(StatementLine), required=True)
    authority = m.Nested(SupervisoryAuthority, required=True)
    supplement = m.Nested(OwnSupplement, allow_none=True)


class ChangedParticular(Schema):
    """In words: `before` is null for what is new, `after` for what went."""

    list = m.String(required=True)
    code = m.String(required=True)
    before = m.String(required=True, allow_none=True)
    after = m.String(required=True, allow_none=True)


class ChangedPassage(Schema):
    section = m.String(required=True)
    removed = m.List(m.String(), required=True)
    added = m.List(m.String(), required=True)


class Differences(Schema):
    """To the version `before`: told in a few sentences, then by particular, then by the text's own passages."""

    before = m.Integer(required=True)
    changes = m.List(m.String(), required=True)
    particulars = m.List(m.Nested(ChangedParticular), required=True)
    text = m.List(m.Nested(ChangedPassage), required=True)


class PastStatement(Statement):
    differences = m.Nested(Differences, required=True, allow_none=True)


class ListedLine(Schema):
    """One line of a list, as it stands in the text; `value` is a term, a lifetime or a link."""

    nl = line(1000, required=True)
    en = line(1000, required=True)
    value = line(200)
    added = m.Boolean(truthy={True}, falsy={False}, metadata={"description": "What the statement of 2018 had not."})


def _lines(**options: Any) -> m.Dict:
    code = m.String(validate=Regexp(PARTICULAR, error="Not a code."))
    return m.Dict(keys=code, values=m.Nested(ListedLine), validate=Length(min=1, max=60), **options)


class WrittenTexts(Schema):
    """Markdown; each list goes where its mark stands: `{{purposes}}`, `{{categories}}`, `{{terms}}` and so on."""

    nl = words(20_000, required=True)
    en = words(20_000, required=True)


class WrittenChanges(Schema):
    nl = m.List(line(1000), required=True, validate=Length(max=20))
    en = m.List(line(1000), required=True, validate=Length(max=20))


class Passage(Schema):
    """The words by which the text makes a promise, as they stand in it."""

    nl = line(300, least=20, required=True)
    en = line(300, least=20, required=True)


class NewAuthority(Schema):
    name = line(200, required=True)
    link = m.String(
        required=True, validate=[Length(max=500), Regexp(r"^https://[^\s]+$(?!\n)", error="No https address.")]
    )


class NewStatement(Schema):
    """A whole version. `stores`, `authority` and any of the `promises` may be left out: they are as before then."""

    version = m.Integer(strict=True, required=True, validate=Range(1, 10_000))
    effective_on = day(required=True)
    texts = m.Nested(WrittenTexts, required=True)
    purposes = _lines(required=True)
    categories = _lines(required=True)
    terms = _lines(required=True)
    cookies = _lines(required=True)
    stores = _lines()
    changes = m.Nested(WrittenChanges)
    authority = m.Nested(NewAuthority)
    promises = m.Dict(
        keys=m.String(validate=OneOf(PROMISES, error="Not one of the promises.")), values=m.Nested(Passage)
    )


class PublishedStatement(Written):
    version = m.Integer(required=True)
    effective_on = m.String(required=True)
    in_force = m.Boolean(required=True)
    sha256 = m.Nested(TextHashes, required=True)


class SeenStatement(Schema):
    version = m.Integer(strict=True, validate=Range(1, 10_000), required=True)


class InBothLanguages(Schema):
    nl = m.String(required=True)
    en = m.String(required=True)


class Cookie(Schema):
    """`consent` says whether it is set only after one was given; `link` is the party's own statement."""

    name = m.String(required=True)
    place = m.String(required=True)
    party = m.String(required=True)
    purpose = m.Nested(InBothLanguages, required=True)
    kind = m.String(required=True)
    consent = m.Boolean(required=True)
    lifetime = m.String(required=True)
    link = m.String(required=True)
    checked_on = m.String(required=True)


VERSIONS = page_of(StatementVersion, "StatementVersions")
COOKIES = page_of(Cookie, "Cookies")
