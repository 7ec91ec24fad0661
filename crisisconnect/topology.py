"""Every exchange, queue, binding and right on the broker stands in this file, and nowhere else.

The processes declare nothing but their own exclusive reply queue; the broker's definitions are generated from
these tables. Each process has a user of its own, and each user the least that its process needs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SERVICES = ("auth", "org", "audit", "retention")
RELAYS = tuple(f"{service}-relay" for service in SERVICES)
PROCESSES = ("gateway", *SERVICES, *RELAYS, "audit-ingest")
USERS = (*PROCESSES, "cli")

CALLS: Mapping[str, tuple[str, ...]] = {
    "gateway": SERVICES,
    **{service: tuple(other for other in SERVICES if other != service) for service in SERVICES},
    **dict.fromkeys(RELAYS, ("audit",)),
    "cli": SERVICES,
}
"""Who may call whom. A pair that is not here has no key, and no right on the broker either."""

VHOST = "crisisconnect"
RPC_EXCHANGE = "nameko-rpc"
LOG_FEED = "log.feed"
AUDIT_INGEST = "audit.ingest"

REPLAY = r"replay\.[a-z0-9-]+"
"""Where a replay is sent again, for a program of one's own: neither exchange nor queue is there before it."""

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Exchange:
    name: str
    type: str


@dataclass(frozen=True)
class Queue:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Binding:
    source: str
    queue: str
    key: str


@dataclass(frozen=True)
class Rights:
    """Patterns on names of queues and exchanges, and on routing keys (write, read) by topic exchange."""

    configure: str
    write: str
    read: str
    topics: Mapping[str, tuple[str, str]]


NOTHING = "^$"


def events_exchange(service: str) -> str:
    """The topic exchange that `<service>-relay`, and nobody else, writes to."""
    return f"{service}.events"


def rpc_queue(service: str) -> str:
    return f"rpc-{service}"


def feed_queue(reader: str) -> str:
    """Where a wake-up of the log waits: one message at most, the newest, since it says only *look again*."""
    return f"feed-{reader}"


def reply_queue(caller: str, uuid: str) -> str:
    """The one kind of queue that a process declares itself."""
    return f"rpc.reply-{caller}-{uuid}"


EXCHANGES = (
    *(Exchange(events_exchange(service), "topic") for service in SERVICES),
    Exchange(RPC_EXCHANGE, "topic"),
    Exchange(LOG_FEED, "fanout"),
)

_ONLY_THE_NEWEST = {"x-max-length": 1, "x-overflow": "drop-head"}

QUEUES = (
    Queue(AUDIT_INGEST, {"x-single-active-consumer": True}),
    *(Queue(rpc_queue(service), {}) for service in SERVICES),
    *(Queue(feed_queue(reader), _ONLY_THE_NEWEST) for reader in (*SERVICES, *RELAYS)),
)

BINDINGS = (
    *(Binding(events_exchange(service), AUDIT_INGEST, "#") for service in SERVICES),
    *(Binding(RPC_EXCHANGE, rpc_queue(service), f"{service}.*") for service in SERVICES),
    *(Binding(LOG_FEED, feed_queue(reader), "") for reader in (*SERVICES, *RELAYS)),
)


def rights(user: str) -> Rights:
    """The rights of one of `USERS`, on every topic exchange: what is not defined there would be open."""
    write, read, topics = [], [], dict[str, tuple[str, str]]()
    own = f"rpc\\.reply-{re.escape(user)}-{UUID}"
    if user in CALLS:
        write += [own, RPC_EXCHANGE]
        read += [own, RPC_EXCHANGE]
        methods = f"({'|'.join(CALLS[user])})\\.[a-z0-9_]+"
        replies = f"|{UUID}" if user in SERVICES else ""
        topics[RPC_EXCHANGE] = (f"^({methods}{replies})$", f"^{UUID}$")
    if user in SERVICES:
        read += [rpc_queue(user), re.escape(feed_queue(user))]
    if user in RELAYS:
        service = user.removesuffix("-relay")
        write.append(re.escape(events_exchange(service)))
        read.append(re.escape(feed_queue(user)))
        topics[events_exchange(service)] = (
            f"^nl\\.crisisconnect\\.{service}\\.[A-Za-z0-9]+\\.v[0-9]+$",
            NOTHING,
        )
    configure = own
    if user == "cli":
        configure = f"{own}|{REPLAY}"
        write.append(REPLAY)
        read.append(REPLAY)
    if user == "audit-ingest":
        write.append(re.escape(LOG_FEED))
        read.append(re.escape(AUDIT_INGEST))
    for exchange in EXCHANGES:
        if exchange.type == "topic":
            topics.setdefault(exchange.name, (NOTHING, NOTHING))
    return Rights(_any_of([configure]) if user in CALLS else NOTHING, _any_of(write), _any_of(read), topics)


def definitions(passwords: Mapping[str, str], vhost: str = VHOST) -> dict[str, Any]:
    """The definitions, as `load_definitions` and the management API read them; passwords only as hashes."""
    granted = {user: rights(user) for user in passwords}
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": user,
                "password_hash": password_hash(user, password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
            for user, password in passwords.items()
        ],
        "permissions": [
            {"user": user, "vhost": vhost, "configure": r.configure, "write": r.write, "read": r.read}
            for user, r in granted.items()
        ],
        "topic_permissions": [
            {"user": user, "vhost": vhost, "exchange": exchange, "write": write, "read": read}
            for user, r in granted.items()
            for exchange, (write, read) in r.topics.items()
        ],
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.type,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for exchange in EXCHANGES
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": vhost,
                "durable": True,
                "auto_delete": False,
                "arguments": dict(queue.arguments),
            }
            for queue in QUEUES
        ],
        "bindings": [
            {
                "source": binding.source,
                "vhost": vhost,
                "destination": binding.queue,
                "destination_type": "queue",
                "routing_key": binding.key,
                "arguments": {},
            }
            for binding in BINDINGS
        ],
        "policies": [],
        "parameters": [],
        "global_parameters": [],
    }


def password_hash(user: str, password: str) -> str:
    """RabbitMQ's salted SHA-256: base64 of four bytes of salt and the digest of salt and password.

    The salt follows from user and password, so that equal inputs give equal definitions; the passwords are
    256 random bits, which no table of hashes reaches.
    """
    salt = hashlib.sha256(f"salt|{user}|{password}".encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _any_of(patterns: list[str]) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING
