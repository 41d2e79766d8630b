"""A department's monthly sheet: drafts row by row, nothing lost between two editors, all handed in
or every row named that is not complete (Art. 7, 9.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, WrongState
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.cycles.months import months_of
from app.models.cycles import ReportingMonth
from app.models.monitoring import CheckContribution, CheckStatus, Light, MonthlyCheck, Quality
from app.models.organisation import Department
from app.models.planning import Task, TaskStatus
from app.monitoring.sheet import MonthSheet, sheet_of
from app.monitoring.sheet_service import Given, Outcome, RowsIncomplete, save_rows, submit_sheet
from tests.architecture.test_query_counts import statements
from tests.cast import Cast
from tests.factories import make, make_milestone, make_task, make_task_department

AFTER_APRIL = dt.date(2026, 5, 6)


@pytest.fixture(autouse=True)
def after_april() -> Iterator[None]:
    with clock.at(AFTER_APRIL):
        yield


def accepted(cast: Cast, percent: int | None = 40, **more: object) -> Task:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, **more)
    if percent is not None:
        make_milestone(task=task, due_on=dt.date(2026, 4, 20), planned_percent=percent)
    return task


def sheet(
    session: AnySession, cast: Cast, name: str, department: Department | None = None, month: int = 4
) -> MonthSheet:
    session.expire_all()
    entry = next(one for one in months_of(session, [cast.cycle.id]) if one.month == month)
    return sheet_of(session, cast.actor(name), department or cast.jwc, entry)


def save(
    session: AnySession, actor: Actor, on: MonthSheet, **rows: tuple[int, dict[str, str]]
) -> dict[str, Outcome]:
    """`save(…, row_7=(version, {"quality": "good"}))`"""
    given = {key.replace("_", "-"): Given(*said) for key, said in rows.items()}
    with unit_of_work(session, actor):
        _, outcomes = save_rows(session, actor, on, given)
    return {one.key: one for one in outcomes}


def test_a_row_is_saved_as_a_draft_with_its_light(session: AnySession, cast: Cast) -> None:
    task = accepted(cast)
    done = save(
        session, cast.actor("head_jwc"), sheet(session, cast, "head_jwc"),
        **{f"row_{task.id}": (0, {"actual_percent": "２５%", "quality": "好", "done": "已完成调研"})},
    )  # fmt: skip
    row = sheet(session, cast, "head_jwc").rows[task.id]
    assert row.check is not None
    assert (row.status, row.values["actual_percent"], row.values["quality"]) == (
        CheckStatus.DRAFT, 25, Quality.GOOD,
    )  # fmt: skip
    assert (row.planned, row.verdict.light, row.check.computed_light) == (
        40, Light.YELLOW, Light.YELLOW,
    )  # fmt: skip
    assert not row.lacks and done[row.key].row.version == row.version
    # What is not submitted says nothing of the task yet.
    assert task.actual_percent is None


def test_a_cell_that_cannot_be_is_held_back_alone(session: AnySession, cast: Cast) -> None:
    task = accepted(cast)
    done = save(
        session, cast.actor("head_jwc"), sheet(session, cast, "head_jwc"),
        **{f"row_{task.id}": (0, {"actual_percent": "很多", "quality": "优", "done": "调研"})},
    )[f"row-{task.id}"]  # fmt: skip
    assert {name: one.words for name, one in done.wrong.items()} == {
        "actual_percent": "“%(text)s” is not a percentage.",
        "quality": "“%(text)s” cannot be chosen here, but: %(known)s.",
    }
    assert done.wrong["quality"].values == {"text": "优", "known": "好、一般、差"}
    assert sheet(session, cast, "head_jwc").rows[task.id].values["done"] == "调研"


def test_the_own_light_waits_for_its_reason_and_is_only_worse(
    session: AnySession, cast: Cast
) -> None:
    task, head = accepted(cast), cast.actor("head_jwc")
    key = f"row_{task.id}"
    page = sheet(session, cast, "head_jwc")
    cells = {"actual_percent": "40", "quality": "good", "head_light": "orange"}
    held = save(session, head, page, **{key: (0, cells)})[f"row-{task.id}"]
    assert list(held.wrong) == ["head_light_reason"] and held.row.version == 1
    page = sheet(session, cast, "head_jwc")
    assert page.rows[task.id].values["head_light"] is None
    told = {"head_light": "orange", "head_light_reason": "设备未到"}
    assert not save(session, head, page, **{key: (1, told)})[f"row-{task.id}"].wrong
    page = sheet(session, cast, "head_jwc")
    assert page.rows[task.id].values["head_light"] == Light.ORANGE
    lighter = save(session, head, page, **{key: (page.rows[task.id].version, {"quality": "poor"})})
    assert str(lighter[f"row-{task.id}"].wrong["head_light"]) == "负责人只能调低状态灯。"


def test_of_two_editors_the_later_sees_both_values_and_the_other_rows_are_saved(
    session: AnySession, cast: Cast
) -> None:
    first, second = accepted(cast), accepted(cast)
    staff, head = cast.actor("staff_jwc"), cast.actor("head_jwc")
    theirs, mine = sheet(session, cast, "staff_jwc"), sheet(session, cast, "head_jwc")
    save(session, staff, theirs, **{f"row_{first.id}": (0, {"actual_percent": "30"})})
    mine = sheet(session, cast, "head_jwc")
    done = save(
        session, head, mine,
        **{f"row_{first.id}": (0, {"actual_percent": "50"}),
           f"row_{second.id}": (0, {"actual_percent": "60"})},
    )  # fmt: skip
    stale = done[f"row-{first.id}"]
    assert isinstance(stale.refusal, Conflict) and stale.theirs is not None
    assert stale.theirs["actual_percent"] == 30 and stale.row.version == 1
    rows = sheet(session, cast, "head_jwc").rows
    assert [rows[one.id].values["actual_percent"] for one in (first, second)] == [30, 60]


def test_a_save_sent_twice_changes_nothing(session: AnySession, cast: Cast) -> None:
    task, head = accepted(cast), cast.actor("head_jwc")
    said = {f"row_{task.id}": (0, {"actual_percent": "30"})}
    save(session, head, sheet(session, cast, "head_jwc"), **said)
    again = save(session, head, sheet(session, cast, "head_jwc"), **said)[f"row-{task.id}"]
    assert again.refusal is None and again.row.version == 1


def test_staff_fill_in_their_own_tasks_only(session: AnySession, cast: Cast) -> None:
    own, other = accepted(cast), make_task(status=TaskStatus.ACCEPTED, owner=cast.head_jwc)
    page = sheet(session, cast, "staff_jwc")
    assert [page.rows[one.id].may_edit for one in (own, other)] == [True, False]
    assert not page.may_submit
    done = save(
        session, cast.actor("staff_jwc"), page, **{f"row_{other.id}": (0, {"done": "代填"})}
    )
    assert isinstance(done[f"row-{other.id}"].refusal, NotAllowed)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("staff_jwc")):
        submit_sheet(session, cast.actor("staff_jwc"), page)


def test_another_department_s_head_finds_nothing(session: AnySession, cast: Cast) -> None:
    accepted(cast)
    page = sheet(session, cast, "head_xinxi")
    assert not page.rows and not page.lines and not page.reach


def test_all_rows_are_submitted_or_each_is_named_that_lacks_something(
    session: AnySession, cast: Cast
) -> None:
    full, half = accepted(cast), accepted(cast)
    head = cast.actor("head_jwc")
    save(
        session, head, sheet(session, cast, "head_jwc"),
        **{f"row_{full.id}": (0, {"actual_percent": "40", "quality": "good"}),
           f"row_{half.id}": (0, {"actual_percent": "40"})},
    )  # fmt: skip
    with pytest.raises(RowsIncomplete) as refused, unit_of_work(session, head):
        submit_sheet(session, head, sheet(session, cast, "head_jwc"))
    assert {key: list(one) for key, one in refused.value.rows.items()} == {half.id: ["quality"]}
    page = sheet(session, cast, "head_jwc")
    assert page.done == 1 and page.submitted == 0
    save(session, head, page, **{f"row_{half.id}": (1, {"quality": "fair"})})
    with unit_of_work(session, head):
        assert submit_sheet(session, head, sheet(session, cast, "head_jwc")) == 2
    with unit_of_work(session, head):
        assert submit_sheet(session, head, sheet(session, cast, "head_jwc")) == 0
    assert (full.actual_percent, full.light, half.light) == (40, "green", "yellow")


def test_a_row_submitted_meanwhile_is_not_written_any_more(session: AnySession, cast: Cast) -> None:
    task, head = accepted(cast), cast.actor("head_jwc")
    save(
        session, head, sheet(session, cast, "head_jwc"),
        **{f"row_{task.id}": (0, {"actual_percent": "40", "quality": "good"})},
    )  # fmt: skip
    with unit_of_work(session, head):
        submit_sheet(session, head, sheet(session, cast, "head_jwc"))
    page = sheet(session, cast, "head_jwc")
    version = page.rows[task.id].version
    done = save(session, head, page, **{f"row_{task.id}": (version, {"quality": "poor"})})
    assert isinstance(done[f"row-{task.id}"].refusal, WrongState)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"exempt": True}, "该月份不需填报。"),
        (
            {"closed_on": dt.date(2026, 5, 6)},
            "The bulletin of this month is issued; only a correction changes it.",
        ),
        ({}, "This month has not begun yet."),
    ],
)
def test_nothing_is_written_in_a_month_that_is_not_reported_on(
    session: AnySession, cast: Cast, state: dict[str, object], words: str
) -> None:
    task, head = accepted(cast), cast.actor("head_jwc")
    number = 4 if state else 6
    act_as(session, cast.actor("office"))
    month = session.scalars(
        select(ReportingMonth).where(
            ReportingMonth.cycle_id == cast.cycle.id, ReportingMonth.month == number
        )
    ).one()
    with guard.privileged(session):
        for name, value in state.items():
            setattr(month, name, value)
    page = sheet(session, cast, "head_jwc", month=number)
    assert not page.editable
    with pytest.raises(WrongState) as refused:
        save(session, head, page, **{f"row_{task.id}": (0, {"actual_percent": "1"})})
    assert str(refused.value) == words or refused.value.message.words == words  # type: ignore[union-attr]
    with pytest.raises(WrongState), unit_of_work(session, head):
        submit_sheet(session, head, page)


def test_an_assisting_department_writes_its_line_also_before_the_lead_begins(
    session: AnySession, cast: Cast
) -> None:
    task, assisting = accepted(cast), cast.actor("head_xinxi")
    make_task_department(task=task, department=cast.xinxi)
    page = sheet(session, cast, "head_xinxi", cast.xinxi)
    assert page.lines[task.id].may_edit and not page.rows
    save(session, assisting, page, **{f"line_{task.id}": (0, {"done": "网络已通"})})
    line = session.scalars(select(CheckContribution)).one()
    assert (line.done, line.department_id, line.monthly_check.status) == (
        "网络已通", cast.xinxi.id, CheckStatus.DRAFT,
    )  # fmt: skip
    lead = sheet(session, cast, "head_jwc")
    assert [one.done for one in lead.rows[task.id].lines] == ["网络已通"]
    assert list(lead.rows[task.id].lacks) == ["actual_percent", "quality"]
    stale = save(session, assisting, page, **{f"line_{task.id}": (7, {"done": "另写"})})
    assert isinstance(stale[f"line-{task.id}"].refusal, Conflict)


def test_as_planned_is_offered_where_there_is_a_plan(session: AnySession, cast: Cast) -> None:
    green, ahead, planless = accepted(cast), accepted(cast), accepted(cast, None)
    overdue = accepted(cast, due_on=dt.date(2026, 4, 10))
    complete = accepted(cast, 100)
    act_as(session, cast.actor("head_jwc"))
    for task, light in ((ahead, Light.GREEN), (green, Light.GREEN)):
        make(
            MonthlyCheck, task=task, year=2026, month=3, actual_percent=55 if task is ahead else 10,
            quality=Quality.GOOD, status=CheckStatus.SUBMITTED, computed_light=light,
        )  # fmt: skip
    rows = sheet(session, cast, "head_jwc").rows
    assert [rows[one.id].plain for one in (green, ahead, planless, overdue, complete)] == [
        40, 55, None, 40, None,
    ]  # fmt: skip
    assert [rows[one.id].steady for one in (green, ahead, planless, overdue, complete)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert rows[ahead.id].last.actual == 55


def test_a_sheet_costs_the_same_however_many_rows(session: AnySession, cast: Cast) -> None:
    def cost() -> int:
        session.expire_all()
        session.expunge_all()
        actor = cast.actor("head_jwc")
        with statements() as seen:
            entry = next(one for one in months_of(session, [cast.cycle.id]) if one.month == 4)
            sheet_of(session, actor, cast.jwc, entry)
        return len(seen)

    for number in range(2):
        make_task_department(task=accepted(cast, number=f"a{number}"), department=cast.xinxi)
    cost()  # what is read once and kept, the rule book's values, is read now
    few = cost()
    for number in range(20):
        accepted(cast, number=f"b{number}")
    assert cost() == few
