"""The page of a task: everything about it on one screen."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import Refusal
from app.extensions import db
from app.models.cycles import StrategicGoal
from app.models.improvement import Adjustment, Correction, Evidence, TaskResult
from app.models.monitoring import CoordinationRequest, MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Indicator, Milestone, Task, TaskDepartment, TaskStatus
from app.models.supervision import Instruction, SupervisionCase
from app.models.work_points import WorkPoint
from app.planning import acceptance, part_rules, parts
from app.planning.redline import ROLES
from app.planning.rules import answered_tasks
from app.planning.task_drawing import draw, state_of
from app.planning.task_page import TaskPage, curve_of, load_task_page
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.redline import field_label, field_value
from app.web.show_pages import ShowPages, Steps, add_link, before_asked, may_add
from app.web.timeline import History, Subject, Timeline, columns_read, timeline

FACTS = (
    "category", "section", "start_on", "due_text", "weight",
    "origin", "visibility", "owner_text", "leader_text", "accept_by", "accepted_at", "passed_by",
    "finished_on",
    "terminated_on", "termination_cause", "remark",
)  # fmt: skip
"""What the page's own parts do not say already."""

INNER_FACTS = frozenset({"termination_cause", "remark"})
"""What only they read who read the reports."""

PLAN = ("goal", "measures", "standard")
TOLD: dict[type[Any], frozenset[str]] = {
    MonthlyCheck: frozenset({"head_light", "late", "return_reason"}),
}
"""Of a check the story tells what the task's own figures do not say."""

MODELS: dict[str, type[Any]] = {
    "adjustment": Adjustment,
    "case": SupervisionCase,
    "instruction": Instruction,
    "check": MonthlyCheck,
    "correction": Correction,
    "department": Department,
    "person": Person,
    "request": CoordinationRequest,
    "result": TaskResult,
    "strategic_goal": StrategicGoal,
    "task": Task,
    "work_point": WorkPoint,
}
"""What the page links to."""


class TaskShow(ShowPages):
    """Mixed into the screen of tasks."""

    show_template = "planning/task.html"

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        actor, key = the_actor(), key_of(pk)
        page = None if key is None else load_task_page(db.session, actor, key)
        if page is None:
            abort(404)
        task, today = page.task, clock.today()
        cycle = next((one for one in directory().cycles if one.id == task.cycle_id), None)
        year = cycle.year if cycle else today.year
        return self.render_page(
            task,
            actor,
            facts=facts_of(self, task, actor, _facts_shown(page)),
            page=page,
            plan=[
                (field_label(name), formats.show_long_text(getattr(task, name)))
                for name in PLAN
                if getattr(task, name)
            ],
            year=year,
            drawing=draw(page, curve_of(page, year, today), year, today),
            days_left=page.days_left(today),
            state_of=lambda milestone: state_of(page, milestone, today),
            adds=_adds(page, actor),
            may_pass=_may_pass(task, actor),
            acceptance=acceptance.standing(db.session, task),
            issued_on=_issued_on(page),
            issued_value=_issued_value,
            story=self._story(page, actor),
            label=field_label,
            value=field_value,
            formats=formats,
            people=directory().people,
            departments=directory().departments,
            models=MODELS,
        )

    def _steps(self, row: Task, actor: Actor) -> Steps:
        """Of a task that nobody passed on, the steps of a part are not spoken of."""
        steps = super()._steps(row, actor)
        if row.agreement is not None:
            return steps
        kept = [
            [one for one in offers if one.transition.name not in part_rules.STEPS]
            for offers in (steps.open, steps.shut)
        ]
        return Steps(kept[0], kept[1])

    def _story(self, page: TaskPage, actor: Actor) -> Timeline:
        """The story of the task and of what the page shows of it, by the names it shows."""
        from app.web.views import view_of

        named = {
            Task: {page.task.id: ""},
            MonthlyCheck: {one.id: f"{one.year}-{one.month:02d}" for one in page.checks},
            Milestone: {one.id: _short(one.text) for one in page.milestones},
            Indicator: {one.id: _short(one.name) for one in page.indicators},
            TaskDepartment: {
                one.id: directory().departments[one.department_id].name
                for one in page.departments
                if one.department_id in directory().departments
            },
            Adjustment: {one.id: str(formats.show(one.kind)) for one in page.adjustments},
            SupervisionCase: {one.id: one.number or "" for one in page.cases},
            CoordinationRequest: {one.id: _short(one.matter) for one in page.requests},
            TaskResult: {page.result.id: ""} if page.result else {},
            Evidence: {one.id: _short(one.file_name) for one in page.files},
        }
        subjects = [
            Subject(model, names, TOLD.get(model) or columns_read(view_of(model), actor))
            for model, names in named.items()
        ]
        if not page.inner:
            # A published task is public; how its draft was written is not.
            return timeline(db.session, subjects[:1], before=before_asked(), history=History.STEPS)
        return timeline(db.session, subjects, before=before_asked())


