"""The import screen: upload, see what it would do, confirm, watch, read the result."""

from __future__ import annotations

import threading
from typing import Any

from flask import abort, current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    validators,
    widgets,
)

from app.core import clock
from app.core.actor import Actor, Door
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import message, words
from app.exchange import jobs
from app.exchange.reading import MAX_FILE_BYTES
from app.exchange.table_specs import SPECS
from app.exchange.templates import template_of
from app.exchange.uploads import SUFFIXES, Shelf, unpack
from app.extensions import db
from app.models.base import label_of
from app.models.organisation import Department
from app.models.planning import Task
from app.models.system import ImportJob, ImportStatus
from app.security.manager import hash_password
from app.security.rules import check_password
from app.web import uploading
from app.web.downloads import attachment
from app.web.forms import DATES
from app.web.labels import lazy_noun
from app.web.refusals import show_refusal
from app.web.views import the_actor

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KIND_LABELS: dict[str, Any] = {
    "task": lazy_gettext("Tasks (decomposition)"),
    "department": lazy_gettext("Departments"),
    **{kind: lazy_noun(spec.model) for kind, spec in SPECS.items()},
}
ACTION_LABELS = {
    "error": lazy_gettext("Error"),
    "changed": lazy_gettext("Changed"),
    "new": lazy_gettext("New"),
    "unchanged": lazy_gettext("Unchanged"),
}
"""Also the order of the rows: what needs a look comes first."""
_FIELDS = {"due": "due_on", "lead": "lead_department", "category": "category_id"}
_FIELD_LABELS = {
    "assist": lazy_gettext("Assisting departments"),
    "milestones": lazy_gettext("Milestones"),
}


class ImportForm(FlaskForm):
    """What is imported, into which year, and how."""

    kind = SelectField(lazy_gettext("What"), [validators.InputRequired()])
    year = IntegerField(
        lazy_gettext("Year"), [validators.Optional(), validators.NumberRange(2000, 2100)]
    )
    state = SelectField(
        lazy_gettext("State of the tasks"),
        choices=[
            ("proposed", lazy_gettext("Proposed: the decomposition is still on its way")),
            ("published", lazy_gettext("Published: this is the issued table")),
        ],
    )
    issue_number = StringField(
        lazy_gettext("Issue number"), [validators.Optional(), validators.Length(max=60)]
    )
    issued_on = DateField(
        lazy_gettext("Issued on"),
        [validators.Optional()],
        format=DATES,
        widget=widgets.TextInput(),
        render_kw={"data-date": "date", "autocomplete": "off"},
    )
    adjust = BooleanField(
        lazy_gettext("Write adjustment drafts for issued tasks that differ"),
        [validators.Optional()],
    )
    first_password = PasswordField(
        lazy_gettext("First password"),
        [validators.Optional(), validators.Length(max=100)],
        description=lazy_gettext(
            "Only for a staff list with new people: each of them changes it at the first sign-in."
        ),
        render_kw={"autocomplete": "new-password"},
    )
    file = FileField(lazy_gettext("File"), [FileRequired(lazy_gettext("Choose a file."))])


