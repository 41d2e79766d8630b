"""Whatever the layout, no task and no word is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from exchange_makers import write_workbook
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.exchange.problems import FileProblem
from app.exchange.reading import Sheet, read_sheets
from app.exchange.tasks import parse_tasks

UNITS = ["教务处", "学生处", "财务处", "图书馆", "机电工程系"]
DUES = ["6月", "3-4月", "9月30日前", "2026年底", "持续推进"]
COLUMNS = {
    "number": "序号",
    "title": "目标任务",
    "measures": "主要举措",
    "standard": "考核标准",
    "due": "完成时限",
    "lead": "牵头部门",
    "assist": "配合部门",
    "weight": "权重",
}

words = st.text(st.sampled_from("建设专业课程实训教学改革质量诊断"), min_size=2, max_size=12)
tasks = st.fixed_dictionaries(
    {
        "title": words,
        "steps": st.lists(words, min_size=1, max_size=4),
        "standard": words,
        "due": st.sampled_from(DUES),
        "lead": st.lists(st.sampled_from(UNITS), min_size=1, max_size=3, unique=True),
        "assist": st.lists(st.sampled_from(UNITS), max_size=2, unique=True),
        "weight": st.integers(1, 50),
    }
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[Any]], list[str]]:
    """Tasks, the rows of a sheet that shows them in some layout, and its merged ranges."""
    content = draw(st.lists(tasks, min_size=1, max_size=6))
    order = draw(st.permutations(list(COLUMNS)))
    separator = draw(st.sampled_from("、；，/\n"))
    merged, total, repeated = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    headings = [COLUMNS[name] for name in order]
    rows: list[list[Any]] = [[f"表头说明{n}"] for n in range(draw(st.integers(0, 4)))]
    rows.append(headings)
    merges = []
    for index, task in enumerate(content, 1):
        if repeated and index == 3:
            rows.append(headings)
        top = len(rows) + 1
        shown = {
            **task,
            "number": index,
            "lead": separator.join(task["lead"]),
            "assist": separator.join(task["assist"]) or "/",
            "weight": f"{task['weight']}分",
        }
        for number, step in enumerate(task["steps"]):
            line = {**shown, "measures": step} if number == 0 else {"measures": step}
            rows.append([line.get(name) for name in order])
        if merged and len(task["steps"]) > 1:
            for column, name in enumerate(order):
                if name != "measures":
                    letter = chr(65 + column)
                    merges.append(f"{letter}{top}:{letter}{len(rows)}")
    if total:
        rows.append([None if name not in ("title", "weight") else "合计" for name in order])
    return content, rows, merges


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_every_layout_gives_back_the_tasks_it_shows(
    table: tuple[list[dict[str, Any]], list[list[Any]], list[str]],
) -> None:
    content, rows, merges = table
    with tempfile.TemporaryDirectory() as folder:
        path = write_workbook(Path(folder) / "a.xlsx", {"表": rows}, {"表": merges})
        parsed = parse_tasks(read_sheets(path), year=2026, known_departments=set(UNITS))
    assert not parsed.has_errors
    assert [
        (r.number, r.title, r.steps, r.standard, r.due_text, r.lead, r.assist, r.weight)
        for r in parsed.rows
    ] == [
        (
            str(index),
            task["title"],
            task["steps"],
            task["standard"],
            task["due"],
            task["lead"],
            [name for name in task["assist"] if name not in task["lead"]],
            task["weight"],
        )
        for index, task in enumerate(content, 1)
    ]


cells = st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.sampled_from(
    [*COLUMNS.values(), "一、", "合计", "注：", "部门：教务处", "1", "", "<b>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@example([[None, "任务", None, "标准"], [None, "0"], ["0"], [None, None, None, "0"]])
@given(st.lists(st.lists(cells, max_size=6), max_size=12))
def test_no_cells_whatever_break_the_parsing(rows: list[list[Any]]) -> None:
    table = parse_tasks([Sheet("表", rows)], year=2026, known_departments={"教务处"})
    assert table.rows or table.problems
    # A task may go on below a line of other words, which is then told of as passed over.
    ends = {number for row in table.rows for number in (row.row, row.last_row)}
    assert ends.isdisjoint(skipped.row for skipped in table.skipped)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.xlsx", "a.xls"]))
def test_no_bytes_whatever_give_another_exception(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            read_sheets(path)
        except FileProblem as problem:
            assert problem.problems


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1") + b"W\0o\0r\0k\0b\0o\0o\0k\0"]
)
def test_a_start_like_a_workbook_with_rubbish_behind_it_is_refused(
    tmp_path: Path, start: bytes
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(start + b"rubbish" * 200)
    with pytest.raises(FileProblem):
        read_sheets(path)
