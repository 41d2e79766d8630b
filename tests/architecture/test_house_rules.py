"""The house rules that a reader of the syntax tree can see. Every exemption has its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "app").rglob("*.py") if "migrations/versions" not in path.as_posix()
)
OWN_FILES = [
    *SOURCES,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "tools").glob("*.py")),
    ROOT / "config.py",
    ROOT / "run.py",
]

COMMITS = {
    "app/core/unit_of_work.py": "the unit of work itself",
    "app/web/interface.py": "the data model of Flask-AppBuilder's views: each save is one",
    "app/security/manager.py": "the framework's bookkeeping at sign-in, before there is an actor",
}
BULK = {
    "app/core/": "the mechanisms",
    "app/security/actors.py": "the access stamp: one row, no domain table",
    "app/search/index.py": "the search index: derived from the rows, no domain table",
}
LONG: dict[str, str] = {}
LIMIT = 450
TEST_LIMIT = 500


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(tree_of(path))


@pytest.fixture(params=SOURCES, ids=name_of)
def source(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_status_changes_only_in_the_workflow(source: Path) -> None:
    """House rule 1."""
    if name_of(source) == "app/core/workflow.py":
        return
    for node in nodes(source):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "status":
                pytest.fail(f"{name_of(source)}:{target.lineno} assigns a status")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "setattr"
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
            and node.args[1].value == "status"
        ):
            pytest.fail(f"{name_of(source)}:{node.lineno} assigns a status")


def test_only_the_unit_of_work_commits(source: Path) -> None:
    """House rule 4."""
    if name_of(source) in COMMITS:
        return
    for node in nodes(source):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "commit"
        ):
            pytest.fail(f"{name_of(source)}:{node.lineno} commits")


def test_no_bulk_writes_outside_the_core(source: Path) -> None:
    """House rule 4: `insert`, `update` and `delete` of SQLAlchemy pass the gate by."""
    if name_of(source).startswith(tuple(BULK)):
        return
    borrowed = {
        alias.asname or alias.name
        for node in nodes(source)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in {"insert", "update", "delete"}
    }
    for node in nodes(source):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in borrowed:
            pytest.fail(f"{name_of(source)}:{node.lineno} writes in bulk")
        if isinstance(called, ast.Attribute) and (
            called.attr in {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
            or (
                isinstance(called.value, ast.Name)
                and called.value.id in {"sa", "sqlalchemy"}
                and called.attr in {"insert", "update", "delete"}
            )
            or (
                isinstance(called.value, ast.Attribute)
                and called.value.attr == "__table__"
                and called.attr in {"insert", "update", "delete"}
            )
        ):
            pytest.fail(f"{name_of(source)}:{node.lineno} writes in bulk")


def test_every_module_says_what_it_decides(source: Path) -> None:
    if source.name == "__init__.py" and not source.read_text(encoding="utf-8").strip():
        return
    assert ast.get_docstring(tree_of(source)), f"{name_of(source)} has no docstring"


@pytest.mark.parametrize("path", OWN_FILES, ids=name_of)
def test_files_stay_short(path: Path) -> None:
    if name_of(path) in LONG:
        return
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = TEST_LIMIT if name_of(path).startswith("tests/") else LIMIT
    assert lines <= limit, f"{name_of(path)} has {lines} lines: split it by noun"


def test_exemptions_are_still_needed() -> None:
    """An exemption that nothing needs any more goes."""
    for name in [*COMMITS, *LONG]:
        assert (ROOT / name).is_file(), name
    for name in LONG:
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) > LIMIT, name
    for name in COMMITS:
        assert ".commit(" in (ROOT / name).read_text(encoding="utf-8"), name
