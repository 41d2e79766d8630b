"""From a department's page to the lists of what is the department's, filtered. Asks the database
for nothing: what the reader sees there, each list decides for itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from app.core import policy
from app.core.actor import Actor
from app.models.organisation import Appointment, Charge, Department, DepartmentKind, Person
from app.models.planning import DepartmentPlan, Task
from app.models.supervision import SupervisionCase
from app.web.assets import icon
from app.web.directory import directory, overdue_conditions
from app.web.links import list_link
from app.web.shell import chosen_cycle

LIVE = "published,accepted"
"""States of a task that somebody works on."""


@dataclass(frozen=True, slots=True)
class Way:
    icon: Markup
    words: str
    link: str


def ways_of(department: Department, actor: Actor) -> list[Way]:
    """The ways this reader may go, in the order they are wanted."""
    return [
        Way(sign, words, list_link(model, **conditions))
        for sign, model, words, conditions in _wanted(department)
        if actor.may(f"{policy.policy_of(model).resource}:read")
    ]


def _wanted(department: Department) -> Iterator[tuple[Markup, type[Any], str, dict[str, Any]]]:
    """Icon, rows, words and conditions of each list that a department has."""
    section = department.kind == DepartmentKind.SECTION
    whose = {"section" if section else "lead_department": department.id}
    below = [one.id for one in directory().departments.values() if one.parent_id == department.id]
    cycle = chosen_cycle()
    if cycle is not None:
        of_year = whose | {"cycle": cycle.id}
        yield icon("target"), Task, gettext("Tasks of %(year)s", year=cycle.year), of_year
        late = overdue_conditions(**of_year, status__in=LIVE)
        yield icon("clock-exclamation"), Task, gettext("Overdue tasks"), late
        if not section:
            own = {"department": department.id, "cycle": cycle.id}
            plan = gettext("Department plan of %(year)s", year=cycle.year)
            yield icon("file-text"), DepartmentPlan, plan, own
            yield icon("gavel"), SupervisionCase, gettext("Cases of %(year)s", year=cycle.year), own
    everybody = ",".join(str(key) for key in (department.id, *below))
    where = {"department__in": everybody} if below else {"department": department.id}
    yield icon("users"), Person, gettext("People"), where
    yield icon("id-badge-2"), Appointment, gettext("Posts"), {"department": department.id}
    if not section:
        yield icon("user-star"), Charge, gettext("Leaders in charge"), {"department": department.id}
    if below:
        yield icon("sitemap"), Department, gettext("Sections"), {"parent": department.id}
