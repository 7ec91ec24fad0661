"""The people's mail, outside the system: what was delivered stays, whoever of the system is killed afterwards."""

from __future__ import annotations

import email
import email.policy
import re
import threading
import time
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from tests.journeys.running import free_port

_LINK = re.compile(r"/invitations/([A-Za-z0-9_-]+)")


class Postbox:
    """An SMTP server on loopback; keeps each address's newest token, in memory."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._arrived = threading.Condition()
        self._server = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Postbox:
        self._server.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        found = _LINK.search(str(mail.get_content()))
        with self._arrived:
            for to in envelope.rcpt_tos:
                if found:
                    self._tokens[to] = found[1]
            self._arrived.notify_all()
        return "250 taken"

    def token(self, to: str) -> str | None:
        with self._arrived:
            return self._tokens.get(to)

    def wait(self, to: str, seconds: float) -> str:
        """Raises TimeoutError when no mail to this address came."""
        until = time.monotonic() + seconds
        with self._arrived:
            while to not in self._tokens:
                if not self._arrived.wait(until - time.monotonic()):
                    raise TimeoutError(f"no mail to {to} within {seconds:.0f} s")
            return self._tokens[to]
