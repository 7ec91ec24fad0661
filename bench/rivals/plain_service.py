"""A bare nameko service: stock `@rpc`, JSON in the open, two rows in one transaction, nothing else.

`python -m bench.rivals.plain_service`, with the broker in PLAIN_AMQP_URL and the database in PLAIN_DATABASE_URL.
"""

from __future__ import annotations

import os
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"

import eventlet  # noqa: E402

eventlet.monkey_patch()

import signal  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402
from uuid import uuid4  # noqa: E402

import orjson  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from sqlalchemy import create_engine, insert  # noqa: E402

from bench.rivals.rows import changes, events  # noqa: E402

WORKERS = 16
ENGINE = create_engine(os.environ["PLAIN_DATABASE_URL"], pool_size=WORKERS, max_overflow=WORKERS)


class Plain:
    name = "plain"

    @rpc  # type: ignore[untyped-decorator]
    def correct(self, person: str, infix: str) -> dict[str, Any]:
        identity, now = str(uuid4()), datetime.now(UTC).isoformat()
        line = orjson.dumps({"id": identity, "person": person, "infix": infix, "at": now, "more": "x" * 600})
        with ENGINE.begin() as session:
            session.execute(insert(events).values(id=identity, stream=person, line=line))
            session.execute(insert(changes).values(id=identity, person=person, infix=infix, at=now))
        return {"events": [identity]}


def main() -> None:
    runner = ServiceRunner({"AMQP_URI": os.environ["PLAIN_AMQP_URL"], "max_workers": WORKERS})
    runner.add_service(Plain)
    runner.start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    runner.wait()


if __name__ == "__main__":
    main()
