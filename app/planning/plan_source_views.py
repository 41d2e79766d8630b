"""The page on which a department proposes anew what is known: last year's tasks, what is carried
over, the five-year goals (Art. 4.2, 10)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, ngettext
from sqlalchemy.exc import IntegrityError

from app.core import policy
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.cycles import StrategicGoal
from app.models.planning import DepartmentPlan, Task
from app.planning.carry_over import decisions_on, dropped_out
from app.planning.plan_rules import IN_DEPARTMENT, off_total
from app.planning.plan_workflow import weight_total
from app.planning.plans import (
    goals_of,
    propose_from_goals,
    propose_from_tasks,
    sources_of,
    weights_of,
    year_before,
)
from app.web import formats
from app.web.directory import directory
from app.web.reader import the_actor
from app.web.refusals import refusal_of

WITHOUT = "without"
"""What the form says where weights are not taken over."""


class SourcePages:
    """Mixed into the screen of department plans."""

    endpoint: Any

    @expose("/sources/<pk>", methods=["GET", "POST"])
    @has_access
    def sources(self, pk: str) -> Any:
        """Tasks of last year and strategic goals to propose anew: tick and take, the tasks with
        the weights they had or without."""
        plan, actor = self._row(pk), the_actor()  # type: ignore[attr-defined]
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
            refusal = _propose(actor, plan, chosen, served)
            if not refusal:
                return redirect(here)
            code, plan = 422, self._row(pk)  # type: ignore[attr-defined]
        before = year_before(db.session, plan.cycle)
        decided = decisions_on(db.session, actor, tasks)
        page = self.render_template(  # type: ignore[attr-defined]
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
            without=request.form.get("weights") == WITHOUT,
            weight=sum(weights_of(db.session, plan), Decimal(0)),
            weight_total=weight_total(db.session, plan.cycle),
            back=here,
            show=formats.show,
        )
        return page, code


def _propose(
    actor: Actor, plan: DepartmentPlan, tasks: Sequence[Task], goals: Sequence[StrategicGoal]
) -> str:
    """Take up what is ticked, and say what the weights add up to then; or why not."""
    if not tasks and not goals:
        return gettext("Tick what the department takes up.")
    try:
        with unit_of_work(db.session, actor):
            propose_from_tasks(
                db.session, actor, plan, tasks,
                with_weights=request.form.get("weights") != WITHOUT,
            )  # fmt: skip
            propose_from_goals(db.session, actor, plan, goals)
    except (Refusal, IntegrityError) as error:
        return str(refusal_of(error))
    count = len(tasks) + len(goals)
    flash(ngettext("%(num)s task proposed.", "%(num)s tasks proposed.", count), "success")
    total, weights = weight_total(db.session, plan.cycle), weights_of(db.session, plan)
    if total is not None and weights:
        for problem in off_total(sum(weights, Decimal(0)), total):
            flash(str(problem.words), "warning")
    return ""


def may_add_tasks(actor: Actor, plan: DepartmentPlan) -> bool:
    """May `actor` propose tasks of the plan's department?"""
    probe = Task(cycle_id=plan.cycle_id, lead_department_id=plan.department_id)
    return policy.can(actor, "add", probe)
