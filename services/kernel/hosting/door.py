"""A service behind nameko: each question answered once, to whoever may ask it, and stopped with grace."""

from __future__ import annotations

import inspect
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar, cast

import eventlet
import eventlet.tpool
from eventlet.event import Event
from nameko.containers import ServiceContainer, WorkerContext
from nameko.extensions import DependencyProvider, Entrypoint, SharedExtension
from nameko.runners import ServiceRunner

from services.kernel.calls import rpc
from services.kernel.calls.answering import Answering, place_of
from services.kernel.calls.rpc_eventlet import Caller
from services.kernel.calls.wire import Delivery, Wire
from services.kernel.transaction import must_not_be_open

log = logging.getLogger(__name__)

T = TypeVar("T")
_SETTINGS = "crisisconnect"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`config` goes to the application as it is; `prefetch` is how many requests one process works at."""

    amqp_url: str
    keys: rpc.PairKeys
    config: Any = None
    prefetch: int = 16


def blocking(function: Callable[..., T], *args: Any) -> T:
    """Run what would freeze the hub (argon2, age, typst) in a thread, and wait for it here.

    Raises YieldInTransaction when a transaction is open.
    """
    must_not_be_open("a thread")
    result: T = eventlet.tpool.execute(function, *args)
    return result


class Line(SharedExtension):  # type: ignore[misc]
    """The process's one connection, its requests and their answers."""

    def __init__(self) -> None:
        super().__init__()
        self.methods: dict[str, Answers] = {}  # entrypoints enter themselves, maybe before this is set up
        self.held = 0

    def setup(self) -> None:
        self.settings: Settings = self.container.config[_SETTINGS]
        self.name: str = self.container.service_name
        self.wire = Wire(self.settings.amqp_url, self.name, on_request=self._take, prefetch=self.settings.prefetch)
        self.caller = Caller(self.wire, self.settings.keys)

    def start(self) -> None:
        self.wire.start()
        self.release(0)

    def release(self, holds: int = 1) -> None:
        """Requests are taken once every application has started."""
        self.held -= holds
        if self.held == 0:
            self.wire.open_door()

    def stop(self) -> None:
        self.wire.stop()

    def kill(self) -> None:
        self.wire.stop()

    def _take(self, delivery: Delivery) -> None:
        _, _, method = delivery.routing_key.partition(".")
        try:
            if not _UUID.fullmatch(delivery.reply_to):
                raise rpc.Unreadable("no address for an answer")  # writing there would cost us the channel
            request = rpc.open_request(
                self.settings.keys,
                delivery.body,
                caller=delivery.app_id,
                service=self.name,
                method=method,
                correlation_id=delivery.correlation_id,
                now=rpc.now_ms(),
            )
        except rpc.Unreadable as error:
            why = "expired" if isinstance(error, rpc.Expired) else "unreadable"
            rpc.DROPPED.labels(self.name, why).inc()
            log.warning("a request was dropped: %s", why)
            delivery.done()
            return
        entrypoint = self.methods.get(method)
        answering = Answering(self.wire, delivery, request, method if entrypoint else "unknown")
        if entrypoint is None:
            answering.refuse("unknown_method", method=method)
        elif request.context.caller not in entrypoint.callers or not request.speaks_for_itself:
            answering.refuse("forbidden")
        elif not entrypoint.fits(request.args):
            log.error("%s.%s was called with arguments that do not fit", self.name, method)
            answering.send({"failed": "unreadable"})
        else:
            self.container.spawn_worker(
                entrypoint, (request.context,), request.args, handle_result=answering.worker_done
            )


class Answers(Entrypoint):  # type: ignore[misc]
    """A method that the processes in `callers` may ask."""

    line = Line()

    def __init__(self, callers: tuple[str, ...] = (rpc.GATEWAY,), **options: Any) -> None:
        super().__init__(**options)
        self.callers = frozenset(callers)

    def setup(self) -> None:
        self._signature = inspect.signature(getattr(self.container.service_cls, self.method_name))
        self.line.methods[self.method_name] = self

    def stop(self) -> None:
        self.line.wire.close_door()

    def fits(self, args: Mapping[str, Any]) -> bool:
        try:
            self._signature.bind(None, None, **args)
        except TypeError:
            return False
        return True


