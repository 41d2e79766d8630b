"""What a sheet seems to hold, what is set right, and what the next table learns from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.exchange import guide
from app.exchange.plan_files import FileSheets
from app.exchange.reading import Book, Sheet, read_file
from app.exchange.recognition import Recognised, Remembered, fingerprint, recognise

HEADINGS = ["序号", "工作内容甲", "目标任务", "牵头部门", "完成时限"]
ROWS = [
    HEADINGS,
    ["1", "说明", "第一项", "教务处", "6月"],
    ["2", "说明", "第二项", "教务处", "7月"],
]


def sheet(rows: list[list[Any]] = ROWS, name: str = "分解表") -> Sheet:
    return Sheet(name, rows)


def found(kind: str, *sheets: Sheet, corrections: Any = None, remembered: Any = None) -> Any:
    return recognise(kind, Book([*sheets]), corrections or {}, remembered or {})


def holds(one: Recognised) -> dict[str, str]:
    return {column.letter: column.field for column in one.columns if column.field}


def kept(*files: tuple[str, list[Recognised]]) -> list[dict[str, Any]]:
    from app.exchange.looking import LookedAt

    return [LookedAt(name, sheets).kept() for name, sheets in files]


def test_each_column_is_shown_with_its_guess_and_values_from_the_first_rows() -> None:
    (one,), _, mapping = found("task", sheet())
    assert (one.header, one.taken, mapping) == (1, True, {})
    assert holds(one)["C"] == "title"
    assert one.columns[3].samples == ["教务处"]
    assert one.columns[2].samples == ["第一项", "第二项"]


def test_a_sheet_without_headings_beside_a_table_is_passed_over() -> None:
    guesses, sheets, _ = found("task", sheet(), sheet([["随便写写"]], "草稿"))
    assert [one.passed_over for one in guesses] == ["", "headless"]
    assert [one.name for one in sheets] == ["分解表"]


def test_a_lone_sheet_without_headings_stays_so_that_its_row_can_be_said() -> None:
    (one,), sheets, _ = found("task", sheet([["甲", "乙"], ["1", "2"]]))
    assert (one.taken, one.missing, len(sheets)) == (True, ["title"], 1)


def test_hidden_empty_and_explaining_sheets_say_why_they_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("任务", "填写说明", "空表", "旧表"):
            page = book.add_worksheet(name)
            for number, row in enumerate(ROWS if name != "空表" else []):
                page.write_row(number, 0, row)
            if name == "旧表":
                page.hide()
    guesses, _, _ = recognise("task", read_file(path), {}, {})
    assert {one.name: one.passed_over for one in guesses} == {
        "任务": "",
        "填写说明": "explaining",
        "空表": "empty",
        "旧表": "hidden",
    }
    guesses, sheets, _ = recognise(
        "task", read_file(path, also=["旧表"]), {"旧表": {"take": True}}, {}
    )
    assert [one.name for one in sheets] == ["任务", "旧表"]


def test_a_person_s_row_of_headings_and_columns_go_before_the_guess() -> None:
    corrections = {"分解表": {"take": True, "header_row": 1, "columns": {"title": [2]}}}
    (one,), _, mapping = found("task", sheet(), corrections=corrections)
    assert holds(one) == {"B": "title"}
    assert mapping == {"分解表": {"header_row": 1, "columns": {"title": [2]}}}


def test_another_row_of_headings_is_guessed_anew() -> None:
    rows = [["目标任务", "责任部门"], *ROWS]
    (one,), _, mapping = found("task", sheet(rows), corrections={"分解表": {"header_row": 2}})
    assert (one.header, holds(one)["D"]) == (2, "lead")
    assert mapping["分解表"]["header_row"] == 2


def test_a_layout_is_known_again_by_its_headings_whatever_row_and_year() -> None:
    before = ["序号", "2025年重点", "单位"]
    known = Remembered(7, {"2": "title", "3": "lead"}, "办公室", "2026-01-01")
    rows = [["标题"], ["序号", "2026年重点", "单位"], ["1", "办学", "教务处"]]
    (one,), _, mapping = found("task", sheet(rows), remembered={fingerprint("task", before): known})
    assert one.remembered == {"id": 7, "who": "办公室", "when": "2026-01-01"}
    assert mapping["分解表"] == {"header_row": 2, "columns": {"title": [2], "lead": [3]}}


def test_other_headings_and_other_kinds_have_other_fingerprints() -> None:
    marks = {fingerprint("task", HEADINGS), fingerprint("task", HEADINGS[::-1])}
    marks.add(fingerprint("charge", HEADINGS))
    assert len(marks) == 3
    assert fingerprint("task", ["一个"]) == ""


@pytest.mark.parametrize(
    ("kind", "rows", "fields"),
    [
        ("department", [["部门名称", "类别"], ["新处", "职能部门"]], {"A": "name", "B": "kind"}),
        ("charge", [["分管领导", "分管部门"], ["甲", "乙"]], {"A": "leader", "B": "department"}),
    ],
)
def test_tables_of_master_data_are_recognised_too(
    kind: str, rows: list[list[str]], fields: dict[str, str]
) -> None:
    (one,), _, _ = found(kind, sheet(rows))
    assert (holds(one), one.missing) == (fields, [])


# What comes back from the person ---------------------------------------------------------------


def form(files: list[dict[str, Any]], **changed: str) -> dict[str, str]:
    """The form as it was shown, with `changed` fields (`_` for `-`)."""
    shown: dict[str, str] = {}
    for i, file in enumerate(files):
        for j, one in enumerate(file["sheets"]):
            if not one["passed_over"]:
                shown[f"take-{i}-{j}"] = "1"
            shown[f"header-{i}-{j}"] = str(one["header"])
            for column in one["columns"]:
                shown[f"column-{i}-{j}-{column['number']}"] = column["field"]
    return shown | {name.replace("_", "-"): value for name, value in changed.items()}


def test_what_is_left_alone_is_no_correction() -> None:
    guesses, _, _ = found("task", sheet())
    files = kept(("a.xlsx", guesses))
    back = guide.read_columns("task", files, {}, form(files))
    assert (back.layouts, back.lessons, back.refused) == ({"0": {}}, [], {})


def test_a_changed_column_is_a_correction_and_a_lesson() -> None:
    guesses, _, _ = found("task", sheet())
    files = kept(("a.xlsx", guesses))
    back = guide.read_columns("task", files, {}, form(files, column_0_0_2="remark"))
    assert back.layouts["0"]["分解表"]["columns"]["remark"] == [2]
    (lesson,) = back.lessons
    assert (lesson.fingerprint, lesson.columns["2"]) == (fingerprint("task", HEADINGS), "remark")


def test_sheets_with_the_same_headings_follow_the_first() -> None:
    guesses, _, _ = found("task", sheet(), sheet(name="学生处"))
    files = kept(("a.xlsx", guesses))
    assert guide.leaders(files) == {"0-1": "0-0"}
    answers = form(files, column_0_0_2="remark")
    answers = {name: value for name, value in answers.items() if not name.startswith("column-0-1")}
    back = guide.read_columns("task", files, {}, answers)
    assert back.layouts["0"]["学生处"]["columns"] == back.layouts["0"]["分解表"]["columns"]


def test_two_columns_for_one_field_are_refused_at_the_second() -> None:
    guesses, _, _ = found("task", sheet())
    files = kept(("a.xlsx", guesses))
    back = guide.read_columns("task", files, {}, form(files, column_0_0_2="title"))
    assert list(back.refused) == ["column-0-0-3"]


def test_a_required_field_without_a_column_is_refused_at_its_sheet() -> None:
    guesses, _, _ = found("charge", sheet([["分管领导", "分管部门"], ["甲", "乙"]]))
    files = kept(("a.xlsx", guesses))
    back = guide.read_columns("charge", files, {}, form(files, column_0_0_1=""))
    assert list(back.refused) == ["sheet-0-0"]


def test_a_sheet_is_left_out_and_taken_again() -> None:
    guesses, _, _ = found("task", sheet(), sheet(name="学生处"))
    files = kept(("a.xlsx", guesses))
    answers = form(files)
    del answers["take-0-1"]
    back = guide.read_columns("task", files, {}, answers)
    assert back.layouts["0"] == {"学生处": {"take": False}}
    guesses, sheets, _ = found("task", sheet(), sheet(name="学生处"), corrections=back.layouts["0"])
    assert [one.name for one in sheets] == ["分解表"]
    again = guide.read_columns("task", kept(("a.xlsx", guesses)), back.layouts, form(files))
    assert again.layouts["0"]["学生处"]["take"] is True


def test_nothing_at_all_is_refused() -> None:
    guesses, _, _ = found("task", sheet())
    files = kept(("a.xlsx", guesses))
    answers = form(files)
    del answers["take-0-0"]
    assert list(guide.read_columns("task", files, {}, answers).refused) == [""]


def test_a_given_layout_holds_for_headings_that_come_again() -> None:
    from app.exchange.tasks import parse_tasks

    head = ["号", "要办的事", "谁办"]
    rows = [head, ["1", "办学", "教务处"], head, ["2", "招生", "教务处"]]
    file = FileSheets(
        "a", [sheet(rows)], {"分解表": {"header_row": 1, "columns": {"title": [2], "lead": [3]}}}
    )
    table = parse_tasks(file.sheets, year=2026, known_departments=None, mapping=file.mapping)
    assert [row.title for row in table.rows] == ["办学", "招生"]
    assert [(row.row, row.reason) for row in table.skipped] == [(3, "heading")]
