"""Pages with a form: adding, editing, taking a step. Mixed into every screen of domain rows.

What was typed is never lost: a refusal comes back with the input kept and its sentence at the
field, a stale save with both versions side by side (`app.web.conflicts`). Rows that hang on
the row are written in the same form and the same transaction (`app.web.inlines`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.web import choices, formats, once
from app.web.conflicts import both_versions, take_theirs
from app.web.facts import Facts, facts_of, heading_of
from app.web.forms import DomainModelConverter, VersionField, shown_value
from app.web.inlines import ChildRefused, Children, Inline
from app.web.reader import the_actor
from app.web.refusals import refusal_of, show_refusal
from app.web.stepping import step_form, step_values, what_follows
from app.web.timeline import History

REFUSALS = (Refusal, IntegrityError, StaleDataError)
Section = tuple[Any, Sequence[str]]


class FormPages:
    """`form_columns` serves both add and edit."""

    form_columns: ClassVar[Sequence[str]] = ()
    form_sections: ClassVar[Sequence[Section]] = ()
    """Headings of a long form with their columns; what no section names comes last."""
    form_help: ClassVar[Mapping[str, Any]] = {}
    """Plain words under a field."""
    form_note: ClassVar[Any] = ""
    """What becomes of the row after saving: who sees it next."""
    form_choices: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """The criterion of what a select offers, where that is less than all the reader sees."""
    form_defaults: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """What a new row's form begins with."""
    inline_children: ClassVar[Sequence[Inline]] = ()
    """Rows that hang on this one and are written in its form."""
    add_form: Any = None
    edit_form: Any = None
    form_template: ClassVar[str] = "web/form.html"
    step_template: ClassVar[str] = "web/step.html"
    model: Any
    datamodel: Any
    endpoint: Any
    columns_shown: Any
    class_permission_name: Any
    label_columns: Any
    add_columns: Any
    edit_columns: Any
    add_title: Any
    edit_title: Any
    _filters: Any
    render_template: Any

    def _init_forms(self) -> None:
        self.add_form = self._make_form(self.add_columns, self.add_form_extra_fields)  # type: ignore[attr-defined]
        self.edit_form = self._make_form(self.edit_columns, self.edit_form_extra_fields)  # type: ignore[attr-defined]
        if "version" in self.model.__mapper__.columns:
            self.edit_form = type("EditForm", (self.edit_form,), {"version": VersionField()})
        for name, default in self.form_defaults.items():
            getattr(self.add_form, name).kwargs["default"] = default

    def _make_form(self, columns: Sequence[str], extra: Any) -> Any:
        form = DomainModelConverter(self.datamodel).create_form(
            self.label_columns,
            columns,
            {**self.description_columns, **self.form_help},  # type: ignore[attr-defined]
            self.validators_columns,  # type: ignore[attr-defined]
            extra,
        )
        for name in [name for name in columns if name in self.form_choices]:
            getattr(form, name).kwargs["within"] = self.form_choices[name]
        return form

    # Writing -----------------------------------------------------------------------

    def prepare(self, row: Any, actor: Actor) -> None:
        """Fill in what the form does not ask: the year, the rater, the uploader."""

    def new_row(self, form: Any, actor: Actor) -> Any:
        """Make the row of an add form, within the caller's unit of work."""
        row = self.model()
        with db.session.no_autoflush:
            form.populate_obj(row)
            self.prepare(row, actor)
        db.session.add(row)
        return row

    def change_row(self, row: Any, form: Any, actor: Actor) -> None:
        """Write an edit form onto `row`, within the caller's unit of work."""
        with db.session.no_autoflush:
            del form.version
            form.populate_obj(row)

    def take_step(
        self, row: Any, name: str, actor: Actor, version: int | None, **fields: Any
    ) -> None:
        """Take one step. Chapters whose step is a service override this."""
        with unit_of_work(db.session, actor):
            workflow.apply(db.session, actor, row, name, version=version, **fields)

    def propose(self, step: str, form: Any, row: Any) -> None:
        """Say what the form of a step begins with, where that is not what stands on the row."""

    # Adding ------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        from flask_appbuilder.urltools import get_filter_args

        get_filter_args(self._filters, disallow_if_not_in_search=False)
        given = [name for name in self._filters.get_relation_cols() if name in self.add_columns]
        actor = the_actor()
        if made := once.place_made(db.session, actor):
            return once.lead_to(made)
        form = self.add_form.refresh()
        self._fill_form_exclude_cols(given, form)  # type: ignore[attr-defined]
        if any(form[name].data is None for name in given):
            abort(404)
        children = self._children(None, actor)
        code = 200
        if request.method == "POST":
            code = 422
            if all([form.validate(), *(each.validate() for each in children)]):
                try:
                    with unit_of_work(db.session, actor):
                        claimed = once.claim(db.session, actor)
                        row = self.new_row(form, actor)
                        for each in children:
                            each.save(row, actor)
                        db.session.flush()
                        place = self._after(row, given)
                        if claimed is not None:
                            claimed.place = place
                except REFUSALS as error:
                    if made := once.place_made(db.session, actor):
                        return once.lead_to(made)
                    _show(form, children, error)
                else:
                    flash(gettext("Saved."), "success")
                    if "_another" in request.form:
                        return redirect(request.full_path.rstrip("?"))
                    return redirect(place)
        return self._form_page(
            form, code, title=self.add_title, children=children, another=True,
            once=once.value_of_form(),
            fixed=[(form[name].label.text, form[name].shown) for name in given],
            sections=self._sections(form, self.add_columns, given),
            back=url_for(f"{self.endpoint}.list"),
        )  # fmt: skip

    def _after(self, row: Any, given: list[str]) -> str:
        """Where to go after saving: a row with steps to take shows them, another leads back to
        the row one came from."""
        if given and self.model not in workflow.workflows():
            from app.web.views import view_of

            parent = getattr(row, given[0], None)
            view = view_of(type(parent)) if parent is not None else None
            if parent is not None and view is not None:
                return url_for(f"{view.endpoint}.show", pk=parent.id)
        return url_for(f"{self.endpoint}.show", pk=row.id)

    # Editing -----------------------------------------------------------------------

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        actor = the_actor()
        row = self._row_of_form(pk)
        here = url_for(f"{self.endpoint}.show", pk=row.id)
        if request.method == "GET" and not policy.can(actor, "edit", row):
            why = policy.why_not(actor, "edit", row)
            flash(str(why or gettext("This row cannot be edited now.")), "warning")
            return redirect(here)
        form, fixed = self._bound(row)
        children = self._children(row, actor)
        code, both = 200, None
        if request.method == "POST":
            code = 422
            take_theirs(form, row, self.edit_columns, request.form)
            if all([form.validate(), *(each.validate() for each in children)]):
                seen = getattr(form, "version", None)
                try:
                    if seen is not None and str(row.version) != str(seen.data):
                        raise Conflict(message("Somebody has changed this row meanwhile."))
                    with unit_of_work(db.session, actor):
                        self.change_row(row, form, actor)
                        for each in children:
                            each.save(row, actor)
                except REFUSALS as error:
                    db.session.rollback()
                    row = self._row_of_form(pk)
                    form, fixed = self._bound(row)
                    take_theirs(form, row, self.edit_columns, request.form)
                    form.validate()
                    children = self._children(row, actor)
                    for each in children:
                        each.validate()
                    refusal = refusal_of(error)
                    if isinstance(refusal, Conflict):
                        code = refusal.status_code
                        names = [name for name in self.edit_columns if name in form]
                        both = both_versions(
                            form, row, names,
                            tell_who=self.history_of(actor, row) == History.ALL,  # type: ignore[attr-defined]
                        )  # fmt: skip
                        form.version.raw_data, form.version.data = None, row.version
                    else:
                        if isinstance(getattr(refusal, "refusal", None), Conflict):
                            code = Conflict.status_code
                        _show(form, children, refusal)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(here)
        return self._form_page(
            form, code, title=self.edit_title, children=children, row=row, both=both, fixed=fixed,
            sections=self._sections(form, self.edit_columns), back=here,
            heading=heading_of(self, row),
        )  # fmt: skip

    def _row_of_form(self, pk: str) -> Any:
        """The row with what its form names, in one statement; 404 if the reader does not see it."""
        related = [
            joinedload(getattr(self.model, name))
            for name in self.edit_columns
            if self.datamodel.is_relation_many_to_one(name)
        ]
        row = choices.pick(self.model, str(pk), options=related)
        if row is None:
            abort(404)
        return row

    def _bound(self, row: Any) -> tuple[Any, list[tuple[Any, Any]]]:
        """The edit form of `row`, and what its state no longer lets anybody change."""
        form = self.edit_form.refresh(obj=row)
        form._id = row.id
        frozen = policy.policy_of(self.model).frozen(row)
        fixed = []
        for name in self.edit_columns:
            if not {name, f"{name}_id"} & frozen or name in request.form:
                continue  # what is sent all the same meets the gate
            field = form[name]
            if field.data not in (None, ""):
                fixed.append((field.label.text, shown_value(field)))
            del form[name]
        return form, fixed

    # Steps -------------------------------------------------------------------------

    @expose("/step/<string:name>/<pk>", methods=["GET", "POST"])
    @has_access
    def step(self, name: str, pk: str) -> Any:
        row = self._row(pk)  # type: ignore[attr-defined]
        flow = workflow.workflow_of(self.model)
        transition = next((known for known in flow.transitions if known.name == name), None)
        if transition is None:
            abort(404)
        if not the_actor().may(f"{self.class_permission_name}:{name}"):
            abort(403)
        form = step_form(self.datamodel, self.label_columns, transition, row, self.form_choices)
        if request.method == "GET":
            self.propose(name, form, row)
        code = 200
        if request.method == "POST" and form.validate():
            fields = step_values(form)
            seen = int(form.version.data) if str(form.version.data or "").isdigit() else None
            try:
                self.take_step(row, name, the_actor(), seen, **fields)
            except REFUSALS as error:
                code = getattr(error, "status_code", 422)
                row = self._row(pk)  # type: ignore[attr-defined]
                show_refusal(form, error)
            else:
                flash(gettext("Done: %(step)s", step=str(transition.label)), "success")
                return redirect(url_for(f"{self.endpoint}.show", pk=row.id))
        elif request.method == "POST":
            code = 422
        page = self.render_template(
            self.step_template, title=str(transition.label), form=form, row=row,
            follows=what_follows(flow, transition, row), show_status=formats.show_status,
            back=url_for(f"{self.endpoint}.show", pk=row.id),
            facts=self._facts_for_step(row, name), heading=heading_of(self, row),
        )  # fmt: skip
        return page, code

    def _facts_for_step(self, row: Any, name: str) -> Facts:
        """What the step is about, for whoever may take it now."""
        actor = the_actor()
        open_now = any(
            offer.open and offer.transition.name == name for offer in workflow.offers(actor, row)
        )
        return facts_of(self, row, actor, self.columns_shown(actor)) if open_now else Facts()

    # The page ----------------------------------------------------------------------

    def _form_page(self, form: Any, code: int, **told: Any) -> Any:
        shown = [each for each in told.pop("children") if each.shown]
        page = self.render_template(
            self.form_template, form=form, note=self.form_note, children=shown, **told
        )
        return page, code

    def _sections(
        self, form: Any, columns: Sequence[str], without: Sequence[str] = ()
    ) -> list[tuple[Any, list[Any]]]:
        """The headings with their fields; without sections, all fields under none."""
        left = [name for name in columns if name in form and name not in without]
        found: list[tuple[Any, list[Any]]] = []
        for heading, names in self.form_sections:
            mine = [name for name in names if name in left]
            left = [name for name in left if name not in mine]
            if mine:
                found.append((heading, [form[name] for name in mine]))
        if left:
            heading = gettext("More") if found else ""
            found.append((heading, [form[name] for name in left]))
        return found

    def _children(self, row: Any, actor: Actor) -> list[Children]:
        sent = request.form if request.method == "POST" else None
        return [Children(inline, row, actor, sent) for inline in self.inline_children]


def _show(form: Any, children: list[Children], error: Exception) -> None:
    if isinstance(error, ChildRefused):
        for each in children:
            each.show(error)
    else:
        show_refusal(form, error)
