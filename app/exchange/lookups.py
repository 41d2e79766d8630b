"""From names in a table to the college's rows: departments, people, categories, work points.

Each is read once, in one statement, whatever the number of rows. A name that could mean two
rows means none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.exchange.units import is_group, nearest, normal_name
from app.models.cycles import TaskCategory
from app.models.organisation import Department, DepartmentKind, Person
from app.models.work_points import WorkPoint, WorkPointSet, WorkPointSetStatus

_TEACHING_WORDS = re.compile(r"教学|系|学院|分院|二级")
_OFFICE_WORDS = re.compile(r"职能|处室|科室|机关|行政|管理部门")
_ALL_WORDS = re.compile(r"部门|单位|全院|全校|全体")
_VAGUE = re.compile(r"^(?:相关|有关|其他|其它)")

GROUP_WORDS = {"teaching": "各系部", "offices": "各职能部门", "all": "各部门各系部"}
"""How a group of departments is written."""


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """What an import has to know of a department."""

    id: int
    code: str
    name: str
    short_name: str
    kind: DepartmentKind
    parent_id: int | None


class DepartmentBook:
    """The departments by name, short name and code, compared without blanks and widths."""

    def __init__(self, lines: list[DepartmentLine]) -> None:
        self.lines = lines
        self.by_id = {line.id: line for line in lines}
        self._ids: dict[str, int] = {}
        spellings: dict[str, str] = {}
        for attribute in ("code", "short_name", "name"):
            words = Counter(normal_name(getattr(line, attribute)) for line in lines)
            for line in lines:
                word = getattr(line, attribute)
                if word and words[normal_name(word)] == 1:
                    self._ids[normal_name(word)] = line.id
                    spellings[normal_name(word)] = word
        self.spellings = list(spellings.values())
        """What a table may write, for the parser."""

    def id_of(self, name: str) -> int | None:
        return self._ids.get(normal_name(name))

    def spelling(self, name: str) -> str:
        """The department's own name, where that means it alone; else `name` as it is."""
        found = self.id_of(name)
        whole = self.by_id[found].name if found is not None else name
        return whole if self.id_of(whole) == found else name

    def near(self, name: str, n: int = 3) -> list[str]:
        """Up to `n` departments, by their own names, one of whose spellings looks like `name`;
        the most similar first."""
        alike = nearest(name, self.spellings, 3 * n)
        return list(dict.fromkeys(map(self.spelling, alike)))[:n]

    def names(self, ids: list[int]) -> list[str]:
        return [self.by_id[key].name if key in self.by_id else f"#{key}" for key in ids]

    def group(self, words: str) -> list[int] | None:
        """The departments a word like 各系部 means; None if it means no certain ones."""
        kind = group_kind(words)
        if kind is None:
            return None
        return [line.id for line in self.lines if _in_group(line.kind, kind)]

    def group_of(self, ids: set[int]) -> str:
        """The word for these departments: 各系部 and the like."""
        teaching = any(
            self.by_id[key].kind == DepartmentKind.TEACHING for key in ids if key in self.by_id
        )
        others = any(
            self.by_id[key].kind != DepartmentKind.TEACHING for key in ids if key in self.by_id
        )
        if teaching:
            return GROUP_WORDS["all" if others else "teaching"]
        return GROUP_WORDS["offices"]


def group_kind(words: str) -> str | None:
    """Which departments a group's name means: teaching, offices or all; None if unclear."""
    if not is_group(words) or _VAGUE.match(normal_name(words)):
        return None
    plain = normal_name(words)
    teaching = _TEACHING_WORDS.search(plain) is not None
    offices = _OFFICE_WORDS.search(plain) is not None
    if teaching:
        return "all" if offices or "各部门" in plain or "各单位" in plain else "teaching"
    if offices:
        return "offices"
    return "all" if _ALL_WORDS.search(plain) else None


