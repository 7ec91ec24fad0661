"""The tables of audit."""

from services.audit.ledger.tables import tables as ledger
from services.audit.views import (
    access,
    agreed,
    checks,
    complaints,
    disclosures,
    erasures,
    grounds,
    incidents,
    papers,
    sealing,
    security,
    tally,
    usage,
)
from services.kernel.hosting.migrating import EVENTS, run

views = (
    erasures,
    access,
    grounds,
    incidents,
    complaints,
    tally,
    usage,
    agreed,
    checks,
    security,
    disclosures,
    papers,
    sealing,
)
run([EVENTS, ledger, *(view.tables for view in views)])
