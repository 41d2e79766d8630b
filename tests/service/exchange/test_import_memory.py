"""What an import takes in memory does not follow the rows of its file."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core import audit, spool
from app.core.actor import Door
from app.core.unit_of_work import AnySession
from app.exchange import import_tasks, jobs, plan_tasks, reading
from app.exchange.uploads import Shelf
from app.models.planning import Task
from app.models.system import ImportStatus
from tests.cast import YEAR, Cast

FEW, MANY = 100, 400
GROWTH = 1.5
"""What four times the rows may take more: a few bytes of each are kept. All of them at once
took four times as much."""


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files have many portions, so that one portion weighs the same in both."""
    monkeypatch.setattr(spool, "BLOCK", 10)
    monkeypatch.setattr(audit, "_AT_ONCE", 20)
    monkeypatch.setattr(reading, "_LINES", 20)
    monkeypatch.setattr(import_tasks, "PORTION", 20)
    monkeypatch.setattr(plan_tasks, "AT_ONCE", 20)


@pytest.fixture(autouse=True)
def nothing_waits_to_be_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that nobody holds any more are gone at every portion, not at some time."""
    tell = Shelf.tell

    def collect(shelf: Shelf, job_id: int, percent: int) -> None:
        gc.collect()
        tell(shelf, job_id, percent)

    monkeypatch.setattr(Shelf, "tell", collect)


@pytest.fixture
def peak(
    session: AnySession, cast: Cast, shelf: Shelf, tmp_path: Path
) -> Iterator[Callable[..., int]]:
    """`peak(100)`: bytes at the most while so many tasks are looked at and imported. With the
    same `name` the tasks are known already, `told` is what the file says of each."""
    office = cast.actor("office")

    def measure(rows: int, name: str, told: str = "合格") -> int:
        path = tmp_path / "file.csv"
        lines = [f"{name}{n},{name}第{n}项任务,3月：调研；6月：实施,{told},教务处,学生工作处,11月30日前" for n in range(rows)]  # fmt: skip
        text = "\n".join(["序号,目标任务,主要举措,考核标准,牵头部门,配合部门,完成时限", *lines])
        path.write_text(text, encoding="utf-8")
        with path.open("rb") as file:
            upload = shelf.keep("file.csv", file)
        gc.collect()
        gc.freeze()  # so that collecting looks at the import's own objects only
        tracemalloc.start()
        job = jobs.open_job(session, office, shelf, [upload], "task", {"year": YEAR})
        summary = job.summary or {}
        assert not summary["errors"], (summary["problems"], next(shelf.read_rows(job.id))["errors"])
        jobs.confirm_job(session, office, job, shelf, summary["fingerprint"])
        jobs.run_job(session, cast.actor("office", Door.IMPORT), shelf, job.id)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        gc.unfreeze()
        assert (job.status, (job.summary or {})["rows"]) == (ImportStatus.DONE, rows)
        return most

    measure(40, "0-")  # what is made once: compiled statements, look-ups
    yield measure
    tracemalloc.stop()
    gc.unfreeze()


def test_four_times_the_tasks_take_hardly_more(
    peak: Callable[..., int], session: AnySession
) -> None:
    new, known = {}, {}
    for rows in (FEW, MANY):
        new[rows] = peak(rows, f"{rows}-")
        known[rows] = peak(rows, f"{rows}-", told="优秀")
    assert session.scalar(select(func.count(Task.id))) >= FEW + MANY
    assert new[MANY] < GROWTH * new[FEW], new
    assert known[MANY] < GROWTH * known[FEW], known
