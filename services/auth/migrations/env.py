"""The tables of auth."""

from services.auth.views import accounts, looks, sessions, work
from services.kernel.hosting.migrating import EVENTS, run

run([EVENTS, accounts.tables, sessions.tables, looks.tables, work.tables])
