"""The workbook of refused rows: what is in it, and that it can be sent in again as it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from app.core.unit_of_work import AnySession
from app.exchange import jobs
from app.exchange.looking import Look, look
from app.exchange.plan import Action, PlannedRow
from app.exchange.plan_tasks import TaskPlan
from app.exchange.refused import refused_workbook
from app.exchange.uploads import Shelf
from tests.cast import YEAR, Cast
from tests.workbooks import HEADINGS, Drawn, draw, task, write_sheet, write_table, write_tasks

Uploaded = Callable[..., Look]


@pytest.fixture
def uploaded(session: AnySession, cast: Cast, shelf: Shelf) -> Uploaded:
    """`uploaded(path)`: what was recognised in these files of tasks, or of another kind."""

    def send(*paths: Path, kind: str = "task") -> Look:
        actor = cast.actor("office" if kind == "task" else "admin")
        uploads = []
        for path in paths:
            with path.open("rb") as file:
                uploads.append(shelf.keep(path.name, file))
        options = {"year": YEAR} if kind == "task" else {}
        job = jobs.open_job(session, actor, shelf, uploads, kind, options)
        return look(session, actor, shelf, job, lambda done, total: None)

    return send


def workbook(seen: Look) -> bytes:
    return refused_workbook(seen, lambda name: f"〈{name}〉")


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def only_sheet(content: bytes) -> Worksheet:
    (sheet,) = opened(content).worksheets
    return sheet


def texts(sheet: Worksheet, column: int) -> list[Any]:
    return [cell.value for cell in sheet[openpyxl.utils.get_column_letter(column)]]


def again(uploaded: Uploaded, folder: Path, content: bytes, kind: str = "task") -> Look:
    path = folder / "again.xlsx"
    path.write_bytes(content)
    return uploaded(path, kind=kind)


def errors(rows: Sequence[PlannedRow]) -> list[list[tuple[str, str | None, str]]]:
    bad = [row for row in rows if row.action == Action.ERROR]
    return [[(e.field, e.column, str(e.message)) for e in row.errors] for row in bad]


def told(row: PlannedRow) -> dict[str, Any]:
    """What a row says, without its place."""
    return {k: v for k, v in row.promised().items() if k not in ("row", "sheet")}


REASONS = len(HEADINGS) + 1


@pytest.fixture
def three(tmp_path: Path) -> Path:
    rows = [
        task(1),
        task(2, lead="宇宙探索处", weight="很多"),
        task(3),
        task("007", due="不知何时 <b>", title="=1+1 的文字"),
    ]
    return write_tasks(tmp_path / "three.xlsx", rows)


def test_the_refused_rows_only_under_the_same_headings(uploaded: Uploaded, three: Path) -> None:
    sheet = only_sheet(workbook(uploaded(three)))
    assert [cell.value for cell in sheet[1]] == [*HEADINGS.values(), "原因"]
    assert texts(sheet, 1) == ["序号", 2, "007"]
    assert sheet.cell(2, 6).value == "宇宙探索处"
    assert (sheet.cell(3, 2).value, sheet.cell(3, 2).data_type) == ("=1+1 的文字", "s")


def test_each_reason_names_its_column(uploaded: Uploaded, three: Path) -> None:
    lines = only_sheet(workbook(uploaded(three))).cell(2, REASONS).value.splitlines()
    assert {line.split("：")[0].split(": ")[0] for line in lines} == {"F 〈lead〉", "J 〈weight〉"}
    assert "宇宙探索处" in "".join(lines)


def test_the_cells_at_fault_are_coloured_and_say_why(uploaded: Uploaded, three: Path) -> None:
    sheet = only_sheet(workbook(uploaded(three)))
    assert "宇宙探索处" in sheet["F2"].comment.text
    colours = {c: sheet.cell(2, c).fill.fgColor.rgb for c in range(1, REASONS)}
    assert {c for c, colour in colours.items() if colour == "FFFBD9D7"} == {6, 10}
    assert sheet["A2"].comment is None


def test_sent_in_again_it_says_the_same_of_the_same_rows(
    uploaded: Uploaded, three: Path, tmp_path: Path
) -> None:
    first = uploaded(three)
    second = again(uploaded, tmp_path, workbook(first))
    bad = [row for row in first.plan.rows if row.action == Action.ERROR]
    assert [told(row) for row in second.plan.rows] == [told(row) for row in bad]
    assert errors(second.plan.rows) == errors(first.plan.rows)
    assert not any("原因" in str(problem.message) for problem in second.plan.problems)


def test_corrected_in_place_it_can_be_imported(
    uploaded: Uploaded, three: Path, tmp_path: Path
) -> None:
    book = opened(workbook(uploaded(three)))
    sheet = book.worksheets[0]
    sheet["F2"], sheet["J2"], sheet["E3"] = "教务处", 5, "11月底"
    book.save(tmp_path / "corrected.xlsx")
    plan = uploaded(tmp_path / "corrected.xlsx").plan
    assert [row.action for row in plan.rows] == [Action.NEW, Action.NEW]


def test_a_second_workbook_does_not_grow_a_second_column_of_reasons_into_the_rows(
    uploaded: Uploaded, three: Path, tmp_path: Path
) -> None:
    first = workbook(uploaded(three))
    second = workbook(again(uploaded, tmp_path, first))
    third = again(uploaded, tmp_path, second)
    assert errors(third.plan.rows) == errors(uploaded(three).plan.rows)
    assert [cell.value for cell in only_sheet(second)[1]].count("原因") == 1


@pytest.mark.parametrize("name", ["教务处.csv", "教务处.tsv"])
def test_a_text_table_comes_back_as_a_workbook(
    uploaded: Uploaded, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    rows = ["序号,目标任务,完成时限", "001,第一项,11月", "002,,12月"]
    path.write_text("\n".join(rows).replace(",", "\t" if name[-3] == "t" else ","), "gb18030")
    sheet = only_sheet(workbook(uploaded(path)))
    assert sheet.title == "教务处"
    assert [cell.value for cell in sheet[2]][:3] == ["002", None, "12月"]


def test_what_stands_over_the_table_stays_and_sections_with_no_refused_row_go(
    uploaded: Uploaded, tmp_path: Path
) -> None:
    rows = [
        ["2026年分解表"],
        ["部门：教务处"],
        ["序号", "目标任务", "完成时限"],
        ["一、", "教学", ""],
        [1, "甲任务", "11月"],
        ["二、", "党建", ""],
        ["（一）", "学习", ""],
        [2, "乙任务", "说不清<b>"],
        ["合计", "", ""],
        ["三、", "其他", ""],
        [3, "丙任务", "11月"],
    ]
    seen = uploaded(write_table(tmp_path / "sections.xlsx", rows))
    sheet = only_sheet(workbook(seen))
    first_column = [value for value in texts(sheet, 1) if value is not None]
    assert first_column == ["2026年分解表", "部门：教务处", "序号", "一、", "二、", "（一）", 2]
    (row,) = again(uploaded, tmp_path, workbook(seen)).plan.rows
    (was,) = (row for row in seen.plan.rows if row.action == Action.ERROR)
    assert (told(row), row.source.section) == (told(was), was.source.section)  # type: ignore[attr-defined]


def test_merged_cells_keep_their_meaning(uploaded: Uploaded, tmp_path: Path) -> None:
    """A department over four rows, of which the second and fourth are refused; a refused task
    of two rows; two tasks under one heading of which one is refused; a shared weight."""
    table = Drawn([["序号", "工作任务", "具体举措", "完成时限", "责任单位", "分值"]])
    table.rows += [
        [1, "甲任务", "调研", "11月", "教务处", 10],
        [2, "乙任务", "访谈", "说不清<b>", None, 5],
        [None, None, "总结", None, None, None],
        [3, "丙任务", "上线", "11月", None, 7],
        [4, "丁任务", "评估", "<b>", None, None],
        [5, "总任务", "分项一", "11月", "学生工作处", 9],
        [None, None, "分项二", "<b>", "信息工程系", None],
    ]
    table.merge(2, 5, 6, 5)
    for column in (1, 2, 4, 6):
        table.merge(3, column, 4, column)
    table.merge(5, 6, 6, 6)
    table.merge(7, 2, 8, 2)
    seen = uploaded(draw(tmp_path / "merged.xlsx", {"分解表": table}))
    bad = [row for row in seen.plan.rows if row.action == Action.ERROR]
    found = again(uploaded, tmp_path, workbook(seen))
    assert isinstance(found.plan, TaskPlan)
    kept = [row for row in found.plan.rows if row.action == Action.ERROR]
    assert [told(row) for row in kept] == [told(row) for row in bad]
    assert [row.source.work_point for row in kept] == [row.source.work_point for row in bad]  # type: ignore[attr-defined]
    others = [row.source.measures for row in found.plan.rows if row.action != Action.ERROR]
    assert len(others) <= 1


def test_headings_of_two_rows_stay_two_rows(uploaded: Uploaded, tmp_path: Path) -> None:
    table = Drawn(
        [
            ["序号", "任务", None, "完成时限", "责任部门", None],
            [None, "目标任务", "主要举措", None, "牵头", "配合"],
        ]
    )
    table.rows += [
        [1, "甲任务", "调研", "11月", "教务处", None],
        [2, "乙任务", "访谈", "11月", "宇宙探索处", None],
    ]
    for box in ((1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4), (1, 5, 1, 6)):
        table.merge(*box)
    seen = uploaded(draw(tmp_path / "two.xlsx", {"分解表": table}))
    content = workbook(seen)
    assert "G1:G2" in map(str, only_sheet(content).merged_cells.ranges)
    found = again(uploaded, tmp_path, content)
    assert errors(found.plan.rows) == errors(seen.plan.rows)
    fingerprints = [file.sheets[0].fingerprint for file in (*seen.files, *found.files)]
    assert fingerprints[0] == fingerprints[1]  # a layout set right once is known again


def test_sheets_without_a_refused_row_are_left_out_and_files_are_told_apart(
    uploaded: Uploaded, tmp_path: Path
) -> None:
    head = ["序号", "目标任务", "完成时限"]
    good, bad = [1, "甲任务", "11月"], [2, "乙任务", "<b>"]
    one = draw(
        tmp_path / "one.xlsx", {"教务处": Drawn([head, good]), "办公室": Drawn([head, good, bad])}
    )
    two = draw(tmp_path / "two.xlsx", {"办公室": Drawn([head, bad, [1, "丁任务", "11月"]])})
    book = opened(workbook(uploaded(one, two)))
    assert [sheet.title for sheet in book.worksheets] == ["办公室", "办公室 (2)"]
    assert [texts(sheet, 1) for sheet in book.worksheets] == [["序号", 2], ["序号", 2]]


def test_departments_and_people_too(uploaded: Uploaded, tmp_path: Path) -> None:
    rows = [["代码", "名称", "类别"], ["x1", "科研处", "职能部门"], ["x2", "图书馆", "不明"]]
    seen = uploaded(write_sheet(tmp_path / "d.xlsx", rows), kind="department")
    sheet = only_sheet(workbook(seen))
    assert texts(sheet, 1) == ["代码", "x2"]
    assert sheet["C2"].comment is not None
    people = [["工号", "姓名", "部门"], ["1", "王晓明", "教务处"], ["2", "李四", "没有的处"]]
    seen = uploaded(write_sheet(tmp_path / "p.xlsx", people), kind="person")
    content = workbook(seen)
    assert texts(only_sheet(content), 2) == ["姓名", "李四"]
    found = again(uploaded, tmp_path, content, kind="person")
    assert errors(found.plan.rows) == errors(seen.plan.rows)
    assert found.plan.problems == []


def test_without_refused_rows_there_is_no_workbook(uploaded: Uploaded, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no row"):
        workbook(uploaded(write_tasks(tmp_path / "good.xlsx", [task(1)])))


def test_a_formula_comes_back_as_its_result_with_its_words_beside_it(
    uploaded: Uploaded, tmp_path: Path
) -> None:
    path = tmp_path / "formulas.xlsx"
    table = openpyxl.load_workbook(write_tasks(path, [task(1), task(2)]))
    sheet = table.worksheets[0]
    title = next(
        cell.column_letter for row in sheet for cell in row if cell.value == task(1)["title"]
    )
    sheet[f"{title}2"] = '=A2&"任务"'
    table.save(path)
    found = only_sheet(workbook(uploaded(path)))
    assert found[f"{title}2"].value == '=A2&"任务"'  # openpyxl writes no results
    assert found[f"{title}2"].data_type == "s"
    assert '=A2&"任务"' in found[f"{title}2"].comment.text
