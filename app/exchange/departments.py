"""Tables of departments: code, name, short name, kind and the department above."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.text import Message, message
from app.exchange.cells import column_letter, has_markup, means_nothing, narrow
from app.exchange.layout import given_places
from app.exchange.problems import FieldError, Problem
from app.exchange.reading import Sheet
from app.exchange.row_marks import MARK, REPEATED, place_of_marks, rows_told, told_of_file
from app.exchange.units import normal_name

Kind = Literal["functional", "teaching", "party", "section"]

_HEADINGS: tuple[tuple[str, str], ...] = (
    ("code", r"^(?:id|code|no|编号|编码|代码|序号|(?:部门|单位|机构)(?:编号|编码|代码|号|id))$"),
    ("short_name", r"^(?:short_?name|简称|(?:部门|单位|机构)简称)$"),
    ("kind", r"^(?:kind|type|类别|类型|性质|(?:部门|单位|机构)(?:类别|类型|性质))$"),
    (
        "parent",
        r"^(?:parent|上级|隶属|所属)(?:_?(?:id|code|name|department)|部门|单位|机构)?(?:名称|编号)?$",
    ),
    ("name", r"^(?:name|名称|全称|部门|单位|机构|系部|(?:部门|单位|机构|系部)(?:名称|全称))$"),
)
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("section", r"科室|科$|section"),
    ("party", r"党|群团|party"),
    ("functional", r"职能|管理|行政|教辅|辅助|直属|业务|后勤|服务|机关|科研|附属|functional"),
    ("teaching", r"^系$|^部$|系部|学院|分院|书院|教学|院系|教研|teaching"),
)
_TEACHING_NAME = re.compile(r"(?:系|学院|分院|教学部|教研部|基础部)$")


@dataclass(slots=True)
class DepartmentRow:
    """One department as the file says it. `code` and `short_name` are "" where the file has
    none (the caller derives them); `parent` is the code or name written there. `given` are
    the fields that the table has a column for; without one, name and kind are guesses. A row
    of an exported list has its `mark`, and what its cells `said`."""

    sheet: str
    row: int
    code: str = ""
    name: str = ""
    short_name: str = ""
    kind: Kind | None = None
    parent: str = ""
    given: frozenset[str] = frozenset()
    mark: str = ""
    said: dict[str, str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)


@dataclass(slots=True)
class ParsedDepartments:
    """The departments in the order of the file; `problems` are about sheets and the file."""

    rows: list[DepartmentRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Is there an error anywhere, so that nothing may be written?"""
        return any(row.errors for row in self.rows) or any(
            problem.level == "error" for problem in self.problems
        )


def parse_departments(
    sheets: Iterable[Sheet],
    mapping: Mapping[str, Any] | None = None,
    seen: dict[tuple[str, str], tuple[str, int]] | None = None,
) -> ParsedDepartments:
    """All departments of the sheets that have headings for them. `mapping` says of sheets by
    name which column holds what (`layout.given_places`); `seen` are the names and codes of
    other files read before.

    A name is required, and so is a kind where the table has that column (without it the
    name decides: 系 and 学院 are teaching, others functional). The short name stands in
    for a missing name. A code or name used twice is an error at the later row.
    Never raises for what a table holds.
    """
    found = ParsedDepartments()
    seen = {} if seen is None else seen
    without = []
    sheets = list(sheets)
    exported = [(sheet, place) for sheet in sheets if (place := place_of_marks(sheet))]
    for sheet, (header, marks) in exported:
        columns, unknown = _named(sheet, header)
        _take_exported(found, sheet, columns, seen, header, marks, unknown)
    for sheet in sheets if not exported else ():
        given = given_places((mapping or {}).get(sheet.name), sheet)
        header, columns = given or headings_of(sheet)
        if not columns:
            without.append(sheet.name)
            continue
        for number in range(header + 1, sheet.height + 1):
            row = _row(sheet, number, columns, seen)
            if row:
                found.rows.append(row)
    for name in without:
        words = message("No row of headings was found in sheet “%(sheet)s”.", sheet=name)
        level: Literal["error", "warning"] = "error" if len(without) == len(sheets) else "warning"
        found.problems.append(Problem(words, sheet=name, level=level))
    if not found.rows and not found.problems:
        found.problems.append(Problem(message("There are no departments in this file.")))
    return found


def kind_of(text: str) -> Kind | None:
    """The kind a word like 职能部门, 教辅, 系, 二级学院, 党群 or 科室 names."""
    words = narrow(text).casefold()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words)), None)


