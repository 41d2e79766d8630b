"""The form of a year to open: its phases and reporting months, the document of its rules, the
charges and appointments that go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import format_date, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    validators,
    widgets,
)

from app.core.text import words
from app.cycles.opening import Foresight
from app.cycles.year_plan import PhasePlan, YearPlan
from app.web.forms import DATES

ALL_MONTHS = tuple(range(1, 13))
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _date(label: Any) -> DateField:
    return DateField(
        label,
        [validators.InputRequired()],
        format=DATES,
        widget=widgets.TextInput(),
        render_kw={"data-date": "date", "autocomplete": "off"},
    )


class YearForm(FlaskForm):
    """The fields that every year has; those of its phases are added by `year_form`."""

    year = IntegerField(
        lazy_gettext("Year"),
        [validators.InputRequired(), validators.NumberRange(FIRST_YEAR, LAST_YEAR)],
    )
    months = SelectMultipleField(
        lazy_gettext("Months that departments report on"),
        description=lazy_gettext(
            "From the rules' first month on. Months that are over or all holiday are not ticked to begin with."
        ),
    )
    document_number = StringField(
        lazy_gettext("Document number of the rules"),
        [validators.Optional(), validators.Length(max=60)],
        description=lazy_gettext(
            "The rules begin as a copy: of the year before, else of the regulation's defaults. With a document number they are put in force at once; without, they stay a draft to be edited."
        ),
    )
    trial_until = SelectField(
        lazy_gettext("Trial until the end of"),
        coerce=int,
        description=lazy_gettext(
            "Until then everything is reported and shown, and nothing is scored. It stands in the rule book (score.trial_until_month) and is changed there while the book is a draft."
        ),
    )
    charges = SelectMultipleField(lazy_gettext("Charges"), coerce=int)
    appointments = SelectMultipleField(lazy_gettext("Appointments"), coerce=int)
    start = BooleanField(lazy_gettext("Start the year at once"), [validators.Optional()])


def year_form(plan: YearPlan, ahead: Foresight) -> YearForm:
    """The form, filled with `plan` until something is submitted; months before the rules'
    first one are not offered."""
    fields: dict[str, Any] = {}
    for phase in plan.phases:
        name = words((phase.code.zh, phase.code.en))
        fields[f"{phase.code}_starts"] = _date(lazy_gettext("%(phase)s: starts", phase=name))
        fields[f"{phase.code}_ends"] = _date(lazy_gettext("%(phase)s: ends", phase=name))
    form: YearForm = type("FilledYearForm", (YearForm,), fields)(data=_values(plan))
    named = {month: format_date(dt.date(plan.year, month, 1), "LLL") for month in ALL_MONTHS}
    form.months.choices = [
        (str(one.month), named[one.month]) for one in ahead.months if one.offered
    ]
    form.trial_until.choices = [(0, gettext("No trial")), *named.items()]
    form.charges.choices = [(one.id, str(one.department)) for one in ahead.charges]
    form.appointments.choices = [(one.id, str(one.person)) for one in ahead.appointments]
    return form


def _values(plan: YearPlan) -> dict[str, Any]:
    days = {f"{phase.code}_starts": phase.starts_on for phase in plan.phases}
    days |= {f"{phase.code}_ends": phase.ends_on for phase in plan.phases}
    asked = [str(month) for month in ALL_MONTHS if month not in plan.exempt]
    return {
        "year": plan.year, "months": asked, "trial_until": plan.trial_until,
        "charges": [], "appointments": [], **days,
    }  # fmt: skip


def plan_of(form: YearForm, usual: YearPlan) -> YearPlan:
    """The year as the form says; `usual` is what it began with."""
    asked = {int(month) for month in form.months.data or ()}
    return replace(
        usual,
        phases=[_phase(form, phase) for phase in usual.phases],
        exempt=set(ALL_MONTHS) - asked,
        trial_until=form.trial_until.data or 0,
    )


def _phase(form: YearForm, phase: PhasePlan) -> PhasePlan:
    """A phase with the form's dates; one whose dates were changed is nobody's assumption."""
    starts: dt.date = form[f"{phase.code}_starts"].data
    ends: dt.date = form[f"{phase.code}_ends"].data
    kept = (starts, ends) == (phase.starts_on, phase.ends_on)
    return PhasePlan(phase.code, starts, ends, phase.article, phase.assumed and kept)


def lines_of(form: YearForm, phases: Sequence[PhasePlan]) -> list[tuple[str, Any, Any, PhasePlan]]:
    """The table of the phases: name, the two fields, and what the regulation says of it."""
    return [
        (
            words((phase.code.zh, phase.code.en)),
            form[f"{phase.code}_starts"],
            form[f"{phase.code}_ends"],
            phase,
        )
        for phase in phases
    ]
