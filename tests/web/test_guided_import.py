"""The guided import: what was recognised is set right, names are decided on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange import jobs, uploads, views
from app.models.cycles import TaskCategory
from app.models.organisation import Department, Person
from app.models.planning import Task
from app.models.system import ImportAlias, ImportJob, ImportLayout, ImportStatus
from tests.cast import TEST, Cast
from tests.web.test_import_of_several_files import send_many
from tests.web.test_import_screen import SignIn, confirm, count, send, the_job
from tests.workbooks import task, write_table, write_tasks


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would run in the background; the test runs it when it wants to."""
    works: list[Callable[[], None]] = []
    monkeypatch.setattr(views, "start", works.append)
    return works


@pytest.fixture
def upload(client_for: SignIn, tmp_path: Path) -> Callable[..., Any]:
    """`upload([task(1)])` as the Office: the answer."""

    def make(rows: Any, *, by: str = "office", **form: Any) -> Any:
        path = rows if isinstance(rows, Path) else write_tasks(tmp_path / "tasks.xlsx", rows)
        return send(client_for(by), path, **form)

    return make


def columns_form(job: ImportJob, app: Flask, **changed: str) -> dict[str, str]:
    """The form of the columns as it was shown, with `changed` fields (`_` for `-`)."""
    shown = {"version": str(job.version), "remember": "1"}
    files = uploads.Shelf(app.config["FILES_PATH"]).read(job.id, "files")
    for i, file in enumerate(files):
        for j, sheet in enumerate(file["sheets"]):
            if not sheet["passed_over"]:
                shown[f"take-{i}-{j}"] = "1"
            shown[f"header-{i}-{j}"] = str(sheet["header"])
            for column in sheet["columns"]:
                shown[f"column-{i}-{j}-{column['number']}"] = column["field"]
    return shown | {name.replace("_", "-"): value for name, value in changed.items()}


STRANGE = ["号", "要办的事", "谁办", "什么时候办"]
RIGHT = {"column_0_0_2": "title", "column_0_0_3": "lead", "column_0_0_4": "due"}


@pytest.fixture
def strange(
    upload: Callable[..., Any], session: AnySession, tmp_path: Path
) -> Callable[..., ImportJob]:
    """`strange()`: an upload whose headings nobody understands."""

    def make(lead: str = "教务处", name: str = "strange.csv") -> ImportJob:
        rows = [STRANGE, ["1", "修订人才培养方案", lead, "6月30日前"]]
        assert upload(write_table(tmp_path / name, rows)).status_code == 302
        return the_job(session)

    return make


def test_columns_that_nobody_understands_are_set_right_and_remembered(
    strange: Callable[..., ImportJob],
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    app: Flask,
    tmp_path: Path,
) -> None:
    office, job = client_for("office"), strange()
    assert job.summary["rows"] == 0  # type: ignore[index]
    row = columns_form(job, app, header_0_0="1")
    assert office.post(f"/import/{job.id}/columns", data=row).location.endswith("/columns")
    job = the_job(session)
    answer = office.post(f"/import/{job.id}/columns", data=columns_form(job, app, **RIGHT))
    assert answer.location == f"/import/{job.id}"
    page = office.get(answer.location).text
    assert "修订人才培养方案" in page
    assert 'name="fingerprint"' in page
    again = write_table(tmp_path / "next.csv", [STRANGE, ["1", "另一件事", "教务处", "7月"]])
    answer = upload(again)
    assert answer.location == f"/import/{the_job(session).id}"  # nothing to set right any more
    assert "另一件事" in office.get(answer.location).text
    layout = session.scalars(select(ImportLayout)).one()
    assert layout.remembered_by.username == "office"
    assert layout.columns["2"] == "title"


def test_a_remembered_layout_is_shown_as_last_time_and_can_be_forgotten(
    strange: Callable[..., ImportJob], client_for: SignIn, session: AnySession, app: Flask
) -> None:
    office, job = client_for("office"), strange()
    office.post(f"/import/{job.id}/columns", data=columns_form(job, app, **RIGHT, header_0_0="1"))
    job = the_job(session)
    office.post(f"/import/{job.id}/columns", data=columns_form(job, app, **RIGHT))
    job = strange(name="again.csv")
    layout = session.scalars(select(ImportLayout)).one()
    assert f"forget-{layout.id}" in office.get(f"/import/{job.id}/columns").text
    gone = {"layout": layout.id, "version": job.version}
    answer = office.post(f"/import/{job.id}/forget", data=gone)
    assert answer.location == f"/import/{job.id}/columns"
    session.expire_all()
    assert count(session, ImportLayout) == 0
    assert (job.summary or {})["rows"] == 0


