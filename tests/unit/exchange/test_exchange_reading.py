"""Files that can and cannot be read, and cells that are refused."""

from __future__ import annotations

import base64
import datetime as dt
import io
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from exchange_makers import DEPARTMENTS, HEADINGS, write_workbook

from app.exchange.cells import clean_text, column_letter, column_number, has_markup
from app.exchange.problems import FileProblem
from app.exchange.reading import Limits, read_sheets
from app.exchange.tasks import ParsedTable, parse_tasks

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OLD_EXCEL = (  # a workbook of Excel 97 with one task in two merged rows
    "eNrtWFtIFFEY/s7MrHtB3V3TQAMRISvThy4PQelaUELQYPpQVlTqLhimxpKBPZRmCwlGQhQUvSzYQz1YvXShiHrr"
    "QbDLQxAEaxIIQRB0g3Sn//xzdlk3AhdSMOYbzn/+y/n/88+cy5yZl5PBRPxe2RSyUA8dScuLvAydoOJNCQGQ3bIk"
    "m6o9VCwHywpeDw1knguPCybccgzleE9Bw13jOVHgA5VDOAGztydSsYTYwTm0CZlDHVGBG6QpRClnVcS0g+kKpne4"
    "5ROmDay5yLSO2ibEAUyGzOotahbv1yrZVggZ9wH7vGPNBpTghZzFZ0eF3daF7dFjbceXmaHcyMcYaEAbIz2RqJT9"
    "uAkf0E+o7e6uDYcTKKbBHsM3qwL4mlrVzyoc/dLqBUj/c77e/Re9hwYxW39ZM4ABWEd5kcRoUm8zpEUXec3Tw50X"
    "ZtHCm7Ys1OLS4R8tBsTnU+7OX2a8mdit5uBwvXm7g9iRg4H275Gmq8T2RTe3zozOXBEQG/uIwCQyYuoQrRFya/XJ"
    "kLx3BObtHQW8pvKJhuFnPsgrK0DJz9768npPe1PoCGsG+H1hv1VWy5uAhUHpQc6FbNGZuqhUs8d6puc46irmy5gW"
    "Uxuqq5pKFLNriNucZ2sV9bOJ8Sa0JoNfS3zs096H5bHp0DrixxunThePvw3FUUkPKwzB1xBqRI24fk3iUShVC7UD"
    "vWda+sdu5NECKndLvTr9mJPrjxBkakvy6Yi0pKlnZUs6SXpaMkgyVGSRFfmM5mNdkEdAthcc2ZWWNGWzW+qU/e5X"
    "mrLJyB4VWcuK/JQsmsrZ5u2MpafGUd1pi4yqK97O9iM9SYN7N1St0yU4iuCaTxpaEe4z25Bx1vDBgQMHDhw4cODA"
    "wWJA8LnTPmsb6rQtT4pu9V9njkrS+U3y36IZvXSdpI/KneihOor+nObPSrhEKpZYoE/qf6HEPuo9ii60cx5dOc9f"
    "+g4TmfezYMfAv1tCufafzCXPRe7/N7LX7QQ="
)
CSV_ROWS = "序号,目标任务,主要举措,完成时限,牵头部门\n1,甲,一,6月,教务处\n2,乙,二,7月,学生处\n"


def refusal(path: Path, **limits: int) -> str:
    with pytest.raises(FileProblem) as caught:
        read_sheets(path, limits=Limits(**limits))
    assert caught.value.problems
    return caught.value.problems[0].message.words


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def task_row(title: object = "甲", standard: object = None) -> list[object]:
    return [1, title, None, standard, "6月", "教务处", None, 10]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7 and more"),
        ("a.csv", b"%PDF-1.7 and more"),
        ("a.xlsx", "序号,目标任务".encode()),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("a.docx", OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le")),
        ("a.json", b"{}"),
    ],
)
def test_other_kinds_of_files_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    assert "not a table file" in refusal(saved(tmp_path / name, data))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "not a table file" in refusal(tmp_path / "a.xlsx")


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf\n", b",,,\n,,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "empty" in refusal(saved(tmp_path / "a.csv", data))


