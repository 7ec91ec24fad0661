"""Unit tests open no socket: what needs a server is an integration test."""

from __future__ import annotations

import pytest
from pytest_socket import disable_socket, enable_socket

from tests.made import compile_once

compile_once()


@pytest.fixture(autouse=True)
def no_sockets() -> object:
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
