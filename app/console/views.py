"""The tables of master data in the console: what each list shows and each form asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case

from app.console.base import DomainConsole
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
from app.models.organisation import Charge, Delegation, Department
from app.web.directory import directory


def _draft_books() -> ColumnElement[bool]:
    """A book in force is history: only a draft takes new values."""
    return RuleBook.status == RuleBookStatus.DRAFT


_IN_A_DRAFT: dict[str, Any] = {"rule_book": _draft_books}


def _tree() -> list[tuple[int, int]]:
    """(id, depth) of every department in its natural order, each below its parent."""
    departments = directory().departments
    below: dict[int | None, list[int]] = {}
    for entry in departments.values():
        below.setdefault(entry.parent_id, []).append(entry.id)
    found: list[tuple[int, int]] = []
    waiting = [(key, 0) for key in reversed(below.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        found.append((key, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(key, []))]
    return found


class DepartmentConsole(DomainConsole):
    group = "organisation"
    columns = (
        "name",
        "code",
        "short_name",
        "kind",
        "parent",
        "sort_order",
        "valid_from",
        "valid_to",
    )
    form_columns = (
        "code",
        "name",
        "short_name",
        "kind",
        "parent",
        "sort_order",
        "valid_from",
        "valid_to",
    )
    searched = ("code", "name", "short_name")
    filtered = ("kind", "parent", "valid_from", "valid_to")
    title_column = "name"
    editable = ("short_name", "kind", "sort_order", "valid_from", "valid_to")

    def natural_order(self) -> Any:
        places = {key: place for place, (key, _) in enumerate(_tree())}
        return case(places, value=Department.id, else_=len(places)) if places else None

    def depths(self) -> dict[int, int]:
        return dict(_tree())


class TaskCategoryConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "name_en", "sort_order", "active")
    form_columns = ("code", "name", "name_en", "sort_order", "active")
    searched = ("code", "name", "name_en")
    filtered = ("active",)
    title_column = "name"
    order = "sort_order"
    editable = ("name_en", "sort_order", "active")


class StrategicGoalConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "category", "start_year", "end_year", "target")
    form_columns = ("code", "name", "description", "category", "start_year", "end_year", "target")
    searched = ("code", "name", "target")
    filtered = ("category", "start_year", "end_year")
    title_column = "name"
    order = "code"
    editable = ("start_year", "end_year", "target")


class IndicatorTemplateConsole(DomainConsole):
    group = "goals"
    columns = ("name", "code", "category", "kind", "unit", "direction", "active")
    form_columns = ("code", "name", "category", "kind", "unit", "direction", "standard", "active")
    searched = ("code", "name", "standard")
    filtered = ("category", "kind", "active")
    title_column = "name"
    order = "code"
    editable = ("kind", "unit", "direction", "active")


class PhaseConsole(DomainConsole):
    group = "calendar"
    columns = ("code", "cycle", "starts_on", "ends_on", "article", "assumed")
    form_columns = ("cycle", "code", "starts_on", "ends_on", "article", "assumed", "remark")
    searched = ("article", "remark")
    filtered = ("cycle", "code", "starts_on", "ends_on", "assumed")
    title_column = "code"
    editable = ("starts_on", "ends_on", "assumed")
    order, descending = "starts_on", True


class HolidayConsole(DomainConsole):
    group = "calendar"
    columns = ("name", "starts_on", "ends_on", "is_workday")
    title_column = "name"
    form_columns = ("starts_on", "ends_on", "name", "is_workday")
    searched = ("name",)
    filtered = ("starts_on", "ends_on", "is_workday")
    order, descending = "starts_on", True


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


class ChargeConsole(DomainConsole):
    group = "organisation"
    columns = ("leader", "department", "kind", "valid_from", "valid_to")
    form_columns = ("leader", "department", "kind", "valid_from", "valid_to", "remark")
    searched = ("remark",)
    filtered = ("leader", "department", "kind", "valid_from", "valid_to")
    order, descending = "valid_from", True


class DelegationConsole(DomainConsole):
    group = "organisation"
    columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    form_columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    searched = ("ground",)
    filtered = ("department", "valid_from", "valid_to")
    order, descending = "valid_from", True


TABLES: tuple[tuple[type[DomainConsole], type[Any]], ...] = (
    (DepartmentConsole, Department),
    (ChargeConsole, Charge),
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
