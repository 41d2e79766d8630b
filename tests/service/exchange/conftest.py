"""Importing a table that the test writes, as the Office would, and reading what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from app.core.actor import Door
from app.core.errors import Refusal
from app.core.unit_of_work import AnySession
from app.exchange import jobs
from app.exchange.import_tasks import TaskOptions, WrittenTasks, import_tasks
from app.exchange.plan_files import plan_task_file
from app.exchange.plan_tasks import TaskPlan
from app.exchange.reversal import reverse_job
from app.exchange.uploads import Shelf
from app.models.base import Domain
from app.models.organisation import Person
from app.models.planning import Task
from app.models.system import ImportJob, ImportStatus
from tests.cast import YEAR, Cast
from tests.workbooks import write_sheet, write_tasks

FIRST_PASSWORD = "pbkdf2:sha256:1$x$y"
_COUNTING = {"version", "updated_at", "created_at", "changed_on"}


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


# Undoing -------------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def imported(
    session: AnySession, cast: Cast, shelf: Shelf, tmp_path: Path
) -> Callable[..., ImportJob]:
    """`imported([task(1)])`: a done import of tasks by the Office, of other kinds by the admin."""

    def run(rows: Any, kind: str = "task", by: str = "", **options: Any) -> ImportJob:
        by = by or _owner_of(kind)
        actor, path = cast.actor(by), tmp_path / "file.xlsx"
        write = write_tasks if kind == "task" else write_sheet
        with write(path, rows).open("rb") as file:
            upload = shelf.keep("file.xlsx", file)
        options = {"year": YEAR, **options} if kind == "task" else options
        job = jobs.open_job(session, actor, shelf, [upload], kind, options, FIRST_PASSWORD)
        summary = job.summary or {}
        assert not summary["errors"], (summary["problems"], list(shelf.read_rows(job.id)))
        jobs.confirm_job(session, actor, job, shelf, summary["fingerprint"])
        jobs.run_job(session, cast.actor(by, Door.IMPORT), shelf, job.id)
        assert job.status == ImportStatus.DONE, job.summary
        return job

    return run


def _owner_of(kind: str) -> str:
    return "office" if kind == "task" else "admin"


@pytest.fixture
def undo(session: AnySession, cast: Cast) -> Callable[..., int]:
    """`undo(job)`: as whoever imports such tables; how many rows were put back."""

    def run(job: ImportJob, by: str = "") -> int:
        return reverse_job(session, cast.actor(by or _owner_of(job.kind)), job, hours=24)

    return run


@pytest.fixture
def state(session: AnySession) -> Callable[[], dict[str, dict[int, dict[str, Any]]]]:
    """`state()`: every row of the domain and every person, but for what only counts or dates."""

    def read() -> dict[str, dict[int, dict[str, Any]]]:
        session.expire_all()
        found: dict[str, dict[int, dict[str, Any]]] = {}
        for mapper in Domain.registry.mappers:
            model: Any = mapper.class_
            if not issubclass(model, (Domain, Person)) or model is ImportJob:
                continue
            names = set(inspect(model).columns.keys()) - _COUNTING
            rows = session.scalars(select(model)).all()
            table = {row.id: {name: getattr(row, name) for name in names} for row in rows}
            found[model.__tablename__] = table
        for person in session.scalars(select(Person)):
            found["ab_user"][person.id]["roles"] = sorted(role.name for role in person.roles)
        return found

    return read


@pytest.fixture
def refused(undo: Callable[..., int], state: Callable[[], Any]) -> Callable[..., str]:
    """`refused(job)`: undoing it is refused, nothing at all has changed; the words."""

    def attempt(job: ImportJob, by: str = "") -> str:
        before = state()
        with pytest.raises(Refusal) as refusal:
            undo(job, by)
        assert state() == before
        assert job.status == ImportStatus.DONE
        return str(refusal.value)

    return attempt
