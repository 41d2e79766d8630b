"""The rows of a console list: whole rows, because each says which of its values this reader may
change here; in a tree each below its parent, with the parents of what a condition found."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from app.core import policy
from app.core.actor import Actor
from app.core.policy import visible
from app.extensions import db
from app.web import formats
from app.web.directory import directory
from app.web.lists.columns import Column, order_of
from app.web.lists.query import narrowed
from app.web.lists.state import ListState

CLAMPED = 40
"""A text longer than this is cut to two lines."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row. `raw` is what an editor begins with; None where it is not changed."""

    column: Column
    classes: str
    shown: Any
    raw: str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a row stands in a tree. `context`: no condition found it, it stands there because
    something below it was found."""

    depth: int = 0
    parent: int | None = None
    above: bool = False
    context: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`mark` says in a word what is special about the row."""

    id: int
    version: str
    name: str
    mark: str
    branch: Branch
    may_edit: bool
    may_delete: bool
    cells: Sequence[Cell]


class ConsoleRows:
    """Mixin of the console's views: what `ConsoleList` shows of a page."""

    editable: ClassVar[tuple[str, ...]] = ()
    """Columns whose value may be changed in the list itself."""
    extras: ClassVar[Mapping[str, Any]] = {}
    """Columns that are found together for all rows of a page, with their labels."""
    tree: ClassVar[bool] = False
    """Do the rows stand below their parents?"""
    eager: ClassVar[tuple[str, ...]] = ()
    """Collections that every row is asked for."""

    model: Any
    datamodel: Any
    base_order: Any

    def mark(self, row: Any) -> str:
        """A word beside the row's name, where there is something to know."""
        return ""

    def extra_values(self, rows: Sequence[Any], actor: Actor) -> Mapping[str, Mapping[int, str]]:
        """The values of the columns in `extras`, by column and row."""
        return {}

    def extras_of(self, keys: Sequence[int], actor: Actor) -> Mapping[str, Mapping[int, str]]:
        """The values of the columns in `extras` for rows that have been read by their parts."""
        mine = select(self.model).where(self.model.id.in_(keys), visible(actor, self.model))
        return self.extra_values(self._load(mine, ()), actor)

    def _rows(
        self, state: ListState, actor: Actor, columns: Sequence[Column], headers: Any
    ) -> list[Row]:
        as_tree = self.tree and state.order is None
        statement = narrowed(self, state, actor).with_only_columns(self.model)
        found = self._load(
            statement.order_by(*self._order(state))
            .limit(state.page_size)
            .offset(state.page * state.page_size),
            columns,
        )
        branches = {row.id: Branch() for row in found}
        if as_tree:
            found, branches = self._in_tree(found, actor, columns)
        told = self.datamodel.get_values(found, [one.name for one in columns])
        extra = self.extra_values(found, actor) if self.extras else {}
        return [
            self._row(actor, row, values, columns, headers, branches[row.id], extra)
            for row, values in zip(found, told, strict=True)
        ]

    def _load(self, statement: Any, columns: Sequence[Column]) -> list[Any]:
        relations = inspect(self.model).relationships
        pointed = [
            joinedload(getattr(self.model, one.name)) for one in columns if one.name in relations
        ]
        held = [joinedload(getattr(self.model, name)) for name in self.eager]
        return list(db.session.scalars(statement.options(*pointed, *held)).unique())

    def _in_tree(
        self, found: Sequence[Any], actor: Actor, columns: Sequence[Column]
    ) -> tuple[list[Any], dict[int, Branch]]:
        """The rows found and those they stand under, each below its parent."""
        places = tree_places()
        here = {row.id for row in found}
        kept = {above for key in here for above in ancestors(key)} - here
        context = (
            self._load(
                select(self.model).where(self.model.id.in_(kept), visible(actor, self.model)),
                columns,
            )
            if kept
            else []
        )
        last = (len(places), 0)
        rows = sorted([*found, *context], key=lambda row: places.get(row.id, last))
        parents = {row.parent_id for row in rows}
        branches = {
            row.id: Branch(
                places.get(row.id, last)[1], row.parent_id, row.id in parents, row.id not in here
            )
            for row in rows
        }
        return rows, branches

    def _row(
        self,
        actor: Actor,
        row: Any,
        told: Any,
        columns: Any,
        headers: Any,
        branch: Branch,
        extra: Mapping[str, Mapping[int, str]],
    ) -> Row:
        may_edit = policy.can(actor, "edit", row)
        cells = [
            Cell(
                column,
                head.classes,
                shown(column, told[column.name]),
                raw(told[column.name]) if may_edit and column.name in self.editable else None,
            )
            for column, head in zip(columns, headers, strict=False)
        ]
        for head, name in zip(headers[len(columns) :], self.extras, strict=True):
            column = Column(name, head.label, "text")
            cells.append(
                Cell(column, head.classes, shown(column, extra.get(name, {}).get(row.id)), None)
            )
        return Row(
            row.id, version_of(row), str(row), self.mark(row), branch,
            may_edit, policy.can(actor, "delete", row), cells,
        )  # fmt: skip

    def _order(self, state: ListState) -> list[Any]:
        """The reader's order, else the list's own; rows that are equal stand by their id, so
        that pages never repeat or lose a row."""
        natural = self.natural_order() if state.order is None else None
        if natural is not None:
            return [natural, self.model.id]
        name, direction = state.order or self.base_order or ("id", "asc")
        down = direction == "desc"
        key = self.model.id
        return [one.desc() if down else one.asc() for one in [*order_of(self, name), key]]

    def natural_order(self) -> Any:
        """What the rows are ordered by until somebody sorts them; None: the column `order`."""
        return None


def tree_places() -> dict[int, tuple[int, int]]:
    """(place, depth) of every department in its natural order, each below its parent."""
    departments = directory().departments
    below: dict[int | None, list[int]] = {}
    for entry in departments.values():
        below.setdefault(entry.parent_id, []).append(entry.id)
    found: dict[int, tuple[int, int]] = {}
    waiting = [(key, 0) for key in reversed(below.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        found[key] = (len(found), depth)
        waiting += [(child, depth + 1) for child in reversed(below.get(key, []))]
    return found


def ancestors(key: int) -> list[int]:
    """The departments above this one, the nearest first."""
    departments = directory().departments
    found: list[int] = []
    entry = departments.get(key)
    while entry is not None and entry.parent_id is not None and entry.parent_id not in found:
        found.append(entry.parent_id)
        entry = departments.get(entry.parent_id)
    return found


def version_of(row: Any) -> str:
    """The row as it stands, to be compared with how somebody saw it. An account has no version
    of its own: what it holds says as much (signing in changes nothing of that)."""
    version = getattr(row, "version", None)
    if version is not None:
        return str(version)
    told = [
        row.last_name, row.first_name, row.username, row.staff_number, row.department_id,
        row.position, row.phone, row.email, row.active, sorted(role.name for role in row.roles),
    ]  # fmt: skip
    return str(zlib.crc32(repr(told).encode()))


def shown(column: Column, value: Any) -> Any:
    """A value of a list's cell."""
    if value is None or value == "":
        return ""
    if column.kind == "choice":
        return formats.show_status(value)
    if column.kind == "boolean":
        return gettext("Yes") if value else gettext("No")
    text = str(formats.show(value))
    if column.kind == "text" and len(text) > CLAMPED:
        return Markup('<span class="lx-clamp">{}</span>').format(text)  # noqa: S704 (escaped)
    return text


def raw(value: Any) -> str:
    """A value as a form's field takes it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "y"
    return str(formats.show(value)) if not hasattr(value, "zh") else str(value.value)
