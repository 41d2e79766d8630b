"""A month whose bulletin is issued stays as it is, through whichever door: the words name the
correction as the way."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import ReportingMonth
from app.models.improvement import Evidence
from app.models.monitoring import CheckContribution, CheckStatus, MonthlyCheck
from app.monitoring.closing import correcting
from app.monitoring.service import draft_check
from tests.cast import TEST, Cast
from tests.closed_month import CLOSED, LATER, REPORTED, accepted_task, april, closed_check, issue

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def draft(session: AnySession, cast: Cast) -> MonthlyCheck:
    """A check of April that its department never submitted."""
    head, task = cast.actor("head_jwc"), accepted_task(cast)
    with clock.at(REPORTED), unit_of_work(session, head):
        check = draft_check(
            session, head, MonthlyCheck(task=task, year=2026, month=4, actual_percent=10)
        )
    issue(session, cast)
    return check


def form_of(check: MonthlyCheck, **changes: object) -> dict[str, str]:
    values = {
        "task": check.task_id, "year": check.year, "month": check.month,
        "actual_percent": check.actual_percent, "quality": "good", "version": check.version,
        **changes,
    }  # fmt: skip
    return {name: "" if value is None else str(value) for name, value in values.items()}


def test_the_form_writes_no_new_check(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = accepted_task(cast)
    issue(session, cast)
    form = {"task": task.id, "year": 2026, "month": 4, "actual_percent": 50, "quality": "good"}
    with clock.at(LATER):
        answer = client_for("head_jwc").post("/monthly_check/add", data=form)
    assert CLOSED in answer.text
    assert session.scalars(select(MonthlyCheck)).all() == []


def test_the_form_writes_no_check_of_an_exempt_month(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = accepted_task(cast)
    with unit_of_work(session, TEST):
        april(session, cast).exempt = True
    form = {"task": task.id, "year": 2026, "month": 4, "actual_percent": 50, "quality": "good"}
    with clock.at(LATER):
        answer = client_for("head_jwc").post("/monthly_check/add", data=form)
    assert "该月份不需填报。" in answer.text
    assert session.scalars(select(MonthlyCheck)).all() == []


def test_the_form_writes_no_check_of_a_month_not_yet_begun(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = accepted_task(cast)
    form = {"task": task.id, "year": 2026, "month": 6, "actual_percent": 50, "quality": "good"}
    with clock.at(LATER):
        answer = client_for("head_jwc").post("/monthly_check/add", data=form)
    assert "该月份尚未开始。" in answer.text
    assert 'value="50"' in answer.text
    assert session.scalars(select(MonthlyCheck)).all() == []


@pytest.mark.parametrize("year", [2025, 2027, 99999])
def test_no_check_is_written_for_another_year_than_its_task_s(
    session: AnySession, cast: Cast, client_for: ClientFor, year: int
) -> None:
    """Its month would be closed by no bulletin, and speak for the task for ever."""
    task = accepted_task(cast)
    form = {"task": task.id, "year": year, "month": 4, "actual_percent": 50, "quality": "good"}
    with clock.at(LATER):
        answer = client_for("head_jwc").post("/monthly_check/add", data=form)
    assert "该任务属于2026年度，只填报该年度的月份。" in answer.text
    assert session.scalars(select(MonthlyCheck)).all() == []


@pytest.mark.parametrize(("month", "told"), [(6, "该月份尚未开始。"), (5, "该月份不需填报。")])
def test_the_form_moves_no_draft_into_a_month_nobody_reports_on(
    session: AnySession, cast: Cast, client_for: ClientFor, month: int, told: str
) -> None:
    head, task = cast.actor("head_jwc"), accepted_task(cast)
    with clock.at(REPORTED), unit_of_work(session, head):
        check = draft_check(
            session, head, MonthlyCheck(task=task, year=2026, month=4, actual_percent=10)
        )
    with unit_of_work(session, TEST):
        session.scalars(
            select(ReportingMonth).where(
                ReportingMonth.cycle_id == cast.cycle.id, ReportingMonth.month == 5
            )
        ).one().exempt = True
    with clock.at(LATER):
        answer = client_for("head_jwc").post(
            f"/monthly_check/edit/{check.id}", data=form_of(check, month=month)
        )
    session.expire_all()
    assert told in answer.text
    assert check.month == 4


@pytest.mark.parametrize("changes", [{"actual_percent": 90}, {"month": 5}])
def test_the_form_changes_no_draft(
    session: AnySession, draft: MonthlyCheck, client_for: ClientFor, changes: dict[str, object]
) -> None:
    with clock.at(LATER):
        answer = client_for("head_jwc").post(
            f"/monthly_check/edit/{draft.id}", data=form_of(draft, **changes)
        )
    assert CLOSED in answer.text
    session.refresh(draft)
    assert (draft.actual_percent, draft.month) == (10, 4)


def test_nothing_is_deleted(
    session: AnySession, draft: MonthlyCheck, client_for: ClientFor
) -> None:
    with clock.at(LATER):
        answer = client_for("head_jwc").post(
            f"/monthly_check/delete/{draft.id}", follow_redirects=True
        )
    assert CLOSED in answer.text
    assert session.get(MonthlyCheck, draft.id) is not None


def test_nothing_is_submitted(
    session: AnySession, draft: MonthlyCheck, client_for: ClientFor
) -> None:
    with clock.at(LATER):
        client = client_for("head_jwc")
        page = client.get(f"/monthly_check/show/{draft.id}").text
        answer = client.post(
            f"/monthly_check/step/submit/{draft.id}",
            data={"actual_percent": "10", "quality": "good", "version": str(draft.version)},
            follow_redirects=True,
        )
    assert CLOSED in page and CLOSED in answer.text
    session.refresh(draft)
    assert draft.status == CheckStatus.DRAFT


def test_the_office_returns_nothing(session: AnySession, cast: Cast, client_for: ClientFor) -> None:
    check = closed_check(session, cast)
    with clock.at(LATER):
        answer = client_for("office").post(
            f"/monthly_check/step/return/{check.id}",
            data={"return_reason": "请补充", "version": str(check.version)},
            follow_redirects=True,
        )
    assert CLOSED in answer.text
    session.refresh(check)
    assert check.status == CheckStatus.SUBMITTED


def test_programs_are_told_the_same(
    session: AnySession, cast: Cast, draft: MonthlyCheck, api_for: ClientFor
) -> None:
    place = f"/api/v1/monthly_check/{draft.id}"
    with clock.at(LATER):
        head = api_for("head_jwc")
        answers = [
            head.put(place, json={"actual_percent": 90, "version": draft.version}),
            head.delete(place),
            head.post(
                f"{place}/transitions/submit",
                json={"actual_percent": 90, "quality": "good", "version": draft.version},
            ),
            head.post(
                "/api/v1/monthly_check/",
                json={"task": accepted_task(cast).id, "year": 2026, "month": 4},
            ),
        ]
    assert [(one.status_code, one.get_json()["message"]) for one in answers] == [(409, CLOSED)] * 4
    session.refresh(draft)
    assert (draft.actual_percent, draft.status) == (10, CheckStatus.DRAFT)


def test_an_assisting_department_adds_and_changes_nothing(
    session: AnySession, cast: Cast, draft: MonthlyCheck, client_for: ClientFor, api_for: ClientFor
) -> None:
    line = CheckContribution(monthly_check=draft, department=cast.xinxi, done="已配合")
    with unit_of_work(session, TEST), correcting(session):
        session.add(line)
    with clock.at(LATER):
        edited = client_for("head_xinxi").post(
            f"/check_contribution/edit/{line.id}",
            data={
                "monthly_check": str(draft.id), "department": str(cast.xinxi.id),
                "done": "另有补充", "version": str(line.version),
            },
        )  # fmt: skip
        gone = api_for("head_xinxi").delete(f"/api/v1/check_contribution/{line.id}")
    assert CLOSED in edited.text
    assert (gone.status_code, gone.get_json()["message"]) == (409, CLOSED)
    session.refresh(line)
    assert line.done == "已配合"


def test_the_sheet_saves_nothing(
    session: AnySession, cast: Cast, draft: MonthlyCheck, client_for: ClientFor
) -> None:
    with clock.at(LATER):
        answer = client_for("head_jwc").post(
            f"/month/{cast.jwc.id}/2026-04/save", data={f"row-{draft.task_id}-actual_percent": "90"}
        )
    assert answer.status_code == 409 and "更正" in answer.text
    session.refresh(draft)
    assert draft.actual_percent == 10


def test_a_file_is_not_added(
    app: Flask,
    session: AnySession,
    draft: MonthlyCheck,
    client_for: ClientFor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "FILES_PATH", str(tmp_path))
    with clock.at(LATER):
        answer = client_for("head_jwc").post(
            f"/evidence/add?_flt_0_monthly_check={draft.id}",
            data={"file": (io.BytesIO(b"%PDF-1.7\n%%EOF\n"), "总结.pdf")},
            content_type="multipart/form-data",
        )
    assert CLOSED in answer.text
    assert session.scalars(select(Evidence)).all() == []
