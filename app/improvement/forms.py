"""The forms of improvement: sections, words under the fields, the changes of an adjustment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext
from wtforms import SelectField, validators

from app.core import policy
from app.core.actor import Actor
from app.core.text import words
from app.improvement.changes import ADJUSTABLE, PARTS, current_value
from app.models.base import label_of
from app.models.improvement import Adjustment, AdjustmentChange
from app.models.planning import Task, TaskDepartmentRole
from app.web.form_pages import FormPages
from app.web.inlines import Inline


def _columns() -> Iterator[tuple[str, str]]:
    """The fields of a task that an adjustment may change, in the reader's words."""
    yield "", ""
    for name in ADJUSTABLE:
        yield name, words(label_of(Task, name))
    for name, role in PARTS.items():
        yield name, words((TaskDepartmentRole(role).zh, TaskDepartmentRole(role).en))


def column_field() -> Any:
    """A choice of the task's fields by their words."""
    return SelectField(
        lazy_gettext("Field"), [validators.InputRequired()], choices=lambda: list(_columns())
    )


def keep_old_value(row: AdjustmentChange, actor: Actor) -> None:
    """What stands in the task now is the old value, unless somebody wrote one."""
    adjustment: Adjustment | None = policy.related(row, "adjustment")
    if row.old_value or adjustment is None or adjustment.task is None:
        return
    if row.column_name in {*ADJUSTABLE, *PARTS}:
        row.old_value = current_value(adjustment.task, row.column_name)


class AdjustmentForm(FormPages):
    form_note = lazy_gettext(
        "An adjustment is a draft until it is submitted for review. It then goes to the leader in"
        " charge, from there to the Office and the committee; only once approved is the task changed."
    )
    form_sections = (
        (lazy_gettext("What is adjusted"), ("cycle", "department", "kind", "task")),
        (lazy_gettext("Why"), ("cause_kind", "cause")),
    )
    form_help = {
        "task": lazy_gettext("Left empty for a new task."),
        "cause_kind": lazy_gettext("Only an objective cause ends a task."),
    }
    inline_children = (
        Inline(
            AdjustmentChange, "adjustment", ("column_name", "old_value", "new_value"),
            extra={"column_name": column_field()}, prepare=keep_old_value,
            hint=lazy_gettext("One row per field. The old value is filled in from the task if you leave it empty."),
        ),
    )  # fmt: skip


class TaskResultForm(FormPages):
    form_note = lazy_gettext(
        "The head submits the result; the leader in charge confirms it. A confirmed completion"
        " finishes the task."
    )
    form_sections = (
        (lazy_gettext("What was reached"),
         ("task", "outcome", "quality", "completed_on", "description")),
        (lazy_gettext("If it is not finished"), ("reason", "measure")),
    )  # fmt: skip
    form_help = {
        "reason": lazy_gettext("Needed unless the task is finished."),
        "measure": lazy_gettext("What is done about it, and by when."),
    }
