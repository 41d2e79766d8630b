"""Changing one value in the list itself: what its editor is, and the one address that takes it."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, jsonify, request
from flask_admin import expose
from flask_babel import gettext
from wtforms import HiddenField

from app.console.gate import refusal_of
from app.console.rows import raw, shown, version_of
from app.console.writing import REFUSALS, Writing, strict
from app.core.errors import Conflict
from app.core.text import message, words
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.web import formats
from app.web.forms import DomainModelConverter
from app.web.reader import the_actor

EDITORS = {"number": "number", "percent": "number", "date": "date"}
"""The control of a column by its kind; where nothing is chosen, any other value is text."""


class CellEditing(Writing):
    """Mixin of the console's views: the `editable` columns change in place.

    The row's version as the person saw it comes along: who saves a value of a row that
    somebody has changed meanwhile is told what it is now, and saves again to write over it.
    """

    editable: ClassVar[tuple[str, ...]]
    list_columns_all: Any

    def _prepare_forms(self) -> None:
        super()._prepare_forms()
        converter = DomainModelConverter(self.datamodel)
        self.cell_form = (
            strict(self.model, converter.create_form(self.label_columns, self.editable, {}, {}, {}))
            if self.editable
            else None
        )

    def editors(self) -> dict[str, dict[str, Any]]:
        """What console.js needs to build an editor for each of these columns."""
        made: dict[str, dict[str, Any]] = {}
        for name in self.editable:
            column = self.list_columns_all[name]
            options: list[tuple[str, str]] = []
            if column.kind == "boolean":
                options = [("y", gettext("Yes")), ("", gettext("No"))]
            elif column.kind == "choice":
                options = [(one.value, words((one.zh, one.en))) for one in column.choices]
            made[name] = {
                "label": str(column.label),
                "kind": "select" if options else EDITORS.get(column.kind, "text"),
                "options": options,
            }
        return made

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        """Change one value. (Flask-Admin's own asks for no permission and no version.)"""
        if self.cell_form is None:
            abort(404)
        key = request.form.get("list_form_pk", "")
        row, form = self.get_one(key), self.cell_form.refresh()
        form._id = row.id
        for field in list(form):
            if field.name not in request.form and not isinstance(field, HiddenField):
                del form[field.name]
        wanted = [name for name in self.editable if name in form]
        if len(wanted) != 1 or {*self._stray(form)} - {"version"}:
            return _refused(message("This field is not changed here."), 422)
        name = wanted[0]
        if not form.validate():
            return _refused(" ".join(str(one) for one in form[name].errors), 422)
        try:
            if version_of(row) != request.form.get("version"):
                raise Conflict(message("Somebody has changed this row meanwhile."))
            with unit_of_work(db.session, the_actor()), db.session.no_autoflush:
                form[name].populate_obj(row, name)
        except REFUSALS as error:
            refusal = refusal_of(error)
            if not isinstance(refusal, Conflict):
                return _refused(refusal, refusal.status_code)
            db.session.rollback()
            row = self.get_one(key)
            told = gettext(
                "%(reason)s It is now: %(value)s. Save again to write yours.",
                reason=str(refusal),
                value=formats.show(getattr(row, name)),
            )
            return _refused(told, refusal.status_code, **self._value(row, name))
        return jsonify(message=gettext("Saved."), **self._value(row, name))

    def _value(self, row: Any, name: str) -> dict[str, Any]:
        """The value as the list shows it and as an editor begins with it."""
        value = getattr(row, name)
        cell = shown(self.list_columns_all[name], value)
        return {
            "shown": str(cell),
            "markup": hasattr(cell, "__html__"),
            "value": raw(value),
            "version": version_of(row),
        }


def _refused(told: Any, code: int, **more: Any) -> Any:
    return jsonify(message=str(told), **more), code
