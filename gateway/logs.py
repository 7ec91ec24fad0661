"""Log lines are JSON, and hold ids, places and counts: never an address, a query or a body."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
import structlog

from services.kernel.sweep.listening import Ear

GRANIAN: dict[str, Any] = {"handlers": {}, "loggers": {"_granian": {"propagate": True}, "granian.access": {}}}
"""Granian writes no lines of its own: its errors come through ours, and it keeps no access log."""


EAR = Ear()
"""Hears each line before it is written: our own do not pass through `logging`."""


def _bytes(value: Any, **_: Any) -> bytes:
    line = orjson.dumps(value, default=str)
    EAR.hear(line)
    return line


def _text(value: Any, **_: Any) -> str:
    return _bytes(value).decode()


def configure() -> None:
    """Both our own lines and those of the libraries, which come through `logging`."""
    stamped: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*stamped, structlog.processors.JSONRenderer(serializer=_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamped,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traceback,
                structlog.processors.JSONRenderer(serializer=_text),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _without_traceback(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A traceback's last line is a message, and a message may hold values: the type alone is kept."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        event["error"] = found[0].__name__
    event.pop("exception", None)
    return event
