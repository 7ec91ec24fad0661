"""What a person sends and sees about themselves."""

from __future__ import annotations

from marshmallow import Schema, fields as m

from gateway.schemas.fields import OneThing, Written, email, page_of, secret, text
from gateway.schemas.people import Names


class Device(Schema):
    """Technical data that the app may tell (P04), never needed for signing in."""

    kind = text(50, allow_none=True)
    os = text(50, allow_none=True)
    browser = text(50, allow_none=True)
    app_version = text(50, allow_none=True)


_COOKIE = "The session rests in the cookie __Host-session, and the answer holds no token; not for members."
_NONE = "Not there where a cookie keeps it."


class SignIn(Schema):
    username = text(64, required=True)
    password = secret(required=True)
    device = m.Nested(Device, load_default=None, allow_none=True)
    cookie = m.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"description": _COOKIE})


class Acknowledgement(Schema):
    version = m.Integer(allow_none=True)
    acknowledged = m.Boolean(required=True)


class SignedIn(Schema):
    token = m.String(metadata={"description": _NONE})
    session = m.String(required=True)
    account = m.String(required=True)
    organisation = m.String(required=True)
    role = m.String(required=True)
    expires_at = m.String(required=True)
    statement = m.Nested(Acknowledgement, allow_none=True)
    events = m.List(m.String())


class Refreshed(Written):
    token = m.String(metadata={"description": _NONE})
    session = m.String(required=True)
    expires_at = m.String(required=True)


class Session(Schema):
    session = m.String(required=True)
    current = m.Boolean()
    started_at = m.String()
    last_seen_at = m.String(allow_none=True)
    expires_at = m.String()
    device = m.Nested(Device, allow_none=True)
    ip = m.String(allow_none=True)


class PasswordChange(Schema):
    password = secret(required=True)
    new_password = secret(required=True)


class ResetAsked(OneThing):
    """Whose account: by user name, or by the e-mail address it has."""

    username = text(64)
    email = email()


class ResetTaken(Schema):
    """The same for everybody: whether anything was written is told to nobody, and `events` is empty."""

    events = m.List(m.String(), required=True)


class PasswordChosen(Schema):
    password = secret(required=True)


class Correction(Names):
    email = email()


class Me(Schema):
    account = m.String(required=True)
    organisation = m.String(required=True)
    role = m.String(required=True)
    username = m.String(allow_none=True)
    email = m.String(allow_none=True)
    first_name = m.String(allow_none=True)
    infix = m.String(allow_none=True)
    last_name = m.String(allow_none=True)
    status = m.String(required=True)
    fields_ = m.Dict(keys=m.String(), values=m.String(), data_key="fields", attribute="fields")


class ErasureAsked(Schema):
    id = m.String(required=True)


class Closed(Written):
    erasure = m.Nested(ErasureAsked, required=True)


class Look(Schema):
    """Somebody looked at one's data: when, in which role, of which organisation, for what.

    By what name, is told in the answer to a request for access, where that was weighed so (C-579/21).
    """

    at = m.String(required=True)
    role = m.String(required=True)
    organisation = m.String(required=True)
    purpose = m.String(required=True)
    case = m.String(required=True, allow_none=True)


SESSIONS = page_of(Session, "Sessions")
LOOKS = page_of(Look, "Looks")
