"""The import screen: upload, look, confirm once, watch, and nobody else's imports."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange import jobs, uploads, views
from app.models.baseline import Baseline
from app.models.improvement import Adjustment
from app.models.organisation import Department
from app.models.planning import Task
from app.models.system import ImportJob, ImportStatus
from tests.cast import TEST, YEAR, Cast
from tests.conftest import MakeApp
from tests.workbooks import task, write_table, write_tasks

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would run in the background; the test runs it when it wants to."""
    works: list[Callable[[], None]] = []
    monkeypatch.setattr(views, "start", works.append)
    return works


def send(client: FlaskClient, path: Path, **form: Any) -> Any:
    data = {
        "kind": "task",
        "year": str(YEAR),
        "state": "proposed",
        **form,
        "file": (io.BytesIO(path.read_bytes()), path.name),
    }
    return client.post("/import/upload", data=data, content_type="multipart/form-data")


@pytest.fixture
def upload(client_for: SignIn, tmp_path: Path) -> Callable[..., Any]:
    """`upload([task(1)])` as the Office: the answer."""

    def make(rows: Any, *, by: str = "office", **form: Any) -> Any:
        path = rows if isinstance(rows, Path) else write_tasks(tmp_path / "tasks.xlsx", rows)
        return send(client_for(by), path, **form)

    return make


def the_job(session: AnySession) -> ImportJob:
    return session.scalars(select(ImportJob).order_by(ImportJob.id.desc())).first()  # type: ignore[return-value]


def count(session: AnySession, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def confirm(client: FlaskClient, job: ImportJob) -> Any:
    fingerprint = job.summary["fingerprint"]  # type: ignore[index]
    return client.post(f"/import/{job.id}/confirm", data={"fingerprint": fingerprint})


def test_the_preview_shows_every_row_s_fate_and_writes_no_task(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession
) -> None:
    answer = upload([task(1), task(2, due="全年")])
    assert answer.status_code == 302
    job = the_job(session)
    assert answer.location == f"/import/{job.id}/columns"
    page = client_for("office").get(f"/import/{job.id}")
    assert page.status_code == 200
    assert "第2项任务" in page.text
    assert 'name="fingerprint"' in page.text
    assert (job.status, count(session, Task)) == (ImportStatus.PREVIEW, 0)


def test_a_confirmed_import_runs_and_says_what_it_did(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1), task(2)])
    office, job = client_for("office"), the_job(session)
    assert confirm(office, job).status_code == 302
    assert office.get(f"/import/{job.id}/progress").json == {"status": "running", "percent": 0}
    assert f'data-progress="/import/{job.id}/progress"' in office.get(f"/import/{job.id}").text
    started[0]()
    session.expire_all()
    assert (job.status, job.progress, count(session, Task)) == (ImportStatus.DONE, 100, 2)
    page = office.get(f"/import/{job.id}").text
    assert f"/task/list/?_flt_0_cycle={job.summary['result']['cycle']}" in page  # type: ignore[index]
    assert office.get(f"/import/{job.id}/progress").json == {"status": "done", "percent": 100}


def test_a_second_confirmation_imports_nothing_more(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    confirm(office, job)
    confirm(office, job)
    assert len(started) == 1
    started[0]()
    confirm(office, job)
    assert (len(started), count(session, Task)) == (1, 1)


def test_a_run_started_twice_writes_once(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    confirm(client_for("office"), the_job(session))
    started[0]()
    started[0]()
    assert count(session, Task) == 1


def test_errors_stand_at_their_cells_and_cannot_be_confirmed(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1), task(2, lead="宇宙探索处")])
    office, job = client_for("office"), the_job(session)
    page = office.get(f"/import/{job.id}").text
    assert "F3" in page
    assert "宇宙探索处" in page
    assert page.count('name="fingerprint"') == page.count('name="leave_out"') == 1
    confirm(office, job)
    assert started == []
    assert job.status == ImportStatus.PREVIEW


