"""Where a sheet's headings are, which column holds what, and what kind of row a row is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.core.text import message
from app.exchange.cells import column_number, narrow
from app.exchange.dates import looks_like_due
from app.exchange.headers import MAIN_FIELDS, MANY, TASK_FIELDS, field_of, is_ignored
from app.exchange.problems import Problem
from app.exchange.reading import Sheet
from app.exchange.units import is_group, looks_like_unit

RATED = ("indicators", "target", "standard")
"""Fields whose words a task is rated by."""
HEADER_ROWS = 10
"""The first rows in which headings are looked for."""

_NUMERAL = re.compile(r"\(?第?[一二三四五六七八九十百]+(?:部分|章|节)?[)、.,:]?")
_SECTION_START = re.compile(
    r"(?:[一二三四五六七八九十]+[、.]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+(?:部分|章|节))"
)
_TOTAL = re.compile(
    r".{0,8}(?:小计|合计|总计|共计|总分|总得分)(?:\(.*\))?[:：]?(?:\d+(?:\.\d+)?[项个条分]?)?"
)
_SIGNATURE = re.compile(
    r"[(（](?:签字|签名|签章|盖章|公章)[)）]|(?:签字|签名|签章|盖章)[:：]"
    r"|^(?:填报|填表|制表|审核|审批|复核|报送|编制)(?:人|单位|部门|日期|时间|领导)?[:：]"
    r"|^(?:部门|单位|分管|主管|系部)?(?:负责人|院领导|领导|主任)[:：(（]"
)
_NOTE = re.compile(
    r"^(?:注|备注|说明|填表说明|填报说明|附注|附件|附|注意)(?:\d|[一二三])?[:：.、\s]"
)
_DEPARTMENT = re.compile(
    r"(?:^|[\s　;；])(?:责任|填报|申报|牵头|承办)?(?:部门|单位|系部|处室)(?:名称)?\s*(?:\([^)]*\))?[:：]\s*([^\s　;；:：]{2,40})"
)


@dataclass(slots=True)
class Layout:
    """`header` is the first row of the headings, `first` the first row of data; `columns`
    gives each field's columns (from 1), `unused` the headings that were not understood."""

    header: int
    first: int
    columns: dict[str, list[int]]
    unused: list[str] = field(default_factory=list)
    arabic: bool = False
    """Rows are numbered 1, 2, 3 (so 一、 is a section)."""
    given: bool = False
    """A person said which column holds what; headings that come again mean the same."""

    def column(self, name: str) -> int:
        """The field's first column, 0 if it has none."""
        return self.columns.get(name, [0])[0]


def find_layout(sheet: Sheet, start: int = 1, within: int = HEADER_ROWS) -> Layout | None:
    """The layout whose headings start in one of `within` rows from `start`; None without one."""
    best, best_score = 0, 1
    for row in range(start, min(start + within, sheet.height + 1)):
        score = header_score(sheet, row)
        if score > best_score:
            best, best_score = row, score
    return layout_at(sheet, best) if best else None


def header_score(sheet: Sheet, row: int) -> int:
    """How many different fields the row's cells name; 0 if it is no row of headings."""
    texts = [sheet.text(row, column) for column in range(1, len(sheet.rows[row - 1]) + 1)]
    filled = [text for text in texts if text]
    if len(filled) < 2 or any(len(text) > 40 for text in filled):
        return 0
    found = [field_of(text) for text in filled]
    fields = {name for name in found if name and name != "ignored"}
    understood = sum(name is not None for name in found)
    if not fields.intersection(MAIN_FIELDS) or understood * 2 < len(filled):
        return 0
    return len(fields)


def mapped_layout(sheet: Sheet, entry: dict[str, Any]) -> tuple[Layout | None, list[Problem]]:
    """The layout a person gave: {"header_row": 3, "columns": {"title": "C", "measures": ["D"]}}.

    Columns are letters or numbers from 1. Problems name what is not understood.
    """
    problems: list[Problem] = []
    columns: dict[str, list[int]] = {}
    header = entry.get("header_row", 1)
    given = entry.get("columns", {})
    if (
        not isinstance(header, int)
        or not 0 <= header <= sheet.height
        or not isinstance(given, dict)
    ):
        return None, [_bad_map(sheet, "header_row")]
    for name, places in given.items():
        listed = places if isinstance(places, list) else [places]
        try:
            numbers = [p if isinstance(p, int) else column_number(str(p)) for p in listed]
        except ValueError:
            numbers = [0]
        if name not in TASK_FIELDS or not numbers or min(numbers) < 1:
            problems.append(_bad_map(sheet, str(name)))
        else:
            columns[name] = numbers
    if not problems and not set(columns).intersection(MAIN_FIELDS):
        problems.append(_bad_map(sheet, "title"))
    if problems:
        return None, problems
    first = _bottom(sheet, header) + 1 if header else 1
    layout = Layout(header, first, columns, given=True)
    _choose_title(layout)
    layout.arabic = _counts_in_arabic(sheet, layout)
    return layout, []


