"""The tables of the year in the console: its calendar, what goals are made of, the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement

from app.console.acts import Ask, Delete, Put
from app.console.base import DomainConsole
from app.console.college import (
    AppointmentConsole,
    ChargeConsole,
    DelegationConsole,
    DepartmentClassConsole,
    DepartmentConsole,
    PersonConsole,
)
from app.core.actor import Actor
from app.models.cycles import (
    Component,
    Holiday,
    IndicatorTemplate,
    Phase,
    RuleBook,
    RuleBookStatus,
    RuleValue,
    StrategicGoal,
    TaskCategory,
)
from app.models.organisation import (
    Appointment,
    Charge,
    Delegation,
    Department,
    DepartmentClass,
    Person,
)
from app.web.lists import QuickFilter, always
from app.web.shell import chosen_cycle


def _draft_books() -> ColumnElement[bool]:
    """A book in force is history: only a draft takes new values."""
    return RuleBook.status == RuleBookStatus.DRAFT


_IN_A_DRAFT: dict[str, Any] = {"rule_book": _draft_books}
_IN_USE = QuickFilter("active", lazy_gettext("In use"), always(active="1"))
_OFF = QuickFilter("off", lazy_gettext("Switched off"), always(active="0"))
_ASSUMED = QuickFilter("assumed", lazy_gettext("Still assumed"), always(assumed="1"))
_SWITCH_ON = Put("switch_on", lazy_gettext("Switch on"), "active", True)
_SWITCH_OFF = Put("switch_off", lazy_gettext("Switch off"), "active", False)
_CONFIRM = Put("confirm", lazy_gettext("Confirm: no longer assumed"), "assumed", False)
_CATEGORY = Ask("set_category", lazy_gettext("Set the category"), "category")


def _days_of_the_year(actor: Actor) -> Mapping[str, Any] | None:
    year = chosen_cycle()
    if year is None:
        return None
    return {"starts_on__ge": f"{year.year}-01-01", "starts_on__le": f"{year.year}-12-31"}


def _goals_of_the_year(actor: Actor) -> Mapping[str, Any] | None:
    year = chosen_cycle()
    return None if year is None else {"start_year__le": year.year, "end_year__ge": year.year}


class TaskCategoryConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "name_en", "sort_order", "active")
    form_columns = ("code", "name", "name_en", "sort_order", "active")
    searched = ("code", "name", "name_en")
    filtered = ("active",)
    title_column = "name"
    order = "sort_order"
    editable = ("name_en", "sort_order", "active")
    ordered = True
    quick_filters = (_IN_USE, _OFF)
    acts = (_SWITCH_ON, _SWITCH_OFF, Delete())


class StrategicGoalConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "category", "start_year", "end_year", "target", "sort_order")
    form_columns = (
        "code", "name", "description", "category", "start_year", "end_year", "target", "sort_order",
    )  # fmt: skip
    searched = ("code", "name", "target")
    filtered = ("category", "start_year", "end_year")
    title_column = "name"
    order = "sort_order"
    editable = ("start_year", "end_year", "target", "sort_order")
    ordered = True
    quick_filters = (QuickFilter("year", lazy_gettext("Of this year"), _goals_of_the_year),)
    acts = (_CATEGORY, Ask("set_end", lazy_gettext("Set the last year"), "end_year"), Delete())


class IndicatorTemplateConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "category", "kind", "unit", "direction", "active")
    form_columns = ("code", "name", "category", "kind", "unit", "direction", "standard", "active")
    searched = ("code", "name", "standard")
    filtered = ("category", "kind", "active")
    title_column = "name"
    order = "code"
    editable = ("kind", "unit", "direction", "active")
    quick_filters = (_IN_USE, _OFF)
    acts = (_CATEGORY, _SWITCH_ON, _SWITCH_OFF, Delete())


class PhaseConsole(DomainConsole):
    group = "calendar"
    columns = ("code", "cycle", "starts_on", "ends_on", "article", "assumed")
    form_columns = ("cycle", "code", "starts_on", "ends_on", "article", "assumed", "remark")
    searched = ("article", "remark")
    filtered = ("cycle", "code", "starts_on", "ends_on", "assumed")
    title_column = "code"
    editable = ("starts_on", "ends_on", "assumed")
    order, descending = "starts_on", True
    quick_filters = (_ASSUMED,)
    acts = (_CONFIRM, Delete())


class HolidayConsole(DomainConsole):
    group = "calendar"
    columns = ("name", "starts_on", "ends_on", "is_workday")
    title_column = "name"
    form_columns = ("starts_on", "ends_on", "name", "is_workday")
    searched = ("name",)
    filtered = ("starts_on", "ends_on", "is_workday")
    order, descending = "starts_on", True
    quick_filters = (
        QuickFilter("year", lazy_gettext("Of this year"), _days_of_the_year),
        QuickFilter("off", lazy_gettext("Days off"), always(is_workday="0")),
        QuickFilter("work", lazy_gettext("Make-up days"), always(is_workday="1")),
    )
    editable = ("starts_on", "ends_on", "name", "is_workday")
    acts = (
        Put("work", lazy_gettext("Make them working days"), "is_workday", True),
        Put("off", lazy_gettext("Make them days off"), "is_workday", False),
        Delete(),
    )


class RuleValueConsole(DomainConsole):
    group = "rules"
    columns = ("name", "key", "chapter", "value", "unit", "article", "assumed", "rule_book")
    form_columns = (
        "rule_book", "key", "name", "name_en", "kind", "value", "unit", "chapter", "article", "assumed",
    )  # fmt: skip
    form_choices = _IN_A_DRAFT
    searched = ("key", "name", "value", "chapter")
    filtered = ("rule_book", "chapter", "kind", "assumed")
    title_column = "name"
    order = "key"
    editable = ("value", "assumed")
    quick_filters = (_ASSUMED,)
    acts = (_CONFIRM, Delete())


class ComponentConsole(DomainConsole):
    group = "rules"
    columns = ("name", "code", "level", "weight", "minimum", "maximum", "rule_book")
    form_columns = (
        "rule_book", "parent", "code", "name", "level", "weight", "minimum", "maximum", "scored_by", "rule",
    )  # fmt: skip
    form_choices = _IN_A_DRAFT
    searched = ("code", "name")
    filtered = ("rule_book", "level")
    title_column = "name"
    order = "code"
    editable = ("weight", "minimum", "maximum")
    acts = (Delete(),)


TABLES: tuple[tuple[type[DomainConsole], type[Any]], ...] = (
    (DepartmentConsole, Department),
    (PersonConsole, Person),
    (AppointmentConsole, Appointment),
    (ChargeConsole, Charge),
    (DepartmentClassConsole, DepartmentClass),
    (DelegationConsole, Delegation),
    (PhaseConsole, Phase),
    (HolidayConsole, Holiday),
    (StrategicGoalConsole, StrategicGoal),
    (TaskCategoryConsole, TaskCategory),
    (IndicatorTemplateConsole, IndicatorTemplate),
    (RuleValueConsole, RuleValue),
    (ComponentConsole, Component),
)
"""Every table of the console, in the order of its menu."""
