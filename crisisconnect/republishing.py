"""A selection of the log is sent again to a listener of its own, apart from all that the services live on."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pika
from pika.exceptions import ChannelClosedByBroker

from services.audit.replaying.timeline import Found

NAME = re.compile(r"replay\.[a-z0-9-]{1,60}\Z")
"""The one kind of exchange that is written to here; never `<service>.events`, where a copy would pass for news."""
NOT_THERE = 404
EXPIRES = 3_600_000
"""Milliseconds after which a queue that nobody reads is gone, with all that is in it."""
CONTENT_TYPE = "application/cloudevents+json"


class Taken(Exception):
    """Each replay has an exchange of its own; this one is somebody's."""


def send(url: str, exchange: str, found: Iterable[Found]) -> int:
    """Publish each signed note under its type, confirmed; returns how many.

    They wait, in the log's order, in a queue of the exchange's name, for whoever reads it as `cli`; the exchange goes
    with that queue. Raises ValueError for another name, Taken where there is such an exchange already.
    """
    if not NAME.match(exchange):
        raise ValueError("not an exchange for a replay")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        _must_be_free(connection, exchange)
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(exchange, durable=True, arguments={"x-expires": EXPIRES})
        channel.exchange_declare(exchange, "topic", auto_delete=True)
        channel.queue_bind(exchange, exchange, "#")
        count = 0
        for one in found:
            properties = pika.BasicProperties(
                message_id=one.said["id"],
                content_type=CONTENT_TYPE,
                delivery_mode=2,
                headers={"replayed": True, "index": one.index},
            )
            channel.basic_publish(exchange, one.said["type"], one.note, properties, mandatory=True)
            count += 1
        return count
    finally:
        connection.close()


def _must_be_free(connection: pika.BlockingConnection, exchange: str) -> None:
    try:
        connection.channel().exchange_declare(exchange, passive=True)
    except ChannelClosedByBroker as closed:
        if closed.reply_code == NOT_THERE:
            return
        raise
    raise Taken(exchange)
