"""Adding, editing and deleting in the console: the forms of every other screen.

What was typed is never lost: a refusal comes back with the input kept and its sentence at the
field, a stale save with both versions side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import flash, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext
from sqlalchemy import Enum, String, inspect
from sqlalchemy.exc import DataError, IntegrityError
from wtforms import ValidationError

from app.console.gate import refusal_of
from app.console.rows import version_of
from app.core import policy
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.core.uses import InUse, delete_unused
from app.extensions import db
from app.web.conflicts import both_versions, take_theirs
from app.web.form_pages import FormPages, Section
from app.web.forms import VersionField
from app.web.reader import the_actor
from app.web.refusals import show_refusal
from app.web.uses import in_use_page

REFUSALS = (Refusal, IntegrityError, DataError)


class Writing:
    """Mixin of the console's views; what may be set is named as in `FormPages`."""

    form_columns: ClassVar[tuple[str, ...]] = ()
    form_sections: ClassVar[Sequence[Section]] = ()
    form_help: ClassVar[Mapping[str, Any]] = {}
    form_fields: ClassVar[Mapping[str, Any]] = {}
    """Fields of its own instead of those that the columns would have, and besides them."""
    form_choices: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    description_columns: ClassVar[dict[str, Any]] = {}
    validators_columns: ClassVar[dict[str, Any]] = {}

    model: Any
    datamodel: Any
    label_columns: Any
    route_base: str
    name: Any
    render: Any
    get_one: Any
    can_delete: Any

    # The same fields, sections and bound forms as on every other screen.
    _make_form: Any = FormPages._make_form
    _row_of_form: Any = FormPages._row_of_form
    _bound: Any = FormPages._bound
    _sections: Any = FormPages._sections
    prepare: Any = FormPages.prepare
    new_row: Any = FormPages.new_row
    change_row: Any = FormPages.change_row

    def _prepare_forms(self) -> None:
        self.edit_columns = (
            *self.form_columns,
            *(one for one in self.form_fields if one not in self.form_columns),
        )
        self.form_choices = {**self._in_use(), **self.form_choices}  # type: ignore[misc]
        fields = dict(self.form_fields)
        self.add_form = strict(self.model, self._make_form(self.edit_columns, fields), fields)
        form = strict(self.model, self._make_form(self.edit_columns, fields), fields)
        self.edit_form = type("EditForm", (form,), {"version": VersionField()})

    def _in_use(self) -> dict[str, Callable[[], Any]]:
        """What is switched off is offered no more; a row that has it keeps it."""
        found: dict[str, Callable[[], Any]] = {}
        for name, relation in inspect(self.model).relationships.items():
            active = relation.mapper.columns.get("active")
            if name in self.form_columns and active is not None:
                found[name] = partial(_itself, active)
        return found

    def _stray(self, form: Any) -> list[str]:
        """Columns of the table that were posted although the form does not offer them."""
        return [name for name in request.form if name in self.label_columns and name not in form]

    def _sound(self, form: Any) -> bool:
        stray = self._stray(form)
        for name in stray:
            told = message("This field is not changed here.")
            flash(f"{self.label_columns[name]}: {told}", "danger")
        return bool(form.validate()) and not stray

    def _back(self) -> str:
        """The list as the person left it."""
        here, left = f"{self.route_base}/list/", urlsplit(request.referrer or "")
        if left.path == here and left.netloc == request.host:
            here = f"{here}?{left.query}"
        return get_redirect_target() or here

    @expose("/add", methods=("GET", "POST"))
    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Make a row. Whoever holds `<resource>:add`."""
        form = self.add_form.refresh()
        code = 200
        if request.method == "POST":
            code = 422
            if self._sound(form):
                try:
                    with unit_of_work(db.session, the_actor()):
                        self.new_row(form, the_actor())
                except REFUSALS as error:
                    refusal = refusal_of(error)
                    code = refusal.status_code
                    show_refusal(form, refusal)
                else:
                    flash(gettext("Saved."), "success")
                    again = "_another" in request.form
                    return redirect(request.full_path.rstrip("?") if again else self._back())
        title = gettext("Add: %(noun)s", noun=str(self.name))
        return self._form_page(form, code, title=title, another=True)

    @expose("/edit/<pk>", methods=("GET", "POST"))
    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self, pk: str = "") -> Any:
        """Change a row that is open to this person; a stale form is not written."""
        pk = pk or request.args.get("id", "")
        row, actor = self._row_of_form(pk), the_actor()
        if request.method == "GET" and not policy.can(actor, "edit", row):
            flash(gettext("This row cannot be edited now."), "warning")
            return redirect(f"{self.route_base}/show/{row.id}")
        form, fixed = self._bound_as_seen(row)
        code, both = 200, None
        if request.method == "POST":
            code = 422
            take_theirs(form, row, self.edit_columns, request.form)
            if self._sound(form):
                try:
                    if version_of(row) != request.form.get("version"):
                        raise Conflict(message("Somebody has changed this row meanwhile."))
                    with unit_of_work(db.session, actor):
                        self.change_row(row, form, actor)
                except REFUSALS as error:
                    refusal = refusal_of(error)
                    code = refusal.status_code
                    db.session.rollback()
                    row = self._row_of_form(pk)
                    form, fixed = self._bound_as_seen(row)
                    take_theirs(form, row, self.edit_columns, request.form)
                    form.validate()
                    if isinstance(refusal, Conflict):
                        names = [name for name in self.form_columns if name in form]
                        both = both_versions(form, row, names, tell_who=True)
                        form.version.raw_data, form.version.data = None, version_of(row)
                    else:
                        show_refusal(form, refusal)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(self._back())
        title = gettext("Edit: %(noun)s", noun=str(self.name))
        return self._form_page(form, code, title=title, row=row, both=both, fixed=fixed)

    def _bound_as_seen(self, row: Any) -> Any:
        form, fixed = self._bound(row)
        if form.version.data is None:
            form.version.data = version_of(row)
        return form, fixed

    def _form_page(self, form: Any, code: int, **told: Any) -> Any:
        sections = self._sections(form, self.edit_columns)
        page = self.render(
            "console/form.html", form=form, sections=sections, back=self._back(), **told
        )
        return page, code

    # Deleting ----------------------------------------------------------------------

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        row = self.get_one(request.form.get("id"))
        try:
            self._delete([row])
        except InUse as refusal:
            return in_use_page(refusal, f"{self.route_base}/show/{row.id}", the_actor())
        except Refusal as refusal:
            flash(str(refusal), "danger")
            return redirect(f"{self.route_base}/show/{row.id}")
        flash(gettext("Deleted."), "success")
        return redirect(self._back())

    def _delete(self, rows: Iterable[Any]) -> None:
        """All the rows or none."""
        with unit_of_work(db.session, the_actor()):
            for row in rows:
                name = str(row)
                try:
                    delete_unused(db.session, the_actor(), row)
                except InUse:
                    raise  # its page tells where, and what to do instead
                except (Refusal, IntegrityError) as error:
                    raise RuleViolation(
                        message("%(row)s: %(reason)s", row=name, reason=str(refusal_of(error)))
                    ) from error


def _itself(criterion: Any) -> Any:
    return criterion


def strict(model: type[Any], form: Any, own: Container[str] = ()) -> Any:
    """`form`, in which, but for its `own` fields, no text begins or ends with spaces, and spaces alone are no text."""
    for name, column in inspect(model).columns.items():
        field = getattr(form, name, None)
        if name in own or field is None:
            continue
        if not isinstance(column.type, String) or isinstance(column.type, Enum):
            continue
        field.kwargs["filters"] = [_strip, *field.kwargs.get("filters", ())]
        if not column.nullable:
            field.kwargs["validators"] = [*field.kwargs["validators"], _not_blank]
    return form


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def _not_blank(form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(gettext("This field is required."))
