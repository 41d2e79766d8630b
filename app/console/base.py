"""The base of every console view: a table of master data behind the college's gate.

A view names its model and columns. Who may do what comes from the model's policy
(`<resource>:read|add|edit|delete`, and `console:read` for the console as a whole); every
read starts from `visible()`; every write is one unit of work, refused or audited by the
guard like a write through any other door. Lists and forms are those of every other screen
(`app.web.lists`, `app.web.form_pages`); Flask-Admin gives the addresses and holds them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.helpers import get_redirect_target
from sqlalchemy import inspect

from app.console.bulk import BulkActs
from app.console.cells import CellEditing
from app.console.gate import METHODS, Gated
from app.console.listing import ConsoleList
from app.console.ordering import Ordering
from app.console.writing import Writing
from app.core import policy
from app.core.actor import Actor
from app.extensions import db
from app.web import choices
from app.web.facts import facts_of
from app.web.labels import lazy_noun
from app.web.reader import the_actor
from app.web.show_pages import before_asked
from app.web.timeline import Subject, timeline

OWN_COLUMNS = frozenset({"id", "version", "created_at", "updated_at"})


class DomainConsole(CellEditing, Writing, BulkActs, Ordering, ConsoleList, Gated, ModelView):
    """List, row, add, edit, delete of one table of master data.

    `form_columns` names columns and many-to-one relations (`department`, not
    `department_id`); `editable` those that may be changed in the list itself.
    """

    group: ClassVar[str] = ""
    """The heading it stands under on the console's first page."""
    can_export = False
    _urls: Any

    def __init__(self, model: type[Any]) -> None:
        self.resource = policy.policy_of(model).resource
        self.route_base = f"/console/{self.resource}"
        self._refuse_protected(model)
        self._prepare_list(model)
        self._prepare_forms()
        super().__init__(
            model, db, lazy_noun(model), endpoint=f"console_{self.resource}", url=self.route_base
        )

    def create_blueprint(self, admin: Any) -> Any:
        """Only a table that keeps an order has the address of its order."""
        if not self.ordered:
            self._urls = [one for one in self._urls if one[1] != "order_view"]
        return super().create_blueprint(admin)

    def _refuse_protected(self, model: type[Any]) -> None:
        """A column that only a service writes stands on no form: found when it is built."""
        hidden = OWN_COLUMNS | getattr(model, "protected", frozenset())
        known = {*inspect(model).columns.keys(), *inspect(model).relationships.keys()}
        for name in [*self.form_columns, *self.editable]:
            if name in hidden or f"{name}_id" in hidden or name not in known:
                raise RuntimeError(f"{model.__name__}.{name} is protected; no form may offer it")

    # Flask-Admin's own lists and forms are not in use: nothing of them is built.

    def scaffold_form(self) -> Any:
        return self.form_base_class

    def scaffold_list_columns(self) -> list[str]:
        return list(self.columns)

    def _create_ajax_loader(self, name: str, options: Any) -> Any:
        # Its loader offers rows that the reader does not see.
        raise NotImplementedError("selects are scoped; use the form's own")

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

    # One row -----------------------------------------------------------------------

    def get_one(self, id: Any) -> Any:
        """The row, if the reader may see it; 404 otherwise. (Flask-Admin's own asks nobody.)"""
        row = choices.pick(self.model, str(id))
        if row is None:
            abort(404)
        return row

    @expose("/show/<pk>")
    @expose("/details/")
    def details_view(self, pk: str = "") -> Any:
        """The row's values, and what happened to it."""
        row, actor = self._row_of_form(pk or request.args.get("id", "")), the_actor()
        return self.render(
            "console/details.html",
            title=str(row),
            subtitle=self.name,
            row=row,
            back=get_redirect_target() or f"{self.route_base}/list/",
            facts=facts_of(self, row, actor, self.facts_shown(actor)),
            story=self.story_of(row, actor),
            ways=self.ways(row, actor),
            may_edit=policy.can(actor, "edit", row),
            may_delete=policy.can(actor, "delete", row),
        )

    def ways(self, row: Any, actor: Actor) -> Sequence[tuple[str, str]]:
        """(words, address) of what else may be done with the row, on screens of its own."""
        return ()

    def facts_shown(self, actor: Actor) -> Sequence[str]:
        """The columns of a row's page."""
        return self.form_columns

    def story_of(self, row: Any, actor: Actor) -> Any:
        """What happened to the row; None if the reader is told nothing of it."""
        known = inspect(self.model).columns
        told = [key for name in self.form_columns for key in (name, f"{name}_id") if key in known]
        subject = Subject(self.model, {row.id: ""}, frozenset(told))
        return timeline(db.session, [subject], before=before_asked())
