"""What is appended is read back as it was, under one version each, and never for somebody who was erased."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import pytest

from services.contracts import auth
from services.contracts.privacy import Role
from services.kernel.decider import Refused
from services.kernel.event import only
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.unit.kernel.conftest import NOON, Service

MAX_EVENT = 48 * 1024
"""As it was promised, and not as the code has it: another number there must fail here."""


def test_a_stream_is_read_back_in_order_with_its_versions(service: Service) -> None:
    account = service.invite()
    service.promote(account, Role.BEHEERDER)
    with service.store.reading() as session:
        first, second = eventstore.read(session, f"account/{account}")
    assert (first.version, second.version) == (1, 2)
    assert isinstance(first.event, auth.PersonInvited)
    assert first.event.email is None
    assert first.event.at == NOON
    assert service.keyring.open(first.sealed["email"], "email") == "anna@example.nl"
    assert second.event == auth.RoleChanged(
        account=account, organisation="o1", role=Role.BEHEERDER, changed_by="b", at=NOON
    )


def test_a_line_is_a_cloudevent_that_takes_its_number_later(service: Service) -> None:
    account = service.invite()
    [line] = service.lines()
    assert line.startswith(b'{"specversion":"1.0",')
    assert b"anna" not in line
    said = orjson.loads(eventstore.numbered(line, 7))
    assert said["sequence"] == "7"
    assert said["source"] == "/auth"
    assert said["type"] == "nl.crisisconnect.auth.PersonInvited.v1"
    assert said["subject"] == f"account/{account}"
    assert said["datasubject"] == f"account/{account}"
    assert said["time"] == "2026-11-02T12:00:00.000000Z"
    assert (said["actor"], said["organisation"], said["correlationid"]) == ("account/a", "o1", "c1")
    assert (said["purpose"], said["role"]) == ("app_access", "processor")
    assert eventstore.parse(eventstore.numbered(line, 7)).envelope.sequence == 7


def test_who_comes_second_to_a_version_conflicts_and_nothing_stays(service: Service) -> None:
    account = service.invite()
    with service.store.reading() as session:
        [record] = eventstore.read(session, f"account/{account}")
    with pytest.raises(eventstore.Conflict), writing(service.engine) as session:
        eventstore.append(session, 0, [record])
    assert len(service.lines()) == 1


def test_nothing_personal_is_appended_for_an_erased_owner(service: Service) -> None:
    with writing(service.engine) as session:
        eventstore.bury(session, ["account/gone", "account/gone"])
        eventstore.bury(session, ["account/gone"])
    with pytest.raises(Refused, match="erased"):
        service.invite("gone")
    assert service.lines() == []


def test_nothing_of_a_category_is_appended_for_whom_it_was_erased(service: Service) -> None:
    with writing(service.engine) as session:
        eventstore.bury(session, [only("account/gone", "email"), only("account/here", "name")])
    with pytest.raises(Refused, match="erased"):
        service.invite("gone")
    assert service.lines() == []
    service.invite("here")
    assert len(service.lines()) == 1


def test_what_is_too_large_for_the_log_is_refused(service: Service) -> None:
    with pytest.raises(Refused, match="too_large"):
        service.invite(email="a" * MAX_EVENT)
    assert service.lines() == []


def test_everything_comes_in_order_across_batches(service: Service) -> None:
    accounts = [service.invite() for _ in range(7)]
    with service.store.reading() as session:
        streams = [record.stream for record in eventstore.everything(session, batch=3)]
        assert eventstore.waiting(session) == 7
    assert streams == [f"account/{account}" for account in accounts]


def test_writers_of_one_stream_take_turns(service: Service) -> None:
    account = service.invite()
    failures: list[Exception] = []

    def promote() -> None:
        def work(unit: Any) -> dict[str, Any]:
            seen = len(eventstore.read(unit.session, f"account/{account}"))
            event = auth.RoleChanged(account=account, organisation="o1", role=Role.MEMBER, changed_by="b", at=NOON)
            unit.append(f"account/{account}", seen, [event])
            return {}

        try:
            for _ in range(5):
                service.store.perform(service.context(), work)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=promote) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with service.store.reading() as session:
        versions = [record.version for record in eventstore.read(session, f"account/{account}")]
    assert failures == []
    assert versions == list(range(1, 22))