def answers(*, callers: tuple[str, ...] = (rpc.GATEWAY,)) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Let `method(self, context, **args)` answer calls by `callers`; others are refused as `forbidden`."""
    decorate: Callable[[Callable[..., T]], Callable[..., T]] = Answers.decorator(callers=callers)
    return decorate


class Application(DependencyProvider):  # type: ignore[misc]
    """The service's app object, made once per process by `build(config, caller)`.

    Its `start` and `stop`, where it has them, run before the first request and after the last answer.
    """

    line = Line()

    def __init__(self, build: Callable[[Any, Caller], Any]) -> None:
        self._build = build

    def setup(self) -> None:
        self.line.held += 1

    def start(self) -> None:
        self.app = self._build(self.line.settings.config, self.line.caller)
        self.line.wire.on_wake = getattr(self.app, "wake", self.line.wire.on_wake)
        _hook(self.app, "start")
        self.line.release()

    def stop(self) -> None:
        _hook(self.app, "stop")

    def get_dependency(self, _: WorkerContext) -> Any:
        return self.app


def hosted(build: Callable[[Any, Caller], T]) -> T:
    """The dependency that stands for the app object: within a worker it is what `build` made."""
    return cast(T, Application(build))


def _hook(app: Any, name: str) -> None:
    hook = getattr(app, name, None)
    if hook is not None:
        hook()


class Container(ServiceContainer):  # type: ignore[misc]
    """nameko's own logs an exception's text and traceback, which may hold anything; this one their place."""

    def _run_worker(self, worker_ctx: WorkerContext, handle_result: Callable[..., Any] | None) -> None:
        self._inject_dependencies(worker_ctx)
        self._worker_setup(worker_ctx)
        result = exc_info = None
        try:
            method = getattr(worker_ctx.service, worker_ctx.entrypoint.method_name)
            result = method(*worker_ctx.args, **worker_ctx.kwargs)
        except Exception as error:  # noqa: BLE001 - answered by handle_result, or logged here
            exc_info = sys.exc_info()
            if handle_result is None:
                log.error("%s broke: %s", worker_ctx.entrypoint.method_name, place_of(error))
        if handle_result is not None:
            result, exc_info = handle_result(worker_ctx, result, exc_info)
        self._worker_result(worker_ctx, result, exc_info)
        del exc_info
        self._worker_teardown(worker_ctx)


def run(service_class: type, settings: Settings, *, grace: float = 10.0) -> None:
    """Serve until SIGTERM or SIGINT; then take no more, let workers finish (`grace` seconds), return.

    The process must have been greened first: start it through services.kernel.hosting.host.
    """
    runner = ServiceRunner(
        {
            _SETTINGS: settings,
            "SERVICE_CONTAINER_CLS": f"{__name__}.{Container.__name__}",
            # More than are prefetched, so that taking a request never waits for a worker (timers use some).
            "max_workers": settings.prefetch * 2,
        }
    )
    runner.add_service(service_class)
    told, started = Event(), False

    def tell(_: int, __: FrameType | None) -> None:
        if not started:
            os._exit(0)  # nothing has been taken yet
        if not told.ready():
            eventlet.spawn_n(told.send, None)

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    runner.start()
    started = True
    eventlet.spawn_n(_stop_when, told, runner, grace)
    runner.wait()


def _stop_when(told: Event, runner: ServiceRunner, grace: float) -> None:
    told.wait()
    too_late = eventlet.spawn_after(grace, _abandon)
    runner.stop()
    too_late.cancel()


def _abandon() -> None:
    log.error("stopped before every worker had finished; their requests go to another")
    os._exit(1)
