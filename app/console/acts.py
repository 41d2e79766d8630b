"""What may be done to many rows of master data at once.

An act knows the permission it needs, what it asks once for all rows, how a row stands before
and after it, and how to do it. Doing it for a moment to see the answer of the gate, and doing it
in earnest, is the business of `app.console.bulk`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message, words
from app.core.uses import delete_unused
from app.extensions import db
from app.models.cycles import Cycle
from app.models.organisation import DepartmentClass
from app.security.roles import ROLE_LABELS
from app.web import formats
from app.web.forms import DomainModelConverter
from app.web.interface import ScopedInterface
from app.web.labels import Labels
from app.web.shell import chosen_cycle

Given = Mapping[str, Any]
"""What was asked once for all rows."""


class Act:
    """`verb` is the permission of the table that the act needs."""

    verb = "edit"
    danger = False
    asks: ClassVar[str] = ""
    """No question in the list: the page that follows says what will happen."""

    def __init__(self, name: str, text: Any) -> None:
        self.name = name
        self.text = text

    def needs(self, resource: str) -> tuple[str, ...]:
        return (f"{resource}:{self.verb}",)

    def form(self, view: Any) -> Any:
        """The form of what is asked, filled from the request; None if nothing is."""
        return None

    def now(self, row: Any, given: Given) -> Any:
        """How the row stands, as the reader reads it."""
        raise NotImplementedError

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        """Do it to one row; the caller flushes and commits."""
        raise NotImplementedError

    def after(self, row: Any, given: Given) -> Any:
        return self.now(row, given)


class Put(Act):
    """Write one value into a column of every row."""

    def __init__(self, name: str, text: Any, column: str, value: Any = None) -> None:
        super().__init__(name, text)
        self.column = column
        self.value = value

    def now(self, row: Any, given: Given) -> Any:
        return formats.show(getattr(row, self.column))

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        setattr(row, self.column, given.get(self.column, self.value))


class Ask(Put):
    """Write into a column of every row what is asked for once."""

    def form(self, view: Any) -> Any:
        return _form_of(view.datamodel, view.label_columns, (self.column,))


class SwitchOff(Put):
    """Close accounts. Nobody closes their own: they could not open it again."""

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        _require_other(row, actor)
        super().change(row, given, actor)


class Delete(Act):
    verb = "delete"
    danger = True

    def __init__(self) -> None:
        super().__init__("delete", lazy_gettext("Delete"))

    def now(self, row: Any, given: Given) -> Any:
        return ""

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        delete_unused(db.session, actor, row)

    def after(self, row: Any, given: Given) -> Any:
        return gettext("deleted; the audit trail keeps what it held")


class SetClass(Act):
    """Say in which class departments are assessed in a year."""

    def __init__(self) -> None:
        super().__init__("set_class", lazy_gettext("Set the assessment class"))

    def needs(self, resource: str) -> tuple[str, ...]:
        return ("department_class:add", "department_class:edit")

    def form(self, view: Any) -> Any:
        names = ("cycle", "assessment_class")
        form = _form_of(ScopedInterface(DepartmentClass), Labels(DepartmentClass), names)
        year = chosen_cycle()
        if form.cycle.data is None and not form.cycle.raw_data and year is not None:
            form.cycle.data = db.session.get(Cycle, year.id)
        return form

    def _row(self, department: Any, given: Given) -> DepartmentClass | None:
        cycle = given.get("cycle")
        if cycle is None:
            return None
        return db.session.scalar(
            select(DepartmentClass).where(
                DepartmentClass.department_id == department.id,
                DepartmentClass.cycle_id == cycle.id,
            )
        )

    def now(self, row: Any, given: Given) -> Any:
        return formats.show(getattr(self._row(row, given), "assessment_class", None))

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        held = self._row(row, given)
        if held is None:
            held = DepartmentClass(cycle_id=given["cycle"].id, department_id=row.id)
            db.session.add(held)
        held.assessment_class = given["assessment_class"]


class _RoleAct(Act):
    def form(self, view: Any) -> Any:
        class RoleForm(FlaskForm):
            role = SelectField(
                lazy_gettext("Role"),
                choices=[
                    SelectChoice(""),
                    *(SelectChoice(code, words(one)) for code, one in ROLE_LABELS.items()),
                ],
            )

        return RoleForm()

    def now(self, row: Any, given: Given) -> Any:
        return role_words(row.roles) or formats.EMPTY

    def _role(self, given: Given) -> Any:
        from flask_appbuilder.security.sqla.models import Role

        return db.session.scalars(select(Role).where(Role.name == given["role"])).one()


class GiveRole(_RoleAct):
    def change(self, row: Any, given: Given, actor: Actor) -> None:
        role = self._role(given)
        if role not in row.roles:
            row.roles = [*row.roles, role]


class TakeRole(_RoleAct):
    """Nobody takes a role from themselves: an administrator could lock the college out."""

    def change(self, row: Any, given: Given, actor: Actor) -> None:
        _require_other(row, actor)
        row.roles = [role for role in row.roles if role.name != given["role"]]


def role_words(roles: Any) -> str:
    """In the order of the staff list, so that an exported cell comes back as what is stored."""
    held = {one.name for one in roles}
    own = sorted(held - ROLE_LABELS.keys())
    return "、".join([*(words(pair) for name, pair in ROLE_LABELS.items() if name in held), *own])


def _require_other(row: Any, actor: Actor) -> None:
    if row.id == actor.user_id:
        raise RuleViolation(message("Not your own account: somebody else does this for you."))


def _form_of(datamodel: Any, labels: Any, names: tuple[str, ...]) -> Any:
    form = DomainModelConverter(datamodel).create_form(labels, names, {}, {}, {}).refresh()
    for name in names:
        form[name].flags.required = True
    return form
