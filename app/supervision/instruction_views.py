"""Leaders' instructions (批示): written on the page of a task or a case, and made the ground of a
case by the Office with one click."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import TextAreaField, validators

from app.core import policy
from app.core.actor import Actor
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.planning import Task
from app.models.supervision import Instruction, SupervisionCase
from app.supervision import service
from app.web import once
from app.web.form_pages import REFUSALS
from app.web.formats import noun_of_table, show_long_text
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import code_of, show_refusal, written
from app.web.views import DomainView, interface, view_of

SUBJECTS: dict[str, type[Any]] = {one.__tablename__: one for one in (Task, SupervisionCase)}
"""Whose pages lead to the form of an instruction."""


class InstructionForm(FlaskForm):
    text = TextAreaField(
        lazy_gettext("Instruction"),
        [validators.InputRequired(), validators.Length(max=2000)],
        render_kw={"rows": 5},
    )


class InstructionView(DomainView):
    datamodel = interface(Instruction)
    exclude_route_methods = {"download", "add"}
    added_elsewhere = True  # on the page of the task or case it is about
    list_columns = ["written_on", "author", "text", "subject_table"]
    base_order = ("written_on", "desc")
    cell_links = {"subject_table": "about"}
    show_template = "supervision/instruction.html"
    title_column = "text"
    show_columns = ["written_on", "author", "recorded_by", "text", "subject_table"]
    form_columns = ("text",)
    search_columns = ["author", "written_on", "text"]
    plain_columns = {"text": show_long_text, "subject_table": noun_of_table}
    own_methods = {"on": "add", "to_case": "read", "about": "read"}

    @expose("/on/<string:table>/<pk>", methods=["GET", "POST"])
    @has_access
    def on(self, table: str, pk: str) -> Any:
        """Write an instruction on a task or a case."""
        actor, subject = the_actor(), _subject(table, pk)
        form, code = InstructionForm(), 200
        back = url_for(f"{view_of(type(subject)).endpoint}.show", pk=subject.id)
        if made := once.place_made(db.session, actor):
            return once.lead_to(made)
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    with unit_of_work(db.session, actor):
                        claimed = once.claim(db.session, actor)
                        service.write_instruction(db.session, actor, subject, form.text.data)
                        if claimed is not None:
                            claimed.place = back
                except REFUSALS as error:
                    if made := once.place_made(db.session, actor):
                        return once.lead_to(made)
                    code = code_of(error)
                    show_refusal(form, error)
                    subject = _subject(table, pk)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(back)
        return self._form_page(
            form, code, title=gettext("Write an instruction"), children=[], another=False,
            once=once.value_of_form(),
            fixed=[(noun_of_table(table), str(subject))], sections=[("", [form.text])], back=back,
        )  # fmt: skip

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        """With why it stands as it is, for whoever writes instructions."""
        writes = actor.may("instruction:edit") and not policy.can(actor, "edit", row)
        kept = policy.why_not(actor, "edit", row) if writes else None
        return super().render_page(row, actor, **told, kept=kept)

    @expose("/about/<pk>", methods=["GET"])
    @has_access
    def about(self, pk: str) -> Any:
        """The page of the task or case that an instruction is about."""
        instruction = self._row(pk)
        model = SUBJECTS.get(instruction.subject_table)
        if model is None:
            abort(404)
        return redirect(url_for(f"{view_of(model).endpoint}.show", pk=instruction.subject_id))

    @expose("/to_case/<pk>", methods=["POST"])
    @has_access
    def to_case(self, pk: str) -> Any:
        """Propose a case of which this instruction is the ground."""
        instruction, actor = self._row(pk), the_actor()
        made: list[SupervisionCase] = []

        def write() -> None:
            made.append(service.case_from_instruction(db.session, actor, instruction))

        if written(write, actor, gettext("A case is proposed.")):
            return redirect(url_for("SupervisionCaseView.show", pk=made[0].id))
        subject = view_of(SUBJECTS.get(instruction.subject_table, Instruction))
        key = instruction.id if subject is self else instruction.subject_id
        return redirect(url_for(f"{subject.endpoint}.show", pk=key))


def instruct_link(row: Any, actor: Actor) -> str:
    """Where this reader writes an instruction on the row; "" for who writes none."""
    if not actor.may("instruction:add"):
        return ""
    return url_for("InstructionView.on", table=row.__tablename__, pk=row.id)


def _subject(table: str, pk: str) -> Any:
    """The row to be written on; 404 for what the reader does not see."""
    model = SUBJECTS.get(table)
    if model is None:
        abort(404)
    row = db.session.scalar(
        select(model).where(model.id == key_of(pk), policy.visible(the_actor(), model))
    )
    if row is None:
        abort(404)
    return row
