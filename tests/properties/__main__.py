"""The long form: `python -m tests.properties [--seed N]`; exit code 1, and the story, where a promise is broken."""

from __future__ import annotations

import importlib
import sys

from tests.properties import clock

if __name__ == "__main__":
    clock.take()
    # Only now: whatever takes the time from `datetime` has to take it from here.
    sys.exit(importlib.import_module("tests.properties.campaign").main())
