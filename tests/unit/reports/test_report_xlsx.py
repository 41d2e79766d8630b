"""Workbooks and CSV."""

import csv
import io
import logging
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.reports.csv_file import csv_bytes, protect_text, restore_text
from app.reports.xlsx import Column, SheetSpec, workbook

COLUMNS = [
    Column("number", "编号", 10),
    Column("title", "目标任务", 30),
    Column("due", "完成时限", 12, "date"),
    Column("weight", "权重", 8, "number"),
    Column("rate", "完成率", 8, "percent"),
]
ROW = {
    "number": "007",
    "title": "=1+1",
    "due": date(2022, 6, 30),
    "weight": Decimal("7.5"),
    "rate": 0.25,
}


def opened(*rows, columns=COLUMNS, **changes):
    spec = SheetSpec("任务", columns, rows, **changes)
    return openpyxl.load_workbook(io.BytesIO(workbook([spec])))["任务"]


def test_dates_are_dates_and_numbers_are_numbers():
    sheet = opened(ROW)
    assert sheet["C2"].value == datetime(2022, 6, 30)
    assert sheet["C2"].number_format == "yyyy-mm-dd"
    assert (sheet["D2"].value, sheet["D2"].data_type) == (7.5, "n")
    assert (sheet["E2"].value, sheet["E2"].number_format) == (0.25, "0.##%")


def test_text_stays_text():
    sheet = opened(ROW)
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("007", "s")


@pytest.mark.parametrize(
    "text", ["=1+1", "{=A1}", "+86 551", "-甲", "@SUM(A1)", "http://x.cn", "'=x", "\t=1"]
)
def test_formula_looking_text_stays_text(text):
    cell = opened({"title": text})["B2"]
    assert cell.data_type != "f"
    assert cell.value == text
    assert cell.hyperlink is None


def test_text_in_a_number_column_is_kept():
    assert opened({"weight": "10分"})["D2"].value == "10分"


def test_digits_beyond_a_doubles_reach_are_written_as_text():
    assert opened({"weight": 340123199001011234})["D2"].value == "340123199001011234"


def test_header_is_frozen_filtered_and_repeated_in_print():
    sheet = opened(ROW, title="一览表", subtitle="版本 1")
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:E4"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet["A1"].value == "一览表"


def test_column_widths_follow_the_specification():
    assert round(opened(ROW).column_dimensions["B"].width) in (30, 31)


def test_rows_are_high_enough_for_wrapped_text():
    sheet = opened({"title": "长" * 100}, {"title": "短"}, {"title": "1\n" * 999})
    assert sheet.row_dimensions[2].height > 6 * 13
    assert sheet.row_dimensions[3].height < 25
    assert sheet.row_dimensions[4].height > 400


def test_half_characters_do_not_break_the_workbook():
    assert opened({"title": "甲\ud800乙"})["B2"].value == "甲?乙"


def test_calamine_reads_the_same_values():
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook([SheetSpec("任务", COLUMNS, [ROW])])))
    rows = book.get_sheet_by_name("任务").to_python()
    assert rows == [
        ["编号", "目标任务", "完成时限", "权重", "完成率"],
        ["007", "=1+1", date(2022, 6, 30), 7.5, 0.25],
    ]


def test_empty_values_are_empty_cells():
    sheet = opened({"title": "", "weight": float("nan")})
    assert [cell.value for cell in sheet[2]] == [None] * 5


def test_dates_excel_cannot_hold_are_written_as_text():
    assert opened({"due": date(1899, 12, 31)})["C2"].value == "1899-12-31"


def test_times_lose_their_zone_not_their_hour():
    sheet = opened(
        {"due": datetime(2022, 6, 30, 9, 30, tzinfo=UTC)},
        columns=[Column("due", "时间", 16, "datetime")],
    )
    assert sheet["A2"].value == datetime(2022, 6, 30, 9, 30)


def test_lists_are_joined_and_booleans_are_chinese():
    sheet = opened({"title": ["教务处", "团委"], "number": True})
    assert (sheet["A2"].value, sheet["B2"].value) == ("是", "教务处、团委")