class PartShow(ShowPages):
    """Mixed into the screens of what belongs to a task: a published task is public with its
    parts, the way they were written is not."""

    def history_of(self, actor: Actor, row: Any) -> History:
        answered = select(Task.id).where(Task.id == row.task_id, answered_tasks(actor))
        return History.NOTHING if db.session.scalar(answered) is None else History.ALL


def _issued_on(page: TaskPage) -> Any:
    """The day of the table that the task stands in; None for one of no table."""
    frozen = page.redline.baseline
    return None if frozen is None else frozen.baseline.decomposition.issued_on


def _issued_value(name: str, value: Any) -> Any:
    """A value of the redline in words: of departments by role their names."""
    if name not in ROLES:
        return field_value(name, value)
    known = directory().departments
    return "、".join(known[key].name for key in value if key in known) or formats.EMPTY


def _may_pass(task: Task, actor: Actor) -> bool:
    try:
        parts.refuse_passing(db.session, actor, task)
    except Refusal:
        return False
    return True


def _facts_shown(page: TaskPage) -> list[str]:
    return [
        name
        for name in FACTS
        if _filled(page.task, name) and (page.inner or name not in INNER_FACTS)
    ]


def _filled(task: Task, name: str) -> bool:
    """Without loading the row a relation leads to."""
    column = f"{name}_id" if hasattr(task, f"{name}_id") else name
    return getattr(task, column) is not None


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:24]}…"


def _adds(page: TaskPage, actor: Actor) -> dict[str, str]:
    """Where the actor adds what to this task; only what the task's state lets them add."""
    from app.web.views import view_of

    task = page.task
    lead = task.lead_department_id
    wanted: dict[str, tuple[type[Any], dict[str, Any]]] = {
        "milestone": (Milestone, {}),
        "indicator": (Indicator, {}),
        "department": (TaskDepartment, {"department_id": None}),
        "check": (MonthlyCheck, {}),
        "evidence": (Evidence, {}),
        "case": (SupervisionCase, {"department_id": lead}),
    }
    if page.open and task.status != TaskStatus.PROPOSED:
        wanted["adjustment"] = (Adjustment, {"department_id": lead})
        wanted["request"] = (CoordinationRequest, {"department_id": lead})
    if page.result is None:
        wanted["result"] = (TaskResult, {})
    begun = _check_of_this_month(page)
    if begun is not None:
        del wanted["check"]
    links = {
        name: add_link(view_of(model), "task", task)
        for name, (model, given) in wanted.items()
        if may_add(actor, model, "task", task, **given)
    }
    if "adjustment" in links:
        links["adjustment"] += f"&_flt_0_cycle={task.cycle_id}&_flt_0_department={lead}"
    if actor.may("instruction:add"):
        links["instruction"] = url_for("InstructionView.on", table=Task.__tablename__, pk=task.id)
    if begun is not None and policy.can(actor, "edit", begun):
        # Begun already: its page has the figures and the button that submits them.
        links["check"] = f"{view_of(MonthlyCheck).route_base}/show/{begun.id}"
    return links


def _check_of_this_month(page: TaskPage) -> MonthlyCheck | None:
    today = clock.today()
    this_month = (today.year, today.month)
    return next((row for row in page.checks if (row.year, row.month) == this_month), None)
