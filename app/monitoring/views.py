"""Screens of monitoring: monthly checks, warnings, coordination."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.models.monitoring import CheckContribution, CoordinationRequest, EarlyWarning, MonthlyCheck
from app.web.formats import show_long_text
from app.web.views import DomainView, interface

LONG = dict.fromkeys(("done", "problem", "next_step", "matter", "reply"), show_long_text)


class CheckContributionView(DomainView):
    datamodel = interface(CheckContribution)
    list_columns = ["monthly_check", "department", "done", "problem"]
    show_columns = ["department", "done", "problem"]
    form_columns = ("monthly_check", "department", "done", "problem")
    search_columns = ["department"]


class MonthlyCheckView(DomainView):
    datamodel = interface(MonthlyCheck)
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
