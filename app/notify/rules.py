"""Inbox, choice of notifications and saved views belong to their person; the outbox to the
administrator; reminders are written by their command only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import policy
from app.core.actor import Actor
from app.core.policy import Policy
from app.models.system import (
    AuditEvent,
    ImportAlias,
    ImportJob,
    ImportLayout,
    Notification,
    NotificationChoice,
    OutboxMessage,
    Reminder,
    SavedView,
)
from app.organisation.rules import in_hands


def is_local_path(place: str) -> bool:
    """Is `place` a page of ours? "//elsewhere" and "/\\elsewhere" are other hosts to a browser,
    and what stands before a control character is not what the browser follows."""
    parts = urlsplit(place)
    plain = place.isprintable() and "\\" not in place
    return (
        plain and not parts.scheme and not parts.netloc and place[:1] == "/" and place[:2] != "//"
    )


def _own_view(actor: Actor, verb: str, row: Any) -> bool:
    return row.owner_id in (None, actor.user_id)


def _own_notification(actor: Actor, verb: str, row: Any) -> bool:
    return bool(row.person_id == actor.user_id)


def _handled_by_steps(actor: Actor, verb: str, row: Any) -> bool:
    """Nobody writes a message; the administrator decides on one that did not go."""
    return verb not in ("add", "edit", "delete")


def _seen_views(actor: Actor) -> ColumnElement[bool]:
    return or_(SavedView.owner_id == actor.user_id, SavedView.shared)


def _seen_reminders(actor: Actor) -> ColumnElement[bool]:
    """The college's readers; whoever was reminded, and the leader of the department."""
    return or_(in_hands(Reminder.department_id, actor), Reminder.leader_id == actor.user_id)


def _all(actor: Actor) -> ColumnElement[bool]:
    return true()


policy.register(AuditEvent, Policy("audit_event", _all, policy.nobody))
policy.register(
    Notification,
    Policy(
        "notification", lambda actor: Notification.person_id == actor.user_id, _own_notification
    ),
)
policy.register(Reminder, Policy("phase", _seen_reminders, policy.nobody))
policy.register(
    NotificationChoice,
    Policy(
        "notification_choice",
        lambda actor: NotificationChoice.person_id == actor.user_id,
        _own_notification,
    ),
)
policy.register(OutboxMessage, Policy("outbox_message", _all, _handled_by_steps))
policy.register(SavedView, Policy("saved_view", _seen_views, _own_view))
policy.register(
    ImportJob,
    Policy("import_job", lambda actor: ImportJob.owner_id == actor.user_id, _own_view),
)
# What one import has learnt about tables and names serves everybody who imports.
for _learnt in (ImportLayout, ImportAlias):
    policy.register(_learnt, Policy("import_job", _all, policy.college_wide))
