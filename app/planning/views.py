"""Screens of planning: tasks with what belongs to them, and the decomposition."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.planning import (
    Decomposition,
    Indicator,
    Milestone,
    Task,
    TaskDepartment,
    WorkPoint,
)
from app.web.formats import show_long_text
from app.web.views import DomainView, interface

TASK_FORM = (
    "cycle", "number", "title", "goal", "measures", "standard", "category", "lead_department",
    "section", "owner", "leader", "start_on", "due_on", "due_text", "weight", "origin",
    "key_supervised", "visibility", "parent", "work_point", "strategic_goal", "sort_order", "remark",
)  # fmt: skip


class MilestoneView(DomainView):
    datamodel = interface(Milestone)
    list_columns = ["task", "due_on", "text", "planned_percent", "done_on"]
    show_columns = ["task", "due_on", "text", "planned_percent", "done_on"]
    form_columns = ("task", "due_on", "text", "planned_percent")
    search_columns = ["due_on", "text", "planned_percent"]
    base_order = ("due_on", "asc")


class IndicatorView(DomainView):
    datamodel = interface(Indicator)
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


class TaskDepartmentView(DomainView):
    datamodel = interface(TaskDepartment)
    list_columns = ["task", "department", "role", "owner", "part"]
    show_columns = ["task", "department", "role", "owner", "part", "position"]
    form_columns = ("task", "department", "role", "owner", "part", "position")
    search_columns = ["department", "role"]


class TaskView(DomainView):
    datamodel = interface(Task)
    list_columns = [
        "number", "title", "lead_department", "owner", "due_on", "light", "planned_percent",
        "actual_percent", "weight", "status",
    ]  # fmt: skip
    show_columns = [
        "cycle", "number", "title", "status", "light", "planned_percent", "actual_percent", "goal",
        "measures", "standard", "category", "lead_department", "section", "owner", "owner_text",
        "leader", "leader_text", "start_on", "due_on", "due_text", "weight", "origin",
        "key_supervised", "visibility", "parent", "work_point", "strategic_goal", "carried_from",
        "accepted_at", "finished_on", "terminated_on", "termination_cause", "remark",
    ]  # fmt: skip
    form_columns = TASK_FORM
    search_columns = [
        "cycle", "lead_department", "leader", "category", "status", "light", "number", "title",
        "due_on", "due_text", "weight", "origin", "key_supervised", "planned_percent",
        "actual_percent", "standard", "measures", "finished_on",
    ]  # fmt: skip
    plain_columns = {
        "goal": show_long_text, "measures": show_long_text, "standard": show_long_text,
        "remark": show_long_text,
    }  # fmt: skip
    base_order = ("sort_order", "asc")

    def prepare(self, row: Any, actor: Actor) -> None:
        if row.cycle is None:
            row.cycle = current_cycle(db.session)


class DecompositionView(DomainView):
    datamodel = interface(Decomposition)
    list_columns = ["cycle", "edition", "title", "status", "issue_number", "issued_on"]
    show_columns = [
        "cycle", "edition", "title", "status", "issue_number", "issued_on", "agenda_item", "decision",
    ]  # fmt: skip
    form_columns = ("cycle", "edition", "title", "agenda_item")
    search_columns = ["cycle", "title", "status", "issue_number", "issued_on"]


class WorkPointView(DomainView):
    datamodel = interface(WorkPoint)
    read_only = True
    list_columns = ["number", "chapter", "text", "category", "strategic_goal"]
    show_columns = ["work_point_set", "number", "chapter", "text", "category", "strategic_goal"]
    search_columns = ["number", "chapter", "text"]
    base_order = ("sort_order", "asc")


def register(builder: Any) -> None:
    category = {
        "category": "planning",
        "category_label": lazy_gettext("Planning"),
        "category_icon": "fa-bullseye",
    }
    TaskView.related_views = [IndicatorView, MilestoneView, TaskDepartmentView]
    builder.add_view(TaskView, "task", label=lazy_gettext("Tasks"), icon="fa-tasks", **category)
    builder.add_view(
        DecompositionView,
        "decomposition",
        label=lazy_gettext("Decomposition"),
        icon="fa-table",
        **category,
    )
    builder.add_view(
        WorkPointView,
        "work_point",
        label=lazy_gettext("Work points"),
        icon="fa-list-ol",
        **category,
    )
    for view in (IndicatorView, MilestoneView, TaskDepartmentView):
        builder.add_view_no_menu(view)
