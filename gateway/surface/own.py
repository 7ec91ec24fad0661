"""What everybody does for themselves: sign in and out, see, correct and close."""

from __future__ import annotations

from typing import Any

from gateway.ask import Ask
from gateway.route import EVERY_ROLE, Access, For, Reach, Route
from gateway.schemas import own
from gateway.schemas.fields import Page, Written
from services.contracts.errors import Problem

SESSIONS = "/v1/sessions"
ME = "/v1/me"
RESETS = "/v1/password-resets"


def _technical(ask: Ask) -> dict[str, Any]:
    """The technical data of a sign-in (P04); what the app says of its device is in the body."""
    return {"ip": ask.address, "user_agent": ask.agent}


def _own(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        purpose=For.ROLE,
        **rest,
    )


ROUTES = (
    Route(
        method="POST",
        path=SESSIONS,
        summary="Sign in with user name and password; the Beheeromgeving has its session kept in a cookie.",
        access=Access.PUBLIC,
        rpc="auth.sign_in",
        added=_technical,
        body=own.SignIn(),
        answer=own.SignedIn(),
        status=201,
        keyed=False,
        starts_session=True,
        problems=(
            Problem.SIGN_IN_FAILED,
            Problem.FORBIDDEN,
            Problem.CROSS_SITE,
            Problem.THROTTLED,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
        ),
    ),
    _own(
        "GET",
        SESSIONS,
        "One's own sessions.",
        rpc="auth.sessions",
        query=Page(),
        paged=True,
        answer=own.SESSIONS,
    ),
    _own(
        "POST",
        f"{SESSIONS}/refresh",
        "A new token for this session; the old one ends.",
        rpc="auth.refresh_session",
        added=lambda ask: {"cookie": ask.by_cookie},
        starts_session=True,
        answer=own.Refreshed(),
        status=201,
        keyed=False,
    ),
    _own(
        "DELETE",
        f"{SESSIONS}/current",
        "Sign out.",
        rpc="auth.end_session",
        answer=Written(),
        ends_session=True,
        added=lambda ask: {"session": ask.caller.session},
    ),
    _own(
        "DELETE",
        f"{SESSIONS}/{{session}}",
        "End one of one's own sessions.",
        rpc="auth.end_session",
        answer=Written(),
        ends_session=True,
    ),
    _own("GET", ME, "What is known of oneself.", rpc="auth.me", answer=own.Me(), checks_session=True),
    _own(
        "PATCH",
        ME,
        "Correct one's e-mail address or name.",
        rpc="auth.correct_me",
        checks_session=True,
        body=own.Correction(),
        answer=Written(),
        problems=(Problem.ALREADY_INVITED, Problem.AGREEMENT_MISSING),
    ),
    _own(
        "DELETE",
        ME,
        "Close the account; everything is erased when its term is over.",
        rpc="auth.close_me",
        ends_session=True,
        answer=own.Closed(),
        status=202,
        problems=(Problem.LAST_BEHEERDER, Problem.LAST_OFFICER),
    ),
    _own(
        "PUT",
        f"{ME}/password",
        "Change the password; other sessions end.",
        rpc="auth.change_password",
        body=own.PasswordChange(),
        answer=Written(),
        dangerous=True,
        keyed=False,
        problems=(Problem.WRONG_PASSWORD, Problem.WEAK_PASSWORD, Problem.THROTTLED),
    ),
    Route(
        method="POST",
        path=RESETS,
        summary="Have a link mailed that lets one choose another password; whether there is an account is not said.",
        access=Access.PUBLIC,
        rpc="auth.ask_reset",
        body=own.ResetAsked(),
        answer=own.ResetTaken(),
        status=202,
        keyed=False,
        problems=(Problem.THROTTLED,),
    ),
    Route(
        method="POST",
        path=f"{RESETS}/{{token}}",
        summary="Choose another password with the link that was mailed; every session ends.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        rpc="auth.reset_password",
        body=own.PasswordChosen(),
        answer=Written(),
        keyed=False,
        problems=(
            Problem.WEAK_PASSWORD,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
            Problem.CATEGORY_NOT_AGREED,
            Problem.ORGANISATION_LEFT,
            Problem.ERASED,
        ),
    ),
    _own(
        "GET",
        f"{ME}/access-log",
        "When somebody else looked at one's data, and why.",
        rpc="auth.access_log",
        query=Page(),
        paged=True,
        answer=own.LOOKS,
    ),
)
