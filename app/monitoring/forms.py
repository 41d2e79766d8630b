"""The forms of monitoring: sections, words under the fields, what stands with a check."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.models.monitoring import CheckContribution
from app.web.form_pages import FormPages
from app.web.inlines import Inline


class MonthlyCheckForm(FormPages):
    form_note = lazy_gettext(
        "A check is a draft until the head of the department submits it. Then the leader in"
        " charge and the Office read it, and the light is computed."
    )
    form_sections = (
        (lazy_gettext("Which month of which task"), ("task", "year", "month")),
        (lazy_gettext("How far it is"), ("actual_percent", "quality", "done", "problem", "next_step")),
        (lazy_gettext("The head's own light"), ("head_light", "head_light_reason")),
    )  # fmt: skip
    form_help = {
        "task": lazy_gettext("Accepted tasks that you report on."),
        "actual_percent": lazy_gettext("Of the whole task, not of this month: 0 to 100."),
        "problem": lazy_gettext("What keeps it from going on; who should help is asked for under coordination."),
        "head_light": lazy_gettext("Only where it stands worse than the computed light says."),
        "head_light_reason": lazy_gettext("Needed if you set a light."),
    }  # fmt: skip
    inline_children = (
        Inline(CheckContribution, "monthly_check", ("department", "done", "problem"), adding=False),
    )
