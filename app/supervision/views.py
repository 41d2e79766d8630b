"""Screens of supervision: cases with their steps and departments, and instructions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.extensions import db
from app.models.supervision import (
    ON_HAND,
    CaseDepartment,
    CaseStatus,
    CaseStep,
    SupervisionCase,
)
from app.supervision import service
from app.supervision.case_show import CaseShow
from app.supervision.forms import SupervisionCaseForm
from app.supervision.instruction_views import InstructionView
from app.supervision.offered import steps_offered
from app.supervision.paper_views import CasePaper
from app.web.formats import show_long_text
from app.web.lists import Overdue, QuickFilter, always, of_my_departments
from app.web.views import DomainView, interface

LONG = dict.fromkeys(("ground", "requirement", "special_ground", "text"), show_long_text)


class CaseStepView(DomainView):
    datamodel = interface(CaseStep)
    read_only = True
    list_columns = ["happened_at", "kind", "stage", "text", "actor", "due_on"]
    title_column = "text"
    show_columns = ["supervision_case", "happened_at", "kind", "stage", "text", "actor", "due_on"]
    search_columns = ["kind", "stage", "happened_at"]
    plain_columns = LONG


UNDER_WAY = frozenset({CaseStatus.OPEN.value, CaseStatus.REPLIED.value})
_RUNNING = ",".join(sorted(UNDER_WAY))
_ON_HAND = ",".join(sorted(ON_HAND))


class CaseDepartmentView(DomainView):
    datamodel = interface(CaseDepartment)
    list_columns = ["department", "supervision_case"]
    title_column = "department"
    show_columns = ["supervision_case", "department"]
    form_columns = ("supervision_case", "department")
    search_columns = ["department", "supervision_case"]


class SupervisionCaseView(CaseShow, SupervisionCaseForm, CasePaper, DomainView):
    datamodel = interface(SupervisionCase)
    title_column = "matter"
    quick_filters = (
        of_my_departments(),
        QuickFilter("open", lazy_gettext("Under way"), always(status__in=_ON_HAND)),
        QuickFilter(
            "overdue", lazy_gettext("Overdue"), always(due_on__lt="today", status__in=_RUNNING)
        ),
    )
    overdue = Overdue("due_on", "status", UNDER_WAY)
    list_columns = [
        "number", "matter", "department", "source", "stage", "status", "opened_on", "due_on",
        "closed_on",
    ]  # fmt: skip
    show_columns = [
        "cycle", "number", "matter", "source", "task", "ground", "requirement", "department",
        "leader", "stage", "status", "opened_on", "due_on", "urges", "signed_at", "closed_on",
        "rule_key", "special_proposed_on", "special_ground",
    ]  # fmt: skip
    form_columns = (
        "cycle", "source", "task", "matter", "ground", "requirement", "department", "leader",
    )  # fmt: skip
    search_columns = [
        "cycle", "department", "source", "stage", "status", "number", "matter", "opened_on", "due_on",
    ]  # fmt: skip
    plain_columns = LONG
    base_order = ("id", "desc")
    own_methods = {"paper": "read"}

    def steps_offered(self, names: Collection[str], actor: Actor) -> Collection[str]:
        return steps_offered(actor, names)

    def new_row(self, form: Any, actor: Actor) -> SupervisionCase:
        case = SupervisionCase()
        with db.session.no_autoflush:
            form.populate_obj(case)
        service.add_case(db.session, actor, case)
        return case


def register(builder: Any) -> None:
    category = {
        "category": "supervision",
        "category_label": lazy_gettext("Supervision"),
        "category_icon": "gavel",
    }
    SupervisionCaseView.related_views = [CaseStepView, CaseDepartmentView]
    builder.add_view(
        SupervisionCaseView,
        "supervision_case",
        label=lazy_gettext("Supervision cases"),
        icon="folder-open",
        **category,
    )
    builder.add_view(
        InstructionView,
        "instruction",
        label=lazy_gettext("Instructions"),
        icon="pencil",
        **category,
    )
    builder.add_view_no_menu(CaseStepView)
    builder.add_view_no_menu(CaseDepartmentView)
