"""The base of every console view: Flask-Admin's `ModelView` behind the college's gate.

A view names its model and columns. Who may do what comes from the model's policy
(`<resource>:read|add|edit|delete`, and `console:read` for the console as a whole); every
read starts from `visible()`; every write is one unit of work, refused or audited by the
guard like a write through any other door. What is refused comes back at its field, with the
person's input kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from flask_admin.helpers import is_form_submitted
from flask_admin.model.template import DeleteRowAction, EditRowAction, ViewRowAction
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from sqlalchemy import func, inspect, or_
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Query
from wtforms import HiddenField

from app.console.filters import filters_of
from app.console.forms import ConsoleConverter
from app.console.gate import METHODS, Gated
from app.core import policy
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import unit_of_work, violation_of
from app.core.values import LARGEST_INTEGER
from app.extensions import db
from app.web import formats
from app.web.labels import lazy_label, lazy_noun
from app.web.refusals import show_refusal
from app.web.views import the_actor

OWN_COLUMNS = frozenset({"id", "version", "created_at", "updated_at"})


class DomainConsole(Gated, ModelView):
    """List, details, create, edit, delete of one table of master data.

    `form_columns` names columns and many-to-one relations (`department`, not
    `department_id`); `editable` those that may be changed in the list itself.
    """

    editable: ClassVar[tuple[str, ...]] = ()
    model_form_converter = ConsoleConverter
    can_view_details = True
    can_export = False
    can_set_page_size = True
    page_size = 25
    page_size_options = (25, 50, 100)
    column_type_formatters = {object: lambda view, value, name: formats.show(value)}
    column_type_formatters_detail = column_type_formatters

    def __init__(self, model: type[Any]) -> None:
        mapper = inspect(model)
        self.resource = policy.policy_of(model).resource
        self.column_labels = {
            name: lazy_label(model, name)
            for name in [*mapper.columns.keys(), *mapper.relationships.keys()]
        }
        self.column_details_list = [*self.form_columns, "created_at", "updated_at"]
        self.column_editable_list = self.editable
        self._refuse_protected(model)
        table = model.__tablename__
        super().__init__(
            model, db, lazy_noun(model), endpoint=f"console_{table}", url=f"/console/{table}"
        )

    def _refuse_protected(self, model: type[Any]) -> None:
        """A column that only a service writes stands on no form: found when it is built."""
        hidden = OWN_COLUMNS | getattr(model, "protected", frozenset())
        for name in [*self.form_columns, *self.editable]:
            if name in hidden or f"{name}_id" in hidden:
                raise RuntimeError(f"{model.__name__}.{name} is protected; no form may offer it")

    # Who may -----------------------------------------------------------------------

    def needed(self, method: str) -> tuple[str, ...]:
        # A method without a verb here is nobody's: nothing is open by omission.
        verb = METHODS.get(method, "unknown")
        return ("console:read", f"{self.resource}:read", f"{self.resource}:{verb}")

    def _may(self, verb: str) -> bool:
        return the_actor().may(f"{self.resource}:{verb}")

    @property
    def can_create(self) -> bool:  # type: ignore[override]
        return self._may("add")

    @property
    def can_edit(self) -> bool:  # type: ignore[override]
        return self._may("edit")

    @property
    def can_delete(self) -> bool:  # type: ignore[override]
        return self._may("delete")

    # Reading -----------------------------------------------------------------------

    def get_query(self) -> Query[Any]:
        return db.session.query(self.model).filter(visible(the_actor(), self.model))

    def get_count_query(self) -> Query[Any]:
        seen = visible(the_actor(), self.model)
        return db.session.query(func.count(self.model.id)).filter(seen)

    def get_one(self, id: Any) -> Any:
        """The row, if the reader may see it; 404 otherwise. (Flask-Admin's own does not
        ask `get_query`.)"""
        text = str(id)
        key = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
        row = None
        if 0 < key <= LARGEST_INTEGER:
            row = self.get_query().filter(self.model.id == key).one_or_none()
        if row is None:
            abort(404)
        return row

    def scaffold_auto_joins(self) -> list[Any]:
        relations = inspect(self.model).relationships
        return [getattr(self.model, name) for name, _ in self._list_columns if name in relations]

    def scaffold_filters(self, name: Any) -> Any:
        return filters_of(self.model, name, self.column_labels[name])

    def _get_filter_groups(self) -> Any:
        """Words and offered rows as this reader sees them now."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for index, one in enumerate(self._filters or ()):
            options = [(key, str(value)) for key, value in one.get_options(self) or ()]
            groups.setdefault(str(one.name), []).append(
                {
                    "index": index,
                    "arg": self.get_filter_arg(index, one),
                    "operation": str(one.operation()),
                    "options": options or None,
                    "type": one.data_type,
                }
            )
        return groups or None

    def _get_list_extra_args(self) -> Any:
        given = super()._get_list_extra_args()
        given.page = min(max(given.page, 0), 1_000_000)
        given.extra_args.pop("lang", None)
        return given

    def _apply_search(
        self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str
    ) -> Any:
        """Every word somewhere in the row; `%` and `_` are characters like others."""
        for word in search.split():
            found = or_(
                *(field.icontains(word, autoescape=True) for field, _ in self._search_fields or ())
            )
            query, count_query = query.filter(found), count_query.filter(found)
        return query, count_query, joins, count_joins

    def _apply_sorting(self, *args: Any) -> Any:
        query, joins = super()._apply_sorting(*args)
        return query.order_by(self.model.id), joins  # pages never repeat or lose a row

    def get_empty_list_message(self) -> str:
        return gettext("There is nothing here yet, or nothing that fits the filters.")

    def get_list_row_actions(self) -> list[Any]:
        return [ViewRowAction(), EditIfOpen(), DeleteIfOpen()]

    def _create_ajax_loader(self, name: str, options: Any) -> Any:
        # Flask-Admin's loader offers rows that the reader does not see.
        raise NotImplementedError("selects are scoped; use the form's own")

    # Forms -------------------------------------------------------------------------

    def get_edit_form(self) -> Any:
        return type("EditForm", (super().get_edit_form(),), {"version": HiddenField()})

    def validate_form(self, form: Any) -> bool:
        if not is_form_submitted():
            return False
        sound = bool(form.validate())
        stray = [] if form.__class__ in self._small_forms() else self._stray_fields(form)
        for name in stray:
            label = str(self.column_labels[name])
            flash(f"{label}: {message('This field is not changed here.')}", "danger")
        return sound and not stray

    def _small_forms(self) -> tuple[type[Any], ...]:
        return (self._delete_form_class, self._action_form_class)

    def _stray_fields(self, form: Any) -> list[str]:
        """Columns of the table that were posted although the form does not offer them."""
        return [name for name in request.form if name in self.column_labels and name not in form]

    def _fill(self, form: Any, row: Any) -> None:
        for name, field in form._fields.items():
            if name not in {"version", "list_form_pk"}:
                field.populate_obj(row, name)

    # Writing -----------------------------------------------------------------------

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Make a row. Whoever holds `<resource>:add`."""
        return self._with_code(super().create_view())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """Change a row that is open to this person; a stale form is not written."""
        row = self.get_one(request.args.get("id"))
        if request.method == "GET" and not policy.can(the_actor(), "edit", row):
            flash(gettext("This row cannot be edited now."), "warning")
            return redirect(url_for(".details_view", id=row.id))
        return self._with_code(super().edit_view())

    @expose("/details/")
    def details_view(self) -> Any:
        self.get_one(request.args.get("id"))
        return super().details_view()

    def _with_code(self, answer: Any) -> Any:
        """A form that comes back says so in its status, too."""
        if is_form_submitted() and isinstance(answer, str):
            return answer, g.get("console_code", 422)
        return answer

    def create_model(self, form: Any) -> Any:
        row = self.model()
        try:
            with unit_of_work(db.session, the_actor()), db.session.no_autoflush:
                self._fill(form, row)
                db.session.add(row)
        except (Refusal, IntegrityError, DataError) as error:
            self._show(form, error)
            return False
        return row

    def update_model(self, form: Any, model: Any) -> bool:
        key = model.id
        try:
            if str(model.version) != request.form.get("version"):
                raise Conflict(message("Somebody has changed this row meanwhile."))
            with unit_of_work(db.session, the_actor()), db.session.no_autoflush:
                self._fill(form, model)
        except Conflict as conflict:
            db.session.rollback()
            self._show_both(form, self.get_one(key), conflict)
            return False
        except (Refusal, IntegrityError, DataError) as error:
            self._show(form, error)
            return False
        return True

    def delete_model(self, model: Any) -> bool:
        try:
            self._delete([model])
        except Refusal as refusal:
            flash(str(refusal), "danger")
            return False
        return True

    def _delete(self, rows: Iterable[Any]) -> None:
        """All the rows or none."""
        with unit_of_work(db.session, the_actor()):
            for row in rows:
                name = str(row)
                try:
                    db.session.delete(row)
                    db.session.flush()
                except (Refusal, IntegrityError) as error:
                    raise RuleViolation(
                        message("%(row)s: %(reason)s", row=name, reason=str(_refusal(error)))
                    ) from error

    def _show(self, form: Any, error: Exception) -> None:
        refusal = _refusal(error)
        g.console_code = refusal.status_code
        show_refusal(form, refusal)
        if form.errors:
            flash(gettext("Some fields are not as they should be."), "danger")

    def _show_both(self, form: Any, row: Any, conflict: Conflict) -> None:
        """Under each field that differs, what was saved meanwhile. The person's own input
        stays; saving again writes it over the other."""
        g.console_code = conflict.status_code
        flash(
            gettext("%(reason)s Your input is kept below; what was saved meanwhile stands under each field. Save again to write yours.", reason=str(conflict)),
            "warning",
        )  # fmt: skip
        for name in self.form_columns or ():
            field, now = form[name], getattr(row, name)
            if field.data != now and (field.data or now):
                told = gettext("Saved meanwhile: %(value)s", value=formats.show(now))
                field.errors = [*field.errors, told]
        form.version.raw_data = None
        form.version.data = row.version

    # Many rows, one value ----------------------------------------------------------

    def is_action_allowed(self, name: str) -> bool:
        return name in self._actions_data and (name != "delete" or self.can_delete)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        name = request.form.get("action", "")
        if name not in self._actions_data:
            abort(404)
        if not self.is_action_allowed(name):
            abort(403)
        return super().action_view()

    @action("delete", lazy_gettext("Delete"), lazy_gettext("Delete the chosen rows?"))
    def action_delete(self, ids: list[str]) -> Any:
        """Delete the chosen rows: all of them or none."""
        rows = [self.get_one(key) for key in ids]
        if not rows:
            flash(gettext("Choose at least one row."), "warning")
            return None
        try:
            self._delete(rows)
        except Refusal as refusal:
            reason = str(refusal)
            flash(gettext("Nothing was changed. %(reason)s", reason=reason), "danger")
        else:
            flash(gettext("%(count)s rows deleted.", count=len(rows)), "success")
        return None

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        """Change one value in the list. (Flask-Admin's own asks for no permission.)"""
        if not self.editable:
            abort(404)
        form = self.list_form()
        row = self.get_one(request.form.get("list_form_pk"))
        for field in list(form):
            if field.name not in request.form:
                del form[field.name]
        if self._stray_fields(form):
            return str(message("This field is not changed here.")), 422
        if not self.validate_form(form):
            return " ".join(str(one) for errors in form.errors.values() for one in errors), 422
        try:
            with unit_of_work(db.session, the_actor()), db.session.no_autoflush:
                self._fill(form, row)
        except (Refusal, IntegrityError, DataError) as error:
            refusal = _refusal(error)
            return str(refusal), refusal.status_code
        return gettext("Saved.")


class _IfOpen:
    """A row's button shows only where the policy lets this person do it to this row."""

    verb: ClassVar[str]

    def render(self, context: Any, row_id: str, row: Any) -> Any:
        actor: Actor = the_actor()
        if not policy.can(actor, self.verb, row):
            return Markup("")
        return super().render(context, row_id, row)  # type: ignore[misc]


class EditIfOpen(_IfOpen, EditRowAction):
    verb = "edit"


class DeleteIfOpen(_IfOpen, DeleteRowAction):
    verb = "delete"


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, IntegrityError):
        return violation_of(error)
    return RuleViolation(message("A value is outside what is allowed here."))
