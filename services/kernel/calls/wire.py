"""An eventlet process has one connection: read by one greenlet, written by all, healing by itself."""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import amqp
import eventlet
from amqp import spec
from eventlet.event import Event

from services.kernel.calls import rpc

log = logging.getLogger(__name__)

CONNECTING = 5.0  # seconds for one attempt
BACKOFF = 0.1, 2.0  # seconds, first and longest
BEAT = 0.25  # seconds that the reading greenlet sleeps at most
HEARTBEAT = 10  # seconds


class Gone(Exception):
    """The connection is away; what was written may or may not have left."""


class Delivery:
    """A request as the broker gave it; it stays the broker's until `done`."""

    __slots__ = ("_channel", "_tag", "app_id", "body", "correlation_id", "reply_to", "routing_key")

    def __init__(self, message: Any) -> None:
        said = message.properties
        self._channel, self._tag = message.channel, message.delivery_info["delivery_tag"]
        self.routing_key: str = message.delivery_info["routing_key"]
        self.body = bytes(message.body or b"")
        self.app_id, self.reply_to, self.correlation_id = (
            str(said.get(name) or "") for name in ("app_id", "reply_to", "correlation_id")
        )

    def done(self) -> None:
        self._settle(lambda: self._channel.basic_ack(self._tag))

    def give_back(self) -> None:
        self._settle(lambda: self._channel.basic_reject(self._tag, requeue=True))

    def _settle(self, how: Callable[[], Any]) -> None:
        try:
            if self._channel.connection is not None:
                how()
        except (OSError, amqp.AMQPError):
            log.debug("the connection went before a request was settled; the broker delivers it again")


