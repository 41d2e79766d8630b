"""The tables of the college in the console: departments, people and their posts and charges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import case, literal, select, union_all

from app.console.acts import (
    Ask,
    Delete,
    GiveRole,
    Put,
    SetClass,
    SwitchOff,
    TakeRole,
    role_words,
)
from app.console.base import DomainConsole
from app.console.rows import tree_places
from app.console.standing import Standing, in_force
from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    ChargeKind,
    Department,
    SuccessionKind,
)
from app.organisation.views import ACCOUNT_COLUMNS, PersonView, RolesField
from app.web.directory import directory
from app.web.lists import QuickFilter, always

_SPANS = (Standing.CURRENT, Standing.ENDED)
_CLOSE = Ask("close", lazy_gettext("Set an end date"), "valid_to")
_REOPEN = Put("reopen", lazy_gettext("Take the end date away"), "valid_to")


class DepartmentConsole(DomainConsole):
    group = "organisation"
    tree = ordered = True
    columns = ("name", "code", "short_name", "kind", "valid_from", "valid_to")
    form_columns = (
        "code", "name", "short_name", "kind", "parent", "sort_order", "valid_from", "valid_to",
    )  # fmt: skip
    more_columns = form_columns
    extras = {
        "head": lazy_gettext("Head of the department"),
        "leader": lazy_gettext("Leader in charge"),
    }
    searched = ("code", "name", "short_name")
    filtered = ("kind", "parent", "valid_from", "valid_to")
    quick_standings = (*_SPANS, Standing.NO_HEAD, Standing.NO_LEADER)
    title_column = "name"
    order = "sort_order"
    page_size = 200
    editable = ("short_name", "kind", "sort_order", "valid_from", "valid_to")
    acts = (SetClass(), _CLOSE, _REOPEN, Delete())

    def natural_order(self) -> Any:
        places = {key: place for key, (place, _) in tree_places().items()}
        return case(places, value=Department.id, else_=len(places)) if places else None

    def mark(self, row: Any) -> str:
        today = clock.today()
        if row.valid_to is not None and row.valid_to < today:
            return gettext("until %(year)s", year=row.valid_to.year)
        if row.valid_from is not None and row.valid_from > today:
            return gettext("from %(year)s", year=row.valid_from.year)
        return ""

    def ways(self, row: Any, actor: Actor) -> Sequence[tuple[str, str]]:
        if not (actor.may("department_successor:add") and actor.may("department:edit")):
            return ()
        place = "SuccessionView.add"
        return [
            (words((kind.zh, kind.en)), url_for(place, predecessor=row.id, kind=kind.value))
            for kind in SuccessionKind
        ]

    def extra_values(self, rows: Sequence[Any], actor: Actor) -> Mapping[str, Mapping[int, str]]:
        keys, today = [row.id for row in rows], clock.today()
        heads = select(literal("head"), Appointment.department_id, Appointment.person_id).where(
            visible(actor, Appointment),
            Appointment.department_id.in_(keys),
            Appointment.post.in_(HEADING_POSTS),
            in_force(Appointment, today),
        )
        leaders = select(literal("leader"), Charge.department_id, Charge.leader_id).where(
            visible(actor, Charge),
            Charge.department_id.in_(keys),
            Charge.kind == ChargeKind.IN_CHARGE,
            in_force(Charge, today),
        )
        people = directory().people
        found: dict[str, dict[int, list[str]]] = {"head": {}, "leader": {}}
        for what, department, person in db.session.execute(union_all(heads, leaders)):
            if person in people:
                found[what].setdefault(department, []).append(people[person].name)
        return {
            what: {key: "、".join(names) for key, names in them.items()}
            for what, them in found.items()
        }


class PersonConsole(DomainConsole):
    group = "organisation"
    columns = ("name", "username", "staff_number", "department", "position", "phone", "active")
    form_columns = PersonView.form_columns
    form_sections = PersonView.form_sections
    form_help = PersonView.form_help
    form_fields = {
        "roles": RolesField(lazy_gettext("Roles")),
        "password": PersonView._password,
    }
    labels = PersonView.label_columns
    extras = {"roles": lazy_gettext("Roles"), "posts": lazy_gettext("Posts today")}
    more_columns = ("email",)
    eager = ("roles",)
    formatters_columns = PersonView.plain_columns
    searched = PersonView.quick_search
    filtered = (
        "username", "last_name", "first_name", "staff_number", "department", "position", "active",
    )  # fmt: skip
    quick_filters = (
        QuickFilter("active", lazy_gettext("Accounts in use"), always(active="1")),
        QuickFilter("closed", lazy_gettext("Closed accounts"), always(active="0")),
    )
    quick_standings = (Standing.NO_POST, Standing.NO_ROLE)
    title_column = "name"
    order = "staff_number"
    editable = ("staff_number", "position", "phone", "active")
    acts = (
        GiveRole("give_role", lazy_gettext("Give a role")),
        TakeRole("take_role", lazy_gettext("Take a role away")),
        Ask("move", lazy_gettext("Move to a department"), "department"),
        SwitchOff("switch_off", lazy_gettext("Close the accounts"), "active", False),
        Put("switch_on", lazy_gettext("Open the accounts again"), "active", True),
        Delete(),
    )

    # As on the screen of people: roles by their names, the first password never stored as such.
    new_row = PersonView.new_row
    change_row = PersonView.change_row
    _fill = PersonView._fill

    def extra_values(self, rows: Sequence[Any], actor: Actor) -> Mapping[str, Mapping[int, str]]:
        held = db.session.execute(
            select(Appointment.person_id, Appointment.department_id, Appointment.post)
            .where(
                visible(actor, Appointment),
                Appointment.person_id.in_([row.id for row in rows]),
                in_force(Appointment, clock.today()),
            )
            .order_by(Appointment.id)
        )
        departments = directory().departments
        posts: dict[int, list[str]] = {}
        for person, department, post in held:
            place = departments[department].name if department in departments else ""
            posts.setdefault(person, []).append(f"{place}{words((post.zh, ' ' + post.en))}".strip())
        return {
            "roles": {row.id: role_words(row.roles) for row in rows},
            "posts": {key: "、".join(found) for key, found in posts.items()},
        }

    def facts_shown(self, actor: Actor) -> Sequence[str]:
        """How an account stands (last sign-in, lock) is for those who keep accounts."""
        keeps = actor.may("person:edit")
        return [one for one in PersonView.show_columns if keeps or one not in ACCOUNT_COLUMNS]

    def story_of(self, row: Any, actor: Actor) -> Any:
        """What was changed on an account is for those who read the whole trail."""
        return super().story_of(row, actor) if actor.may("audit_event:read") else None


class AppointmentConsole(DomainConsole):
    group = "organisation"
    columns = ("person", "department", "post", "valid_from", "valid_to", "ground")
    form_columns = ("person", "department", "post", "valid_from", "valid_to", "ground")
    searched = ("ground",)
    filtered = ("person", "department", "post", "valid_from", "valid_to")
    quick_standings = (*_SPANS, Standing.SOON, Standing.VACANT)
    order, descending = "valid_from", True
    editable = ("valid_from", "valid_to", "ground")
    acts = (_CLOSE, _REOPEN, Delete())


class ChargeConsole(DomainConsole):
    group = "organisation"
    columns = ("leader", "department", "kind", "valid_from", "valid_to")
    form_columns = ("leader", "department", "kind", "valid_from", "valid_to", "remark")
    searched = ("remark",)
    filtered = ("leader", "department", "kind", "valid_from", "valid_to")
    quick_standings = _SPANS
    order, descending = "valid_from", True
    editable = ("kind", "valid_from", "valid_to")
    acts = (_CLOSE, _REOPEN, Delete())


class DepartmentClassConsole(DomainConsole):
    group = "organisation"
    columns = ("department", "cycle", "assessment_class")
    form_columns = ("cycle", "department", "assessment_class")
    filtered = ("cycle", "department", "assessment_class")
    order = "department"
    page_size = 50
    editable = ("assessment_class",)
    acts = (
        Ask("set_class", lazy_gettext("Set the assessment class"), "assessment_class"),
        Delete(),
    )


class DelegationConsole(DomainConsole):
    group = "organisation"
    columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    form_columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    searched = ("ground",)
    filtered = ("giver", "receiver", "department", "valid_from", "valid_to")
    quick_standings = _SPANS
    order, descending = "valid_from", True
    editable = ("valid_to", "ground")
    acts = (_CLOSE, Delete())
