"""The form of a case written by hand, with or without a task; it begins with what the task, or
the item of a meeting, one came from says already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g, request
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.policy import visible
from app.cycles.queries import current_cycle
from app.extensions import db
from app.models.meetings import AgendaItem, Decision
from app.models.planning import Task
from app.models.supervision import CaseDepartment, CaseSource
from app.reports.paper import chinese_date
from app.web.form_pages import FormPages
from app.web.inlines import Inline
from app.web.interface import key_of
from app.web.reader import the_actor

_ASKED = ("source", "matter", "ground", "department", "leader")


def _begin() -> Mapping[str, Any]:
    """What a new case begins with: from `_flt_0_task` or `agenda_item` in the address."""
    if "case_begun" not in g:
        g.case_begun = _from_task() or _from_meeting()
    begun: Mapping[str, Any] = g.case_begun
    return begun


def _from_task() -> Mapping[str, Any]:
    key = key_of(request.args.get("_flt_0_task", ""))
    task = db.session.scalar(
        select(Task)
        .where(Task.id == key, visible(the_actor(), Task))
        .options(joinedload(Task.lead_department), joinedload(Task.leader))
    )
    if task is None:
        return {}
    return {
        "source": CaseSource.TASK,
        "matter": " ".join(filter(None, [task.number, task.title])),
        "department": task.lead_department,
        "leader": task.leader,
    }


def _from_meeting() -> Mapping[str, Any]:
    key = key_of(request.args.get("agenda_item", ""))
    item = db.session.scalar(
        select(AgendaItem)
        .where(AgendaItem.id == key, visible(the_actor(), AgendaItem))
        .options(joinedload(AgendaItem.meeting), joinedload(AgendaItem.reporter_department))
    )
    if item is None:
        return {}
    said = db.session.scalars(
        select(Decision.wording).where(
            Decision.agenda_item_id == item.id, visible(the_actor(), Decision)
        )
    )
    held = (
        f"{item.meeting.title}（{item.meeting.number}，{chinese_date(item.meeting.held_on)}）议定"
    )
    return {
        "source": CaseSource.MEETING,
        "matter": item.title,
        "ground": "\n".join(filter(None, [held, *said])),
        "department": item.reporter_department,
    }


def _default(name: str) -> Callable[[], Any]:
    return lambda: _begin().get(name)


class SupervisionCaseForm(FormPages):
    form_note = lazy_gettext(
        "A case is a proposal until the Office opens it; then it gets its number, its time begins"
        " to run, and the department is told."
    )
    form_sections = (
        (lazy_gettext("What is to be done"),
         ("cycle", "source", "task", "matter", "ground", "requirement")),
        (lazy_gettext("Who does it"), ("department", "leader")),
    )  # fmt: skip
    form_help = {
        "source": lazy_gettext("A case about an annual task names the task; the others may."),
        "ground": lazy_gettext("What was decided, written or found, by whom and when."),
        "requirement": lazy_gettext("What the department is to do and to report."),
        "leader": lazy_gettext("Left empty: the leader in charge of the department."),
    }  # fmt: skip
    form_defaults = {
        "cycle": lambda: current_cycle(db.session),
        **{name: _default(name) for name in _ASKED},
    }
    inline_children = (
        Inline(
            CaseDepartment, "supervision_case", ("department",),
            hint=lazy_gettext("Departments that help; they see the case."),
        ),
    )  # fmt: skip
