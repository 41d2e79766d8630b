"""The first page: the year, and what waits, each figure a link to the list behind it."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request, url_for
from flask_appbuilder import IndexView
from flask_appbuilder.baseviews import expose
from flask_babel import gettext
from sqlalchemy import func, select

from app.core.policy import visible
from app.core.text import words
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.planning import Task
from app.web.links import list_link
from app.web.views import the_actor

ATTENTION = ("yellow", "orange", "red")


class HomeView(IndexView):
    @expose("/")
    def index(self) -> Any:
        actor = the_actor()
        if actor.user_id is None:
            return redirect(url_for("SignInView.login", next=request.path))
        cycle = current_cycle(db.session)
        cards = []
        if cycle is not None:
            counts = db.session.execute(
                select(Task.light, func.count(Task.id))
                .where(visible(actor, Task), Task.cycle_id == cycle.id)
                .group_by(Task.light)
            ).all()
            by_light = dict(counts)
            cards.append(
                {
                    "label": gettext("Tasks of the year that I may see"),
                    "figure": sum(by_light.values()),
                    "link": list_link(Task, cycle=cycle.id),
                }
            )
            from app.models.monitoring import Light

            for name in ATTENTION:
                light = Light(name)
                cards.append(
                    {
                        "label": words((light.zh, light.en)),
                        "figure": by_light.get(name, 0),
                        "link": list_link(Task, cycle=cycle.id, light=name),
                    }
                )
        return self.render_template(
            "web/home.html",
            college=current_app.config["COLLEGE_NAME"],
            cycle=cycle,
            cycle_status=words((cycle.status.zh, cycle.status.en)) if cycle else "",
            cards=cards,
        )
