"""A command through the door to its answer, 32 clients, beside the plainest things that do the same outwardly.

A correction of one's own name: the bearer is known, the session alive, terms in force, one event sealed, stored with
its view and its idempotency key; relay and ingest carry it to the log meanwhile. The goal stands against a bare nameko
service behind the same kind of gateway; FastAPI in one process stands beside it without one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from sqlalchemy import create_engine, insert

from bench import load
from bench.report import Row, against, table
from bench.rivals.rows import people, tables, tokens
from bench.whole import Whole, standing, started
from crisisconnect.installation import Installation
from crisisconnect.rabbitmq import Node, Ports
from services.kernel.store.database import ensure
from tests.journeys.running import free_port

CLIENTS = 32
ROUNDS = 7
SECONDS = 2.5
GOAL = 0.6


def run(rounds: int = ROUNDS, seconds: float = SECONDS) -> list[Row]:
    """Four rows: the command against nameko with one process and with two, then command and look against FastAPI."""
    with standing(CLIENTS) as whole, ExitStack() as rivals:
        plain = rivals.enter_context(plain_service(whole, processes=1))
        one = rivals.enter_context(one_process(whole))
        ours, bearers = whole.system.url, whole.tokens
        commands = [load.corrections(token) for token in bearers]
        looks = [load.looks(token) for token in bearers]
        names = ("ours", "plain", "one", "our looks", "one's looks", "ours twice", "plain twice")
        measured: dict[str, list[float]] = {name: [] for name in names}

        def turn(name: str, url: str, clients: list[Iterator[bytes]]) -> None:
            measured[name].append(load.rate(url, clients, seconds).a_second)
            whole.settle()

        for _ in range(rounds):
            turn("ours", ours, commands)
            turn("plain", plain, commands)
            turn("one", one, commands)
            turn("our looks", ours, looks)
            turn("one's looks", one, looks)
        with whole.another("auth"), more_plain(whole):
            for _ in range(rounds):
                turn("ours twice", ours, commands)
                turn("plain twice", plain, commands)
    return [
        against("command, bare nameko", measured["ours"], measured["plain"], goal=GOAL),
        against("command, two processes each", measured["ours twice"], measured["plain twice"], goal=GOAL),
        against("command, FastAPI in one process", measured["ours"], measured["one"]),
        against("GET /v1/me, FastAPI in one process", measured["our looks"], measured["one's looks"]),
    ]


@contextmanager
def plain_service(whole: Whole, *, processes: int) -> Iterator[str]:
    """The bare service and its door, in a virtual host and a database of their own on the same servers."""
    engine = create_engine(_database(whole, "psycopg"))
    tables.create_all(engine)
    engine.dispose()
    variables = _plain(whole)
    door = [sys.executable, "-m", "bench.rivals.plain_door"]
    url = f"http://127.0.0.1:{variables['PLAIN_PORT']}"
    with ExitStack() as stack:
        for _ in range(processes):
            stack.enter_context(started([sys.executable, "-m", "bench.rivals.plain_service"], variables))
        time.sleep(3)  # its queues must be there before the door binds its own
        stack.enter_context(started(door, variables))
        _answers(lambda: httpx.patch(f"{url}/v1/me", json={"infix": "x"}, headers={"Authorization": "Bearer x"}))
        yield url


@contextmanager
def more_plain(whole: Whole) -> Iterator[None]:
    with started([sys.executable, "-m", "bench.rivals.plain_service"], _plain(whole)):
        time.sleep(3)
        yield


@contextmanager
def one_process(whole: Whole) -> Iterator[str]:
    """FastAPI, with people and tokens as many as we have."""
    address = _database(whole, "psycopg")
    engine = create_engine(address)
    with engine.begin() as session:
        for number, token in enumerate(whole.tokens):
            person = f"person-{number}"
            known = {"organisation": "o", "email": "a@b.example", "first_name": "Ada", "last_name": "Voorbeeld"}
            session.execute(insert(people).values(id=person, **known))
            digest = hashlib.sha256(token.encode()).hexdigest()
            session.execute(insert(tokens).values(digest=digest, person=person, expires_at="2999"))
    engine.dispose()
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--log-level", "error", "--no-access-log", "--port", str(port)]
    variables = {"ONE_DATABASE_URL": _database(whole, "asyncpg")}
    with started([*command, "bench.rivals.one_process:app"], variables):
        url = f"http://127.0.0.1:{port}"
        bearer = {"Authorization": f"Bearer {whole.tokens[0]}"}
        _answers(lambda: httpx.get(f"{url}/v1/me", headers=bearer))
        yield url


_PLAIN: dict[int, dict[str, str]] = {}


def _plain(whole: Whole) -> dict[str, str]:
    """Where the bare service finds its things; the broker's user and host are made once."""
    if (known := _PLAIN.get(id(whole))) is not None:
        return known
    node = Node(whole.system.var / "rabbitmq", Installation.load(whole.system.secrets))
    node._ports = Ports(**json.loads((node.directory / "ports.json").read_text()))
    password = secrets.token_hex(16)
    users, everything = "rabbit_auth_backend_internal", '<<".*">>, <<".*">>, <<".*">>'
    for expression in (
        'rabbit_vhost:add(<<"plain">>, <<"bench">>)',
        f'{users}:add_user(<<"plain">>, <<"{password}">>, <<"bench">>)',
        f'{users}:set_permissions(<<"plain">>, <<"plain">>, {everything}, <<"bench">>)',
    ):
        node.evaluate(expression)
    known = _PLAIN[id(whole)] = {
        "PLAIN_AMQP_URL": f"amqp://plain:{password}@127.0.0.1:{node.ports.amqp}/plain",
        "PLAIN_DATABASE_URL": _database(whole, "psycopg"),
        "PLAIN_PORT": str(free_port()),
    }
    return known


def _database(whole: Whole, driver: str) -> str:
    ensure(whole.cluster.url, "bench_plain")
    return whole.cluster.url.replace("+psycopg", f"+{driver}").replace("/postgres", "/crisisconnect_bench_plain")


def _answers(ask: Any) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            if ask().status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > until:
            raise AssertionError("a rival did not come up")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
