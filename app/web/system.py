"""Screens of the system itself: the audit trail."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.models.system import AuditEvent
from app.web.views import DomainView, interface


class AuditEventView(DomainView):
    datamodel = interface(AuditEvent)
    read_only = True
    list_columns = ["id", "happened_at", "actor_name", "door", "action", "table_name", "row_id"]
    show_columns = [
        "id", "happened_at", "actor_name", "on_behalf_of", "door", "action", "table_name", "row_id",
        "before", "after", "previous_hash", "hash",
    ]  # fmt: skip
    search_columns = ["happened_at", "actor_name", "door", "action", "table_name", "row_id"]
    base_order = ("id", "desc")


def register(builder: Any) -> None:
    builder.add_view(
        AuditEventView,
        "audit_event",
        label=lazy_gettext("Audit trail"),
        icon="fa-history",
        category="system",
        category_label=lazy_gettext("System"),
        category_icon="fa-cogs",
    )
