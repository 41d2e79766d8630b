"""The screen of the work points: the draft as one reads it, composing it from the departments'
proposals, opinions and their answers, what changed against the edition before (Art. 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import policy
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.planning import Task
from app.models.work_points import (
    OpinionAnswer,
    WorkPoint,
    WorkPointOpinion,
    WorkPointSet,
    WorkPointSetStatus,
)
from app.planning import work_points
from app.planning.editions import newer_edition, superseded_by
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of
from app.web.interface import key_of
from app.web.lists import Column
from app.web.on_behalf import on_behalf
from app.web.reader import the_actor
from app.web.refusals import code_of, refusal_of, written
from app.web.views import DomainView, interface

SUPERSEDED = Column(
    "superseded_by",
    lazy_gettext("Superseded by edition"),
    "number",
    align="end",
    expression=superseded_by,
)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An opinion or an answer that was refused, and why: `opinion` is the id of the opinion it
    answers; of an opinion, `point` and `department` are what it was about and for whom."""

    text: str
    why: str
    opinion: int | None = None
    answer: str = ""
    point: int | None = None
    department: int | None = None


class WorkPointSetView(DomainView):
    datamodel = interface(WorkPointSet)
    past_is_open = False
    own_conditions = {SUPERSEDED.name: SUPERSEDED}
    list_columns = [
        "cycle", "edition", "title", "status", SUPERSEDED.name, "issue_number", "issued_on",
    ]  # fmt: skip
    title_column = "title"
    show_columns = ["cycle", "edition", "title", "status", "issue_number", "issued_on", "decision"]
    form_columns = ("cycle", "title")
    form_note = lazy_gettext(
        "The next edition of a year begins with the points of the one before it."
    )
    form_defaults = {"cycle": lambda: current_cycle(db.session)}
    search_columns = ["cycle", "title", "status", "issue_number", "issued_on"]
    base_order = ("id", "desc")
    show_template = "planning/work_points.html"
    own_methods = {
        "compose": "edit", "move": "edit", "opinion": "read", "answer": "read", "edition": "add",
    }  # fmt: skip

    def new_row(self, form: Any, actor: Actor) -> Any:
        points = work_points.open_edition(db.session, actor, form.cycle.data)
        points.title = form.title.data
        return points

    def show_page(self, row: WorkPointSet, actor: Actor, unsaid: Unsaid | None = None) -> Any:
        """The edition's page; `unsaid` are words that were refused."""
        points = work_points.points_of(db.session, actor, row)
        before = {
            point.id: point
            for point in db.session.scalars(
                select(WorkPoint).where(
                    visible(actor, WorkPoint),
                    WorkPoint.id.in_([one.previous_id for one in points if one.previous_id]),
                )
            )
        }
        lines = work_points.redline(points, before) if before else []
        newer = newer_edition(db.session, row)
        asks = row.status == WorkPointSetStatus.CONSULTATION
        opinions = self._opinions(row, actor)
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, self.columns_shown(actor)),
            chapters=[
                (name, list(them)) for name, them in groupby(points, lambda one: one.chapter or "")
            ],
            count=len(points),
            served=self._served(actor, points),
            lines={one.point.id: one for one in lines if one.point is not None and one.changed},
            gone=[one.before for one in lines if one.point is None],
            opinions=opinions,
            told=on_behalf(db.session, {WorkPointOpinion: [one.id for one in opinions]}),
            unsaid=unsaid,
            newer=newer,
            answers=list(OpinionAnswer),
            may_compose=row.status == WorkPointSetStatus.DRAFT and policy.can(actor, "edit", row),
            may_say=asks
            and newer is None
            and policy.can(actor, "add", WorkPointOpinion(work_point_set=row)),
            may_answer=asks and actor.may("work_point_opinion:answer"),
            speaks_for=sorted(actor.speaks_for()),
            people=directory().people,
            departments=directory().departments,
            formats=formats,
            story=self.story_of(row, actor),
        )

    def _served(self, actor: Actor, points: list[WorkPoint]) -> dict[int, int]:
        """How many tasks serve each point."""
        rows = db.session.execute(
            select(Task.work_point_id, func.count(Task.id))
            .where(visible(actor, Task), Task.work_point_id.in_([one.id for one in points]))
            .group_by(Task.work_point_id)
        )
        return {row[0]: row[1] for row in rows}

    def _opinions(self, row: WorkPointSet, actor: Actor) -> list[WorkPointOpinion]:
        return list(
            db.session.scalars(
                select(WorkPointOpinion)
                .where(
                    visible(actor, WorkPointOpinion), WorkPointOpinion.work_point_set_id == row.id
                )
                .order_by(WorkPointOpinion.id)
            )
        )

    # Composing -----------------------------------------------------------------------

    @expose("/compose/<pk>", methods=["GET", "POST"])
    @has_access
    def compose(self, pk: str) -> Any:
        """Proposals on one side, points on the other: pick, merge, add to a point."""
        row, actor = self._row(pk), the_actor()
        here = url_for(f"{self.endpoint}.show", pk=row.id)
        if row.status != WorkPointSetStatus.DRAFT or not policy.can(actor, "edit", row):
            flash(gettext("This row cannot be edited now."), "warning")
            return redirect(here)
        code, refusal = 200, ""
        tasks = work_points.proposals_of(db.session, actor, row)
        points = work_points.points_of(db.session, actor, row)
        if request.method == "POST":
            ticked = request.form.getlist("task")
            chosen = [task for task in tasks if str(task.id) in ticked]
            into = next(
                (one for one in points if str(one.id) == request.form.get("into", "")), None
            )
            try:
                with unit_of_work(db.session, actor):
                    made = work_points.compose(
                        db.session, actor, row, chosen,
                        into=into,
                        merged=request.form.get("how") == "merged",
                        chapter=request.form.get("chapter", "")[:120],
                    )  # fmt: skip
            except (Refusal, IntegrityError, StaleDataError) as error:
                code, refusal = 422, str(refusal_of(error))
                row = self._row(pk)
            else:
                words = gettext("%(count)s points composed.", count=len(made))
                flash(words if made else gettext("Added to the point."), "success")
                return redirect(url_for(f"{self.endpoint}.compose", pk=row.id))
        names = directory().departments
        page = self.render_template(
            "planning/compose.html",
            title=gettext("Compose the work points"),
            points=points,
            groups=[
                (names[key].name if key in names else "", list(them))
                for key, them in groupby(tasks, lambda task: task.lead_department_id or 0)
            ],
            row=row,
            chapters=list(dict.fromkeys(one.chapter for one in points if one.chapter)),
            given=request.form,
            ticked=request.form.getlist("task"),
            refusal=refusal,
            back=here,
        )
        return page, code

    @expose("/move/<pk>/<point>/<string:where>", methods=["POST"])
    @has_access
    def move(self, pk: str, point: str, where: str) -> Any:
        """Move a point one place up or down."""
        row, actor = self._row(pk), the_actor()
        order = [one.id for one in work_points.points_of(db.session, actor, row)]
        key = key_of(point)
        if key not in order or where not in ("up", "down"):
            abort(404)
        at = order.index(key)
        to = min(max(at + (-1 if where == "up" else 1), 0), len(order) - 1)
        order.insert(to, order.pop(at))

        def write() -> None:
            work_points.arrange(db.session, actor, row, order)

        return self._said(row.id, write, f"#point-{key}")

    @expose("/edition/<pk>", methods=["POST"])
    @has_access
    def edition(self, pk: str) -> Any:
        """Begin the next edition with the points of this one."""
        row, actor = self._row(pk), the_actor()
        try:
            with unit_of_work(db.session, actor):
                new = work_points.open_edition(db.session, actor, row.cycle)
        except (Refusal, IntegrityError) as error:
            flash(str(refusal_of(error)), "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=row.id))
        return redirect(url_for(f"{self.endpoint}.show", pk=new.id))

    # Opinions ------------------------------------------------------------------------

    @expose("/opinion/<pk>", methods=["POST"])
    @has_access
    def opinion(self, pk: str) -> Any:
        """Say what should change; without words one agrees."""
        row, actor = self._row(pk), the_actor()
        points = {one.id: one for one in work_points.points_of(db.session, actor, row)}
        department = key_of(request.form.get("department", ""))
        point = points.get(key_of(request.form.get("point", "")) or 0)
        text = request.form.get("text", "")

        def write() -> None:
            work_points.give_opinion(
                db.session, actor, row, text, point=point, department_id=department
            )

        unsaid = Unsaid(text, "", point=None if point is None else point.id, department=department)
        return self._opined(pk, write, unsaid)

    @expose("/answer/<pk>/<opinion>", methods=["POST"])
    @has_access
    def answer(self, pk: str, opinion: str) -> Any:
        """Answer an opinion: adopted, partly, not, and why."""
        row, actor = self._row(pk), the_actor()
        key = key_of(opinion)
        one = next((one for one in self._opinions(row, actor) if one.id == key), None)
        said, reason = request.form.get("answer", ""), request.form.get("reason", "")
        if one is None or said not in set(OpinionAnswer):
            abort(404)

        def write() -> None:
            work_points.answer_opinion(db.session, actor, one, OpinionAnswer(said), reason)

        return self._opined(pk, write, Unsaid(reason, "", opinion=key, answer=said))

    def _opined(self, pk: str, write: Callable[[], None], unsaid: Unsaid) -> Any:
        """Back to the opinions, or the edition's page with the words at their place."""
        actor = the_actor()
        try:
            with unit_of_work(db.session, actor):
                write()
        except (Refusal, IntegrityError, StaleDataError) as error:
            refused = replace(unsaid, why=str(refusal_of(error)))
            return self.show_page(self._row(pk), actor, refused), code_of(error)
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#opinions")

    def _said(self, key: int, write: Any, place: str) -> Any:
        written(write, the_actor())
        return redirect(url_for(f"{self.endpoint}.show", pk=key) + place)


class WorkPointView(DomainView):
    datamodel = interface(WorkPoint)
    past_is_open = False
    list_columns = ["number", "chapter", "text", "category", "strategic_goal"]
    title_column = "text"
    show_columns = ["work_point_set", "number", "chapter", "text", "category", "strategic_goal"]
    form_columns = ("work_point_set", "number", "chapter", "text", "category", "strategic_goal")
    form_choices = {
        "work_point_set": lambda: WorkPointSet.status == WorkPointSetStatus.DRAFT,
    }
    search_columns = ["work_point_set", "number", "chapter", "text", "category", "strategic_goal"]
    base_order = ("sort_order", "asc")


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        WorkPointSetView,
        "work_point_set",
        label=lazy_gettext("Work points"),
        icon="list-numbers",
        **category,
    )
    builder.add_view_no_menu(WorkPointView)
