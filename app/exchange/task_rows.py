"""One task from the rows it stands in: joining, checking, dating."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.text import Message, message
from app.exchange.cells import (
    column_letter,
    has_markup,
    means_nothing,
    narrow,
    parse_weight,
)
from app.exchange.dates import parse_due
from app.exchange.indicators import IndicatorText, indicators_of
from app.exchange.layout import RATED, Layout
from app.exchange.milestones import Milestone, parse_milestones
from app.exchange.problems import FieldError
from app.exchange.reading import Sheet
from app.exchange.units import Roles, is_group, nearest, normal_name, split_roles

_EVERYBODY = re.compile(r"全部|通用|所有|全体|各(?:责任)?(?:单位|部门|系部|学院)")


@dataclass(slots=True)
class TaskRow:
    """One task as the file says it; nothing is looked up, nothing is made up.

    `row` is the Excel row it begins in, `last_row` the one it ends in; `columns` gives each
    field's column letter. `lead` holds the leading unit and then the co-leading ones. `due`
    is None where the text names no day. `weight` is relative (points or percent). `steps`
    and `standards` are the separate cells behind `measures` and `standard`.
    A row of an exported list has its `mark`, and what its cells `said`.
    """

    sheet: str
    row: int
    last_row: int
    number: str | None = None
    title: str = ""
    goal: str = ""
    measures: str = ""
    standard: str = ""
    lead: list[str] = field(default_factory=list)
    assist: list[str] = field(default_factory=list)
    leader: str = ""
    owner: str = ""
    due: dt.date | None = None
    due_text: str = ""
    weight: Decimal | None = None
    milestones: list[Milestone] = field(default_factory=list)
    indicators: list[IndicatorText] = field(default_factory=list)
    work_point: str = ""
    category: str = ""
    section: str = ""
    remark: str = ""
    steps: list[str] = field(default_factory=list)
    standards: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)
    mark: str = ""
    said: dict[str, str] = field(default_factory=dict)


class Departments:
    """The names a table may use, compared without blanks and bracket widths.

    `aliases` are further names: normal name → the known one. `near` finds the names to offer
    for one that nobody knows; without it, the nearest of `known`. `missing` counts how often
    each such name was read.
    """

    def __init__(
        self,
        known: Collection[str] | None,
        aliases: Mapping[str, str] | None = None,
        near: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        self._names = None if known is None else {normal_name(name): name for name in known}
        self._aliases = aliases or {}
        self._find_near = near or (lambda name: nearest(name, (self._names or {}).values()))
        self._near: dict[str, str] = {}
        self.missing: Counter[str] = Counter()

    def knows(self, name: str) -> bool:
        """Is this one of the known names? Without a list nothing is known."""
        return self._names is not None and self._normal(name) in self._names

    def _normal(self, name: str) -> str:
        return normal_name(self._aliases.get(normal_name(name), name))

    def resolve(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """The names in their known spelling, and those nobody knows (still in the first list)."""
        if self._names is None:
            return list(names), []
        resolved: list[str] = []
        unknown: list[str] = []
        for name in names:
            parts = [name]
            if not self.knows(name):
                halves = re.split(r"[和与及]", name)
                if len(halves) > 1 and all(map(self.knows, halves)):
                    parts = halves
                elif not is_group(name):
                    unknown.append(name)
                    self.missing[name] += 1
            for part in parts:
                spelling = self._names.get(self._normal(part), part)
                if spelling not in resolved:
                    resolved.append(spelling)
        return resolved, unknown

    def unknown(self, name: str) -> Message:
        """The message for an unknown name, with the nearest known ones."""
        if name not in self._near:
            self._near[name] = "、".join(self._find_near(name))
        if self._near[name]:
            return message(
                "There is no department “%(name)s”. Similar: %(similar)s.",
                name=name[:40],
                similar=self._near[name],
            )
        return message("There is no department “%(name)s”.", name=name[:40])


class TaskBuilder:
    """Builds the task that stands in some rows of a sheet, with its errors."""

    def __init__(self, sheet: Sheet, layout: Layout, departments: Departments, year: int) -> None:
        self.sheet, self.layout = sheet, layout
        self.departments, self.year = departments, year
        self.rows: list[int] = []
        self._found: dict[str, list[tuple[tuple[int, int], str]]] = {}

    def build(self, rows: list[int], *, section: str, department: str, above: str = "") -> TaskRow:
        """The task in `rows`. `department` leads where the table has no unit columns;
        `above` is the title this one stands under when its own title cell is blank."""
        self.rows, self._found = rows, {}
        letters = {name: column_letter(places[0]) for name, places in self.layout.columns.items()}
        task = self.task = TaskRow(
            self.sheet.name, rows[0], rows[-1], section=section, columns=letters
        )
        self._check_cells()
        task.number = self._first("number") or None
        if task.number:
            task.number = narrow(task.number).rstrip(".、")
        task.steps = [text for _, text in self._cells("measures")]
        task.measures = "\n".join(task.steps)
        task.standards = self._standards()
        task.standard = "\n".join(task.standards)
        task.goal = self._joined("goal")
        task.work_point = self._joined("work_point")
        task.category = self._joined("category", " / ")
        task.remark = self._joined("remark")
        task.leader = self._plain("leader")
        task.owner = self._plain("owner")
        self._set_title(above)
        self._set_units(department)
        self._set_due()
        self._set_weight()
        self._set_milestones()
        self._set_indicators()
        return task

    # What stands in the cells

    def _cells(self, name: str) -> list[tuple[tuple[int, int], str]]:
        """The field's filled cells in the task's rows, each merged range once."""
        if name not in self._found:
            found: dict[tuple[int, int], str] = {}
            for row in self.rows:
                for column in self.layout.columns.get(name, ()):
                    place = self.sheet.origin(row, column)
                    text = self.sheet.text(*place)
                    if text:
                        found[place] = text
            self._found[name] = list(found.items())
        return self._found[name]

    def _first(self, name: str) -> str:
        return next((text for _, text in self._cells(name)), "")

    def _joined(self, name: str, by: str = "\n") -> str:
        return by.join(dict.fromkeys(text for _, text in self._cells(name)))

    def _plain(self, name: str) -> str:
        return "、".join(
            dict.fromkeys(text for _, text in self._cells(name) if not means_nothing(text))
        )

    def _units(self, name: str) -> Roles:
        text = self._plain(name)
        return Roles() if has_markup(text) else split_roles(text)

    def _error(self, name: str, words: Message, place: tuple[int, int] | None = None) -> None:
        row, column = place or (self.rows[0], self.layout.column(name))
        letter = column_letter(column) if column else None
        self.task.errors.append(FieldError(name, letter, words, row))

    def _warn(self, name: str, words: Message, place: tuple[int, int] | None = None) -> None:
        row, column = place or (self.rows[0], self.layout.column(name))
        letter = column_letter(column) if column else None
        self.task.warnings.append(FieldError(name, letter, words, row))

    def _check_cells(self) -> None:
        """Formulas, markup and overlong texts, wherever a field is read from."""
        longest = self.sheet.limits.cell_characters
        for name, columns in self.layout.columns.items():
            for row in self.rows:
                for column in columns:
                    if (row, column) in self.sheet.formulas and name != "number":
                        words = message("Formulas are not accepted in this column.")
                        self._error(name, words, (row, column))
                    text = self.sheet.text(row, column)
                    if len(text) > longest:
                        words = message(
                            "The cell has %(length)s characters; at most %(limit)s are accepted.",
                            length=len(text),
                            limit=longest,
                        )
                        self._error(name, words, (row, column))
                    elif has_markup(text):
                        words = message("HTML is not accepted; please write plain text.")
                        self._error(name, words, (row, column))

    def _has_formula(self, name: str) -> bool:
        return any(
            (row, column) in self.sheet.formulas
            for row in self.rows
            for column in self.layout.columns.get(name, ())
        )

    # What it means

    def _standards(self) -> list[str]:
        """The words of the standard; a table without a column for them rates by its indicators."""
        columns = self.task.columns
        names = ["standard"] if "standard" in columns else [*RATED]
        if "indicators" in columns:
            columns.setdefault("standard", columns["indicators"])
        cells = sorted(cell for name in names for cell in self._cells(name))
        return list(dict.fromkeys(text for _, text in cells))

    def _set_indicators(self) -> None:
        """Those of each row, a merged cell's once; the first column goes with the target."""
        seen: set[tuple[tuple[int, int], ...]] = set()
        at = {name: self.layout.column(name) for name in ("target", "measured_in", "baseline")}
        for row in self.rows:
            for place, column in enumerate(self.layout.columns.get("indicators", [0])):
                parts = [column, *(at.values() if place == 0 else ())]
                origins = [self.sheet.origin(row, one) for one in parts]
                name, target, unit, start, *_ = [self.sheet.text(*o) for o in origins] + [""] * 3
                if tuple(origins[:2]) not in seen:
                    found = indicators_of(name, target, unit, start, self.task.title)
                    self.task.indicators += found
                seen.add(tuple(origins[:2]))

    def _set_title(self, above: str) -> None:
        task, column = self.task, self.layout.column("title")
        title = self._joined("title")
        merge = self.sheet.merge(self.rows[0], column)
        if not title and merge and merge.left < column and merge.top == self.rows[0]:
            title = self.sheet.text(merge.top, merge.left)  # one cell over two heading columns
            task.work_point = "" if task.work_point == title else task.work_point
        covers_others = merge and (merge.top < self.rows[0] or merge.bottom > self.rows[-1])
        if task.measures and ((title and covers_others) or (not title and above)):
            # several tasks under one heading: the heading is what they belong to
            task.work_point = task.work_point or title or above
            title, task.measures, task.steps = task.measures, "", []
        task.title = title
        if not title and not self._has_formula("title"):
            self._error("title", message("The task is missing."))

    def _set_units(self, department: str) -> None:
        task, columns = self.task, self.layout.columns
        lead, unit, assist = map(self._units, ("lead", "unit", "assist"))
        source = "lead" if lead.lead or "unit" not in columns else "unit"
        leading = lead.lead or unit.lead
        helping = [*lead.assist, *unit.assist, *assist.assist, *assist.lead]
        if not leading and not ("lead" in columns or "unit" in columns):
            leading, source = [department] if department else [], "lead"
        task.lead, unknown = self.departments.resolve(leading)
        for name in unknown:
            self._error("lead", self.departments.unknown(name), self._place_of(source, name))
        helpers, unknown = self.departments.resolve(list(dict.fromkeys(helping)))
        for name in unknown:
            self._error("assist", self.departments.unknown(name), self._place_of("assist", name))
        task.assist = [name for name in helpers if name not in task.lead]
        for name in unit.lead if lead.lead else ():
            if normal_name(name) not in map(normal_name, [*leading, *helping]):
                words = message(
                    "“%(name)s” is neither leading nor assisting; it is left out.", name=name[:40]
                )
                self._warn("lead", words, self._place_of("unit", name))
        everybody = _EVERYBODY.search(task.section) or _EVERYBODY.search(task.category)
        refused = self._has_formula(source) or has_markup(self._plain(source))
        if not task.lead and not everybody and not refused:
            words = message("The leading department is missing.")
            self._error("lead", words, (self.rows[0], self.layout.column(source)))

    def _place_of(self, name: str, unit: str) -> tuple[int, int]:
        for place, text in self._cells(name):
            if unit in text:
                return place
        return self.rows[0], self.layout.column(name)

    def _set_due(self) -> None:
        task, texts, seen = self.task, list[str](), list[dt.date]()
        for place, _ in self._cells("due"):
            result = parse_due(self.sheet.value(*place), self.year)
            if result.problem and place not in self.sheet.formulas:
                self._error("due", result.problem, place)
            if result.notice:
                self._warn("due", result.notice, place)
            if result.due:
                seen.append(result.due)
            if result.text not in texts:
                texts.append(result.text)
        task.due = max(seen) if seen else None
        task.due_text = "；".join(texts)
        if "due" in self.layout.columns and not texts and not self._has_formula("due"):
            self._error("due", message("The deadline is missing."))

    def _set_weight(self) -> None:
        task, total, found = self.task, Decimal(0), False
        for place, text in self._cells("weight"):
            if place[0] < self.rows[0]:
                words = message("The weight is shared with the task above and counted there only.")
                self._warn("weight", words, place)
                continue
            weight, problem = parse_weight(text)
            if problem and place not in self.sheet.formulas:
                self._error("weight", problem, place)
            if weight is not None:
                total, found = total + weight, True
        task.weight = total if found else None
        kept = round(total, 2)
        if found and kept != total:
            words = message(
                "The weight %(weight)s is kept with two decimals: %(kept)s.",
                weight=str(total),
                kept=str(kept),
            )
            self._warn("weight", words)

    def _set_milestones(self) -> None:
        task = self.task
        dues = self._cells("due")
        if len(dues) > 1 and task.steps and len(dues) == len(task.steps):
            values = [self.sheet.value(*place) for place, _ in dues]
            task.milestones = [
                Milestone(parse_due(value, self.year).due, step)
                for value, step in zip(values, task.steps, strict=True)
            ]
            return
        progress = self._joined("progress")
        task.milestones = parse_milestones(progress or task.measures, self.year)
        if progress and not task.milestones:
            task.milestones = [Milestone(None, progress)]
