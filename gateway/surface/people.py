"""The maker's own people, an organisation's members, and the invitations that bring them in."""

from __future__ import annotations

from typing import Any

from gateway.ask import Ask
from gateway.route import Access, Reach, Route
from gateway.schemas import people
from gateway.schemas.fields import Page, Written
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

MAKERS = frozenset({Role.OPERATOR, Role.COMPLIANCE})
BEHEERDER = frozenset({Role.BEHEERDER})
STAFF = "/v1/staff"
MEMBERS = "/v1/organisations/{org}/members"
INVITATIONS = "/v1/organisations/{org}/invitations"


def _ours(ask: Ask) -> dict[str, Any]:
    """The maker's people belong to the maker's own organisation, and so does whoever asks."""
    return {"organisation": ask.caller.organisation}


def _staff(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=MAKERS,
        reach=Reach.OWN_ORGANISATION,
        added=_ours,
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        **rest,
    )


def _of(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=BEHEERDER,
        reach=Reach.ORGANISATION,
        purpose=Purpose.BEHEER_ACCESS,
        **rest,
    )


INVITE = (
    Problem.ALREADY_INVITED,
    Problem.AGREEMENT_MISSING,
    Problem.PURPOSE_NOT_AGREED,
    Problem.CATEGORY_NOT_AGREED,
)
DEMOTE = (
    Problem.LAST_BEHEERDER,
    Problem.ROLE_NOT_ALLOWED,
    Problem.ACCOUNT_UNKNOWN,
    Problem.ACCOUNT_CLOSED,
    Problem.RESTRICTED,
)
MAKE = (Problem.COMPLIANCE_NEEDED, Problem.LAST_OFFICER)

ROUTES = (
    _staff(
        "GET",
        STAFF,
        "The maker's own people.",
        rpc="auth.members",
        query=Page(),
        paged=True,
        answer=people.MEMBERS,
    ),
    _staff(
        "POST",
        STAFF,
        "Invite one of the maker's own people.",
        rpc="auth.invite",
        body=people.StaffInvitation(),
        answer=people.Invited(),
        status=201,
        problems=INVITE + MAKE,
    ),
    _staff(
        "PATCH",
        f"{STAFF}/{{account}}",
        "Change the role of one of the maker's own people.",
        rpc="auth.change_role",
        body=people.StaffRole(),
        answer=Written(),
        problems=DEMOTE + MAKE,
    ),
    _staff(
        "DELETE",
        f"{STAFF}/{{account}}",
        "End the account of one of the maker's own people.",
        rpc="auth.remove_member",
        answer=people.Removed(),
        problems=DEMOTE + MAKE,
    ),
    _of(
        "GET",
        MEMBERS,
        "The people of an organisation, or those in one role.",
        rpc="auth.members",
        query=people.MembersAsked(),
        paged=True,
        answer=people.MEMBERS,
        problems=(Problem.AGREEMENT_MISSING,),
    ),
    _of(
        "POST",
        MEMBERS,
        "Invite somebody by e-mail.",
        rpc="auth.invite",
        body=people.MemberInvitation(),
        answer=people.Invited(),
        status=201,
        problems=INVITE,
    ),
    _of(
        "POST",
        f"{MEMBERS}/search",
        "Who of an organisation has this user name or this e-mail address; an address of a page keeps neither.",
        rpc="auth.find_member",
        body=people.MemberNamed(),
        answer=people.MembersFound(),
        keyed=False,
        problems=(Problem.AGREEMENT_MISSING,),
    ),
    _of(
        "GET",
        f"{MEMBERS}/{{account}}",
        "One of an organisation's people.",
        tagged=True,
        rpc="auth.member",
        answer=people.Member(),
        problems=(Problem.AGREEMENT_MISSING, Problem.RESTRICTED),
    ),
    _of(
        "PATCH",
        f"{MEMBERS}/{{account}}",
        "Change somebody's role.",
        dangerous=True,
        versioned=True,
        rpc="auth.change_role",
        body=people.MemberRole(),
        answer=Written(),
        problems=DEMOTE,
    ),
    _of(
        "DELETE",
        f"{MEMBERS}/{{account}}",
        "End somebody's account; their data is erased when its term is over.",
        dangerous=True,
        versioned=True,
        rpc="auth.remove_member",
        answer=people.Removed(),
        problems=DEMOTE,
    ),
    _of(
        "GET",
        INVITATIONS,
        "Open invitations.",
        rpc="auth.invitations",
        query=Page(),
        paged=True,
        answer=people.INVITATIONS,
    ),
    Route(
        method="POST",
        path=INVITATIONS,
        summary="Invite several people; an operator the first Beheerder anew, while none has come in.",
        roles=BEHEERDER | {Role.OPERATOR},
        reach=Reach.ORGANISATION,
        purpose=Purpose.BEHEER_ACCESS,
        rpc="auth.invite_many",
        body=people.SeveralInvited(),
        answer=people.InvitedAll(),
        status=201,
        problems=(*INVITE, Problem.ROLE_NOT_ALLOWED, Problem.BEHEERDER_THERE, Problem.ORGANISATION_LEFT),
    ),
    _of(
        "DELETE",
        f"{INVITATIONS}/{{invitation}}",
        "Withdraw an invitation.",
        rpc="auth.revoke_invitation",
        answer=Written(),
        problems=(Problem.INVITATION_USED, Problem.INVITATION_EXPIRED),
    ),
    _of(
        "POST",
        f"{INVITATIONS}/{{invitation}}/resend",
        "Send an invitation again, with a new link.",
        rpc="auth.resend_invitation",
        answer=Written(),
        problems=(Problem.INVITATION_USED, Problem.INVITATION_EXPIRED, *INVITE),
    ),
    Route(
        method="POST",
        path="/v1/invitations/{token}",
        summary="Accept an invitation and choose how to sign in.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        rpc="auth.accept_invitation",
        body=people.Acceptance(),
        answer=people.Accepted(),
        status=201,
        problems=(
            Problem.INVITATION_EXPIRED,
            Problem.INVITATION_USED,
            Problem.USERNAME_TAKEN,
            Problem.WEAK_PASSWORD,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
            Problem.CATEGORY_NOT_AGREED,
        ),
    ),
)
