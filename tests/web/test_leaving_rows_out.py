"""A file with errors: its owner may import the other rows, knowing which stay out; and the way
back to the page that sent them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.exchange import views
from app.models.organisation import Department
from app.models.planning import Task
from app.models.system import ImportJob, ImportStatus
from tests.cast import YEAR
from tests.factories import make_department
from tests.workbooks import task, write_sheet, write_tasks

SignIn = Callable[[str], FlaskClient]
BAD = "宇宙探索处"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    works: list[Callable[[], None]] = []
    monkeypatch.setattr(views, "start", works.append)
    return works


@pytest.fixture
def upload(client_for: SignIn, session: AnySession) -> Callable[..., ImportJob]:
    """`upload(path)`: the import of this file, by the Office or the one who keeps such rows."""

    def send(content: Path | bytes, *, kind: str = "task", **form: Any) -> ImportJob:
        data = content if isinstance(content, bytes) else content.read_bytes()
        client = client_for("office" if kind == "task" else "admin")
        answer = client.post(
            "/import/upload",
            data={"kind": kind, "year": str(YEAR), "state": "proposed", **form,
                  "file": (io.BytesIO(data), "table.xlsx")},
            content_type="multipart/form-data",
        )  # fmt: skip
        assert answer.status_code == 302, answer.text
        return session.scalars(select(ImportJob).order_by(ImportJob.id.desc())).first()  # type: ignore[return-value]

    return send


@pytest.fixture
def run(
    client_for: SignIn, session: AnySession, started: list[Callable[[], None]]
) -> Callable[..., int]:
    """`run(job, leave_out="1")`: confirm as shown and let it run; how many runs began."""

    def confirm(job: ImportJob, **form: str) -> int:
        client = client_for("office" if job.kind == "task" else "admin")
        shown = {"fingerprint": (job.summary or {})["fingerprint"], **form}
        client.post(f"/import/{job.id}/confirm", data=shown)
        begun = len(started)
        while started:
            started.pop()()
        session.expire_all()
        return begun

    return confirm


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Two good rows and, between them, one whose department nobody knows."""
    return write_tasks(tmp_path / "tasks.xlsx", [task(1), task(2, lead=BAD), task(3)])


def titles(session: AnySession) -> list[str]:
    return sorted(session.scalars(select(Task.title)))


def test_the_other_rows_are_imported_and_the_rest_comes_by_its_workbook(
    upload: Callable[..., ImportJob],
    run: Callable[..., int],
    three: Path,
    client_for: SignIn,
    session: AnySession,
) -> None:
    office, job = client_for("office"), upload(three)
    page = office.get(f"/import/{job.id}").text
    assert "导入其余 2 行" in page or "Import the other 2 rows; these 1 stay out" in page
    assert run(job, leave_out="1") == 1
    assert (job.status, titles(session)) == (ImportStatus.DONE, ["第1项任务", "第3项任务"])
    summary = job.summary or {}
    assert (summary["new"], summary["left_out"]) == (2, 1)
    page = office.get(f"/import/{job.id}").text
    assert f'href="/import/{job.id}/refused"' in page

    workbook = office.get(f"/import/{job.id}/refused")
    book = openpyxl.load_workbook(io.BytesIO(workbook.data))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value == BAD]
    assert len(cells) == 1
    assert not any(cell.value == "第1项任务" for row in book.active.iter_rows() for cell in row)
    cells[0].value = "教务处"
    corrected = io.BytesIO()
    book.save(corrected)
    again = upload(corrected.getvalue())
    assert run(again) == 1
    assert titles(session) == ["第1项任务", "第2项任务", "第3项任务"]
    assert (again.summary or {})["left_out"] == 0


def test_the_workbook_holds_what_was_left_out_even_when_it_would_be_taken_today(
    upload: Callable[..., ImportJob], run: Callable[..., int], three: Path, client_for: SignIn
) -> None:
    job = upload(three)
    run(job, leave_out="1")
    make_department(name=BAD)
    workbook = client_for("office").get(f"/import/{job.id}/refused")
    texts = [
        c.value for row in openpyxl.load_workbook(io.BytesIO(workbook.data)).active for c in row
    ]
    assert "第2项任务" in texts
    assert "第1项任务" not in texts


def test_without_saying_so_nothing_of_a_file_with_errors_is_imported(
    upload: Callable[..., ImportJob], run: Callable[..., int], three: Path, session: AnySession
) -> None:
    job = upload(three)
    assert run(job) == 0
    assert (job.status, titles(session)) == (ImportStatus.PREVIEW, [])


def test_an_issued_table_is_imported_whole_or_not_at_all(
    upload: Callable[..., ImportJob],
    run: Callable[..., int],
    three: Path,
    client_for: SignIn,
    session: AnySession,
) -> None:
    job = upload(three, state="published", issue_number="院发〔2026〕1号")
    assert 'name="leave_out"' not in client_for("office").get(f"/import/{job.id}").text
    assert run(job, leave_out="1") == 0
    assert (job.status, titles(session)) == (ImportStatus.PREVIEW, [])


def test_what_is_left_out_is_what_was_shown(
    upload: Callable[..., ImportJob], run: Callable[..., int], three: Path, session: AnySession
) -> None:
    job = upload(three)
    make_department(name=BAD)
    assert run(job, leave_out="1") == 1
    assert (job.status, titles(session)) == (ImportStatus.PREVIEW, [])
    assert (job.summary or {})["differs"]
    assert run(job, fingerprint="another", leave_out="1") == 0


def test_a_file_with_nothing_else_in_it_offers_no_leaving_out(
    upload: Callable[..., ImportJob], run: Callable[..., int], tmp_path: Path, session: AnySession
) -> None:
    job = upload(write_tasks(tmp_path / "tasks.xlsx", [task(1, lead=BAD)]))
    assert run(job, leave_out="1") == 0
    assert job.status == ImportStatus.PREVIEW


def test_a_department_stays_out_with_the_one_above_it(
    upload: Callable[..., ImportJob], run: Callable[..., int], tmp_path: Path, session: AnySession
) -> None:
    rows = [
        ["代码", "名称", "类别", "上级部门"],
        ["a1", "甲" * 300, "职能部门", ""],
        ["a2", "甲科", "科室", "a1"],
        ["a3", "乙处", "职能部门", ""],
    ]
    rows[2][3] = rows[1][1]
    job = upload(write_sheet(tmp_path / "d.xlsx", rows), kind="department")
    assert ((job.summary or {})["out"], (job.summary or {})["others"]) == (2, 1)
    assert run(job, leave_out="1") == 1
    names = set(session.scalars(select(Department.name)))
    assert job.status == ImportStatus.DONE, job.summary
    assert "乙处" in names
    assert "甲科" not in names


@pytest.mark.parametrize(
    ("asked", "linked"),
    [("/start/#tasks", True), ("//elsewhere.example/", False), ("javascript:1", False)],
)
def test_a_run_ends_with_the_way_back_to_the_page_of_ours_that_began_it(
    upload: Callable[..., ImportJob],
    run: Callable[..., int],
    client_for: SignIn,
    tmp_path: Path,
    asked: str,
    linked: bool,
) -> None:
    office = client_for("office")
    form = office.get("/import/", query_string={"kind": "task", "return": asked}).text
    assert f'name="come_from" type="hidden" value="{asked}"' in form
    job = upload(write_tasks(tmp_path / "tasks.xlsx", [task(1)]), come_from=asked)
    run(job)
    page = office.get(f"/import/{job.id}").text
    assert (f'href="{asked}"' in page) is linked
