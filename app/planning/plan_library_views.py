"""The page on which a plan's task takes indicators of the college's library (Art. 4.2)."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, ngettext
from sqlalchemy.exc import IntegrityError

from app.core import policy
from app.core.errors import Refusal, RuleViolation
from app.core.text import Message, message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.cycles import IndicatorTemplate
from app.planning.plan_library import Pick, add_from_library, library_for, tasks_of
from app.planning.plan_rules import IN_DEPARTMENT
from app.web import formats
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import refusal_of

LARGEST = 100_000_000
"""No weight, baseline or target of a college is as large as this."""


class LibraryPages:
    """Mixed into the screen of department plans."""

    endpoint: Any

    @expose("/library/<pk>", methods=["GET", "POST"])
    @has_access
    def library(self, pk: str) -> Any:
        """Choose a task of the plan, tick indicators, give the counted ones their target."""
        plan, actor = self._row(pk), the_actor()  # type: ignore[attr-defined]
        here = url_for(f"{self.endpoint}.show", pk=plan.id)
        if plan.status not in IN_DEPARTMENT or not policy.can(actor, "edit", plan):
            flash(gettext("This row cannot be edited now."), "warning")
            return redirect(here)
        tasks = tasks_of(db.session, actor, plan)
        wanted = key_of(request.values.get("task", ""))
        task = next((one for one in tasks if one.id == wanted), None)
        if task is None and "task" in request.values:
            abort(404)
        code, refusal = 200, ""
        templates = library_for(db.session, actor, task) if task else []
        if request.method == "POST" and task is not None:
            try:
                with unit_of_work(db.session, actor):
                    made = len(add_from_library(db.session, actor, task, _picks(templates)))
            except (Refusal, IntegrityError) as error:
                code, refusal = 422, str(refusal_of(error))
                plan = self._row(pk)  # type: ignore[attr-defined]
            else:
                flash(
                    ngettext("%(num)s indicator added.", "%(num)s indicators added.", made),
                    "success",
                )
                return redirect(f"{here}#task-{task.id}")
        page = self.render_template(  # type: ignore[attr-defined]
            "planning/plan_library.html",
            title=gettext("Indicators from the library"),
            plan=plan,
            tasks=tasks,
            task=task,
            groups=[
                (category, list(rows))
                for category, rows in groupby(templates, lambda row: row.category)
            ],
            given=request.form,
            ticked=request.form.getlist("template"),
            refusal=refusal,
            back=here,
            show=formats.show,
        )
        return page, code


def number_typed(text: str, refusal: Message, field: str | None = None) -> Decimal | None:
    """A number as it was typed, full-width digits too; None for nothing. RuleViolation at `field`
    with the words of `refusal` for what is no number or beyond all measure."""
    if not text.strip():
        return None
    try:
        number = Decimal(unicodedata.normalize("NFKC", text).strip())
    except InvalidOperation:
        raise RuleViolation(refusal, field) from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise RuleViolation(refusal, field)
    return number


def _picks(templates: list[IndicatorTemplate]) -> list[Pick]:
    """What was ticked, with the figures beside it."""
    ticked = set(request.form.getlist("template"))
    return [
        Pick(row, baseline=_figure("baseline", row), target=_figure("target", row))
        for row in templates
        if str(row.id) in ticked
    ]


def _figure(which: str, row: IndicatorTemplate) -> Decimal | None:
    text = request.form.get(f"{which}-{row.id}", "")
    return number_typed(text, message("“%(text)s” is not a number.", text=text[:20]))
