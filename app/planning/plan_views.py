"""The screen of department plans: the plan's page, proposing from what is known, comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from sqlalchemy import select

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message, words
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.cycles import Cycle, PhaseCode
from app.models.organisation import Department, DepartmentKind
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, Indicator, Milestone, PlanStatus, Task
from app.planning.own_filters import choice_filters
from app.planning.plan_comment_views import CommentPages, Unsaid
from app.planning.plan_late import LABEL, Lateness, lateness_of
from app.planning.plan_library_views import LibraryPages, number_typed
from app.planning.plan_page import load_plan_page
from app.planning.plan_source_views import SourcePages, may_add_tasks
from app.planning.plan_way import way_of
from app.planning.plans import open_plan, set_weights
from app.web import formats
from app.web.directory import directory
from app.web.facts import Fact, Facts, facts_of
from app.web.formats import show_long_text
from app.web.interface import key_of
from app.web.lists import Column, QuickFilter, always, of_my_departments
from app.web.on_behalf import Told, on_behalf
from app.web.reader import the_actor
from app.web.refusals import written
from app.web.timeline import History, Subject, columns_read, timeline
from app.web.views import DomainView, interface, view_of

FACTS = ("sent_by", "sent_at", "review_round", "reviewed_by", "reviewed_at", "submitted_at")
STEP_OF = {
    "sent_by": ("send_for_review",),
    "reviewed_by": ("review", "return"),
    "submitted_at": ("submit",),
}
"""Which step a fact of the plan tells of."""


LATE = Column(
    "late",
    LazyString(lambda: words(LABEL)),
    "choice",
    choices=tuple(Lateness),
    expression=lambda: late_now(),
)


class DepartmentPlanView(SourcePages, LibraryPages, CommentPages, DomainView):
    datamodel = interface(DepartmentPlan)
    own_conditions = {LATE.name: LATE}
    own_filters = choice_filters(DepartmentPlan, LATE.name, lambda: late_now())
    list_columns = [
        "cycle", "department", "status", "review_round", "sent_at", "submitted_at", LATE.name,
    ]  # fmt: skip
    title_column = "department"
    quick_filters = (
        of_my_departments("department"),
        QuickFilter("late", LATE.label, always(late__in=",".join(Lateness))),
    )
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
        self,
        row: DepartmentPlan,
        actor: Actor,
        typed: Mapping[str, str] | None = None,
        unsaid: Unsaid | None = None,
        wrong: str | None = None,
    ) -> Any:
        """The plan's page; `typed` are weights that could not be saved, the one in the field
        `wrong` being none; `unsaid` are words."""
        page = load_plan_page(db.session, actor, row)
        told = on_behalf(
            db.session, {DepartmentPlan: [row.id], PlanComment: [one.id for one in page.comments]}
        )
        given = f"_flt_0_cycle={row.cycle_id}&_flt_0_lead_department={row.department_id}"
        add_task = f"{view_of(Task).route_base}/add?{given}"
        may_add = page.writing and may_add_tasks(actor, row)
        return self.render_page(
            row,
            actor,
            facts=_with_stand_ins(facts_of(self, row, actor, ("status", *FACTS)), row, told),
            page=page,
            way=way_of(db.session, actor, row, _last_days(row)),
            told=told,
            typed=typed or {},
            wrong_weight=wrong,
            unsaid=unsaid,
            may_weigh=page.writing
            and policy.can(actor, "edit", row)
            and all(policy.can(actor, "edit", line.task) for line in page.lines),
            show=formats.show,
            today=clock.today(),
            people=directory().people,
            departments=directory().departments,
            add_task=add_task if may_add else "",
            may_propose=may_add and policy.can(actor, "edit", row),
            may_measure=page.writing
            and any(policy.can(actor, "edit", line.task) for line in page.lines),
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
            Subject(DepartmentPlan, {row.id: ""}, frozenset({"text"})),
            *(
                Subject(model, names, columns_read(view_of(model), actor))
                for model, names in {Task: named, **parts}.items()
            ),
        ]
        found = timeline(db.session, subjects, since=row.reviewed_at, history=History.ALL)
        entries = (
            replace(one, lines=tuple(line for line in one.lines if line.noun or line.changes))
            for one in found.entries
        )
        # A step of the plan itself changes nothing that the leader reads again.
        return replace(found, entries=tuple(one for one in entries if one.lines))

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
            return self.show_page(plan, actor, request.form, wrong=refusal.field), 422

        def write() -> None:
            set_weights(db.session, actor, plan, given, seen or None)

        if not written(write, actor, gettext("Saved.")):
            return self.show_page(self._row(pk), actor, request.form), 422
        return self._to_plan(plan.id, "tasks")

    def _to_plan(self, key: int, place: str) -> Any:
        return redirect(url_for(f"{self.endpoint}.show", pk=key) + f"#{place}")


def _last_days(plan: DepartmentPlan) -> dict[PhaseCode, dt.date]:
    """The ends of the phases of the plan's year."""
    years = (one for one in directory().cycles if one.id == plan.cycle_id)
    return {phase.code: phase.ends_on for year in years for phase in year.phases}


def late_now() -> Any:
    """What is late of each plan, by the years that there are."""
    return lateness_of(
        {
            (cycle.id, phase.code): phase.ends_on
            for cycle in directory().cycles
            for phase in cycle.phases
        }
    )


def _with_stand_ins(facts: Facts, plan: DepartmentPlan, told: Told) -> Facts:
    """The facts of a plan, with who stood in for whom beside the step they tell of."""
    for place, fact in enumerate(facts.short):
        said = next(
            (
                told[key]
                for step in STEP_OF.get(fact.name, ())
                if (key := (plan.__tablename__, plan.id, step)) in told
            ),
            None,
        )
        if said:
            value = Markup("{} <small>{}</small>").format(fact.value, said)  # noqa: S704
            facts.short[place] = Fact(fact.name, fact.label, value)
    return facts


def next_cycle() -> Cycle | None:
    """The year that is being prepared; else the current one."""
    preparing = db.session.scalar(
        select(Cycle).where(Cycle.status == "preparing").order_by(Cycle.year).limit(1)
    )
    return preparing or current_cycle(db.session)


def _weights(prefix: str) -> dict[int, Decimal | None]:
    """The weights of the form by task id, None for an empty field. RuleViolation at the field of
    what is no number."""
    found: dict[int, Decimal | None] = {}
    for name, text in request.form.items():
        key = key_of(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if key is not None:
            refusal = message("“%(text)s” is not a weight.", text=text[:20])
            found[key] = number_typed(text, refusal, name)
    return found


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
