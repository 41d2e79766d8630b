"""The forms of a succession: one for each kind, and what becomes of what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy import func, or_, select
from wtforms import DateField, HiddenField, SelectField, StringField, validators, widgets
from wtforms.fields.choices import SelectChoice

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.extensions import db
from app.models.organisation import Department, DepartmentKind, SuccessionKind
from app.organisation.succession import Succession
from app.web.forms import DATES, VersionField

PARTS = 4
"""How many successors the form of a split asks for; the first two are needed."""
_MARKED = {"data-find": "local"}
_CODE = lazy_gettext("Unique in the college; imports find departments by it.")


class SuccessionForm(FlaskForm):
    """What every succession asks. `version` is the department as the person saw it."""

    version = VersionField()
    kind = HiddenField()
    effective_on = DateField(
        lazy_gettext("From which day"),
        [validators.InputRequired()],
        format=DATES,
        widget=widgets.TextInput(),
        render_kw={"data-date": "date", "autocomplete": "off"},
        description=lazy_gettext("The old department ends on the day before."),
    )
    ground = StringField(
        lazy_gettext("Ground"),
        [validators.InputRequired(), validators.Length(max=200)],
        description=lazy_gettext("The document that orders the change, e.g. its number."),
        render_kw={"maxlength": 200},
    )


def _new(part: str = "", *checks: Any) -> dict[str, Any]:
    """The fields of a department that is yet to be."""
    return {
        f"name{part}": StringField(
            lazy_gettext("New name"), [*checks, validators.Length(max=80)]
        ),
        f"code{part}": StringField(
            lazy_gettext("New code"), [*checks, validators.Length(max=40)], description=_CODE
        ),
    }  # fmt: skip


def _existing(label: Any, choices: list[SelectChoice], *checks: Any) -> SelectField:
    return SelectField(label, list(checks), default="", choices=choices, render_kw=_MARKED)


def succession_form(kind: SuccessionKind, department: Department, actor: Actor) -> Any:
    """The form of `kind`, bound to the request, with sections of its fields."""
    fields: dict[str, Any] = {}
    needed = validators.InputRequired()
    sections: list[tuple[Any, list[str]]] = [("", ["effective_on", "ground"])]
    if kind == SuccessionKind.RENAMED:
        fields = _new("", needed)
        fields["short_name"] = StringField(
            lazy_gettext("New short name"), [validators.Length(max=40)]
        )
        sections.append((gettext("The new name"), list(fields)))
    elif kind == SuccessionKind.MERGED:
        choices = [SelectChoice("", ""), *_in_force(department, actor)]
        fields["into"] = _existing(lazy_gettext("Merge into"), choices, needed)
        sections.append(("", ["into"]))
    else:
        choices = [SelectChoice("", ""), *_in_force(department, actor)]
        for part in range(1, PARTS + 1):
            mine = {
                f"into{part}": _existing(lazy_gettext("A department there is"), choices),
                **_new(str(part)),
            }
            fields |= mine
            heading = gettext("Successor %(number)s", number=part)
            if part > 2:
                heading = gettext("Successor %(number)s (if there is one)", number=part)
            sections.append((heading, list(mine)))
    form = type("OneSuccessionForm", (SuccessionForm,), fields)()
    if request.method == "GET":
        form.effective_on.data = clock.today()
        form.version.data = department.version
        if kind == SuccessionKind.RENAMED:
            form.name.data, form.code.data = department.name, f"{department.code}-2"
            form.short_name.data = department.short_name
    form.kind.data = kind.value
    form.sections = [(heading, [form[name] for name in names]) for heading, names in sections]
    return form


def departments_in_force(actor: Actor) -> Any:
    """The departments that go on today, as far as the reader sees them."""
    return (
        select(Department)
        .where(
            visible(actor, Department),
            or_(Department.valid_to.is_(None), Department.valid_to >= clock.today()),
        )
        .order_by(Department.sort_order, Department.id)
    )


def _in_force(department: Department, actor: Actor) -> list[SelectChoice]:
    """What `department` may go on as: sections as sections."""
    section = department.kind == DepartmentKind.SECTION
    return [
        SelectChoice(str(one.id), one.name)
        for one in db.session.scalars(departments_in_force(actor))
        if one.id != department.id and (one.kind == DepartmentKind.SECTION) == section
    ]


@dataclass(slots=True)
class Drafted:
    """A succession as the form tells it; `made` are departments that are yet to be."""

    plan: Succession
    made: Sequence[Department]


def drafted(form: Any, kind: SuccessionKind, department: Department) -> Drafted:
    """The succession of a valid form. Errors: RuleViolation at the field. Writes nothing."""
    after: list[Department] = []
    made: list[Department] = []
    for part in _parts(form, kind):
        chosen = form[f"into{part}"].data if f"into{part}" in form else ""
        name = (form[f"name{part}"].data or "").strip() if f"name{part}" in form else ""
        code = (form[f"code{part}"].data or "").strip() if f"code{part}" in form else ""
        if chosen and (name or code):
            told = message("Choose a department there is, or name a new one; not both.")
            raise RuleViolation(told, f"into{part}")
        if chosen:
            after.append(db.session.get_one(Department, int(chosen)))
        elif name or code:
            made.append(_to_be(form, department, part, name, code))
            after.append(made[-1])
    plan = Succession(kind, [department], after, form.effective_on.data, form.ground.data)
    return Drafted(plan, made)


def _parts(form: Any, kind: SuccessionKind) -> list[str]:
    if kind != SuccessionKind.SPLIT:
        return [""]
    return [str(part) for part in range(1, PARTS + 1)]


def _to_be(form: Any, department: Department, part: str, name: str, code: str) -> Department:
    for column, value in (("name", name), ("code", code)):
        if not value:
            told = message("A new department needs a name and a code.")
            raise RuleViolation(told, f"{column}{part}")
        taken = select(func.count()).where(getattr(Department, column) == value)
        if db.session.scalar(taken):
            told = message("There is a department with “%(value)s” already.", value=value)
            raise RuleViolation(told, f"{column}{part}")
    short = form.short_name.data.strip() if "short_name" in form and form.short_name.data else None
    return Department(
        name=name, code=code, short_name=short, kind=department.kind,
        parent_id=department.parent_id, sort_order=department.sort_order,
        valid_from=form.effective_on.data,
    )  # fmt: skip