def test_two_columns_for_one_field_are_refused_at_their_place_and_nothing_is_lost(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession, app: Flask
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    answer = office.post(
        f"/import/{job.id}/columns",
        data=columns_form(job, app, column_0_0_1="title", column_0_0_11="goal"),
    )
    assert answer.status_code == 422
    assert 'id="column-0-0-2-error"' in answer.text
    assert '<option value="goal" selected>' in answer.text
    assert the_job(session).version == job.version


def test_a_step_taken_in_another_window_is_refused_with_a_sentence(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession, app: Flask
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    stale = columns_form(job, app, column_0_0_11="goal")
    office.post(f"/import/{job.id}/columns", data=columns_form(job, app, column_0_0_4="goal"))
    answer = office.post(f"/import/{job.id}/columns", data=stale, follow_redirects=True)
    assert "alert-danger" in answer.text
    session.expire_all()
    places = the_job(session).options["layouts"]["0"]["分解表"]["columns"]  # type: ignore[index]
    assert places["goal"] == [4]
    assert count(session, ImportLayout) == 1


def test_an_import_that_runs_or_has_run_is_set_right_no_more(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    app: Flask,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1)])
    office, job = client_for("office"), the_job(session)
    shown = columns_form(job, app, column_0_0_11="goal")
    confirm(office, job)
    started[0]()
    for step in ("columns", "names"):
        assert office.post(f"/import/{job.id}/{step}", data=shown).location == f"/import/{job.id}"
        assert office.get(f"/import/{job.id}/{step}").location == f"/import/{job.id}"


def test_the_steps_of_an_import_are_its_owner_s_alone(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession
) -> None:
    upload([task(1)])
    admin, job = client_for("admin"), the_job(session)
    for step in ("columns", "names"):
        assert admin.get(f"/import/{job.id}/{step}").status_code == 404
    assert admin.post(f"/import/{job.id}/forget").status_code == 404


def names_form(job: ImportJob, **chosen: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in chosen.items()}
    return {"version": str(job.version), **named}


