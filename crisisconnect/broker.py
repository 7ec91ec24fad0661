"""One broker, found in a fixed order: the one named, a private node, a container, the package installed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from crisisconnect.installation import Installation
from crisisconnect.machine import (
    Missing,
    answers,
    free_ports,
    has_containers,
    install,
    is_debian_with_rights,
    is_free,
)
from crisisconnect.rabbitmq import Node, server
from crisisconnect.topology import VHOST, definitions

IMAGE = "rabbitmq:3.13-alpine"


class Broker(Protocol):
    """A broker with the whole topology. `amqp_url` names no user: each process signs in as itself."""

    @property
    def amqp_url(self) -> str: ...

    @property
    def pid(self) -> int | None:
        """The process to watch; None while it is down, or when it is not ours to watch."""

    @property
    def supervised(self) -> bool: ...

    def spawn(self) -> None: ...

    def ready(self) -> bool: ...

    def stop(self) -> None: ...


def choose(named: str | None, var: Path, installation: Installation) -> Broker:
    """The broker of this run; may install the package. Raises Missing with the one command to run."""
    if named:
        return Named(named, installation)
    if server() is None:
        if has_containers():
            return Container(var / "rabbitmq", installation)
        if not is_debian_with_rights():
            raise Missing("No broker: RabbitMQ is not installed. Run: sudo apt-get install rabbitmq-server")
        install("rabbitmq-server", unit="rabbitmq-server")
    return Node(var / "rabbitmq", installation, log=var / "log" / "rabbitmq")


class Named:
    """Somebody's own RabbitMQ, by `AMQP_URL`, whose user may declare users and topology."""

    supervised = False
    pid = None

    def __init__(self, url: str, installation: Installation) -> None:
        parts = urlsplit(url)
        self._user, self._password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self._host, self._tls = parts.hostname or "127.0.0.1", parts.scheme == "amqps"
        vhost = parts.path.lstrip("/") or VHOST
        address = parts.netloc.rsplit("@", 1)[-1]
        self.amqp_url = parts._replace(netloc=address, path=f"/{vhost}").geturl()
        self._definitions = json.dumps(definitions(installation.passwords(), unquote(vhost)))

    def spawn(self) -> None:
        """Declare users, rights and topology, by the management API or `rabbitmqctl` on this machine."""
        if not self._by_management() and not self._by_rabbitmqctl():
            raise Missing(
                f"The broker at {self._host} takes no definitions. "
                "Run there: rabbitmq-plugins enable rabbitmq_management"
            )

    def ready(self) -> bool:
        return True

    def stop(self) -> None:
        """It is not ours to stop."""

    def _by_management(self) -> bool:
        usual = f"https://{self._host}:15671" if self._tls else f"http://{self._host}:15672"
        base = os.environ.get("AMQP_MANAGEMENT_URL", usual).rstrip("/")
        login = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - the scheme is ours
            f"{base}/api/definitions",
            data=self._definitions.encode(),
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return int(answer.status) < 300
        except urllib.error.HTTPError as refused:
            raise Missing(
                f"The broker's user {self._user} may not declare users and topology ({refused.code}). "
                f"Run there: rabbitmqctl set_user_tags {self._user} administrator"
            ) from refused
        except OSError:
            return False

    def _by_rabbitmqctl(self) -> bool:
        if self._host not in ("127.0.0.1", "localhost", "::1") or shutil.which("rabbitmqctl") is None:
            return False
        command = ["rabbitmqctl", "-q", "import_definitions", "--format", "json"]
        done = subprocess.run(command, input=self._definitions, text=True, capture_output=True, check=False)
        return done.returncode == 0


class Container:
    """RabbitMQ in a container, its data in the run's own directory."""

    supervised = False
    pid = None

    def __init__(self, directory: Path, installation: Installation) -> None:
        self.directory = directory.resolve()
        self.installation = installation
        kept = self.directory / "container-port"
        if not kept.exists() or not is_free(int(kept.read_text())):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.write_text(str(free_ports(1)[0]))
        self.port = int(kept.read_text())
        self.name = f"crisisconnect-{self.port}"
        self.amqp_url = f"amqp://127.0.0.1:{self.port}/{VHOST}"

    def spawn(self) -> None:
        here = self.directory
        (here / "definitions.json").write_text(json.dumps(definitions(self.installation.passwords())))
        (here / "container.conf").write_text("load_definitions = /etc/rabbitmq/definitions.json\n")
        command = ["docker", "run", "--detach", "--rm", "--name", self.name, "--hostname", "crisisconnect"]
        command += ["--publish", f"127.0.0.1:{self.port}:5672", "--volume", f"{self.name}:/var/lib/rabbitmq"]
        command += ["--volume", f"{here}/definitions.json:/etc/rabbitmq/definitions.json:ro"]
        command += ["--volume", f"{here}/container.conf:/etc/rabbitmq/conf.d/90-crisisconnect.conf:ro", IMAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"Docker could not start {IMAGE}: {done.stderr.strip()}. Run: docker pull {IMAGE}")

    def ready(self) -> bool:
        """Docker's own proxy accepts before the broker does: only a greeting counts."""
        if not answers(self.port):
            return False
        ping = ["docker", "exec", self.name, "rabbitmq-diagnostics", "-q", "check_port_connectivity"]
        return subprocess.run(ping, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        subprocess.run(["docker", "stop", "--time", "10", self.name], capture_output=True, check=False)
