"""Screens of the year: cycles and phases, rule books, goals, meetings and decisions."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select

from app.core.policy import visible
from app.core.text import in_chinese, words
from app.cycles.before_meeting import before_meeting, taken_by_minutes
from app.cycles.forms import DecisionForm, RuleValueForm
from app.cycles.meeting_views import MeetingView
from app.extensions import db
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
from app.models.improvement import CauseKind
from app.models.meetings import AgendaItem, Decision
from app.models.monitoring import Quality
from app.models.planning_states import Visibility
from app.web.formats import noun_of_table, show, show_long_text
from app.web.interface import key_of
from app.web.links import filter_name
from app.web.reader import the_actor
from app.web.show_pages import ShowPages
from app.web.views import DomainView, interface


class PhaseView(DomainView):
    datamodel = interface(Phase)
    list_columns = ["cycle", "code", "starts_on", "ends_on", "article", "assumed"]
    title_column = "code"
    show_columns = ["cycle", "code", "starts_on", "ends_on", "article", "assumed", "remark"]
    form_columns = ("cycle", "code", "starts_on", "ends_on", "remark")
    search_columns = ["cycle", "code", "starts_on", "ends_on"]
    base_order = ("starts_on", "asc")


class ReportingMonthView(DomainView):
    datamodel = interface(ReportingMonth)
    list_columns = ["cycle", "month", "exempt", "due_on", "closed_on", "bulletin_number"]
    title_column = "month"
    show_columns = ["cycle", "month", "exempt", "due_on", "closed_on", "bulletin_number"]
    form_columns = ("cycle", "month", "exempt", "due_on")
    search_columns = ["cycle", "month", "exempt"]
    base_order = ("month", "asc")


class CycleView(DomainView):
    datamodel = interface(Cycle)
    list_columns = ["year", "name", "status", "data_cutoff_on", "rule_book", "closed_on"]
    show_columns = [
        "year",
        "name",
        "status",
        "data_cutoff_on",
        "live_from",
        "rule_book",
        "closed_on",
    ]
    form_columns = ("year", "name", "data_cutoff_on", "rule_book")
    search_columns = ["year", "name", "status"]
    base_order = ("year", "desc")


_SAID = {one.value: (one.zh, one.en) for kind in (Visibility, Quality, CauseKind) for one in kind}
_SAID["last"] = ("当月最后一日", "Last day of the month")


_CHAPTERS = {
    "组织机构": lazy_gettext("Organisation"),
    "目标制定": lazy_gettext("Planning"),
    "运行监测": lazy_gettext("Monitoring"),
    "督查督办": lazy_gettext("Supervision"),
    "诊断改进": lazy_gettext("Improvement"),
    "考核评价": lazy_gettext("Assessment"),
    "通知提醒": lazy_gettext("Notifications"),
}


_UNITS = {
    "天": "days", "工作日": "working days", "分": "points", "个": "pieces", "个月": "months",
    "分钟": "minutes", "时": "o'clock", "月": "month", "次": "times", "百分点": "percentage points",
    "项": "items",
}  # fmt: skip
"""Units in the rule book, for those who read English."""


def _unit_said(unit: Any) -> Any:
    return unit if in_chinese() else _UNITS.get(unit, unit)


def _chapter_said(chapter: Any) -> Any:
    """A chapter of the rule book that the programs know, in the reader's words; else as it is."""
    return chapter if in_chinese() else _CHAPTERS.get(chapter, chapter)


def _value_said(value: Any) -> Any:
    """The value of a rule; that of a switch, and a word of the programs, in the reader's words."""
    if value in _SAID:
        return words(_SAID[value])
    return {"true": gettext("Yes"), "false": gettext("No")}.get(value) or show(value)


class RuleValueView(RuleValueForm, DomainView):
    datamodel = interface(RuleValue)
    list_columns = ["chapter", "name", "value", "unit", "article", "assumed", "rule_book", "key"]
    title_column = "name"
    plain_columns = {"value": _value_said, "chapter": _chapter_said, "unit": _unit_said}
    show_columns = [
        "rule_book", "key", "name", "name_en", "kind", "value", "unit", "chapter", "article", "assumed",
    ]  # fmt: skip
    form_columns = (
        "rule_book", "key", "name", "name_en", "kind", "value", "unit", "chapter", "article", "assumed",
    )  # fmt: skip
    search_columns = ["rule_book", "chapter", "key", "name", "assumed"]
    base_order = ("key", "asc")


class ComponentView(DomainView):
    datamodel = interface(Component)
    list_columns = ["code", "name", "level", "weight", "minimum", "maximum", "scored_by"]
    title_column = "name"
    show_columns = [
        "rule_book", "parent", "code", "name", "level", "weight", "minimum", "maximum", "scored_by", "rule",
    ]  # fmt: skip
    form_columns = (
        "rule_book", "parent", "code", "name", "level", "weight", "minimum", "maximum", "scored_by", "rule",
    )  # fmt: skip
    search_columns = ["code", "name", "level"]
    plain_columns = {"rule": show_long_text, "level": noun_of_table}


class RuleBookView(DomainView):
    datamodel = interface(RuleBook)
    list_columns = ["year", "edition", "name", "document_number", "status"]
    title_column = "name"
    show_columns = ["year", "edition", "name", "document_number", "status", "decision"]
    form_columns = ("year", "edition", "name", "document_number", "decision")
    search_columns = ["year", "name", "status", "document_number"]
    base_order = ("year", "desc")


