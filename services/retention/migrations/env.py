"""The tables of retention."""

from services.retention.views import erasures, retirements
from services.kernel.migrating import EVENTS, run

run([EVENTS, erasures.tables, retirements.tables])
