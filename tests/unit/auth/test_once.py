"""What is told once: a review of access that is whole, a notice, and a value that fits its field (P05, P09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.auth.domain import access_review, custom_field, notice
from services.contracts.auth import AccessDecision
from services.contracts.org import FieldKind
from services.contracts.privacy import Role
from tests.examples import auth
from tests.given import given

REVIEWED = auth.access_reviewed(
    accounts=3, by_role={Role.BEHEERDER: 1, Role.MEMBER: 2}, without_session=1, kept=1, changed=1, removed=1
)
REVIEW = access_review.Review(
    review=REVIEWED.review,
    organisation=REVIEWED.organisation,
    open={"a": Role.BEHEERDER, "b": Role.MEMBER, "c": Role.MEMBER},
    idle=frozenset({"c", "somebody who left"}),
    decisions={"b": AccessDecision.CHANGED, "c": AccessDecision.REMOVED},
    rest=AccessDecision.KEPT,
    by=REVIEWED.by,
    at=REVIEWED.at,
)
FILLED = auth.custom_field_set()
FILL = custom_field.Set(
    custom_value=FILLED.custom_value,
    field=FILLED.field,
    account=FILLED.account,
    organisation=FILLED.organisation,
    kind=FieldKind.TEXT,
    choices=(),
    value=FILLED.value,
    at=FILLED.at,
)


def test_a_review_counts_each_open_account_and_nobody_else() -> None:
    given(access_review.decider).when(REVIEW).then(REVIEWED)
    given(access_review.decider, REVIEWED).when(REVIEW).then()


def test_a_review_leaves_nobody_out_and_decides_on_nobody_who_is_not_there() -> None:
    stranger = replace(REVIEW, decisions={**REVIEW.decisions, "d": AccessDecision.KEPT})
    given(access_review.decider).when(stranger).refused("account_unknown")
    given(access_review.decider).when(replace(REVIEW, rest=None)).refused("review_incomplete")


def test_a_notice_says_until_when_and_is_given_once() -> None:
    said = auth.notice_given()
    wanted = notice.Notice(about=said.about, organisation=said.organisation, case=said.case, until=said.until)
    give = notice.Give(notice=wanted, cause=said.notice, told=said.told, at=said.at)
    given(notice.decider).when(give).then(said)
    given(notice.decider, said).when(replace(give, at=said.at + timedelta(days=1))).then()


def test_a_value_that_was_put_right_names_the_request_and_who_decided() -> None:
    asked = replace(FILL, request="r", by=f"account/{auth.BEHEERDER}")
    told = replace(FILLED, request="r", decided_by=asked.by)
    given(custom_field.decider).when(asked).then(told)
    given(custom_field.decider).when(replace(asked, value=None)).then(replace(told, value=None))
    given(custom_field.decider).when(replace(FILL, value=None)).then()


@pytest.mark.parametrize(("length", "taken"), [(0, False), (1, True), (500, True), (501, False)])
def test_a_value_has_a_character_and_no_more_than_five_hundred(length: int, taken: bool) -> None:
    assert custom_field.fits(FieldKind.TEXT, (), "x" * length) is taken
