"""What the machine can give: free ports, Debian's packages, containers, children that never outlive us."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Missing(Exception):
    """The machine lacks something that we cannot bring; the text says with which one command a person can."""


def dies_with_us() -> Callable[[], None]:
    """A `preexec_fn`: the kernel kills the child when the thread that started it is gone, however it went."""
    parent = os.getpid()

    def bind() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return bind


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, below the range that outgoing connections take theirs from."""
    chosen: list[int] = []
    while len(chosen) < count:
        port = random.SystemRandom().randrange(15000, 32000)
        if port not in chosen and is_free(port):
            chosen.append(port)
    return chosen


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def has_containers() -> bool:
    """Whether a Docker engine answers; the client alone is not enough."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        return subprocess.run([docker, "info"], capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def is_debian_with_rights() -> bool:
    return shutil.which("apt-get") is not None and (os.geteuid() == 0 or _sudo() is not None)


def install(package: str, *, unit: str | None = None) -> None:
    """Install one of Debian's packages, which then starts no server of its own, now or at the next boot.

    A system-wide server would hold ports and data that are not ours. Raises Missing where it fails.
    """
    print(f"installing {package}", file=sys.stderr, flush=True)
    apt: tuple[str, ...] = ("env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-y", "-qq")
    apt = (*apt, "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Options::=--force-confold")
    with _no_servers():
        failed = as_root(*apt, "install", "--no-install-recommends", package)
        if failed:
            as_root(*apt, "update")
            failed = as_root(*apt, "install", "--no-install-recommends", package)
    if failed:
        raise Missing(f"apt-get could not install {package} ({failed}). Run: sudo apt-get install {package}")
    if unit is not None and shutil.which("systemctl"):
        as_root("systemctl", "disable", unit)


def as_root(*command: str) -> str:
    """Run a command with the rights to; returns why it failed, or nothing."""
    rights = [] if os.geteuid() == 0 else [_sudo() or "sudo", "-n"]
    done = subprocess.run([*rights, *command], capture_output=True, check=False)
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"code {done.returncode}"


def _sudo() -> str | None:
    """sudo, if it asks for no password: a prompt in the middle of a start would hang it unseen."""
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return sudo
    return None


@contextmanager
def _no_servers() -> Iterator[None]:
    """Debian's own way to say that packages may start nothing: a policy-rc.d that answers 101."""
    policy = "/usr/sbin/policy-rc.d"
    ours = not Path(policy).exists()
    if ours:
        as_root("sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' >{policy} && chmod 755 {policy}")
    try:
        yield
    finally:
        if ours:
            as_root("rm", "-f", policy)
