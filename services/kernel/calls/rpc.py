"""A call between two processes is readable by those two alone, says by its key who asks, and ends in time.

The wire, shared by every host: exchange `nameko-rpc`, routing key `<service>.<method>` for the request and
the caller's own uuid for the answer. A request is `0x01 || u64be expires (ms) || nonce12 || AES-256-GCM`,
under the key of that pair of processes; an answer is `nonce12 || AES-256-GCM`, under a key used once that the
request brought along.
"""

from __future__ import annotations

import os
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from prometheus_client import Counter, Histogram

from services.kernel.context import Context
from services.kernel.decider import Refused

EXCHANGE = "nameko-rpc"
CONTENT_TYPE = "application/octet-stream"
CONTENT_ENCODING = "binary"
TIMEOUT = 4.0
GATEWAY = "gateway"

_VERSION = 1
_HEAD = struct.Struct(">BQ12s")
_NONCE = 12

CALLED = Histogram(
    "crisisconnect_rpc_call_seconds", "Calls made, by what came of them.", ("service", "method", "outcome")
)
ANSWERED = Histogram(
    "crisisconnect_rpc_answer_seconds",
    "Calls answered, by what came of them.",
    ("service", "method", "outcome"),
)
DROPPED = Counter("crisisconnect_rpc_dropped_total", "Messages left unanswered, by reason.", ("service", "why"))


class Unavailable(Exception):
    """No answer in time, or the broker is away, or the service itself said so.

    Whether it was done is unknown: ask again with the same idempotency key.
    """

    def __init__(self, service: str, why: str = "unavailable") -> None:
        super().__init__(f"{service}: {why}")
        self.service = service
        self.why = why


class Failed(Unavailable):
    """It answered that it broke (`internal`), or could make nothing of the arguments (`unreadable`)."""


class Unreadable(Exception):
    """A body that its key does not open, or that holds something else than it should."""


class Expired(Unreadable):
    """Nobody waits for this answer any more."""


@dataclass(frozen=True)
class Broker:
    """Where the broker is: `amqp://user:password@host:port/vhost`, or `amqps://…?cacertfile=<path>`."""

    host: str
    port: int
    user: str
    password: str
    vhost: str
    tls: bool
    authority: str | None

    @classmethod
    def parse(cls, url: str) -> Broker:
        parts = urlsplit(url)
        tls = parts.scheme == "amqps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (5671 if tls else 5672),
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            vhost=unquote(parts.path[1:]) or "/",
            tls=tls,
            authority=parse_qs(parts.query).get("cacertfile", [None])[0],
        )

    def __repr__(self) -> str:
        return f"Broker({self.host}:{self.port})"


class PairKeys:
    """The keys that one process shares with each other one, by (caller, service)."""

    def __init__(self, keys: Mapping[tuple[str, str], bytes]) -> None:
        self._keys = dict(keys)

    @classmethod
    def load(cls, directory: Path, name: str) -> PairKeys:
        """Every `<caller>--<service>.key` in `directory` to which `name` is a party: base64 of 32 bytes."""
        keys = {}
        for path in sorted(directory.glob("*--*.key")):
            caller, _, service = path.stem.partition("--")
            if name in (caller, service):
                keys[caller, service] = b64decode(path.read_text().strip(), validate=True)
                if len(keys[caller, service]) != 32:
                    raise ValueError(f"{path.name} holds no key of 32 bytes")
        return cls(keys)

    def key(self, caller: str, service: str) -> bytes:
        """Raises Unreadable where the two share none."""
        try:
            return self._keys[caller, service]
        except KeyError:
            raise Unreadable("no key is shared by these two") from None


@dataclass(frozen=True)
class Request:
    """A call as its service may believe it."""

    context: Context
    args: dict[str, Any]
    reply_key: bytes
    expires: int

    @property
    def speaks_for_itself(self) -> bool:
        """Only the gateway speaks for people; any other process acts in its own name."""
        return self.context.caller == GATEWAY or self.context.actor == f"system/{self.context.caller}"


def now_ms() -> int:
    """Milliseconds since 1970, in which requests expire; the machines' clocks agree within a second."""
    return time.time_ns() // 1_000_000


def _bound(caller: str, service: str, method: str, correlation_id: str, expires: int) -> bytes:
    return f"rpc1|{caller}|{service}|{method}|{correlation_id}|{expires}".encode()


