"""A request gets one answer, sealed for its caller alone, and is acknowledged only after that."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Mapping
from typing import Any

from services.kernel.calls import rpc
from services.kernel.calls.wire import Delivery, Gone, Wire
from services.kernel.decider import Refused
from services.kernel.faultpoint import reached
from services.kernel.store.database import is_away

log = logging.getLogger(__name__)


class Answering:
    """One request on its way to its answer; it is acknowledged only once the answer has left."""

    def __init__(self, wire: Wire, delivery: Delivery, request: rpc.Request, method: str) -> None:
        self.wire, self.delivery, self.request, self.method = wire, delivery, request, method
        self.began = time.perf_counter()

    def refuse(self, code: str, **detail: Any) -> None:
        self.send({"refused": {"code": code, "detail": detail}})

    def worker_done(self, _: object, result: Any, exc_info: Any) -> tuple[Any, None]:
        error = exc_info[1] if exc_info else None
        match error:
            case None:
                self.send({"result": result})
            case Refused():
                self.refuse(error.code, **error.detail)
            case _ if error is not None and is_away(error):
                log.warning("%s.%s: the database is away", self.wire.name, self.method)
                self.send({"failed": "unavailable"})
            case rpc.Unavailable():
                self.send({"failed": "unavailable"})
            case _:
                log.error("%s.%s broke: %s", self.wire.name, self.method, place_of(error))
                self.send({"failed": "internal"})
        return result, None

    def send(self, answer: Mapping[str, Any]) -> None:
        reached("before_answer")
        try:
            body = rpc.seal_reply(self.request.reply_key, self.delivery.correlation_id, answer)
        except TypeError as error:
            log.error("%s.%s gave what JSON cannot hold: %s", self.wire.name, self.method, type(error).__name__)
            answer = {"failed": "internal"}
            body = rpc.seal_reply(self.request.reply_key, self.delivery.correlation_id, answer)
        outcome = rpc.outcome_of(answer) if self._leave(body) else "unsent"
        reached("after_answer")
        self.delivery.done()
        rpc.ANSWERED.labels(self.wire.name, self.method, outcome).observe(time.perf_counter() - self.began)

    def _leave(self, body: bytes) -> bool:
        """Transient and unconfirmed: a caller without an answer asks again, with the same key."""
        try:
            self.wire.publish(
                self.delivery.reply_to,
                body,
                mandatory=False,
                content_type=rpc.CONTENT_TYPE,
                content_encoding=rpc.CONTENT_ENCODING,
                delivery_mode=1,
                correlation_id=self.delivery.correlation_id,
                app_id=self.wire.name,
                user_id=self.wire.broker.user,
            )
        except Gone:
            return False
        return True


def place_of(error: BaseException) -> str:
    """`Type at file:line in function`: never the message, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1] if frames else None
    place = f"{where.filename}:{where.lineno} in {where.name}" if where else "an unknown place"
    return f"{type(error).__name__} at {place}"
