"""The empty workbooks to fill in: what they hold, and that what is filled in comes in."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from app.core.unit_of_work import AnySession
from app.exchange.departments import parse_departments
from app.exchange.plan_tables import plan_table
from app.exchange.reading import read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import KINDS, SPECS
from app.exchange.tasks import parse_tasks
from app.exchange.templates import template_of
from tests.cast import YEAR, Cast


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_import_has_a_workbook_to_fill_in(
    app: Flask, session: AnySession, cast: Cast, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "empty.xlsx"
    with app.test_request_context():
        path.write_bytes(template_of(session, cast.actor("admin"), kind))
    book = openpyxl.load_workbook(path)
    assert [sheet.sheet_state for sheet in book.worksheets[:2]] == ["visible", "visible"]
    assert all(sheet.sheet_state == "hidden" for sheet in book.worksheets[2:])
    headings = [cell.value for cell in book.worksheets[0][1]]
    assert any(str(heading).endswith("*") for heading in headings)


@pytest.mark.parametrize("kind", list(SPECS))
def test_the_example_of_each_column_can_be_read(
    app: Flask, session: AnySession, cast: Cast, tmp_path: Path, kind: str
) -> None:
    """What the explaining sheet gives as an example is refused for nothing but unknown names."""
    path = tmp_path / "filled.xlsx"
    with app.test_request_context():
        path.write_bytes(template_of(session, cast.actor("admin"), kind))
    book = openpyxl.load_workbook(path)
    for column, described in enumerate(SPECS[kind].columns, 1):
        book.worksheets[0].cell(2, column, described.example or None)
    book.save(path)
    spec = SPECS[kind]
    actor = cast.actor("office" if kind in {"phase", "rule_value"} else "admin")
    plan = plan_table(session, actor, parse_table(read_sheets(path)[:1], spec), spec)
    (row,) = plan.rows
    unknown = [error for error in row.errors if "is not known" not in error.message.words]
    assert [str(error.message) for error in unknown] == []


def test_the_department_and_task_workbooks_are_read_by_their_importers(
    app: Flask, session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    path = tmp_path / "filled.xlsx"
    for kind, cells in (
        ("department", ["cw", "财务处", "", "职能部门", ""]),
        ("task", [1, "建成示范课", "3月：遴选；6月：检查", "文件", "11月30日", "教务处"]),
    ):
        with app.test_request_context():
            path.write_bytes(template_of(session, cast.actor("office"), kind))
        book = openpyxl.load_workbook(path)
        for column, value in enumerate(cells, 1):
            book.worksheets[0].cell(2, column, value)
        book.save(path)
        sheets = read_sheets(path)
        if kind == "department":
            assert [row.name for row in parse_departments(sheets).rows] == ["财务处"]
        else:
            table = parse_tasks(sheets, year=YEAR, known_departments=["教务处"])
            assert [row.title for row in table.rows] == ["建成示范课"]
            assert len(table.rows[0].milestones) == 2
