"""REST resources of improvement."""

from __future__ import annotations

from app.improvement import views
from app.models.improvement import Adjustment, AdjustmentChange, TaskResult
from app.web.api import DomainApi
from app.web.views import interface


class AdjustmentApi(DomainApi):
    datamodel = interface(Adjustment)
    form_columns = views.AdjustmentView.form_columns


class AdjustmentChangeApi(DomainApi):
    datamodel = interface(AdjustmentChange)
    form_columns = views.AdjustmentChangeView.form_columns


class TaskResultApi(DomainApi):
    datamodel = interface(TaskResult)
    form_columns = views.TaskResultView.form_columns


RESOURCES = (AdjustmentApi, AdjustmentChangeApi, TaskResultApi)
