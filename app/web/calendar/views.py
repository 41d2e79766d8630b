"""The page of the calendar: the whole year as a list, or one month as days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel.dates import format_skeleton
from flask import request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import format_date, get_locale, gettext

from app.core import clock
from app.core.actor import Actor
from app.core.values import FIRST_YEAR, LAST_YEAR
from app.cycles.months import months_of
from app.extensions import db
from app.web import formats
from app.web.calendar import months, reads
from app.web.directory import CycleEntry
from app.web.home import figures
from app.web.home.panels import scope_of
from app.web.home.strip import strip_of
from app.web.reader import the_actor
from app.web.shell import chosen_cycle

MOST_OF_A_MONTH = 6
MOST_OF_A_DAY = 3


class CalendarView(BaseView):
    route_base = "/calendar"
    default_view = "calendar"
    class_permission_name = "phase"
    method_permission_name = {"calendar": "read"}

    @expose("/")
    @has_access
    def calendar(self) -> Any:
        actor, cycle, today = the_actor(), chosen_cycle(), clock.today()
        if cycle is None:
            return self.render_template("web/calendar.html", title=gettext("Calendar"), cycle=None)
        month = _month(request.args.get("month", ""))
        parts = _one_month(actor, cycle, month, today) if month else _year(actor, cycle, today)
        return self.render_template(
            "web/calendar.html",
            title=gettext("Calendar %(year)s", year=cycle.year),
            cycle=cycle,
            today=today,
            this_month=months.first_of(today).strftime("%Y-%m"),
            show=formats.show,
            mine=scope_of(actor)[1],
            **parts,
        )


def register(builder: Any) -> None:
    builder.add_view_no_menu(CalendarView)


def _month(text: str) -> dt.date | None:
    """The month an address asks for (`2026-11`); None if it asks for none of the calendar's."""
    try:
        month = dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month has no zone)
    except ValueError:
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None


def _mine(actor: Actor) -> Any:
    staff_only = not actor.headed and not actor.charged
    return figures.my_tasks(actor, scope_of(actor)[0], owned_only=staff_only)


def _year(actor: Actor, cycle: CycleEntry, today: dt.date) -> dict[str, Any]:
    first, last = _span(cycle)
    phases = reads.phases(db.session, actor, cycle.id)
    entries = months_of(db.session, [cycle.id])
    off = reads.holidays(db.session, actor, first, last)
    dates = reads.task_dates(
        db.session, cycle.id, _mine(actor), first, last, most=MOST_OF_A_MONTH, by_day=False
    )
    marks = months.marks_of(phases, entries, dates, today, cycle.live_from)
    pages = []
    for month in months.months_between(first, last):
        end = months.last_of(month)
        here = [date for date in dates if month <= date.day <= end]
        # What is done and over stands in the lists; a month that is past keeps what is not.
        shown = [
            mark
            for mark in marks
            if month <= mark.day <= end and not (mark.done and mark.place and end < today)
        ]
        entry = next((one for one in entries if one.starts_on == month), None)
        pages.append(
            months.MonthPage(
                first=month,
                words=_words(month),
                reporting=months.reporting_words(entry),
                holidays=[
                    _holiday(one) for one in off if one.starts_on <= end and one.ends_on >= month
                ],
                marks=shown,
                more=months.more_of(here, shown, cycle.id, month, end),
            )
        )
    return {"pages": pages, "phases": phases, "strip": strip_of(cycle, entries, today)}


def _one_month(actor: Actor, cycle: CycleEntry, month: dt.date, today: dt.date) -> dict[str, Any]:
    last = months.last_of(month)
    phases = reads.phases(db.session, actor, cycle.id)
    entries = months_of(db.session, [cycle.id])
    off = reads.holidays(
        db.session, actor, month - dt.timedelta(days=7), last + dt.timedelta(days=7)
    )
    dates = reads.task_dates(
        db.session, cycle.id, _mine(actor), month, last, most=MOST_OF_A_DAY, by_day=True
    )
    marks = months.marks_of(phases, entries, dates, today, cycle.live_from)
    entry = next((one for one in entries if one.starts_on == month), None)
    return {
        "month": month,
        "month_words": _words(month),
        "reporting": months.reporting_words(entry),
        "before": months.next_month(month, -1).strftime("%Y-%m"),
        "after": months.next_month(month).strftime("%Y-%m"),
        "weekdays": [format_date(dt.date(2024, 1, day), "EEE") for day in range(1, 8)],
        "weeks": months.weeks_of(month, marks, dates, off, cycle.id),
        "holidays": [
            _holiday(one) for one in off if one.starts_on <= last and one.ends_on >= month
        ],
    }


def _words(month: dt.date) -> str:
    return format_skeleton("yMMM", month, locale=get_locale())


def _span(cycle: CycleEntry) -> tuple[dt.date, dt.date]:
    """From the first month of the year's phases to the last day of the last one."""
    first = min((phase.starts_on for phase in cycle.phases), default=dt.date(cycle.year, 1, 1))
    last = max((phase.ends_on for phase in cycle.phases), default=dt.date(cycle.year, 12, 31))
    return months.first_of(first), months.last_of(last)


def _holiday(row: Any) -> str:
    days = (
        row.starts_on.isoformat()
        if row.starts_on == row.ends_on
        else f"{row.starts_on.isoformat()} – {row.ends_on.isoformat()}"
    )
    return (
        gettext("%(name)s (workday), %(days)s", name=row.name, days=days)
        if row.is_workday
        else f"{row.name} {days}"
    )
