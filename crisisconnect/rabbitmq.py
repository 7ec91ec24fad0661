"""A private RabbitMQ node: own directory, ports and cookie, loopback only; nothing is left when it stops."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from crisisconnect.installation import Installation
from crisisconnect.machine import Missing, answers, dies_with_us, free_ports, is_free
from crisisconnect.topology import VHOST, definitions

NODE = "crisisconnect@localhost"
STOP_SECONDS = 10.0
_SERVERS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server")


@dataclass(frozen=True)
class Ports:
    amqp: int
    dist: int
    epmd: int


def server() -> str | None:
    """The server's own script. Debian's in /usr/sbin is a wrapper that switches user, and no use here."""
    return next((path for path in _SERVERS if os.access(path, os.X_OK)), None)


class Node:
    """One node in one directory. Its ports are chosen once and kept there, for clients to find it again."""

    supervised = True

    def __init__(self, directory: Path, installation: Installation, log: Path | None = None) -> None:
        self.directory = directory.resolve()
        self.installation = installation
        self.log = (log or directory / "log").resolve()
        self.process: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        self._ports: Ports | None = None

    @property
    def ports(self) -> Ports:
        if self._ports is None:
            self._ports = self._choose_ports()
        return self._ports

    @property
    def amqp_url(self) -> str:
        """Without user: each process signs in as itself."""
        return f"amqp://127.0.0.1:{self.ports.amqp}/{VHOST}"

    @property
    def pid(self) -> int | None:
        """The virtual machine's own process, for whoever wants to kill it."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def url(self, user: str, vhost: str = VHOST) -> str:
        return f"amqp://{user}:{self.installation.password(user)}@127.0.0.1:{self.ports.amqp}/{vhost}"

    def start(self, timeout: float = 90) -> None:
        """Start, and return when every queue is there and the port answers."""
        self.spawn()
        until = time.monotonic() + timeout
        while not self.ready():
            if self.pid is None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"RabbitMQ did not start; see {self.log}")
            time.sleep(0.05)

    def spawn(self) -> None:
        """Start without waiting. Call it from a thread that lives as long as the node shall."""
        script = server()
        if script is None:
            raise Missing("RabbitMQ is not installed. Run: sudo apt-get install rabbitmq-server")
        environment = self._lay_out()
        if not answers(self.ports.epmd):
            self._epmd = subprocess.Popen(
                [shutil.which("epmd") or "epmd", "-port", str(self.ports.epmd), "-address", "127.0.0.1"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=dies_with_us(),
            )
            until = time.monotonic() + 5
            # Erlang would start a daemon of its own, which outlives everybody.
            while not answers(self.ports.epmd) and time.monotonic() < until:
                time.sleep(0.01)
        with (self.log / "console.log").open("wb") as console:
            self.process = subprocess.Popen(
                [script],
                env=environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                preexec_fn=dies_with_us(),
            )

    def ready(self) -> bool:
        """Definitions are loaded before the port opens, so an open port is a finished broker."""
        return self.pid is not None and answers(self.ports.amqp)

    def stop(self) -> None:
        """Stop cleanly, and hard after ten seconds."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.kill()

    def kill(self) -> None:
        """As a crash would: no last word; what was confirmed as durable is there at the next start."""
        for process in (self.process, self._epmd):
            if process is not None:
                process.kill()
                process.wait()
        self.process = self._epmd = None

    def make_vhost(self, name: str, installation: Installation | None = None) -> None:
        """A whole topology in a virtual host of its own, on the running node.

        Users belong to the node: of two installations the last one's passwords count.
        """
        self._import(definitions((installation or self.installation).passwords(), name))

    def drop_vhost(self, name: str) -> None:
        self.evaluate(f'rabbit_vhost:delete(<<"{name}">>, <<"crisisconnect">>)')

    def evaluate(self, expression: str) -> str:
        """Evaluate one Erlang expression on the node, in milliseconds; `rabbitmqctl` takes seconds."""
        call = ["erl_call", "-address", f"127.0.0.1:{self.ports.dist}", "-e"]
        done = subprocess.run(
            call,
            input=f"{expression}.\n",
            env={"HOME": str(self.directory), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode or not done.stdout.startswith("{ok,"):
            raise RuntimeError(f"RabbitMQ refused: {done.stdout or done.stderr}")
        return done.stdout[5:-1]

    def _import(self, content: dict[str, object]) -> None:
        path = self.directory / f"import-{secrets.token_hex(4)}.json"
        path.write_text(json.dumps(content))
        try:
            answer = self.evaluate(f'{{ok, Json}} = file:read_file("{path}"), rabbit_definitions:import_raw(Json)')
        finally:
            path.unlink()
        if answer.strip() != "ok":
            raise RuntimeError(f"RabbitMQ refused definitions: {answer}")

    def _choose_ports(self) -> Ports:
        kept = self.directory / "ports.json"
        if kept.exists():
            ports = Ports(**json.loads(kept.read_text()))
            if is_free(ports.amqp) and is_free(ports.dist):
                return ports
        ports = Ports(*free_ports(3))
        self.directory.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(ports)))
        return ports

    def _lay_out(self) -> dict[str, str]:
        """Write the configuration; returns the node's whole environment: nothing of ours may leak into it."""
        here = self.directory
        here.mkdir(parents=True, exist_ok=True)
        here.chmod(0o700)
        self.log.mkdir(parents=True, exist_ok=True)
        cookie = here / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20).upper())
            cookie.chmod(0o400)
        (here / "definitions.json").write_text(json.dumps(definitions(self.installation.passwords()), indent=1))
        (here / "rabbitmq.conf").write_text(CONFIGURATION.format(definitions=here / "definitions.json"))
        (here / "advanced.config").write_text("[].\n")
        (here / "plugins").write_text("[].\n")
        (here / "environment").write_text("")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(here),
            "LANG": "C.UTF-8",
            # The script then becomes the virtual machine instead of waiting beside it: one process to signal.
            "RUNNING_UNDER_SYSTEMD": "true",
            # A crash dump would copy queued messages into a file that nobody erases.
            "ERL_CRASH_DUMP_SECONDS": "0",
            # Its own default binds the first scheduler, which does most, to the first core: that of every node here.
            "RABBITMQ_SCHEDULER_BIND_TYPE": "u",
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.ports.amqp),
            "RABBITMQ_DIST_PORT": str(self.ports.dist),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_MNESIA_DIR": str(here / "data" / "node"),
            "RABBITMQ_LOG_BASE": str(self.log),
            "RABBITMQ_PID_FILE": str(here / "pid"),
            "RABBITMQ_SCHEMA_DIR": str(here / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "generated"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "environment"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }


CONFIGURATION = """\
load_definitions = {definitions}
log.file.level = warning
log.file.rotation.size = 10485760
log.file.rotation.count = 3
"""
