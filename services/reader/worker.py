"""One worker process: it judges each block it is handed, until the line it is handed them by closes."""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from services.reader.block import judge


def work(line: Connection) -> None:
    """Answer every task, the arguments of `judge`, with its judgement."""
    try:
        while True:
            line.send(judge(*line.recv()))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
