"""The numbers of a sheet's tasks: one may stand twice only where sections restart or where it
numbers the units."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.spool import Spool
from app.core.text import message
from app.exchange.cells import column_number
from app.exchange.problems import FieldError, Problem
from app.exchange.reading import Sheet
from app.exchange.task_rows import TaskRow

REPEATED_NUMBER = message("The number %(number)s stands in row %(row)s already.").words


@dataclass(frozen=True, slots=True)
class _Task:
    """What of a task its number is judged by; `top` is the row its number stands in."""

    place: int
    row: int
    top: int
    number: str | None
    lead: list[str]
    category: str
    restart: bool


class Numbering:
    """Takes the tasks in their order, each judged with the ones before and after it; a number
    that may not be there is refused at the end."""

    def __init__(self, sheet: Sheet, rows: Spool[TaskRow], problems: list[Problem]) -> None:
        self.sheet, self.rows, self.problems = sheet, rows, problems
        self.first = len(rows)
        self._near: list[_Task] = []  # the two taken last
        self._rows_of: dict[str, int] = {}
        self._repeated: list[tuple[int, int]] = []  # place of the task, row of the earlier one
        self._grouped = self._restart = self._told = False

    def may_restart(self) -> None:
        """The next task's number may begin anew."""
        self._told = True

    def take(self, task: TaskRow) -> None:
        """The task that is the next of `rows`."""
        top = task.row
        if task.number:
            top, _ = self.sheet.origin(task.row, column_number(task.columns["number"]))
        place = len(self.rows)
        new = _Task(place, task.row, top, task.number, task.lead, task.category, self._told)
        self._told = False
        if self._near:
            self._judge(self._near[-1], new)
        self._near = [*self._near[-1:], new]

    def end(self) -> None:
        if self._near:
            self._judge(self._near[-1], None)
        for place, earlier in self._repeated:
            task = self.rows[place]
            words = message(REPEATED_NUMBER, number=task.number, row=earlier)
            error = FieldError("number", task.columns.get("number"), words, task.row)
            if self._grouped:
                self.problems.append(as_problem(task, error))
            else:
                task.errors.append(error)
                self.rows[place] = task

    def _judge(self, task: _Task, after: _Task | None) -> None:
        self._restart = self._restart or task.restart or self._begins_anew(task, after)
        if not task.number:
            return
        if task.top < task.row:  # one number for several tasks
            self._grouped = True
            return
        if self._restart and next(iter(self._rows_of), None) == task.number:
            self._rows_of = {}
        self._restart = False
        earlier = self._rows_of.setdefault(task.number, task.row)
        if earlier != task.row:
            self._repeated.append((task.place, earlier))

    def _begins_anew(self, task: _Task, after: _Task | None) -> bool:
        """1, 2, 3, 1, 2 where the department or category changes with the second 1."""
        if after is None or task.place < self.first + 2 or task.number != "1":
            return False
        before = self._near[0]
        changed = before.lead != task.lead or before.category != task.category
        return changed and before.number not in (None, "1") and after.number == "2"


def as_problem(task: TaskRow, error: FieldError) -> Problem:
    """What is said of a row, as a warning about its sheet."""
    return Problem(error.message, task.sheet, error.row or task.row, error.column, "warning")
