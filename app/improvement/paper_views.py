"""Screens of what was signed on paper: entering it with its scan, its page, the objection.

The forms of the steps are the workflow's own; this adds the one that enters (代录).
"""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from wtforms import DateField, SelectField, TextAreaField, validators, widgets

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.cycles import paper_entries
from app.extensions import db
from app.improvement import evidence
from app.models.improvement import Evidence
from app.models.meetings import PaperEntry
from app.models.organisation import Person
from app.organisation.deciding import signers
from app.planning.plan_rules import LONGEST
from app.web import uploading
from app.web.facts import heading_of
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import show_refusal
from app.web.show_pages import ShowPages
from app.web.views import DomainView, interface, view_of


class PaperForm(FlaskForm):
    step = SelectField(lazy_gettext("What was signed"), validators=[validators.InputRequired()])
    person = SelectField(
        lazy_gettext("Who signed"),
        [validators.InputRequired()],
        coerce=lambda key: int(key) if key else None,
        description=lazy_gettext("Only who may take the step themselves; the system checks it."),
    )
    signed_on = DateField(
        lazy_gettext("Day of the signature"),
        [validators.InputRequired()],
        widget=widgets.TextInput(),
        render_kw={"data-date": "date", "autocomplete": "off"},
    )
    text = TextAreaField(
        lazy_gettext("Words on the paper"),
        [validators.Optional(), validators.Length(max=LONGEST)],
        description=lazy_gettext("Word for word; it becomes the comment of the step."),
    )
    file = FileField(lazy_gettext("Scan"))


class PaperEntryView(DomainView):
    datamodel = interface(PaperEntry)
    read_only = True
    added_elsewhere = True  # on the page of the row it is about
    show_template = "improvement/paper_entry.html"
    list_columns = [
        "recorded_at", "person", "step", "department", "status", "objection_until", "recorded_by",
    ]  # fmt: skip
    show_columns = [
        "person", "step", "signed_on", "text", "status", "recorded_by", "recorded_at",
        "objection_until", "objection", "objected_at", "resolution", "resolved_by", "resolved_at",
    ]  # fmt: skip
    search_columns = ["person", "department", "status", "signed_on"]
    base_order = ("recorded_at", "desc")
    own_methods = {"enter": "add"}
    plain_columns = {"step": lambda step: step_words(step)}

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        subject, link = subject_of(row, actor)
        scans = db.session.scalars(
            select(Evidence).where(visible(actor, Evidence), Evidence.paper_entry_id == row.id)
        ).all()
        return super().render_page(row, actor, subject=subject, link=link, scans=scans, **told)

    @expose("/enter/<table>/<pk>", methods=["GET", "POST"])
    @has_access
    def enter(self, table: str, pk: str) -> Any:
        """Enter what was signed on paper about a row."""
        actor = the_actor()
        row = _row(actor, table, pk)
        choices = paper_entries.choices_of(row)
        back = url_for(f"{view_of(type(row)).endpoint}.show", pk=row.id)
        form = PaperForm()
        form.step.choices = [(name, str(label)) for name, label in choices]
        kind = paper_entries.kind_named(table)
        department = kind.department(row) if kind else None
        people = signers(db.session, department)
        form.person.choices = [("", "")] + [(person.id, person.name) for person in people]
        if request.method == "GET":
            form.signed_on.data = clock.today()
        limits = evidence.limits_of(db.session, PaperEntry(cycle=kind.cycle(row)) if kind else row)
        form.file.description = gettext("A scan or a photograph, up to %(size)s MB.", size=limits.megabytes)  # fmt: skip
        uploading.tell_limits(form.file, megabytes=limits.megabytes, types=limits.types)
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    entry = self._enter(row, form, actor)
                except (Refusal, IntegrityError) as error:
                    code = getattr(error, "status_code", 422)
                    show_refusal(form, error)
                    row = _row(actor, table, pk)
                else:
                    flash(gettext("Entered. %(name)s has been told.", name=entry.person.name), "success")  # fmt: skip
                    return redirect(url_for(f"{self.endpoint}.show", pk=entry.id))
        page = self.render_template(
            "web/form.html",
            title=gettext("Enter from paper"),
            form=form,
            row=row,
            back=back,
            heading=heading_of(view_of(type(row)), row),
            note=gettext(
                "The step is taken in the signer's name and the record says who entered it. The signer is told at once and may object."
            ),  # noqa: E501
            submit_label=gettext("Enter"),
            upload=True,
        )
        return page, code

    def _enter(self, row: Any, form: PaperForm, actor: Actor) -> PaperEntry:
        sent = form.file.data
        signer = db.session.get(Person, form.person.data)

        def scan(entry: PaperEntry) -> None:
            evidence.add_evidence(db.session, actor, entry, sent.stream, sent.filename or "")

        with unit_of_work(db.session, actor):
            return paper_entries.enter(
                db.session,
                actor,
                row,
                form.step.data,
                signer,  # type: ignore[arg-type]
                text=form.text.data or "",
                signed_on=form.signed_on.data,  # type: ignore[arg-type]
                scan=scan if sent else None,
            )


def _row(actor: Actor, table: str, pk: str) -> Any:
    kind = paper_entries.kind_named(table)
    if kind is None:
        abort(404)
    model = kind.model
    row = db.session.scalar(select(model).where(model.id == key_of(pk), visible(actor, model)))
    if row is None:
        abort(404)
    return row


def paper_link(row: Any, actor: Actor) -> str:
    """Where the Office enters what was signed on paper about this row."""
    if not actor.may("paper_entry:add") or not paper_entries.choices_of(row):
        return ""
    return url_for("PaperEntryView.enter", table=row.__tablename__, pk=row.id)


def step_words(step: Any) -> str:
    """The step of an entry in words, whatever it was taken on."""
    return paper_entries.label_of(str(step))


def subject_of(entry: PaperEntry, actor: Actor) -> tuple[str, str]:
    """What the entry is about, and its page."""
    view = next(
        (one for one in map(view_of, paper_entries.models()) if one
         and one.model.__tablename__ == entry.subject_table),
        None,
    )  # fmt: skip
    if view is None:
        return "", ""
    model = view.model
    row = db.session.scalar(
        select(model).where(model.id == entry.subject_id, visible(actor, model))
    )
    if row is None:
        return "", ""
    return str(row), url_for(f"{view.endpoint}.show", pk=row.id)


def register(builder: Any) -> None:
    ShowPages.paper_link = staticmethod(paper_link)
    builder.add_view(
        PaperEntryView,
        "paper_entry",
        label=lazy_gettext("Entries from paper"),
        icon="writing-sign",
        category="cycles",
    )
