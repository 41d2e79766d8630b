"""Tables of tasks, as colleges keep them, read into one list of tasks.

The tables differ in everything: where the headings stand, what they are called, whether
one task takes one row or seven, whether the department is a column, a line or only the
sheet's name. Every row ends up in a task, or in `skipped` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.spool import Spool
from app.core.text import message
from app.exchange.cells import narrow
from app.exchange.exported_tasks import take_exported
from app.exchange.layout import (
    Layout,
    comes_again,
    department_in,
    find_layout,
    header_score,
    is_numeral,
    is_remark_line,
    is_total,
    layout_again,
    mapped_layout,
    starts_like_section,
)
from app.exchange.numbering import Numbering, as_problem
from app.exchange.problems import Problem
from app.exchange.reading import Merge, Sheet
from app.exchange.task_rows import Departments, TaskBuilder, TaskRow
from app.exchange.units import looks_like_unit

Progress = Callable[[int, int], None]
PROGRESS_EVERY = 200
"""Rows between two calls of `progress`."""

_SECTION_NUMBER = re.compile(
    r"^\s*(?:[(（]?[一二三四五六七八九十]+[)）]?[、.．\s]?|第[一二三四五六七八九十]+(?:部分|章|节))\s*"
)


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no task: a total, a section's heading, a note or signature, a repeated
    heading, or a row without anything in the columns read. `text` is how it begins."""

    sheet: str
    row: int
    reason: Literal["total", "section", "note", "heading", "other"]
    text: str


