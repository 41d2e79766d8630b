"""What an adjustment changes on a task, as the reader reads it: names for keys and codes."""

from __future__ import annotations

from typing import Any

from app.core.text import words
from app.models.base import label_of
from app.models.planning import Task, TaskDepartmentRole
from app.web import formats
from app.web.directory import directory
from app.web.timeline import told_value

PARTS = {"co_lead": TaskDepartmentRole.CO_LEAD, "assist": TaskDepartmentRole.ASSIST}
"""Departments by role: an adjustment names them by their codes, `a;b`."""


def field_label(name: str) -> str:
    """The label of a task's field that an adjustment names."""
    part = PARTS.get(name)
    return words((part.zh, part.en) if part else label_of(Task, name))


def field_value(name: str, value: Any) -> Any:
    """A value an adjustment keeps as text."""
    if name not in PARTS:
        return told_value(Task, name, value)
    names = {entry.code: entry.name for entry in directory().departments.values()}
    return "、".join(names.get(code, code) for code in (value or "").split(";")) or formats.EMPTY
