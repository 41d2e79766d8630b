"""Screens of corrections: the list, one with old and new, asking for some of a closed check."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.improvement.corrections import CORRECTABLE, TEXTS, ask_corrections, may_ask, text_of
from app.models.base import label_of
from app.models.improvement import Correction, CorrectionStatus
from app.models.monitoring import Light, MonthlyCheck, Quality
from app.models.planning import Task
from app.monitoring.closing import closed_month
from app.monitoring.lights import is_worse
from app.web import formats
from app.web.facts import row_link
from app.web.formats import show_long_text
from app.web.interface import key_of
from app.web.labels import lazy_label
from app.web.lists import QuickFilter, always, of_my_departments
from app.web.lists.columns import Column
from app.web.refusals import written
from app.web.timeline import told_value
from app.web.views import DomainView, interface, the_actor

_CODES = {str(one): one for kind in (Quality, Light) for one in kind}


def field_words(column: str) -> str:
    return words(label_of(MonthlyCheck, column))


def value_words(value: str | None) -> str:
    """A kept value in a list, where nothing says of which column it is."""
    return str(formats.show(_CODES.get(value or "", value)))


def _month_and_task() -> Any:
    """The check that is corrected, named as on its page: “2026-05 012 图书馆改造”; empty if the
    reader does not see its task."""
    month = func.substr(cast(MonthlyCheck.month + 100, String), 2)
    return (
        select(
            cast(MonthlyCheck.year, String)
            + "-"
            + month
            + " "
            + func.coalesce(Task.number + " ", "")
            + Task.title
        )
        .select_from(MonthlyCheck)
        .join(Task, MonthlyCheck.task_id == Task.id)
        .where(MonthlyCheck.id == Correction.subject_id, visible(the_actor(), Task))
        .scalar_subquery()
    )


def _with_unit(value: Any) -> Any:
    """A kept value in a list; a share of a hundred with its sign."""
    return case((Correction.column_name == "actual_percent", value + "%"), else_=value)


CHECK = Column(
    "check", lazy_label(Correction, "monthly_check"), "text", long=True, expression=_month_and_task
)
VALUES = {
    name: Column(
        name, lazy_label(Correction, name), "text", long=True,
        expression=partial(_with_unit, getattr(Correction, name)),
    )
    for name in ("old_value", "new_value")
}  # fmt: skip


class CorrectionView(DomainView):
    datamodel = interface(Correction)
    own_methods = {"ask": "add", "ask_now": "add"}
    read_only = True
    list_columns = [
        "column_name", CHECK.name, "department", "old_value", "new_value", "status",
    ]  # fmt: skip
    own_conditions = {CHECK.name: CHECK, **VALUES}
    title_column = "column_name"
    quick_search = ("reason", "effect")
    quick_filters = (
        of_my_departments(),
        QuickFilter(
            "open", lazy_gettext("To be decided"), always(status=CorrectionStatus.REQUESTED)
        ),
    )
    show_columns = [
        "status", "cycle", "department", "monthly_check", "reason", "effect", "approved_by",
        "approved_at",
    ]  # fmt: skip
    form_columns = ()
    search_columns = ["cycle", "department", "status", "column_name"]
    plain_columns = {
        "column_name": field_words,
        "old_value": value_words,
        "new_value": value_words,
        "reason": show_long_text,
        "effect": show_long_text,
    }
    base_order = ("id", "desc")
    show_template = "improvement/correction.html"

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        """What is corrected stands there as a redline, under the name of its check."""
        check = db.session.scalar(
            select(MonthlyCheck)
            .where(visible(actor, MonthlyCheck), MonthlyCheck.id == row.subject_id)
            .options(joinedload(MonthlyCheck.task))
        )
        change = told_value_of(row)
        return super().render_page(row, actor, **told, redline=[change], subtitle=check)

    @expose("/ask/<check>", methods=["GET"])
    @has_access
    def ask(self, check: str) -> Any:
        """The form: what stands in the check, and what should stand there."""
        return self._ask_page(_check(check))

    @expose("/ask/<check>", methods=["POST"])
    @has_access
    def ask_now(self, check: str) -> Any:
        """Ask for what is written otherwise than it stands."""
        actor, row = the_actor(), _check(check)
        wanted = {name: request.form[name] for name in CORRECTABLE if name in request.form}
        asked: list[Correction] = []

        def write() -> None:
            reason = request.form.get("reason", "")
            asked.extend(ask_corrections(db.session, actor, row, wanted, reason))

        if not written(write, actor):
            return self._ask_page(_check(check))
        flash(
            ngettext(
                "%(num)s correction is asked for; the Office decides.",
                "%(num)s corrections are asked for; the Office decides.",
                len(asked),
            ),
            "success",
        )
        return redirect(url_for("CorrectionView.show", pk=asked[0].id))

    def _ask_page(self, check: MonthlyCheck) -> Any:
        return self.render_template(
            "improvement/ask_correction.html",
            title=gettext("Ask for a correction"),
            subtitle=str(check),
            check=check,
            fields=[
                (
                    name,
                    field_words(name),
                    told_value(MonthlyCheck, name, text_of(check, name)),
                    request.form.get(name, text_of(check, name) or ""),
                )
                for name in CORRECTABLE
            ],
            choices={
                "quality": list(Quality),
                "head_light": [one for one in Light if is_worse(one, check.computed_light)],
            },
            texts=TEXTS,
            show=formats.show,
            light=formats.show_light(check.computed_light, check.light_reason),
            reason=request.form.get("reason", ""),
        )


def told_value_of(row: Correction) -> tuple[Any, Any, Any]:
    """The column's name, the old and the new value, as the reader reads them; the name leads to
    the check."""
    name, actor = row.column_name, the_actor()
    return (
        row_link(MonthlyCheck, row.subject_id, field_words(name), actor),
        told_value(MonthlyCheck, name, row.old_value),
        told_value(MonthlyCheck, name, row.new_value),
    )


def _check(key: str) -> MonthlyCheck:
    """The check an address names, if the reader may ask about it; 404 otherwise."""
    actor = the_actor()
    check = db.session.scalar(
        select(MonthlyCheck).where(visible(actor, MonthlyCheck), MonthlyCheck.id == key_of(key))
    )
    if (
        check is None
        or not may_ask(actor, check)
        or closed_month(db.session, check.year, check.month) is None
    ):
        abort(404)
    return check


def register(builder: Any) -> None:
    builder.add_view(
        CorrectionView,
        "correction",
        label=lazy_gettext("Corrections"),
        icon="eraser",
        category="monitoring",
    )
