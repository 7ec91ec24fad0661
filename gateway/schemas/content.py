"""What an organisation shows its people in the app: cards and contacts, with a revision for off-line use (P05, P13)."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Length, Range

from gateway.schemas.fields import Number, Written, choice, email, line, phone
from gateway.schemas.organisations import ShownContact
from services.contracts.org import ContentKind


class NamedContact(Schema):
    name = line(200, required=True)
    email = email(allow_none=True, load_default=None)
    phone = phone(allow_none=True, load_default=None)


class ContentWish(Schema):
    """`body` is Markdown without HTML, images or links other than https, tel and mailto; at most 20,000 bytes.

    A card has a body; a contact names whom to turn to, and may have one.
    """

    kind = choice(ContentKind, required=True)
    title = line(200, required=True)
    body = m.String(allow_none=True, validate=Length(min=1, max=20_000))
    contact = m.Nested(NamedContact, allow_none=True)


class ContentMade(Written):
    content = m.String(required=True)
    revision = m.Integer(required=True)


class Link(Schema):
    """`external` marks what leads to another's site, of which our statement does not speak; open it with `rel`."""

    url = m.String(required=True)
    external = m.Boolean(required=True)
    rel = m.String(required=True)


class Content(Schema):
    content = m.String(required=True)
    revision = m.Integer(required=True)
    kind = m.String(required=True)
    title = m.String(required=True, allow_none=True)
    body = m.String(required=True, allow_none=True)
    contact = m.Nested(ShownContact, required=True, allow_none=True)
    links = m.List(m.Nested(Link), required=True)
    published_at = m.String(required=True)
    changed_at = m.String(required=True)


class Since(Schema):
    """`since` is the revision of the answer before; from 0 on it is everything."""

    since = Number(load_default=0, validate=Range(min=0, max=2**31 - 1), metadata={"minimum": 0, "maximum": 2**31 - 1})
    limit = Number(load_default=50, validate=Range(min=1, max=100), metadata={"minimum": 1, "maximum": 100})


class ContentChanges(Schema):
    """What is shown anew or changed, and what went, in the order of revisions. With `more`, ask on since `revision`."""

    items = m.List(m.Nested(Content), required=True)
    withdrawn = m.List(m.String(), required=True)
    revision = m.Integer(required=True)
    more = m.Boolean(required=True)
