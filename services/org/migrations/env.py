"""The tables of org."""

from services.kernel.hosting.migrating import EVENTS, run
from services.org.views import agreements, cookies, leaving, organisations, statements, usage

run([EVENTS, organisations.tables, agreements.tables, leaving.tables, statements.tables, cookies.tables, usage.tables])
