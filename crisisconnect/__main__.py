"""`python -m crisisconnect` is the same command line as `crisisconnect`."""

from __future__ import annotations

from crisisconnect.cli import main

main()