def headings_of(sheet: Sheet, only: int = 0) -> tuple[int, dict[str, int]]:
    """The row (or the row `only`) that names most columns, and what it names."""
    best: tuple[int, dict[str, int]] = (only, {})
    for row in [only] if only else range(1, min(10, sheet.height) + 1):
        columns, _ = _named(sheet, row)
        named = "name" in columns or "short_name" in columns
        if named and len(columns) > len(best[1]):
            best = row, columns
    return best


def _named(sheet: Sheet, row: int) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """What a row's headings name, and those that name nothing."""
    columns: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    for column in range(1, len(sheet.rows[row - 1]) + 1):
        text = sheet.text(row, column)
        heading = narrow(text).casefold().rstrip("*")
        name = next((n for n, pattern in _HEADINGS if re.search(pattern, heading)), None)
        if name and name not in columns:
            columns[name] = column
        elif text:
            unknown.append((column, text))
    return columns, unknown


def _take_exported(
    found: ParsedDepartments,
    sheet: Sheet,
    columns: dict[str, int],
    seen: dict[tuple[str, str], tuple[str, int]],
    header: int,
    marks: int,
    unknown: list[tuple[int, str]],
) -> None:
    """The rows of a list that was exported, edited, and comes back."""
    rows: dict[str, int] = {}
    here = 0
    for number in range(header + 1, sheet.height + 1):
        mark = sheet.text(number, marks)
        row = _row(sheet, number, columns, seen)
        if row is None:
            continue
        row.mark = mark
        row.said = {name: sheet.text(number, column) for name, column in columns.items()}
        earlier = rows.setdefault(mark, number) if mark else number
        if earlier != number:
            words = message(REPEATED, row=earlier)
            row.errors.append(FieldError(MARK, column_letter(marks), words, number))
        here += bool(mark)
        found.rows.append(row)
    passed = [text for column, text in unknown if column != marks]
    exported = rows_told(sheet.text(header, marks)) or 0
    found.problems += told_of_file(sheet.name, header, exported, here, passed)


def _row(
    sheet: Sheet, number: int, columns: dict[str, int], seen: dict[tuple[str, str], tuple[str, int]]
) -> DepartmentRow | None:
    row = DepartmentRow(sheet.name, number, given=frozenset(columns))

    def refuse(name: str, words: Message) -> None:
        column = columns.get(name) or columns.get("short_name")
        row.errors.append(
            FieldError(name, column_letter(column) if column else None, words, number)
        )

    texts = {name: sheet.filled(number, column) for name, column in columns.items()}
    cells = columns.items()
    if not any(texts.values()) and not any((number, c) in sheet.formulas for _, c in cells):
        return None
    for name, column in cells:
        if (number, column) in sheet.formulas and name != "code":
            refuse(name, message("Formulas are not accepted in this column."))
        if has_markup(texts[name]):
            refuse(name, message("HTML is not accepted; please write plain text."))
        elif len(texts[name]) > 100:
            words = message(
                "The cell has %(length)s characters; at most %(limit)s are accepted.",
                length=len(texts[name]),
                limit=100,
            )
            refuse(name, words)
    row.short_name = texts.get("short_name", "")
    row.name = texts.get("name", "") or row.short_name
    row.code = narrow(texts.get("code", ""))
    parent = texts.get("parent", "")
    row.parent = "" if means_nothing(parent) else parent
    if not row.name:
        refuse("name", message("The name of the department is missing."))
    if row.parent and normal_name(row.parent) in {normal_name(row.name), normal_name(row.code)}:
        refuse("parent", message("A department cannot stand above itself."))
    row.kind = _kind(row, texts.get("kind"), refuse)
    for name in ("code", "name", "short_name"):
        value = normal_name(getattr(row, name))
        if not value or (name == "short_name" and value == normal_name(row.name)):
            continue
        kind = "code" if name == "code" else "name"
        earlier = seen.setdefault((kind, value), (sheet.name, number))
        if earlier != (sheet.name, number):
            words = message(
                "“%(value)s” stands in row %(row)s already.",
                value=getattr(row, name)[:40],
                row=earlier[1],
            )
            refuse(name, words)
    return row


def _kind(
    row: DepartmentRow, text: str | None, refuse: Callable[[str, Message], None]
) -> Kind | None:
    if text is None:
        return "teaching" if _TEACHING_NAME.search(row.name) else "functional"
    kind = kind_of(text)
    if kind is None:
        if means_nothing(text):
            refuse("kind", message("The kind of the department is missing."))
        else:
            refuse("kind", message("“%(text)s” is no kind of department.", text=text[:40]))
    return kind
