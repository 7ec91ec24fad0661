"""Programs from PyPI that need a newer Python than we do, each in an environment of its own, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

NEEDED = ("3.14", "3.13", "3.12")


def installed(package: str, place: Path) -> Path:
    """The Python in a new environment below `place` that has the package; else the test that asks is skipped."""
    interpreter = next(filter(_works, _interpreters()), None)
    if interpreter is None:
        pytest.skip(f"{package} needs Python 3.12 or newer, and there is none here")
    python = place / "venv/bin/python"
    try:
        subprocess.run([interpreter, "-m", "venv", place / "venv"], check=True, capture_output=True, timeout=60)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        subprocess.run(pip, check=True, capture_output=True, timeout=100)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip(f"{package} could not be installed for {interpreter}")
    return python


def _interpreters() -> Iterator[str]:
    for version in NEEDED:
        if (found := shutil.which(f"python{version}")) is not None:
            yield found
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
        yield from sorted(str(path) for path in pyenv.glob(f"versions/{version}.*/bin/python"))


def _works(interpreter: str) -> bool:
    asked = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))"
    return subprocess.run([interpreter, "-c", asked], capture_output=True).returncode == 0
