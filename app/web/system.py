"""Screens of the system itself: the audit trail."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core import workflow
from app.core.text import words
from app.models.system import AuditEvent
from app.web.formats import noun_of_table
from app.web.timeline import verb_words
from app.web.views import DomainView, interface

DOORS = {
    "web": ("页面", "Screen"),
    "api": ("接口", "REST"),
    "console": ("控制台", "Console"),
    "cli": ("命令行", "Command line"),
    "import": ("导入", "Import"),
    "patrol": ("巡查", "Patrol"),
    "demo": ("演示", "Demo"),
}


def door_words(value: str) -> str:
    return words(DOORS.get(value, (value, value)))


def action_words(value: str) -> str:
    """Rows' own verbs in words; a step by the name its flow gives it."""
    if verb := verb_words(value):
        return verb
    steps = (step for flow in workflow.workflows().values() for step in flow.transitions)
    return next((str(step.label) for step in steps if step.name == value), value)


class AuditEventView(DomainView):
    datamodel = interface(AuditEvent)
    read_only = True
    list_columns = ["id", "happened_at", "actor_name", "door", "action", "table_name", "row_id"]
    show_columns = [
        "id", "happened_at", "actor_name", "on_behalf_of", "door", "action", "table_name", "row_id",
        "before", "after", "previous_hash", "hash",
    ]  # fmt: skip
    search_columns = ["happened_at", "actor_name", "door", "action", "table_name", "row_id"]
    plain_columns = {"table_name": noun_of_table, "door": door_words, "action": action_words}
    base_order = ("id", "desc")


def register(builder: Any) -> None:
    builder.add_view(
        AuditEventView,
        "audit_event",
        label=lazy_gettext("Audit trail"),
        icon="history",
        category="system",
        category_label=lazy_gettext("System"),
        category_icon="settings",
    )
