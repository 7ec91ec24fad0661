"""The whole system as a user starts it: one command, its own broker, real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx

from crisisconnect import machine

READY_SECONDS = 90.0
STOP_SECONDS = 60.0


def free_port() -> int:
    """One that no outgoing connection takes either, in the seconds until somebody listens on it."""
    return machine.free_ports(1)[0]


def free_ports(count: int) -> int:
    """The first of some that follow each other and that nobody has just now."""
    while True:
        first = free_port()
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
        return first


class System:
    """One installation in a directory: `start`, `stop`, and the same again on the same state."""

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.var = directory / "var"
        self.secrets = directory / "secrets"
        self.console = directory / "console.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if k not in ("AMQP_URL", "DATABASE_URL", "KEYRING_URL", "SMTP_URL")},
            "CRISISCONNECT_ENV": "development",
            "CRISISCONNECT_VAR": str(self.var),
            "CRISISCONNECT_SECRETS": str(self.secrets),
            "PORT": str(self.port),
            "RETENTION_SWEEP_SECONDS": "0.5",
            "DEMO": "0",
            **self.settings,
        }

    def start(self) -> None:
        """Returns once `/readyz` says so; raises with the console's last lines otherwise."""
        with self.console.open("ab") as console:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crisisconnect", "run"],
                env=self.environment,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        said = self.console.read_text(errors="replace").splitlines()[-40:]
        self.stop()
        raise AssertionError("the system did not come up:\n" + "\n".join(said))

    def stop(self) -> int:
        """Ctrl-C, as a person stops it. Returns the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    def pid(self, name: str) -> int:
        """The process that has this name now."""
        return int((self.var / "run" / f"{name}.pid").read_text())

    def broker(self, user: str) -> str:
        """The broker's address for one of its users, with that user's password."""
        password = (self.secrets / "broker" / f"{user}.password").read_text().strip()
        address = (self.var / "run" / "broker.url").read_text()
        return address.replace("amqp://", f"amqp://{user}:{password}@")

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `crisisconnect …` on this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "crisisconnect", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done
