"""Screens of monitoring: monthly checks and warnings."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, or_

from app.core import clock
from app.core.actor import Actor
from app.extensions import db
from app.models.monitoring import (
    CheckContribution,
    CheckStatus,
    EarlyWarning,
    Light,
    MonthlyCheck,
)
from app.models.planning import Task, TaskStatus
from app.monitoring import bulletin_views, coordination_views, sheet_views
from app.monitoring.closing import closed_month
from app.monitoring.forms import MonthlyCheckForm
from app.web.formats import show_long_text
from app.web.lists import QuickFilter, always
from app.web.views import DomainView, interface, the_actor

LONG = dict.fromkeys(("done", "problem", "next_step"), show_long_text)


class CheckContributionView(DomainView):
    datamodel = interface(CheckContribution)
    title_column = "department"
    list_columns = ["monthly_check", "department", "done", "problem"]
    show_columns = ["department", "done", "problem"]
    form_columns = ("monthly_check", "department", "done", "problem")
    search_columns = ["department"]


def reported_tasks() -> ColumnElement[bool]:
    """The tasks this reader reports on: accepted ones of departments the reader heads, and
    those the reader owns."""
    actor = the_actor()
    return and_(
        Task.status == TaskStatus.ACCEPTED,
        or_(Task.lead_department_id.in_(actor.headed), Task.owner_id == actor.user_id),
    )


class MonthlyCheckView(MonthlyCheckForm, DomainView):
    datamodel = interface(MonthlyCheck)
    form_choices = {"task": reported_tasks}
    # The queue asks for the check of a certain month.
    form_defaults = {
        "year": lambda: request.args.get("year", clock.today().year, type=int),
        "month": lambda: request.args.get("month", clock.today().month, type=int),
    }
    list_columns = [
        "year", "month", "task", "progress", "quality", "computed_light", "head_light", "status",
        "late",
    ]  # fmt: skip
    title_column = "task"
    light_reasons = {
        "computed_light": lambda actor: MonthlyCheck.light_reason,
        "head_light": lambda actor: MonthlyCheck.head_light_reason,
    }
    quick_filters = (
        QuickFilter(
            "month",
            lazy_gettext("This month"),
            lambda actor: {"year": str(clock.today().year), "month": str(clock.today().month)},
        ),
        QuickFilter(
            "open",
            lazy_gettext("Not submitted"),
            always(status__in=f"{CheckStatus.DRAFT.value},{CheckStatus.RETURNED.value}"),
        ),
        QuickFilter("late", lazy_gettext("Late"), always(late="1")),
        QuickFilter("red", lazy_gettext("Red light"), always(computed_light=Light.RED)),
    )
    show_columns = [
        "task", "year", "month", "status", "planned_percent", "actual_percent", "quality",
        "computed_light", "light_reason", "head_light", "head_light_reason", "done", "problem",
        "next_step", "submitted_at", "late", "return_reason",
    ]  # fmt: skip
    form_columns = (
        "task", "year", "month", "actual_percent", "quality", "head_light", "head_light_reason",
        "done", "problem", "next_step",
    )  # fmt: skip
    search_columns = [
        "task", "year", "month", "status", "computed_light", "quality", "late", "actual_percent",
        "problem",
    ]  # fmt: skip
    plain_columns = LONG
    base_order = ("id", "desc")
    show_template = "monitoring/check.html"

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        """A check of a closed month is only read: what is wrong in it is corrected."""
        closed = closed_month(db.session, row.year, row.month)
        return super().render_page(row, actor, **told, closed=closed)


class WarningView(DomainView):
    datamodel = interface(EarlyWarning)
    read_only = True
    list_columns = ["task", "light", "cause", "opened_on", "closed_on"]
    quick_filters = (
        QuickFilter("open", lazy_gettext("Still open"), always(closed_on=None)),
        QuickFilter("red", lazy_gettext("Red light"), always(light=Light.RED)),
        QuickFilter("missing", lazy_gettext("Missing check"), always(light=Light.GREY)),
    )
    show_columns = [
        "task",
        "light",
        "rule_key",
        "cause",
        "opened_on",
        "closed_on",
        "closing_reason",
    ]
    search_columns = ["task", "light", "cause", "opened_on", "closed_on"]
    base_order = ("opened_on", "desc")


def register(builder: Any) -> None:
    category = {
        "category": "monitoring",
        "category_label": lazy_gettext("Monitoring"),
        "category_icon": "activity",
    }
    MonthlyCheckView.related_views = [CheckContributionView]
    sheet_views.register(builder, category)
    bulletin_views.register(builder, category)
    builder.add_view(
        MonthlyCheckView,
        "monthly_check",
        label=lazy_gettext("Monthly checks"),
        icon="calendar-check",
        **category,
    )
    builder.add_view(
        WarningView, "warning", label=lazy_gettext("Warnings"), icon="alert-triangle", **category
    )
    coordination_views.register(builder, category)
    builder.add_view_no_menu(CheckContributionView)
