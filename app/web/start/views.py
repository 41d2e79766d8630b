"""`/start/`: from an empty database to a running year on one page, and the form that opens a year."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core import clock
from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.cycles.opening import Foresight, foresee
from app.cycles.service import open_complete_year, standard_plan
from app.extensions import db
from app.models.organisation import Appointment, Charge
from app.planning.carry_over import standing
from app.web.directory import directory
from app.web.formats import show
from app.web.links import filter_name
from app.web.reader import the_actor
from app.web.refusals import show_refusal
from app.web.shell import chosen_cycle
from app.web.stacked import month_name
from app.web.start.counts import headless_departments, read_counts, uncharged_departments
from app.web.start.forms import FIRST_YEAR, LAST_YEAR, lines_of, plan_of, year_form
from app.web.start.path import State, path_of

NAMED = 12
"""Departments named at once; the others are behind a click."""


class StartView(BaseView):
    """The path. Every workbook it offers comes back here when its import has run."""

    route_base = "/start"
    default_view = "index"
    class_permission_name = "start"
    method_permission_name = {"index": "read"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        actor = the_actor()
        cycle = chosen_cycle()
        year = cycle.year if cycle else clock.today().year
        counts = read_counts(db.session, actor, cycle.id if cycle else None, year)
        steps = path_of(actor, counts, cycle)
        return self.render_template(
            "start/index.html",
            title=gettext("Start your college"),
            steps=steps,
            done=sum(step.state == State.DONE for step in steps),
            states=STATES,
            named=NAMED,
            concerned={
                "headless": _named(headless_departments(db.session, actor), Appointment),
                "uncharged": _named(uncharged_departments(db.session, actor), Charge),
            },
        )


class OpenYearView(BaseView):
    """A year with its phases, months, rules and classes, opened by the Office in one go; what
    will be there is shown before it is."""

    route_base = "/start/year"
    default_view = "year"
    class_permission_name = "cycle"
    method_permission_name = {"year": "add"}

    @expose("/", methods=["GET", "POST"])
    @has_access
    def year(self) -> Any:
        actor = the_actor()
        year = _wanted_year()
        plan = standard_plan(db.session, actor, year)
        ahead = foresee(db.session, actor, plan)
        form = year_form(plan, ahead)
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    with unit_of_work(db.session, actor):
                        opened = open_complete_year(
                            db.session,
                            actor,
                            plan_of(form, plan),
                            document_number=form.document_number.data or "",
                            start=bool(form.start.data),
                            prolonged=_prolonged(form, ahead),
                        )
                        name = opened.name
                except Refusal as refusal:
                    show_refusal(form, refusal)
                    ahead = foresee(db.session, actor, plan)
                else:
                    flash(gettext("%(year)s is open.", year=name), "success")
                    return redirect(url_for("StartView.index"))
        before = ahead.before
        page = self.render_template(
            "start/year.html",
            title=gettext("Open the year %(year)s", year=year),
            form=form,
            plan=plan,
            ahead=ahead,
            lines=lines_of(form, plan.phases),
            candidates=standing(db.session, actor, before.id) if before else None,
            may_prolong=actor.may("charge:prolong"),
            newest=max((one.year for one in directory().cycles), default=None),
            month_name=month_name,
            show=show,
            back=url_for("StartView.index"),
        )
        return page, code


def _prolonged(form: Any, ahead: Foresight) -> list[Any]:
    """The charges and appointments that were ticked."""
    charges, posts = set(form.charges.data or ()), set(form.appointments.data or ())
    return [
        *(one for one in ahead.charges if one.id in charges),
        *(one for one in ahead.appointments if one.id in posts),
    ]


STATES = {
    State.DONE: lazy_gettext("done"),
    State.BEGUN: lazy_gettext("begun"),
    State.MISSING: lazy_gettext("missing"),
}


def _wanted_year() -> int:
    """The year asked for; else the current one, or the one after the newest where that is open."""
    asked = request.values.get("year", "")
    if asked.isascii() and asked.isdecimal() and FIRST_YEAR <= int(asked[:6]) <= LAST_YEAR:
        return int(asked)
    opened = [one.year for one in directory().cycles]
    this_year = clock.today().year
    return max(opened) + 1 if this_year in opened else this_year


def _named(keys: Any, model: type[Any]) -> list[tuple[str, str]]:
    """Departments with the form that gives them what they lack."""
    known = directory().departments
    place = f"/{model.__tablename__}/add?{filter_name(model, 'department')}="
    return [(known[key].name, f"{place}{key}") for key in keys if key in known]


def register(builder: Any) -> None:
    builder.add_view(
        StartView,
        "start",
        label=lazy_gettext("Start your college"),
        icon="rocket",
        category="master",
        category_label=lazy_gettext("Master data"),
        category_icon="database",
    )
    builder.add_view_no_menu(OpenYearView)
