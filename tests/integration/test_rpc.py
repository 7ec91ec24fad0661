"""A call crosses the broker and comes back, or fails by name and in time; no message breaks a service."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pika
import pytest

from crisisconnect.installation import Installation
from services.kernel.calls import rpc
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.context import Context
from services.kernel.decider import Refused
from tests.integration.conftest import Vhost
from tests.integration.rpc_processes import PERSON, Asking, Process, asks_again, one
from tests.integration.waiting import until


@pytest.fixture(scope="module")
def auth(vhost: Vhost, installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process("auth", vhost.url("auth"), installation, tmp_path_factory.mktemp("auth"))
    process.start()
    yield process
    process.end()


@pytest.fixture(scope="module")
def org(vhost: Vhost, installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process("org", vhost.url("org"), installation, tmp_path_factory.mktemp("org"))
    process.start()
    yield process
    process.end()


@pytest.fixture
def ask(vhost: Vhost, installation: Installation, auth: Process, org: Process) -> Callable[[Asking], Any]:
    """Run a coroutine function with a gateway's caller."""
    keys = rpc.PairKeys.load(installation.directory / "rpc", "gateway")

    def run(asking: Asking) -> Any:
        async def whole() -> Any:
            caller = AsyncCaller(vhost.url("gateway"), "gateway", keys)
            await caller.start()
            try:
                return await asking(caller)
            finally:
                await caller.stop()

        return asyncio.run(whole())

    return run


def test_a_call_reaches_a_service_that_asks_another_and_comes_back(ask):
    answer = ask(one("auth", "greet", Context(actor="account/8f6e", idempotency="k1"), who="Ada"))
    assert answer == {"greeting": "hello Ada from system/auth because of k1", "actor": "account/8f6e"}


def test_what_is_said_arrives_as_it_was_and_without_a_key_gets_one(ask):
    said = {"text": "é", "number": 7, "list": [1, None, {"a": True}], "long": "x" * 300_000}
    answer = ask(one("auth", "echo", **said))
    assert answer["said"] == said
    assert answer["caller"] == "gateway"
    assert answer["idempotency"].startswith("rpc:")


def test_a_refusal_crosses_as_itself(ask):
    with pytest.raises(Refused) as refused:
        ask(one("auth", "refuse"))
    assert (refused.value.code, refused.value.detail) == ("account_exists", {"field": "username"})


def test_a_broken_method_says_internal_and_its_exception_text_stays_nowhere(ask, auth):
    with pytest.raises(rpc.Failed, match="internal"):
        ask(one("auth", "break_down"))
    with pytest.raises(rpc.Failed, match="internal"):
        ask(one("auth", "unsayable"))
    until(lambda: "auth.break_down broke: RuntimeError at " in auth.logged())
    assert "a secret value" not in auth.logged()


def test_a_call_without_an_answer_ends_in_time(ask):
    began = time.monotonic()
    with pytest.raises(rpc.Unavailable):
        ask(one("auth", "slow", timeout=0.5, seconds=2))
    assert time.monotonic() - began < 1.5


def test_a_service_that_has_no_process_is_unavailable_and_what_depends_on_it_too(ask):
    with pytest.raises(rpc.Unavailable) as unavailable:
        ask(one("org", "ask_nobody"))
    assert not isinstance(unavailable.value, rpc.Failed)


@pytest.mark.parametrize(
    ("service", "method", "args", "code"),
    [
        ("auth", "nothing_such", {}, "unknown_method"),
        ("auth", "for_org", {}, "forbidden"),
        ("org", "greeting", {"who": "x"}, "forbidden"),
        ("org", "impersonate", {"actor": "account/8f6e"}, "forbidden"),
        ("org", "impersonate", {"actor": "system/gateway"}, "forbidden"),
    ],
)
def test_who_may_not_ask_is_refused(ask, service, method, args, code):
    with pytest.raises(Refused) as refused:
        ask(one(service, method, **args))
    assert refused.value.code == code


def test_a_service_may_act_in_its_own_name(ask):
    assert ask(one("org", "impersonate", actor="system/org"))["actor"] == "system/org"


def test_arguments_that_do_not_fit_are_unreadable(ask):
    with pytest.raises(rpc.Failed, match="unreadable"):
        ask(one("auth", "refuse", surplus=1))


