"""The broker's definitions name everything once, hold no password, and leave no exchange open."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid

import pytest

from crisisconnect.topology import (
    BINDINGS,
    EXCHANGES,
    QUEUES,
    SERVICES,
    USERS,
    definitions,
    password_hash,
    reply_queue,
    rights,
)

PASSWORDS = {user: f"the password of {user}" for user in USERS}


def test_a_password_is_kept_as_rabbitmqs_salted_hash() -> None:
    raw = base64.b64decode(password_hash("auth", "secret"))
    assert raw[4:] == hashlib.sha256(raw[:4] + b"secret").digest()
    assert not any(password in json.dumps(definitions(PASSWORDS)) for password in PASSWORDS.values())


def test_equal_inputs_give_equal_definitions() -> None:
    assert definitions(PASSWORDS, "a") == definitions(PASSWORDS, "a")
    assert definitions(PASSWORDS, "a") != definitions(PASSWORDS, "b")


def test_every_name_stands_once_and_every_binding_meets_two_of_them() -> None:
    exchanges = [exchange.name for exchange in EXCHANGES]
    queues = [queue.name for queue in QUEUES]
    assert len({*exchanges, *queues}) == len(exchanges) + len(queues)
    assert {binding.source for binding in BINDINGS} == set(exchanges)
    assert {binding.queue for binding in BINDINGS} == set(queues)


@pytest.mark.parametrize("user", USERS)
def test_every_user_is_bounded_on_every_topic_exchange(user: str) -> None:
    assert set(rights(user).topics) == {exchange.name for exchange in EXCHANGES if exchange.type == "topic"}


@pytest.mark.parametrize("user", USERS)
def test_a_right_matches_whole_names(user: str) -> None:
    granted = rights(user)
    patterns = [
        granted.configure,
        granted.write,
        granted.read,
        *(p for pair in granted.topics.values() for p in pair),
    ]
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)
    assert not any(re.search(pattern, "") and pattern != "^$" for pattern in patterns)


def test_a_replay_is_sent_by_the_command_line_alone_and_never_where_a_service_listens() -> None:
    for user in USERS:
        granted = rights(user)
        for right in (granted.configure, granted.write, granted.read):
            assert bool(re.search(right, "replay.om-2025-0142")) == (user == "cli")
    for name in (*(exchange.name for exchange in EXCHANGES), *(queue.name for queue in QUEUES), "replay", "xreplay.a"):
        assert not re.search(rights("cli").configure, name)


def test_a_service_and_its_relay_share_no_reply_queue() -> None:
    for service in SERVICES:
        name = reply_queue(f"{service}-relay", str(uuid.uuid4()))
        assert re.search(rights(f"{service}-relay").configure, name)
        assert not re.search(rights(service).configure, name)
