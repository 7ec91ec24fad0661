"""What the maker states to everybody, without a session: the statement, its history, the cookies (P10, P12, P14)."""

from __future__ import annotations

from gateway import cookies
from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import EVERY_ROLE, Access, For, Reach, Route
from gateway.schemas import statement
from gateway.schemas.fields import Page, Written
from gateway.shape import outgoing
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.kernel.decider import Refused

STATEMENT = "/v1/statement"
_SHOWN = outgoing(statement.Statement())
_MARKDOWN = b"text/markdown; charset=utf-8"


async def _whose(ask: Ask) -> str | None:
    """The organisation of who asks, by a session or an invitation; None for everybody. Raises unauthenticated.

    A browser sends its cookie unasked: one that opens nothing any more is nobody's here, and no error.
    """
    scheme, _, token = ask.headers.get(b"authorization", b"").partition(b" ")
    if not scheme:
        try:
            return (await ask.door.signed_in(ask)).organisation if cookies.held(ask.headers) else None
        except Refused:
            return None
    if scheme.lower() == b"invitation":
        # In a header: what stands in an address is written down on its way.
        invited = await ask.call("auth.invited_to", {"token": token.decode("latin-1")})
        return str(invited["organisation"])
    return (await ask.door.signed_in(ask)).organisation


async def _in_force(ask: Ask) -> Answer:
    organisation = await _whose(ask)
    found = await ask.call("org.statement", {"lang": ask.query["lang"]})
    if organisation is not None:
        whose = {"organisation": organisation, "lang": ask.query["lang"]}
        found = {**found, "supplement": await ask.call("org.supplement", whose)}
    language = ((b"content-language", ask.query["lang"].encode()),)
    if ask.query["format"] == "markdown":
        return Answer(200, found["text"].encode(), media_type=_MARKDOWN, headers=language)
    return Answer.json(200, _SHOWN(found), language)


ROUTES = (
    Route(
        method="GET",
        path=STATEMENT,
        summary="The privacy and cookie statement in force; with a session or an invitation also what supplements it.",
        access=Access.PUBLIC,
        handler=_in_force,
        query=statement.StatementQuery(),
        answer=statement.Statement(),
        or_as="text/markdown",
        personal=False,
    ),
    Route(
        method="POST",
        path=STATEMENT,
        summary="Publish the next version of the statement, which has to state what the software does.",
        roles=frozenset({Role.COMPLIANCE}),
        reach=Reach.SERVICE,
        purpose=Purpose.BEHEER_ACCESS,
        rpc="org.publish_statement",
        body=statement.NewStatement(),
        answer=statement.PublishedStatement(),
        status=201,
        personal=False,
        problems=(
            Problem.MARKUP_NOT_ALLOWED,
            Problem.PURPOSE_NOT_STATED,
            Problem.CATEGORY_NOT_STATED,
            Problem.TERM_NOT_STATED,
            Problem.TERM_TOO_SHORT,
            Problem.COOKIE_NOT_STATED,
            Problem.COOKIE_DIFFERS,
            Problem.STORE_NOT_LINKED,
            Problem.PARTICULAR_UNKNOWN,
            Problem.ADDITION_NOT_MARKED,
            Problem.LINE_NOT_IN_TEXT,
            Problem.LANGUAGES_DIFFER,
            Problem.AUTHORITY_NOT_NAMED,
            Problem.PROMISE_NOT_STATED,
            Problem.EFFECTIVE_TOO_EARLY,
            Problem.VERSION_NOT_NEXT,
            Problem.VERSION_TAKEN,
        ),
    ),
    Route(
        method="GET",
        path=f"{STATEMENT}/versions",
        summary="Every version of the statement that was published, newest first.",
        access=Access.PUBLIC,
        rpc="org.statement_versions",
        query=Page(),
        paged=True,
        answer=statement.VERSIONS,
        personal=False,
    ),
    Route(
        method="GET",
        path=f"{STATEMENT}/versions/{{version}}",
        summary="One version of the statement, and what changed since the one before.",
        access=Access.PUBLIC,
        rpc="org.statement_version",
        query=statement.InLanguage(),
        answer=statement.PastStatement(),
        personal=False,
    ),
    Route(
        method="GET",
        path="/v1/cookies",
        summary="What may rest on one's equipment: cookies and app storage.",
        access=Access.PUBLIC,
        rpc="org.cookies",
        query=Page(),
        paged=True,
        answer=statement.COOKIES,
        personal=False,
    ),
    Route(
        method="PUT",
        path="/v1/me/statement",
        summary="Acknowledge a version of the statement; never a condition for using the app.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        purpose=For.ROLE,
        rpc="org.acknowledge_statement",
        body=statement.SeenStatement(),
        answer=Written(),
        problems=(
            Problem.STATEMENT_UNKNOWN,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
            Problem.ORGANISATION_LEFT,
            Problem.ERASED,
        ),
    ),
)
