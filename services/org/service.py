"""Org behind nameko: who may ask which question. It only passes on."""

from __future__ import annotations

from typing import Any

from services.kernel.calls.rpc import GATEWAY
from services.kernel.context import Context
from services.kernel.hosting.door import answers, hosted
from services.kernel.hosting.tending import Tended, serve
from services.org.app import Org

ALL = (GATEWAY, "auth", "audit", "retention")


class OrgService(Tended):
    name = Org.name
    app = hosted(Org)

    @answers()
    def register(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.register(context, **said)

    @answers()
    def organisations(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.organisations(context, after, limit)

    @answers()
    def organisation(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.organisation(context, organisation)

    @answers(callers=("audit", "auth"))
    def named(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.named(organisation)

    @answers()
    def change(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.change(context, organisation, **said)

    @answers()
    def propose_agreement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.propose_agreement(context, organisation, **said)

    @answers()
    def agreements(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.agreements(context, organisation, after, limit)

    @answers()
    def agreement(self, context: Context, organisation: str, agreement: str) -> dict[str, Any]:
        return self.app.agreement(context, organisation, agreement)

    @answers()
    def sign_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        return self.app.sign_agreement(context, organisation, agreement, **said)

    @answers()
    def amend_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        return self.app.amend_agreement(context, organisation, agreement, **said)

    @answers()
    def terminate_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        return self.app.terminate_agreement(context, organisation, agreement, **said)

    @answers(callers=ALL)
    def terms_in_force(self, context: Context, organisation: str) -> dict[str, Any] | None:
        return self.app.terms_in_force(context, organisation)

    @answers()
    def tasks(self, context: Context, organisation: str | None = None) -> dict[str, Any]:
        return self.app.tasks(context, organisation)

    @answers(callers=("audit",))
    def consultation(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.consultation(context, organisation)

    # -- leaving

    @answers()
    def leaving(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.leaving(context, organisation)

    @answers()
    def choose_leaving(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.choose_leaving(context, organisation, **said)

    @answers(callers=("auth", "retention"))
    def leaving_stands(self, context: Context, organisation: str) -> dict[str, Any] | None:
        return self.app.leaving_stands(context, organisation)

    @answers()
    def export_content(self, context: Context, organisation: str) -> dict[str, Any]:
        return self.app.export_content(context, organisation)

    @answers()
    def export_delivered(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.export_delivered(context, organisation, **said)

    # -- what an organisation adds

    @answers()
    def propose_field(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.propose_field(context, organisation, **said)

    @answers()
    def fields(self, context: Context, organisation: str, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.fields(context, organisation, after, limit)

    @answers()
    def retire_field(self, context: Context, organisation: str, field: str) -> dict[str, Any]:
        return self.app.retire_field(context, organisation, field)

    @answers(callers=("auth",))
    def value_rules(self, context: Context, organisation: str, field: str) -> dict[str, Any]:
        return self.app.value_rules(context, organisation, field)

    @answers()
    def ask_supplement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.ask_supplement(context, organisation, **said)

    @answers()
    def publish_supplement(self, context: Context, organisation: str, supplement: str, **said: Any) -> dict[str, Any]:
        return self.app.publish_supplement(context, organisation, supplement, **said)

    @answers()
    def refuse_supplement(self, context: Context, organisation: str, supplement: str, **said: Any) -> dict[str, Any]:
        return self.app.refuse_supplement(context, organisation, supplement, **said)

    @answers()
    def supplements(
        self, context: Context, organisation: str, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.supplements(context, organisation, after, limit)

    @answers()
    def supplement(self, context: Context, organisation: str, lang: str = "nl") -> dict[str, Any] | None:
        return self.app.supplement(context, organisation, lang)

    # -- what an organisation shows

    @answers()
    def publish_content(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.publish_content(context, organisation, **said)

    @answers()
    def change_content(self, context: Context, organisation: str, content: str, **said: Any) -> dict[str, Any]:
        return self.app.change_content(context, organisation, content, **said)

    @answers()
    def withdraw_content(
        self, context: Context, organisation: str, content: str, if_match: int | None = None
    ) -> dict[str, Any]:
        return self.app.withdraw_content(context, organisation, content, if_match)

    @answers()
    def contents(self, context: Context, organisation: str, since: int = 0, limit: int = 100) -> dict[str, Any]:
        return self.app.contents(context, organisation, since, limit)

    @answers()
    def content(self, context: Context, organisation: str, content: str) -> dict[str, Any]:
        return self.app.content(context, organisation, content)

    # -- the statement and the cookies

    @answers()
    def statement(self, context: Context, lang: str = "nl") -> dict[str, Any]:
        return self.app.statement(context, lang)

    @answers()
    def statement_versions(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.statement_versions(context, after, limit)

    @answers()
    def statement_version(self, context: Context, version: str, lang: str = "nl") -> dict[str, Any]:
        return self.app.statement_version(context, version, lang)

    @answers()
    def publish_statement(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.publish_statement(context, **said)

    @answers()
    def cookies(self, context: Context, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        return self.app.cookies(context, after, limit)

    @answers()
    def acknowledge_statement(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.acknowledge_statement(context, **said)

    @answers()
    def my_acknowledgements(self, context: Context) -> dict[str, Any]:
        return self.app.my_acknowledgements(context)

    # -- sub-processors and instructions

    @answers()
    def register_sub_processor(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.register_sub_processor(context, **said)

    @answers()
    def sub_processors(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.sub_processors(context, organisation, after, limit)

    @answers()
    def withdraw_sub_processor(
        self, context: Context, sub_processor: str, organisation: str | None = None
    ) -> dict[str, Any]:
        return self.app.withdraw_sub_processor(context, sub_processor, organisation)

    @answers()
    def object_to(self, context: Context, sub_processor: str, **said: Any) -> dict[str, Any]:
        return self.app.object_to(context, sub_processor, **said)

    @answers()
    def accept(self, context: Context, sub_processor: str) -> dict[str, Any]:
        return self.app.accept(context, sub_processor)

    @answers()
    def give_instruction(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        return self.app.give_instruction(context, organisation, **said)

    @answers()
    def park_instruction(self, context: Context, instruction: str, **said: Any) -> dict[str, Any]:
        return self.app.park_instruction(context, instruction, **said)

    @answers()
    def carry_out_instruction(self, context: Context, instruction: str, **said: Any) -> dict[str, Any]:
        return self.app.carry_out_instruction(context, instruction, **said)

    @answers()
    def withdraw_instruction(self, context: Context, instruction: str) -> dict[str, Any]:
        return self.app.withdraw_instruction(context, instruction)

    @answers()
    def instructions(
        self, context: Context, organisation: str | None = None, after: str | None = None, limit: int = 100
    ) -> dict[str, Any]:
        return self.app.instructions(context, organisation, after, limit)

    @answers()
    def instruction(self, context: Context, instruction: str, organisation: str | None = None) -> dict[str, Any]:
        return self.app.instruction(context, instruction, organisation)

    @answers(callers=("audit",))
    def processing_register(self, context: Context, **asked: Any) -> dict[str, Any]:
        return self.app.processing_register(context, **asked)

    # -- consents

    @answers()
    def my_consents(self, context: Context) -> dict[str, Any]:
        return self.app.my_consents(context)

    @answers()
    def give_consent(self, context: Context, purpose: str, **said: Any) -> dict[str, Any]:
        return self.app.give_consent(context, purpose, **said)

    @answers()
    def withdraw_consent(self, context: Context, purpose: str) -> dict[str, Any]:
        return self.app.withdraw_consent(context, purpose)

    @answers(callers=ALL)
    def consent_in_force(self, context: Context, organisation: str, account: str, purpose: str) -> dict[str, Any]:
        return self.app.consent_in_force(context, organisation, account, purpose)

    @answers(callers=("auth",))
    def statement_seen(self, context: Context, organisation: str, account: str) -> dict[str, Any] | None:
        return self.app.statement_seen(context, organisation, account)

    # -- usage

    @answers()
    def record_usage(self, context: Context, **said: Any) -> dict[str, Any]:
        return self.app.record_usage(context, **said)

    @answers()
    def my_usage(self, context: Context) -> dict[str, Any]:
        return self.app.my_usage(context)


def main() -> None:
    """Called by services.kernel.hosting.host."""
    serve(OrgService)
