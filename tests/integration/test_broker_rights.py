"""Each process's broker user may do what that process needs, and nothing that another's may."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, UnroutableError

from crisisconnect.rabbitmq import Node
from crisisconnect.topology import (
    CALLS,
    QUEUES,
    RELAYS,
    SERVICES,
    USERS,
    definitions,
    events_exchange,
    reply_queue,
)
from tests.integration.conftest import Vhost

REFUSED = (403, 406)
"""Access refused; and, for a `user_id` that is not the connection's, precondition failed."""


@contextmanager
def channel(vhost: Vhost, user: str) -> Iterator[BlockingChannel]:
    connection = vhost.connect(user)
    try:
        opened = connection.channel()
        opened.confirm_delivery()
        yield opened
    finally:
        connection.close()


def may_publish(vhost: Vhost, user: str, exchange: str, key: str, sender: str | None = None) -> bool:
    """Publish mandatory and confirmed; arrived or unroutable is *may*, a closed channel is *may not*."""
    properties = pika.BasicProperties(user_id=sender or user, delivery_mode=1)
    with channel(vhost, user) as opened:
        try:
            opened.basic_publish(exchange, key, b"x", properties, mandatory=True)
        except UnroutableError:
            return True
        except ChannelClosedByBroker as closed:
            return closed.reply_code not in REFUSED
    return True


def may_consume(vhost: Vhost, user: str, queue: str) -> bool:
    with channel(vhost, user) as opened:
        try:
            opened.basic_get(queue)
        except ChannelClosedByBroker as closed:
            return closed.reply_code not in REFUSED
    return True


@pytest.mark.parametrize("user", USERS)
def test_only_a_services_relay_writes_its_events(vhost: Vhost, user: str) -> None:
    for service in SERVICES:
        allowed = may_publish(vhost, user, events_exchange(service), f"nl.crisisconnect.{service}.UserRegistered.v1")
        assert allowed == (user == f"{service}-relay")


@pytest.mark.parametrize("relay", RELAYS)
def test_a_relay_writes_no_type_of_another_service(vhost: Vhost, relay: str) -> None:
    own = relay.removesuffix("-relay")
    for service in SERVICES:
        key = f"nl.crisisconnect.{service}.UserRegistered.v1"
        assert may_publish(vhost, relay, events_exchange(own), key) == (service == own)


@pytest.mark.parametrize("user", USERS)
def test_a_user_calls_only_whom_it_has_a_key_for(vhost: Vhost, user: str) -> None:
    for service in SERVICES:
        allowed = may_publish(vhost, user, "nameko-rpc", f"{service}.ping")
        assert allowed == (service in CALLS.get(user, ()))


@pytest.mark.parametrize("user", USERS)
def test_only_services_answer(vhost: Vhost, user: str) -> None:
    assert may_publish(vhost, user, "nameko-rpc", str(uuid.uuid4())) == (user in SERVICES)


@pytest.mark.parametrize("user", USERS)
def test_only_the_ingest_wakes_the_readers_of_the_log(vhost: Vhost, user: str) -> None:
    assert may_publish(vhost, user, "log.feed", "") == (user == "audit-ingest")


@pytest.mark.parametrize("user", USERS)
def test_nobody_writes_into_a_queue_past_the_exchanges(vhost: Vhost, user: str) -> None:
    for queue in QUEUES:
        assert not may_publish(vhost, user, "", queue.name)


@pytest.mark.parametrize("user", USERS)
def test_every_queue_has_one_reader(vhost: Vhost, user: str) -> None:
    readers = {
        "audit.ingest": "audit-ingest",
        **{f"rpc-{service}": service for service in SERVICES},
        **{f"feed-{reader}": reader for reader in (*SERVICES, *RELAYS)},
    }
    for queue in QUEUES:
        assert may_consume(vhost, user, queue.name) == (readers[queue.name] == user)


@pytest.mark.parametrize("user", sorted(CALLS))
def test_a_caller_has_a_reply_queue_of_its_own_and_hears_nothing_else_there(vhost: Vhost, user: str) -> None:
    own = str(uuid.uuid4())
    with channel(vhost, user) as opened:
        opened.queue_declare(reply_queue(user, own), exclusive=True)
        opened.queue_bind(reply_queue(user, own), "nameko-rpc", own)
        for key in ("#", "auth.*", "auth.sign_in"):
            second = reply_queue(user, str(uuid.uuid4()))
            with channel(vhost, user) as other:
                other.queue_declare(second, exclusive=True)
                with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
                    other.queue_bind(second, "nameko-rpc", key)


@pytest.mark.parametrize("user", USERS)
def test_nobody_declares_anything_else(vhost: Vhost, user: str) -> None:
    names = (
        "evil",
        "audit.ingest",
        reply_queue("auth" if user != "auth" else "org", str(uuid.uuid4())),
        "rpc.reply-auth-relay",
    )
    for name in names:
        with channel(vhost, user) as opened, pytest.raises(ChannelClosedByBroker):
            opened.queue_declare(name, exclusive=True)
        with channel(vhost, user) as opened, pytest.raises(ChannelClosedByBroker):
            opened.exchange_declare(name, "topic", durable=True)


def test_a_user_cannot_sign_a_message_as_another(vhost: Vhost) -> None:
    key = "nl.crisisconnect.auth.UserRegistered.v1"
    assert not may_publish(vhost, "auth-relay", "auth.events", key, sender="org-relay")


def test_the_guest_is_absent_and_the_passwords_are_needed(vhost: Vhost) -> None:
    for login in ("guest:guest", "auth:guest", "auth:"):
        url = f"amqp://{login}@127.0.0.1:{vhost.node.ports.amqp}/{vhost.name}"
        with pytest.raises(AMQPConnectionError):
            pika.BlockingConnection(pika.URLParameters(url))


def test_no_user_administers_the_broker(node: Node) -> None:
    assert all(user["tags"] == [] for user in definitions(node.installation.passwords())["users"])
    assert "administrator" not in node.evaluate("rabbit_auth_backend_internal:list_users()")
