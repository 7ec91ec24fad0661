"""Nothing yields inside a transaction: no call, no thread, no sleep, wherever one is open (style 8, libraries)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kernel import transaction
from services.kernel.calls import offhub, rpc_asyncio, rpc_eventlet
from services.kernel.store.database import sqlite, writing

SOURCES = sorted(path for root in ("services", "gateway") for path in Path(root).rglob("*.py"))
OPENS = {"writing", "reading", "begin"}
WAITS = {"call", "blocking", "sleep", "wait", "join", "fetch", "checked", "matches", "result"}
"""Names of what waits for another party; `checked` and `matches` are argon2's."""


def transactions(tree: ast.AST) -> Iterator[ast.AST]:
    """Blocks under `with writing(…)` and the like, and functions that are handed a Unit to work in."""
    for node in ast.walk(tree):
        match node:
            case ast.With(items=items) if any(opens(item.context_expr) for item in items):
                yield node
            case ast.FunctionDef(args=args) if any(is_unit(one.annotation) for one in args.args):
                yield node
            case _:
                pass


def opens(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and name_of(expression) in OPENS


def is_unit(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "Unit"


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def waits_in(block: ast.AST) -> Iterator[tuple[int, str]]:
    inside = block.body if isinstance(block, ast.With | ast.FunctionDef) else []
    for statement in inside:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and name_of(node) in WAITS and not is_text(node):
                yield node.lineno, name_of(node)


def is_text(call: ast.Call) -> bool:
    """`", ".join(…)` waits for nobody."""
    return isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_no_transaction_waits_for_another_party(path: Path) -> None:
    found = [wait for block in transactions(ast.parse(path.read_text())) for wait in waits_in(block)]

    assert not found, f"{path}: fetch it before the transaction begins: {found}"


def test_the_rule_sees_a_wait_when_there_is_one() -> None:
    bad = "def work(unit: Unit) -> dict:\n    caller.call('org', 'terms')\n"

    assert [list(waits_in(block)) for block in transactions(ast.parse(bad))] == [[(2, "call")]]


@pytest.mark.parametrize("module", [rpc_eventlet, rpc_asyncio, offhub], ids=lambda module: module.__name__)
def test_whatever_waits_refuses_to_inside_a_transaction(module: object) -> None:
    source = Path(str(getattr(module, "__file__", ""))).read_text()

    assert "must_not_be_open(" in source, "what waits asks transaction.must_not_be_open first"


def test_a_thread_asked_for_inside_a_transaction_is_refused(tmp_path: Path) -> None:
    with writing(sqlite(tmp_path / "t.sqlite3")), pytest.raises(transaction.YieldInTransaction):
        offhub.blocking(len, "x")
