"""The Gantt chart: tasks as bars of time, their milestones on them, today across."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core import clock
from app.extensions import db
from app.models.planning import Task
from app.planning.charts import TaskBar, task_bars
from app.web.charts import Cell, ChartView, Figure, Pages, Row, Table
from app.web.directory import directory
from app.web.formats import EMPTY, show, show_light, show_percent
from app.web.reader import the_actor
from app.web.stacked import NONE, parts_of
from app.web.views import view_of

LIMIT = 60


class GanttView(ChartView):
    """The tasks of a year in time, sixty to a page."""

    default_view = "gantt"
    tab = lazy_gettext("Gantt chart")

    @expose("/gantt")
    @has_access
    def gantt(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        wanted = request.args.get("page", "")
        page = min(int(wanted), 10_000) if wanted.isdecimal() and len(wanted) < 6 else 0
        bars, count = task_bars(
            db.session, actor, lambda query: self.narrow(choice, query),
            offset=page * LIMIT, limit=LIMIT,
        )  # fmt: skip
        year = choice.cycle.year if choice.cycle else clock.today().year
        title = gettext("Gantt chart")
        live_from = choice.cycle.live_from if choice.cycle else None
        figure = _figure(title, year, bars, self._pages(page, len(bars), count), live_from)
        return self.page(title, choice, figure)

    def _pages(self, page: int, shown: int, count: int) -> Pages | None:
        if count <= LIMIT and page == 0:
            return None
        first = page * LIMIT + 1
        last = first + shown - 1
        return Pages(
            first,
            last,
            count,
            self.address({"page": page - 1 or None}) if page else None,
            self.address({"page": page + 1}) if last < count and shown else None,
        )


def _figure(
    title: str,
    year: int,
    bars: Sequence[TaskBar],
    pages: Pages | None,
    live_from: dt.date | None,
) -> Figure:
    """The bars with today across, and the day from which the year is kept here if it began
    before."""
    endpoint = f"{view_of(Task).endpoint}.show"
    begin, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    links = [url_for(endpoint, pk=bar.id) for bar in bars]
    days = [day for bar in bars for day in (bar.start_on, bar.due_on) if day]
    payload = {
        "kind": "gantt",
        "title": title,
        "unit": "",
        "from": min([begin, *days]).isoformat(),
        "to": max([end, *days]).isoformat(),
        "today": clock.today().isoformat(),
        "live": live_from.isoformat() if live_from else None,
        "labels": {
            "today": gettext("Today"),
            "live": gettext("Kept here from %(day)s on", day=live_from),
            "milestone": gettext("Milestone"),
        },
        "legend": [
            {"key": key, "name": name}
            for key, name in parts_of("light", {bar.light or NONE for bar in bars})
        ],
        "bars": [
            {
                "name": _name(bar),
                "link": link,
                "key": bar.light or NONE,
                "start": (bar.start_on or min(begin, bar.due_on or begin)).isoformat(),
                "end": (bar.due_on or max(end, bar.start_on or end)).isoformat(),
                "open": bar.due_on is None,
                "done": None if bar.actual is None else float(bar.actual),
                "milestones": [
                    {"day": step.day.isoformat(), "name": step.text, "done": step.done}
                    for step in bar.steps
                ],
            }
            for bar, link in zip(bars, links, strict=True)
        ],
    }
    header = [
        gettext("Task"), gettext("Department"), gettext("Start"), gettext("Due"),
        gettext("Progress"), gettext("Light"), gettext("Milestones"),
    ]  # fmt: skip
    book = directory().departments
    rows = [
        Row(
            _name(bar),
            [
                Cell(book[bar.department_id].name if bar.department_id in book else EMPTY),
                Cell(show(bar.start_on)),
                Cell(show(bar.due_on)),
                Cell(show_percent(bar.actual)),
                Cell(show_light(bar.light)),
                Cell("；".join(f"{step.day:%m-%d} {step.text}" for step in bar.steps) or EMPTY),
            ],
            link,
        )
        for bar, link in zip(bars, links, strict=True)
    ]
    return Figure(payload, Table(header, rows, numbers=False), wide=True, pages=pages)


def _name(bar: TaskBar) -> str:
    return f"{bar.number} {bar.title}".strip()


def register(builder: Any) -> None:
    builder.add_view(
        GanttView, "chart_gantt", label=lazy_gettext("Gantt chart"), icon="timeline",
        category="reporting",
    )  # fmt: skip
