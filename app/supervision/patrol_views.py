"""The page of the daily patrol: what it would do now, the last rounds, days without one, a button
to run it; and the places its messages lead to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, flash, redirect, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext

from app.core import clock
from app.core.errors import Refusal
from app.core.text import words
from app.cycles.queries import current_cycle, rule
from app.extensions import db
from app.models.base import label_of
from app.models.monitoring import EarlyWarning, Light
from app.models.planning import Task, TaskStatus
from app.models.supervision import CaseStatus, SupervisionCase
from app.models.system import PatrolRound
from app.supervision import patrol
from app.supervision.patrol_news import News
from app.supervision.patrol_preview import preview
from app.web import formats
from app.web.directory import directory
from app.web.facts import row_link
from app.web.links import list_link
from app.web.reader import the_actor

ROUNDS = 30
"""Rounds that the page lists."""


class PatrolView(BaseView):
    route_base = "/patrol"
    default_view = "page"
    class_permission_name = "patrol_round"
    method_permission_name = {"page": "read", "go": "run"}

    @expose("/")
    @has_access
    def page(self) -> Any:
        """What the patrol would do today, its last rounds, the days without one."""
        actor, today = the_actor(), clock.today()
        refused = None
        try:
            parts, missed = preview(db.session, patrol.PATROL, today), _missed(today)
            hour = _hour()
        except Refusal as refusal:
            parts, missed, hour, refused = [], [], None, str(refusal)
        rounds = patrol.last_rounds(db.session, actor, ROUNDS)
        return self.render_template(
            "supervision/patrol.html",
            title=gettext("Daily patrol"),
            today=today,
            hour=hour,
            refused=refused,
            parts=[part for part in parts if part.count],
            quiet=[part for part in parts if not part.count],
            rounds=rounds,
            gone=next((one for one in rounds if one.day == today), None),
            missed=[day for day in missed if day != today],
            to_go=len(missed),
            made_up=_made_up,
            may_run=actor.may("patrol_round:run"),
            actor=actor,
            departments=directory().departments,
            formats=formats,
            counts=patrol.COUNTS,
            label=lambda name: words(label_of(PatrolRound, name)),
            row_link=row_link,
        )

    @expose("/run", methods=["POST"])
    @has_access
    def go(self) -> Any:
        """Go the rounds that are missing now."""
        try:
            done = patrol.run(db.session, clock.today())
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            if done:
                told = ngettext("%(num)s round was gone.", "%(num)s rounds were gone.", len(done))
                flash(told, "success")
            else:
                flash(gettext("Today's round is gone already; there was nothing to do."), "info")
        return redirect(url_for("PatrolView.page"))


class PatrolPlaces(BaseView):
    """Where the message of a round leads: the rows it speaks of, as the reader sees them."""

    route_base = "/patrol/to"
    class_permission_name = "warning"
    method_permission_name = {"rows": "read"}

    @expose("/<news>")
    @has_access
    def rows(self, news: str) -> Any:
        if news not in set(News):
            abort(404)
        return redirect(_place(News(news)))


def _place(news: News) -> str:
    under_way = f"{CaseStatus.OPEN.value},{CaseStatus.REPLIED.value}"
    if news == News.PROPOSED:
        return list_link(SupervisionCase, status=CaseStatus.PROPOSED.value)
    if news in (News.SPECIAL, News.CLIMBED):
        return list_link(SupervisionCase, status__in=under_way)
    if news == News.DUE_SOON:
        return list_link(Task, status=TaskStatus.ACCEPTED.value, due_on__ge="today")
    light = {
        News.OVERDUE: Light.RED,
        News.ORANGE: Light.ORANGE,
        News.MISSING: Light.GREY,
        News.YELLOW: Light.YELLOW,
    }[news]
    return list_link(EarlyWarning, light=light.value, closed_on=None)


def _missed(today: dt.date) -> list[dt.date]:
    return patrol.days_to_go(db.session, today)


def _made_up(row: Any) -> bool:
    """Was the round gone on a later day than its own?"""
    return bool(row.finished_at.astimezone(clock.COLLEGE_ZONE).date() > row.day)


def _hour() -> int | None:
    cycle = current_cycle(db.session)
    return None if cycle is None else int(rule(db.session, cycle, "patrol.hour"))


def register(builder: Any) -> None:
    builder.add_view(
        PatrolView,
        "patrol_round",
        label=lazy_gettext("Daily patrol"),
        icon="radar-2",
        category="supervision",
        category_label=lazy_gettext("Supervision"),
        category_icon="gavel",
    )
    builder.add_view_no_menu(PatrolPlaces)
