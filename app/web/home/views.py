"""The home page, and the page of each kind of row that waits for the reader."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, current_app, redirect, request, url_for
from flask_appbuilder import BaseView, IndexView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import format_date, gettext

from app.core import clock
from app.core.clock import COLLEGE_ZONE
from app.extensions import db
from app.models.monitoring import Light
from app.organisation.delegations import given_by
from app.web import formats
from app.web.directory import directory
from app.web.home import desk, panels
from app.web.home.strip import strip_of
from app.web.reader import the_actor
from app.web.shell import chosen_cycle

MOST = 200
"""Rows that a kind's own page shows."""


class HomeView(IndexView):
    @expose("/")
    def index(self) -> Any:
        actor = the_actor()
        if actor.user_id is None:
            return redirect(url_for("SignInView.login", next=request.path))
        day = desk.Day(clock.today())
        cycle = chosen_cycle()
        queue = desk.my_queue(actor, day, desk.kinds_for(actor, day))
        panel = panels.state(actor, cycle, day)
        return self.render_template(
            "web/home.html",
            title=_greeting(actor.name),
            subtitle=_where_and_when(actor.user_id, day.today),
            queue=queue,
            standing_in=desk.stands_in(actor),
            delegated=given_by(db.session, actor),
            known=directory(),
            today=day.today,
            waiting=sum(kind.count for kind in queue),
            late=sum(kind.overdue for kind in queue),
            panel=panel,
            facts=panels.facts_for(actor, cycle),
            steps=panels.first_steps(actor, cycle),
            strip=strip_of(cycle, day.months, day.today) if cycle else None,
            cycle=cycle,
            bar=formats.progress_bar,
            show=formats.show,
            light_word=lambda light: (
                gettext("Not monitored yet") if light == "none" else formats.show(Light(light))
            ),
        )


class QueueView(BaseView):
    """All the rows of one kind that wait for the reader, each with its next step; where the
    step asks for nothing, many rows at once."""

    route_base = "/queue"
    default_view = "queue"
    class_permission_name = "account"
    method_permission_name = {"queue": "read"}

    @expose("/<string:key>/")
    @has_access
    def queue(self, key: str) -> Any:
        actor = the_actor()
        day = desk.Day(clock.today())
        wanted = desk.kind_named(actor, day, key)
        if wanted is None:
            abort(404)
        found = desk.my_queue(actor, day, [wanted], limit=MOST)
        return self.render_template(
            "web/queue.html",
            title=desk.title_of(wanted),
            kind=found[0] if found else None,
            most=MOST,
        )


def register(builder: Any) -> None:
    builder.add_view_no_menu(QueueView)


def _greeting(name: str) -> str:
    hour = clock.now().astimezone(COLLEGE_ZONE).hour
    if hour < 12:
        return gettext("Good morning, %(name)s", name=name)
    if hour < 18:
        return gettext("Good afternoon, %(name)s", name=name)
    return gettext("Good evening, %(name)s", name=name)


def _where_and_when(person_id: int, today: dt.date) -> str:
    known = directory()
    person = known.people.get(person_id)
    department = known.departments.get(person.department_id or 0) if person else None
    parts = [
        department.name if department else current_app.config["COLLEGE_NAME"],
        format_date(today, "full"),
        gettext("week %(week)s", week=today.isocalendar().week),
    ]
    return " · ".join(parts)
