"""The base of every screen of domain rows.

A view names its model and columns; everything else follows from the schema and the policy:
labels, scope, permissions (`<table>:read|add|edit|delete`), the steps of the workflow as
actions, errors at the field with the input kept, and stale saves that lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.actions import ActionItem
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.web import formats
from app.web.filters import RequestFilters
from app.web.forms import DomainModelConverter, VersionField
from app.web.interface import ScopedInterface
from app.web.labels import Labels, lazy_noun
from app.web.listing import SafeLists
from app.web.refusals import refusal_of, show_refusal
from app.web.stepping import step_form, step_values

METHODS = {
    "list": "read",
    "show": "read",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
    "step": "read",
}


def the_actor() -> Actor:
    """Whoever makes this request."""
    from flask import current_app

    actor: Actor = current_app.appbuilder.sm.actor()  # type: ignore[attr-defined]
    return actor


class DomainView(SafeLists, RequestFilters, ModelView):
    """List, show, add, edit, delete and the steps of one model.

    `columns` of the list, form and page are set as in any ModelView; `form_columns` serves
    both add and edit; `read_only` switches writing off.
    """

    form_columns: ClassVar[Sequence[str]] = ()
    read_only: ClassVar[bool] = False
    own_methods: ClassVar[dict[str, str]] = {}
    """The permission verbs of methods that only this view has."""
    form_choices: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """What a select of the form offers, where that is less than all the reader sees."""
    form_defaults: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """What a new row's form begins with."""
    plain_columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    label_columns: Any = None
    exclude_route_methods: Any = {"download"}
    formatters_columns: Any = None
    add_form: Any = None
    edit_form: Any = None
    search_form: Any = None
    page_size = 25
    show_template = "web/show.html"
    edit_template = "web/edit.html"
    step_template = "web/step.html"

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
        shown = {column.split(".")[0] for column in self.list_columns}
        self.datamodel.eager = tuple(
            name for name in shown if self.datamodel.is_relation_many_to_one(name)
        )
        self.formatters_columns = {
            column: self.plain_columns.get(column, _formatter(column))
            for column in {*self.list_columns, *self.show_columns}
        } | (self.formatters_columns or {})

    def _init_forms(self) -> None:
        converter = DomainModelConverter(self.datamodel)
        if not self.search_form:
            self.search_form = converter.create_form(
                self.label_columns, self.search_columns, extra_fields=self.search_form_extra_fields
            )
        described, checked = self.description_columns, self.validators_columns
        offered = self.form_choices
        if not self.add_form:
            self.add_form = converter.create_form(
                self.label_columns, self.add_columns, described, checked, self.add_form_extra_fields
            )
        if not self.edit_form:
            form = converter.create_form(
                self.label_columns,
                self.edit_columns,
                described,
                checked,
                self.edit_form_extra_fields,
            )
            has_version = "version" in self.model.__mapper__.columns
            self.edit_form = (
                type("EditForm", (form,), {"version": VersionField()}) if has_version else form
            )
        for name, default in self.form_defaults.items():
            getattr(self.add_form, name).kwargs["default"] = default
        for name, choices in offered.items():
            for form in (self.add_form, self.edit_form):
                getattr(form, name).kwargs["query_func"] = choices

    # Adding ------------------------------------------------------------------------

    def prepare(self, row: Any, actor: Actor) -> None:
        """Fill in what the form does not ask: the year, the rater, the uploader."""

    def new_row(self, form: Any, actor: Actor) -> Any:
        """Make the row of an add form and save it. Chapters with a service override this."""
        row = self.model()
        with unit_of_work(db.session, actor):
            with db.session.no_autoflush:
                form.populate_obj(row)
                self.prepare(row, actor)
            db.session.add(row)
        return row

    def change_row(self, row: Any, form: Any, actor: Actor) -> None:
        """Save an edit form onto `row`."""
        with unit_of_work(db.session, actor), db.session.no_autoflush:
            del form.version
            form.populate_obj(row)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        from flask_appbuilder.urltools import get_filter_args

        get_filter_args(self._filters, disallow_if_not_in_search=False)
        given = [name for name in self._filters.get_relation_cols() if name in self.add_columns]
        form = self.add_form.refresh()
        code = 200
        self._fill_form_exclude_cols(given, form)
        if any(form[name].data is None for name in given):
            abort(404)
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    row = self.new_row(form, the_actor())
                except (Refusal, IntegrityError, StaleDataError) as error:
                    show_refusal(form, error)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(self._after(row, given))
        widgets = self._get_add_widget(form=form, exclude_cols=given)
        return self.render_template(self.add_template, title=self.add_title, widgets=widgets), code

    def _after(self, row: Any, given: list[str]) -> str:
        """Where to go after saving: the row one came from, or the row itself."""
        if given:
            parent = getattr(row, given[0], None)
            view = view_of(type(parent)) if parent is not None else None
            if parent is not None and view is not None:
                return url_for(f"{view.endpoint}.show", pk=parent.id)
        return url_for(f"{self.endpoint}.show", pk=row.id)

    # Editing -----------------------------------------------------------------------

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        row = self._row(pk)
        code = 200
        if request.method == "POST":
            form = self.edit_form.refresh(request.form)
            form._id = row.id
            code = 422
            if form.validate():
                seen = getattr(form, "version", None)
                try:
                    if seen is not None and str(row.version) != str(seen.data):
                        raise Conflict(message("Somebody has changed this row meanwhile."))
                    self.change_row(row, form, the_actor())
                except Conflict as conflict:
                    db.session.rollback()
                    code = conflict.status_code
                    row = self._row(pk)
                    form = self.edit_form.refresh(request.form)
                    form.validate()
                    self._show_both(form, row, conflict)
                except (Refusal, IntegrityError) as error:
                    form = self.edit_form.refresh(request.form)
                    form._id = row.id
                    form.validate()
                    show_refusal(form, error)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(url_for(f"{self.endpoint}.show", pk=row.id))
        else:
            if not policy.can(the_actor(), "edit", row):
                flash(gettext("This row cannot be edited now."), "warning")
                return redirect(url_for(f"{self.endpoint}.show", pk=row.id))
            form = self.edit_form.refresh(obj=row)
        widgets = self._get_edit_widget(form=form)
        page = self.render_template(
            self.edit_template, title=self.edit_title, widgets=widgets, row=row, related_views=[]
        )
        return page, code

    def _show_both(self, form: Any, row: Any, conflict: Refusal) -> None:
        """Under each field that differs, say what was saved meanwhile. The person's own input
        stays; saving again writes it over the other."""
        flash(
            gettext("%(reason)s Your input is kept below; what was saved meanwhile stands under each field. Save again to write yours.", reason=str(conflict)),
            "warning",
        )  # fmt: skip
        for name in self.edit_columns:
            field = form[name]
            now = getattr(row, name)
            if field.data != now and (field.data or now):
                field.errors = [
                    *field.errors,
                    gettext("Saved meanwhile: %(value)s", value=formats.show(now)),
                ]
        form.version.raw_data = None
        form.version.data = row.version

    # Deleting ----------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        row = self._row(pk)
        try:
            with unit_of_work(db.session, the_actor()):
                db.session.delete(row)
        except (Refusal, IntegrityError) as error:
            flash(str(refusal_of(error)), "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        flash(gettext("Deleted."), "success")
        return redirect(url_for(f"{self.endpoint}.list"))

    # Showing -----------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        row = self._row(pk)
        widgets = self._show_row(row)
        actor = the_actor()
        offers = workflow.offers(actor, row) if self.model in workflow.workflows() else []
        granted = [
            offer for offer in offers
            if actor.may(f"{self.class_permission_name}:{offer.transition.name}")
        ]  # fmt: skip
        return self.render_template(
            self.show_template,
            pk=pk,
            row=row,
            title=f"{self.show_title}",
            widgets=widgets,
            related_views=self._related_views,
            offers=granted,
            may_edit=not self.read_only
            and bool(self.edit_columns)
            and policy.can(actor, "edit", row),
            may_delete=not self.read_only and policy.can(actor, "delete", row),
        )

    def _row(self, pk: Any) -> Any:
        """The row, if the reader may see it; 404 otherwise."""
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            abort(404)
        return row

    # Steps -------------------------------------------------------------------------

    def take_step(
        self, row: Any, name: str, actor: Actor, version: int | None, **fields: Any
    ) -> None:
        """Take one step. Chapters whose step is a service override this."""
        with unit_of_work(db.session, actor):
            workflow.apply(db.session, actor, row, name, version=version, **fields)

    def _add_step(self, transition: workflow.Transition) -> None:
        label = LazyString(lambda: str(transition.label))
        bulk = not transition.requires

        def act(rows: Any) -> Any:
            rows = rows if isinstance(rows, list) else [rows]
            if not bulk or transition.accepts and len(rows) == 1:
                return redirect(
                    url_for(f"{self.endpoint}.step", name=transition.name, pk=rows[0].id)
                )
            return self._bulk_step(transition.name, rows)

        act.__name__ = f"step_{transition.name}"
        # Stock FAB would run an action on GET; ours never do (see `action`).
        self.actions[transition.name] = ActionItem(
            transition.name, label, lazy_gettext("Take this step?"), "fa-forward", bulk, False, act
        )
        permission = f"can_{transition.name}"
        if permission not in self.base_permissions:
            self.base_permissions.append(permission)

    def get_action_permission_name(self, name: str) -> str:
        return f"can_{name}"

    def _bulk_step(self, name: str, rows: list[Any]) -> Any:
        """All the rows or none: the first refusal says which row it was."""
        actor = the_actor()
        place = redirect(url_for(f"{self.endpoint}.list"))
        try:
            with unit_of_work(db.session, actor):
                for row in rows:
                    try:
                        workflow.apply(db.session, actor, row, name)
                    except Refusal as refusal:
                        raise RuleViolation(
                            message("%(row)s: %(reason)s", row=str(row), reason=str(refusal))
                        ) from refusal
        except (Refusal, IntegrityError) as error:
            flash(gettext("Nothing was changed. %(reason)s", reason=str(refusal_of(error))), "danger")
            return place
        flash(gettext("%(count)s rows: step taken.", count=len(rows)), "success")
        return place

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        return self._act(name, [pk])

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"))

    def _act(self, name: str, keys: list[str]) -> Any:
        if not g.user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        action = self.actions.get(name)
        if action is None:
            abort(404)
        if not self.appbuilder.sm.has_access(f"can_{name}", self.class_permission_name):
            abort(403)
        if not keys:
            flash(gettext("Choose at least one row."), "warning")
            return redirect(url_for(f"{self.endpoint}.list"))
        return action.func([self._row(key) for key in keys])

    @expose("/step/<string:name>/<pk>", methods=["GET", "POST"])
    @has_access
    def step(self, name: str, pk: str) -> Any:
        row = self._row(pk)
        flow = workflow.workflow_of(self.model)
        transition = next((known for known in flow.transitions if known.name == name), None)
        if transition is None:
            abort(404)
        if not the_actor().may(f"{self.class_permission_name}:{name}"):
            abort(403)
        form = step_form(self.datamodel, self.label_columns, transition, row)
        code = 200
        if request.method == "POST" and form.validate():
            fields = step_values(form)
            seen = int(form.version.data) if str(form.version.data or "").isdigit() else None
            try:
                self.take_step(row, name, the_actor(), seen, **fields)
            except (Refusal, IntegrityError) as error:
                code = getattr(error, "status_code", 422)
                row = self._row(pk)
                show_refusal(form, error)
            else:
                flash(gettext("Done: %(step)s", step=str(transition.label)), "success")
                return redirect(url_for(f"{self.endpoint}.show", pk=row.id))
        elif request.method == "POST":
            code = 422
        page = self.render_template(
            self.step_template, title=str(transition.label), form=form, row=row,
            transition=transition, back=url_for(f"{self.endpoint}.show", pk=row.id),
        )  # fmt: skip
        return page, code


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
