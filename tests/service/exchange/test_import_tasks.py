"""Importing tasks: what becomes of a row, all or nothing, and that the gate stays shut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import audit, clock
from app.core.errors import Conflict, NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.baseline import Baseline
from app.models.cycles import CycleStatus
from app.models.organisation import DepartmentKind
from app.models.planning import Decomposition, Task, TaskDepartmentRole, TaskStatus
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.factories import make_cycle, make_decomposition, make_department, make_person
from tests.workbooks import task

Plan = Callable[..., Any]
Tasks = Callable[[], list[Task]]


def actions(plan: Any) -> list[str]:
    return [str(row.action) for row in plan.rows]


def test_a_new_row_becomes_a_proposed_task_with_its_parts(
    load: Plan, tasks: Tasks, cast: Cast
) -> None:
    load([task(1, lead="教务处、信息工程系", due=dt.date(2026, 9, 30))])
    (made,) = tasks()
    assert (made.number, made.status, made.weight) == ("1", TaskStatus.PROPOSED, Decimal(10))
    assert made.lead_department == cast.jwc
    assert (made.due_on, made.due_text) == (dt.date(2026, 9, 30), None)
    assert [(p.department.name, p.role) for p in made.departments] == [
        ("信息工程系", TaskDepartmentRole.CO_LEAD),
        ("学生工作处", TaskDepartmentRole.ASSIST),
    ]
    assert [(m.due_on, m.text, m.planned_percent) for m in made.milestones] == [
        (dt.date(2026, 3, 31), "调研", Decimal("33.33")),
        (dt.date(2026, 6, 30), "实施", Decimal("66.67")),
        (dt.date(2026, 11, 30), "总结", Decimal("100")),
    ]


def test_a_person_of_the_college_is_found_by_name_and_others_stay_words(
    load: Plan, tasks: Tasks, cast: Cast
) -> None:
    load([task(1)])
    (made,) = tasks()
    assert (made.leader, made.leader_text) == (cast.leader, None)
    assert (made.owner, made.owner_text) == (None, "教务处负责人")


def test_of_two_people_of_one_name_the_lead_department_s_is_meant(
    load: Plan, tasks: Tasks, cast: Cast
) -> None:
    own = make_person(last_name="王", first_name="伟", department=cast.jwc)
    make_person(last_name="王", first_name="伟", department=cast.xsc)
    load([task(1, owner="王伟"), task(2, owner="王伟", lead="信息工程系")])
    first, second = tasks()
    assert first.owner == own
    assert (second.owner, second.owner_text) == (None, "王伟")


def test_words_that_give_no_date_are_kept(load: Plan, tasks: Tasks) -> None:
    load([task(1, due="全年")])
    assert [(t.due_on, t.due_text) for t in tasks()] == [(None, "全年")]


def test_the_same_file_again_changes_nothing(
    load: Plan, plan: Plan, tasks: Tasks, session: AnySession
) -> None:
    rows = [task(n, due=due) for n, due in enumerate(["6月底前", "全年", dt.date(2026, 5, 1)], 1)]
    load(rows)
    before = session.scalar(select(func.count(AuditEvent.id)))
    again = plan(rows)
    assert actions(again) == ["unchanged"] * 3
    load(rows)
    assert session.scalar(select(func.count(AuditEvent.id))) == before
    assert len(tasks()) == 3


def test_only_what_differs_is_changed(load: Plan, plan: Plan, tasks: Tasks) -> None:
    load([task(1), task(2)])
    changed = [task(1), task(2, standard="通过验收", weight=12)]
    planned = plan(changed)
    assert actions(planned) == ["unchanged", "changed"]
    assert [(c.field, c.old, c.new) for c in planned.rows[1].changes] == [
        ("standard", "方案出台", "通过验收"),
        ("weight", "10", "12"),
    ]
    versions = [t.version for t in tasks()]
    load(changed)
    assert [t.version for t in tasks()] == [versions[0], versions[1] + 1]
    assert tasks()[1].standard == "通过验收"


@pytest.mark.parametrize("weight", ["3.14159", 33.333333])
def test_a_weight_that_would_be_rounded_is_refused_with_its_reason(
    load: Plan, plan: Plan, tasks: Tasks, weight: str | float
) -> None:
    rows = [task(1), task(2, weight=weight)]
    planned = plan(rows)
    assert actions(planned) == ["new", "error"]
    (error,) = planned.rows[1].errors
    assert error.field == "weight"
    assert str(error.message) == f"权重 {weight} 的小数超过 2 位。"
    with pytest.raises(RuleViolations):
        load(rows)
    assert not tasks()


def test_a_weight_of_two_decimals_is_kept_as_it_is(load: Plan, tasks: Tasks) -> None:
    load([task(1, weight="3.25"), task(2, weight=0.1 + 0.2)])
    assert [one.weight for one in tasks()] == [Decimal("3.25"), Decimal("0.30")]


def test_a_renumbered_table_finds_its_tasks_by_title(load: Plan, plan: Plan, tasks: Tasks) -> None:
    load([task(1, title="甲"), task(2, title="乙")])
    renumbered = [task(1, title="新"), task(2, title="甲"), task(3, title="乙")]
    assert actions(plan(renumbered)) == ["new", "changed", "changed"]
    load(renumbered)
    assert {(t.number, t.title) for t in tasks()} == {("1", "新"), ("2", "甲"), ("3", "乙")}


def test_a_reworded_task_is_found_by_its_number(load: Plan, plan: Plan) -> None:
    load([task(1), task(2)])
    planned = plan([task(1, title="改写后的任务"), task(2)])
    assert actions(planned) == ["changed", "unchanged"]
    assert [c.field for c in planned.rows[0].changes] == ["title"]


def test_the_same_title_of_another_department_is_another_task(load: Plan, plan: Plan) -> None:
    load([task(1)])
    assert actions(plan([task(1, lead="信息工程系", assist="")])) == ["new"]


def test_a_column_the_file_does_not_have_is_left_alone(
    load: Plan, plan: Plan, tasks: Tasks
) -> None:
    load([task(1, remark="重要")])
    columns = ("number", "title", "lead", "due")
    assert actions(plan([task(1)], columns=columns)) == ["unchanged"]
    load([task(1, due="6月")], columns=columns)
    (changed,) = tasks()
    assert (changed.due_on, changed.remark) == (dt.date(2026, 6, 30), "重要")
    assert len(changed.departments) == 1


def test_steps_set_by_hand_stay_while_the_measures_stay(
    load: Plan, plan: Plan, tasks: Tasks, session: AnySession
) -> None:
    load([task(1)])
    with unit_of_work(session, TEST):
        tasks()[0].milestones[0].planned_percent = Decimal(20)
        tasks()[0].milestones[0].text = "调研两所院校"
    assert actions(plan([task(1)])) == ["unchanged"]
    load([task(1, measures="5月：论证\n10月：完成")])
    assert [m.text for m in tasks()[0].milestones] == ["论证", "完成"]


def test_other_assisting_departments_replace_the_old_ones(load: Plan, tasks: Tasks) -> None:
    load([task(1, assist="学生工作处")])
    load([task(1, assist="办公室、学生工作处")])
    names = [
        (p.department.name, p.position)
        for p in sorted(tasks()[0].departments, key=lambda p: p.position)
    ]
    assert names == [("办公室", 1), ("学生工作处", 2)]


def test_a_group_becomes_one_task_with_a_child_per_department(
    load: Plan, plan: Plan, tasks: Tasks, cast: Cast
) -> None:
    other = make_department(name="机电工程系", kind=DepartmentKind.TEACHING)
    load([task(1, lead="各系部")])
    parent, *children = tasks()
    assert parent.lead_department is None
    assert {child.lead_department for child in children} == {cast.xinxi, other}
    assert {child.parent for child in children} == {parent}
    assert [len(t.milestones) for t in tasks()] == [3, 3, 3]
    assert actions(plan([task(1, lead="各系部")])) == ["unchanged"]
    load([task(1, lead="各系部", standard="人人过关")])
    assert {t.standard for t in tasks()} == {"人人过关"}


def test_a_new_department_of_the_group_gets_its_child(load: Plan, plan: Plan, tasks: Tasks) -> None:
    load([task(1, lead="各系部")])
    make_department(name="机电工程系", kind=DepartmentKind.TEACHING)
    assert actions(plan([task(1, lead="各系部")])) == ["changed"]
    load([task(1, lead="各系部")])
    assert len(tasks()) == 3


@pytest.mark.parametrize("lead", ["相关部门", "宇宙探索处"])
def test_a_lead_nobody_can_tell_is_an_error(plan: Plan, lead: str) -> None:
    planned = plan([task(1, lead=lead)])
    assert [error.field for error in planned.rows[0].errors] == ["lead"]
    assert planned.refused


def test_one_bad_row_and_nothing_is_written(load: Plan, tasks: Tasks, session: AnySession) -> None:
    before = session.scalar(select(func.count(AuditEvent.id)))
    with pytest.raises(RuleViolations) as refused:
        load([task(1), task(2, lead="宇宙探索处")])
    assert "F3" in str(refused.value)
    assert tasks() == []
    assert session.scalar(select(func.count(AuditEvent.id))) == before


BAD = {
    "a formula": (task(1, title={"f": "1+1"}), "title"),
    "html": (task(1, title="<script>alert(1)</script>"), "title"),
    "10,001 characters": (task(1, standard="长" * 10_001), "standard"),
    "a title of 600 characters": (task(1, title="长" * 600), "title"),
    "an impossible day": (task(1, due="2026-11-31"), "due"),
    "a year far away": (task(1, due="9999年12月"), "due"),
    "no deadline": (task(1, due=""), "due"),
    "a weight in words": (task(1, weight="很重"), "weight"),
    "a weight that fits no column": (task(1, weight=100_000), "weight"),
    "an owner of 200 characters": (task(1, owner="某" * 200), "owner"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_cell(plan: Plan, name: str) -> None:
    row, field = BAD[name]
    planned = plan([row])
    (error,) = planned.rows[0].errors
    assert (error.field, error.row) == (field, 2)
    assert error.column and str(error.message)


def test_full_width_digits_are_read(load: Plan, tasks: Tasks) -> None:
    load([task(1, number="１", due="９月３０日前", weight="１２分")])
    assert [(t.number, t.due_on, t.weight) for t in tasks()] == [
        ("1", dt.date(2026, 9, 30), Decimal(12))
    ]


def test_text_that_looks_like_a_formula_stays_text(load: Plan, tasks: Tasks) -> None:
    load([task(1, remark="=cmd|' /C calc'!A0")])
    assert tasks()[0].remark == "=cmd|' /C calc'!A0"


def test_the_same_task_twice_in_a_file_is_an_error(plan: Plan) -> None:
    planned = plan([task(1, number=""), task(1, number="")])
    assert actions(planned) == ["new", "error"]


def test_the_year_is_created_where_it_is_missing(
    load: Plan, plan: Plan, session: AnySession
) -> None:
    assert any("2031" in str(notice) for notice in plan([task(1)], year=2031).notices)
    written = load([task(1)], year=2031)
    assert written.cycle_created
    assert (written.cycle.year, written.cycle.status) == (2031, CycleStatus.PREPARING)


def test_a_closed_year_takes_nothing(plan: Plan) -> None:
    make_cycle(year=2020, status=CycleStatus.CLOSED)
    planned = plan([task(1)], year=2020)
    assert planned.refused


@pytest.mark.parametrize("who", ["head_jwc", "admin", "leader", "auditor"])
def test_only_the_office_imports_tasks(plan: Plan, who: str) -> None:
    with pytest.raises(NotAllowed):
        plan([task(1)], by=who)


def test_the_audit_holds_who_imported_what_and_by_which_door(
    load: Plan, session: AnySession, cast: Cast
) -> None:
    load([task(1)])
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.table_name == "task").order_by(AuditEvent.id.desc())
    ).first()
    assert event is not None
    assert (event.actor_id, event.door, event.action) == (cast.office.id, "import", "added")
    assert audit.verify(session).intact


def test_a_task_changed_since_the_plan_is_not_overwritten(
    load: Plan, plan: Plan, tasks: Tasks, session: AnySession, cast: Cast
) -> None:
    from app.exchange.import_tasks import TaskOptions, import_tasks

    load([task(1)])
    planned = plan([task(1, standard="通过验收")])
    with unit_of_work(session, TEST):
        tasks()[0].standard = "别人改的"
    with pytest.raises(Conflict):
        import_tasks(session, cast.actor("office"), planned, TaskOptions())
    assert tasks()[0].standard == "别人改的"


def test_a_long_file_costs_no_statement_per_row(
    load: Plan, plan: Plan, session: AnySession, tmp_path: Path
) -> None:
    from sqlalchemy import event

    selects: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            selects.append(statement)

    engine = session.get_bind().engine
    counts = []
    for first in (1, 101):
        rows = [task(n) for n in range(first, first + (10 if first == 1 else 60))]
        planned = plan(rows)
        event.listen(engine, "before_cursor_execute", note)
        selects.clear()
        try:
            load(rows)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        counts.append(len(selects))
        assert actions(planned) == ["new"] * len(rows)
    assert counts[1] <= counts[0] + 2


# A table that was issued before the start -------------------------------------------------


def test_an_issued_table_is_recorded_and_its_baseline_frozen(
    load: Plan, tasks: Tasks, session: AnySession
) -> None:
    written = load([task(1), task(2)], issue="院发〔2026〕3号")
    table = written.table
    assert table is not None
    assert (table.issue_number, table.issued_on) == ("院发〔2026〕3号", clock.today())
    assert {t.status for t in tasks()} == {TaskStatus.PUBLISHED}
    frozen = session.scalars(select(Baseline).where(Baseline.decomposition_id == table.id)).one()
    assert frozen.content_hash


def test_recording_leaves_other_proposals_alone(load: Plan, tasks: Tasks) -> None:
    load([task(7, lead="信息工程系", assist="")])
    load([task(1)], issue="院发〔2026〕3号")
    assert [t.status for t in tasks()] == [TaskStatus.PROPOSED, TaskStatus.PUBLISHED]


def test_proposals_that_stand_in_the_issued_table_are_published(load: Plan, tasks: Tasks) -> None:
    load([task(1)])
    load([task(1)], issue="院发〔2026〕3号")
    assert [t.status for t in tasks()] == [TaskStatus.PUBLISHED]


def test_recording_again_records_no_second_table(load: Plan, session: AnySession) -> None:
    load([task(1)], issue="院发〔2026〕3号")
    assert load([task(1)], issue="院发〔2026〕3号").table is None
    assert session.scalar(select(func.count(Decomposition.id))) == 1


def test_an_issued_table_needs_its_number(session: AnySession, cast: Cast, plan: Plan) -> None:
    from app.exchange.import_tasks import TaskOptions, import_tasks

    with pytest.raises(RuleViolation):
        import_tasks(
            session, cast.actor("office"), plan([task(1)], publish=True), TaskOptions(publish=True)
        )


def test_recording_is_no_way_past_the_committee(load: Plan, tasks: Tasks) -> None:
    make_decomposition(status="committee")
    with pytest.raises(WrongState):
        load([task(1)], issue="院发〔2026〕3号")
    assert tasks() == []
