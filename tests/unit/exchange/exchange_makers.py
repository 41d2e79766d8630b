"""What the tests of reading and parsing share: words, and workbooks made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

DEPARTMENTS = {"教务处", "学生处", "财务处", "图书馆", "信息中心", "组织部（人事处）", "机电工程系"}
HEADINGS = ["序号", "目标任务", "主要举措", "考核标准", "完成时限", "牵头部门", "配合部门", "权重"]

Rows = Sequence[Sequence[Any]]


def write_workbook(path: Path, sheets: dict[str, Rows], merges: dict[str, list[str]]) -> Path:
    """An XLSX; texts stay texts, {"f": "1+1", "v": 2} is a formula with its cached value,
    {"%": 0.95, "as": "0%"} a number in this format."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for merge in merges.get(name, []):
            sheet.merge_range(merge, None)
        for r, cells in enumerate(rows):
            for c, value in enumerate(cells):
                if isinstance(value, dict) and "%" in value:
                    sheet.write_number(
                        r, c, value["%"], book.add_format({"num_format": value["as"]})
                    )
                elif isinstance(value, dict):
                    sheet.write_formula(r, c, "=" + value["f"], None, value["v"])
                elif hasattr(value, "year"):
                    sheet.write_datetime(r, c, value, date_format)
                elif value is not None:
                    sheet.write(r, c, value)
    book.close()
    return path
