"""Calls services from any greenlet; every call ends in time, and none is made inside a transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from eventlet.event import Event

from services.kernel.calls import rpc
from services.kernel.calls.wire import Gone, Wire
from services.kernel.context import Context
from services.kernel.transaction import must_not_be_open

log = logging.getLogger(__name__)

HEALING = 1.0  # seconds that a call waits for a connection that is just coming back


class Caller:
    """Calls other services, from any greenlet of the process: workers, feeds, timers."""

    def __init__(self, wire: Wire, keys: rpc.PairKeys) -> None:
        self._wire, self._keys = wire, keys
        self._waiting: dict[str, tuple[Event, bytes]] = {}
        wire.on_reply, wire.on_failure = self._replied, self._failed

    @property
    def connected(self) -> bool:
        return self._wire.connected

    def call(
        self,
        service: str,
        method: str,
        args: Mapping[str, Any],
        context: Context,
        timeout: float = rpc.TIMEOUT,
    ) -> Any:
        """The result, plain JSON values. `timeout` in seconds. Raises Refused, Unavailable (or Failed).

        Raises YieldInTransaction when a transaction is open.
        """
        must_not_be_open(f"call of {service}.{method}")
        began = time.perf_counter()
        outcome = "unavailable"
        try:
            answer = self._ask(service, method, args, context, timeout)
            outcome = rpc.outcome_of(answer)
            return rpc.result_of(service, answer)
        finally:
            rpc.CALLED.labels(service, method, outcome).observe(time.perf_counter() - began)

    def _ask(
        self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float
    ) -> dict[str, Any]:
        ends = time.monotonic() + timeout
        if not self._wire.wait_usable(min(HEALING, timeout)):
            raise rpc.Unavailable(service, "the broker is away")
        correlation_id, wire = str(uuid4()), self._wire
        left = max(0.001, ends - time.monotonic())
        try:
            body, reply_key = rpc.seal_request(
                self._keys,
                caller=wire.name,
                service=service,
                method=method,
                correlation_id=correlation_id,
                expires=rpc.now_ms() + int(left * 1000),
                context=context,
                args=args,
            )
        except rpc.Unreadable:
            raise rpc.Unavailable(service, "no key is shared with it") from None
        answered = Event()
        self._waiting[correlation_id] = answered, reply_key
        try:
            properties = rpc.request_properties(wire.name, wire.broker.user, wire.reply_to, correlation_id, left)
            wire.publish(f"{service}.{method}", body, mandatory=True, **properties)
            answer = answered.wait(left)
        except Gone:
            raise rpc.Unavailable(service, "the broker went away") from None
        finally:
            self._waiting.pop(correlation_id, None)
        if not isinstance(answer, dict):
            raise rpc.Unavailable(service, answer or "no answer in time")
        return answer

    def _replied(self, correlation_id: str, body: bytes) -> None:
        answered, reply_key = self._waiting.get(correlation_id, (None, b""))
        if answered is None or answered.ready():
            return  # it came too late, and its caller has already been told so
        try:
            answered.send(rpc.open_reply(reply_key, correlation_id, body))
        except rpc.Unreadable:
            rpc.DROPPED.labels(self._wire.name, "answer").inc()
            log.warning("an answer that its key does not open was dropped")

    def _failed(self, correlation_id: str | None, why: str) -> None:
        """One call, or with None all of them, will get no answer."""
        chosen = [self._waiting.get(correlation_id)] if correlation_id is not None else list(self._waiting.values())
        for found in chosen:
            if found is not None and not found[0].ready():
                found[0].send(why)
