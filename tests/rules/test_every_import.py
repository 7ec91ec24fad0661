"""What import-linter cannot see: packages that nobody imports yet, and must not."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCES = sorted(path for root in ("services", "gateway", "crisisconnect") for path in Path(root).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_nobody_speaks_kombu_beside_nameko() -> None:
    naming = [path for path in SOURCES if "kombu" in path.read_text()]
    assert [str(path) for path in naming if "kombu" in imported(path)] == []