@dataclass(slots=True)
class ParsedTable:
    """The tasks in the order of the file, on disk where there are many. `problems` are about
    sheets and files, and carry the warnings of the rows; errors of single fields are in each
    row."""

    rows: Spool[TaskRow] = field(default_factory=Spool)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Is there an error anywhere, so that nothing may be written?"""
        return any(row.errors for row in self.rows) or any(
            problem.level == "error" for problem in self.problems
        )

    @property
    def numbers_unique(self) -> bool:
        """Does every task have a number that no other task of the file has?"""
        numbers = [row.number for row in self.rows]
        return None not in numbers and len(set(numbers)) == len(numbers)


def parse_tasks(
    sheets: Iterable[Sheet],
    *,
    year: int,
    known_departments: Collection[str] | Departments | None,
    mapping: dict[str, Any] | None = None,
    progress: Progress | None = None,
    rows: Spool[TaskRow] | None = None,
) -> ParsedTable:
    """All tasks of the sheets, for the cycle of `year`; put behind those that `rows` has.

    `known_departments` are the names and short names that exist; None does not check
    them; a `Departments` also knows further names for them, and keeps those nobody knows.
    `mapping` fixes the headings of sheets by name ("*" for all others), see
    `layout.mapped_layout`. `progress` is called with rows done and rows in all.
    Never raises for what a table holds: look at `problems` and at each row's `errors`.
    """
    sheets = list(sheets)
    mapping = mapping or {}
    table = ParsedTable() if rows is None else ParsedTable(rows)
    before = len(table.rows)
    departments = known_departments
    if not isinstance(departments, Departments):
        departments = Departments(departments)
    names = {sheet.name for sheet in sheets}
    for name in mapping:
        if name != "*" and name not in names:
            words = message(
                "The column map names a sheet “%(sheet)s” that is not there.", sheet=name
            )
            table.problems.append(Problem(words, sheet=name))
    sheets = take_exported(table.rows, table.problems, sheets, departments, year)
    total, done, without = sum(sheet.height for sheet in sheets), 0, []
    for sheet in sheets:
        entry = mapping.get(sheet.name, mapping.get("*"))
        if entry is not None:
            layout, problems = mapped_layout(sheet, entry if isinstance(entry, dict) else {})
            table.problems.extend(problems)
        else:
            layout = find_layout(sheet)
            if layout is None:
                without.append(sheet.name)
        if layout is not None:
            _SheetParser(sheet, layout, table, departments, year, progress, done, total).parse()
        done += sheet.height
        if progress:
            progress(done, total)
    for name in without:
        words = message("No row of headings was found in sheet “%(sheet)s”.", sheet=name)
        level: Literal["error", "warning"] = "error" if len(without) == len(sheets) else "warning"
        table.problems.append(Problem(words, sheet=name, level=level))
    if len(table.rows) == before and not table.problems:
        table.problems.append(Problem(message("There are no tasks in this file.")))
    return table


class _SheetParser:
    """Walks one sheet from top to bottom and collects the rows of each task."""

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        table: ParsedTable,
        departments: Departments,
        year: int,
        progress: Progress | None,
        done: int,
        total: int,
    ) -> None:
        self.sheet, self.table, self.departments, self.year = sheet, table, departments, year
        self.progress, self.done, self.total = progress, done, total
        self.sections: list[str] = []
        self.department = ""
        self.group: list[int] = []
        self.above = ""
        self.ended = 0  # the last row of the task before
        self.numbering = Numbering(sheet, table.rows, table.problems)
        self.use(layout)

    def use(self, layout: Layout) -> None:
        self.layout = layout
        self.builder = TaskBuilder(self.sheet, layout, self.departments, self.year)
        self.mapped = {c for columns in layout.columns.values() for c in columns}
        self.has_units = "lead" in layout.columns or "unit" in layout.columns
        self.warn_unused(layout)

    def parse(self) -> None:
        self.look_above()
        row = self.layout.first
        while row <= self.sheet.height:
            row = self.take(row)
            if self.progress and row % PROGRESS_EVERY == 0:
                self.progress(self.done + row, self.total)
        self.flush()
        self.numbering.end()

    def look_above(self) -> None:
        """The department a line over the table names, or else the sheet's own name."""
        for row in range(1, min(self.layout.header, self.sheet.height + 1)):
            for column in range(1, len(self.sheet.rows[row - 1]) + 1):
                self.department = department_in(self.sheet.text(row, column)) or self.department
        name = self.sheet.name.strip()
        known = self.departments.knows(name)
        if (not self.department and (known or looks_like_unit(name))) or (
            known and not self.departments.knows(self.department)
        ):
            self.department = name

    def take(self, row: int) -> int:
        """Deal with one row; the next row to look at."""
        cells = [
            (column, text)
            for column in range(1, len(self.sheet.rows[row - 1]) + 1)
            if (text := self.sheet.text(row, column))
        ]
        if not cells and not any((row, column) in self.sheet.formulas for column in self.mapped):
            if not self.in_title_merge(row):
                self.flush()
            return row + 1
        number = self.sheet.text(row, self.layout.column("number"))
        arabic = bool(re.search(r"\d", narrow(number)))
        again = comes_again(self.sheet, row, self.layout)
        if again or (not arabic and len(cells) > 2 and header_score(self.sheet, row) >= 3):
            self.flush()
            self.skip(row, "heading", cells)
            self.use(layout_again(self.sheet, row, self.layout))
            self.numbering.may_restart()
            return self.layout.first
        if not arabic and self.is_aside(row, number, cells):
            return row + 1
        if not any(column in self.mapped for column, _ in cells) and not self.formula_title(row):
            self.skip(row, "other", cells)
            return row + 1
        if self.starts_task(row):
            self.flush()
        self.group.append(row)
        return row + 1

    def is_aside(self, row: int, number: str, cells: list[tuple[int, str]]) -> bool:
        """Totals, notes, signatures, department lines and sections: dealt with here."""
        first = cells[0][1] if cells else ""
        dated = any(self.sheet.text(row, self.layout.column(n)) for n in ("due", "lead", "assist"))
        total = not dated and any(is_total(text) for _, text in cells[:2])
        if total or self.is_bare_sum(row, cells):
            self.flush()
            self.numbering.may_restart()
            self.skip(row, "total", cells)
            return True
        if not cells:
            return False
        department = department_in(first) if len(cells) <= 2 else None
        if department or (len(cells) <= 3 and is_remark_line(first)):
            self.flush()
            self.department = department or self.department
            self.skip(row, "note", cells)
            return True
        if number and is_numeral(number) and self.layout.arabic:
            label = next((text for column, text in cells if text != number), "")
            self.open_section(
                row, number + ("" if number[-1] in "、.．）)" else "、"), label, cells
            )
            return True
        column = cells[0][0]
        merge = self.sheet.merge(row, column)
        wide = merge is not None and merge.right - merge.left >= 2
        alone = len(cells) == 1 and (
            wide
            or (number and column == self.layout.column("number"))
            or starts_like_section(first)
        )
        if alone and not self.in_title_merge(row):
            self.open_section(row, "", first, cells)
            return True
        return False

    def is_bare_sum(self, row: int, cells: list[tuple[int, str]]) -> bool:
        """A row with nothing but a weight that a formula gives: a sum nobody labelled."""
        weight = self.layout.column("weight")
        filled = {column for column, _ in cells}
        filled |= {column for column in self.mapped if (row, column) in self.sheet.formulas}
        return bool(weight) and filled == {weight} and (row, weight) in self.sheet.formulas

    def open_section(self, row: int, number: str, label: str, cells: list[tuple[int, str]]) -> None:
        self.flush()
        text = f"{number}{label}"
        inner = text.startswith(("（", "(")) and bool(self.sections)
        self.sections = [*self.sections[:1], text] if inner else [text]
        self.numbering.may_restart()
        self.skip(row, "section", cells)
        bare = _SECTION_NUMBER.sub("", text)
        if not self.has_units and (self.departments.knows(bare) or looks_like_unit(bare)):
            self.department = bare
        left_out = [
            name
            for name in ("title", "standard", "measures")
            if self.sheet.text(row, self.layout.column(name)) not in ("", label)
        ]
        if left_out:
            words = message(
                "This row is read as the heading of a section; its contents are left out."
            )
            self.table.problems.append(Problem(words, self.sheet.name, row, level="warning"))

    def starts_task(self, row: int) -> bool:
        title = self.layout.column("title")
        number = self.layout.column("number")
        if not self.group or self.sheet.text(row, title) or self.formula_title(row):
            return True
        merge = self.sheet.merge(row, title)
        if merge and merge.left < title and merge.top == row and self.sheet.text(row, merge.left):
            return True
        if number and self.sheet.text(row, number):
            return True
        return self.has_own_unit(row, merge)

    def has_own_unit(self, row: int, merge: Merge | None) -> bool:
        """Do the rows under one title have units of their own, and this row one of them?"""
        rows = range(self.group[0], merge.bottom + 1 if merge else row + 1)
        for name in ("lead", "unit"):
            column = self.layout.column(name)
            if self.sheet.text(row, column):
                first = self.sheet.filled(self.group[0], column)
                named = {first, *(self.sheet.text(r, column) for r in rows)} - {""}
                return len(named) > 1
        return False

    def formula_title(self, row: int) -> bool:
        return (row, self.layout.column("title")) in self.sheet.formulas

    def in_title_merge(self, row: int) -> bool:
        merge = self.sheet.merge(row, self.layout.column("title"))
        return bool(self.group) and merge is not None and merge.top in self.group

    def flush(self) -> None:
        """The rows collected so far are one task."""
        if not self.group:
            return
        blank = not self.sheet.filled(self.group[0], self.layout.column("title"))
        number = self.layout.column("number")
        follows = self.ended > 0 and self.ended == self.group[0] - 1
        own_number = bool(number) and bool(self.sheet.text(self.group[0], number))
        above = self.above if blank and follows and not own_number else ""
        task = self.builder.build(
            self.group,
            section=" / ".join(self.sections),
            department=self.department,
            above=above,
        )
        self.above = above or task.title
        self.ended, self.group = task.last_row, []
        self.table.problems += [as_problem(task, warning) for warning in task.warnings]
        self.numbering.take(task)
        self.table.rows.append(task)

    def skip(
        self,
        row: int,
        reason: Literal["total", "section", "note", "heading", "other"],
        cells: list[tuple[int, str]],
    ) -> None:
        text = " ".join(text for _, text in cells)[:60]
        self.table.skipped.append(SkippedRow(self.sheet.name, row, reason, text))

    def warn_unused(self, layout: Layout) -> None:
        if layout.unused:
            names = "、".join(dict.fromkeys(name.replace("\n", "") for name in layout.unused))
            words = message("These columns are not read: %(names)s.", names=names)
            self.table.problems.append(
                Problem(words, self.sheet.name, layout.header, level="warning")
            )
