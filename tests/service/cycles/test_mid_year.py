"""A college starts in mid-year: from an empty database over its lists to the issued table, with
nothing owed for the months before (domain §3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor, Door
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.service import TRIAL_UNTIL, open_complete_year, standard_plan
from app.exchange.plan_tables import plan_table, write_table
from app.exchange.reading import read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import SPECS
from app.extensions import db
from app.models.baseline import Baseline
from app.models.cycles import Cycle, ReportingMonth
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskStatus
from app.planning.charts import worst_tasks
from app.planning.service import HandOut, accept_tasks
from app.security import actors
from app.security.actors import load_actor
from app.web import directory
from app.web.steering.debts import debts, kinds_of
from app.web.steering.year import load_year
from tests.workbooks import task, write_sheet, write_tasks
from tests.workbooks import write_table as write_file

YEAR = 2026
SEPTEMBER = dt.date(YEAR, 9, 14)
DEPARTMENTS = [
    ("编号", "部门名称", "简称", "类别", "上级部门"),
    ("bgs", "办公室", "", "职能部门", ""),
    ("jwc", "教务处", "", "职能部门", ""),
]
PEOPLE = [
    ["工号", "姓名", "部门", "职务", "任职", "角色"],
    ["1001", "白办公", "办公室", "秘书", "工作人员", "办公室"],
    ["1002", "陈教务", "教务处", "处长", "正职", "部门负责人"],
    ["1003", "冷分管", "", "副院长", "院领导", "分管（联系）院领导"],
]
CHARGES = [["院领导", "部门", "关系"], ["冷分管", "教务处", "分管"], ["冷分管", "办公室", "分管"]]


@pytest.fixture
def empty(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """As `init-db` leaves it, in September."""
    app = make_app(cast=False)
    actors.forget()
    directory.forget()
    with clock.at(SEPTEMBER), app.app_context():
        yield app
    actors.forget()
    directory.forget()


def run(app: Flask, *words: object) -> None:
    done = app.test_cli_runner().invoke(args=[str(word) for word in words])
    assert done.exit_code == 0, done.output


def load(session: AnySession, actor: Actor, folder: Path, kind: str, rows: list[Any]) -> None:
    path, spec = folder / f"{kind}.xlsx", SPECS[kind]
    write_sheet(path, rows)
    plan = plan_table(session, actor, parse_table(read_sheets(path), spec), spec)

    def first_password(person: Person) -> None:
        person.password, person.must_change_password = "hash", True

    with unit_of_work(session, actor):
        write_table(session, actor, plan, first_password=first_password)


def opened(session: AnySession, office: Actor) -> Cycle:
    with unit_of_work(session, office):
        plan = standard_plan(session, office, YEAR)
        return open_complete_year(session, office, plan, document_number="院发1号", start=True)


def test_from_an_empty_database_to_the_accepted_table(empty: Flask, tmp_path: Path) -> None:
    session = db.session
    run(empty, "create-admin", "gly", "--name", "首管理", "--email", "g@example.edu.cn",
        "--password", "Erst-Wort-2026")  # fmt: skip
    run(empty, "import-departments", write_file(tmp_path / "部门.csv", DEPARTMENTS))
    admin = load_actor(session, "gly", Door.WEB)
    load(session, admin, tmp_path, "person", PEOPLE)
    load(session, admin, tmp_path, "charge", CHARGES)
    office = load_actor(session, "1001", Door.WEB)
    cycle = opened(session, office)

    # The months before are exempt, this month is on trial.
    months = session.scalars(
        select(ReportingMonth).where(ReportingMonth.cycle_id == cycle.id)
    ).all()
    assert {one.month for one in months if not one.exempt} == {9, 10, 11, 12}
    assert cycle.live_from == SEPTEMBER
    assert {one.value for one in cycle.rule_book.values if one.key == TRIAL_UNTIL} == {"9"}  # type: ignore[union-attr]

    # The issued table is taken over with its number and frozen.
    dues = {"旧任务": "3月31日前", "新任务": "11月30日前"}
    rows = [
        task(place, title=title, due=due, assist="", owner="陈教务")
        for place, (title, due) in enumerate(dues.items(), start=1)
    ]
    run(empty, "import-tasks", write_tasks(tmp_path / "分解表.xlsx", rows), "--year", YEAR,
        "--state", "published", "--issue-number", "院发〔2026〕2号")  # fmt: skip
    tasks = session.scalars(select(Task).order_by(Task.sort_order, Task.id)).all()
    assert [one.status for one in tasks] == [TaskStatus.PUBLISHED] * 2
    assert {one.accept_by for one in tasks} == {clock.add_workdays(SEPTEMBER, 10)}
    assert session.scalar(select(Baseline.id)) is not None

    # Nothing is owed but what begins today, and nothing is overdue without a report.
    year = load_year(session, office, cycle.id, SEPTEMBER)
    owed = {debt.owed.waiting.key for debt in debts(session, kinds_of(office, year))}
    assert owed == {"tasks_accept"}
    assert worst_tasks(session, office, SEPTEMBER, lambda query: query, 9) == []

    # The department takes its tasks over; from then on this month is reported on.
    head = load_actor(session, "1002", Door.WEB)
    jwc = session.scalars(select(Department).where(Department.code == "jwc")).one()
    assert {one.lead_department_id for one in tasks} == {jwc.id}
    with unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(one, None, head.user_id) for one in tasks])
    found = debts(session, kinds_of(office, load_year(session, office, cycle.id, SEPTEMBER)))
    assert all(debt.owed.phase.value == "monitoring" for debt in found)
    assert all(debt.due_on is None or debt.due_on > SEPTEMBER for debt in found)
