"""Files of the monthly sheet: attached to a row where it stands, taken back while it is open
(Art. 7). The page's script asks; each answer is the row's list of files as it is now."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import policy
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.improvement import evidence
from app.models.improvement import Evidence
from app.models.monitoring import MonthlyCheck
from app.monitoring.sheet_places import sheet_at
from app.monitoring.sheet_service import begin_row
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import Refusal, refusal_of

REFUSALS = (Refusal, IntegrityError, StaleDataError)


class SheetFileView(BaseView):
    route_base = "/month_files"
    class_permission_name = "evidence"
    method_permission_name = {"attach": "add", "remove": "delete"}

    @expose("/<department>/<month>/<task>", methods=["POST"])
    @has_access
    def attach(self, department: str, month: str, task: str) -> Any:
        """Attach one file to a task's row; the row's draft is begun where there is none."""
        actor, sent = the_actor(), request.files.get("file")
        try:
            with unit_of_work(db.session, actor):
                sheet = sheet_at(department, month)
                row = sheet.rows.get(key_of(task) or 0)
                if row is None:
                    abort(404)
                if sent is None:
                    raise RuleViolation(message("Choose a file."), "file")
                check = begin_row(db.session, actor, sheet, row)
                evidence.add_evidence(db.session, actor, check, sent.stream, sent.filename or "")
        except REFUSALS as error:
            return _refused(error)
        return _answer(check)

    @expose("/<int:pk>/remove", methods=["POST"])
    @has_access
    def remove(self, pk: int) -> Any:
        """Take a file back from its row."""
        actor = the_actor()
        file = db.session.scalar(
            select(Evidence).where(visible(actor, Evidence), Evidence.id == pk)
        )
        if file is None or file.monthly_check is None:
            abort(404)
        check = file.monthly_check
        try:
            with unit_of_work(db.session, actor):
                key = evidence.delete_evidence(db.session, actor, file)
        except REFUSALS as error:
            return _refused(error)
        evidence.drop_unused(db.session, key)
        return _answer(check)


def _answer(check: MonthlyCheck) -> Any:
    """The files of the check, drawn, and its version."""
    actor = the_actor()
    files = db.session.scalars(
        select(Evidence)
        .where(visible(actor, Evidence), Evidence.monthly_check_id == check.id)
        .order_by(Evidence.id)
    ).all()
    drawn = render_template(
        "monitoring/sheet_files.html",
        row={"files": files, "may_edit": True},
        removable=lambda file: policy.can(actor, "delete", file),
    )
    return jsonify(version=check.version, files=drawn)


def _refused(error: Exception) -> Any:
    refusal = refusal_of(error)
    return jsonify(message=str(refusal)), refusal.status_code


def register(builder: Any) -> None:
    builder.add_view_no_menu(SheetFileView)
