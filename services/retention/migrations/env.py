"""The tables of retention."""

from services.kernel.migrating import EVENTS, run
from services.retention.views import erasures, retirements

run([EVENTS, erasures.tables, retirements.tables])
