"""Screens of evidence: the list, a file's page, attaching to a row, downloading."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.exc import IntegrityError
from wtforms import StringField, validators

from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.improvement import evidence
from app.models.improvement import Evidence
from app.models.supervision import SupervisionCase
from app.supervision.case_show import CaseShow
from app.web import once, uploading
from app.web.downloads import attachment
from app.web.refusals import show_refusal
from app.web.views import DomainView, interface, the_actor, view_of

OWNER_NAMES = tuple(name for name, _ in evidence.OWNERS.values())


class EvidenceForm(FlaskForm):
    file = FileField(lazy_gettext("File"), [FileRequired(lazy_gettext("Choose a file."))])
    title = StringField(
        lazy_gettext("Description"),
        [validators.Optional(), validators.Length(max=evidence.TITLE_LENGTH)],
    )


def _tell_limits(field: Any, limits: evidence.Limits) -> None:
    """Say at the field what is taken, so that nobody sends 60 MB to learn it."""
    types = "、".join(limits.types)
    field.description = gettext(
        "Up to %(size)s MB each: %(types)s.", size=limits.megabytes, types=types
    )
    uploading.tell_limits(field, megabytes=limits.megabytes, types=limits.types)


def show_size(size: Any) -> str:
    """Bytes as people read them: 800 B, 12.4 KB, 3.1 MB."""
    number = float(size or 0)
    for unit in ("B", "KB", "MB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GB"


class EvidenceView(DomainView):
    datamodel = interface(Evidence)
    list_columns = ["file_name", "title", "size", "uploader", "uploaded_at"]
    cell_links = {"size": "download"}
    added_elsewhere = True  # a file hangs on a task, a check, a case …: on its page
    show_columns = [
        *OWNER_NAMES, "file_name", "title", "media_type", "size", "uploader", "uploaded_at", "sha256",
    ]  # fmt: skip
    form_columns = ("title",)
    search_columns = ["file_name", "title", "media_type", "uploader", "uploaded_at", "sha256"]
    plain_columns = {"size": show_size}
    label_columns: Any = {"size": lazy_gettext("Size")}
    base_order = ("uploaded_at", "desc")
    show_template = "web/evidence.html"
    own_methods = {"download": "read"}
    exclude_route_methods = set()

    # Attaching -----------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """`?_flt_0_task=3`: a file of that task. Only from the page of a row."""
        row = self._given_row()
        if row is None:
            flash(
                gettext(
                    "Open the task, check, result, case or adjustment and attach the file there."
                ),
                "warning",
            )
            return redirect(url_for(f"{self.endpoint}.list"))
        back = url_for(f"{view_of(type(row)).endpoint}.show", pk=row.id)
        if made := once.place_made(db.session, the_actor()):
            return once.lead_to(made, uploading.arrived)
        form = EvidenceForm()
        _tell_limits(form.file, evidence.limits_of(db.session, row))
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                sent, actor = form.file.data, the_actor()
                try:
                    with unit_of_work(db.session, actor):
                        claimed = once.claim(db.session, actor)
                        evidence.add_evidence(
                            db.session,
                            actor,
                            row,
                            sent.stream,
                            sent.filename or "",
                            form.title.data,
                        )
                        if claimed is not None:
                            claimed.place = back
                except (Refusal, IntegrityError) as error:
                    if made := once.place_made(db.session, actor):
                        return once.lead_to(made, uploading.arrived)
                    code = getattr(error, "status_code", 422)
                    show_refusal(form, error)
                else:
                    flash(gettext("The file is attached."), "success")
                    return uploading.arrived(back)

        def page() -> Any:
            return self.render_template(
                self.form_template, title=self.add_title, form=form, row=row, back=back,
                submit_label=gettext("Attach"), upload=True, one_column=True,
                once=once.value_of_form(),
                note=gettext("Who may read this row may read its files."),
            )  # fmt: skip

        return uploading.refused(form, page, code) if code != 200 else page()

    def _given_row(self) -> Any:
        """The row named in the address; 404 if the reader may not see it."""
        for name, value in request.args.items():
            relation = name.removeprefix("_flt_0_")
            if relation == name or relation not in OWNER_NAMES:
                continue
            row = self.datamodel.get_related_interface(relation).get(value)
            if row is None or view_of(type(row)) is None:
                abort(404)
            return row
        return None

    # Reading -------------------------------------------------------------------------

    @expose("/download/<int:pk>", methods=["GET"])
    @has_access
    def download(self, pk: int) -> Any:
        try:
            row, path = evidence.open_evidence(db.session, the_actor(), pk)
        except LookupError:
            abort(404)
        return attachment(path, row.file_name, row.media_type)

    # Taking back ---------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        row = self._row(pk)
        owner = evidence.owner_of(row)
        actor = the_actor()
        try:
            with unit_of_work(db.session, actor):
                key = evidence.delete_evidence(db.session, actor, row)
        except Refusal as error:
            flash(str(error), "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        evidence.drop_unused(db.session, key)
        flash(gettext("Deleted."), "success")
        view = view_of(type(owner))
        if view is None:
            return redirect(url_for(f"{self.endpoint}.list"))
        return redirect(url_for(f"{view.endpoint}.show", pk=owner.id))


def _attach(actor: Actor, case: SupervisionCase, sent: Any) -> None:
    evidence.add_evidence(db.session, actor, case, sent.stream, sent.filename or "")


def _limit_files(field: Any, case: SupervisionCase) -> None:
    _tell_limits(field, evidence.limits_of(db.session, case))


def register(builder: Any) -> None:
    """Register last of the chapters whose rows take files: their pages show the files, and the
    reply to a case takes some."""
    CaseShow.attach, CaseShow.limit_files = staticmethod(_attach), staticmethod(_limit_files)
    for view in builder.baseviews:
        if isinstance(view, DomainView) and view.model in evidence.OWNERS:
            view.related_views = [*(view.related_views or []), EvidenceView]
    builder.add_view(
        EvidenceView,
        "evidence",
        label=lazy_gettext("Evidence"),
        icon="paperclip",
        category="improvement",
    )
