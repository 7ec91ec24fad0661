"""The tables of org."""

from services.org.views import agreements, organisations
from services.kernel.migrating import EVENTS, run

run([EVENTS, organisations.tables, agreements.tables])