def seal_request(
    keys: PairKeys,
    *,
    caller: str,
    service: str,
    method: str,
    correlation_id: str,
    expires: int,
    context: Context,
    args: Mapping[str, Any],
) -> tuple[bytes, bytes]:
    """The body, and the key that will open its answer.

    Raises Unreadable without a key for the pair, TypeError for arguments that JSON cannot hold.
    """
    key, reply_key = keys.key(caller, service), os.urandom(32)
    said = {"context": context.to_wire(), "args": dict(args), "reply_key": b64encode(reply_key).decode()}
    nonce = os.urandom(_NONCE)
    bound = _bound(caller, service, method, correlation_id, expires)
    sealed = AESGCM(key).encrypt(nonce, orjson.dumps(said), bound)
    return _HEAD.pack(_VERSION, expires, nonce) + sealed, reply_key


def open_request(
    keys: PairKeys, body: bytes, *, caller: str, service: str, method: str, correlation_id: str, now: int
) -> Request:
    """`caller` is only a claim that names the key to try; opening proves it. Raises Unreadable or Expired.

    A request without an idempotency key gets one of its own, so that the broker may deliver it twice. One
    that names no actor is its caller's own.
    """
    try:
        version, expires, nonce = _HEAD.unpack_from(body)
        if version != _VERSION or not correlation_id:
            raise Unreadable("not a request of this version")
        bound = _bound(caller, service, method, correlation_id, expires)
        said = orjson.loads(AESGCM(keys.key(caller, service)).decrypt(nonce, body[_HEAD.size :], bound))
        context = Context.from_wire(said["context"], caller=caller)
        args, reply_key = said["args"], b64decode(said["reply_key"], validate=True)
        if not isinstance(args, dict) or len(reply_key) != 32:
            raise Unreadable("not the shape of a request")
        context = replace(
            context,
            actor=context.actor or f"system/{caller}",
            idempotency=context.idempotency or f"rpc:{correlation_id}",
        )
    except (InvalidTag, struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(type(error).__name__) from None
    if expires <= now:
        raise Expired("expired")
    return Request(context=context, args=args, reply_key=reply_key, expires=expires)


def seal_reply(reply_key: bytes, correlation_id: str, answer: Mapping[str, Any]) -> bytes:
    """`answer` is `result`, `refused` or `failed`. Raises TypeError for what JSON cannot hold."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(reply_key).encrypt(nonce, orjson.dumps(answer), correlation_id.encode())


def open_reply(reply_key: bytes, correlation_id: str, body: bytes) -> dict[str, Any]:
    """The answer as the service sealed it. Raises Unreadable: then it is not the answer."""
    try:
        answer = orjson.loads(AESGCM(reply_key).decrypt(body[:_NONCE], body[_NONCE:], correlation_id.encode()))
    except (InvalidTag, ValueError) as error:
        raise Unreadable(type(error).__name__) from None
    if not isinstance(answer, dict) or not answer.keys() & {"result", "refused", "failed"}:
        raise Unreadable("not the shape of an answer")
    return answer


def result_of(service: str, answer: Mapping[str, Any]) -> Any:
    """What was asked for; raises Refused, Unavailable or Failed when it was not given."""
    if "refused" in answer:
        refused = answer["refused"]
        raise Refused(str(refused["code"]), **refused.get("detail", {}))
    if "failed" in answer:
        why = str(answer["failed"])
        raise Unavailable(service) if why == "unavailable" else Failed(service, why)
    return answer["result"]


def outcome_of(answer: Mapping[str, Any]) -> str:
    """One word for the metrics."""
    return "ok" if "result" in answer else "refused" if "refused" in answer else str(answer["failed"])


def request_properties(caller: str, user: str, reply_to: str, correlation_id: str, timeout: float) -> dict[str, Any]:
    """The AMQP properties of a request: transient, and gone from the queue when nobody waits any more."""
    return {
        "content_type": CONTENT_TYPE,
        "content_encoding": CONTENT_ENCODING,
        "delivery_mode": 1,
        "reply_to": reply_to,
        "correlation_id": correlation_id,
        "app_id": caller,
        "user_id": user,
        "expiration": str(max(1, int(timeout * 1000))),
    }
