"""`/carry_over/`: a year's unfinished tasks, and the Office's word on which go on (Art. 10)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext

from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import cycle_of_year
from app.extensions import db
from app.planning.carry_over import (
    SHOWN,
    VERDICTS,
    Candidate,
    candidates,
    decide,
    dropped_out,
    standing,
)
from app.web import formats
from app.web.directory import directory
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.shell import chosen_cycle

CONFIRM, DECLINE = "confirm", "decline"
SHOWS = {
    "": lazy_gettext("All"),
    "open": lazy_gettext("Not decided"),
    "confirmed": lazy_gettext("Carried over"),
    "declined": lazy_gettext("Not carried over"),
}


class CarryOverView(BaseView):
    """Read by everyone who sees the tasks; decided by the Office."""

    route_base = "/carry_over"
    default_view = "index"
    class_permission_name = "carry_over"
    method_permission_name = {"index": "read", "decide": "decide"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        return self._page()

    @expose("/decide/", methods=["POST"])
    @has_access
    def decide(self) -> Any:
        """The word on what is ticked: single tasks, or all of a department that are shown."""
        actor = the_actor()
        shown = self._shown()
        departments = set(request.form.getlist("of_department"))
        ticked = set(request.form.getlist("task"))
        chosen = [
            one.task
            for one in shown
            if str(one.task.id) in ticked
            or (one.decidable and str(one.task.lead_department_id) in departments)
        ]
        verdict = request.form.get("verdict")
        if verdict not in (CONFIRM, DECLINE):
            abort(404)
        confirmed = verdict == CONFIRM
        try:
            with unit_of_work(db.session, actor):
                count = decide(
                    db.session, actor, chosen,
                    confirmed=confirmed, reason=request.form.get("reason", ""),
                )  # fmt: skip
        except Refusal as refusal:
            return self._page(str(refusal)), 422
        said = (
            ngettext("%(num)s task is carried over.", "%(num)s tasks are carried over.", count)
            if confirmed
            else ngettext(
                "%(num)s task is not carried over.", "%(num)s tasks are not carried over.", count
            )
        )
        flash(said, "success")
        return redirect(url_for("CarryOverView.index", **_asked()))  # type: ignore[arg-type]

    def _shown(self) -> Sequence[Candidate]:
        cycle, asked = _cycle(), _asked()
        if cycle is None:
            return []
        return candidates(
            db.session, the_actor(), cycle,
            verdict=asked.get("show"), department_id=key_of(asked.get("department", "")),
        )  # fmt: skip

    def _page(self, refusal: str = "") -> Any:
        actor, cycle, asked = the_actor(), _cycle(), _asked()
        shown = self._shown()
        known = directory().departments
        department = key_of(asked.get("department", ""))
        counts = standing(db.session, actor, cycle.id, department) if cycle else None
        return self.render_template(
            "planning/carry_over.html",
            title=gettext("Unfinished tasks of %(year)s", year=cycle.year)
            if cycle
            else gettext("Unfinished tasks"),
            cycle=cycle,
            groups=[
                (known[key], list(rows))
                for key, rows in groupby(shown, lambda one: one.task.lead_department_id)
                if key in known
            ],
            counts=counts,
            shows=SHOWS,
            asked=asked,
            limit=SHOWN,
            total=_total(counts, asked.get("show")) if counts else 0,
            count=len(shown),
            dropped=dropped_out(db.session, actor, cycle.id, department) if cycle else [],
            decides=any(one.decidable for one in shown),
            departments=[one for one in known.values() if one.active and one.kind != "section"],
            people=directory().people,
            refusal=refusal,
            given=request.form,
            ticked=request.form.getlist("task"),
            ticked_departments=request.form.getlist("of_department"),
            formats=formats,
        )


def _cycle() -> Any:
    """The year the address names (`?cycle=` its id), else the one the reader works in, as a row.
    404 for a year that there is not."""
    asked = request.values.get("cycle", "")
    chosen = chosen_cycle()
    if asked:
        key = key_of(asked)
        chosen = next((one for one in directory().cycles if one.id == key), None)
        if chosen is None:
            abort(404)
    return cycle_of_year(db.session, chosen.year) if chosen else None


def _asked() -> dict[str, str]:
    """What the page is narrowed to, as its address says it."""
    found = {}
    if request.values.get("show") in VERDICTS:
        found["show"] = request.values["show"]
    if key_of(request.values.get("department", "")) is not None:
        found["department"] = request.values["department"]
    if request.values.get("cycle"):
        found["cycle"] = request.values["cycle"]
    return found


def _total(counts: Any, show: str | None) -> int:
    return int(getattr(counts, show or "all"))


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        CarryOverView,
        "carry_over",
        label=lazy_gettext("Carry-over"),
        icon="player-track-next",
        **category,
    )