def test_an_unknown_department_is_near_by_its_short_name_and_offered_by_its_own(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        cast.xsc.short_name = "学工"
    upload([task(1, lead="学工部")])
    page = client_for("office").get(f"/import/{the_job(session).id}").text
    assert "没有部门“学工部”。相近的有：学生工作处" in page


def test_an_unknown_department_is_said_once_for_all_rows(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    cast: Cast,
    app: Flask,
    started: list[Callable[[], None]],
) -> None:
    upload([task(1, lead="教务部"), task(2, lead="教务部")])
    office, job = client_for("office"), the_job(session)
    answer = office.post(f"/import/{job.id}/columns", data=columns_form(job, app))
    assert answer.location == f"/import/{job.id}/names"
    page = office.get(answer.location).text
    assert "教务部" in page
    assert f'<option value="to:{cast.jwc.code}">教务处</option>' in page
    chosen = names_form(job, name_0=f"to:{cast.jwc.code}", name_0_remember="1")
    assert office.post(answer.location, data=chosen).location == f"/import/{job.id}"
    session.expire_all()
    confirm(office, the_job(session))
    started[0]()
    leads = set(session.scalars(select(Task.lead_department_id)))
    assert leads == {cast.jwc.id}
    upload([task(3, lead="教务部")])
    assert the_job(session).summary["errors"] == 0  # type: ignore[index]


def test_a_remembered_name_can_be_forgotten(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession, cast: Cast
) -> None:
    upload([task(1, lead="教务部")])
    office, job = client_for("office"), the_job(session)
    chosen = names_form(job, name_0=f"to:{cast.jwc.code}", name_0_remember="1")
    office.post(f"/import/{job.id}/names", data=chosen)
    upload([task(2, lead="教务部")])
    job, alias = the_job(session), session.scalars(select(ImportAlias)).one()
    assert "教务部" in office.get(f"/import/{job.id}/names").text
    gone = {"version": job.version, "alias": alias.id}
    answer = office.post(f"/import/{job.id}/forget", data=gone)
    assert answer.location == f"/import/{job.id}/names"
    session.expire_all()
    assert (count(session, ImportAlias), the_job(session).summary["errors"]) == (0, 1)  # type: ignore[index]


def test_an_unknown_category_is_said_to_be_another(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    cast: Cast,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    category = session.scalars(select(TaskCategory)).first()
    assert category is not None
    rows = [["目标任务", "牵头部门", "任务类别"], ["修订章程", "教务处", "别的叫法"]]
    upload(write_table(tmp_path / "t.csv", rows))
    office, job = client_for("office"), the_job(session)
    chosen = names_form(job, name_0=f"to:{category.code}")
    answer = office.post(f"/import/{job.id}/names", data=chosen)
    assert answer.location == f"/import/{job.id}"
    session.expire_all()
    confirm(office, the_job(session))
    started[0]()
    assert session.scalars(select(Task.category_id)).one() == category.id


def test_a_name_left_alone_stays_an_error(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession
) -> None:
    upload([task(1, lead="宇宙探索处")])
    office, job = client_for("office"), the_job(session)
    office.post(f"/import/{job.id}/names", data=names_form(job, name_0=""))
    session.expire_all()
    assert the_job(session).summary["errors"] == 1  # type: ignore[index]


@pytest.mark.parametrize("value", ["to:no-such-code", "new:functional", "new:section", "else"])
def test_the_office_neither_invents_departments_nor_names_unlisted_ones(
    upload: Callable[..., Any], client_for: SignIn, session: AnySession, value: str
) -> None:
    upload([task(1, lead="宇宙探索处")])
    office, job = client_for("office"), the_job(session)
    answer = office.post(f"/import/{job.id}/names", data=names_form(job, name_0=value))
    assert answer.status_code == 422


def test_the_administrator_adds_a_department_with_the_import_that_needs_it(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    path = write_table(
        tmp_path / "people.csv", [["工号", "姓名", "部门"], ["88", "王晓明", "云计算系"]]
    )
    upload(path, by="admin", kind="person", year="", first_password="A-first-one-2026")
    admin, job = client_for("admin"), the_job(session)
    admin.post(f"/import/{job.id}/names", data=names_form(job, name_0="new:teaching"))
    session.expire_all()
    job = the_job(session)
    assert session.scalar(select(Department.id).where(Department.name == "云计算系")) is None
    assert "云计算系" in admin.get(f"/import/{job.id}").text
    confirm(admin, job)
    started[0]()
    session.expire_all()
    assert job.status == ImportStatus.DONE
    made = session.scalars(select(Department).where(Department.name == "云计算系")).one()
    assert made.kind == "teaching"
    person = session.scalars(select(Person).where(Person.staff_number == "88")).one()
    assert person.department_id == made.id


def test_a_role_nobody_knows_is_mapped_once_for_the_whole_staff_list(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
) -> None:
    rows = [
        ["工号", "姓名", "部门", "角色"],
        ["88", "王晓明", "教务处", "处室一把手"],
        ["89", "李小文", "教务处", "处室一把手、审计"],
    ]
    path = write_table(tmp_path / "people.csv", rows)
    upload(path, by="admin", kind="person", year="", first_password="A-first-one-2026")
    admin, job = client_for("admin"), the_job(session)
    page = admin.get(f"/import/{job.id}/names").text
    assert "处室一把手" in page and "角色" in page and "2 次" in page
    assert 'value="to:部门负责人"' in page
    refused = admin.post(f"/import/{job.id}/names", data=names_form(job, name_0="to:没有的角色"))
    assert refused.status_code == 422
    admin.post(f"/import/{job.id}/names", data=names_form(job, name_0="to:部门负责人"))
    session.expire_all()
    confirm(admin, the_job(session))
    started[0]()
    session.expire_all()
    assert the_job(session).status == ImportStatus.DONE
    found = {
        number: sorted(role.name for role in one.roles)
        for number in ("88", "89")
        for one in session.scalars(select(Person).where(Person.staff_number == number))
    }
    assert found == {"88": ["DepartmentHead"], "89": ["Auditor", "DepartmentHead"]}


def test_a_department_planned_but_not_wanted_by_the_gate_leaves_nothing(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    tmp_path: Path,
    started: list[Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_table(
        tmp_path / "people.csv", [["工号", "姓名", "部门"], ["88", "王晓明", "云计算系"]]
    )
    upload(path, by="admin", kind="person", year="", first_password="A-first-one-2026")
    admin, job = client_for("admin"), the_job(session)
    admin.post(f"/import/{job.id}/names", data=names_form(job, name_0="new:teaching"))
    session.expire_all()

    def break_off(*given: Any, **named: Any) -> Any:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(jobs, "write_table", break_off)
    confirm(admin, the_job(session))
    started[0]()
    session.expire_all()
    assert the_job(session).status == ImportStatus.FAILED
    assert session.scalar(select(Department.id).where(Department.name == "云计算系")) is None


def test_large_files_are_looked_at_in_the_background(
    upload: Callable[..., Any],
    client_for: SignIn,
    session: AnySession,
    app: Flask,
    started: list[Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "IMPORT_AT_ONCE_BYTES", 10)
    answer = upload([task(1)])
    office, job = client_for("office"), the_job(session)
    assert answer.location == f"/import/{job.id}?then=first"
    assert "data-progress" in office.get(answer.location).text
    assert office.get(f"/import/{job.id}/progress").json["status"] == "running"
    started[0]()
    session.expire_all()
    assert job.status == ImportStatus.PREVIEW
    assert office.get(answer.location).location == f"/import/{job.id}/columns"
    office.post(f"/import/{job.id}/columns", data=columns_form(job, app, column_0_0_11="goal"))
    started[1]()
    session.expire_all()
    confirm(office, the_job(session))
    started[2]()
    session.expire_all()
    assert (job.status, count(session, Task)) == (ImportStatus.DONE, 1)


def test_a_large_file_that_cannot_be_read_says_so_on_its_page(
    client_for: SignIn,
    session: AnySession,
    app: Flask,
    started: list[Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "IMPORT_AT_ONCE_BYTES", 10)
    office = client_for("office")
    send_many(office, ("坏.xlsx", b"PK\x03\x04 and then nothing"))
    started[0]()
    session.expire_all()
    job = the_job(session)
    assert (job.status, (job.summary or {})["errors"]) == (ImportStatus.PREVIEW, 1)
    for page in (f"/import/{job.id}", f"/import/{job.id}/columns"):
        assert "坏.xlsx" in office.get(page).text
