"""The tables of retention."""

from services.kernel.hosting.migrating import EVENTS, run
from services.retention.views import (
    certificates,
    departures,
    erasures,
    holds,
    proposals,
    recordings,
    retirements,
    rules,
    sessions,
    standing,
)

VIEWS = (certificates, departures, erasures, holds, proposals, recordings, retirements, rules, sessions, standing)
run([EVENTS, *(view.tables for view in VIEWS)])
