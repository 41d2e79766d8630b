"""The import screen's doors for what comes after: undo in one click, and the refused rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange import undoing, views
from app.models.planning import Task
from app.models.system import ImportJob, ImportStatus
from tests.cast import TEST, YEAR
from tests.workbooks import task, write_tasks

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def office(client_for: SignIn) -> FlaskClient:
    return client_for("office")


@pytest.fixture
def sent(
    office: FlaskClient, session: AnySession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ImportJob]:
    """`sent([task(1)])`: uploaded by the Office, and run if nothing is wrong with it."""
    monkeypatch.setattr(views, "start", lambda work: work())

    def send(rows: Any) -> ImportJob:
        path = write_tasks(tmp_path / "分解表.xlsx", rows)
        file = (io.BytesIO(path.read_bytes()), path.name)
        form = {"kind": "task", "year": str(YEAR), "state": "proposed", "file": file}
        office.post("/import/upload", data=form, content_type="multipart/form-data")
        job = session.scalars(select(ImportJob).order_by(ImportJob.id.desc())).first()
        assert job is not None
        fingerprint = (job.summary or {})["fingerprint"]
        office.post(f"/import/{job.id}/confirm", data={"fingerprint": fingerprint})
        session.expire_all()
        return job

    return send


def tasks(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(Task)) or 0


def test_one_click_undoes_the_import_and_the_page_says_so(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession
) -> None:
    job = sent([task(1), task(2)])
    page = office.get(f"/import/{job.id}").text
    assert f'action="/import/{job.id}/reverse"' in page
    assert "2026-03-17" in page
    answer = office.post(f"/import/{job.id}/reverse", follow_redirects=True)
    assert answer.status_code == 200
    assert f'action="/import/{job.id}/reverse"' not in answer.text
    session.expire_all()
    assert (job.status, tasks(session)) == (ImportStatus.REVERSED, 0)
    assert "白办公" in office.get(f"/import/{job.id}").text


def test_a_second_click_is_told_that_it_was_done(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession
) -> None:
    job = sent([task(1)])
    for _ in range(2):
        answer = office.post(f"/import/{job.id}/reverse", follow_redirects=True)
        assert answer.status_code == 200
    assert tasks(session) == 0


def test_a_large_import_is_undone_in_the_background_and_shows_how_far_it_is(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    job = sent([task(1), task(2)])
    works: list[Callable[[], None]] = []
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    monkeypatch.setattr(views, "start", works.append)
    page = office.post(f"/import/{job.id}/reverse", follow_redirects=True).text
    assert f'data-progress="/import/{job.id}/progress"' in page
    assert f'action="/import/{job.id}/reverse"' not in page
    assert office.get(f"/import/{job.id}/progress").json == {"status": "running", "percent": 0}
    assert tasks(session) == 2
    again = office.post(f"/import/{job.id}/reverse", follow_redirects=True).text
    assert 'class="alert alert-danger' in again
    (work,) = works
    work()
    session.expire_all()
    assert (job.status, tasks(session)) == (ImportStatus.REVERSED, 0)
    assert office.get(f"/import/{job.id}/progress").json["status"] == "reversed"
    assert "data-progress" not in office.get(f"/import/{job.id}").text


def test_a_large_import_that_was_built_upon_says_so_when_its_undoing_has_ended(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    job = sent([task(1), task(2)])
    row = session.scalars(select(Task).order_by(Task.id)).first()
    assert row is not None
    with unit_of_work(session, TEST):
        row.standard = "另定"
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    page = office.post(f"/import/{job.id}/reverse", follow_redirects=True).text
    assert f'href="/task/show/{row.id}"' in page
    assert f'action="/import/{job.id}/reverse"' in page
    session.expire_all()
    assert (job.status, tasks(session)) == (ImportStatus.DONE, 2)


def test_an_undoing_that_breaks_off_leaves_everything_and_may_be_asked_for_again(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    job = sent([task(1)])
    monkeypatch.setattr(undoing, "AT_ONCE", 0)

    def break_off(*given: Any) -> Any:
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as dark:
        dark.setattr(undoing, "reverse_job", break_off)
        page = office.post(f"/import/{job.id}/reverse", follow_redirects=True).text
    assert "系统出错" in page
    assert tasks(session) == 1
    office.post(f"/import/{job.id}/reverse")
    session.expire_all()
    assert (job.status, tasks(session)) == (ImportStatus.REVERSED, 0)


def test_rows_in_the_way_are_listed_with_links(
    office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession
) -> None:
    job = sent([task(1), task(2)])
    row = session.scalars(select(Task).order_by(Task.id)).first()
    assert row is not None
    with unit_of_work(session, TEST):
        row.standard = "另定"
    answer = office.post(f"/import/{job.id}/reverse", follow_redirects=True)
    assert f'href="/task/show/{row.id}"' in answer.text
    assert "第1项任务" in answer.text.split('role="alert"')[1].split("</ul>")[0]
    assert tasks(session) == 2


def test_after_its_hours_the_click_is_no_longer_offered(
    app: Flask, office: FlaskClient, sent: Callable[..., ImportJob], session: AnySession
) -> None:
    job = sent([task(1)])
    hours = app.config["IMPORT_UNDO_HOURS"]
    with clock.at(clock.now() + dt.timedelta(hours=hours, minutes=1)):
        with office.session_transaction() as kept:
            kept["signed_in_at"] = clock.now().timestamp()
        assert "/reverse" not in office.get(f"/import/{job.id}").text
        office.post(f"/import/{job.id}/reverse")
    assert tasks(session) == 1


@pytest.mark.parametrize("who", ["admin", "head_jwc", "auditor"])
def test_nobody_else_s_import_is_undone_or_downloaded(
    client_for: SignIn, sent: Callable[..., ImportJob], session: AnySession, who: str
) -> None:
    job = sent([task(1)])
    for answer in (
        client_for(who).post(f"/import/{job.id}/reverse"),
        client_for(who).get(f"/import/{job.id}/refused"),
    ):
        assert answer.status_code in (302, 403, 404)
        assert "/import/" not in answer.headers.get("Location", "")
    assert tasks(session) == 1


def test_the_refused_rows_come_as_a_workbook(
    office: FlaskClient, sent: Callable[..., ImportJob]
) -> None:
    job = sent([task(1), task(2, lead="宇宙探索处")])
    assert f"/import/{job.id}/refused" in office.get(f"/import/{job.id}").text
    answer = office.get(f"/import/{job.id}/refused")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert [row[5] for row in sheet.values] == ["牵头部门", "宇宙探索处"]
    assert "牵头部门" in str(sheet.cell(2, 12).value)


def test_without_refused_rows_there_is_nothing_to_download(
    office: FlaskClient, sent: Callable[..., ImportJob]
) -> None:
    job = sent([task(1)])
    assert "/refused" not in office.get(f"/import/{job.id}").text
    assert office.get(f"/import/{job.id}/refused").status_code == 404


def test_the_trail_s_page_says_in_words_what_was_undone(
    client_for: SignIn, office: FlaskClient, sent: Callable[..., ImportJob]
) -> None:
    job = sent([task(1)])
    office.post(f"/import/{job.id}/reverse")
    page = client_for("auditor").get("/audit_event/list/").text
    assert f"撤销导入 {job.id}" in page
