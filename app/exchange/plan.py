"""What an import is going to do, row by row, before anything is written.

A plan compares what a file says with what the database holds. Every row is new, changed,
unchanged or in error; a changed row lists its fields old → new. A plan with an error
anywhere is never carried out; the plan of the other rows is, where somebody chooses so. The same plan has the same fingerprint, so that a person
confirms exactly what was shown. The rows may stand on disk (`Spool`), so they are gone through
once for all that is told of them, and a plan is not changed any more after that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from app.core.text import Message
from app.exchange.problems import FieldError, Problem

Progress = Callable[[int, int], None]
"""Called with the rows done and the rows in all."""


class Action(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that the file says otherwise. `written` is False where the row's state does not
    let an import write it: a published task changes by an adjustment."""

    field: str
    old: str
    new: str
    written: bool = True


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that nobody knows, of a row of `resource`, and in how many cells it stands."""

    resource: str
    word: str
    cells: int


@dataclass(slots=True)
class PlannedRow:
    """One row of the file and its fate."""

    sheet: str
    row: int
    action: Action = Action.NEW
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    file: str = ""
    """The file's name, where several were read."""

    def settle(self, *, new: bool) -> None:
        """Decide the action from what was found."""
        if self.errors:
            self.action = Action.ERROR
        elif new:
            self.action = Action.NEW
        else:
            self.action = Action.CHANGED if self.changes else Action.UNCHANGED

    def promised(self) -> dict[str, Any]:
        """The row as the command line's JSON shows it, without its fate."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class RowsTold:
    """The fate of each row, and a hash over everything the rows say."""

    actions: list[Action]
    digest: str


@dataclass(slots=True)
class Plan:
    """The rows in the order of the file; `problems` are about sheets and the file;
    `notices` say what else will happen (a year is created); `unknown` are names to decide on."""

    rows: Sequence[PlannedRow] = ()
    problems: list[Problem] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)
    unknown: list[UnknownName] = field(default_factory=list)
    _told: RowsTold | None = field(default=None, init=False, repr=False)

    @property
    def told(self) -> RowsTold:
        """What is told of the rows as a whole."""
        if self._told is None:
            actions: list[Action] = []
            digest = hashlib.sha256()
            for row in self.rows:
                actions.append(row.action)
                digest.update(_json(_words_of_row(row)))
            self._told = RowsTold(actions, digest.hexdigest())
        return self._told

    @property
    def refused(self) -> bool:
        """Is there an error anywhere, so that nothing may be written?"""
        return self.summary()["errors"] > 0

    def left_out(self) -> Collection[int]:
        """The places of the rows that stay out when the others are written: those refused."""
        return {n for n, action in enumerate(self.told.actions) if action == Action.ERROR}

    def without_left_out(self) -> Self:
        """The plan of the other rows; still refused where the file as a whole is at fault."""
        out = self.left_out()
        rest = (row for place, row in enumerate(self.rows) if place not in out)
        return replace(self, rows=type(self.rows)(rest))  # type: ignore[call-arg]

    def others(self) -> int:
        """How many rows could be written without those refused: 0 where there is nothing to
        write, or nothing to leave out."""
        out = self.left_out()
        rest = Counter(a for place, a in enumerate(self.told.actions) if place not in out)
        partly = 0 < rest.total() < len(self.rows) and not self._errors_of_the_file()
        return rest.total() if partly and rest[Action.NEW] + rest[Action.CHANGED] else 0

    def summary(self) -> dict[str, int]:
        """How many rows have which fate; `errors` also counts those of the file as a whole."""
        counts = Counter(self.told.actions)
        return {
            "rows": len(self.rows),
            "new": counts[Action.NEW],
            "changed": counts[Action.CHANGED],
            "unchanged": counts[Action.UNCHANGED],
            "errors": counts[Action.ERROR] + self._errors_of_the_file(),
        }

    def _errors_of_the_file(self) -> int:
        return sum(problem.level == "error" for problem in self.problems)

    def fingerprint(self) -> str:
        """A hash over everything the plan says."""
        notices = [[note.words, note.values] for note in self.notices]
        told = [_words_of(self.problems), notices, self.told.digest]
        return hashlib.sha256(_json(told)).hexdigest()

    def reasons(self) -> list[Message | str]:
        """Every error as one line: sheet, row, column, reason."""
        from app.core.text import message

        errors = Counter(self.told.actions)[Action.ERROR]
        lines: list[Message | str] = [
            _placed(p.message, p.sheet, p.row, p.column)
            for p in self.problems
            if p.level == "error"
        ]
        for row in self.rows if errors else ():
            lines += [
                _placed(error.message, row.sheet, error.row or row.row, error.column)
                for error in row.errors
            ]
        if len(lines) > SHOWN_REASONS:
            rest = message("… and %(count)s more.", count=len(lines) - SHOWN_REASONS)
            lines = [*lines[:SHOWN_REASONS], rest]
        return lines


SHOWN_REASONS = 50
"""How many reasons a command prints; the JSON has them all."""


def as_json(row: PlannedRow) -> dict[str, Any]:
    """A row with its fate, as the command line promises it."""
    return {
        **row.promised(),
        "action": str(row.action),
        "errors": [_error(error) for error in row.errors],
        "warnings": [_error(warning) for warning in row.warnings],
        "changes": [
            {"field": c.field, "old": c.old, "new": c.new, "written": c.written}
            for c in row.changes
        ],
    }


def problem_as_json(problem: Problem) -> dict[str, Any]:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "level": problem.level,
        "message": str(problem.message),
    }


def number_as_json(value: Decimal | None) -> int | float | None:
    """A weight as JSON has it: 10, 2.5 or null."""
    if value is None:
        return None
    return int(value) if value == value.to_integral() else float(value)


def shown(value: Any) -> str:
    """A value as the list of changes shows it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(number_as_json(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _error(error: FieldError) -> dict[str, Any]:
    return {
        "field": error.field,
        "column": error.column,
        "row": error.row,
        "message": str(error.message),
    }


def _words_of_row(row: PlannedRow) -> list[Any]:
    return [
        row.action,
        row.promised(),
        [[c.field, c.old, c.new, c.written] for c in row.changes],
        [[e.field, e.message.words, e.message.values] for e in row.errors],
    ]


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, default=str).encode()


def _words_of(problems: Sequence[Problem]) -> list[Any]:
    return [[p.message.words, p.message.values, p.sheet, p.row, p.column] for p in problems]


def _placed(words: Message, sheet: str | None, row: int | None, column: str | None) -> Message:
    from app.core.text import message

    if not sheet or not row:
        return words
    place = f"{column or ''}{row}"
    return message("%(sheet)s!%(place)s %(reason)s", sheet=sheet, place=place, reason=words)
