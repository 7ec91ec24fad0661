"""The private broker keeps what it confirmed, and is found at the same address after a crash."""

from __future__ import annotations

from pathlib import Path

import pika

from crisisconnect.installation import Installation
from crisisconnect.rabbitmq import Node


def test_a_confirmed_event_waits_for_the_ingest_through_a_kill(tmp_path: Path, installation: Installation) -> None:
    node = Node(tmp_path, installation)
    node.start()
    try:
        address = node.amqp_url
        connection = pika.BlockingConnection(pika.URLParameters(node.url("auth-relay")))
        channel = connection.channel()
        channel.confirm_delivery()
        durable = pika.BasicProperties(delivery_mode=2, user_id="auth-relay")
        for number in range(50):
            body = b"%d" % number
            channel.basic_publish("auth.events", "nl.crisisconnect.auth.UserRegistered.v1", body, durable, True)
        connection.close()
        node.kill()
        node.start()
        assert node.amqp_url == address
        ingest = pika.BlockingConnection(pika.URLParameters(node.url("audit-ingest")))
        reading = ingest.channel()
        bodies = [reading.basic_get("audit.ingest", auto_ack=True)[2] for _ in range(50)]
        ingest.close()
        assert bodies == [b"%d" % number for number in range(50)]
    finally:
        node.stop()
