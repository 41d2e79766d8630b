"""Screens of improvement: adjustments, results, evidence."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.models.improvement import Adjustment, AdjustmentChange, TaskResult
from app.web.formats import label_of_task_column, show_long_text
from app.web.views import DomainView, interface

LONG = dict.fromkeys(
    ("cause", "description", "reason", "measure", "old_value", "new_value"), show_long_text
)


class AdjustmentChangeView(DomainView):
    datamodel = interface(AdjustmentChange)
    list_columns = ["adjustment", "column_name", "old_value", "new_value"]
    show_columns = ["adjustment", "column_name", "old_value", "new_value"]
    form_columns = ("adjustment", "column_name", "old_value", "new_value")
    search_columns = ["column_name"]
    plain_columns = {**LONG, "column_name": label_of_task_column}


class AdjustmentView(DomainView):
    datamodel = interface(Adjustment)
    list_columns = ["department", "task", "kind", "cause_kind", "cause", "status", "applied_at"]
    show_columns = [
        "cycle", "department", "task", "kind", "cause_kind", "cause", "status", "review_comment",
        "agenda_item", "decision", "applied_at",
    ]  # fmt: skip
    form_columns = ("cycle", "department", "task", "kind", "cause_kind", "cause")
    search_columns = ["cycle", "department", "kind", "cause_kind", "status"]
    plain_columns = LONG
    base_order = ("id", "desc")


class TaskResultView(DomainView):
    datamodel = interface(TaskResult)
    list_columns = ["task", "outcome", "quality", "completed_on", "status"]
    show_columns = [
        "task", "outcome", "quality", "description", "reason", "measure", "completed_on", "status",
        "submitted_at", "review_comment",
    ]  # fmt: skip
    form_columns = (
        "task", "outcome", "quality", "description", "reason", "measure", "completed_on",
    )  # fmt: skip
    search_columns = ["outcome", "quality", "status", "completed_on"]
    plain_columns = LONG


def register(builder: Any) -> None:
    category = {
        "category": "improvement",
        "category_label": lazy_gettext("Improvement"),
        "category_icon": "refresh",
    }
    AdjustmentView.related_views = [AdjustmentChangeView]
    builder.add_view(
        AdjustmentView,
        "adjustment",
        label=lazy_gettext("Adjustments"),
        icon="arrows-exchange",
        **category,
    )
    builder.add_view(
        TaskResultView, "task_result", label=lazy_gettext("Results"), icon="circle-check", **category
    )
    builder.add_view_no_menu(AdjustmentChangeView)
