"""The form of a workflow step: what it requires, what it accepts, the version as seen; and what
comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, validators

from app.core.policy import policy_of
from app.core.text import words
from app.core.workflow import Transition, Workflow
from app.security.permissions import GRANTS
from app.security.roles import ROLE_LABELS
from app.web.forms import DomainModelConverter


def step_form(datamodel: Any, labels: Any, transition: Transition, row: Any) -> Any:
    """A bound form with one field per column of the step; required ones are marked."""
    converter = DomainModelConverter(datamodel)
    columns = datamodel.obj.__mapper__.columns
    fields: dict[str, Any] = {}
    steps: dict[str, str] = {}
    for step_name in dict.fromkeys((*transition.requires, *transition.accepts)):
        name = step_name.removesuffix("_id")
        steps[name] = step_name
        needed = validators.InputRequired() if step_name in transition.requires else None
        if step_name not in columns:
            # A word that goes with the step and is kept by its effect, not on the row.
            fields[name] = TextAreaField(lazy_gettext("Note"), [needed or validators.Optional()])
            continue
        converter._convert_col(name, labels[name], "", [], None, fields)
        if needed is not None:
            options = fields[name].kwargs
            options["validators"] = [
                check
                for check in options["validators"]
                if not isinstance(check, validators.Optional)
            ] + [needed]
    fields["version"] = HiddenField()
    kind = type("StepForm", (FlaskForm,), fields)
    form = kind(obj=row) if request.method == "GET" else kind()
    if request.method == "GET":
        form.version.data = row.version
    form.steps = steps
    return form


def step_values(form: Any) -> dict[str, Any]:
    """What the form says, under the names of the step: a chosen row becomes its id."""
    values: dict[str, Any] = {}
    for name, step_name in form.steps.items():
        value = form[name].data
        values[step_name] = getattr(value, "id", None) if step_name.endswith("_id") else value
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Following:
    """The state a step leads to, and who may do what with the row then."""

    state: Any
    next: tuple[tuple[str, tuple[str, ...]], ...]


def what_follows(flow: Workflow, transition: Transition) -> Following:
    """The steps that are open after `transition`, with the roles that take them."""
    status = flow.model.__mapper__.columns["status"].type.enum_class
    granted = GRANTS.get(policy_of(flow.model).resource, {})
    return Following(
        status(transition.target),
        tuple(
            (
                str(step.label),
                tuple(words(ROLE_LABELS[role]) for role in granted.get(step.name, ())),
            )
            for step in flow.transitions
            if transition.target in step.sources and granted.get(step.name)
        ),
    )