def test_an_empty_workbook_is_refused(make_workbook: Callable[..., Path]) -> None:
    assert "empty" in refusal(make_workbook([]))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "none.xlsx")


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    data = OLE + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000
    assert "password" in refusal(saved(tmp_path / "a.xlsx", data))


def test_damaged_files_are_refused(tmp_path: Path, make_workbook: Callable[..., Path]) -> None:
    whole = make_workbook([HEADINGS, task_row()]).read_bytes()
    assert "damaged" in refusal(saved(tmp_path / "cut.xlsx", whole[: len(whole) // 2]))
    old = zlib.decompress(base64.b64decode(OLD_EXCEL))
    assert "damaged" in refusal(
        saved(tmp_path / "cut.xls", old[:1500] + "Workbook".encode("utf-16-le"))
    )


def test_a_file_of_a_hundred_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    began = time.perf_counter()
    assert "at most" in refusal(path)
    assert time.perf_counter() - began < 0.5


def bomb(path: Path, size: int, *, declared: int | None = None) -> Path:
    """A workbook whose sheet unpacks to `size` blanks but may declare fewer."""
    made = write_workbook(path, {"分解表": [HEADINGS, task_row()]}, {})
    with zipfile.ZipFile(made) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<sheetData>", b"<sheetData>" + b" " * size)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    data = buffer.getvalue()
    if declared is not None:
        true = len(parts[sheet]).to_bytes(4, "little")
        assert data.count(true) == 2
        data = data.replace(true, declared.to_bytes(4, "little"))
    return saved(path, data)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert "Unpacked" in refusal(bomb(tmp_path / "a.xlsx", 12_000_000))
    assert "Unpacked" in refusal(bomb(tmp_path / "b.xlsx", 50_000), unpacked_bytes=60_000)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    assert "damaged" in refusal(bomb(tmp_path / "a.xlsx", 12_000_000, declared=5000))


def test_a_lone_cell_far_away_is_refused_with_its_place(make_workbook: Callable[..., Path]) -> None:
    rows = [HEADINGS, task_row(), [None] * 600 + ["x"]]
    path = make_workbook(rows)
    with pytest.raises(FileProblem) as caught:
        read_sheets(path)
    assert caught.value.problems[0].message.values["place"] == "WC3"
    assert "filled area" in refusal(make_workbook([HEADINGS] * 30), rows=20)
    assert "filled area" in refusal(make_workbook([HEADINGS] * 30), cells=100)


def test_too_many_rows_columns_or_sheets_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", CSV_ROWS.encode())
    assert "rows" in refusal(path, rows=2)
    assert "columns" in refusal(path, columns=4)
    sheets = {f"表{n}": [["甲"]] for n in range(4)}
    assert "sheets" in refusal(write_workbook(tmp_path / "a.xlsx", sheets, {}), sheets=3)


def test_a_document_type_in_the_workbook_is_refused(tmp_path: Path) -> None:
    made = write_workbook(tmp_path / "a.xlsx", {"表": [["甲"]]}, {})
    with zipfile.ZipFile(made) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbook", entity, 1)
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "damaged" in refusal(made)


def test_a_cell_beyond_every_sheet_ends_the_reading_and_not_the_server(tmp_path: Path) -> None:
    made = write_workbook(tmp_path / "a.xlsx", {"表": [["甲"], ["乙"]]}, {})
    with zipfile.ZipFile(made) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="A2"', b'r="XFD4000000000"')
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "damaged" in refusal(made)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ","), ("tsv", "\t"), ("csv", ";")])
def test_delimited_files_of_every_encoding_give_the_same_tasks(
    tmp_path: Path, encoding: str, suffix: str, delimiter: str
) -> None:
    data = CSV_ROWS.replace(",", delimiter).encode(encoding)
    sheets = read_sheets(saved(tmp_path / f"分解表.{suffix}", data))
    table = parse_tasks(sheets, year=2026, known_departments=DEPARTMENTS)
    assert [(r.sheet, r.row, r.title, r.lead) for r in table.rows] == [
        ("分解表", 2, "甲", ["教务处"]),
        ("分解表", 3, "乙", ["学生处"]),
    ]
    assert not table.has_errors


