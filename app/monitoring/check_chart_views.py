"""The charts of monthly checks: lights over the months, and departments × months as a heat map.

No list filters checks by department, category or leader of their task: the marks lead to the
same page with the checks behind them below the chart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core.text import words
from app.extensions import db
from app.models.monitoring import Light, MonthlyCheck
from app.models.planning import Task
from app.monitoring.check_charts import (
    CheckCount,
    OwedMonth,
    Report,
    count_checks,
    count_missing,
    owed_months,
    reports_of,
    tasks_without_report,
)
from app.monitoring.lights import ORDER
from app.web.charts import (
    Asked,
    Behind,
    Cell,
    ChartView,
    Dropdown,
    Figure,
    Option,
    Row,
    Table,
    department_groups,
)
from app.web.directory import directory
from app.web.formats import EMPTY, progress_bar, show_light
from app.web.reader import the_actor
from app.web.stacked import StackedBars, month_name, parts_of
from app.web.views import view_of

MISSING = "missing"
SHOWN = 100
"""How many rows stand below a chart at most."""


class CheckChartView(ChartView):
    """A chart of monthly checks. `?month=10[&light=red]` shows those behind a mark; the light
    "missing" the tasks whose check is owed."""

    switches = {"light": ("", MISSING, *(light.value for light in Light))}

    def counts(
        self, choice: Asked
    ) -> tuple[list[CheckCount], dict[tuple[int | None, int], int], list[OwedMonth]]:
        """The checks submitted, those missing, and the months that are owed. At most three
        statements."""
        if choice.cycle is None:
            return [], {}, []
        actor, year = choice.actor, choice.cycle.year
        months = owed_months(db.session, choice.cycle.id, year)

        def narrow(query: Any) -> Any:
            return self.narrow(choice, query)

        submitted = count_checks(db.session, actor, year, narrow)
        missing = count_missing(db.session, actor, year, months, narrow)
        return submitted, missing, months

    def behind(self, choice: Asked, months: Sequence[OwedMonth]) -> Behind | None:
        """The checks behind the mark that the address names."""
        wanted = request.args.get("month", "")
        if choice.cycle is None or not wanted.isdecimal() or len(wanted) > 2:
            return None
        month, shown = int(wanted), self.switch("light")
        if not 1 <= month <= 12:
            return None
        year, actor = choice.cycle.year, choice.actor
        owed = next((one for one in months if one.month == month), None)

        def narrow(query: Any) -> Any:
            return self.narrow(choice, query)

        found: list[Report] = []
        count = 0
        if owed is not None and shown in {"", MISSING}:
            found, count = tasks_without_report(db.session, actor, year, owed, narrow, SHOWN)
        if shown != MISSING:
            light = Light(shown) if shown else None
            more, there = reports_of(
                db.session, actor, year, month, narrow, light=light, limit=SHOWN - len(found)
            )
            found, count = [*found, *more], count + there
        said = gettext("Checks of %(year)s-%(month)02d", year=year, month=month)
        if shown:
            said += gettext(": ") + _word(shown)
        table = _reports(found)
        return Behind(
            f"{said} ({count})",
            table,
            self.address({"month": None, "light": None}),
            count - len(found),
        )


class LightsChartView(CheckChartView):
    """How the lights of the months follow one another."""

    default_view = "lights"
    tab = lazy_gettext("Lights by month")

    @expose("/lights")
    @has_access
    def lights(self) -> Any:
        choice = self.choose(the_actor())
        submitted, missing, months = self.counts(choice)
        title = gettext("Lights by month")
        figure = self._figure(title, submitted, missing)
        return self.page(title, choice, _with(figure, self.behind(choice, months)))

    def _figure(
        self, title: str, submitted: Sequence[CheckCount], missing: dict[Any, int]
    ) -> Figure:
        sums: Counter[tuple[int, str]] = Counter()
        for check in submitted:
            sums[check.month, check.light.value] += check.count
        for (_, month), count in missing.items():
            sums[month, MISSING] += count
        met = {month for month, _ in sums}
        months = range(min(met), max(met) + 1) if met else ()
        series = parts_of("light", {value for _, value in sums})
        if any(value == MISSING for _, value in sums):
            series.append((MISSING, _word(MISSING)))

        def cell(month: int, value: str) -> Cell:
            """The checks of a month in one light; with no value, all of them."""
            found = sum(sums[month, key] for key, _ in series if value in ("", key))
            place = self.address({"month": month, "light": value or None})
            return Cell(str(found), f"{place}#behind" if found else None)

        bars = StackedBars(
            title,
            gettext("Month"),
            [(month, month_name(month)) for month in months],
            series,
            cell,
            lambda month: cell(month, ""),
            words(("项", " checks")),
        )
        return bars.figure(_notes())


class HeatMapView(CheckChartView):
    """Departments × months: the worst light of each month, or what was reported of it."""

    default_view = "checks"
    switches = {**CheckChartView.switches, "by": ("light", "reported")}
    tab = lazy_gettext("Departments × months")

    @expose("/checks")
    @has_access
    def checks(self) -> Any:
        choice = self.choose(the_actor())
        submitted, missing, months = self.counts(choice)
        title = gettext("Monthly checks by department")
        by = self.switch("by")
        options = [
            Option("light", gettext("Worst light"), by == "light"),
            Option("reported", gettext("Submitted in time"), by == "reported"),
        ]

        def link(department: int | None, month: int) -> str:
            shown = by if by != self.switches["by"][0] else None
            place = f"{self.endpoint}.{self.default_view}"
            return choice.chart(place, department=department, month=month, by=shown)

        figure = heat_map(title, by, submitted, missing, link)
        switch = Dropdown("by", gettext("Shown"), options)
        return self.page(title, choice, _with(figure, self.behind(choice, months)), [switch])


def heat_map(
    title: str, by: str, submitted: Sequence[CheckCount], missing: dict[Any, int], link: Any
) -> Figure:
    """A cell per department and month. By "light": the worst light among its checks and how
    many shine so; by "reported": how many of those owed were submitted."""
    squares = squares_of(submitted, missing)
    months = sorted({month for _, month in squares})
    departments = department_groups({department for department, _ in squares})
    keys = {at: square.key(by) for at, square in squares.items()}
    payload = {
        "kind": "heatmap",
        "title": title,
        "unit": "",
        "columns": [month_name(month) for month in months],
        "rows": [name for _, name in departments],
        "legend": [
            {"key": key, "name": _heat_word(by, key)}
            for key in ("red", "orange", "yellow", "green", "blue", "grey", MISSING)
            if key in keys.values()
        ],
        "cells": [
            {
                "row": row,
                "column": column,
                "key": keys[department, month],
                "text": squares[department, month].text(by),
                "told": squares[department, month].told(),
                "link": link(department, month),
            }
            for row, (department, _) in enumerate(departments)
            for column, month in enumerate(months)
            if (department, month) in squares
        ],
    }
    rows = [
        Row(
            name,
            [
                Cell(
                    f"{_heat_word(by, keys[department, month])} {squares[department, month].text(by)}",
                    link(department, month),
                )
                if (department, month) in squares
                else Cell(EMPTY)
                for month in months
            ],
        )
        for department, name in departments
    ]
    header = [gettext("Department"), *(month_name(month) for month in months)]
    notes = _notes()
    if by == "light":
        notes.append(
            gettext("The number in a cell says how many of the month's checks shine in that light.")
        )
    return Figure(payload, Table(header, rows), notes, wide=True)


class Square:
    """A department's month: its checks by light, those late, those missing."""

    def __init__(self) -> None:
        self.lights: Counter[Light] = Counter()
        self.late = 0
        self.missing = 0

    @property
    def submitted(self) -> int:
        return sum(self.lights.values())

    @property
    def worst(self) -> Light | None:
        return max(self.lights, key=ORDER.index, default=None)

    def key(self, by: str) -> str:
        """What colours the square."""
        if by == "light":
            return self.worst.value if self.worst else MISSING
        return "red" if self.missing else "yellow" if self.late else "green"

    def text(self, by: str) -> str:
        if by == "light":
            return str(self.lights[self.worst] if self.worst else self.missing)
        return f"{self.submitted}/{self.submitted + self.missing}"

    def told(self) -> str:
        """Everything about the square, in words."""
        parts = [
            f"{words((light.zh, light.en))} {self.lights[light]}"
            for light in reversed(ORDER)
            if self.lights[light]
        ]
        if self.late:
            parts.append(gettext("late %(count)s", count=self.late))
        if self.missing:
            parts.append(f"{_word(MISSING)} {self.missing}")
        return gettext(", ").join(parts)


