"""Screens of assessment: scores and, once computed, results."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.models.assessment import DepartmentAssessment, Score
from app.web.formats import show_long_text
from app.web.views import DomainView, interface


class ScoreView(DomainView):
    datamodel = interface(Score)
    list_columns = ["cycle", "rater", "task", "department", "component", "value", "status"]
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
    read_only = True
    list_columns = [
        "cycle", "department", "assessment_class", "total", "class_rank", "grade", "coefficient",
        "status",
    ]  # fmt: skip
    show_columns = [
        "cycle", "department", "assessment_class", "status", "base", "bonus", "total",
        "class_rank", "grade", "coefficient", "explanation",
    ]  # fmt: skip
    search_columns = ["cycle", "department", "assessment_class", "grade", "status"]


def register(builder: Any) -> None:
    category = {
        "category": "assessment",
        "category_label": lazy_gettext("Assessment"),
        "category_icon": "star-half",
    }
    builder.add_view(ScoreView, "score", label=lazy_gettext("Scores"), icon="star", **category)
    builder.add_view(
        DepartmentAssessmentView,
        "department_assessment",
        label=lazy_gettext("Department assessments"),
        icon="trophy",
        **category,
    )
