"""A command happens not at all or once, and says the same again to whoever repeats it (I2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from services.contracts import auth
from services.contracts.privacy import Role
from services.kernel.commands.unit import Unit
from services.kernel.decider import Decider, Refused
from services.kernel.replaying.replay import replay, verify
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite, writing
from services.kernel.store.eventstore import answers
from services.kernel.store.wake import Waiter
from tests.unit.kernel.conftest import MAKER, NOON, Service, people, tables


def opened(unit: Unit, account: str = "a1") -> dict[str, Any]:
    """Invites once; the rules refuse a second time."""

    def decide(known: bool, role: Role) -> list[auth.RoleChanged]:
        if known:
            raise Refused("account_closed")
        return [auth.RoleChanged(account=account, organisation="o1", role=role, changed_by="b", at=NOON)]

    decider: Decider[bool, Role, auth.RoleChanged] = Decider(False, decide, lambda *_: True)
    unit.do(f"account/{account}", decider, Role.MEMBER)
    return {"account": account}


def test_the_answer_names_what_was_written(service: Service) -> None:
    answer = service.store.perform(service.context(), opened)
    assert answer["account"] == "a1"
    assert answer["events"] == [eventstore.parse(line).envelope.id for line in service.lines()]


def test_a_repeated_key_gets_the_same_answer_though_the_rules_would_say_no_now(service: Service) -> None:
    context = service.context(idempotency="k1", digest="d1")
    first = service.store.perform(context, opened)
    assert service.store.perform(context, opened) == first
    assert len(service.lines()) == 1


def test_a_repeated_key_gets_the_same_answer_though_the_rules_would_say_yes_again(service: Service) -> None:
    context = service.context(idempotency="k1", digest="d1")
    first = service.invite(context=context)
    assert service.invite(context=context) == first
    assert len(service.lines()) == 1
    assert len(service.rows(people)) == 1


def test_a_key_with_another_body_is_refused(service: Service) -> None:
    service.invite(context=service.context(idempotency="k1", digest="d1"))
    with pytest.raises(Refused, match="idempotency_mismatch"):
        service.invite(context=service.context(idempotency="k1", digest="d2"))
    assert len(service.lines()) == 1


def test_a_key_past_its_time_is_a_new_command(service: Service) -> None:
    context = service.context(idempotency="k1", digest="d1")
    first = service.invite(context=context)
    with writing(service.engine) as session:
        session.execute(update(answers).values(until=(datetime.now(UTC) - timedelta(1)).isoformat()))
    assert service.invite(context=context) != first
    assert len(service.lines()) == 2
    assert service.store.forget_old_answers() == 0


def test_a_refusal_writes_nothing_and_is_not_remembered(service: Service) -> None:
    def no(unit: Unit) -> dict[str, Any]:
        opened(unit)
        raise Refused("not_yet")

    context = service.context(idempotency="k1", digest="d1")
    with pytest.raises(Refused, match="not_yet"):
        service.store.perform(context, no)
    assert service.lines() == []
    assert service.store.perform(context, opened)["account"] == "a1"


def test_a_refusal_that_is_evidence_is_committed_and_repeated(service: Service) -> None:
    def no(unit: Unit) -> dict[str, Any]:
        opened(unit)
        unit.refuse_on_record(Refused("sign_in_failed", left=2))
        return {}

    context = service.context(idempotency="k1", digest="d1")
    for _ in range(2):
        with pytest.raises(Refused, match="sign_in_failed") as refused:
            service.store.perform(context, no)
        assert refused.value.detail == {"left": 2}
    assert len(service.lines()) == 1


def test_two_decisions_on_one_stream_in_one_command_see_each_other(service: Service) -> None:
    def twice(unit: Unit) -> dict[str, Any]:
        opened(unit)
        return opened(unit)

    with pytest.raises(Refused, match="account_closed"):
        service.store.perform(service.context(), twice)


def test_a_race_that_is_never_won_ends_as_a_conflict(service: Service) -> None:
    service.invite("a1")

    def late(unit: Unit) -> dict[str, Any]:
        event = auth.RoleChanged(account="a1", organisation="o1", role=Role.MEMBER, changed_by="b", at=NOON)
        unit.append("account/a1", 0, [event])
        return {}

    with pytest.raises(Refused, match="conflict"):
        service.store.perform(service.context(), late)


def test_a_failing_view_takes_its_events_with_it(service: Service) -> None:
    with writing(service.engine) as session:
        session.execute(insert(people).values(account="a1", organisation="o1"))
    with pytest.raises(Refused, match="conflict"):
        service.invite("a1")
    assert service.lines() == []


def test_a_command_wakes_the_relay_after_its_commit_only(service: Service) -> None:
    with Waiter(service.engine, service.directory, "auth-relay") as waiter:
        service.invite()
        assert waiter.wait(1)
        with pytest.raises(Refused):
            service.store.perform(service.context(), lambda _: (_ for _ in ()).throw(Refused("not_yet")))
        assert not waiter.wait(0.05)


def test_the_maker_is_controller_of_its_own_people_and_processor_of_others(service: Service) -> None:
    assert service.store.processing_role(MAKER) == "controller"
    assert service.store.processing_role("o1") == "processor"


def test_personal_fields_without_prepared_keys_are_a_mistake_of_ours(service: Service) -> None:
    event = auth.PasswordChanged(account="a1", organisation="o1", password="x", at=NOON)
    with pytest.raises(RuntimeError, match="prepare"):
        service.store.perform(service.context(), lambda unit: unit.append("account/a1", 0, [event]) or {})


def test_the_views_equal_their_replay_and_each_difference_is_told(service: Service) -> None:
    accounts = sorted(service.invite() for _ in range(3))
    service.promote(accounts[1], Role.AUDITOR)
    scratch = sqlite(service.directory / "scratch.sqlite3")
    tables.create_all(scratch)
    assert verify(service.store, scratch, [people]) == []
    with writing(service.engine) as session:
        session.execute(update(people).where(people.c.account == accounts[0]).values(role="operator"))
        session.execute(people.delete().where(people.c.account == accounts[1]))
        session.execute(insert(people).values(account="~", organisation="o1"))
    again = sqlite(service.directory / "again.sqlite3")
    tables.create_all(again)
    assert [(d.key[0], d.kind, d.columns) for d in verify(service.store, again, [people])] == [
        (accounts[0], "differs", ("role",)),
        (accounts[1], "missing", ()),
        ("~", "extra", ()),
    ]
    scratch.dispose()
    again.dispose()


def test_a_replay_knows_no_index_of_what_was_erased(service: Service) -> None:
    account = service.invite()
    service.keyring.erase([f"account/{account}"])
    scratch = sqlite(service.directory / "scratch.sqlite3")
    tables.create_all(scratch)
    assert replay(service.store, scratch) == 1
    with scratch.connect() as session:
        [row] = session.execute(select(people)).all()
    scratch.dispose()
    assert row.email_index is None
    assert service.keyring.open(row.email, "email") is None
