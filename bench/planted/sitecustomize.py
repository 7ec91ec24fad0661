"""A leak, planted: all files of a tenant are looked up, each hidden one is read as others are, and left out then.

For `bench.isolation` alone, which has to see it. No answer differs by a byte; only the time does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

LEAKS = "services.audit.views.disclosures"
ASKED = ("by_id", "after", "begun_in", "of_tenant", "open_ones", "unnotified", "told")


class Planting(MetaPathFinder):
    """Finds that module where it is, and changes it once it is loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != LEAKS:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                leak(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def leak(view: Any) -> None:
    """What a tenant asks is preceded by a query for all of its files, and by one more for each that is hidden."""
    from sqlalchemy import select

    from services.kernel.store import eventstore

    table = view.disclosures

    def leaking(asked: Any) -> Any:
        def ask(session: Any, tenant: Any, *more: Any, **named: Any) -> Any:
            for row in session.execute(select(table).where(table.c.tenant_index.in_(tenant or ()))).all():
                if row.hidden:
                    eventstore.read(session, f"disclosure/{row.disclosure}")
            return asked(session, tenant, *more, **named)

        return ask

    for name in ASKED:
        setattr(view, name, leaking(getattr(view, name)))


sys.meta_path.insert(0, Planting())