def test_bytes_of_no_known_encoding_are_refused(tmp_path: Path) -> None:
    assert "neither" in refusal(saved(tmp_path / "a.csv", b"\xff\x80,\x81\n"))
    assert "neither" in refusal(saved(tmp_path / "b.csv", b"a,b\0\n"))


def test_quoted_fields_keep_line_feeds_and_delimiters(tmp_path: Path) -> None:
    text = '序号,目标任务,主要举措,责任单位\r\n1,"甲, 乙","3月：一\r\n4月：二","教务处，学生处"\r\n'
    sheets = read_sheets(saved(tmp_path / "a.csv", text.encode()))
    (row,) = parse_tasks(sheets, year=2026, known_departments=None).rows
    assert (row.title, row.measures) == ("甲, 乙", "3月：一\n4月：二")
    assert (row.lead, len(row.milestones)) == (["教务处", "学生处"], 2)


def test_an_apostrophe_that_an_export_put_before_a_formula_sign_is_taken_off(
    tmp_path: Path,
) -> None:
    text = "目标任务,责任单位,备注\n'=1+1,教务处,'甲'\n"
    sheets = read_sheets(saved(tmp_path / "a.csv", text.encode()))
    assert sheets[0].rows[1] == ["=1+1", "教务处", "'甲'"]


def test_a_workbook_of_excel_97_is_read_with_its_merged_cells(tmp_path: Path) -> None:
    path = saved(tmp_path / "old.xls", zlib.decompress(base64.b64decode(OLD_EXCEL)))
    table = parse_tasks(read_sheets(path), year=2026, known_departments=DEPARTMENTS)
    (row,) = table.rows
    assert (row.row, row.last_row, row.measures) == (2, 3, "一\n二")
    assert (row.due, row.lead) == (dt.date(2026, 5, 20), ["教务处"])


def test_hidden_sheets_are_read_only_when_asked_for(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("看").write(0, 0, "甲")
    hidden = book.add_worksheet("藏")
    hidden.write(0, 0, "乙")
    hidden.hide()
    book.close()
    assert [s.name for s in read_sheets(tmp_path / "a.xlsx")] == ["看"]
    assert [s.name for s in read_sheets(tmp_path / "a.xlsx", sheet="藏")] == ["藏"]


Parse = Callable[..., ParsedTable]


def found_errors(table: ParsedTable) -> list[tuple[int | None, str | None, str]]:
    return [(e.row, e.column, e.field) for row in table.rows for e in row.errors]


def test_formulas_in_task_columns_are_errors_at_their_cells(parse_rows: Parse) -> None:
    cached = {"f": "1+1", "v": 2}
    empty = {"f": "1+1", "v": ""}
    rows = [HEADINGS, task_row(empty), [2, "乙", cached, None, "6月", "教务处", None, cached]]
    assert found_errors(parse_rows(rows)) == [
        (2, "B", "title"),
        (3, "C", "measures"),
        (3, "H", "weight"),
    ]


def test_a_formula_may_give_the_number(parse_rows: Parse) -> None:
    rows = [HEADINGS, [{"f": "ROW()-1", "v": 1}, *task_row()[1:]]]
    table = parse_rows(rows)
    assert (table.rows[0].number, table.has_errors) == ("1", False)


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "@甲", "-", "完成率<5%", "A<B且C>D", "<Python>"]
)
def test_text_that_only_looks_dangerous_stays_text(parse_rows: Parse, text: str) -> None:
    table = parse_rows([HEADINGS, task_row("甲", text)])
    assert (table.rows[0].standard, table.has_errors) == (text, False)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<b>甲</b>", '"><svg/onload=alert(1)>', "甲<br/>乙", "<IMG SRC=x",
     "＜script＞", "<!--甲-->"],
)  # fmt: skip
def test_html_is_refused(parse_rows: Parse, text: str) -> None:
    assert has_markup(text) or "＜" in text
    table = parse_rows([HEADINGS, task_row("甲", text)])
    assert found_errors(table) == ([(2, "D", "standard")] if "<" in text else [])


