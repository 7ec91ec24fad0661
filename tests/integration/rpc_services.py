"""Two small services for test_rpc, each in a process of its own: `auth` asks `org`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import eventlet

from services.kernel.calls import rpc
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.hosting.door import Application, Caller, Settings, answers, blocking, run
from services.kernel.transaction import guard

HERE = Path(os.environ.get("RPC_TEST_DIRECTORY", "."))


class App:
    def __init__(self, config: Any, caller: Caller) -> None:
        self.config, self.caller = config, caller

    def start(self) -> None:
        self._note("started")

    def stop(self) -> None:
        self._note("stopped")

    def _note(self, what: str) -> None:
        with (HERE / f"{self.config}.log").open("a") as log:
            log.write(what + "\n")


class Auth:
    name = "auth"
    app = Application(App)

    @answers(callers=("gateway", "org"))
    def greet(self, context: Context, who: str) -> dict[str, Any]:
        asked = Context(correlation=context.correlation, causation=context.idempotency)
        return {
            "greeting": self.app.caller.call("org", "greeting", {"who": who}, asked),
            "actor": context.actor,
        }

    @answers()
    def echo(self, context: Context, **said: Any) -> dict[str, Any]:
        return {"said": said, "caller": context.caller, "idempotency": context.idempotency}

    @answers()
    def refuse(self, context: Context) -> None:
        raise Refused("account_exists", field="username")

    @answers()
    def break_down(self, context: Context) -> None:
        raise RuntimeError("a secret value")

    @answers()
    def unsayable(self, context: Context) -> object:
        return object()

    @answers()
    def slow(self, context: Context, seconds: float) -> str:
        self.app._note(f"slow {context.idempotency}")
        eventlet.sleep(seconds)
        self.app._note(f"done {context.idempotency}")
        return "slow"

    @answers()
    def once(self, context: Context) -> int:
        """Hangs the first time; answers how often it was asked under this key."""
        self.app._note(f"once {context.idempotency}")
        times = (HERE / f"{self.app.config}.log").read_text().count(f"once {context.idempotency}")
        if times == 1:
            eventlet.sleep(60)
        return times

    @answers()
    def ask_in_transaction(self, context: Context) -> None:
        with guard():
            self.app.caller.call("org", "greeting", {"who": "x"}, Context())

    @answers()
    def threads(self, context: Context) -> float:
        """Seconds that eight sleeps of 100 ms in threads take together."""
        began = time.monotonic()
        sleeping = [eventlet.spawn(blocking, eventlet.patcher.original("time").sleep, 0.1) for _ in range(8)]
        for one in sleeping:
            one.wait()
        return time.monotonic() - began

    @answers(callers=("org",))
    def for_org(self, context: Context) -> str:
        return "org"


class Org:
    name = "org"
    app = Application(App)

    @answers(callers=("auth",))
    def greeting(self, context: Context, who: str) -> str:
        return f"hello {who} from {context.actor} because of {context.causation}"

    @answers()
    def impersonate(self, context: Context, actor: str) -> Any:
        return self.app.caller.call("auth", "greet", {"who": "x"}, Context(actor=actor))

    @answers()
    def ask_nobody(self, context: Context) -> Any:
        return self.app.caller.call("retention", "anything", {}, Context(), timeout=0.5)


def main() -> None:
    name = os.environ["RPC_TEST_SERVICE"]
    keys = rpc.PairKeys.load(Path(os.environ["RPC_TEST_KEYS"]), name)
    settings = Settings(amqp_url=os.environ["RPC_TEST_URL"], keys=keys, config=name)
    run({"auth": Auth, "org": Org}[name], settings, grace=5)
