"""The forms of planning: sections, words under the fields, what is written with a task."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.organisation import Department, DepartmentKind
from app.models.planning import Indicator, Milestone
from app.web.form_pages import FormPages
from app.web.inlines import Inline


class TaskForm(FormPages):
    form_note = lazy_gettext(
        "A task is a proposal until the Office publishes it; then its department accepts it and"
        " names who is responsible."
    )
    form_sections = (
        (lazy_gettext("What is to be done"),
         ("cycle", "number", "category", "origin", "title", "goal", "measures", "standard")),
        (lazy_gettext("Who does it"), ("lead_department", "section", "owner", "leader")),
        (lazy_gettext("By when"), ("start_on", "due_on", "due_text", "weight")),
        (lazy_gettext("Where it belongs"),
         ("work_point", "strategic_goal", "parent", "visibility", "key_supervised", "sort_order",
          "remark")),
    )  # fmt: skip
    form_help = {
        "title": lazy_gettext("One sentence that everybody in the college understands."),
        "standard": lazy_gettext("By what the result is judged at the end of the year."),
        "section": lazy_gettext("A section of the lead department."),
        "owner": lazy_gettext("Reports every month and is asked first."),
        "leader": lazy_gettext("Sees the monthly checks and confirms the result."),
        "due_text": lazy_gettext("As the table says it, where it is no single day: “by the end of every term”."),
        "weight": lazy_gettext("Its share of the department's score."),
        "visibility": lazy_gettext("A restricted task is seen by its departments, its leader and the Office only."),
        "key_supervised": lazy_gettext("The Office looks after it with priority."),
    }  # fmt: skip
    form_choices = {
        "section": lambda: Department.kind == DepartmentKind.SECTION,
    }
    form_defaults = {"cycle": lambda: current_cycle(db.session)}
    inline_children = (
        Inline(
            Indicator, "task",
            ("name", "kind", "unit", "baseline", "target", "direction", "weight", "standard"),
            hint=lazy_gettext("A quantitative indicator needs a target, a qualitative one a standard."),
        ),
        Inline(
            Milestone, "task", ("text", "due_on", "planned_percent"),
            hint=lazy_gettext("The monthly plan is drawn through the milestones: how much is done by which day."),
        ),
    )  # fmt: skip
