"""The chart of progress planned and reached, by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core import clock
from app.extensions import db
from app.models.monitoring import MonthlyCheck
from app.monitoring.charts import MonthProgress, progress_by_month
from app.monitoring.service import month_end
from app.web.charts import Asked, Cell, ChartView, Figure, Row, Table
from app.web.links import list_link
from app.web.reader import the_actor
from app.web.stacked import month_name


class ProgressChartView(ChartView):
    """Where the tasks should stand at each month's end, and where they do."""

    default_view = "progress"
    tab = lazy_gettext("Progress")

    @expose("/progress")
    @has_access
    def progress(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        year = choice.cycle.year if choice.cycle else clock.today().year
        tasks, months = progress_by_month(
            db.session, actor, year, lambda query: self.narrow(choice, query)
        )
        title = gettext("Progress by month")
        return self.page(title, choice, progress_figure(title, year, tasks, months, choice))


def progress_figure(
    title: str, year: int, tasks: int, months: Sequence[MonthProgress], choice: Asked
) -> Figure:
    due = [_due_link(year, month.month, choice) for month in months]
    checks = [_check_link(year, month, choice) for month in months]
    planned, actual = gettext("Planned progress"), gettext("Actual progress")
    names = [f"{year}-{month.month:02}" for month in months]
    payload = {
        "kind": "line",
        "title": title,
        "unit": "%",
        "max": 100,
        "min": 0,
        "categories": [month_name(month.month) for month in months] if tasks else [],
        "series": [
            {
                "name": planned, "key": "planned", "dashed": True, "links": due,
                "values": [_number(month.planned) for month in months] if tasks else [],
            },
            {
                "name": actual, "key": "actual", "links": checks,
                "values": [_number(month.actual) for month in months] if tasks else [],
            },
        ],
    }  # fmt: skip
    header = [
        gettext("Month"), planned, actual, gettext("Difference"), gettext("Checks submitted"),
    ]  # fmt: skip
    rows = [
        Row(
            name,
            [
                Cell(_percent(month.planned), due_link),
                Cell(_percent(month.actual), check_link),
                Cell(_difference(month)),
                Cell(str(month.reports)),
            ],
        )
        for name, month, due_link, check_link in zip(names, months, due, checks, strict=True)
    ]
    return Figure(payload, Table(header, rows if tasks else []), _notes(tasks))


def _due_link(year: int, month: int, choice: Asked) -> str | None:
    """The tasks due in that month."""
    return choice.link(due_on__ge=dt.date(year, month, 1), due_on__le=month_end(year, month))


def _check_link(year: int, month: MonthProgress, choice: Asked) -> str | None:
    """That month's checks. Their list knows no filters of tasks: under those, the page that
    shows them below its chart."""
    if not month.reports:
        return None
    if choice.columns <= {"cycle"} and not choice.reach:
        return list_link(MonthlyCheck, year=year, month=month.month, status="submitted")
    return choice.chart("LightsChartView.lights", month=month.month)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value}%"


def _difference(month: MonthProgress) -> str:
    if month.planned is None or month.actual is None:
        return "—"
    return f"{month.actual - month.planned:+}"


def _notes(tasks: int) -> list[str]:
    return [
        gettext("Mean of %(count)s tasks whose monthly checks you may read, that have dated milestones and are not terminated.", count=tasks),
        gettext("Planned: the highest percentage due by the month's end. Actual: each task's last submitted check, 0 before the first and 100 once finished."),
    ]  # fmt: skip


def register(builder: Any) -> None:
    builder.add_view(
        ProgressChartView, "chart_progress", label=lazy_gettext("Progress by month"), icon="chart-line",
        category="reporting",
    )  # fmt: skip
