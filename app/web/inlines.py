"""Rows that hang on the row of a form and are written in the same form: a task's milestones.

They are saved in the same transaction as their parent, each through the gate. What the person
may not change is shown, not asked. A row that somebody else changed or deleted meanwhile is
said at that row, and the input stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField

from app.core import policy
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal
from app.core.text import message
from app.extensions import db
from app.web import formats
from app.web.forms import DomainModelConverter, shown_value
from app.web.interface import ScopedInterface
from app.web.labels import Labels, lazy_noun
from app.web.refusals import refusal_of, refuse_fields

BLANKS = 2
"""Empty rows for who works without scripts."""
MOST = 200
_ORDER = ("position", "due_on", "id")
_PLACE = "__n__"


@dataclass(frozen=True)
class Inline:
    """`model` hangs on the parent by its relation `parent`; `columns` are asked for each row.

    `extra` replaces fields of the form by name, `prepare` fills in what the form does not ask,
    `within` narrows what a select offers.
    """

    model: type[Any]
    parent: str
    columns: tuple[str, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Any, Actor], None] = lambda row, actor: None
    hint: Any = ""
    adding: bool = True
    """May rows be added here? False where they are other people's to add."""

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    @property
    def title(self) -> Any:
        return lazy_noun(self.model)

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.model)

    @cached_property
    def parent_column(self) -> str:
        relation = inspect(self.model).relationships[self.parent]
        return str(next(iter(relation.local_columns)).key)

    @cached_property
    def form(self) -> Any:
        """The form of one row."""
        converter = DomainModelConverter(ScopedInterface(self.model))
        fields: dict[str, Any] = {}
        for name in self.columns:
            converter._convert_col(name, self.labels[name], "", [], None, fields)
        fields |= self.extra
        fields |= {"version": HiddenField(), "remove": BooleanField()}
        return type(f"{self.model.__name__}Row", (_RowForm,), fields)


class _RowForm(FlaskForm):
    class Meta:
        csrf = False  # the form around it carries the token


class ChildRefused(Refusal):
    """A row of the form was refused: `place` says which."""

    def __init__(self, place: str, refusal: Refusal) -> None:
        super().__init__(refusal.message, refusal.field)
        self.place = place
        self.refusal = refusal
        self.status_code = refusal.status_code


class Child:
    """One row of the form: what stands there and what was typed."""

    def __init__(
        self, inline: Inline, place: str, row: Any, sent: Any, *, open_: bool, removable: bool
    ) -> None:
        self.inline = inline
        self.place = place
        self.row = row
        self.open = open_
        self.removable = removable
        self.errors: list[str] = []
        given = {} if row is None else {"obj": row}
        self.form = inline.form(formdata=sent, prefix=f"{place}-", **given)
        if row is not None and sent is None:
            self.form.version.data = row.version

    @property
    def fields(self) -> list[Any]:
        return [self.form[name] for name in self.inline.columns]

    @property
    def shown(self) -> list[tuple[Any, Any]]:
        """Labels and values of a row that is not asked for."""
        return [
            (each.label.text, shown_value(each)) for each in self.fields if each.data is not None
        ]

    @property
    def removed(self) -> bool:
        return bool(self.form.remove.data) and self.removable

    @property
    def empty(self) -> bool:
        """Nothing was typed into a new row."""
        return self.row is None and not any(
            text.strip() not in ("", "__None")
            for each in self.fields
            for text in each.raw_data or ()
        )

    def validate(self) -> bool:
        if not self.open or self.removed or self.empty:
            return True
        fine: bool = self.form.validate()
        return fine

    def refuse(self, refusal: Refusal) -> None:
        self.errors += refuse_fields(self.form, refusal)

    def show_now(self, conflict: Refusal) -> None:
        """Say what was saved meanwhile; saving again writes what is typed."""
        self.errors.append(str(conflict))
        for each in self.fields:
            now = getattr(self.row, each.short_name)
            if each.data != now:
                each.errors = [
                    *each.errors,
                    gettext("Saved meanwhile: %(value)s", value=formats.show(now)),
                ]
        self.form.version.raw_data = None
        self.form.version.data = self.row.version

    def save(self, parent: Any, actor: Actor) -> None:
        """Write this row and let the gate judge it at once, so that a refusal has its place."""
        try:
            if self.removed:
                if self.row is not None:
                    db.session.delete(self.row)
            elif not self.empty and self.open:
                self._write(parent, actor)
            db.session.flush()
        except (Refusal, IntegrityError, StaleDataError) as error:
            raise ChildRefused(self.place, refusal_of(error)) from error

    def _write(self, parent: Any, actor: Actor) -> None:
        row = self.row or self.inline.model()
        if self.row is not None and str(row.version) != str(self.form.version.data):
            raise Conflict(message("Somebody has changed this row meanwhile."))
        with db.session.no_autoflush:
            if self.row is None:
                setattr(row, self.inline.parent_column, parent.id)
                db.session.add(row)
            for each in self.fields:
                each.populate_obj(row, each.short_name)
            self.inline.prepare(row, actor)


