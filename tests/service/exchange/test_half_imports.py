"""An import is whole or it is not at all, and undone it never was: for tables drawn at random."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core.actor import Door
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession
from app.exchange import jobs
from app.exchange.uploads import Shelf
from app.models.planning import Milestone, Task, TaskDepartment
from app.models.system import ImportJob, ImportStatus
from tests.cast import YEAR, Cast
from tests.layouts import Layout, layouts

UNITS = ("教务处", "学生工作处", "信息工程系")
FAULTS = ("", "不存在处", "<script>", "13月99日", "长" * 12000)


def rows(session: AnySession) -> list[int | None]:
    tables = (Task, TaskDepartment, Milestone)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


@settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(layout=layouts(UNITS), bad=st.integers(0, 9), fault=st.sampled_from(FAULTS))
def test_whole_or_not_at_all(
    session: AnySession,
    cast: Cast,
    shelf: Shelf,
    undo: Callable[..., int],
    layout: Layout,
    bad: int,
    fault: str,
) -> None:
    if bad < len(layout.tasks):
        _spoil(layout, bad, fault)
    job = _uploaded(session, cast, shelf, layout)
    summary: dict[str, Any] = job.summary or {}
    office = cast.actor("office", Door.IMPORT)
    if summary["errors"]:
        with pytest.raises(RuleViolation):
            jobs.confirm_job(session, office, job, shelf, summary["fingerprint"])
        jobs.run_job(session, office, shelf, job.id)
        assert rows(session) == [0, 0, 0]
        return
    assert summary["new"] == len(layout.tasks)
    jobs.confirm_job(session, office, job, shelf, summary["fingerprint"])
    jobs.run_job(session, office, shelf, job.id)
    assert job.status == ImportStatus.DONE
    assert rows(session)[0] == len(layout.tasks)
    undo(job)
    assert rows(session) == [0, 0, 0]


def _spoil(layout: Layout, place: int, fault: str) -> None:
    name, number = layout.places[place]
    cells = layout.sheets[name].rows[number - 1]
    cells[cells.index(layout.tasks[place]["due"])] = fault


def _uploaded(session: AnySession, cast: Cast, shelf: Shelf, layout: Layout) -> ImportJob:
    with tempfile.TemporaryDirectory() as folder:
        path = layout.write(Path(folder))
        with path.open("rb") as file:
            upload = shelf.keep(path.name, file)
    actor = cast.actor("office")
    return jobs.open_job(session, actor, shelf, [upload], "task", {"year": YEAR})
