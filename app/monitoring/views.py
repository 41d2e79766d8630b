"""Screens of monitoring: monthly checks, warnings, coordination."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import or_, select

from app.core import clock
from app.core.policy import visible
from app.extensions import db
from app.models.monitoring import CheckContribution, CoordinationRequest, EarlyWarning, MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.web.formats import show_long_text
from app.web.views import DomainView, interface, the_actor

LONG = dict.fromkeys(("done", "problem", "next_step", "matter", "reply"), show_long_text)


class CheckContributionView(DomainView):
    datamodel = interface(CheckContribution)
    list_columns = ["monthly_check", "department", "done", "problem"]
    show_columns = ["department", "done", "problem"]
    form_columns = ("monthly_check", "department", "done", "problem")
    search_columns = ["department"]


def reported_tasks() -> list[Task]:
    """The tasks this reader reports on: accepted ones of departments the reader heads, and
    those the reader owns. A check that is edited keeps its task among them."""
    actor = the_actor()
    return list(
        db.session.scalars(
            select(Task)
            .where(
                visible(actor, Task),
                Task.status == TaskStatus.ACCEPTED,
                or_(Task.lead_department_id.in_(actor.headed), Task.owner_id == actor.user_id),
            )
            .order_by(Task.sort_order, Task.id)
        )
    )


class MonthlyCheckView(DomainView):
    datamodel = interface(MonthlyCheck)
    form_choices = {"task": reported_tasks}
    form_defaults = {"year": lambda: clock.today().year, "month": lambda: clock.today().month}
    list_columns = [
        "year", "month", "task", "planned_percent", "actual_percent", "quality", "computed_light",
        "head_light", "status", "late",
    ]  # fmt: skip
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
        "year", "month", "status", "computed_light", "quality", "late", "actual_percent", "problem",
    ]  # fmt: skip
    plain_columns = LONG
    base_order = ("id", "desc")


class WarningView(DomainView):
    datamodel = interface(EarlyWarning)
    read_only = True
    list_columns = ["task", "light", "cause", "opened_on", "closed_on"]
    show_columns = [
        "task",
        "light",
        "rule_key",
        "cause",
        "opened_on",
        "closed_on",
        "closing_reason",
    ]
    search_columns = ["light", "opened_on", "closed_on"]
    base_order = ("opened_on", "desc")


class CoordinationRequestView(DomainView):
    datamodel = interface(CoordinationRequest)
    list_columns = [
        "department", "matter", "addressed_department", "addressed_leader", "due_on", "status",
    ]  # fmt: skip
    show_columns = [
        "department", "task", "matter", "addressed_department", "addressed_leader", "due_on",
        "status", "reply", "answered_at",
    ]  # fmt: skip
    form_columns = (
        "department", "task", "matter", "addressed_department", "addressed_leader", "due_on",
    )  # fmt: skip
    search_columns = ["department", "addressed_department", "status", "due_on"]
    plain_columns = LONG


def register(builder: Any) -> None:
    category = {
        "category": "monitoring",
        "category_label": lazy_gettext("Monitoring"),
        "category_icon": "fa-heartbeat",
    }
    MonthlyCheckView.related_views = [CheckContributionView]
    builder.add_view(
        MonthlyCheckView,
        "monthly_check",
        label=lazy_gettext("Monthly checks"),
        icon="fa-calendar-check-o",
        **category,
    )
    builder.add_view(
        WarningView, "warning", label=lazy_gettext("Warnings"), icon="fa-warning", **category
    )
    builder.add_view(
        CoordinationRequestView,
        "coordination_request",
        label=lazy_gettext("Coordination"),
        icon="fa-handshake-o",
        **category,
    )
    builder.add_view_no_menu(CheckContributionView)
