"""Indicators come in as rows of their task, go out again, and stay what they were."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.unit_of_work import AnySession
from app.models.cycles import Direction, IndicatorKind
from app.models.organisation import DepartmentKind
from app.models.planning import Task
from tests.cast import YEAR, Cast
from tests.factories import make_department, make_indicator, make_task
from tests.workbooks import write_table

HEADINGS = ["序号", "目标任务", "考核标准", "考核指标", "完成时限", "牵头部门"]
Plan = Callable[..., Any]
Tasks = Callable[[], list[Task]]
Told = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """`table("1.…；2.…")`: a table of one task of 教务处 with this cell of indicators."""

    def write(*cells: str, headings: list[str] = HEADINGS, lead: str = "教务处") -> Path:
        rows = [
            [n, f"第{n}项任务", "方案出台", cell, "11月30日", lead]
            for n, cell in enumerate(cells, start=1)
        ]
        return write_table(tmp_path / "made.xlsx", [headings, *rows])

    return write


def parts(task: Task) -> list[tuple[Any, ...]]:
    return [
        (one.name, one.target, one.unit, one.direction, one.standard) for one in task.indicators
    ]


def test_each_item_becomes_an_indicator_of_the_task(
    load: Plan, tasks: Tasks, table: Callable[..., Path]
) -> None:
    load(table("1.就业率≥95%；2.投诉率不高于2%；3.形成案例汇编"))
    (made,) = tasks()
    assert parts(made) == [
        ("就业率", Decimal(95), "%", Direction.RISING, None),
        ("投诉率", Decimal(2), "%", Direction.FALLING, None),
        ("形成案例汇编", None, None, None, "形成案例汇编"),
    ]
    assert made.standard == "方案出台"


def test_parts_in_columns_of_their_own_make_one_indicator(
    load: Plan, tasks: Tasks, tmp_path: Path
) -> None:
    headings = ["序号", "目标任务", "指标", "目标值", "计量单位", "基准值", "完成时限", "牵头部门"]
    rows = [
        [1, "提升质量", "就业率", 95, "%", 90, "11月", "教务处"],
        [2, "减少投诉", "投诉率", 2, "%", 5, "11月", "教务处"],
        [3, "建成平台", "平台", "通过验收", "", "", "11月", "教务处"],
    ]
    load(write_table(tmp_path / "made.xlsx", [headings, *rows]))
    first, second, third = tasks()
    assert parts(first) == [("就业率", Decimal(95), "%", Direction.RISING, None)]
    assert first.indicators[0].baseline == Decimal(90)
    assert parts(second) == [("投诉率", Decimal(2), "%", Direction.FALLING, None)]
    assert parts(third) == [("平台", None, None, None, "平台：通过验收")]


def test_the_column_of_standards_alone_stays_text(
    load: Plan, tasks: Tasks, table: Callable[..., Path]
) -> None:
    load(table("就业率≥95%", headings=[*HEADINGS[:3], "备注", *HEADINGS[4:]]))
    (made,) = tasks()
    assert (made.standard, made.indicators) == ("方案出台", [])


def test_a_table_without_a_column_of_standards_keeps_the_words_of_its_indicators(
    load: Plan, tasks: Tasks, table: Callable[..., Path]
) -> None:
    load(table("就业率≥95%", headings=["序号", "目标任务", "备注", *HEADINGS[3:]]))
    (made,) = tasks()
    assert (made.standard, len(made.indicators)) == ("就业率≥95%", 1)


def test_every_department_of_a_group_gets_the_indicators(
    load: Plan, tasks: Tasks, table: Callable[..., Path], cast: Cast
) -> None:
    make_department(name="机电工程系", kind=DepartmentKind.TEACHING)
    load(table("就业率≥95%", lead="各系部"))
    made = tasks()
    assert len(made) > 2
    assert all(parts(one) == parts(made[0]) != [] for one in made)


def test_the_same_table_again_changes_nothing(
    load: Plan, plan: Plan, tasks: Tasks, table: Callable[..., Path]
) -> None:
    path = table("1.就业率≥95%；2.形成案例汇编", "", "不少于3个")
    load(path)
    again = plan(path)
    assert [str(row.action) for row in again.rows] == ["unchanged"] * 3


def test_a_changed_indicator_keeps_its_weight_and_another_goes(
    load: Plan,
    plan: Plan,
    tasks: Tasks,
    table: Callable[..., Path],
    session: AnySession,
    cast: Cast,
) -> None:
    load(table("1.就业率≥95%；2.形成案例汇编"))
    (made,) = tasks()
    kept = made.indicators[0].id
    planned = plan(table("1.就业率≥96%；2.发文一份"))
    (change,) = planned.rows[0].changes
    assert (change.field, change.written) == ("indicators", True)
    assert (change.old, change.new) == ("就业率≥95%；形成案例汇编", "就业率≥96%；发文一份")
    load(table("1.就业率≥96%；2.发文一份"))
    session.expire_all()
    assert [(one.name, one.target) for one in made.indicators] == [
        ("就业率", Decimal(96)),
        ("发文一份", None),
    ]
    assert made.indicators[0].id == kept


def test_an_issued_task_keeps_its_indicators(
    load: Plan, plan: Plan, tasks: Tasks, table: Callable[..., Path]
) -> None:
    load(table("就业率≥95%"), issue="院发〔2026〕1号")
    planned = plan(table("就业率≥99%"))
    assert [(c.field, c.written) for c in planned.rows[0].changes] == [("indicators", False)]
    load(table("就业率≥99%"))
    (made,) = tasks()
    assert made.indicators[0].target == Decimal(95)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_reads_back_the_same(
    told: Told, tmp_path: Path, cast: Cast, form: str
) -> None:
    task = make_task(cycle=cast.cycle, lead_department=cast.jwc, due_text="全年", number="1")
    make_indicator(
        task=task, name="就业率：毕业生", kind=IndicatorKind.QUANTITATIVE, target="95.50", unit="%",
        direction=Direction.RISING, baseline="90",
    )  # fmt: skip
    make_indicator(
        task=task, name="制度", kind=IndicatorKind.QUALITATIVE, standard="一、发文；\n二、执行",
        target=None, unit=None, direction=None, baseline=None,
    )  # fmt: skip
    other = make_task(cycle=cast.cycle, lead_department=cast.jwc, due_text="全年", number="2")
    make_indicator(
        task=other, name="立项", kind=IndicatorKind.QUANTITATIVE, target=3, unit="个省级课题",
        direction=None, baseline=None,
    )  # fmt: skip
    out = tmp_path / f"out.{form}"
    code, _ = told("export-tasks", "--year", YEAR, "--format", form, "--out", out)
    assert code == 0
    code, data = told("import-tasks", out, "--year", YEAR)
    assert [(row["action"], row["changes"]) for row in data["rows"]] == [("unchanged", [])] * 2
    assert any("95.5%" in line for line in data["rows"][0]["indicators"])
