"""The administrator's list of what goes outside: dead letters are sent again or given up."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.models.system import OutboxMessage, OutboxStatus
from app.web.lists import QuickFilter
from app.web.views import DomainView, interface


class OutboxMessageView(DomainView):
    datamodel = interface(OutboxMessage)
    read_only = True
    list_columns = [
        "created_at", "channel", "person", "items", "status", "attempts", "not_before", "sent_at",
        "last_error",
    ]  # fmt: skip
    show_columns = [
        "created_at", "channel", "person", "items", "status", "attempts", "not_before",
        "claimed_until", "sent_at", "last_error",
    ]  # fmt: skip
    search_columns = ["created_at", "channel", "person", "status", "sent_at"]
    quick_filters = (
        QuickFilter(
            "failed",
            lazy_gettext("Undeliverable"),
            lambda actor: {"status": OutboxStatus.FAILED.value},
        ),
    )
    base_order = ("id", "desc")


def register(builder: Any) -> None:
    builder.add_view(
        OutboxMessageView,
        "outbox_message",
        label=lazy_gettext("Outbox"),
        icon="mailbox",
        category="system",
    )