def given_places(entry: Any, sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The last row of the headings and each field's column of a mapping that a person gave for
    a table of master data; None without one."""
    if not isinstance(entry, dict) or not entry.get("columns"):
        return None
    bottom, _ = headings_at(sheet, int(entry.get("header_row", 1)))
    places = {}
    for name, listed in entry["columns"].items():
        first = listed[0] if isinstance(listed, list) else listed
        places[name] = first if isinstance(first, int) else column_number(str(first))
    return bottom, places


def headings_at(sheet: Sheet, row: int) -> tuple[int, list[str]]:
    """The last row of the headings that start in `row`, and each column's own heading, the
    upper one before it; "" over a column without one."""
    if not 1 <= row <= sheet.height:
        return row, [""] * sheet.width
    bottom = _bottom(sheet, row)
    columns = range(1, sheet.width + 1)
    return bottom, [" / ".join(_labels(sheet, row, bottom, column)) for column in columns]


def comes_again(sheet: Sheet, row: int, layout: Layout) -> bool:
    """Do the headings of a given layout stand in this row once more?"""
    if not (layout.given and layout.header and row > layout.header):
        return False
    columns = range(1, sheet.width + 1)
    above, here = ([sheet.text(r, c) for c in columns] for r in (layout.header, row))
    return any(here) and above == here


def layout_again(sheet: Sheet, row: int, layout: Layout) -> Layout:
    """The layout from a repeated row of headings on: a given one stays as it was given."""
    if not layout.given:
        return layout_at(sheet, row)
    first = row + layout.first - layout.header
    return Layout(row, first, layout.columns, arabic=layout.arabic, given=True)


def department_in(text: str) -> str | None:
    """The department a line like "部门：教务处　填报日期：…" names."""
    found = _DEPARTMENT.search(text)
    return found[1].strip("，,。") if found else None


def is_total(text: str) -> bool:
    """小计, 合计, 总计, 总分, also "合 计" and "本页小计"."""
    return _TOTAL.fullmatch(narrow(text)) is not None


def is_remark_line(text: str) -> bool:
    """A line below a table: signatures, dates of filling in, notes."""
    return _SIGNATURE.search(narrow(text)) is not None or _NOTE.match(text) is not None


def is_numeral(text: str) -> bool:
    """Is the number a Chinese one ("一、", "（二）", "第三部分"), as sections have?"""
    return _NUMERAL.fullmatch(narrow(text)) is not None


def starts_like_section(text: str) -> bool:
    """Does the text begin with a section's number ("一、…", "（一）…", "第一部分 …")?"""
    return _SECTION_START.match(text) is not None


def layout_at(sheet: Sheet, row: int) -> Layout:
    """The layout whose headings start in this row."""
    bottom = _bottom(sheet, row)
    columns: dict[str, list[int]] = {}
    unused: list[str] = []
    for column in range(1, sheet.width + 1):
        parents = _labels(sheet, row, bottom, column)
        if not parents:
            continue
        name = field_of(parents[-1]) or field_of("".join(parents[-2:])) or field_of(parents[0])
        shared = _is_shared(sheet, row, bottom, column)
        if name == "title" and name in columns and not shared:
            finer = not _has_field(sheet, row, "measures")
            if finer and not _repeats(sheet, bottom + 1, columns["title"][0]):
                name = "measures"
        elif name in columns and name not in MANY and not shared:
            name = None
        if name is None:
            unused.append(parents[-1])
        elif name != "ignored":
            columns.setdefault(name, []).append(column)
    layout = Layout(row, bottom + 1, columns, [u for u in unused if not is_ignored(u)])
    _choose_progress(sheet, layout)
    _choose_title(layout)
    _choose_unit(sheet, layout)
    layout.arabic = _counts_in_arabic(sheet, layout)
    return layout


def _has_field(sheet: Sheet, row: int, name: str) -> bool:
    return any(field_of(sheet.text(row, c)) == name for c in range(1, sheet.width + 1))


def _repeats(sheet: Sheet, first: int, column: int) -> bool:
    """Does the column say the same again and again, as a heading of several tasks does?"""
    texts = _column_texts(sheet, first, column)
    return len(set(texts)) * 10 < len(texts) * 8


def _bottom(sheet: Sheet, row: int) -> int:
    """The last row of the headings: merged downward, or a second row of headings."""
    merged = [
        merge.bottom
        for column in range(1, sheet.width + 1)
        if sheet.text(row, column) and (merge := sheet.merge(row, column)) and merge.top == row
    ]
    bottom = max([row, *(found for found in merged if found <= row + 2)])
    if bottom > row or row >= sheet.height:
        return bottom
    below = [(column, sheet.text(row + 1, column)) for column in range(1, sheet.width + 1)]
    filled = [(column, text) for column, text in below if text]
    gaps = [column for column, _ in filled if not sheet.text(row, column)]
    headings = all(len(text) <= 12 and field_of(text) for _, text in filled)
    return row + 1 if len(filled) >= 2 and headings and gaps else row


def _labels(sheet: Sheet, row: int, bottom: int, column: int) -> list[str]:
    """The headings over a column, the upper one first."""
    labels: list[str] = []
    for r in range(row, bottom + 1):
        merge = sheet.merge(r, column)
        text = sheet.text(merge.top, merge.left) if merge else sheet.text(r, column)
        if not text and not merge and r == row and bottom > row and sheet.text(row + 1, column):
            left = range(column - 1, 0, -1)  # without merged cells the parent stands further left
            text = next((sheet.text(r, c) for c in left if sheet.text(r, c)), "")
        if text and text not in labels:
            labels.append(text)
    return labels


def _is_shared(sheet: Sheet, row: int, bottom: int, column: int) -> bool:
    merge = sheet.merge(bottom, column) or sheet.merge(row, column)
    return merge is not None and merge.left < column and merge.bottom >= bottom


def _choose_progress(sheet: Sheet, layout: Layout) -> None:
    """时序进度 holds deadlines in some tables and dated steps in others."""
    columns = layout.columns.get("progress")
    if not columns:
        return
    if "due" not in layout.columns:
        texts = _column_texts(sheet, layout.first, columns[0])
        if texts and sum(map(looks_like_due, texts)) * 10 >= 6 * len(texts):
            layout.columns["due"] = layout.columns.pop("progress")
            return
    if "measures" not in layout.columns:
        layout.columns["measures"] = layout.columns.pop("progress")


def _choose_title(layout: Layout) -> None:
    """One column is the title; of two columns the left one is what the task belongs to."""
    columns = layout.columns
    rated = sorted((c, name) for name in RATED for c in columns.get(name, ()))
    if not set(MAIN_FIELDS[:-1]) & set(columns) and len(rated) > 1:
        column, name = rated[0]  # 项目, 指标, 评分标准: the 指标 is rated
        columns["title"] = [column]
        columns[name].remove(column)
        if not columns[name]:
            del columns[name]
    if "title" not in columns:
        for name in MAIN_FIELDS[1:]:
            if name in columns:
                *left, last = columns.pop(name)
                columns["title"] = [last]
                if left:
                    columns[name] = left
                break
    titles = columns.get("title", [])
    if len(titles) > 1:
        columns["title"] = titles[-1:]
        columns.setdefault("goal" if "work_point" in columns else "work_point", titles[:1])


def _choose_unit(sheet: Sheet, layout: Layout) -> None:
    """Without a heading for units, a column under a shared heading may still hold them."""
    categories = layout.columns.get("category", [])
    if "lead" in layout.columns or "unit" in layout.columns or len(categories) < 2:
        return
    column = categories[-1]
    texts = _column_texts(sheet, layout.first, column)
    if texts and sum(looks_like_unit(t) or is_group(t) for t in texts) * 10 >= 8 * len(texts):
        layout.columns["unit"] = [column]
        layout.columns["category"] = categories[:-1]


def _column_texts(sheet: Sheet, first: int, column: int) -> list[str]:
    rows = range(first, min(first + 200, sheet.height + 1))
    return [text for row in rows if (text := sheet.text(row, column))]


def _counts_in_arabic(sheet: Sheet, layout: Layout) -> bool:
    column = layout.column("number")
    kinds = Counter(
        "numeral" if is_numeral(text) else "arabic" if re.search(r"\d", narrow(text)) else "other"
        for text in (_column_texts(sheet, layout.first, column) if column else [])
    )
    return kinds["arabic"] > 0


def _bad_map(sheet: Sheet, name: str) -> Problem:
    return Problem(
        message("The column map for this sheet is not understood: %(name)s.", name=name),
        sheet=sheet.name,
    )
