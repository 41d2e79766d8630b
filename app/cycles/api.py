"""REST resources of the year."""

from __future__ import annotations

from app.cycles import views
from app.models.cycles import (
    Component,
    Cycle,
    Holiday,
    IndicatorTemplate,
    Phase,
    ReportingMonth,
    RuleBook,
    RuleValue,
    StrategicGoal,
    TaskCategory,
)
from app.models.meetings import AgendaItem, Decision, Meeting
from app.web.api import DomainApi
from app.web.views import interface


class CycleApi(DomainApi):
    datamodel = interface(Cycle)
    form_columns = views.CycleView.form_columns


class PhaseApi(DomainApi):
    datamodel = interface(Phase)
    form_columns = views.PhaseView.form_columns


class ReportingMonthApi(DomainApi):
    datamodel = interface(ReportingMonth)
    form_columns = views.ReportingMonthView.form_columns


class RuleBookApi(DomainApi):
    datamodel = interface(RuleBook)
    form_columns = views.RuleBookView.form_columns


class RuleValueApi(DomainApi):
    datamodel = interface(RuleValue)
    form_columns = views.RuleValueView.form_columns


class ComponentApi(DomainApi):
    datamodel = interface(Component)
    form_columns = views.ComponentView.form_columns


class StrategicGoalApi(DomainApi):
    datamodel = interface(StrategicGoal)
    form_columns = views.StrategicGoalView.form_columns


class TaskCategoryApi(DomainApi):
    datamodel = interface(TaskCategory)
    form_columns = views.TaskCategoryView.form_columns


class IndicatorTemplateApi(DomainApi):
    datamodel = interface(IndicatorTemplate)
    form_columns = views.IndicatorTemplateView.form_columns


class HolidayApi(DomainApi):
    datamodel = interface(Holiday)
    form_columns = views.HolidayView.form_columns


class MeetingApi(DomainApi):
    datamodel = interface(Meeting)
    form_columns = views.MeetingView.form_columns


class AgendaItemApi(DomainApi):
    datamodel = interface(AgendaItem)
    form_columns = views.AgendaItemView.form_columns


class DecisionApi(DomainApi):
    datamodel = interface(Decision)
    form_columns = views.DecisionView.form_columns


RESOURCES = (
    CycleApi, PhaseApi, ReportingMonthApi, RuleBookApi, RuleValueApi, ComponentApi, StrategicGoalApi,
    TaskCategoryApi, IndicatorTemplateApi, HolidayApi, MeetingApi, AgendaItemApi, DecisionApi,
)  # fmt: skip
