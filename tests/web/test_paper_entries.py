"""The screens of entries from paper: the Office enters with a scan, the signer objects."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.improvement import Evidence
from app.models.meetings import PaperEntry, PaperStatus
from app.models.planning import DepartmentPlan, PlanStatus
from tests.cast import TODAY, Cast
from tests.factories import make_department_plan

ClientFor = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "FILES_PATH", str(tmp_path))


@pytest.fixture
def plan(cast: Cast) -> DepartmentPlan:
    return make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW)


def filled(cast: Cast, **said: object) -> dict[str, object]:
    return {
        "step": "review", "person": str(cast.leader.id), "signed_on": TODAY.isoformat(),
        "text": "同意", "file": (io.BytesIO(PDF), "批示.pdf"),
    } | said  # fmt: skip


def enter(client: FlaskClient, plan: DepartmentPlan, data: dict[str, object]) -> object:
    place = f"/paper_entry/enter/department_plan/{plan.id}"
    return client.post(place, data=data, content_type="multipart/form-data")


def test_the_office_enters_from_the_row_s_page_with_the_scan(
    client_for: ClientFor, session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    office = client_for("office")
    place = f"/paper_entry/enter/department_plan/{plan.id}"
    assert place in office.get(f"/department_plan/show/{plan.id}").text
    assert cast.leader.name in office.get(place).text
    answer = enter(office, plan, filled(cast))
    assert answer.status_code == 302, answer.text
    entry = session.scalars(select(PaperEntry)).one()
    scan = session.scalars(select(Evidence)).one()
    assert (scan.paper_entry_id, scan.file_name, len(scan.sha256)) == (entry.id, "批示.pdf", 64)
    page = office.get(f"/department_plan/show/{plan.id}").text
    assert f"{cast.office.name} 代录 {cast.leader.name}" in page
    page = office.get(f"/paper_entry/show/{entry.id}").text
    assert "批示.pdf" in page and "教务处" in page


def test_without_a_scan_nothing_is_entered_and_nothing_typed_is_lost(
    client_for: ClientFor, session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    data = filled(cast, text="原则同意")
    del data["file"]
    answer = enter(client_for("office"), plan, data)
    assert answer.status_code == 422
    assert "必须上传扫描件" in answer.text and "原则同意" in answer.text
    session.refresh(plan)
    assert plan.status == PlanStatus.REVIEW


def test_a_scan_of_another_type_takes_the_step_back_with_it(
    client_for: ClientFor, session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    answer = enter(client_for("office"), plan, filled(cast, file=(io.BytesIO(b"MZ"), "批示.exe")))
    assert answer.status_code == 422
    session.refresh(plan)
    assert plan.status == PlanStatus.REVIEW
    assert session.scalar(select(PaperEntry.id)) is None


def test_the_signer_finds_it_in_the_queue_and_objects(
    client_for: ClientFor, session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    enter(client_for("office"), plan, filled(cast))
    entry = session.scalars(select(PaperEntry)).one()
    leader = client_for("leader")
    place = f"/paper_entry/show/{entry.id}"
    assert place in leader.get("/").text
    assert f"/paper_entry/step/object/{entry.id}" in leader.get(place).text
    answer = leader.post(f"/paper_entry/step/object/{entry.id}", data={"objection": "签的是退回"})
    assert answer.status_code == 302, answer.text
    session.refresh(entry)
    assert entry.status == PaperStatus.CONTESTED
    assert place not in leader.get("/").text
    assert place in client_for("office").get("/").text


def test_others_neither_enter_nor_read(
    client_for: ClientFor, session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    assert enter(client_for("leader"), plan, filled(cast)).status_code in (302, 403)
    assert session.scalar(select(PaperEntry.id)) is None
    enter(client_for("office"), plan, filled(cast))
    entry = session.scalars(select(PaperEntry)).one()
    assert client_for("head_xinxi").get(f"/paper_entry/show/{entry.id}").status_code == 404
    assert client_for("head_jwc").get(f"/paper_entry/show/{entry.id}").status_code == 200
    assert client_for("office").get("/paper_entry/enter/cycle/1").status_code == 404
