"""What a person has decided about names that nobody knows: one that is meant, or a new department.

A decision holds for every row of the import. A department's further name may be remembered
for the imports to come (`ImportAlias`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.exchange.departments import DepartmentRow, ParsedDepartments, kind_of
from app.exchange.lookups import DepartmentLine
from app.exchange.plan_departments import DepartmentPlan, plan_departments
from app.exchange.units import normal_name
from app.models.organisation import Department, DepartmentKind
from app.models.system import ImportAlias

DEPARTMENT = "department"
_TEACHING = ("系", "学院", "教学部", "教研部")


@dataclass(frozen=True, slots=True)
class Decisions:
    """`names`: resource → the word as the file writes it → {"to": a known word}, {"new": the
    kind of a department to add}, or {} to leave it as it is. `aliases`: the departments' further
    names, normal → code."""

    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def words(self, resource: str) -> dict[str, str]:
        """Normal word → the known word that is meant; a new department is known by its name."""
        found = dict(self.aliases) if resource == DEPARTMENT else {}
        for word, decided in self.names.get(resource, {}).items():
            if "to" in decided:
                found[normal_name(word)] = decided["to"]
            else:
                found.pop(normal_name(word), None)
        return found

    def planned(self) -> list[DepartmentLine]:
        """The departments to add, as the plan knows them before they are there."""
        return [
            DepartmentLine(-place, "", word, "", DepartmentKind(kind), None)
            for place, (word, kind) in enumerate(self.new_departments(), start=1)
        ]

    def new_departments(self) -> list[tuple[str, str]]:
        """Name and kind of each department to add."""
        decided = self.names.get(DEPARTMENT, {})
        return [(word, one["new"]) for word, one in decided.items() if one.get("new")]

    def plan_new(self, session: AnySession, actor: Actor) -> DepartmentPlan | None:
        """What adding the new departments does; None if there are none to add."""
        rows = [
            DepartmentRow("", 0, name=word, kind=kind, given=frozenset({"name", "kind"}))  # type: ignore[arg-type]
            for word, kind in self.new_departments()
        ]
        return plan_departments(session, actor, ParsedDepartments(rows=rows)) if rows else None


def decisions_of(session: AnySession, actor: Actor, options: Mapping[str, Any]) -> Decisions:
    """What was decided for an import, with the names remembered from earlier ones."""
    rows = session.execute(
        select(ImportAlias.word, Department.code)
        .join(Department, Department.id == ImportAlias.department_id)
        .where(visible(actor, ImportAlias))
    )
    return Decisions(options.get("names") or {}, {normal_name(r.word): r.code for r in rows})


def likely_kind(word: str) -> str:
    """The kind of department that a name sounds like."""
    if word.endswith(_TEACHING):
        return DepartmentKind.TEACHING.value
    return kind_of(word) or DepartmentKind.FUNCTIONAL.value
