"""The import screen's doors between the upload and the preview: columns, then names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from app.core.errors import Refusal
from app.core.text import words
from app.exchange import guide, memory
from app.exchange.field_words import KIND_LABELS, PASSED_OVER, RESOURCES, TRAITS, field_label
from app.exchange.recognition import fields_of
from app.exchange.row_marks import MARK
from app.exchange.uploads import unpack
from app.extensions import db
from app.models.organisation import DepartmentKind
from app.models.system import ImportJob, ImportStatus
from app.web.views import the_actor

NEW_KINDS = [kind for kind in DepartmentKind if kind != guide.SECTION]


class GuideDoors:
    """Part of `ImportView`, whose `_job` finds one's own import."""

    @expose("/<int:pk>/columns", methods=["GET", "POST"])
    @has_access
    def columns(self, pk: int) -> Any:
        """What was recognised, to be set right."""
        job: ImportJob = self._job(pk)  # type: ignore[attr-defined]
        if job.status != ImportStatus.PREVIEW:
            return redirect(url_for("ImportView.show", pk=pk))
        files = self.shelf.read(job.id, "files")  # type: ignore[attr-defined]
        if request.method == "GET":
            return self._columns_page(job, files, {})
        layouts = (job.options or {}).get("layouts") or {}
        found = guide.read_columns(job.kind, files, layouts, request.form)
        if found.refused:
            return self._columns_page(job, found.files, found.refused), 422
        then = "columns" if found.again or request.form.get("again") else "names"
        lessons = found.lessons if request.form.get("remember") == "1" else []

        def learn() -> None:
            memory.remember_layouts(db.session, the_actor(), job.kind, lessons)

        return self._revise(job, then, learn, layouts=found.layouts)

    @expose("/<int:pk>/forget", methods=["POST"])
    @has_access
    def forget(self, pk: int) -> Any:
        """Take back what an earlier import has taught: a `layout`'s columns or an `alias`."""
        job: ImportJob = self._job(pk)  # type: ignore[attr-defined]
        if job.status != ImportStatus.PREVIEW:
            return redirect(url_for("ImportView.show", pk=pk))
        layout, alias = (request.form.get(name, 0, type=int) for name in ("layout", "alias"))
        if 0 < layout < 2**31:
            memory.forget_layout(db.session, the_actor(), layout)
        if 0 < alias < 2**31:
            memory.forget_alias(db.session, the_actor(), alias)
        return self._revise(job, "every_name" if alias else "columns")

    @expose("/<int:pk>/names", methods=["GET", "POST"])
    @has_access
    def names(self, pk: int) -> Any:
        """Names that nobody knows: which one is meant, or a new department."""
        job: ImportJob = self._job(pk)  # type: ignore[attr-defined]
        if job.status != ImportStatus.PREVIEW:
            return redirect(url_for("ImportView.show", pk=pk))
        actor = the_actor()
        names = self._names(job)
        if request.method == "GET":
            return self._names_page(job, names, {})
        decided, aliases, refused = guide.read_names(names, request.form)
        reasons = [] if refused else guide.refused_departments(db.session, actor, decided)
        if refused or reasons:
            for reason in reasons:
                flash(str(reason), "danger")
            return self._names_page(job, names, refused), 422

        def learn() -> None:
            memory.remember_aliases(db.session, actor, aliases)

        return self._revise(job, "rows", learn, names=decided)

    # -----------------------------------------------------------------------------------

    def _revise(
        self, job: ImportJob, then: str, learn: Callable[[], None] | None = None, **options: Any
    ) -> Any:
        """Look again with what was set right, keep it for the next time, go on to `then`."""
        version = request.form.get("version", 0, type=int)
        try:
            self._look(job, version, **options)  # type: ignore[attr-defined]
            if learn is not None:
                learn()
        except Refusal as refusal:
            flash(str(refusal), "danger")
            here = "columns" if request.endpoint != "ImportView.names" else "names"
            return redirect(url_for(f"ImportView.{here}", pk=job.id))
        return redirect(self.place_of(job, then))

    def place_of(self, job: ImportJob, then: str) -> str:
        """The address of the step `then`; of the progress where it is still looked at; `names`
        are passed over where all are known."""
        if job.status != ImportStatus.PREVIEW:
            return url_for("ImportView.show", pk=job.id, then=then)
        if then == "columns":
            return url_for("ImportView.columns", pk=job.id)
        if then == "every_name" or (then == "names" and (job.summary or {}).get("unknown")):
            return url_for("ImportView.names", pk=job.id)
        return url_for("ImportView.show", pk=job.id)

    def _names(self, job: ImportJob) -> list[guide.NameToDecide]:
        unknown = (job.summary or {}).get("unknown") or []
        decided = (job.options or {}).get("names") or {}
        return guide.names_to_decide(db.session, the_actor(), unknown, decided)

    def _columns_page(self, job: ImportJob, files: guide.Files, refused: Any) -> Any:
        label = field_label(job.kind)
        return self.render_template(  # type: ignore[attr-defined]
            "exchange/columns.html",
            title=gettext("What we recognised"),
            job=job,
            kind=KIND_LABELS[job.kind],
            files=files,
            leaders=guide.leaders(files),
            fields=[(name, label(name)) for name in fields_of(job.kind) if name != MARK],
            field_label=label,
            mark=MARK,
            why=PASSED_OVER,
            traits=TRAITS,
            refused={name: str(reason) for name, reason in refused.items()},
            unpack=unpack,
        )

    def _names_page(
        self, job: ImportJob, names: list[guide.NameToDecide], refused: dict[str, Any]
    ) -> Any:
        return self.render_template(  # type: ignore[attr-defined]
            "exchange/names.html",
            title=gettext("Names that are not known here"),
            job=job,
            kind=KIND_LABELS[job.kind],
            names=names,
            aliases=memory.aliases_of(db.session, the_actor()),
            resources=RESOURCES,
            new_kinds=NEW_KINDS,
            kind_words=lambda one: words((one.zh, one.en)),
            refused={name: str(reason) for name, reason in refused.items()},
        )