def test_nobody_is_asked_inside_a_transaction(ask, auth):
    with pytest.raises(rpc.Failed):
        ask(one("auth", "ask_in_transaction"))
    until(lambda: "YieldInTransaction" in auth.logged())


def test_threads_run_beside_the_hub(ask):
    assert ask(one("auth", "threads")) < 0.5


def test_bodies_that_nobody_can_read_are_dropped_and_nothing_breaks(ask, auth, vhost, installation):
    keys = rpc.PairKeys.load(installation.directory / "rpc", "gateway")
    late, _ = rpc.seal_request(
        keys,
        caller="gateway",
        service="auth",
        method="refuse",
        correlation_id="late",
        expires=rpc.now_ms() - 1,
        context=PERSON,
        args={},
    )
    connection = vhost.connect("gateway")
    channel = connection.channel()
    reply_to = str(uuid4())
    for body, properties in [
        (b"", {}),
        (b"rubbish", {"app_id": "gateway", "reply_to": reply_to, "correlation_id": "1"}),
        (b"\x01" + b"\0" * 60, {"app_id": "gateway", "reply_to": reply_to, "correlation_id": "1"}),
        (b"{}", {"content_type": "application/json", "content_encoding": "utf-8", "app_id": "nobody"}),
        (late, {"app_id": "gateway", "reply_to": reply_to, "correlation_id": "late"}),
        (late, {"app_id": "gateway", "reply_to": "not-an-address", "correlation_id": "late"}),
    ]:
        channel.basic_publish(rpc.EXCHANGE, "auth.refuse", body, pika.BasicProperties(**properties))
    connection.close()
    until(lambda: auth.logged().count("a request was dropped: unreadable") >= 5)
    assert "a request was dropped: expired" in auth.logged()
    assert "rubbish" not in auth.logged()
    assert ask(one("auth", "echo"))["caller"] == "gateway"


def test_a_request_whose_service_is_killed_is_done_by_the_next_one_under_the_same_key(ask, auth):
    async def asking(caller: AsyncCaller) -> Any:
        asked = asyncio.create_task(caller.call("auth", "once", {}, PERSON, timeout=30))
        await asyncio.to_thread(until, lambda: any(line.startswith("once") for line in auth.told()))
        await asyncio.to_thread(auth.end, signal.SIGKILL)
        await asyncio.to_thread(auth.start)
        return await asked

    assert ask(asking) == 2


def test_a_service_told_to_stop_finishes_what_it_has_taken_and_leaves_the_rest(ask, auth):
    async def asking(caller: AsyncCaller) -> Any:
        taken = asyncio.create_task(caller.call("auth", "slow", {"seconds": 1.5}, PERSON, timeout=10))
        await asyncio.to_thread(until, lambda: auth.told()[-1].startswith("slow"))
        ending = asyncio.create_task(asyncio.to_thread(auth.end))
        await asyncio.sleep(0.7)
        left = asyncio.create_task(caller.call("auth", "echo", {}, PERSON, timeout=20))
        assert await taken == "slow"
        assert await ending == 0
        assert auth.told()[-1] == "stopped"
        await asyncio.to_thread(auth.start)
        return await left

    assert ask(asking)["caller"] == "gateway"


def test_a_connection_cut_by_the_broker_heals_on_both_sides(ask, vhost: Vhost):
    async def asking(caller: AsyncCaller) -> Any:
        assert (await caller.call("auth", "echo", {}, PERSON))["caller"] == "gateway"
        vhost.node.evaluate(
            '[rabbit_networking:close_connection(C, "test") || C <- rabbit_networking:connections()], ok'
        )
        return await asks_again(caller)

    assert ask(asking)["greeting"].startswith("hello")


def test_thirty_two_at_once(ask):
    async def asking(caller: AsyncCaller) -> float:
        async def many(count: int) -> None:
            for _ in range(count):
                await caller.call("auth", "echo", {"who": "Ada"}, PERSON)

        await many(50)
        began = time.perf_counter()
        await asyncio.gather(*(many(60) for _ in range(32)))
        return 32 * 60 / (time.perf_counter() - began)

    rate = ask(asking)
    print(f"\n{rate / 1000:.2f} k calls/s, 32 at once, one service process")
    assert rate > 200