class Children:
    """All rows of one inline in one form. A row that exists stands at `<name>-r<id>`, a new
    one at `<name>-<number>`."""

    def __init__(self, inline: Inline, parent: Any, actor: Actor, sent: Any = None) -> None:
        self.inline = inline
        self.may_add = _may_add(inline, parent, actor)
        known = [] if parent is None else _rows(inline, parent, actor)
        places = [] if sent is None else _places(inline, sent)
        self.rows = []
        for row in known:
            place = f"{inline.name}-r{row.id}"
            may_edit = policy.can(actor, "edit", row)
            self.rows.append(
                Child(
                    inline,
                    place,
                    row,
                    sent if may_edit and place in places else None,
                    open_=may_edit,
                    removable=policy.can(actor, "delete", row),
                )  # fmt: skip
            )
        taken = {child.place for child in self.rows}
        for place in places:
            if place not in taken and self.may_add:
                self._take(place, sent)

    def _new(self, place: str, sent: Any) -> Child:
        return Child(self.inline, place, None, sent, open_=True, removable=True)

    def _take(self, place: str, sent: Any) -> None:
        child = self._new(place, sent)
        if child.empty or child.removed:
            return
        if child.form.version.data:
            child.errors.append(
                gettext("This row was deleted meanwhile. Saving again adds it anew.")
            )
            child.form.version.data = ""
        self.rows.append(child)

    @property
    def blanks(self) -> list[Child]:
        first = 1000 + len(self.rows)
        return [
            self._new(f"{self.inline.name}-{first + number}", MultiDict())
            for number in range(BLANKS if self.may_add else 0)
        ]

    @property
    def model_row(self) -> Child:
        """What a script copies to add a row."""
        return self._new(f"{self.inline.name}-{_PLACE}", MultiDict())

    @property
    def shown(self) -> bool:
        return bool(self.rows) or self.may_add

    def validate(self) -> bool:
        fine = not any(child.errors for child in self.rows)
        checked = [child.validate() for child in self.rows]
        return fine and all(checked)

    def save(self, parent: Any, actor: Actor) -> None:
        """Within the parent's unit of work. What is removed makes room first."""
        db.session.flush()
        for child in sorted(self.rows, key=lambda child: not child.removed):
            child.save(parent, actor)

    def show(self, refused: ChildRefused) -> None:
        """Put a refusal at its row."""
        for child in self.rows:
            if child.place == refused.place:
                if isinstance(refused.refusal, Conflict) and child.row is not None:
                    child.show_now(refused.refusal)
                else:
                    child.refuse(refused.refusal)


def _rows(inline: Inline, parent: Any, actor: Actor) -> list[Any]:
    model = inline.model
    columns = model.__mapper__.columns
    order = [getattr(model, name) for name in _ORDER if name in columns]
    mine = getattr(model, inline.parent_column) == parent.id
    return list(
        db.session.scalars(select(model).where(mine, policy.visible(actor, model)).order_by(*order))
    )


def _places(inline: Inline, sent: Any) -> list[str]:
    """The places that were sent, in their order."""
    shape = re.compile(rf"({re.escape(inline.name)}-r?\d{{1,10}})-")
    found = [match[1] for key in sent for match in [shape.match(key)] if match]
    return list(dict.fromkeys(found))[:MOST]


def _may_add(inline: Inline, parent: Any, actor: Actor) -> bool:
    """May this actor hang a new row here? On a parent that does not exist yet the gate says."""
    if not inline.adding:
        return False
    if parent is None:
        return actor.may(f"{policy.policy_of(inline.model).resource}:add")
    probe = inline.model()
    set_committed_value(probe, inline.parent, parent)
    set_committed_value(probe, inline.parent_column, parent.id)
    return policy.can(actor, "add", probe)
