"""What is searchable: which rows, and by which words they are found.

A kind has its permissions' name. Its title is what everybody knows who may see the row; by its
body only those find it who may read the row's inside (see `queries`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func

from app.models.cycles import Cycle
from app.models.organisation import Department, Person, whole_name
from app.models.planning import Task
from app.models.supervision import SupervisionCase
from app.search.text import LONGEST_WORD, code_of, index_text

Words = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """`title` and `body` name columns; `order` is that of equally good hits. `by_year`: the
    rows belong to a year, which the order asks for. `by_person`: the rows are people, whose
    title is the whole name and whose body names the department."""

    name: str
    model: type[Any]
    code: str
    title: tuple[str, ...]
    body: tuple[str, ...] = ()
    order: tuple[Any, ...] = ()
    by_year: bool = False
    by_person: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose change changes the entry."""
        return tuple(dict.fromkeys((self.code, *self.title, *self.body)))

    def entry(self, row: Any, departments: Mapping[int, str]) -> dict[str, Any]:
        """The values of the entry of `row`; `departments` names a person's department."""
        title: Words = tuple(getattr(row, name) for name in self.title)
        body: Words = tuple(getattr(row, name) for name in self.body)
        if self.by_person:
            title = (whole_name(row.last_name or "", row.first_name or ""), row.staff_number)
            body = (departments.get(row.department_id or 0), row.position)
        return {
            "kind": self.name,
            "row_id": row.id,
            "code": code_of(getattr(row, self.code))[:LONGEST_WORD],
            "title": index_text(*title),
            "body": index_text(*body),
        }


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "task",
            Task,
            code="number",
            title=("number", "title"),
            body=("goal", "measures", "standard", "remark"),
            order=(Cycle.year.desc(), Task.sort_order, Task.id),
            by_year=True,
        ),
        Kind(
            "department",
            Department,
            code="code",
            title=("name", "short_name", "code"),
            order=(func.length(Department.name), Department.sort_order, Department.id),
        ),
        Kind(
            "supervision_case",
            SupervisionCase,
            code="number",
            title=("number", "matter"),
            body=("ground", "requirement"),
            order=(Cycle.year.desc(), SupervisionCase.id.desc()),
            by_year=True,
        ),
        Kind(
            "person",
            Person,
            code="staff_number",
            title=("last_name", "first_name", "staff_number"),
            body=("department_id", "position"),
            order=(Person.active.desc(), Person.id),
            by_person=True,
        ),
    )
}
"""In the order in which hits are shown."""

_BY_MODEL: dict[type[Any], Kind] = {kind.model: kind for kind in KINDS.values()}


def kind_of(model: type[Any]) -> Kind | None:
    """The kind of a model's rows; None if they are not searched."""
    return next((_BY_MODEL[base] for base in model.__mro__ if base in _BY_MODEL), None)