def test_when_the_data_changed_meanwhile_the_new_preview_is_shown(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    cast: Cast,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    with unit_of_work(session, TEST):
        session.add(Task(cycle=cast.cycle, number="1", title="第1项任务", lead_department=cast.jwc))
    confirm(office, job)
    started[0]()
    session.expire_all()
    assert (job.status, count(session, Task)) == (ImportStatus.PREVIEW, 1)
    summary = job.summary or {}
    assert (summary["differs"], summary["changed"]) == (True, 1)
    confirm(office, job)
    started[1]()
    session.expire_all()
    assert job.status == ImportStatus.DONE


def test_what_was_not_shown_is_not_confirmed(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    job = the_job(session)
    client_for("office").post(f"/import/{job.id}/confirm", data={"fingerprint": "of another plan"})
    assert (started, job.status) == ([], ImportStatus.PREVIEW)


def test_a_failure_is_told_and_leaves_nothing_behind(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    confirm(office, job)
    write = jobs.write_tasks

    def break_off(*given: Any) -> Any:
        write(*given)
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(jobs, "write_tasks", break_off)
    started[0]()
    session.expire_all()
    assert (job.status, count(session, Task)) == (ImportStatus.FAILED, 0)
    page = office.get(f"/import/{job.id}").text
    assert "the lights" not in page
    monkeypatch.setattr(jobs, "write_tasks", write)
    office.post(f"/import/{job.id}/retry")
    confirm(office, job)
    started[1]()
    session.expire_all()
    assert (job.status, count(session, Task)) == (ImportStatus.DONE, 1)


def test_a_run_that_died_can_be_taken_up_again(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    app: Flask,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    confirm(office, job)
    office.post(f"/import/{job.id}/retry")
    assert job.status == ImportStatus.RUNNING  # it was heard of just now
    place = Path(app.config["FILES_PATH"]) / "imports" / f"job-{job.id}.progress"
    os.utime(place, (0, 0))
    assert f"/import/{job.id}/retry" in office.get(f"/import/{job.id}").text
    office.post(f"/import/{job.id}/retry")
    assert job.status == ImportStatus.PREVIEW
    confirm(office, job)
    started[1]()
    session.expire_all()
    assert (job.status, count(session, Task)) == (ImportStatus.DONE, 1)


def test_an_import_is_its_owner_s_alone(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession
) -> None:
    upload([task(1)])
    job = the_job(session)
    admin = client_for("admin")
    for path in (f"/import/{job.id}", f"/import/{job.id}/progress"):
        assert admin.get(path).status_code == 404
    assert admin.post(f"/import/{job.id}/confirm").status_code == 404
    assert "tasks.xlsx" not in admin.get("/import/").text
    assert "tasks.xlsx" in client_for("office").get("/import/").text


@pytest.mark.parametrize("who", ["head_jwc", "leader", "auditor"])
def test_others_do_not_import(client_for: SignIn, upload: Callable[..., Any], who: str) -> None:
    assert client_for(who).get("/import/").status_code in (302, 403)
    assert upload([task(1)], by=who).status_code in (302, 403)


def test_each_role_is_offered_what_it_may_import(client_for: SignIn) -> None:
    office, admin = (
        client_for("office").get("/import/").text,
        client_for("admin").get("/import/").text,
    )
    assert ('value="task"' in office, 'value="department"' in office) == (True, False)
    assert ('value="task"' in admin, 'value="department"' in admin) == (False, True)


def test_the_office_cannot_smuggle_departments_in(
    upload: Callable[..., Any], session: AnySession, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "d.csv", [["部门名称", "类别"], ["新处", "职能部门"]])
    assert upload(path, kind="department").status_code == 422
    assert count(session, ImportJob) == 0


def test_the_administrator_imports_departments(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    path = write_table(tmp_path / "d.csv", [["部门名称", "类别"], ["新处", "职能部门"]])
    upload(path, by="admin", kind="department", year="")
    confirm(client_for("admin"), the_job(session))
    started[0]()
    assert session.scalar(select(Department.kind).where(Department.name == "新处")) == "functional"


def test_an_issued_table_and_its_adjustments_go_through_the_screen(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    started: list[Callable[[], None]],
) -> None:
    office = client_for("office")
    upload([task(1)], state="published", issue_number="院发〔2026〕3号", issued_on="2026-02-27")
    confirm(office, the_job(session))
    started[0]()
    assert count(session, Baseline) == 1
    upload([task(1, standard="通过验收")], adjust="y")
    page = office.get(f"/import/{the_job(session).id}").text
    assert "<del>方案出台</del>" in page
    confirm(office, the_job(session))
    started[1]()
    assert count(session, Adjustment) == 1


def test_a_published_table_needs_its_number(
    upload: Callable[..., Any], session: AnySession
) -> None:
    assert upload([task(1)], state="published").status_code == 422
    assert count(session, ImportJob) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04 and then nothing"),
        ("a.csv", b"\x00\x01\x02" * 50),
        ("a.xls", b"<html><table></table></html>"),
        ("../../../a.csv", "没有表头".encode()),
        ("large.csv", b"1,2\n" * 5_300_000),
    ],
)
def test_what_is_no_table_is_refused_with_a_message(
    client_for: SignIn, session: AnySession, app: Flask, name: str, content: bytes
) -> None:
    data = {
        "kind": "task",
        "year": str(YEAR),
        "state": "proposed",
        "file": (io.BytesIO(content), name),
    }
    answer = client_for("office").post("/import/upload", data=data)
    assert answer.status_code == 422
    assert "lx-errors" in answer.text
    assert count(session, ImportJob) == 0
    assert not list((Path(app.config["FILES_PATH"]) / "imports").glob(".*.part"))


def test_a_file_beyond_all_bounds_is_refused_before_it_is_read(
    client_for: SignIn, app: Flask
) -> None:
    size = app.config["MAX_CONTENT_LENGTH"] + 1
    data = {"kind": "task", "year": str(YEAR), "file": (io.BytesIO(b"0" * size), "a.csv")}
    assert client_for("office").post("/import/upload", data=data).status_code == 413


def test_confirming_twice_at_once_runs_once(make_app: MakeApp, tmp_path: Path) -> None:
    """In a database of its own, with threads as in earnest."""
    app = make_app()
    client = app.test_client()
    client.post("/login/", data={"username": "office", "password": "demo-2022"})
    answer = send(client, write_tasks(tmp_path / "t.xlsx", [task(n) for n in range(1, 30)]))
    with app.app_context():
        from app.extensions import db

        job = the_job(db.session)
        job_id, fingerprint = job.id, job.summary["fingerprint"]  # type: ignore[index]
    gate = threading.Barrier(3)

    def click() -> None:
        own = app.test_client()
        own.post("/login/", data={"username": "office", "password": "demo-2022"})
        gate.wait()
        own.post(f"/import/{job_id}/confirm", data={"fingerprint": fingerprint})

    clicks = [threading.Thread(target=click) for _ in range(3)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(60)
    for thread in threading.enumerate():
        if thread.name == "import":
            thread.join(60)
    assert answer.status_code == 302
    with app.app_context():
        assert count(db.session, Task) == 29
        assert db.session.get(ImportJob, job_id).status == ImportStatus.DONE  # type: ignore[union-attr]


def test_messages_survive_being_kept() -> None:
    from app.core.text import message

    words = message(
        "%(sheet)s!%(place)s %(reason)s",
        sheet="表",
        place="A1",
        reason=message("The file is empty."),
    )
    assert str(uploads.unpack(uploads.pack(words))) == str(words)


def test_the_page_is_divided_and_shows_errors_first(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession
) -> None:
    upload([task(n) for n in range(1, 60)] + [task(60, lead="宇宙探索处")])
    office, address = client_for("office"), f"/import/{the_job(session).id}"
    assert "宇宙探索处" in office.get(address).text
    assert "宇宙探索处" not in office.get(f"{address}?page=2").text
    assert "第1项任务" not in office.get(f"{address}?only=error").text