def _in_group(kind: DepartmentKind, group: str) -> bool:
    if kind == DepartmentKind.SECTION:
        return False
    return group == "all" or (kind == DepartmentKind.TEACHING) == (group == "teaching")


def department_book(
    session: AnySession,
    actor: Actor,
    year: int | None = None,
    planned: Sequence[DepartmentLine] = (),
) -> DepartmentBook:
    """The departments the actor sees; for a year, without those dissolved before it. `planned`
    are those that the same import is going to add."""
    rows = session.execute(
        select(
            Department.id,
            Department.code,
            Department.name,
            Department.short_name,
            Department.kind,
            Department.parent_id,
            Department.valid_to,
        )
        .where(visible(actor, Department))
        .order_by(Department.sort_order, Department.id)
    )
    return DepartmentBook(
        [
            DepartmentLine(r.id, r.code, r.name, r.short_name or "", r.kind, r.parent_id)
            for r in rows
            if year is None or r.valid_to is None or r.valid_to.year >= year
        ]
        + [*planned]
    )


@dataclass(slots=True)
class People:
    """The people by their whole names."""

    names: dict[int, str] = field(default_factory=dict)
    _ids: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)

    def id_of(self, name: str, department_ids: set[int]) -> int | None:
        """The one person of this name, in the college or else in these departments."""
        found = self._ids.get(normal_name(name), [])
        if len(found) > 1:
            found = [entry for entry in found if entry[1] in department_ids]
        return found[0][0] if len(found) == 1 else None


def people_book(session: AnySession, actor: Actor) -> People:
    people = People()
    for row in session.execute(
        select(
            Person.id, Person.last_name, Person.first_name, Person.active, Person.department_id
        ).where(visible(actor, Person))
    ):
        name = full_name(row)
        people.names[row.id] = name
        if row.active and name:
            people._ids.setdefault(normal_name(name), []).append((row.id, row.department_id))
    return people


def full_name(row: Any) -> str:
    """The name of anything that has the two parts of one, as `Person.name` writes it."""
    return str(Person.name.fget(row))  # type: ignore[attr-defined]


@dataclass(slots=True)
class Words:
    """Rows known by a text. `missing` collects the texts that named none; `aliases` are further
    texts: normal name → a known one, or "" for a text that is to be left out."""

    ids: dict[str, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def id_of(self, *texts: str) -> int | None:
        """The row that the first known of `texts` names."""
        for text in texts:
            word = self.aliases.get(normal_name(text), text)
            found = self.ids.get(normal_name(word))
            if found is not None:
                return found
            if not word:
                return None
        if texts and texts[0]:
            self.missing.setdefault(texts[0])
        return None


def category_words(session: AnySession, actor: Actor) -> Words:
    words = Words()
    for row in session.execute(
        select(TaskCategory.id, TaskCategory.code, TaskCategory.name, TaskCategory.name_en).where(
            visible(actor, TaskCategory)
        )
    ):
        words.texts[row.id] = row.name
        for text in (row.code, row.name_en, row.name):
            if text:
                words.ids[normal_name(text)] = row.id
    return words


def work_point_words(session: AnySession, actor: Actor, cycle_id: int | None) -> Words:
    """The year's work points, by text and by number with text; issued ones go first."""
    words = Words()
    if cycle_id is None:
        return words
    rows = session.execute(
        select(WorkPoint.id, WorkPoint.number, WorkPoint.text, WorkPointSet.status)
        .join(WorkPointSet, WorkPointSet.id == WorkPoint.work_point_set_id)
        .where(WorkPointSet.cycle_id == cycle_id, visible(actor, WorkPoint))
        .order_by(WorkPoint.id)
    ).all()
    for row in sorted(rows, key=lambda r: r.status == WorkPointSetStatus.ISSUED):
        words.texts[row.id] = row.text
        for text in (row.text, f"{row.number}{row.text}", f"{row.number}、{row.text}"):
            words.ids[normal_name(text)] = row.id
    return words
