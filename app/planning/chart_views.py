"""The charts of tasks by department, by category and by the month they are due."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core import clock
from app.core.text import words
from app.extensions import db
from app.planning.charts import (
    TaskCount,
    count_by_category,
    count_by_department,
    count_by_due_month,
)
from app.web.charts import (
    Asked,
    Cell,
    ChartView,
    Dropdown,
    Figure,
    Option,
    department_groups,
)
from app.web.directory import directory
from app.web.reader import the_actor
from app.web.stacked import NONE, StackedBars, month_name, parts_of

BEFORE, AFTER = 0, 13
"""The groups of tasks due before the year's first month and after its last."""


@dataclass(frozen=True, slots=True)
class Group:
    """A bar: its key among the counts, its name, and what leads to its list."""

    key: int | None
    name: str
    conditions: Mapping[str, Any]


class CountChartView(ChartView):
    """Tasks counted in groups, by light or by status."""

    switches = {"by": ("light", "status")}

    def by(self) -> tuple[str, Dropdown]:
        """What the bars are divided by, and the select that changes it."""
        column = self.switch("by")
        labels = {"light": gettext("By light"), "status": gettext("By status")}
        values = self.switches["by"]
        options = [Option(value, labels[value], column == value) for value in values]
        return column, Dropdown("by", gettext("Shown"), options)


class TaskChartView(CountChartView):
    """How many tasks each department leads, and how they stand."""

    default_view = "tasks"
    tab = lazy_gettext("By department")

    @expose("/tasks")
    @has_access
    def tasks(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        column, by = self.by()
        counts = count_by_department(
            db.session, actor, column, lambda query: self.narrow(choice, query), choice.columns
        )
        groups = [
            Group(key, name, {"lead_department": key})
            for key, name in department_groups({cell.group for cell in counts})
        ]
        title = gettext("Tasks by department")
        figure = stacked(title, gettext("Department"), groups, column, counts, choice)
        return self.page(title, choice, figure, [by])


class CategoryChartView(CountChartView):
    """How many tasks each category has, and how they stand."""

    default_view = "categories"
    tab = lazy_gettext("By category")

    @expose("/categories")
    @has_access
    def categories(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        column, by = self.by()
        counts = count_by_category(
            db.session, actor, column, lambda query: self.narrow(choice, query)
        )
        met = {cell.group for cell in counts}
        names = [(row.id, row.name) for row in directory().categories.values() if row.id in met]
        groups = [Group(key, name, {"category": key}) for key, name in names]
        if None in met:
            groups.append(Group(None, gettext("No category"), {"category": None}))
        title = gettext("Tasks by category")
        figure = stacked(title, gettext("Category"), groups, column, counts, choice)
        return self.page(title, choice, figure, [by])


class WorkloadChartView(CountChartView):
    """How many tasks each month has to bring to an end."""

    default_view = "workload"
    switches = {"by": ("status", "light")}
    tab = lazy_gettext("Due by month")

    @expose("/workload")
    @has_access
    def workload(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        column, by = self.by()
        year = choice.cycle.year if choice.cycle else clock.today().year
        counts = count_by_due_month(
            db.session, actor, year, column, lambda query: self.narrow(choice, query)
        )
        title = gettext("Tasks due by month")
        groups = _months(year, {cell.group for cell in counts})
        figure = stacked(title, gettext("Due"), groups, column, counts, choice, upright=True)
        return self.page(title, choice, figure, [by])


def _months(year: int, met: set[int | None]) -> list[Group]:
    """The twelve months, and what lies outside them if anything does."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    found = [
        Group(month, month_name(month), {
            "due_on__ge": dt.date(year, month, 1),
            "due_on__le": dt.date(year, month, calendar.monthrange(year, month)[1]),
        })
        for month in range(1, 13)
    ]  # fmt: skip
    if BEFORE in met:
        found.insert(0, Group(BEFORE, gettext("Before %(year)s", year=year), {"due_on__lt": first}))
    if AFTER in met:
        found.append(Group(AFTER, gettext("After %(year)s", year=year), {"due_on__gt": last}))
    if None in met:
        found.append(Group(None, gettext("No date"), {"due_on": None}))
    return found if met else []


# The figure -----------------------------------------------------------------------------


def stacked(
    title: str,
    corner: str,
    groups: Sequence[Group],
    column: str,
    counts: Sequence[TaskCount],
    choice: Asked,
    *,
    upright: bool = False,
) -> Figure:
    """Counts as stacked bars, one per group, divided by `column`. `upright` bars stand side by
    side however many there are, as months do."""
    series = parts_of(column, {cell.value or NONE for cell in counts})
    cells = {(cell.group, cell.value or NONE): cell for cell in counts}

    def cell(group: Group, value: str) -> Cell:
        found = cells.get((group.key, value))
        if found is None:
            return Cell("0")
        wanted = {**group.conditions, column: None if value == NONE else value}
        return Cell(str(found.count), choice.link(**wanted) if found.listed else None)

    def whole(group: Group) -> Cell:
        own = [found for found in counts if found.group == group.key]
        listed = any(found.listed for found in own)
        link = choice.link(**group.conditions) if listed else None
        return Cell(str(sum(found.count for found in own)), link)

    def foot(value: str) -> Cell:
        own = [found for found in counts if (found.value or NONE) == value]
        wanted = {column: None if value == NONE else value}
        link = choice.link(**wanted) if any(found.listed for found in own) else None
        return Cell(str(sum(found.count for found in own)), link)

    bars = StackedBars(
        title,
        corner,
        [(group, group.name) for group in groups],
        series,
        cell,
        whole,
        words(("项", " tasks")),
        horizontal=len(groups) > 6 and not upright,
    )
    everything = sum(found.count for found in counts)
    total = [*(foot(value) for value, _ in series), Cell(str(everything), choice.link())]
    hidden = everything - sum(found.listed for found in counts)
    return bars.figure(hidden_note(hidden), total if groups else ())


def hidden_note(hidden: int) -> list[str]:
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
        TaskChartView, "chart_tasks", label=lazy_gettext("Tasks by department"), icon="chart-bar",
        category="reporting",
    )  # fmt: skip
    builder.add_view(
        CategoryChartView, "chart_categories", label=lazy_gettext("Tasks by category"),
        icon="category", category="reporting",
    )  # fmt: skip
    builder.add_view(
        WorkloadChartView, "chart_workload", label=lazy_gettext("Tasks due by month"),
        icon="calendar-due", category="reporting",
    )  # fmt: skip
