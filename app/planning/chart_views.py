"""The chart of tasks by department and light, or by department and status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core.text import words
from app.extensions import db
from app.models.monitoring import Light
from app.models.planning import Task, TaskStatus
from app.planning.charts import TaskCount, count_by_department
from app.web.charts import Asked, Cell, ChartView, Dropdown, Figure, Option
from app.web.links import list_link
from app.web.views import the_actor

NONE = "none"
LIGHTS = (Light.RED, Light.ORANGE, Light.YELLOW, Light.GREEN, Light.BLUE, Light.GREY)
CATEGORY = {
    "category": "reporting",
    "category_label": lazy_gettext("Charts and reports"),
    "category_icon": "chart-bar",
}


class TaskChartView(ChartView):
    """How many tasks each department leads, and how they stand."""

    route_base = "/chart"
    default_view = "tasks"
    method_permission_name = {"tasks": "read"}
    switches = {"by": ("light", "status")}

    @expose("/tasks")
    @has_access
    def tasks(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        column = self.switch("by")
        counts = count_by_department(
            db.session, actor, column, lambda query: self.narrow(choice, query), choice.columns
        )
        options = [
            Option("light", gettext("By light"), column == "light"),
            Option("status", gettext("By status"), column == "status"),
        ]
        title = gettext("Tasks by department")
        by = Dropdown("by", gettext("Shown"), options)
        return self.page(title, choice, _figure(title, column, counts, choice), [by])


def _figure(title: str, column: str, counts: Sequence[TaskCount], choice: Asked) -> Figure:
    series = _series(column, counts)
    by_place = {(cell.department_id, cell.value or NONE): cell for cell in counts}
    met = {cell.department_id for cell in counts}
    departments: list[tuple[int | None, str]] = [
        (row.id, row.name) for row in choice.departments if row.id in met
    ]
    if None in met:
        departments.append((None, gettext("No lead department")))

    def link(department: int | None, value: str | None) -> str | None:
        cell = by_place.get((department, value or NONE))
        if cell is None or not cell.listed:
            return None
        return list_link(
            Task, choice.arguments, lead_department=department,
            **{column: None if value == NONE else value},
        )  # fmt: skip

    def count(department: int | None, value: str) -> int:
        cell = by_place.get((department, value))
        return cell.count if cell else 0

    payload = {
        "kind": "stacked-bar",
        "title": title,
        "unit": words(("项", " tasks")),
        "horizontal": len(departments) > 6,
        "categories": [name for _, name in departments],
        "series": [
            {
                "name": name,
                "key": value,
                "values": [count(key, value) for key, _ in departments],
                "links": [link(key, value) for key, _ in departments],
            }
            for value, name in series
        ],
    }
    rows = []
    for key, name in departments:
        own = [cell for cell in counts if cell.department_id == key]
        listed = any(cell.listed for cell in own)
        sum_link = list_link(Task, choice.arguments, lead_department=key) if listed else None
        cells = [Cell(str(count(key, value)), link(key, value)) for value, _ in series]
        cells.append(Cell(str(sum(cell.count for cell in own)), sum_link))
        rows.append((name, cells))
    everything = sum(cell.count for cell in counts)
    foot = [
        Cell(str(sum(cell.count for cell in counts if (cell.value or NONE) == value)))
        for value, _ in series
    ]
    if choice.mine:
        foot.append(Cell(str(everything)))
    else:
        foot.append(Cell(str(everything), list_link(Task, choice.arguments)))
    header = [gettext("Department"), *(name for _, name in series), gettext("Total")]
    hidden = everything - sum(cell.listed for cell in counts)
    return Figure(payload, header, rows, foot if rows else (), _notes(hidden))


def _series(column: str, counts: Sequence[TaskCount]) -> list[tuple[str, str]]:
    """(value, word) of each part of a bar, the worst first; only those that occur."""
    occurring = {cell.value or NONE for cell in counts}
    known: list[tuple[str, str]]
    if column == "light":
        known = [(light.value, words((light.zh, light.en))) for light in LIGHTS]
        known.append((NONE, gettext("Not checked yet")))
    else:
        known = [(status.value, words((status.zh, status.en))) for status in TaskStatus]
    return [pair for pair in known if pair[0] in occurring]


def _notes(hidden: int) -> list[str]:
    if not hidden:
        return []
    return [
        gettext(
            "%(count)s of these tasks are restricted: they are counted here but not listed for you.",
            count=hidden,
        )
    ]


def register(builder: Any) -> None:
    builder.add_view(
        TaskChartView,
        "chart_tasks",
        label=lazy_gettext("Tasks by department"),
        icon="chart-bar",
        **CATEGORY,
    )