def test_text_beyond_excels_limit_is_cut_visibly(caplog):
    with caplog.at_level(logging.WARNING):
        value = opened({"title": "长" * 40_000})["B2"].value
    assert len(value) == 32_767
    assert value.endswith("已截断）")
    assert "40000" in caplog.text


def test_sheet_names_are_made_acceptable_and_unique():
    names = ["一/二:三[四]", "一/二:三[四]", "", "History", "部" * 40, "部" * 40]
    data = workbook([SheetSpec(name, COLUMNS, []) for name in names])
    found = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert len({name.lower() for name in found}) == len(names)
    assert all(0 < len(name) <= 31 for name in found)


def test_a_workbook_needs_sheets_and_columns():
    with pytest.raises(ValueError, match="sheet"):
        workbook([])
    with pytest.raises(ValueError, match="columns"):
        workbook([SheetSpec("空", [], [])])


def test_equal_input_gives_equal_bytes_with_a_fixed_time():
    made = [
        workbook([SheetSpec("任务", COLUMNS, [ROW])], created=datetime(2022, 1, 1))
        for _ in range(2)
    ]
    assert made[0] == made[1]


# --- CSV -------------------------------------------------------------------------------------


def fields(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_begins_with_a_byte_order_mark_and_the_header():
    data = csv_bytes(COLUMNS, [ROW])
    assert data.startswith(b"\xef\xbb\xbf")
    assert fields(data)[0] == ["编号", "目标任务", "完成时限", "权重", "完成率"]


def test_csv_protects_formula_looking_text_only():
    row = fields(csv_bytes(COLUMNS, [{**ROW, "number": "-甲", "weight": -5}]))[1]
    assert row == ["'-甲", "'=1+1", "2022-06-30", "-5", "0.25"]


def test_csv_keeps_line_feeds_quotes_and_commas():
    text = '甲,乙\n"丙"'
    assert fields(csv_bytes(COLUMNS, [{"title": text}]))[1][1] == text


@given(st.text(alphabet="'=+-@\t\r\n＝甲a10.,/:eE% ", max_size=8), st.booleans())
def test_protected_text_comes_back_exactly(text, edited):
    assert restore_text(protect_text(text, edited=edited)) == text


@given(st.text(alphabet="'=+-@\t\r\n＝甲a1 ", max_size=8))
def test_no_protected_text_begins_like_a_formula(text):
    assert protect_text(text)[:1] not in tuple("=+-@\t\r\n＝")


def test_quotation_by_apostrophe_is_left_alone():
    assert restore_text("'甲'") == "'甲'"
    assert protect_text("'甲'") == "'甲'"


@pytest.mark.parametrize(
    "text", ["007", "1.50", "3-4", "2026/3/1", "1e5", "123456789012345678", "12:30", "50%", "TRUE"]
)
def test_what_a_spreadsheet_would_change_is_protected_in_a_file_to_be_edited(text):
    assert protect_text(text, edited=True) == f"'{text}"
    assert protect_text(text) == text


@pytest.mark.parametrize("text", ["7", "13800000000", "7.5", "R12-3-abcd", "甲", "1班", ""])
def test_what_a_spreadsheet_leaves_as_it_is_needs_no_protection(text):
    assert protect_text(text, edited=True) == text


def test_words_to_choose_from_reach_under_the_table_and_long_lists_stand_on_a_hidden_sheet():
    short, long = ("是", "否"), tuple(f"第{number}部门" for number in range(100))
    columns = [
        Column("a", "启用", allowed=short),
        Column("b", "部门", allowed=long),
        Column("c", "状态灯", locked=True),
    ]
    book = opened_book([SheetSpec("名单", columns, [["是", "第3部门", "绿灯"]], spare=50)])
    sheet, lists = book.worksheets
    rules = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert rules == {"A2:A52": '"是,否"', "B2:B52": "名单!$A$1:$A$100"}
    assert lists.title == "名单" and lists.sheet_state == "hidden"
    assert lists["A100"].value == "第99部门"
    assert sheet["C1"].fill.fgColor.rgb != sheet["A1"].fill.fgColor.rgb


def opened_book(sheets):
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets)))
