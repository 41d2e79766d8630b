"""Whatever the layout and the file: no crash, and no task is lost, doubled or made up.

The tables are drawn at random around known tasks, always the same ones in every run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.departments import parse_departments
from app.exchange.problems import FileProblem
from app.exchange.reading import Merge, Sheet, read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import SPECS
from app.exchange.tasks import ParsedTable, parse_tasks
from tests.layouts import HEADINGS, SECTIONS, Layout, layouts

UNITS = ["教务处", "学生处", "财务处", "图书馆", "机电工程系"]
LIGHT = settings(derandomize=True, deadline=None, database=None, max_examples=60)
MANY = settings(LIGHT, max_examples=150)


def read(layout: Layout) -> ParsedTable:
    with tempfile.TemporaryDirectory() as folder:
        sheets = read_sheets(layout.write(Path(folder)))
    return parse_tasks(sheets, year=2026, known_departments=UNITS)


def told(table: ParsedTable) -> list[tuple[Any, ...]]:
    return [(row.title, row.due_text, row.lead, row.measures, row.standard) for row in table.rows]


@given(layout=layouts(UNITS))
@LIGHT
def test_every_task_is_read_as_it_was_written(layout: Layout) -> None:
    table = read(layout)
    assert [row.title for row in table.rows] == [task["title"] for task in layout.tasks]
    assert [(row.sheet, row.row) for row in table.rows] == layout.places
    for row, task in zip(table.rows, layout.tasks, strict=True):
        assert row.errors == []
        assert row.lead == [task["lead"]]
        for name in ("measures", "standard"):
            assert getattr(row, name) in ("", task[name])
        assert row.weight in (None, task["weight"])


TROUBLE = st.sampled_from(
    [
        "", " ", "/", "=1+1", "'=1+1", "<script>x</script>", "小计", "合计：3项", "一、", "（二）其他",
        "注：见附件", "部门：财务处", "填表人：", "2026-13-45", "13月", "-5", "1e400", "９９", "不存在处",
        "教务处、学生处", "各系部", "\ufeff乱", "a\x0bb", "长" * 12000, "1、2、3", "无", "目标任务", "序号",
        3.0, -1, 1e308, True,
    ]
)  # fmt: skip


@given(layout=layouts(UNITS), data=st.data())
@LIGHT
def test_bad_cells_make_errors_and_lose_no_row(layout: Layout, data: st.DataObject) -> None:
    """Any cells of the tasks but their titles hold anything: each task is still a row of its own,
    or its row is named as skipped; none disappears without a word."""
    for _ in range(data.draw(st.integers(1, 4))):
        name, row = data.draw(st.sampled_from(layout.places))
        cells = layout.sheets[name].rows[row - 1]
        free = [
            c for c, value in enumerate(cells) if value not in {t["title"] for t in layout.tasks}
        ]
        cells[data.draw(st.sampled_from(free))] = data.draw(TROUBLE)
    table = read(layout)
    covered = {(row.sheet, n) for row in table.rows for n in range(row.row, row.last_row + 1)}
    titles = "\n".join(f"{row.title}\n{row.work_point}\n{row.measures}" for row in table.rows)
    for place, task in zip(layout.places, layout.tasks, strict=True):
        assert place in covered, (place, table.skipped)
        assert task["title"] in titles


WORDS = st.sampled_from(
    [*(label for group in HEADINGS.values() for label in group), *SECTIONS, *UNITS, "1", "2", "一、",
     "小计", "部门：教务处", "某项工作", "推进建设", "11月", "6月底", "", "", "", None, 7, 2.5]
)  # fmt: skip


@st.composite
def grids(draw: st.DrawFn) -> Sheet:
    """Any cells in any order, with any merged ranges over them."""
    height, width = draw(st.integers(1, 14)), draw(st.integers(1, 9))
    rows = draw(
        st.lists(st.lists(WORDS, min_size=1, max_size=width), min_size=height, max_size=height)
    )
    merged = []
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(1, height)), draw(st.integers(1, width))
        bottom, right = draw(st.integers(top, height)), draw(st.integers(left, width))
        merged.append(Merge(top, left, bottom, right))
        for row in range(top, bottom + 1):
            for column in range(left, min(right, len(rows[row - 1])) + 1):
                if (row, column) != (top, left):
                    rows[row - 1][column - 1] = None
    return Sheet(draw(st.sampled_from(["Sheet1", "教务处", "合计"])), rows, merged)


@given(sheet=grids())
@MANY
def test_any_grid_is_accounted_for(sheet: Sheet) -> None:
    """Under the headings every row with words in it is a task's, or is named as skipped."""
    table = parse_tasks([sheet], year=2026, known_departments=UNITS)
    if not table.rows and not table.skipped:
        assert table.problems
        return
    seen = [n for row in table.rows for n in range(row.row, row.last_row + 1)]
    skipped = {row.row for row in table.skipped}
    headings = {
        row.row + below for row in table.skipped if row.reason == "heading" for below in (1, 2)
    }
    assert len(set(seen)) == len(seen)
    # A task may go on below a line that is passed over.
    assert not {n for row in table.rows for n in (row.row, row.last_row)} & skipped
    first = min([*seen, *skipped])
    for number in range(first, sheet.height + 1):
        if any(sheet.text(number, column) for column in range(1, sheet.width + 1)):
            assert number in {*seen, *skipped, *headings}


@given(sheet=grids())
@LIGHT
def test_any_grid_as_master_data_does_no_harm(sheet: Sheet) -> None:
    parse_departments([sheet])
    for kind in ("person", "charge", "holiday"):
        parse_table([sheet], SPECS[kind])


@given(
    data=st.binary(max_size=300),
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"]
    ),
    suffix=st.sampled_from([".csv", ".xlsx", ".xls", ".tsv"]),
)
@MANY
def test_any_bytes_are_a_table_or_a_reason(data: bytes, start: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(start + data)
        try:
            sheets = read_sheets(path)
        except FileProblem as problem:
            assert problem.problems
        else:
            parse_tasks(sheets, year=2026, known_departments=UNITS)
