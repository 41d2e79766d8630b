"""Screens of planning: tasks with what belongs to them, and the decomposition."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.monitoring import MonthlyCheck
from app.models.planning import (
    Decomposition,
    Indicator,
    Milestone,
    Task,
    TaskDepartment,
    TaskStatus,
)
from app.planning import carry_over_views, plan_views, work_point_views
from app.planning.forms import TaskForm
from app.planning.hand_out_views import HandOutPages
from app.planning.part_views import PartPages
from app.planning.plans import plan_for_new_task
from app.planning.table_show import TableShow
from app.planning.task_filters import OWN_COLUMNS, own_filters
from app.planning.task_show import PartShow, TaskShow
from app.web.directory import overdue_conditions
from app.web.formats import show_long_text
from app.web.lists import Overdue, QuickFilter, always, of_me, of_my_departments
from app.web.views import DomainView, interface

TASK_FORM = (
    "cycle", "number", "title", "goal", "measures", "standard", "category", "lead_department",
    "section", "owner", "leader", "start_on", "due_on", "due_text", "weight", "origin",
    "key_supervised", "visibility", "parent", "work_point", "strategic_goal", "sort_order", "remark",
)  # fmt: skip


class MilestoneView(PartShow, DomainView):
    datamodel = interface(Milestone)
    list_columns = ["task", "due_on", "text", "planned_percent", "done_on"]
    title_column = "text"
    show_columns = ["task", "due_on", "text", "planned_percent", "done_on"]
    form_columns = ("task", "due_on", "text", "planned_percent")
    search_columns = ["due_on", "text", "planned_percent"]
    base_order = ("due_on", "asc")


class IndicatorView(PartShow, DomainView):
    datamodel = interface(Indicator)
    title_column = "name"
    list_columns = ["task", "name", "kind", "baseline", "target", "unit", "weight", "actual"]
    show_columns = [
        "task", "name", "kind", "direction", "baseline", "target", "unit", "standard", "weight",
        "actual", "actual_grade", "indicator_template",
    ]  # fmt: skip
    form_columns = (
        "task", "indicator_template", "name", "kind", "unit", "direction", "baseline", "target",
        "standard", "weight",
    )  # fmt: skip
    search_columns = ["name", "kind", "unit"]


class TaskDepartmentView(PartShow, DomainView):
    datamodel = interface(TaskDepartment)
    list_columns = ["task", "department", "role", "owner", "part"]
    title_column = "department"
    show_columns = ["task", "department", "role", "owner", "part", "position"]
    form_columns = ("task", "department", "role", "owner", "part", "position")
    search_columns = ["department", "role"]


UNDER_WAY = frozenset({TaskStatus.PUBLISHED.value, TaskStatus.ACCEPTED.value})
_OPEN = ",".join(sorted(UNDER_WAY))


def reason_of_light(actor: Actor) -> Any:
    """Why a task's light shines: what its last check says, if the reader may read that."""
    return (
        select(MonthlyCheck.light_reason)
        .where(MonthlyCheck.task_id == Task.id, visible(actor, MonthlyCheck))
        .order_by(MonthlyCheck.year.desc(), MonthlyCheck.month.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )


class TaskView(TaskForm, PartPages, HandOutPages, TaskShow, DomainView):
    datamodel = interface(Task)
    own_methods = {
        "export": "export", "pass_part": "add", "break_down": "add", "hand_out": "accept",
        "handing": "accept",
    }  # fmt: skip
    list_columns = [
        "number", "title", "lead_department", "owner", "due_on", "light", "progress", "weight",
        "status",
    ]  # fmt: skip
    title_column = "title"
    quick_search = ("number", "title", "standard", "measures")
    own_conditions = OWN_COLUMNS
    own_filters = own_filters()
    quick_filters = (
        of_my_departments("lead_department"),
        of_me("owner", lazy_gettext("Mine")),
        QuickFilter(
            "overdue", lazy_gettext("Overdue"),
            lambda actor: overdue_conditions(status__in=_OPEN),
        ),
        QuickFilter(
            "month", lazy_gettext("Due this month"),
            always(due_on__ge="month-start", due_on__le="month-end", status__in=_OPEN),
        ),
        QuickFilter("red", lazy_gettext("Red light"), always(light="red")),
        QuickFilter("waits", lazy_gettext("Not accepted yet"), always(status="published")),
        QuickFilter(
            "changed", lazy_gettext("Changed since issue"),
            always(since_issue__in="changed,added,terminated"),
        ),
    )  # fmt: skip
    totals = {"weight": "sum"}
    overdue = Overdue("due_on", "status", UNDER_WAY)
    light_reasons = {"light": reason_of_light}
    show_columns = [
        "cycle", "number", "title", "status", "light", "planned_percent", "actual_percent", "goal",
        "measures", "standard", "category", "lead_department", "section", "owner", "owner_text",
        "leader", "leader_text", "start_on", "due_on", "due_text", "weight", "origin",
        "key_supervised", "visibility", "parent", "work_point", "strategic_goal", "carried_from",
        "agreement", "objection", "passed_by", "accept_by", "accepted_at", "finished_on", "terminated_on", "termination_cause",
        "remark",
    ]  # fmt: skip
    form_columns = TASK_FORM
    search_columns = [
        "cycle", "lead_department", "section", "owner", "leader", "category", "status", "light",
        "number",
        "title", "due_on", "due_text", "weight", "origin", "key_supervised", "planned_percent",
        "work_point", "strategic_goal", "actual_percent", "standard", "measures", "finished_on", "agreement", "accept_by", "accepted_at",
    ]  # fmt: skip
    plain_columns = {
        "goal": show_long_text, "measures": show_long_text, "standard": show_long_text,
        "remark": show_long_text,
    }  # fmt: skip
    base_order = ("sort_order", "asc")

    def prepare(self, row: Any, actor: Actor) -> None:
        if row.cycle is None:
            row.cycle = current_cycle(db.session)
        if row.department_plan is None:
            row.department_plan = plan_for_new_task(db.session, row)


class DecompositionView(TableShow, DomainView):
    datamodel = interface(Decomposition)
    own_methods = {"coverage": "read", "tree": "read"}
    past_is_open = False
    list_columns = ["cycle", "edition", "title", "status", "issue_number", "issued_on"]
    title_column = "title"
    show_columns = [
        "cycle", "edition", "title", "status", "issue_number", "issued_on", "agenda_item", "decision",
    ]  # fmt: skip
    form_columns = ("cycle", "edition", "title", "agenda_item")
    search_columns = ["cycle", "title", "status", "issue_number", "issued_on"]


def register(builder: Any) -> None:
    category = {
        "category": "planning",
        "category_label": lazy_gettext("Planning"),
        "category_icon": "target-arrow",
    }
    plan_views.register(builder, category)
    work_point_views.register(builder, category)
    TaskView.related_views = [IndicatorView, MilestoneView, TaskDepartmentView]
    builder.add_view(TaskView, "task", label=lazy_gettext("Tasks"), icon="checklist", **category)
    builder.add_view(
        DecompositionView,
        "decomposition",
        label=lazy_gettext("Decomposition"),
        icon="table",
        **category,
    )
    carry_over_views.register(builder, category)
    for view in (IndicatorView, MilestoneView, TaskDepartmentView):
        builder.add_view_no_menu(view)