def squares_of(
    submitted: Sequence[CheckCount], missing: dict[tuple[int | None, int], int]
) -> dict[tuple[int | None, int], Square]:
    """The squares by department and month; those with nothing owed or reported are left out."""
    squares: dict[tuple[int | None, int], Square] = {}
    for check in submitted:
        square = squares.setdefault((check.department_id, check.month), Square())
        square.lights[check.light] += check.count
        square.late += check.count if check.late else 0
    for at, count in missing.items():
        squares.setdefault(at, Square()).missing += count
    return squares


def _with(figure: Figure, behind: Behind | None) -> Figure:
    return Figure(figure.payload, figure.table, figure.notes, figure.wide, None, behind)


def _word(value: str) -> str:
    if value == MISSING:
        return gettext("Not reported")
    light = Light(value)
    return words((light.zh, light.en))


def _heat_word(by: str, key: str) -> str:
    if by == "light":
        return _word(key)
    return {
        "red": gettext("Incomplete"), "yellow": gettext("Some late"), "green": gettext("In time"),
    }[key]  # fmt: skip


def _reports(found: Sequence[Report]) -> Table:
    task, check = (f"{view_of(model).endpoint}.show" for model in (Task, MonthlyCheck))
    book = directory().departments
    rows = [
        Row(
            f"{one.number} {one.title}".strip(),
            [
                Cell(book[one.department_id].name if one.department_id in book else EMPTY),
                Cell(show_light(one.light, one.reason) if one.light else _word(MISSING)),
                Cell(progress_bar(one.actual, one.planned)),
                Cell(gettext("Late") if one.late else EMPTY),
            ],
            url_for(check, pk=one.check_id) if one.check_id else url_for(task, pk=one.task_id),
        )
        for one in found
    ]
    header = [
        gettext("Task"), gettext("Department"), gettext("Light"), gettext("Progress"),
        gettext("In time"),
    ]  # fmt: skip
    return Table(header, rows, numbers=False)


def _notes() -> list[str]:
    return [
        gettext("Counted are the monthly checks that you may read, each with its own light of that month."),
        gettext("Not reported: tasks that were accepted and unfinished at the month's end and have no submitted check."),
    ]  # fmt: skip


def register(builder: Any) -> None:
    builder.add_view(
        LightsChartView, "chart_lights", label=lazy_gettext("Lights by month"),
        icon="traffic-lights", category="reporting",
    )  # fmt: skip
    builder.add_view(
        HeatMapView, "chart_checks", label=lazy_gettext("Monthly checks by department"),
        icon="layout-grid", category="reporting",
    )  # fmt: skip
