"""The command line knows all its commands and loads the one that is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from crisisconnect.cli import COMMANDS, app, told
from crisisconnect.machine import Missing
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_and_explains_itself(name):
    listed = CliRunner().invoke(app, ["--help"]).output
    own = CliRunner().invoke(app, [name, "--help"])

    assert f" {name} " in listed
    assert own.exit_code == 0, own.output
    assert own.output.split("Usage: ")[1].split()[1] == name


def test_a_mistyped_command_is_told_the_one_that_was_meant():
    said = CliRunner().invoke(app, ["bakcup"])

    assert said.exit_code == 2
    assert "'backup'" in said.output


def test_a_run_loads_no_service_and_no_database():
    asked = "from typer.testing import CliRunner; from crisisconnect.cli import app"
    heavy = "{'sqlalchemy', 'services.contracts', 'services.kernel.calls.rpc'}"
    loaded = f"import sys; print(sorted(sys.modules.keys() & {heavy}))"
    code = f"{asked}; CliRunner().invoke(app, ['run', '--help']); {loaded}"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_a_person_can_mend_is_one_line_and_nothing_else_is_hidden():
    assert told(Missing("no broker")) == "no broker"
    assert told(Refused("forbidden")) == "refused, forbidden"
    assert told(Unavailable("audit")) == "no answer from audit"
    assert told(ZeroDivisionError()) is None


@pytest.mark.parametrize("option", ["--from", "--to", "--at"])
@pytest.mark.parametrize(
    "at",
    ["yesterday", "", "2026-11-23", "2026-11-23T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_what_is_no_moment_is_said_in_one_line(option: str, at: str) -> None:
    said = CliRunner().invoke(app, ["replay", "--case", "c", "--ground", "g", option, at])
    assert said.exit_code == 2, said.exception
    assert "not a moment" in said.output
