"""Importing a table that the test writes, as the Office would, and reading what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.actor import Door
from app.core.unit_of_work import AnySession
from app.exchange.import_tasks import TaskOptions, WrittenTasks, import_tasks
from app.exchange.plan_files import plan_task_file
from app.exchange.plan_tasks import TaskPlan
from app.models.planning import Task
from tests.cast import YEAR, Cast
from tests.workbooks import write_tasks


@pytest.fixture
def plan(session: AnySession, cast: Cast, tmp_path: Path) -> Callable[..., TaskPlan]:
    """`plan([task(1)])`: what importing these rows would do."""

    def make(
        rows: Sequence[Mapping[str, Any]] | Path,
        *,
        by: str = "office",
        year: int = YEAR,
        **options: Any,
    ) -> TaskPlan:
        columns = options.pop("columns", None)
        path = rows
        if not isinstance(path, Path):
            path = write_tasks(
                tmp_path / "made.xlsx", rows, **({"columns": columns} if columns else {})
            )  # type: ignore[arg-type]
        actor = cast.actor(by, Door.IMPORT)
        return plan_task_file(session, actor, path, year=year, **options)

    return make


@pytest.fixture
def load(
    session: AnySession, cast: Cast, plan: Callable[..., TaskPlan]
) -> Callable[..., WrittenTasks]:
    """`load([task(1)])`: import these rows, as the Office."""

    def make(
        rows: Any, *, by: str = "office", adjust: bool = False, issue: str = "", **options: Any
    ) -> WrittenTasks:
        planned = plan(rows, by=by, publish=bool(issue), **options)
        wanted = TaskOptions(
            publish=bool(issue), issue_number=issue, adjust=adjust, cause="重新导入"
        )
        return import_tasks(session, cast.actor(by, Door.IMPORT), planned, wanted)

    return make


@pytest.fixture
def tasks(session: AnySession, cast: Cast) -> Callable[[], list[Task]]:
    """The year's tasks in the order of the table."""

    def read() -> list[Task]:
        mine = select(Task).where(Task.cycle_id == cast.cycle.id)
        return list(session.scalars(mine.order_by(Task.sort_order, Task.id)))

    return read


@pytest.fixture
def told(command: Callable[..., Any]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """`told("import-tasks", …)`: the exit code and the JSON of the last line."""

    def run(*words: Any) -> tuple[int, dict[str, Any]]:
        result = command(*map(str, words), "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result.exit_code, json.loads(result.stdout.strip().splitlines()[-1])

    return run
