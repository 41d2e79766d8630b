"""REST resources of planning."""

from __future__ import annotations

from app.models.planning import Decomposition, Indicator, Milestone, Task, TaskDepartment
from app.models.work_points import WorkPoint
from app.planning import views
from app.web.api import DomainApi
from app.web.views import interface


class TaskApi(DomainApi):
    datamodel = interface(Task)
    form_columns = views.TaskView.form_columns


class MilestoneApi(DomainApi):
    datamodel = interface(Milestone)
    form_columns = views.MilestoneView.form_columns


class IndicatorApi(DomainApi):
    datamodel = interface(Indicator)
    form_columns = views.IndicatorView.form_columns


class TaskDepartmentApi(DomainApi):
    datamodel = interface(TaskDepartment)
    form_columns = views.TaskDepartmentView.form_columns


class DecompositionApi(DomainApi):
    datamodel = interface(Decomposition)
    form_columns = views.DecompositionView.form_columns


class WorkPointApi(DomainApi):
    datamodel = interface(WorkPoint)
    read_only = True


RESOURCES = (
    TaskApi, MilestoneApi, IndicatorApi, TaskDepartmentApi, DecompositionApi, WorkPointApi,
)  # fmt: skip
