"""Small tables of tasks and departments that tests write themselves."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

HEADINGS = {
    "number": "序号", "title": "目标任务", "measures": "主要举措", "standard": "考核标准",
    "due": "完成时限", "lead": "牵头部门", "assist": "配合部门", "leader": "分管领导",
    "owner": "责任人", "weight": "权重", "remark": "备注",
}  # fmt: skip


def task(number: int = 1, /, **given: Any) -> dict[str, Any]:
    """The cells of one good task of 教务处; say what is different."""
    return {
        "number": number,
        "title": f"第{number}项任务",
        "measures": "3月：调研\n6月：实施\n11月：总结",
        "standard": "方案出台",
        "due": "11月30日前",
        "lead": "教务处",
        "assist": "学生工作处",
        "leader": "冷分管",
        "owner": "教务处负责人",
        "weight": 10,
        "remark": "",
        **given,
    }


def write_tasks(
    path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = tuple(HEADINGS)
) -> Path:
    """A workbook with a row of headings and one row per task; `{"f": "1+1"}` is a formula."""
    table = [[HEADINGS[name] for name in columns]]
    table += [[row.get(name) for name in columns] for row in rows]
    return write_table(path, table)


def write_table(path: Path, table: Sequence[Sequence[Any]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
        return path
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("分解表")
    for r, cells in enumerate(table):
        for c, value in enumerate(cells):
            if isinstance(value, dict):
                sheet.write_formula(r, c, "=" + value["f"], None, 2)
            elif hasattr(value, "year"):
                sheet.write_datetime(r, c, value, day)
            elif value not in (None, ""):
                sheet.write(r, c, value)
    book.close()
    return path


def write_sheet(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A workbook with one sheet of these cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@dataclass
class Drawn:
    """A sheet to draw: its rows, and merged ranges (top, left, bottom, right; from 1)."""

    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        self.merged.append((top, left, bottom, right))


def draw(path: Path, sheets: Mapping[str, Drawn]) -> Path:
    """A workbook of these sheets, merged cells included."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        for name, drawn in sheets.items():
            sheet = book.add_worksheet(name)
            for top, left, bottom, right in drawn.merged:
                sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
            for number, cells in enumerate(drawn.rows):
                for column, value in enumerate(cells):
                    if value is not None and value != "":
                        sheet.write(number, column, value)
    return path
