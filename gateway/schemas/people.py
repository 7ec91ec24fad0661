"""People of an organisation, the maker's own among them, and how they come in."""

from __future__ import annotations

from marshmallow import Schema, fields as m, validate

from gateway.schemas.fields import OneThing, Page, Written, choice, email, page_of, secret, text, username
from services.contracts.privacy import STAFF, TENANT


class Names(Schema):
    first_name = text(100)
    infix = text(30, least=0, allow_none=True)
    last_name = text(100)


class StaffInvitation(Schema):
    email = email(required=True)
    role = choice(STAFF, required=True)


class MemberInvitation(Schema):
    email = email(required=True)
    role = choice(TENANT, required=True)


class SeveralInvited(Schema):
    """Several, in one role; all of them are invited or nobody is."""

    emails = m.List(email(), required=True, validate=validate.Length(min=1, max=100), metadata={"uniqueItems": True})
    role = choice(TENANT, required=True)


class StaffRole(Schema):
    role = choice(STAFF, required=True)


class MemberRole(Schema):
    role = choice(TENANT, required=True)


class Invited(Written):
    invitation = m.String(required=True)


class InvitedAll(Written):
    invitations = m.List(m.String(), required=True, metadata={"description": "In the order of the addresses."})


class MembersAsked(Page):
    role = choice(TENANT)


class MemberNamed(OneThing):
    """By user name or e-mail address, whole."""

    username = text(64)
    email = email()


class Acceptance(Schema):
    username = username(required=True)
    password = secret(required=True)
    first_name = text(100, required=True)
    infix = text(30, least=0, allow_none=True, load_default=None)
    last_name = text(100, required=True)


class Accepted(Written):
    account = m.String(required=True)
    organisation = m.String(required=True)
    role = m.String(required=True)


class Member(Schema):
    account = m.String(required=True)
    first_name = m.String(allow_none=True)
    infix = m.String(allow_none=True)
    last_name = m.String(allow_none=True)
    email = m.String(allow_none=True)
    role = m.String(required=True)
    status = m.String(required=True)


class MembersFound(Written):
    items = m.List(m.Nested(Member), required=True)


class Removed(Written):
    erasure = m.Nested(Schema.from_dict({"id": m.String()}, name="ErasureOfMember"))


class Invitation(Schema):
    invitation = m.String(required=True)
    email = m.String(allow_none=True)
    role = m.String(required=True)
    invited_at = m.String()
    expires_at = m.String()


MEMBERS = page_of(Member, "Members")
INVITATIONS = page_of(Invitation, "Invitations")
