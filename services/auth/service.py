"""Auth behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.auth import schemas
from services.auth.app import Auth
from services.contracts.retention import Reminder
from services.kernel.codec import moment
from services.kernel.context import Context
from services.kernel.hosting.door import answers, hosted
from services.kernel.hosting.tending import Tended, serve


class AuthService(Tended):
    name = Auth.name
    app = hosted(Auth)

    # -- coming in

    @answers()
    def invite(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(schemas.INVITATION, said)
        return self.app.invitations.invite(context, organisation=organisation, **asked)

    @answers(callers=("org",))
    def invite_first_beheerder(self, context: Context, organisation: str, email: str) -> dict[str, Any]:
        return self.app.invitations.invite_first_beheerder(context, organisation=organisation, email=email)

    @answers()
    def invite_many(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        asked = schemas.loaded(schemas.INVITATIONS, said)
        return self.app.invitations.invite_many(context, organisation=organisation, **asked)

    @answers()
    def invitations(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.invitations.waiting(context, organisation=organisation, after=after or "", limit=limit)

    @answers()
    def resend_invitation(self, context: Context, organisation: str, invitation: str) -> dict[str, Any]:
        return self.app.invitations.renew(context, organisation=organisation, invitation=invitation)

    @answers()
    def revoke_invitation(self, context: Context, organisation: str, invitation: str) -> dict[str, Any]:
        return self.app.invitations.withdraw(context, organisation=organisation, invitation=invitation)

    @answers()
    def accept_invitation(self, context: Context, token: str, **said: Any) -> dict[str, Any]:
        return self.app.registrations.accept(context, token=token, **schemas.loaded(schemas.ACCEPTANCE, said))

    @answers()
    def invited_to(self, context: Context, token: str) -> dict[str, Any]:
        return self.app.registrations.invited_to(token=token)

    # -- signing in

    @answers()
    def sign_in(
        self,
        context: Context,
        username: str,
        password: str,
        ip: str | None = None,
        user_agent: str | None = None,
        device: dict[str, Any] | None = None,
        cookie: bool = False,
    ) -> dict[str, Any]:
        said = schemas.loaded(schemas.DEVICE, device or {})
        return self.app.sign_ins.sign_in(
            context, username=username, password=password, ip=ip, user_agent=user_agent, device=said, cookie=cookie
        )

    @answers()
    def refresh_session(self, context: Context, cookie: bool = False) -> dict[str, Any]:
        return self.app.sign_ins.refresh(context, cookie=cookie)

    @answers()
    def ask_reset(self, context: Context, username: str | None = None, email: str | None = None) -> dict[str, Any]:
        return self.app.resets.ask(context, username=username, email=email)

    @answers()
    def reset_password(self, context: Context, token: str, password: str) -> dict[str, Any]:
        return self.app.choosing.by_link(context, token=token, password=password)

    @answers()
    def who(self, context: Context, token: str) -> dict[str, Any]:
        return self.app.sign_ins.who(token=token)

    @answers()
    def answered_before(self, context: Context) -> dict[str, Any]:
        return self.app.sign_ins.answered_before(context)

    @answers()
    def sessions(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.sign_ins.mine(context)

    @answers()
    def end_session(self, context: Context, session: str) -> dict[str, Any]:
        return self.app.sign_ins.end(context, session=session)

    # -- oneself

    @answers()
    def me(self, context: Context) -> dict[str, Any]:
        return self.app.people.me(context)

    @answers()
    def correct_me(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.people.correct_me(context, values=schemas.loaded(schemas.CORRECTION, said))

    @answers()
    def close_me(self, context: Context) -> dict[str, Any]:
        return self.app.closing.close_me(context)

    @answers()
    def change_password(self, context: Context, password: str, new_password: str) -> dict[str, Any]:
        return self.app.choosing.change(context, present=password, new=new_password)

    @answers()
    def set_field(self, context: Context, field: str, value: str | None = None) -> dict[str, Any]:
        return self.app.custom_fields.set_mine(context, field=field, value=value)

    @answers()
    def my_data(self, context: Context) -> dict[str, Any]:
        return self.app.own_data.everything(context)

    @answers()
    def access_log(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.people.access_log(context, after=after or "", limit=limit)

    @answers()
    def access_log_named(
        self,
        context: Context,
        organisation: str,
        person: str,
        request: str,
        after: str | None = None,
        limit: int = 100,
    ) -> dict[str, Any]:
        return self.app.looking.named(
            context, organisation=organisation, person=person, request=request, after=after or "", limit=limit
        )

    # -- an organisation that leaves

    @answers()
    def export_people(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.departing.page(context, organisation=organisation, after=after or "", limit=limit)

    # -- others

    @answers(callers=("retention",))
    def close_for_request(
        self, context: Context, organisation: str, person: str, by: str, in_part: bool = False
    ) -> dict[str, Any]:
        return self.app.closing.close_for_request(
            context, organisation=organisation, person=person, by=by, in_part=in_part
        )

    @answers(callers=("retention",))
    def correct_for_request(
        self, context: Context, organisation: str, person: str, by: str, request: str, changes: dict[str, Any]
    ) -> dict[str, Any]:
        given = schemas.loaded(schemas.CORRECTION_ASKED, changes)
        return self.app.rights.correct(
            context, organisation=organisation, person=person, by=by, request=request, **schemas.parted(given)
        )

    @answers(callers=("retention",))
    def restrict(self, context: Context, organisation: str, person: str, by: str, request: str) -> dict[str, Any]:
        return self.app.rights.restrict(context, organisation=organisation, person=person, by=by, request=request)

    @answers(callers=("retention",))
    def announce_lift(
        self, context: Context, organisation: str, person: str, by: str, request: str, lifts_at: str
    ) -> dict[str, Any]:
        return self.app.rights.announce_lift(
            context, organisation=organisation, person=person, by=by, request=request, lifts_at=moment(lifts_at)
        )

    @answers(callers=("retention",))
    def remind(self, context: Context, organisation: str, request: str, why: str) -> dict[str, Any]:
        return self.app.notices.remind(context, organisation=organisation, request=request, why=Reminder(why))

    @answers(callers=("retention",))
    def mail_delivery(self, context: Context, organisation: str, person: str, token: str) -> dict[str, Any]:
        return self.app.letters.delivery(context, organisation=organisation, person=person, token=token)

    @answers(callers=("audit",))
    def data_for_disclosure(
        self, context: Context, organisation: str, people: list[str], by: str, **asked: Any
    ) -> dict[str, Any]:
        return self.app.disclosing.data(context, organisation=organisation, people=people, by=by, **asked)

    @answers(callers=("audit", "retention"))
    def pseudonym_of(self, context: Context, account: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.people.pseudonym_of(account=account, organisation=organisation)

    @answers()
    def public_ids(self, context: Context, organisation: str, people: list[str]) -> dict[str, str]:
        return self.app.people.public_ids(context, organisation=organisation, people=people)

    @answers()
    def members(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100, role: str | None = None
    ) -> dict[str, Any]:
        return self.app.people.members(context, organisation=organisation, after=after or "", limit=limit, role=role)

    @answers()
    def find_member(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.people.find(context, organisation=organisation, **schemas.loaded(schemas.NAMED, said))

    @answers()
    def member(self, context: Context, organisation: str, account: str) -> dict[str, Any]:
        return self.app.people.member(context, organisation=organisation, account=account)

    @answers()
    def change_role(
        self, context: Context, organisation: str, account: str, role: str, if_match: int | None = None
    ) -> dict[str, Any]:
        return self.app.people.change_role(
            context, organisation=organisation, account=account, role=role, if_match=if_match
        )

    @answers()
    def remove_member(
        self, context: Context, organisation: str, account: str, if_match: int | None = None
    ) -> dict[str, Any]:
        return self.app.closing.remove(context, organisation=organisation, account=account, if_match=if_match)

    @answers()
    def access_sheet(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.reviewing.sheet(context, after=after or "", limit=limit)

    @answers()
    def review_access(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.reviewing.review(context, **schemas.loaded(schemas.REVIEW, said))

    @answers()
    def mails(self, context: Context, to: str | None = None) -> list[dict[str, Any]]:
        return self.app.mailer.shown(to)


def main() -> None:
    """Called by services.kernel.hosting.host."""
    serve(AuthService)
