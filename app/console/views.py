"""The tables of master data in the console: what each list shows and each form asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.console.base import DomainConsole
from app.core.policy import visible
from app.extensions import db
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
from app.web.views import the_actor


def _draft_books() -> list[RuleBook]:
    """A book in force is history: only a draft takes new values."""
    return list(
        db.session.scalars(
            select(RuleBook)
            .where(visible(the_actor(), RuleBook), RuleBook.status == RuleBookStatus.DRAFT)
            .order_by(RuleBook.year, RuleBook.edition)
        )
    )


_IN_A_DRAFT: dict[str, Any] = {"rule_book": {"query_factory": _draft_books}}


class DepartmentConsole(DomainConsole):
    column_list = (
        "code",
        "name",
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
    column_searchable_list = ("code", "name", "short_name")
    column_filters = ("kind", "parent", "valid_from", "valid_to")
    column_default_sort = "sort_order"
    editable = ("sort_order",)


class TaskCategoryConsole(DomainConsole):
    column_list = ("code", "name", "name_en", "sort_order", "active")
    form_columns = ("code", "name", "name_en", "sort_order", "active")
    column_searchable_list = ("code", "name", "name_en")
    column_filters = ("active",)
    column_default_sort = "sort_order"
    editable = ("sort_order",)


class StrategicGoalConsole(DomainConsole):
    column_list = ("code", "name", "category", "start_year", "end_year", "target")
    form_columns = ("code", "name", "description", "category", "start_year", "end_year", "target")
    column_searchable_list = ("code", "name", "target")
    column_filters = ("category", "start_year", "end_year")
    column_default_sort = "code"


class IndicatorTemplateConsole(DomainConsole):
    column_list = ("code", "name", "category", "kind", "unit", "direction", "active")
    form_columns = ("code", "name", "category", "kind", "unit", "direction", "standard", "active")
    column_searchable_list = ("code", "name", "standard")
    column_filters = ("category", "kind", "active")
    column_default_sort = "code"


class PhaseConsole(DomainConsole):
    column_list = ("cycle", "code", "starts_on", "ends_on", "article", "assumed")
    form_columns = ("cycle", "code", "starts_on", "ends_on", "article", "assumed", "remark")
    column_searchable_list = ("article", "remark")
    column_filters = ("cycle", "code", "starts_on", "ends_on", "assumed")
    column_default_sort = ("starts_on", True)


class HolidayConsole(DomainConsole):
    column_list = ("starts_on", "ends_on", "name", "is_workday")
    form_columns = ("starts_on", "ends_on", "name", "is_workday")
    column_searchable_list = ("name",)
    column_filters = ("starts_on", "ends_on", "is_workday")
    column_default_sort = ("starts_on", True)


class RuleValueConsole(DomainConsole):
    column_list = ("rule_book", "chapter", "key", "name", "value", "unit", "article", "assumed")
    form_columns = (
        "rule_book", "key", "name", "name_en", "kind", "value", "unit", "chapter", "article", "assumed",
    )  # fmt: skip
    form_args = _IN_A_DRAFT
    column_searchable_list = ("key", "name", "value", "chapter")
    column_filters = ("rule_book", "chapter", "kind", "assumed")
    column_default_sort = "key"


class ComponentConsole(DomainConsole):
    column_list = ("rule_book", "code", "name", "level", "weight", "minimum", "maximum")
    form_columns = (
        "rule_book", "parent", "code", "name", "level", "weight", "minimum", "maximum", "scored_by", "rule",
    )  # fmt: skip
    form_args = _IN_A_DRAFT
    column_searchable_list = ("code", "name")
    column_filters = ("rule_book", "level")
    column_default_sort = "code"


class ChargeConsole(DomainConsole):
    column_list = ("leader", "department", "kind", "valid_from", "valid_to")
    form_columns = ("leader", "department", "kind", "valid_from", "valid_to", "remark")
    column_searchable_list = ("remark",)
    column_filters = ("leader", "department", "kind", "valid_from", "valid_to")
    column_default_sort = ("valid_from", True)


class DelegationConsole(DomainConsole):
    column_list = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    form_columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    column_searchable_list = ("ground",)
    column_filters = ("department", "valid_from", "valid_to")
    column_default_sort = ("valid_from", True)


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
