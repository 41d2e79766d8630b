"""Screens of coordination requests: the list, asking, one request with its story (Art. 9.1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Refusal
from app.cycles.queries import college_calendar
from app.extensions import db
from app.models.monitoring import CoordinationRequest
from app.models.organisation import Department, DepartmentKind, Person
from app.models.planning import Task, TaskDepartment, TaskStatus
from app.monitoring.coordination import cycle_of, reply_day, request_coordination
from app.monitoring.coordination_workflow import WAITING
from app.security.roles import LEADER, TOP_LEADER
from app.web.directory import directory
from app.web.facts import facts_of
from app.web.form_pages import FormPages
from app.web.formats import show, show_long_text
from app.web.interface import key_of
from app.web.lists import Overdue, QuickFilter, always, of_my_departments
from app.web.reader import the_actor
from app.web.views import DomainView, interface

_WAITING = ",".join(WAITING)
FACTS = ("status", "department", "addressed_department", "addressed_leader", "due_on", "task", "monthly_check")  # fmt: skip


def _own_departments() -> ColumnElement[bool]:
    return Department.id.in_(the_actor().speaks_for())


def _other_departments() -> ColumnElement[bool]:
    """Whole departments of today that may be asked."""
    today = clock.today()
    return and_(
        Department.kind != DepartmentKind.SECTION,
        or_(Department.valid_to.is_(None), Department.valid_to >= today),
    )


def _leaders() -> ColumnElement[bool]:
    return and_(Person.active, Person.roles.any(Role.name.in_((LEADER, TOP_LEADER))))


def _own_tasks() -> ColumnElement[bool]:
    """The tasks under way that the reader's departments lead or take part in."""
    own = the_actor().speaks_for()
    part = select(TaskDepartment.task_id).where(TaskDepartment.department_id.in_(own))
    return and_(
        Task.status == TaskStatus.ACCEPTED,
        or_(Task.lead_department_id.in_(own), Task.id.in_(part)),
    )


def _asking_department() -> Department | None:
    """The reader's department; of several, the one that leads the task the address names."""
    known = directory().departments
    own = {
        one for one in the_actor().speaks_for()
        if one in known and known[one].kind != DepartmentKind.SECTION
    }  # fmt: skip
    if len(own) > 1:
        key = key_of(request.args.get("_flt_0_task", ""))
        task = db.session.get(Task, key) if key else None
        own = own & {task.lead_department_id} if task is not None else own
    return db.session.get(Department, min(own)) if len(own) == 1 else None


def _day_proposed() -> dt.date | None:
    """By the rule book; nothing where no book is in force."""
    try:
        return reply_day(db.session)
    except Refusal:
        return None


class CoordinationForm(FormPages):
    form_note = lazy_gettext(
        "Whom you address is told at once, answers by the day you name, and the Office sees it."
    )
    form_sections = (
        (lazy_gettext("What it is about"), ("department", "task", "matter")),
        (lazy_gettext("Who should help, until when"),
         ("addressed_department", "addressed_leader", "due_on")),
    )  # fmt: skip
    form_help = {
        "matter": lazy_gettext("What keeps the work from going on, and what you ask for."),
        "task": lazy_gettext("Where the matter belongs to a task of yours."),
        "addressed_department": lazy_gettext("Another department …"),
        "addressed_leader": lazy_gettext("… or a leader, where a department alone cannot help."),
        "due_on": lazy_gettext("Proposed by the rule book; it can be moved."),
    }  # fmt: skip
    form_choices = {
        "department": _own_departments,
        "task": _own_tasks,
        "addressed_department": _other_departments,
        "addressed_leader": _leaders,
    }
    form_defaults = {"department": _asking_department, "due_on": _day_proposed}


class CoordinationRequestView(CoordinationForm, DomainView):
    datamodel = interface(CoordinationRequest)
    show_template = "monitoring/coordination.html"
    list_columns = [
        "department", "matter", "addressed_department", "addressed_leader", "due_on", "status",
    ]  # fmt: skip
    show_columns = [
        "status", "department", "addressed_department", "addressed_leader", "due_on", "task",
        "monthly_check", "matter", "reroute_reason", "reopen_reason", "reply", "answered_at",
        "resolved_at",
    ]  # fmt: skip
    title_column = "matter"
    quick_search = ("matter", "reply")
    quick_filters = (
        of_my_departments(),
        QuickFilter(
            "asked_of_us",
            lazy_gettext("Asked of us"),
            lambda actor: _asked_of(actor),
        ),
        QuickFilter("open", lazy_gettext("Waiting for an answer"), always(status__in=_WAITING)),
        QuickFilter(
            "overdue", lazy_gettext("Overdue"), always(due_on__lt="today", status__in=_WAITING)
        ),
    )
    overdue = Overdue("due_on", "status", frozenset(one.value for one in WAITING))
    form_columns = (
        "department", "task", "matter", "addressed_department", "addressed_leader", "due_on",
    )  # fmt: skip
    search_columns = [
        "department", "addressed_department", "addressed_leader", "status", "due_on", "task",
        "matter", "created_at",
    ]  # fmt: skip
    plain_columns = dict.fromkeys(
        ("matter", "reply", "reopen_reason", "reroute_reason"), show_long_text
    )

    def show_page(self, row: CoordinationRequest, actor: Actor) -> Any:
        """What is said stands in its order, as a conversation; the facts say who and until when."""
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, FACTS),
            tables=self._tables(row, actor),
            story=self.story_of(row, actor),
            waiting=row.status in WAITING,
            late=_late(row),
            show=show,
            asked_on=show(row.created_at),
        )

    def new_row(self, form: Any, actor: Actor) -> Any:
        row = self.model()
        with db.session.no_autoflush:
            form.populate_obj(row)
        return request_coordination(db.session, actor, row)

    def propose(self, step: str, form: Any, row: Any) -> None:
        """A step that asks anew begins with a new day and without what was said the last time."""
        if step in {"reopen", "reroute"}:
            form.due_on.data = _day_of(row)
        if step == "reopen":
            form.reopen_reason.data = None
        if step == "reroute":
            form.reroute_reason.data = None
            form.addressed_department.data = form.addressed_leader.data = None


def _asked_of(actor: Actor) -> dict[str, Any] | None:
    """What is asked of the reader's departments, or of the reader."""
    if actor.has_role(LEADER, TOP_LEADER):
        return {"addressed_leader": str(actor.user_id)}
    own = sorted(actor.speaks_for())
    if len(own) == 1:
        return {"addressed_department": str(own[0])}
    return {"addressed_department__in": ",".join(map(str, own))} if own else None


def _late(row: CoordinationRequest) -> int:
    """Workdays since the answer was due; 0 in time or answered."""
    if row.status not in WAITING or row.due_on is None or row.due_on >= clock.today():
        return 0
    return clock.workdays_between(row.due_on, clock.today(), college_calendar(db.session))


def _day_of(row: CoordinationRequest) -> dt.date | None:
    try:
        return reply_day(db.session, cycle_of(row))
    except Refusal:
        return row.due_on


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        CoordinationRequestView,
        "coordination_request",
        label=lazy_gettext("Coordination"),
        icon="heart-handshake",
        **category,
    )
