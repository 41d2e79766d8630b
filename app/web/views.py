"""The base of every screen of domain rows.

A view names its model and columns; everything else follows from the schema and the policy:
labels, scope, permissions (`<table>:read|add|edit|delete`), the steps of the workflow as
actions, errors at the field with the input kept, and stale saves that lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import flash, redirect, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import IntegrityError

from app.core import policy, workflow
from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.core.uses import InUse, delete_unused
from app.extensions import db
from app.web import formats
from app.web.bulk import BulkSteps
from app.web.filters import RequestFilters
from app.web.form_pages import FormPages
from app.web.interface import ScopedInterface
from app.web.labels import Labels, lazy_noun
from app.web.lists import Lists
from app.web.lists.export import ExportsLists
from app.web.reader import the_actor as the_actor
from app.web.refusals import refusal_of
from app.web.show_pages import ShowPages
from app.web.uses import in_use_page

METHODS = {
    "list": "read",
    "show": "read",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
    "step": "read",
    "export": "read",
}


class DomainView(BulkSteps, FormPages, ShowPages, ExportsLists, Lists, RequestFilters, ModelView):
    """List, show, add, edit, delete and the steps of one model.

    `columns` of the list, form and page are set as in any ModelView; `form_columns` serves
    both add and edit; `read_only` switches writing off.
    """

    read_only: ClassVar[bool] = False
    own_methods: ClassVar[dict[str, str]] = {}
    """The permission verbs of methods that only this view has."""
    plain_columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    label_columns: Any = None
    exclude_route_methods: Any = {"download"}
    formatters_columns: Any = None
    search_form: Any = None
    page_size = 25

    def __init__(self, **options: Any) -> None:
        model = self.model = self.datamodel.obj
        self.class_permission_name = policy.policy_of(model).resource
        self.route_base = f"/{self.class_permission_name}"
        self.method_permission_name = {**METHODS, **self.own_methods}
        if self.read_only:
            self.exclude_route_methods = {*self.exclude_route_methods, "add", "edit", "delete"}
        if self.model not in workflow.workflows():
            self.exclude_route_methods = {
                *self.exclude_route_methods, "step", "action", "action_post",
            }  # fmt: skip
        self.add_columns = list(self.form_columns)
        self.edit_columns = list(self.form_columns)
        self.label_columns = Labels(model, self.label_columns)
        noun = lazy_noun(model)
        self.list_title = noun
        self.show_title = noun
        self.add_title = LazyString(lambda: gettext("Add: %(noun)s", noun=str(noun)))
        self.edit_title = LazyString(lambda: gettext("Edit: %(noun)s", noun=str(noun)))
        super().__init__(**options)
        if self.model in workflow.workflows():
            for transition in workflow.workflow_of(model).transitions:
                self._add_step(transition)

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = {
            column: self.plain_columns.get(column, _formatter(column))
            for column in {*self.list_columns, *self.show_columns}
        } | (self.formatters_columns or {})

    # Deleting ----------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        row, actor = self._row(pk), the_actor()
        try:
            with unit_of_work(db.session, actor):
                delete_unused(db.session, actor, row)
        except InUse as refusal:
            return in_use_page(refusal, url_for(f"{self.endpoint}.show", pk=pk), actor)
        except (Refusal, IntegrityError) as error:
            flash(str(refusal_of(error)), "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        flash(gettext("Deleted."), "success")
        return redirect(url_for(f"{self.endpoint}.list"))


def _formatter(column: str) -> Callable[[Any], Any]:
    if column in {"light", "computed_light", "head_light"}:
        return formats.show_light
    if column.endswith("_percent"):
        return formats.show_percent
    return formats.show


def view_of(model: type[Any]) -> Any:
    """The registered view of a model, or None."""
    from flask import current_app

    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if isinstance(view, DomainView) and view.model is model:
            return view
    return None


def interface(model: type[Any]) -> ScopedInterface:
    """The scoped data model of a view or API."""
    return ScopedInterface(model)
