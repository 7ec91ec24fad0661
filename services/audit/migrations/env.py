"""The tables of audit."""

from services.audit.ledger.tables import tables as ledger
from services.audit.views import access, erasures, grounds
from services.kernel.migrating import EVENTS, run

run([EVENTS, ledger, erasures.tables, access.tables, grounds.tables])
