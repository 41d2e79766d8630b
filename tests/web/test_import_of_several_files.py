"""Several files are one import; content that came before is said."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.exchange import views
from app.models.planning import Task
from app.models.system import ImportJob
from tests.cast import YEAR
from tests.web.test_import_screen import SignIn, confirm, count, the_job
from tests.workbooks import task, write_tasks


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would run in the background; the test runs it when it wants to."""
    works: list[Callable[[], None]] = []
    monkeypatch.setattr(views, "start", works.append)
    return works


def send_many(client: FlaskClient, *files: tuple[str, bytes], **form: str) -> Any:
    data = {"kind": "task", "year": str(YEAR), "state": "proposed", **form}
    sent = [(io.BytesIO(content), name) for name, content in files]
    return client.post("/import/upload", data={**data, "file": sent})


def file_of(tmp_path: Path, name: str, *rows: dict[str, Any]) -> tuple[str, bytes]:
    return name, write_tasks(tmp_path / name, rows).read_bytes()


def test_several_files_are_one_import_that_names_the_file_of_each_row(
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    office = client_for("office")
    files = [file_of(tmp_path, "甲.xlsx", task(1)), file_of(tmp_path, "乙.xlsx", task(2))]
    assert send_many(office, *files).status_code == 302
    job = the_job(session)
    page = office.get(f"/import/{job.id}").text
    assert "<small>甲.xlsx</small>" in page
    assert "<small>乙.xlsx</small>" in page
    confirm(office, job)
    started[0]()
    assert count(session, Task) == 2


def test_a_broken_file_is_named_and_the_others_can_be_imported(
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    office = client_for("office")
    files = [file_of(tmp_path, "好.xlsx", task(1)), ("坏.xlsx", b"PK\x03\x04 and then nothing")]
    assert send_many(office, *files).location.endswith("/columns")
    job = the_job(session)
    for page in (f"/import/{job.id}/columns", f"/import/{job.id}"):
        assert "坏.xlsx" in office.get(page).text
    confirm(office, job)
    started[0]()
    assert count(session, Task) == 1


def test_the_same_task_in_two_files_is_refused_at_the_second(
    client_for: SignIn, session: AnySession, tmp_path: Path
) -> None:
    office = client_for("office")
    name, content = file_of(tmp_path, "甲.xlsx", task(1))
    other = write_tasks(tmp_path / "丙.xlsx", [task(1), task(2)]).read_bytes()
    send_many(office, (name, content), ("丙.xlsx", other))
    assert the_job(session).summary["errors"] == 1  # type: ignore[index]


def test_one_file_of_a_wrong_type_is_named_among_the_others(
    client_for: SignIn, session: AnySession, tmp_path: Path
) -> None:
    answer = send_many(
        client_for("office"), file_of(tmp_path, "甲.xlsx", task(1)), ("乙.exe", b"MZ")
    )
    assert answer.status_code == 422
    assert "乙.exe" in answer.text
    assert count(session, ImportJob) == 0


def test_the_very_same_content_twice_is_read_once_and_said(
    client_for: SignIn, session: AnySession, tmp_path: Path
) -> None:
    office, first = client_for("office"), file_of(tmp_path, "甲.xlsx", task(1))
    send_many(office, first, ("甲（副本）.xlsx", first[1]))
    job = the_job(session)
    page = office.get(f"/import/{job.id}").text
    assert job.summary["rows"] == 1  # type: ignore[index]
    notice = page.split('class="alert alert-info')[1].split("</div>")[0]
    assert "甲（副本）.xlsx" in notice and "甲.xlsx" in notice
    assert job.file_name == "甲.xlsx"


def test_content_that_was_imported_before_is_said_with_the_way_there(
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    office, file = client_for("office"), file_of(tmp_path, "甲.xlsx", task(1))
    send_many(office, file)
    first = the_job(session)
    way = f'<a href="/import/{first.id}">'
    assert way not in office.get(f"/import/{first.id}").text
    confirm(office, first)
    started[0]()
    send_many(office, file)
    assert way in office.get(f"/import/{the_job(session).id}").text
