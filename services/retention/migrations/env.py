"""The tables of retention."""

from services.kernel.migrating import EVENTS, run
from services.retention.views import erasures, holds, retirements, standing

run([EVENTS, erasures.tables, holds.tables, retirements.tables, standing.tables])