def test_an_overlong_cell_is_an_error_with_its_place(parse_rows: Parse) -> None:
    rows = [HEADINGS, task_row("甲", "字" * 10_001), [2, *task_row("乙", "字" * 10_000)[1:]]]
    assert found_errors(parse_rows(rows)) == [(2, "D", "standard")]


def test_an_impossible_date_is_an_error_at_its_cell(parse_rows: Parse) -> None:
    rows = [HEADINGS, [1, "甲", None, None, "2023-11-31", "教务处"]]
    table = parse_rows(rows)
    assert found_errors(table) == [(2, "E", "due")]
    assert table.rows[0].due_text == "2023-11-31"


def test_full_width_digits_are_digits(parse_rows: Parse) -> None:
    rows = [HEADINGS, ["１２", "甲", None, None, "２０２６年９月３０日", "教务处", None, "１５"]]
    (row,) = parse_rows(rows).rows
    assert (row.number, row.weight, row.due) == ("12", 15, dt.date(2026, 9, 30))


def test_control_and_direction_characters_go_and_line_ends_are_one_kind() -> None:
    assert clean_text(" a\r\nb\x07\u202ec_x000D_\rd\ufeff ") == "a\nbc\n\nd"
    assert clean_text("\u3000甲　乙\xa0") == "甲　乙"
    assert clean_text("调研\x0b备课_x000B_检查\x0c总结") == "调研\n备课\n检查\n总结"  # from Word


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (16384, "XFD")])
def test_columns_have_letters(number: int, letters: str) -> None:
    assert (column_letter(number), column_number(letters)) == (letters, number)


def test_a_number_shown_as_a_percent_is_read_as_it_is_shown(
    make_workbook: Callable[..., Path],
) -> None:
    shown = [(0.95, "0%"), (0.075, "0.00%"), (1, "0.0%;[Red]-0.0%"), (0.07, "0 %")]
    plain = [(0.95, "0.00"), (95, '0"%"'), (3, r"0\%")]
    rows = [HEADINGS, [{"%": number, "as": form} for number, form in [*shown, *plain]]]
    (sheet,) = read_sheets(make_workbook(rows))
    assert sheet.rows[1][:7] == ["95%", "7.5%", "100%", "7%", 0.95, 95, 3]


def test_a_percent_is_the_target_of_an_indicator_in_percent(parse_rows: Parse) -> None:
    headings = ["序号", "目标任务", "指标", "目标值", "计量单位", "基准值", "完成时限", "牵头部门"]
    row = [1, "提高就业率", "就业率", {"%": 0.95, "as": "0%"}, "%", {"%": 0.9, "as": "0.0%"}, "6月", "教务处"]  # fmt: skip
    (task,) = parse_rows([headings, row]).rows
    (told,) = task.indicators
    assert (told.name, told.target, told.unit, told.baseline) == ("就业率", 95, "%", 90)


def test_a_formula_is_known_by_its_words(make_workbook: Callable[..., Path]) -> None:
    (sheet,) = read_sheets(make_workbook([HEADINGS, [{"f": 'A1&"<b>"', "v": "甲"}]]))
    assert sheet.formulas == {(2, 1): 'A1&"<b>"'}
