"""Screens of assessment: scores and, once computed, results."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.models.assessment import DepartmentAssessment, Score
from app.web.formats import show_long_text
from app.web.lists import of_my_departments
from app.web.views import DomainView, interface


class ScoreView(DomainView):
    datamodel = interface(Score)
    past_is_open = False
    list_columns = ["cycle", "rater", "task", "department", "component", "value", "status"]
    title_column = "component"
    totals = {"value": "mean"}
    quick_filters = (of_my_departments(),)
    show_columns = [
        "cycle", "rater", "task", "department", "component", "value", "comment", "status",
        "submitted_at",
    ]  # fmt: skip
    form_columns = ("cycle", "task", "department", "component", "value", "comment")
    search_columns = ["cycle", "department", "component", "status", "value"]
    plain_columns = {"comment": show_long_text}

    def prepare(self, row: Any, actor: Actor) -> None:
        row.rater_id = actor.user_id


class DepartmentAssessmentView(DomainView):
    datamodel = interface(DepartmentAssessment)
    past_is_open = False
    read_only = True
    list_columns = [
        "cycle", "department", "assessment_class", "total", "class_rank", "grade", "coefficient",
        "status",
    ]  # fmt: skip
    title_column = "department"
    totals = {"total": "mean"}
    quick_filters = (of_my_departments(),)
    show_columns = [
        "cycle", "department", "assessment_class", "status", "base", "bonus", "total",
        "class_rank", "grade", "coefficient", "explanation",
    ]  # fmt: skip
    search_columns = ["cycle", "department", "assessment_class", "grade", "status"]


def register(builder: Any) -> None:
    category = {
        "category": "assessment",
        "category_label": lazy_gettext("Assessment"),
        "category_icon": "award",
    }
    builder.add_view(ScoreView, "score", label=lazy_gettext("Scores"), icon="star", **category)
    builder.add_view(
        DepartmentAssessmentView,
        "department_assessment",
        label=lazy_gettext("Department assessments"),
        icon="trophy",
        **category,
    )
