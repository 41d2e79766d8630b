"""Undoing an import: everything is as it was before, and the trail says of which import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import audit
from app.core.unit_of_work import AnySession
from app.exchange.reversal import Run
from app.models.baseline import Baseline, BaselineTask
from app.models.cycles import Cycle, Phase
from app.models.improvement import Adjustment
from app.models.organisation import Appointment, Person
from app.models.planning import Decomposition, Task, TaskStatus
from app.models.system import REVERSAL, AuditEvent, ImportJob, ImportStatus
from tests.cast import Cast
from tests.workbooks import task

HOURS = 24
ISSUED = {"publish": True, "issue_number": "院发〔2026〕3号", "issued_on": "2026-02-27"}
Imported = Callable[..., ImportJob]
Undo = Callable[..., int]
State = dict[str, dict[int, dict[str, Any]]]


def count(session: AnySession, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# What comes back ----------------------------------------------------------------------------


def test_new_tasks_with_steps_and_helpers_are_gone(
    session: AnySession, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    job = imported([task(1), task(2, lead="各系部", assist="教务处")])
    assert count(session, Task) == 3
    assert undo(job) == len(Run(session, job).rows)
    assert state() == before
    assert job.status == ImportStatus.REVERSED


def test_a_new_year_that_the_import_opened_goes_with_it(
    session: AnySession, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    job = imported([task(1)], year=2027)
    assert count(session, Cycle) == 2
    undo(job)
    assert state() == before


def test_changed_tasks_have_their_values_helpers_and_steps_of_before(
    imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    imported([task(1), task(2, lead="各系部")])
    before = state()
    changed = task(
        1, goal="", measures="4月：新的一步", due="6月", weight=12.5, assist="信息工程系、办公室",
        leader="余分管", owner="另一人", remark="改",
    )  # fmt: skip
    job = imported([changed, task(2, lead="各系部", measures="5月：另一步")])
    assert state() != before
    undo(job)
    assert state() == before


def test_an_issued_table_goes_with_its_tasks_and_its_baseline(
    session: AnySession, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    job = imported([task(1), task(2)], **ISSUED)
    assert (count(session, Baseline), count(session, BaselineTask)) == (1, 2)
    undo(job)
    assert state() == before


def test_proposals_that_the_issued_table_published_are_proposals_again(
    session: AnySession, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    imported([task(1)])
    before = state()
    job = imported([task(1), task(2)], **ISSUED)
    assert {row.status for row in session.scalars(select(Task))} == {TaskStatus.PUBLISHED}
    undo(job)
    assert state() == before
    assert count(session, Decomposition) == 0


def test_a_hand_out_and_its_adjustment_drafts_are_taken_back(
    session: AnySession, cast: Cast, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    imported([task(1)], **ISSUED)
    before = state()
    job = imported([task(1, owner=cast.staff_jwc.name, standard="通过验收")], adjust=True)
    assert count(session, Adjustment) == 1
    undo(job)
    assert state() == before


def test_departments_new_and_changed(
    cast: Cast, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    rows = [
        ["代码", "名称", "简称", "类别", "上级"],
        ["kyc", "科研处", "", "职能部门", ""],
        ["kyc-1", "项目科", "", "科室", "科研处"],
        ["jwc", "教务与科研处", "教科", "职能部门", ""],
        ["jwc-jxk", "教学科", "", "科室", "科研处"],
    ]
    job = imported(rows, "department")
    assert cast.jwc.name == "教务与科研处"
    assert cast.jwc_jxk.parent.code == "kyc"
    undo(job)
    assert state() == before


def test_people_with_their_accounts_roles_and_posts(
    session: AnySession, cast: Cast, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    rows = [
        ["工号", "姓名", "部门", "职务", "任职", "角色", "手机"],
        ["2015001", "欧阳文", "教务处", "副处长", "副职", "部门负责人、审计", "13800000001"],
        ["", "辛信息", "信息工程系", "主任", "主持工作", "审计", "13800000002"],
    ]
    job = imported(rows, "person")
    assert [role.name for role in cast.head_xinxi.roles] == ["Auditor"]
    undo(job)
    assert state() == before
    assert [role.name for role in cast.head_xinxi.roles] == ["DepartmentHead"]
    assert (
        session.scalar(
            select(Appointment.id).where(Appointment.person_id.not_in(select(Person.id)))
        )
        is None
    )


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("appointment", [["姓名", "部门", "职务", "任职日期"], ["吴网络", "教务处", "副职", "2026-02-01"]]),
        ("charge", [["分管领导", "分管部门", "关系", "开始日期", "备注"],
                    ["冷分管", "教务处", "分管", "2024-02-01", "改"], ["余分管", "教务处", "联系", "", ""]]),
        ("task_category", [["代码", "名称", "启用"], ["teaching", "教学", "否"], ["party", "党建", "是"]]),
        ("holiday", [["开始日期", "结束日期", "名称", "是否上班"], ["2026-10-01", "2026-10-07", "国庆", "否"]]),
        ("strategic_goal", [["代码", "名称", "起始年", "终止年"], ["G01", "建成高水平专业群", "2026", "2030"]]),
        ("department_class", [["年度", "部门", "考核类别"], ["2026", "教务处", "教学类"]]),
        ("indicator_template", [["代码", "名称", "类型", "单位", "方向"], ["T01", "示范课", "定量", "门", "越高越好"]]),
    ],
)  # fmt: skip
def test_every_table_of_master_data(
    imported: Imported,
    state: Callable[[], State],
    undo: Undo,
    kind: str,
    rows: Sequence[Any],
) -> None:
    before = state()
    job = imported(rows, kind)
    assert state() != before
    undo(job)
    assert state() == before


def test_the_dates_of_a_phase(
    session: AnySession, cast: Cast, imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    phase = session.scalars(select(Phase).where(Phase.cycle == cast.cycle)).first()
    assert phase is not None
    headings = ["年份", "阶段名称", "开始日期", "结束日期"]
    before = state()
    job = imported(
        [headings, ["2026", phase.code.zh, "2026-01-02", "2026-12-30"]], "phase", "office"
    )
    assert phase.ends_on == dt.date(2026, 12, 30)
    undo(job, by="office")
    assert state() == before


# What the trail says ------------------------------------------------------------------------


def test_the_trail_names_the_import_and_stays_whole(
    session: AnySession, cast: Cast, imported: Imported, undo: Undo
) -> None:
    job = imported([task(1)])
    last = session.scalar(select(func.max(AuditEvent.id)))
    undo(job)
    events = session.scalars(select(AuditEvent).where(AuditEvent.id > last)).all()
    first, *others = events
    assert (first.table_name, first.row_id, first.action) == ("import_job", job.id, "reverse")
    assert {event.action for event in others} == {f"{REVERSAL}{job.id}"}
    assert {event.table_name for event in others} >= {"task", "milestone", "task_department"}
    assert {event.actor_name for event in events} == {cast.office.name}
    assert audit.verify(session()).intact


def test_a_person_s_events_name_the_import_too(
    session: AnySession, imported: Imported, undo: Undo
) -> None:
    job = imported([["工号", "姓名"], ["77001", "钱新"]], "person")
    undo(job)
    event = session.scalars(select(AuditEvent).where(AuditEvent.table_name == "ab_user")).all()[-1]
    assert (event.action, event.after) == (f"{REVERSAL}{job.id}", None)
