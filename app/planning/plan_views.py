"""The screen of department plans: the plan's page, proposing from what is known, comments."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import Refusal, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.cycles import Cycle
from app.models.organisation import Department, DepartmentKind
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, Indicator, Milestone, PlanStatus, Task
from app.planning.carry_over import decisions_on, dropped_out
from app.planning.plan_library_views import LibraryPages, number_typed
from app.planning.plan_page import load_plan_page
from app.planning.plan_rules import IN_DEPARTMENT
from app.planning.plans import (
    answer_comment,
    comment_on_plan,
    goals_of,
    open_plan,
    propose_from_goals,
    propose_from_tasks,
    set_weights,
    sources_of,
    year_before,
)
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of
from app.web.formats import show_long_text
from app.web.interface import key_of
from app.web.lists import of_my_departments
from app.web.reader import the_actor
from app.web.refusals import refusal_of, written
from app.web.timeline import History, Subject, columns_read, timeline
from app.web.views import DomainView, interface, view_of

FACTS = ("sent_at", "review_round", "reviewed_by", "reviewed_at", "submitted_at")


class DepartmentPlanView(LibraryPages, DomainView):
    datamodel = interface(DepartmentPlan)
    list_columns = ["cycle", "department", "status", "review_round", "sent_at", "submitted_at"]
    title_column = "department"
    quick_filters = (of_my_departments("department"),)
    show_columns = ["cycle", "department", "status", "text", "review_comment", *FACTS]
    form_columns = ("cycle", "department", "text")
    form_help = {
        "text": lazy_gettext("What the department has in mind for the year, in a few paragraphs; its tasks follow on the plan's page."),
    }  # fmt: skip
    form_note = lazy_gettext(
        "The leader in charge reads the plan first; the department then submits it to the Office."
    )
    form_choices = {"department": lambda: Department.kind != DepartmentKind.SECTION}
    form_defaults = {"cycle": lambda: next_cycle(), "department": lambda: own_department()}
    search_columns = ["cycle", "department", "status", "submitted_at"]
    plain_columns = {"text": show_long_text}
    show_template = "planning/plan.html"
    own_methods = {
        "sources": "edit", "library": "edit", "weights": "edit", "comment": "read",
        "answer": "read",
    }  # fmt: skip

    def new_row(self, form: Any, actor: Actor) -> Any:
        cycle, department = form.cycle.data, form.department.data
        plan = open_plan(db.session, actor, cycle, department)
        plan.text = form.text.data
        return plan

    def show_page(
        self, row: DepartmentPlan, actor: Actor, typed: Mapping[str, str] | None = None
    ) -> Any:
        """The plan's page; `typed` are weights that could not be saved."""
        page = load_plan_page(db.session, actor, row)
        given = f"_flt_0_cycle={row.cycle_id}&_flt_0_lead_department={row.department_id}"
        add_task = f"{view_of(Task).route_base}/add?{given}"
        may_add = page.writing and may_add_tasks(actor, row)
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, ("status", *FACTS)),
            page=page,
            typed=typed or {},
            may_weigh=page.writing
            and policy.can(actor, "edit", row)
            and all(policy.can(actor, "edit", line.task) for line in page.lines),
            show=formats.show,
            today=clock.today(),
            people=directory().people,
            departments=directory().departments,
            add_task=add_task if may_add else "",
            may_propose=may_add and policy.can(actor, "edit", row),
            may_measure=page.writing and policy.can(actor, "edit", row),
            may_comment=row.status == PlanStatus.REVIEW
            and policy.can(actor, "add", PlanComment(department_plan=row)),
            may_answer=page.writing and row.department_id in actor.departments | actor.speaks_for(),
            changes=self._changes(row, actor, [line.task for line in page.lines]),
            story=self.story_of(row, actor),
        )

    def _changes(self, row: DepartmentPlan, actor: Actor, tasks: list[Task]) -> Any:
        """What was written since the plan came back: the leader reads only that again."""
        if row.reviewed_at is None or row.status not in (PlanStatus.RETURNED, PlanStatus.REVIEW):
            return None
        named = {task.id: str(task) for task in tasks}
        parts = {
            model: {
                one.id: f"{named[one.task_id]}：{one}"[:60]
                for one in db.session.scalars(select(model).where(model.task_id.in_(named)))
            }
            for model in (Indicator, Milestone)
        }
        subjects = [
            Subject(model, names, columns_read(view_of(model), actor))
            for model, names in {Task: named, **parts}.items()
        ]
        return timeline(db.session, subjects, since=row.reviewed_at, history=History.ALL)

    # Proposing from what is known ----------------------------------------------------

    @expose("/sources/<pk>", methods=["GET", "POST"])
    @has_access
    def sources(self, pk: str) -> Any:
        """Tasks of last year and strategic goals to propose anew: tick and take."""
        plan, actor = self._row(pk), the_actor()
        here = url_for(f"{self.endpoint}.show", pk=plan.id)
        if plan.status not in IN_DEPARTMENT or not policy.can(actor, "edit", plan):
            flash(gettext("This row cannot be edited now."), "warning")
            return redirect(here)
        if not may_add_tasks(actor, plan):
            flash(gettext("The head of the department proposes its tasks."), "warning")
            return redirect(here)
        code, refusal = 200, ""
        tasks, goals = sources_of(db.session, actor, plan), goals_of(db.session, actor, plan)
        if request.method == "POST":
            chosen = [task for task in tasks if str(task.id) in request.form.getlist("task")]
            served = [goal for goal in goals if str(goal.id) in request.form.getlist("goal")]
            if not chosen and not served:
                code, refusal = 422, gettext("Tick what the department takes up.")
            else:
                try:
                    with unit_of_work(db.session, actor):
                        propose_from_tasks(db.session, actor, plan, chosen)
                        propose_from_goals(db.session, actor, plan, served)
                except (Refusal, IntegrityError) as error:
                    code, refusal = 422, str(refusal_of(error))
                    plan = self._row(pk)
                else:
                    flash(
                        gettext("%(count)s tasks proposed.", count=len(chosen) + len(served)),
                        "success",
                    )
                    return redirect(here)
        before = year_before(db.session, plan.cycle)
        decided = decisions_on(db.session, actor, tasks)
        page = self.render_template(
            "planning/plan_sources.html",
            title=gettext("Propose from what is known"),
            plan=plan,
            tasks=tasks,
            goals=goals,
            refusal=refusal,
            decided=decided,
            dropped=dropped_out(db.session, actor, before, plan.department_id) if before else [],
            people=directory().people,
            ticked=request.form.getlist("task")
            if request.method == "POST"
            else [str(key) for key, one in decided.items() if one.confirmed],
            ticked_goals=request.form.getlist("goal"),
            back=here,
            show=formats.show,
        )
        return page, code

    # Weights -------------------------------------------------------------------------

    @expose("/weights/<pk>", methods=["POST"])
    @has_access
    def weights(self, pk: str) -> Any:
        """Save the weights of the plan's tasks as they stand in its table; what is refused comes
        back as it was typed."""
        plan, actor = self._row(pk), the_actor()
        try:
            given, seen = _weights("weight-"), _weights("seen-")
        except RuleViolation as refusal:
            flash(str(refusal), "danger")
            return self.show_page(plan, actor, request.form), 422

        def write() -> None:
            set_weights(db.session, actor, plan, given, seen or None)

        if not written(write, actor, gettext("Saved.")):
            return self.show_page(self._row(pk), actor, request.form), 422
        return self._to_plan(plan.id, "tasks")

    # Comments ------------------------------------------------------------------------

    @expose("/comment/<pk>", methods=["POST"])
    @has_access
    def comment(self, pk: str) -> Any:
        """Comment on the plan (`task` empty) or on one of its tasks."""
        plan, actor = self._row(pk), the_actor()
        task = None
        if request.form.get("task"):
            task = db.session.scalar(
                select(Task).where(
                    visible(actor, Task),
                    Task.department_plan_id == plan.id,
                    Task.id == key_of(request.form["task"]),
                )
            )
            if task is None:
                abort(404)

        def write() -> None:
            comment_on_plan(db.session, actor, plan, request.form.get("text", ""), task)

        return self._said(plan.id, write)

    @expose("/answer/<pk>/<comment>", methods=["POST"])
    @has_access
    def answer(self, pk: str, comment: str) -> Any:
        """Answer a comment."""
        plan, actor = self._row(pk), the_actor()
        row = db.session.scalar(
            select(PlanComment).where(
                visible(actor, PlanComment),
                PlanComment.department_plan_id == plan.id,
                PlanComment.id == key_of(comment),
            )
        )
        if row is None:
            abort(404)

        def write() -> None:
            answer_comment(db.session, actor, row, request.form.get("text", ""))

        return self._said(plan.id, write)

    def _said(self, key: int, write: Any, done: str = "", place: str = "comments") -> Any:
        written(write, the_actor(), done)
        return self._to_plan(key, place)

    def _to_plan(self, key: int, place: str) -> Any:
        return redirect(url_for(f"{self.endpoint}.show", pk=key) + f"#{place}")


def next_cycle() -> Cycle | None:
    """The year that is being prepared; else the current one."""
    preparing = db.session.scalar(
        select(Cycle).where(Cycle.status == "preparing").order_by(Cycle.year).limit(1)
    )
    return preparing or current_cycle(db.session)


def _weights(prefix: str) -> dict[int, Decimal | None]:
    """The weights of the form by task id, None for an empty field. RuleViolation at `weight` for
    what is no number."""
    found: dict[int, Decimal | None] = {}
    for name, text in request.form.items():
        key = key_of(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if key is not None:
            found[key] = number_typed(text, message("“%(text)s” is not a weight.", text=text[:20]))
    return found


def may_add_tasks(actor: Actor, plan: DepartmentPlan) -> bool:
    """May `actor` propose tasks of the plan's department?"""
    probe = Task(cycle_id=plan.cycle_id, lead_department_id=plan.department_id)
    return policy.can(actor, "add", probe)


def own_department() -> Department | None:
    """The department of whoever heads just one."""
    headed = the_actor().speaks_for()
    return db.session.get(Department, next(iter(headed))) if len(headed) == 1 else None


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        DepartmentPlanView,
        "department_plan",
        label=lazy_gettext("Department plans"),
        icon="notebook",
        **category,
    )
