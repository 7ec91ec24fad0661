"""The tables of org."""

from services.kernel.migrating import EVENTS, run
from services.org.views import agreements, leaving, organisations

run([EVENTS, organisations.tables, agreements.tables, leaving.tables])
