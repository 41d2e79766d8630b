"""What is wrong with a file, a sheet, a row or a cell, said as data.

Nothing here prints or logs: the caller shows the messages in the reader's language.
Rows are Excel rows (the first is 1), columns are Excel letters ("A", "AB").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.core.text import Message

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong (`error`) or worth knowing (`warning`) outside a single row's fields.

    `sheet`, `row` and `column` say where, as far as that is known.
    """

    message: Message
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    level: Level = "error"
    file: str = ""
    """The file's name, where several were read."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of one row cannot be accepted; `row` and `column` name the cell."""

    field: str
    column: str | None
    message: Message
    row: int | None = None


class FileProblem(Exception):  # noqa: N818 (the name is part of the contract)
    """The file as a whole cannot be read. `problems` has at least one entry."""

    def __init__(self, *problems: Problem | Message) -> None:
        self.problems: list[Problem] = [
            p if isinstance(p, Problem) else Problem(p) for p in problems
        ]
        super().__init__(*self.problems)

    def __str__(self) -> str:
        return "; ".join(str(problem.message) for problem in self.problems)
