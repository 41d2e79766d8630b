"""The matrix of roles and permissions as the page asks for it: filtered, compared, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from app.core.text import words
from app.reports import xlsx
from app.security.changes import Held
from app.security.permissions import permissions_of
from app.security.roles import ROLE_LABELS
from app.security.wording import Wording, chapters


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for: a word, one role, another to compare it with, only cells
    that differ from the permission table's own."""

    word: str = ""
    role: str = ""
    other: str = ""
    changed: bool = False
    editing: bool = False

    @property
    def narrowed(self) -> bool:
        return bool(self.word or self.role or self.changed)

    @property
    def arguments(self) -> dict[str, str]:
        """As the address holds it."""
        told = {
            "q": self.word, "role": self.role, "with": self.other,
            "changed": "1" if self.changed else "", "edit": "1" if self.editing else "",
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class RoleColumn:
    code: str
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Cell:
    """`usual`: what the permission table itself says."""

    role: str
    held: bool
    usual: bool


@dataclass(frozen=True, slots=True)
class Line:
    wording: Wording
    cells: Sequence[Cell]
    first: bool
    """Does a new noun begin with this line?"""


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    name: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Matrix:
    roles: Sequence[RoleColumn]
    chapters: Sequence[Chapter]

    @property
    def count(self) -> int:
        return sum(len(chapter.lines) for chapter in self.chapters)


def asked_of(arguments: Mapping[str, str], held: Held) -> Asked:
    """What the address asks for; unknown roles are left out."""
    role = arguments.get("role", "")
    other = arguments.get("with", "")
    role = role if role in held else ""
    return Asked(
        word=arguments.get("q", "").strip()[:60],
        role=role,
        other=other if role and other in held and other != role else "",
        changed=arguments.get("changed") == "1",
        editing=arguments.get("edit") == "1",
    )


def role_name(code: str) -> str:
    """A role's name in the reader's language; a role that was added by hand keeps its code."""
    return words(ROLE_LABELS.get(code, (code, code)))


def columns_of(held: Held, people: Mapping[int, frozenset[str]]) -> list[RoleColumn]:
    """The roles with the number of active people in each."""
    return [
        RoleColumn(code, role_name(code), sum(code in roles for roles in people.values()))
        for code in held
    ]


def matrix_of(held: Held, people: Mapping[int, frozenset[str]], asked: Asked) -> Matrix:
    """The lines and columns that the page asks for, in the order of the menu."""
    shown = [
        column
        for column in columns_of(held, people)
        if not asked.role or column.code in (asked.role, asked.other)
    ]
    usual = {column.code: permissions_of(column.code) for column in shown}
    found = []
    for key, name, wordings in chapters():
        lines: list[Line] = []
        for wording in wordings:
            cells = [
                Cell(
                    column.code,
                    wording.permission in held[column.code],
                    wording.permission in usual[column.code],
                )
                for column in shown
            ]
            if _fits(asked, name, wording, cells):
                first = not lines or lines[-1].wording.noun != wording.noun
                lines.append(Line(wording, cells, first))
        if lines:
            found.append(Chapter(key, name, lines))
    return Matrix(shown, found)


def _fits(asked: Asked, chapter: str, wording: Wording, cells: Sequence[Cell]) -> bool:
    if asked.word:
        told = f"{chapter} {wording.noun} {wording.verb} {wording.permission}".casefold()
        if not all(part in told for part in asked.word.casefold().split()):
            return False
    if asked.changed and all(cell.held == cell.usual for cell in cells):
        return False
    if asked.other:
        return cells[0].held != cells[1].held
    # One role that is read, not edited: the list of what it may do.
    return not asked.role or asked.editing or cells[0].held


def workbook_of(matrix: Matrix, college: str, signature: str) -> bytes:
    """The matrix as it stands on the page, and the roles with their people."""
    columns = [
        xlsx.Column("chapter", gettext("Chapter"), 14),
        xlsx.Column("noun", gettext("About"), 18),
        xlsx.Column("verb", gettext("May"), 22),
        xlsx.Column("permission", gettext("Permission"), 30),
        *(xlsx.Column(role.code, role.name, 12, align="center") for role in matrix.roles),
    ]
    rows: list[dict[str, Any]] = [
        {
            "chapter": chapter.name,
            "noun": line.wording.noun,
            "verb": line.wording.verb,
            "permission": line.wording.permission,
            **{cell.role: "✓" if cell.held else "" for cell in line.cells},
        }
        for chapter in matrix.chapters
        for line in chapter.lines
    ]
    title = gettext("Roles and permissions")
    roles = [
        xlsx.Column("name", gettext("Role"), 24),
        xlsx.Column("code", gettext("Code"), 24),
        xlsx.Column("people", gettext("People"), 10, "integer"),
    ]
    told = [{"name": role.name, "code": role.code, "people": role.people} for role in matrix.roles]
    return xlsx.workbook(
        [
            xlsx.SheetSpec(title, columns, rows, footer=signature),
            xlsx.SheetSpec(gettext("Roles"), roles, told, footer=signature),
        ],
        title=f"{college} {title}",
        author=signature,
    )
