"""The page of one row: what it is, what may be done with it, what hangs on it, what happened.

Mixed into every screen of domain rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import abort, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import inspect
from sqlalchemy.orm.attributes import set_committed_value

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.workflow import Offer
from app.extensions import db
from app.models.base import Domain
from app.organisation.rules import reads_college
from app.web.facts import facts_of, heading_of, row_link
from app.web.links import filter_name
from app.web.lists import RelatedTable
from app.web.reader import the_actor
from app.web.timeline import (
    History,
    Subject,
    Timeline,
    children_of,
    columns_read,
    timeline,
)

BACKWARD = frozenset(
    {"return", "reject", "refuse", "dismiss", "withdraw", "terminate", "defer", "reopen", "retire",
     "object", "take_back"}
)  # fmt: skip
"""Steps that nobody should take because their button comes first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Steps:
    """The steps of the row's workflow that the reader's roles ever take: those open now, forward
    ones first, and why the others are not. `before` is the meeting the row waits for."""

    open: Sequence[Offer] = ()
    shut: Sequence[Offer] = ()
    before: Any = None

    @property
    def next(self) -> Offer | None:
        """The natural next step."""
        return next((one for one in self.open if one.transition.name not in BACKWARD), None)


class ShowPages:
    """`show_columns` are the facts; `_related_views` the tables below them."""

    show_template: ClassVar[str] = "web/show.html"
    past_is_open: ClassVar[bool] = True
    """Whoever sees a row now might have seen it all along. Not so for what is issued or
    announced to many: how its draft was written stays with those who read the college's rows."""
    paper_link: ClassVar[Callable[[Any, Actor], str]] = staticmethod(lambda row, actor: "")
    """Where the Office enters what was signed on paper about a row; said by the chapter that
    has that screen."""
    before_meeting: ClassVar[Callable[[Any, Actor], Any]] = staticmethod(lambda row, actor: None)
    by_minutes: ClassVar[Callable[[Any, Offer], bool]] = staticmethod(lambda row, offer: False)
    """The meeting a row waits for, and whether a step is one that its minutes take; said by the
    chapter that has meetings."""
    read_only: ClassVar[bool]
    model: Any
    datamodel: Any
    endpoint: Any
    class_permission_name: Any
    route_base: Any
    show_columns: Any
    edit_columns: Any
    _related_views: Any
    _base_filters: Any

    # What a view may say otherwise -------------------------------------------------

    def columns_shown(self, actor: Actor) -> Sequence[str]:
        """The facts `actor` may read on a row's page."""
        columns: Sequence[str] = self.show_columns
        return columns

    def history_of(self, actor: Actor, row: Any) -> History:
        """How much of the row's past `actor` may read."""
        if not isinstance(row, Domain):
            return History.NOTHING
        return History.ALL if self.past_is_open or reads_college(actor) else History.STEPS

    # The page ----------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        return self.show_page(self._row(pk), the_actor())

    def show_page(self, row: Any, actor: Actor) -> Any:
        """The page of a row the actor sees."""
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, self.columns_shown(actor)),
            tables=self._tables(row, actor),
            story=self.story_of(row, actor),
        )

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        """The template with what every row's page needs, and `told`."""
        may_write = not self.read_only
        return self.render_template(  # type: ignore[attr-defined]
            self.show_template,
            pk=row.id,
            row=row,
            view=self,
            actor=actor,
            title=heading_of(self, row),
            steps=self._steps(row, actor),
            row_link=row_link,
            paper=ShowPages.paper_link(row, actor),
            may_edit=may_write and bool(self.edit_columns) and policy.can(actor, "edit", row),
            may_delete=may_write and policy.can(actor, "delete", row),
            **told,
        )

    def _row(self, pk: Any) -> Any:
        """The row, if the reader may see it; 404 otherwise."""
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            abort(404)
        return row

    def _steps(self, row: Any, actor: Actor) -> Steps:
        if self.model not in workflow.workflows():
            return Steps()
        granted = [
            offer
            for offer in workflow.offers(actor, row)
            if actor.may(f"{self.class_permission_name}:{offer.transition.name}")
            and not ShowPages.by_minutes(row, offer)
        ]
        return Steps(
            sorted(
                (offer for offer in granted if offer.open),
                key=lambda offer: offer.transition.name in BACKWARD,
            ),
            [offer for offer in granted if not offer.open],
            ShowPages.before_meeting(row, actor),
        )

    def _tables(self, row: Any, actor: Actor) -> Sequence[RelatedTable]:
        """The related rows, with a way to add one only where the actor may add it here."""
        tables = []
        for view, table in zip(self._related_views, self.related_tables(row), strict=True):  # type: ignore[attr-defined]
            relation = view.datamodel.get_related_fk(type(row))
            if table.add and not may_add(actor, view.model, relation, row):
                table = dataclasses.replace(table, add="")
            tables.append(table)
        return tables

    def story_of(self, row: Any, actor: Actor) -> Timeline | None:
        """What happened to the row and to the rows of its tables; None if the reader is told
        nothing of it."""
        history = self.history_of(actor, row)
        if history == History.NOTHING:
            return None
        children = []
        for view in self._related_views if history == History.ALL else ():
            if view.read_only:
                continue  # a log of its own: its table tells the same
            relation = view.datamodel.get_related_fk(type(row))
            key = view.datamodel.get_relation_fk(relation)
            children.append((view.model, key, columns_read(view, actor)))
        own = Subject(self.model, {row.id: ""}, columns_read(self, actor))
        subjects = [own, *children_of(db.session, actor, row, children)]
        return timeline(db.session, subjects, before=before_asked(), history=history)


def before_asked() -> int | None:
    """The event before which the reader reads on (`?before=4711`)."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def may_add(actor: Actor, model: type[Any], relation: str, parent: Any, **given: Any) -> bool:
    """May `actor` add a row of `model` that hangs on `parent` by `relation`? Asked of the policy
    with such a row, `given` filled in, that no session ever sees."""
    probe = model()
    # No event is fired: `parent`'s own collections do not learn of the probe.
    set_committed_value(probe, relation, parent)
    for name, value in {f"{relation}_id": parent.id, **given}.items():
        set_committed_value(probe, name, value)
    if given or "department_id" not in inspect(model).columns or relation == "department":
        return policy.can(actor, "add", probe)
    for department in actor.departments:
        set_committed_value(probe, "department_id", department)
        if policy.can(actor, "add", probe):
            return True
    return False


def add_link(view: Any, relation: str, parent: Any) -> str:
    """The address of the form of a new row of `view` that hangs on `parent`."""
    return f"{view.route_base}/add?{filter_name(view.model, relation)}={parent.id}"