class Wire:
    """One connection with its two flows: requests and answers in, answers and requests out; and the log's wake-up.

    `on_request` gets each Delivery, in the reading greenlet: it must not wait. Requests are taken only
    between `open_door` and `close_door`, at most `prefetch` unsettled at a time.
    """

    def __init__(
        self,
        amqp_url: str,
        name: str,
        *,
        on_request: Callable[[Delivery], None] | None = None,
        prefetch: int = 16,
    ) -> None:
        self.name = name
        self.broker = rpc.Broker.parse(amqp_url)
        self.reply_to = ""
        self.on_reply: Callable[[str, bytes], None] = lambda *_: None
        self.on_failure: Callable[[str | None, str], None] = lambda *_: None
        self.on_wake: Callable[[], None] = lambda: None
        self._on_request, self._prefetch = on_request, prefetch
        self._connection: Any = None
        self._channel: Any = None
        self._consumer: str | None = None
        self._door_open = self._stopping = self._blocked = False
        self._usable, self._door_closed = Event(), Event()
        self._reader: Any = None

    @property
    def connected(self) -> bool:
        """Whether something written now would leave: connected, and not blocked by the broker."""
        return self._channel is not None and not self._blocked

    def start(self) -> None:
        """Returns at once; the connection comes when the broker does."""
        self._reader = eventlet.spawn(self._run)

    def open_door(self) -> None:
        self._door_open = True

    def close_door(self, timeout: float = 3.0) -> None:
        """Returns when no further request will be handed over; the rest stays with the broker."""
        self._door_open = False
        if self._consumer is not None:
            self._door_closed.wait(timeout)

    def stop(self) -> None:
        self._stopping = True
        if self._reader is not None:
            with eventlet.Timeout(5, False):
                self._reader.wait()
            self._reader.kill()

    def wait_usable(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for a connection that can be written to."""
        ends = time.monotonic() + timeout
        while not self.connected:
            left = ends - time.monotonic()
            if left <= 0 or self._stopping:
                return False
            if self._blocked:
                eventlet.sleep(min(left, 0.05))
            else:
                self._usable.wait(left)
        return True

    def publish(self, routing_key: str, body: bytes, *, mandatory: bool, **properties: Any) -> None:
        """Write one transient message. Raises Gone.

        Not amqp's basic_publish: that reads from the socket first, which only the reading greenlet may do.
        """
        channel = self._channel
        if channel is None or self._blocked:
            raise Gone
        try:
            channel.send_method(
                spec.Basic.Publish,
                "Bssbb",
                (0, rpc.EXCHANGE, routing_key, mandatory, False),
                amqp.Message(body, **properties),
            )
        except (
            OSError,
            amqp.AMQPError,
            AttributeError,
        ) as error:  # AttributeError: closed between check and write
            raise Gone from error

    # The connection's life, all in the reading greenlet

    def _run(self) -> None:
        first, longest = BACKOFF
        pause = first
        while not self._stopping:
            try:
                self._connect()
                pause = first
                self._read()
            except Exception as error:  # noqa: BLE001 - whatever a dying connection raises, the next one is fresh
                log.warning("the broker is away: %s", type(error).__name__)
            finally:
                self._disconnect()
            if not self._stopping:
                eventlet.sleep(pause * random.uniform(0.5, 1))
                pause = min(pause * 2, longest)

    def _connect(self) -> None:
        broker = self.broker
        tls: bool | dict[str, Any] = broker.tls and {
            "cert_reqs": ssl.CERT_REQUIRED,
            "ca_certs": broker.authority,
            "server_hostname": broker.host,
        }
        self._connection = amqp.Connection(
            f"{broker.host}:{broker.port}",
            broker.user,
            broker.password,
            login_method="PLAIN",
            virtual_host=broker.vhost,
            ssl=tls,
            connect_timeout=CONNECTING,
            heartbeat=HEARTBEAT,
            on_blocked=lambda _: self._set_blocked(True),
            on_unblocked=lambda: self._set_blocked(False),
            client_properties={"connection_name": self.name},
        )
        with eventlet.Timeout(CONNECTING * 2, TimeoutError):
            self._connection.connect()
            self._listen()
        log.info("connected to the broker")

    def _listen(self) -> None:
        """Each connection has a fresh queue: an old one may still be held by a connection that is dying."""
        channel = self._connection.channel()
        channel.auto_decode = False
        channel.events["basic_return"].add(self._returned)
        reply_to = str(uuid4())
        queue = f"rpc.reply-{self.name}-{reply_to}"
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, rpc.EXCHANGE, reply_to)
        channel.basic_consume(queue, no_ack=True, exclusive=True, callback=self._replied)
        if self._on_request is not None:
            # Says only that the log has grown, so nothing is lost with it; the feed looks every second anyway.
            channel.basic_consume(f"feed-{self.name}", no_ack=True, callback=lambda _: self.on_wake())
        channel.basic_qos(0, self._prefetch, False)
        self.reply_to, self._channel = reply_to, channel
        usable, self._usable = self._usable, Event()
        usable.send(None)

    def _read(self) -> None:
        beat = time.monotonic()
        while not self._stopping:
            if self._on_request is not None and self._door_open != (self._consumer is not None):
                self._turn_door()
            try:
                self._connection.drain_events(timeout=BEAT)
            except TimeoutError:
                eventlet.sleep(0)
            if time.monotonic() - beat >= 1:
                beat = time.monotonic()
                self._connection.heartbeat_tick()

    def _turn_door(self) -> None:
        if self._consumer is None:
            self._door_closed = Event()
            self._consumer = self._channel.basic_consume(f"rpc-{self.name}", callback=self._requested)
        else:
            self._channel.basic_cancel(self._consumer)
            self._shut()

    def _shut(self) -> None:
        self._consumer = None
        if not self._door_closed.ready():
            self._door_closed.send(None)

    def _disconnect(self) -> None:
        connection, self._connection, self._channel, self._blocked = self._connection, None, None, False
        self._shut()
        self.on_failure(None, "the broker went away")
        if connection is None:
            return
        try:
            with eventlet.Timeout(2, TimeoutError):
                if self._stopping:
                    connection.close()
        except (OSError, amqp.AMQPError) as error:
            log.debug("the broker did not say goodbye: %s", type(error).__name__)
        finally:
            connection.collect()

    def _set_blocked(self, blocked: bool) -> None:
        self._blocked = blocked
        log.warning("the broker %s", "takes no messages" if blocked else "takes messages again")

    def _requested(self, message: Any) -> None:
        delivery = Delivery(message)
        if not self._door_open or self._on_request is None:
            delivery.give_back()
            return
        try:
            self._on_request(delivery)
        except Exception as error:  # noqa: BLE001 - given back, it would come again and break us for ever
            log.error("a request was dropped: %s", type(error).__name__)
            delivery.done()

    def _replied(self, message: Any) -> None:
        self.on_reply(str(message.properties.get("correlation_id") or ""), bytes(message.body or b""))

    def _returned(self, _: Exception, __: str, ___: str, message: Any) -> None:
        self.on_failure(str(message.properties.get("correlation_id") or ""), "it has no queue")
