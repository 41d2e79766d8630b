"""The form of a workflow step: what it requires, what it accepts, the version as seen; and what
comes after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
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


def step_form(
    datamodel: Any,
    labels: Any,
    transition: Transition,
    row: Any,
    within: Mapping[str, Any] = MappingProxyType({}),
    *,
    sent: bool | None = None,
) -> Any:
    """A bound form with one field per column of the step; required ones are marked. `within`:
    the criteria of what selects offer. `sent`: does the request bring this very form filled in?
    By default every POST does."""
    if sent is None:
        sent = request.method == "POST"
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
        if name in within:
            fields[name].kwargs["within"] = within[name]
        if needed is not None:
            options = fields[name].kwargs
            options["validators"] = [
                check
                for check in options["validators"]
                if not isinstance(check, validators.Optional)
            ] + [needed]
    fields["version"] = HiddenField()
    kind = type("StepForm", (FlaskForm,), fields)
    form = kind() if sent else kind(formdata=None, obj=row)
    if not sent:
        form.version.data = row.version
        if transition.decides:
            # The words of a decision are its own: those of an earlier round are not said again.
            for name in steps:
                if isinstance(form[name], TextAreaField):
                    form[name].data = None
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


def what_follows(flow: Workflow, transition: Transition, row: Any) -> Following:
    """The steps that are open after `transition` on `row`, with the roles that take them."""
    target = transition.leads_to(row.status)
    status = flow.model.__mapper__.columns["status"].type.enum_class
    granted = GRANTS.get(policy_of(flow.model).resource, {})
    return Following(
        status(target),
        tuple(
            (
                str(step.label),
                tuple(words(ROLE_LABELS[role]) for role in granted.get(step.name, ())),
            )
            for step in flow.transitions
            if target in step.sources and granted.get(step.name)
        ),
    )
