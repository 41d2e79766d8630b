"""Screens of supervision: cases with their steps, and instructions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from app.core import clock
from app.core.actor import Actor
from app.models.supervision import CaseStatus, CaseStep, Instruction, SupervisionCase
from app.web.formats import noun_of_table, show_long_text
from app.web.lists import Overdue, QuickFilter, always, of_my_departments
from app.web.views import DomainView, interface

LONG = dict.fromkeys(("ground", "requirement", "text"), show_long_text)


class CaseStepView(DomainView):
    datamodel = interface(CaseStep)
    read_only = True
    list_columns = ["happened_at", "kind", "stage", "text", "actor", "due_on"]
    title_column = "text"
    show_columns = ["supervision_case", "happened_at", "kind", "stage", "text", "actor", "due_on"]
    search_columns = ["kind", "stage", "happened_at"]
    plain_columns = LONG


UNDER_WAY = frozenset({CaseStatus.OPEN.value, CaseStatus.REPLIED.value})
_OPEN = ",".join(sorted(UNDER_WAY))


class SupervisionCaseView(DomainView):
    datamodel = interface(SupervisionCase)
    title_column = "matter"
    quick_filters = (
        of_my_departments(),
        QuickFilter("open", lazy_gettext("Under way"), always(status__in=_OPEN)),
        QuickFilter(
            "overdue", lazy_gettext("Overdue"), always(due_on__lt="today", status__in=_OPEN)
        ),
    )
    overdue = Overdue("due_on", "status", UNDER_WAY)
    list_columns = [
        "number", "matter", "department", "source", "stage", "status", "opened_on", "due_on",
        "closed_on",
    ]  # fmt: skip
    show_columns = [
        "cycle", "number", "matter", "source", "task", "ground", "requirement", "department",
        "leader", "stage", "status", "opened_on", "due_on", "signed_at", "closed_on",
    ]  # fmt: skip
    form_columns = (
        "cycle", "source", "task", "matter", "ground", "requirement", "department", "leader",
    )  # fmt: skip
    search_columns = [
        "cycle", "department", "source", "stage", "status", "number", "matter", "opened_on", "due_on",
    ]  # fmt: skip
    plain_columns = LONG
    base_order = ("id", "desc")


class InstructionView(DomainView):
    datamodel = interface(Instruction)
    list_columns = ["written_on", "author", "text", "subject_table", "subject_id"]
    title_column = "text"
    show_columns = ["written_on", "author", "recorded_by", "text", "subject_table", "subject_id"]
    form_columns = ("subject_table", "subject_id", "text", "written_on")
    search_columns = ["author", "written_on", "text"]
    plain_columns = {**LONG, "subject_table": noun_of_table}

    def prepare(self, row: Any, actor: Actor) -> None:
        row.author_id = actor.user_id
        row.written_on = row.written_on or clock.today()


def register(builder: Any) -> None:
    category = {
        "category": "supervision",
        "category_label": lazy_gettext("Supervision"),
        "category_icon": "gavel",
    }
    SupervisionCaseView.related_views = [CaseStepView]
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
