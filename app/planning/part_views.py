"""The forms by which a part of a task is passed to other departments, and a work point is broken
down into tasks of departments (Art. 5.1)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField, SelectMultipleField, validators
from wtforms.fields.choices import SelectChoice

from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Department, DepartmentKind
from app.models.planning import Task
from app.models.work_points import WorkPoint
from app.planning import break_down as breaking
from app.planning import parts
from app.web.forms import DomainModelConverter
from app.web.interface import key_of
from app.web.links import list_link
from app.web.reader import the_actor
from app.web.refusals import show_refusal

OF_THE_TASK = ("title", "standard", "measures", "due_on", "weight")


class PartPages:
    """Mixed into the screen of tasks."""

    datamodel: Any
    endpoint: Any
    label_columns: Any

    @expose("/break_down/<point>", methods=["GET", "POST"])
    @has_access
    def break_down(self, point: str) -> Any:
        """What the departments are to do about a work point, and which ones do it."""
        actor = the_actor()
        row = db.session.scalar(
            select(WorkPoint)
            .join(WorkPoint.work_point_set)
            .where(visible(actor, WorkPoint), WorkPoint.id == key_of(point))
        )
        if row is None or not breaking.may_break_down(actor):
            abort(404)
        here = url_for("WorkPointSetView.show", pk=row.work_point_set_id)
        try:
            breaking.refuse_breaking(db.session, actor, row)
        except Refusal as refusal:
            flash(str(refusal), "warning")
            return redirect(here)
        departments = breaking.takers(db.session, actor)
        whole = Task(title=row.text[:500])
        form = _part_form(self.datamodel, self.label_columns, whole, departments)
        code = 200
        if form.is_submitted():
            code = 422
            if form.validate():
                try:
                    with unit_of_work(db.session, actor):
                        made = breaking.break_down(
                            db.session, actor, row, _chosen(form, departments), _part(form)
                        )
                except (Refusal, IntegrityError) as error:
                    show_refusal(form, error)
                else:
                    flash(_done(len(made)), "success")
                    return redirect(list_link(Task, work_point=point))
        page = self.render_template(  # type: ignore[attr-defined]
            "web/form.html",
            title=gettext("Break this point down"),
            subtitle=f"{row.number} {row.text}",
            row=None,
            form=form,
            sections=[
                (gettext("Who does it"),
                 [form[name] for name in ("everyone", "departments", "others") if name in form]),
                (gettext("What is to be done"), [form[name] for name in OF_THE_TASK]),
            ],
            note=gettext(
                "Each department gets a task of its own for this work point. Its head agrees or"
                " objects; the year's table is aggregated once everyone has agreed."
            ),
            submit_label=gettext("Propose to the departments"),
            back=here,
        )  # fmt: skip
        return page, code

    @expose("/pass_part/<pk>", methods=["GET", "POST"])
    @has_access
    def pass_part(self, pk: str) -> Any:
        """What the part is, and who takes it: single departments or every teaching one."""
        task, actor = self._row(pk), the_actor()  # type: ignore[attr-defined]
        here = url_for(f"{self.endpoint}.show", pk=task.id)
        try:
            parts.refuse_passing(db.session, actor, task)
        except Refusal as refusal:
            flash(str(refusal), "warning")
            return redirect(here)
        departments = parts.receivers(db.session, actor, task)
        form = _part_form(self.datamodel, self.label_columns, task, departments)
        code = 200
        if form.is_submitted():
            code = 422
            if form.validate():
                try:
                    with unit_of_work(db.session, actor):
                        made = parts.pass_part(
                            db.session, actor, task, _chosen(form, departments), _part(form)
                        )
                except (Refusal, IntegrityError) as error:
                    show_refusal(form, error)
                    task = self._row(pk)  # type: ignore[attr-defined]
                else:
                    flash(_done(len(made)), "success")
                    return redirect(f"{here}#parts")
        page = self.render_template(  # type: ignore[attr-defined]
            "web/form.html",
            title=gettext("Pass a part"),
            row=task,
            form=form,
            sections=[
                (gettext("Who takes it"),
                 [form[name] for name in ("everyone", "departments", "others") if name in form]),
                (gettext("What they take"),
                 [form[name] for name in (*OF_THE_TASK, "with_milestones") if name in form]),
            ],
            note=gettext(
                "Each department gets a task of its own under this one. Its head agrees or"
                " objects; the year's table is aggregated once everyone has agreed."
            ),
            submit_label=gettext("Pass on"),
            back=here,
        )  # fmt: skip
        return page, code


def _part_form(datamodel: Any, labels: Any, task: Task, departments: list[Department]) -> FlaskForm:
    """The fields of a task that a part has, beginning with the whole's, and the departments."""
    converter = DomainModelConverter(datamodel)
    fields: dict[str, Any] = {}
    for name in OF_THE_TASK:
        converter._convert_col(name, labels[name], "", [], None, fields)
    teaching, others = _by_kind(departments)
    if teaching:
        fields["everyone"] = BooleanField(lazy_gettext("All teaching departments"))
        fields["departments"] = _choice(lazy_gettext("Teaching departments"), teaching)
    if others:
        fields["others"] = _choice(lazy_gettext("Other departments"), others)
    if task.milestones:
        fields["with_milestones"] = BooleanField(lazy_gettext("Take the milestones over"))
    kind = type("PartForm", (FlaskForm,), fields)
    if request.method == "POST":
        return kind()  # type: ignore[no-any-return]
    whole = {name: getattr(task, name) for name in OF_THE_TASK if name != "weight"}
    return kind(data={**whole, "with_milestones": True})  # type: ignore[no-any-return]


def _choice(label: Any, departments: list[Department]) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        [validators.Optional()],
        coerce=int,
        choices=[SelectChoice(one.id, one.name) for one in departments],
    )


def _by_kind(departments: list[Department]) -> tuple[list[Department], list[Department]]:
    teaching = [one for one in departments if one.kind == DepartmentKind.TEACHING]
    return teaching, [one for one in departments if one.kind != DepartmentKind.TEACHING]


def _chosen(form: Any, departments: list[Department]) -> list[Department]:
    keys = {key for name in ("departments", "others") if name in form for key in form[name].data}
    if "everyone" in form and form.everyone.data:
        keys |= {one.id for one in _by_kind(departments)[0]}
    return [one for one in departments if one.id in keys]


def _part(form: Any) -> parts.Part:
    return parts.Part(
        **{name: form[name].data for name in OF_THE_TASK},
        with_milestones="with_milestones" in form and form.with_milestones.data,
    )


def _done(count: int) -> str:
    return ngettext(
        "Passed to %(num)s department; its head is asked.",
        "Passed to %(num)s departments; their heads are asked.",
        count,
    )
