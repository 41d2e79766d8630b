"""The import screen: upload, set right what was recognised, see what it would do, confirm,
watch, read the result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import abort, current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core.actor import Actor, Door
from app.core.errors import Conflict, Refusal
from app.core.text import words
from app.exchange import jobs
from app.exchange.field_words import ACTION_LABELS, KIND_LABELS, field_label, value_words
from app.exchange.guide_views import GuideDoors
from app.exchange.reversal_views import ReversalDoors
from app.exchange.templates import template_of
from app.exchange.undoing import is_undoing
from app.exchange.upload_form import (
    ImportForm,
    first_password_hash,
    form_for,
    keep_files,
    options_of,
)
from app.exchange.uploads import Shelf, doubles, unpack
from app.extensions import db
from app.models.system import ImportJob, ImportStatus
from app.web import formats, uploading
from app.web.downloads import attachment
from app.web.refusals import show_refusal
from app.web.views import the_actor

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportView(GuideDoors, ReversalDoors, BaseView):
    """Everybody sees their own imports only."""

    route_base = "/import"
    default_view = "index"
    class_permission_name = "import_job"
    method_permission_name = {
        "index": "read",
        "upload": "add",
        "columns": "edit",
        "forget": "delete",
        "names": "edit",
        "show": "read",
        "progress": "read",
        "confirm": "edit",
        "retry": "edit",
        "template": "read",
        "reverse": "edit",
        "refused": "read",
    }

    @expose("/")
    @has_access
    def index(self) -> Any:
        return self._start(form_for(the_actor()))

    @expose("/upload", methods=["POST"])
    @has_access
    def upload(self) -> Any:
        actor = the_actor()
        form = form_for(actor)
        if not form.validate():
            return uploading.refused(form, lambda: self._start(form), 422)
        try:
            shelf, options = self.shelf, options_of(form)
            uploads = keep_files(form, shelf)
            size = sum(upload.path.stat().st_size for upload in uploads)
            at_once = size <= current_app.config["IMPORT_AT_ONCE_BYTES"]
            password = first_password_hash(form)
            job = jobs.open_job(
                db.session, actor, shelf, uploads, form.kind.data, options, password,
                at_once=at_once,
            )  # fmt: skip
        except Refusal as refusal:
            show_refusal(form, refusal)
            return uploading.refused(form, lambda: self._start(form), 422)
        for name, other in doubles(uploads):
            flash(
                gettext(
                    "“%(file)s” holds exactly the same as “%(other)s”; it is read only once.",
                    file=name,
                    other=other,
                ),
                "info",
            )
        if not at_once:
            _launch(jobs.look_job, job.id, actor)
        return uploading.arrived(self.place_of(job, self._first_step(job)))

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
        then = request.args.get("then", "")
        if then and job.status == ImportStatus.PREVIEW:
            step = self._first_step(job) if then == "first" else then
            return redirect(self.place_of(job, step))
        only = request.args.get("only", "")
        fates = [only] if only in ACTION_LABELS else [*ACTION_LABELS]
        wanted = request.args.get("page", 1, type=int)
        rows, page, pages = self.shelf.page_of_rows(job.id, fates, wanted, PAGE)
        running = job.status == ImportStatus.RUNNING
        return self.render_template(
            "exchange/show.html",
            title=gettext("Import: %(file)s", file=job.file_name),
            job=job,
            undo=self.undo_of(job),
            summary=job.summary or {},
            kind=KIND_LABELS[job.kind],
            status=_status(job),
            looking=jobs.is_looking(job),
            rows=rows,
            several=len((job.options or {}).get("files") or ()) > 1,
            page=page,
            pages=pages,
            only=only,
            actions=ACTION_LABELS,
            unpack=unpack,
            field_label=field_label(job.kind),
            value_words=partial(value_words, job.kind),
            percent=self._percent(job),
            silent=running and self.shelf.is_silent(job.id),
            others=jobs.others_of(job),
            twin=jobs.twin_of(db.session, the_actor(), job)
            if job.status == ImportStatus.PREVIEW
            else None,
            show=formats.show,
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
            shown = request.form.get("fingerprint", "")
            leave_out = request.form.get("leave_out") == "1"
            jobs.confirm_job(db.session, actor, job, self.shelf, shown, leave_out=leave_out)
        except Refusal as refusal:
            level = "info" if job.status != ImportStatus.PREVIEW else "danger"
            flash(
                str(refusal)
                if level == "danger" or isinstance(refusal, Conflict)
                else gettext("This import has been confirmed already."),
                level,
            )
        else:
            _launch(jobs.run_job, pk, actor)
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/retry", methods=["POST"])
    @has_access
    def retry(self, pk: int) -> Any:
        job = self._job(pk)
        try:
            jobs.look_again(db.session, the_actor(), job, self.shelf)
        except Refusal as refusal:
            flash(str(refusal), "danger")
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/progress")
    @has_access
    def progress(self, pk: int) -> Any:
        job = self._job(pk)
        status = ImportStatus.RUNNING if is_undoing(job, self.shelf) else job.status
        return jsonify(status=status.value, percent=self._percent(job))

    # ---------------------------------------------------------------------------------

    @property
    def shelf(self) -> Shelf:
        return Shelf(current_app.config["FILES_PATH"])

    def field_label(self, kind: str) -> Callable[[str], str]:
        """The fields of a kind of import in words."""
        return field_label(kind)

    def _look(self, job: ImportJob, version: int, **options: Any) -> None:
        """Look again with what its owner has set right; large files in the background."""
        actor = the_actor()
        at_once = not jobs.is_large(self.shelf, job, current_app.config["IMPORT_AT_ONCE_BYTES"])
        jobs.revise_job(db.session, actor, job, self.shelf, version, at_once=at_once, **options)
        if not at_once:
            _launch(jobs.look_job, job.id, actor)

    def _first_step(self, job: ImportJob) -> str:
        """What was recognised is looked at first, unless all of it is as last time."""
        if job.status != ImportStatus.PREVIEW:
            return "first"
        files = self.shelf.read(job.id, "files")
        read = [s for file in files for s in file["sheets"] if not s["passed_over"]]
        known = bool(read) and all(sheet["remembered"] for sheet in read)
        return "names" if known and not any(file["problem"] for file in files) else "columns"

    def _percent(self, job: ImportJob) -> int:
        runs = job.status == ImportStatus.RUNNING or is_undoing(job, self.shelf)
        return self.shelf.told(job.id) if runs else job.progress

    def launch(self, work: Callable[..., None], job_id: int, actor: Actor) -> None:
        """Work in the background, as the person who asked for it."""
        _launch(work, job_id, actor)

    def _job(self, pk: int) -> ImportJob:
        """One's own import; 404 for anybody else's."""
        job = jobs.own_job(db.session, the_actor(), pk) if 0 < pk < 2**31 else None
        if job is None:
            abort(404)
        return job

    def _start(self, form: ImportForm) -> Any:
        return self.render_template(
            "exchange/index.html",
            title=gettext("Import"),
            form=form,
            jobs=jobs.own_jobs(db.session, the_actor()),
            kinds=KIND_LABELS,
            status=_status,
            submit_label=gettext("Upload and look"),
            upload=True,
        )


def _status(job: ImportJob) -> str:
    if jobs.is_looking(job):
        return gettext("Being read")
    return words((job.status.zh, job.status.en))


def _launch(work: Callable[..., None], job_id: int, actor: Actor) -> None:
    """Work in a thread of its own, with a session of its own, as the person who asked for it."""
    import dataclasses

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    shelf = Shelf(app.config["FILES_PATH"])
    importer = dataclasses.replace(actor, door=Door.IMPORT)

    def background() -> None:
        with app.app_context():
            work(db.session, importer, shelf, job_id)

    start(background)


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
