"""Screens of improvement: adjustments, results, evidence."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.improvement.forms import (
    AdjustmentForm,
    TaskResultForm,
    column_field,
    keep_old_value,
)
from app.models.improvement import Adjustment, AdjustmentChange, TaskResult
from app.web.facts import row_link
from app.web.formats import show_long_text
from app.web.lists import of_my_departments
from app.web.redline import field_label, field_value
from app.web.views import DomainView, interface

LONG = dict.fromkeys(
    ("cause", "description", "reason", "measure", "old_value", "new_value"), show_long_text
)


class AdjustmentChangeView(DomainView):
    datamodel = interface(AdjustmentChange)
    list_columns = ["adjustment", "column_name", "old_value", "new_value"]
    title_column = "column_name"
    show_columns = ["adjustment", "column_name", "old_value", "new_value"]
    form_columns = ("adjustment", "column_name", "old_value", "new_value")
    add_form_extra_fields = edit_form_extra_fields = {"column_name": column_field()}
    search_columns = ["column_name"]
    plain_columns = {**LONG, "column_name": field_label}

    def prepare(self, row: Any, actor: Actor) -> None:
        keep_old_value(row, actor)


class AdjustmentView(AdjustmentForm, DomainView):
    datamodel = interface(Adjustment)
    list_columns = ["department", "task", "kind", "cause_kind", "cause", "status", "applied_at"]
    title_column = "task"
    quick_search = ("cause",)
    quick_filters = (of_my_departments(),)
    show_columns = [
        "cycle", "department", "task", "kind", "cause_kind", "cause", "status", "review_comment",
        "agenda_item", "decision", "applied_at",
    ]  # fmt: skip
    form_columns = ("cycle", "department", "task", "kind", "cause_kind", "cause")
    search_columns = ["cycle", "department", "kind", "cause_kind", "status"]
    plain_columns = LONG
    base_order = ("id", "desc")
    show_template = "improvement/adjustment.html"

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        """What is changed stands there as a redline, not as a table of keys and codes."""
        changes, *tables = told["tables"]
        redline = [
            (
                row_link(AdjustmentChange, one.id, field_label(one.column_name), actor),
                field_value(one.column_name, one.old_value),
                field_value(one.column_name, one.new_value),
            )
            for one in row.changes
        ]
        return super().render_page(
            row, actor, **{**told, "tables": tables, "changes": changes, "redline": redline}
        )


class TaskResultView(TaskResultForm, DomainView):
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
        TaskResultView,
        "task_result",
        label=lazy_gettext("Results"),
        icon="circle-check",
        **category,
    )
    builder.add_view_no_menu(AdjustmentChangeView)
