"""REST resources of assessment."""

from __future__ import annotations

from typing import Any

from app.assessment import views
from app.models.assessment import DepartmentAssessment, Score
from app.web.api import DomainApi
from app.web.views import interface, the_actor


class ScoreApi(DomainApi):
    datamodel = interface(Score)
    form_columns = views.ScoreView.form_columns

    def pre_add(self, item: Any) -> None:
        item.rater_id = the_actor().user_id


class DepartmentAssessmentApi(DomainApi):
    datamodel = interface(DepartmentAssessment)
    read_only = True


RESOURCES = (ScoreApi, DepartmentAssessmentApi)
