"""Start the ingest: `python -m services.audit.ingest`."""

from __future__ import annotations

import logging
import signal
import sys

from services.audit.ingest.checking import Checking
from services.audit.ingest.process import Process, on_stop
from services.audit.ingest.state import Untrustworthy
from services.audit.ingest.writer import Writer
from services.audit.ledger import tables
from services.kernel import metrics
from services.kernel.configuration import Configuration
from services.kernel.signing.note import NoteInvalid, Signer
from services.kernel.store.database import ensure, open_engine

USER = "audit-ingest"
REFUSES = 3
"""The exit status of an ingest that will not write: restarting changes nothing, a person has to look."""

log = logging.getLogger("services.audit.ingest")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s audit-ingest %(levelname)s %(message)s")
    logging.getLogger("pika").setLevel(logging.ERROR)
    settings = Configuration.read()
    metrics.serve(settings)
    ensure(settings.database_url, "audit")
    engine = open_engine(settings.database_url, "audit", settings.var / "data", pool=2)
    tables.create(engine)
    signer = Signer(settings.origin, settings.seed("log"))
    if signer.verifier.vkey != settings.installation["log"]:
        log.critical("refused: the log's seed is not the key pinned at installation")
        return REFUSES
    writer = Writer(engine, settings.installation["pins"], signer, settings.var / "log" / "head")
    process = Process(writer, Checking(settings.installation["pins"]), engine, settings.broker_url(USER))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_stop(process))
    try:
        process.run()
    except (Untrustworthy, NoteInvalid) as error:
        log.critical("refused: %s", error)
        return REFUSES
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