class ImportView(BaseView):
    """Everybody sees their own imports only."""

    route_base = "/import"
    default_view = "index"
    class_permission_name = "import_job"
    method_permission_name = {
        "index": "read",
        "upload": "add",
        "show": "read",
        "progress": "read",
        "confirm": "edit",
        "retry": "edit",
        "template": "read",
    }

    @expose("/")
    @has_access
    def index(self) -> Any:
        return self._start(self._form(the_actor()))

    @expose("/upload", methods=["POST"])
    @has_access
    def upload(self) -> Any:
        actor = the_actor()
        form = self._form(actor)
        if not form.validate():
            return uploading.refused(form, lambda: self._start(form), 422)
        try:
            shelf = _shelf()
            options = _options(form)
            upload = shelf.keep(form.file.data.filename or "", form.file.data.stream)
            kind, first = form.kind.data, _first_password_hash(form)
            job = jobs.open_job(db.session, actor, shelf, upload, kind, options, first)
        except Refusal as refusal:
            show_refusal(form, refusal)
            return uploading.refused(form, lambda: self._start(form), 422)
        return uploading.arrived(url_for("ImportView.show", pk=job.id))

    @expose("/template/<string:kind>")
    @has_access
    def template(self, kind: str) -> Any:
        """The empty workbook to fill in, with the college's own names to choose from."""
        actor = the_actor()
        if kind not in jobs.kinds_of(actor):
            abort(404)
        content = template_of(db.session, actor, kind)
        name = gettext("template")
        return attachment(content, f"{KIND_LABELS[kind]}-{name}.xlsx", XLSX)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        job = self._job(pk)
        rows = sorted(
            _shelf().read_rows(job.id), key=lambda row: list(ACTION_LABELS).index(row["action"])
        )
        only = request.args.get("only", "")
        if only in ACTION_LABELS:
            rows = [row for row in rows if row["action"] == only]
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        running = job.status == ImportStatus.RUNNING
        return self.render_template(
            "exchange/show.html",
            title=gettext("Import: %(file)s", file=job.file_name),
            job=job,
            summary=job.summary or {},
            kind=KIND_LABELS[job.kind],
            status=words((job.status.zh, job.status.en)),
            rows=rows[(page - 1) * PAGE : page * PAGE],
            page=page,
            pages=pages,
            only=only,
            actions=ACTION_LABELS,
            unpack=unpack,
            field_label=_field_label(job.kind),
            percent=self._percent(job),
            silent=running and _shelf().is_silent(job.id),
            may_confirm=job.status == ImportStatus.PREVIEW
            and not (job.summary or {}).get("errors"),
        )

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """A second click, or a second window, finds the import running and is shown it."""
        job = self._job(pk)
        actor = the_actor()
        try:
            jobs.confirm_job(db.session, actor, job, _shelf(), request.form.get("fingerprint", ""))
        except Refusal as refusal:
            level = "info" if job.status != ImportStatus.PREVIEW else "danger"
            flash(
                str(refusal)
                if level == "danger" or isinstance(refusal, Conflict)
                else gettext("This import has been confirmed already."),
                level,
            )
        else:
            _launch(pk, actor)
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/retry", methods=["POST"])
    @has_access
    def retry(self, pk: int) -> Any:
        job = self._job(pk)
        try:
            jobs.look_again(db.session, the_actor(), job, _shelf())
        except Refusal as refusal:
            flash(str(refusal), "danger")
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/progress")
    @has_access
    def progress(self, pk: int) -> Any:
        job = self._job(pk)
        return jsonify(status=job.status.value, percent=self._percent(job))

    # ---------------------------------------------------------------------------------

    def _percent(self, job: ImportJob) -> int:
        return _shelf().told(job.id) if job.status == ImportStatus.RUNNING else job.progress

    def _job(self, pk: int) -> ImportJob:
        """One's own import; 404 for anybody else's."""
        job = jobs.own_job(db.session, the_actor(), pk) if 0 < pk < 2**31 else None
        if job is None:
            abort(404)
        return job

    def _form(self, actor: Actor) -> ImportForm:
        form = ImportForm()
        types = tuple(sorted(suffix.removeprefix(".") for suffix in SUFFIXES))
        megabytes = MAX_FILE_BYTES // 1_048_576
        form.file.description = gettext(
            "Up to %(size)s MB each: %(types)s.", size=megabytes, types="、".join(types)
        )
        uploading.tell_limits(form.file, megabytes=megabytes, types=types)
        form.kind.choices = [(kind, KIND_LABELS[kind]) for kind in jobs.kinds_of(actor)]
        if "person" not in jobs.kinds_of(actor):
            del form.first_password
        if request.method == "GET":
            form.year.data = clock.today().year
        return form

    def _start(self, form: ImportForm) -> Any:
        return self.render_template(
            "exchange/index.html",
            title=gettext("Import"),
            form=form,
            jobs=jobs.own_jobs(db.session, the_actor()),
            kinds=KIND_LABELS,
            status=lambda job: words((job.status.zh, job.status.en)),
            submit_label=gettext("Upload and look"),
            upload=True,
        )


def _first_password_hash(form: ImportForm) -> str:
    """What new people of a staff list sign in with; "" for other tables. RuleViolation for a
    password that is too weak."""
    given = form.first_password.data if form.kind.data == "person" else ""
    if not given:
        return ""
    try:
        check_password(given, username="", minimum=current_app.config["PASSWORD_MIN_LENGTH"])
    except RuleViolation as refusal:
        raise RuleViolation(refusal.message, "first_password") from refusal
    return hash_password(given)


def _options(form: ImportForm) -> dict[str, Any]:
    """The form as the job keeps it. RuleViolation where fields belong together."""
    if form.kind.data != "task":
        return {}
    if form.year.data is None:
        raise RuleViolation(message("A required field is empty."), "year")
    publish = form.state.data == "published"
    number = (form.issue_number.data or "").strip()
    if publish and not number:
        raise RuleViolation(message("A published table needs its issue number."), "issue_number")
    return {
        "year": form.year.data,
        "publish": publish,
        "issue_number": number if publish else "",
        "issued_on": form.issued_on.data.isoformat() if publish and form.issued_on.data else None,
        "adjust": bool(form.adjust.data),
    }


def _field_label(kind: str) -> Any:
    spec = SPECS.get(kind)
    model: type[Any] = Department if kind == "department" else Task

    def label(name: str) -> str:
        if spec is not None:
            return words(spec.label(spec.column(name)))
        if name in _FIELD_LABELS:
            return str(_FIELD_LABELS[name])
        return words(label_of(model, _FIELDS.get(name, name)))

    return label


def _shelf() -> Shelf:
    return Shelf(current_app.config["FILES_PATH"])


def _launch(job_id: int, actor: Actor) -> None:
    """Run in a thread of its own, with a session of its own, as the person who confirmed."""
    import dataclasses

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    shelf = _shelf()
    importer = dataclasses.replace(actor, door=Door.IMPORT)

    def work() -> None:
        with app.app_context():
            jobs.run_job(db.session, importer, shelf, job_id)

    start(work)


def start(work: Any) -> threading.Thread:
    """Not a daemon: a worker that is told to stop ends its import first."""
    thread = threading.Thread(target=work, name="import")
    thread.start()
    return thread


def register(builder: Any) -> None:
    builder.add_view(
        ImportView,
        "import",
        label=lazy_gettext("Import"),
        icon="upload",
        category="planning",
        category_label=lazy_gettext("Planning"),
        category_icon="target-arrow",
    )