class StrategicGoalView(DomainView):
    datamodel = interface(StrategicGoal)
    list_columns = ["code", "name", "category", "start_year", "end_year", "target", "sort_order"]
    title_column = "name"
    show_columns = [
        "code", "name", "description", "category", "start_year", "end_year", "target", "sort_order",
    ]  # fmt: skip
    form_columns = (
        "code", "name", "description", "category", "start_year", "end_year", "target", "sort_order",
    )  # fmt: skip
    search_columns = ["code", "name", "category", "start_year", "end_year"]
    plain_columns = {"description": show_long_text}
    base_order = ("sort_order", "asc")


class TaskCategoryView(DomainView):
    datamodel = interface(TaskCategory)
    list_columns = ["code", "name", "name_en", "sort_order", "active"]
    title_column = "name"
    show_columns = ["code", "name", "name_en", "sort_order", "active"]
    form_columns = ("code", "name", "name_en", "sort_order", "active")
    search_columns = ["code", "name", "active"]
    base_order = ("sort_order", "asc")


class IndicatorTemplateView(DomainView):
    datamodel = interface(IndicatorTemplate)
    list_columns = ["code", "name", "category", "kind", "unit", "direction", "active"]
    title_column = "name"
    show_columns = ["code", "name", "category", "kind", "unit", "direction", "standard", "active"]
    form_columns = ("code", "name", "category", "kind", "unit", "direction", "standard", "active")
    search_columns = ["code", "name", "category", "kind", "active"]
    base_order = ("code", "asc")


class HolidayView(DomainView):
    datamodel = interface(Holiday)
    list_columns = ["starts_on", "ends_on", "name", "is_workday"]
    title_column = "name"
    show_columns = ["starts_on", "ends_on", "name", "is_workday"]
    form_columns = ("starts_on", "ends_on", "name", "is_workday")
    search_columns = ["starts_on", "ends_on", "name", "is_workday"]
    base_order = ("starts_on", "desc")


class DecisionView(DecisionForm, DomainView):
    datamodel = interface(Decision)
    list_columns = [
        "agenda_item",
        "outcome",
        "decided_on",
        "subject_table",
        "subject_id",
        "wording",
    ]
    show_columns = [
        "agenda_item", "outcome", "decided_on", "subject_table", "subject_id", "wording", "recorded_at",
    ]  # fmt: skip
    form_columns = (
        "agenda_item",
        "outcome",
        "decided_on",
        "subject_table",
        "subject_id",
        "wording",
    )
    search_columns = ["outcome", "decided_on"]
    plain_columns = {"wording": show_long_text, "subject_table": noun_of_table}
    base_order = ("decided_on", "desc")


def _next_position() -> int | None:
    """The place behind the last item of the meeting that the form was opened for."""
    meeting = key_of(request.args.get(filter_name(AgendaItem, "meeting"), ""))
    if meeting is None:
        return None
    last = select(func.max(AgendaItem.position)).where(
        visible(the_actor(), AgendaItem), AgendaItem.meeting_id == meeting
    )
    return (db.session.scalar(last) or 0) + 1


class AgendaItemView(DomainView):
    datamodel = interface(AgendaItem)
    list_columns = ["meeting", "position", "title", "reporter_department"]
    title_column = "title"
    show_columns = ["meeting", "position", "title", "reporter_department", "summary"]
    form_columns = ("meeting", "position", "title", "reporter_department", "summary")
    form_defaults = {"position": _next_position}
    search_columns = ["meeting", "title", "reporter_department"]
    plain_columns = {"summary": show_long_text}


def register(builder: Any) -> None:
    ShowPages.before_meeting = staticmethod(
        lambda row, actor: before_meeting(db.session, actor, row)
    )
    ShowPages.by_minutes = staticmethod(lambda row, offer: taken_by_minutes(row, offer.transition))
    year = {
        "category": "cycles",
        "category_label": lazy_gettext("The year"),
        "category_icon": "calendar",
    }
    CycleView.related_views = [PhaseView, ReportingMonthView]
    RuleBookView.related_views = [RuleValueView, ComponentView]
    MeetingView.related_views = [AgendaItemView]
    AgendaItemView.related_views = [DecisionView]
    builder.add_view(CycleView, "cycle", label=lazy_gettext("Years"), icon="calendar-event", **year)
    builder.add_view(PhaseView, "phase", label=lazy_gettext("Phases"), icon="clock", **year)
    builder.add_view(
        ReportingMonthView,
        "reporting_month",
        label=lazy_gettext("Reporting months"),
        icon="calendar-month",
        **year,
    )
    builder.add_view(
        RuleBookView, "rule_book", label=lazy_gettext("Rule books"), icon="book", **year
    )
    builder.add_view(
        RuleValueView, "rule_value", label=lazy_gettext("Rule values"), icon="adjustments", **year
    )
    builder.add_view(
        MeetingView, "meeting", label=lazy_gettext("Meetings"), icon="users-group", **year
    )
    builder.add_view(
        AgendaItemView, "agenda_item", label=lazy_gettext("Agenda items"), icon="list", **year
    )
    builder.add_view(
        DecisionView, "decision", label=lazy_gettext("Committee decisions"), icon="gavel", **year
    )
    master = {
        "category": "master",
        "category_label": lazy_gettext("Master data"),
        "category_icon": "database",
    }
    builder.add_view(
        StrategicGoalView,
        "strategic_goal",
        label=lazy_gettext("Strategic goals"),
        icon="flag",
        **master,
    )
    builder.add_view(
        TaskCategoryView,
        "task_category",
        label=lazy_gettext("Task categories"),
        icon="tags",
        **master,
    )
    builder.add_view(
        IndicatorTemplateView,
        "indicator_template",
        label=lazy_gettext("Indicator library"),
        icon="archive",
        **master,
    )
    builder.add_view(HolidayView, "holiday", label=lazy_gettext("Holidays"), icon="beach", **master)
    builder.add_view_no_menu(ComponentView)
