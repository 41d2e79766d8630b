"""Workbooks of master data: people, charges, holidays, rules (domain §2)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolations
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.plan import Action
from app.exchange.plan_tables import TablePlan, plan_table, write_table
from app.exchange.reading import read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import SPECS
from app.models.cycles import Holiday, IndicatorTemplate, RuleValue, TaskCategory
from app.models.organisation import Appointment, Charge, ChargeKind, Person, PostKind
from tests.cast import TODAY, Cast
from tests.workbooks import write_sheet

Rows = list[list[Any]]


def planned(session: AnySession, actor: Actor, folder: Path, kind: str, rows: Rows) -> TablePlan:
    path = folder / f"{kind}.xlsx"
    write_sheet(path, rows)
    spec = SPECS[kind]
    return plan_table(session, actor, parse_table(read_sheets(path), spec), spec)


def imported(session: AnySession, actor: Actor, folder: Path, kind: str, rows: Rows) -> TablePlan:
    plan = planned(session, actor, folder, kind, rows)

    def first_password(person: Person) -> None:
        person.password, person.must_change_password = "hash", True

    with unit_of_work(session, actor):
        write_table(session, actor, plan, first_password=first_password)
    return plan


def errors(plan: TablePlan) -> list[tuple[int, str, str]]:
    return [(row.row, error.field, str(error.message)) for row in plan.rows for error in row.errors]


PEOPLE = ["工号", "姓名", "部门", "职务", "任职", "角色", "手机"]


def test_a_staff_list_makes_accounts_with_roles_and_posts(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [
        PEOPLE,
        ["2015001", "欧阳文", "教务处", "副处长", "副职", "部门负责人", "13800000001"],
        ["2015002", "王晓明", "教学科", "科长", "科室负责人", "", ""],
    ]
    plan = imported(session, cast.actor("admin"), tmp_path, "person", rows)
    assert plan.summary()["new"] == 2
    first = cast.person("2015001")
    assert (first.last_name, first.first_name, first.department) == ("欧阳", "文", cast.jwc)
    assert [role.name for role in first.roles] == ["DepartmentHead"]
    assert first.must_change_password
    post = session.scalars(select(Appointment).where(Appointment.person == first)).one()
    assert (post.post, post.department, post.valid_from) == (PostKind.DEPUTY, cast.jwc, TODAY)
    second = cast.person("2015002")
    assert [role.name for role in second.roles] == ["DepartmentStaff"]


def test_the_same_staff_list_again_changes_nothing(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [PEOPLE, ["2015001", "王晓明", "教务处", "科员", "工作人员", "审计", "1"]]
    admin = cast.actor("admin")
    imported(session, admin, tmp_path, "person", rows)
    plan = imported(session, admin, tmp_path, "person", rows)
    assert [row.action for row in plan.rows] == [Action.UNCHANGED]


def test_a_person_is_known_by_number_then_by_name_and_only_what_differs_changes(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [["姓名", "部门", "电话"], ["陈教务", "教务处", "0551-1234"]]
    plan = imported(session, cast.actor("admin"), tmp_path, "person", rows)
    (row,) = plan.rows
    assert (row.action, [change.field for change in row.changes]) == (Action.CHANGED, ["phone"])
    assert cast.head_jwc.phone == "0551-1234"
    assert [role.name for role in cast.head_jwc.roles] == ["DepartmentHead"]


def test_an_unknown_department_names_the_nearest_and_nothing_is_written(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [
        PEOPLE,
        ["1", "王晓明", "教务处处", "", "", "", ""],
        ["2", "李四", "教务处", "", "", "", ""],
    ]
    plan = planned(session, cast.actor("admin"), tmp_path, "person", rows)
    ((number, field, words),) = errors(plan)
    assert (number, field) == (2, "department")
    assert "教务处" in words
    with pytest.raises(RuleViolations), unit_of_work(session, cast.actor("admin")):
        write_table(session, cast.actor("admin"), plan)


@pytest.mark.parametrize(
    ("cell", "field"),
    [("没有的角色", "角色"), ("部门负责人、没有", "角色"), ("也许", "任职")],
)
def test_words_that_mean_nothing_are_refused_at_their_cell(
    session: AnySession, cast: Cast, tmp_path: Path, cell: str, field: str
) -> None:
    values = {"工号": "9", "姓名": "王晓明", field: cell}
    rows = [list(values), list(values.values())]
    plan = planned(session, cast.actor("admin"), tmp_path, "person", rows)
    assert [row for row, *_ in errors(plan)] == [2]


def test_two_rows_of_one_person_are_refused(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [["工号", "姓名"], ["77", "王晓明"], ["77", "王小明"]]
    plan = planned(session, cast.actor("admin"), tmp_path, "person", rows)
    assert [row for row, *_ in errors(plan)] == [3]


def test_charges_are_read_from_names(session: AnySession, cast: Cast, tmp_path: Path) -> None:
    rows = [["分管领导", "分管部门", "开始日期"], ["余分管", "教务处", "2026年1月1日"]]
    plan = imported(session, cast.actor("admin"), tmp_path, "charge", rows)
    assert plan.summary()["new"] == 1
    charge = session.scalars(
        select(Charge).where(Charge.leader == cast.other_leader, Charge.department == cast.jwc)
    ).one()
    assert (charge.kind, charge.valid_from.isoformat()) == (ChargeKind.IN_CHARGE, "2026-01-01")


def test_holidays_take_real_dates_and_words_for_yes(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [
        ["2026 年校历"],
        ["开始", "结束", "名称", "补班"],
        ["2026-10-01", "2026/10/7", "国庆节", "否"],
        ["2026-10-10", "2026-10-10", "国庆补班", "是"],
    ]
    imported(session, cast.actor("office"), tmp_path, "holiday", rows)
    found = session.scalars(select(Holiday).order_by(Holiday.starts_on)).all()
    assert [(row.name, row.is_workday) for row in found] == [("国庆节", False), ("国庆补班", True)]


def test_a_rule_value_is_changed_by_its_key(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    value = session.scalars(select(RuleValue).where(RuleValue.kind == "integer").limit(1)).one()
    rows = [["规则版本", "规则键", "规则值"], [cast.rule_book.name, value.key, "77"]]
    plan = planned(session, cast.actor("office"), tmp_path, "rule_value", rows)
    assert [change.new for change in plan.rows[0].changes] == ["77"]


def test_a_rule_that_a_spreadsheet_shows_as_a_percent_or_a_day_is_what_was_meant(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    share, points = "grade.excellent_quota_percent", "light.yellow_lag_points"
    coefficient, day = "coefficient.good", "phase.decomposition_end"
    book = cast.rule_book.name
    with xlsxwriter.Workbook(str(tmp_path / "rules.xlsx")) as made:
        sheet = made.add_worksheet()
        percent, date = (made.add_format({"num_format": one}) for one in ("0%", "m-d"))
        sheet.write_row(0, 0, ["规则版本", "规则键", "规则值"])
        sheet.write_row(1, 0, [book, share])
        sheet.write_number(1, 2, 0.8, percent)
        sheet.write_row(2, 0, [book, points, "15%"])
        sheet.write_row(3, 0, [book, coefficient])
        sheet.write_number(3, 2, 1.15, percent)
        sheet.write_row(4, 0, [book, day])
        sheet.write_datetime(4, 2, dt.datetime(2026, 3, 5), date)
    office, spec = cast.actor("office"), SPECS["rule_value"]
    table = parse_table(read_sheets(tmp_path / "rules.xlsx"), spec)
    plan = plan_table(session, office, table, spec)
    assert errors(plan) == []
    changes = [[change.new for change in row.changes] for row in plan.rows]
    assert changes == [["80"], ["15"], ["1.15"], ["03-05"]]


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        ("check.grace_workdays", "80%", "工作日"),
        ("check.head_may_lighten", "80%", "“80%”"),
        ("check.grace_workdays", "三天", "“三天”"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_at_its_cell_before_anything_is_written(
    session: AnySession, cast: Cast, tmp_path: Path, key: str, cell: str, words: str
) -> None:
    rows = [["规则版本", "规则键", "规则值"], [cast.rule_book.name, key, cell]]
    plan = planned(session, cast.actor("office"), tmp_path, "rule_value", rows)
    ((row, field, said),) = errors(plan)
    assert (row, field) == (2, "value")
    assert words in said


def test_indicators_take_a_category_by_name_and_empty_cells_leave_what_is_stored(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    admin = cast.actor("admin")
    first = [
        ["代码", "指标名称", "类别", "指标类型", "单位"],
        ["T01", "示范课", "教学工作", "定量", "门"],
    ]
    imported(session, admin, tmp_path, "indicator_template", first)
    again = [
        ["代码", "指标名称", "类别", "指标类型", "单位"],
        ["T01", "示范课数量", "", "定量", "—"],
    ]
    imported(session, admin, tmp_path, "indicator_template", again)
    row = session.scalars(select(IndicatorTemplate)).one()
    assert (row.name, row.category.name, row.unit) == ("示范课数量", "教学工作", None)


def test_a_sheet_without_the_headings_says_which_are_missing(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    plan = planned(session, cast.actor("admin"), tmp_path, "task_category", [["甲", "乙"], [1, 2]])
    (problem,) = plan.problems
    assert problem.level == "error"
    assert "代码" in str(problem.message)


def test_a_column_nobody_knows_is_said_not_to_be_taken(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [["代码", "名称", "星座"], ["x", "新类别", "狮子"]]
    plan = imported(session, cast.actor("admin"), tmp_path, "task_category", rows)
    assert ["星座" in str(problem.message) for problem in plan.problems] == [True]
    assert session.scalar(select(func.count(TaskCategory.id)).where(TaskCategory.code == "x")) == 1


def test_what_the_gate_refuses_names_its_row_and_nothing_is_kept(
    session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    rows = [
        ["开始", "结束", "名称"],
        ["2026-10-01", "2026-10-07", "国庆节"],
        ["2026-10-07", "2026-10-01", "倒过来"],
    ]
    with pytest.raises(Exception, match="3"):
        imported(session, cast.actor("office"), tmp_path, "holiday", rows)
    session.rollback()
    assert session.scalar(select(func.count(Holiday.id))) == 0


@pytest.mark.parametrize(
    ("name", "kind"), [("office", "person"), ("head_jwc", "holiday"), ("auditor", "charge")]
)
def test_who_may_not_keep_the_table_may_not_import_it(
    session: AnySession, cast: Cast, tmp_path: Path, name: str, kind: str
) -> None:
    with pytest.raises(NotAllowed):
        planned(session, cast.actor(name), tmp_path, kind, [["姓名"], ["王晓明"]])
