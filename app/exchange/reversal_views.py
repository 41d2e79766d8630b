"""The import screen's doors for what comes after: undoing an import, and its refused rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from app.core import clock
from app.core.errors import Refusal
from app.exchange import undoing
from app.exchange.looking import look
from app.exchange.refused import refused_workbook
from app.exchange.reversal import CannotUndo, Obstacle, Run, obstacles, reverse_job, undo_until
from app.exchange.uploads import Shelf, unpack
from app.extensions import db
from app.models.system import ImportJob, ImportStatus
from app.web.downloads import attachment
from app.web.formats import show
from app.web.views import the_actor, view_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 20
"""Rows that the page names where an import cannot be undone."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What the page of an import says about undoing it: `until` when it may be, and after a
    refusal the rows in its way with their addresses; whether it is being undone, and why that
    broke off."""

    until: str = ""
    obstacles: tuple[tuple[Obstacle, str], ...] = ()
    more: int = 0
    running: bool = False
    failure: str = ""


class ReversalDoors:
    """Part of `ImportView`, whose `_job` finds one's own import."""

    @expose("/<int:pk>/reverse", methods=["POST"])
    @has_access
    def reverse(self, pk: int) -> Any:
        """A second click finds the import undone and is told so; a large one is undone in the
        background."""
        job, actor, hours = self._job(pk), the_actor(), _hours()  # type: ignore[attr-defined]
        try:
            if undoing.is_large(job):
                undoing.begin_undo(db.session, actor, job, _shelf(), hours)
                self.launch(partial(undoing.undo_job, hours=hours), pk, actor)  # type: ignore[attr-defined]
                return redirect(url_for("ImportView.show", pk=pk))
            reverse_job(db.session, actor, job, hours)
        except CannotUndo:
            return redirect(url_for("ImportView.show", pk=pk, undo="refused"))
        except Refusal as refusal:
            flash(str(refusal), "danger")
        else:
            flash(gettext("The import has been undone."), "success")
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/refused")
    @has_access
    def refused(self, pk: int) -> Any:
        """The refused rows as a workbook, also those an import has left out; 404 where none is."""
        job = self._job(pk)  # type: ignore[attr-defined]
        shelf, done = _shelf(), job.status == ImportStatus.DONE
        if not (job.status == ImportStatus.PREVIEW or (done and job.summary.get("left_out"))):
            abort(404)
        seen = look(db.session, the_actor(), shelf, job, _quiet, departments_added=done)
        out = [row["out"] for row in shelf.read_rows(job.id)] if done else None
        try:
            content = refused_workbook(seen, self.field_label(job.kind), out)  # type: ignore[attr-defined]
        except ValueError:
            abort(404)
        name = gettext("refused rows")
        return attachment(content, f"{Path(job.file_name).stem}-{name}.xlsx", XLSX)

    def undo_of(self, job: ImportJob) -> Undo:
        """For the page of `job`."""
        if undoing.is_undoing(job, _shelf()):
            return Undo(running=True)
        until, state = undo_until(job, _hours()), undoing.undo_state(job)
        if until is None or clock.now() > until:
            return Undo()
        asked = "undo" in request.args or "refused" in state
        found = obstacles(db.session, Run(db.session, job)) if asked else []
        told = tuple((one, _address(one.row)) for one in found[:LISTED])
        failure = str(unpack(state["failure"])) if "failure" in state else ""
        return Undo(str(show(until)), told, len(found) - len(told), failure=failure)


def _quiet(done: int, total: int) -> None:
    """The workbook is made while its owner waits."""


def _shelf() -> Shelf:
    return Shelf(current_app.config["FILES_PATH"])


def _hours() -> int:
    return int(current_app.config["IMPORT_UNDO_HOURS"])


def _address(row: Any) -> str:
    """The page of a row, where it has one."""
    view = None if row is None else view_of(type(row))
    return url_for(f"{view.endpoint}.show", pk=row.id) if view else ""
