"""What is exported comes back without change, whatever the tasks hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.models.organisation import DepartmentKind
from tests.cast import YEAR, Cast
from tests.factories import (
    make_department,
    make_milestone,
    make_person,
    make_task,
    make_task_department,
    make_work_point,
    make_work_point_set,
)
from tests.workbooks import task

Told = Callable[..., tuple[int, dict[str, Any]]]
FORMS = ("xlsx", "csv")


def back(told: Told, folder: Path, form: str) -> dict[str, Any]:
    out = folder / f"out.{form}"
    code, exported = told("export-tasks", "--year", YEAR, "--format", form, "--out", out)
    assert code == 0, exported
    code, data = told("import-tasks", out, "--year", YEAR)
    told_rows = [
        (row["changes"], row["errors"]) for row in data["rows"] if row["action"] != "unchanged"
    ]
    assert (code, told_rows) == (0, []), data["errors"] if code else told_rows
    assert len(data["rows"]) == exported["rows"]
    summary: dict[str, Any] = data["summary"]
    return summary


@pytest.mark.parametrize("form", FORMS)
def test_an_imported_table_comes_back(
    told: Told, tmp_path: Path, load: Callable[..., Any], form: str
) -> None:
    make_department(name="机电工程系", kind=DepartmentKind.TEACHING)
    load(
        [
            task(1, due="全年"),
            task(2, due=dt.date(2026, 9, 30), weight="2.5分", lead="教务处、办公室"),
            task(3, lead="各系部", assist=""),
            task(4, lead="办公室", assist="", remark="=1+1"),
            task(5, title="- 以破折号开头", remark="'=已加撇号"),
        ]
    )
    assert back(told, tmp_path, form)["unchanged"] == 5


@pytest.mark.parametrize("form", FORMS)
def test_what_people_typed_comes_back(told: Told, tmp_path: Path, cast: Cast, form: str) -> None:
    """Fields no file would have accepted, numbers that stand twice, words with a date set."""
    twin = {"last_name": "王", "first_name": "伟"}
    make_person(**twin)
    points = make_work_point_set(cycle=cast.cycle)
    given: list[dict[str, Any]] = [
        {"title": "全年任务却有日期", "due_on": dt.date(2026, 12, 31), "due_text": "全年"},
        {"title": "没有时限"},
        {"title": "没有序号", "number": "", "due_text": "全年"},
        {"title": "两个王伟", "owner": make_person(**twin), "due_text": "每月"},
        {"title": "学院任务", "lead_department": None, "due_text": "全年"},
        {"title": "多行\n标题", "goal": "目标", "measures": "第一行\r\n第二行", "due_text": "6月"},
        {"title": "含有 <b>标记</b>", "remark": "<script>", "due_text": "6月"},
        {"title": "序号重复", "number": "2", "due_text": "6月"},
        {"title": "别的部门", "number": "2", "lead_department": cast.xinxi, "due_text": "6月"},
        {"title": "有要点", "work_point": make_work_point(work_point_set=points, text="要点一"), "due_text": "6月"},
        {"title": "日期写成文字", "due_on": dt.date(2026, 6, 30), "due_text": "2026-06-30"},
        {"title": "小数权重", "weight": "0.50", "due_on": dt.date(2026, 6, 1)},
    ]  # fmt: skip
    for place, values in enumerate(given, 1):
        made = make_task(**{"number": str(place), "sort_order": place, **values})
        if made.lead_department_id != cast.bgs.id:
            make_task_department(task=made, department=cast.bgs)
    make_milestone(task=made, text="手工节点", due_on=dt.date(2026, 5, 1))
    assert back(told, tmp_path, form)["unchanged"] == len(given)


@pytest.mark.parametrize("form", FORMS)
def test_an_issued_table_comes_back(
    told: Told, tmp_path: Path, load: Callable[..., Any], form: str
) -> None:
    load([task(1), task(2, due="全年")], issue="院发〔2026〕3号")
    load([task(9, lead="信息工程系", assist="")])
    assert back(told, tmp_path, form)["unchanged"] == 2  # a proposal is not of the issued table


def test_a_pdf_is_written(told: Told, tmp_path: Path, load: Callable[..., Any]) -> None:
    load([task(1)])
    out = tmp_path / "out.pdf"
    code, data = told("export-tasks", "--year", YEAR, "--format", "pdf", "--out", out)
    assert (code, data["rows"]) == (0, 1)
    assert out.read_bytes().startswith(b"%PDF")
