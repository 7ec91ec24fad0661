"""People of an organisation, the maker's own among them, and how they come in."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import Written, choice, email, page_of, secret, text, username
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


class BeheerderInvitation(Schema):
    email = email(required=True)


class StaffRole(Schema):
    role = choice(STAFF, required=True)


class MemberRole(Schema):
    role = choice(TENANT, required=True)


class Invited(Written):
    invitation = m.String(required=True)


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
