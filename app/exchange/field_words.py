"""The words of the import pages: kinds of tables, fates of rows, fields of columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext

from app.core.text import words
from app.exchange.row_marks import MARK
from app.exchange.table_specs import SPECS
from app.models.base import label_of
from app.models.organisation import Department, DepartmentKind
from app.models.planning import Task
from app.web.labels import lazy_noun

KIND_LABELS: dict[str, Any] = {
    "task": lazy_gettext("Tasks (decomposition)"),
    "department": lazy_gettext("Departments"),
    **{kind: lazy_noun(spec.model) for kind, spec in SPECS.items()},
}
ACTION_LABELS = {
    "error": lazy_gettext("Error"),
    "changed": lazy_gettext("Changed"),
    "new": lazy_gettext("New"),
    "unchanged": lazy_gettext("Unchanged"),
}
"""Also the order of the rows: what needs a look comes first."""
PASSED_OVER = {
    "hidden": lazy_gettext("hidden sheet"),
    "empty": lazy_gettext("empty sheet"),
    "explaining": lazy_gettext("explains how to fill in"),
    "headless": lazy_gettext("no headings of such a table found"),
    "left_out": lazy_gettext("left out by you"),
}
TRAITS = {
    "two_level": lazy_gettext("headings on two levels"),
    "heading": lazy_gettext("headings come again"),
    "section": lazy_gettext("divided into sections"),
    "total": lazy_gettext("subtotals passed over"),
    "note": lazy_gettext("notes and signatures passed over"),
    "department_of_sheet": lazy_gettext("one department for the whole sheet"),
}
RESOURCES = {
    "department": lazy_gettext("Department"),
    "person": lazy_gettext("Person"),
    "task_category": lazy_gettext("Task category"),
    "cycle": lazy_gettext("Year"),
    "rule_book": lazy_gettext("Rule book"),
    "role": lazy_gettext("Role"),
}
_FIELDS = {"due": "due_on", "lead": "lead_department", "category": "category_id"}
_FIELD_LABELS = {
    "assist": lazy_gettext("Assisting departments"),
    "milestones": lazy_gettext("Milestones"),
    "indicators": lazy_gettext("Indicators"),
    "target": lazy_gettext("Indicator: target"),
    "baseline": lazy_gettext("Indicator: baseline"),
    "measured_in": lazy_gettext("Indicator: unit"),
    "progress": lazy_gettext("Milestones or deadline"),
    "unit": lazy_gettext("Departments (the first leads)"),
    MARK: lazy_gettext("Row mark"),
}


def field_label(kind: str) -> Callable[[str], str]:
    """What the fields of such a table are called."""
    spec = SPECS.get(kind)
    model: type[Any] = Department if kind == "department" else Task

    def label(name: str) -> str:
        if name == MARK or (spec is None and name in _FIELD_LABELS):
            return str(_FIELD_LABELS[name])
        if spec is not None:
            return words(spec.label(spec.column(name)))
        return words(label_of(model, _FIELDS.get(name, name)))

    return label


def value_words(kind: str, field: str, text: str) -> str:
    """A value as the preview shows it: a department's kind in words, everything else as it is."""
    if kind == "department" and field == "kind" and text in set(DepartmentKind):
        one = DepartmentKind(text)
        return words((one.zh, one.en))
    return text
