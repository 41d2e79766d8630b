"""The lists of the console: the same address, conditions and look as every other list.

What a list is narrowed and ordered by is read by `app.web.lists`; only the rows differ. They
are whole rows, because each says which of its values this reader may change here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from flask import redirect, render_template, request
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import inspect
from sqlalchemy.orm import joinedload

from app.core import clock, policy
from app.core.actor import Actor
from app.extensions import db
from app.web import formats
from app.web.interface import ScopedInterface
from app.web.labels import Labels
from app.web.lists.columns import Column, columns_of, order_of, orderable
from app.web.lists.conditions import chips_of, filterable
from app.web.lists.page import ChipLink, ListPage, headers_of
from app.web.lists.panels import panel_of
from app.web.lists.query import count_and_totals, narrowed
from app.web.lists.state import ListState
from app.web.lists.view import Lists
from app.web.reader import the_actor

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
class Row:
    id: int
    version: int
    name: str
    depth: int
    may_edit: bool
    may_delete: bool
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`asks` is the question before it happens."""

    name: str
    text: str
    asks: str


class ConsoleList:
    """Mixin of the console's views. `columns` are shown, `searched` by the search box,
    `filtered` by conditions; `order` is the column the list begins with, down if `descending`."""

    columns: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[tuple[str, ...]] = ()
    filtered: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[str] = ""
    descending: ClassVar[bool] = False
    editable: ClassVar[tuple[str, ...]] = ()
    """Columns whose value may be changed in the list itself."""

    # What app.web.lists asks of a view.
    title_column: ClassVar[str] = ""
    page_size: ClassVar[int] = 25
    more_columns = None
    light_reasons: ClassVar[dict[str, Any]] = {}
    plain_columns: ClassVar[dict[str, Any]] = {}
    formatters_columns: ClassVar[dict[str, Any]] = {}
    totals: ClassVar[dict[str, str]] = {}
    cell_links: ClassVar[dict[str, Any]] = {}
    quick_filters: ClassVar[tuple[Any, ...]] = ()
    overdue = None

    model: Any
    resource: str
    can_create: Any
    can_delete: Any
    route_base: str

    def _prepare_list(self, model: type[Any]) -> None:
        self.model = model
        self.column_list = self.columns
        self.class_permission_name = self.resource
        self.label_columns = Labels(model)
        self.list_columns = self.list_columns_usual = self.columns
        self.show_columns = self.form_columns  # type: ignore[attr-defined]
        self.search_columns = self.filtered
        self.quick_search_columns = self.searched
        self.base_order = (self.order, "desc" if self.descending else "asc") if self.order else None
        self.datamodel = ScopedInterface(model)
        self._known = self.datamodel.get_filters(list(self.filtered)).get_search_filters()
        self.list_columns_all = columns_of(self)
        self.order_columns = orderable(self)
        self.filter_columns = filterable(self)
        self._labels: dict[str, dict[str, str]] = {}

    # In the same words, under the same address as every other list.
    labels_said: Any = Lists.labels_said
    _address_set: Any = Lists._address_set

    def filters_known(self) -> Any:
        """The filters of each column that may be filtered, by their place."""
        return self._known

    # The list ----------------------------------------------------------------------

    @expose("/list/")
    @expose("/")
    def index_view(self) -> Any:
        args, actor = request.args, the_actor()
        if "set" in args:
            return redirect(self._address_set(args))
        state = ListState.read(self, args)
        panel = panel_of(self, state, args["panel"]) if "panel" in args else None
        if panel is not None and "fragment" in args:
            return render_template("web/list/panel.html", panel=panel)
        page = self._page(state, actor)
        return self.render(  # type: ignore[attr-defined]
            "console/list.html",
            title=self.name,  # type: ignore[attr-defined]
            subtitle=page.in_words,
            page=page,
            panel=panel,
            today=clock.today(),
        )

    def _page(self, state: ListState, actor: Actor) -> ListPage:
        """Two statements: how many, and the rows with what they point to."""
        totals = count_and_totals(self, state, actor)
        last = max(0, -(-totals.count // state.page_size) - 1)
        state = replace(state, page=min(state.page, last))
        columns = [self.list_columns_all[name] for name in state.columns]
        place = f"{self.route_base}/list/"
        headers = headers_of(self, state, columns, place)
        actions = self._bulk_actions()
        rows = self._rows(state, actor, columns, headers) if totals.count else []
        return ListPage(
            view=self,
            actor=actor,
            state=state,
            place=place,
            totals=totals,
            headers=headers,
            rows=Markup(  # noqa: S704 (a template's own output)
                render_template(
                    "console/rows.html", rows=rows, admin_view=self, choosing=bool(actions),
                    back=f"{place}?{state.query_string()}",
                )
            ),
            foot=Markup(""),
            chips=[
                ChipLink(
                    chip,
                    f"{place}?{state.query_string()}&panel={chip.column}",
                    f"{place}?{_without(state, (chip.name, chip.value)).query_string()}",
                )
                for chip in chips_of(self, state)
            ],
            toggles=(),
            actions=actions,
            may_add=self.can_create,
            saved=None,  # type: ignore[arg-type]
        )  # fmt: skip

    def _bulk_actions(self) -> list[BulkAction]:
        """What may be done to many rows at once."""
        if not self.can_delete:
            return []
        return [BulkAction("delete", gettext("Delete"), gettext("Delete the chosen rows?"))]

    def _rows(
        self, state: ListState, actor: Actor, columns: Sequence[Column], headers: Any
    ) -> list[Row]:
        relations = inspect(self.model).relationships
        statement = (
            narrowed(self, state, actor)
            .with_only_columns(self.model)
            .options(*(joinedload(getattr(self.model, one.name)) for one in columns if one.name in relations))
            .order_by(*self._order(state))
            .limit(state.page_size)
            .offset(state.page * state.page_size)
        )  # fmt: skip
        found = list(db.session.scalars(statement))
        values = self.datamodel.get_values(found, [column.name for column in columns])
        depths = self.depths() if state.order is None else {}
        return [
            self._row(actor, row, told, columns, headers, depths.get(row.id, 0))
            for row, told in zip(found, values, strict=True)
        ]

    def _row(
        self, actor: Actor, row: Any, told: Any, columns: Any, headers: Any, depth: int
    ) -> Row:
        may_edit = policy.can(actor, "edit", row)
        cells = [
            Cell(
                column,
                head.classes,
                shown(column, told[column.name]),
                raw(told[column.name]) if may_edit and column.name in self.editable else None,
            )
            for column, head in zip(columns, headers, strict=True)
        ]
        return Row(
            row.id, row.version, str(row), depth,
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

    def depths(self) -> dict[int, int]:
        """How deep each row stands in the tree, where the natural order is one."""
        return {}


def _without(state: ListState, pair: tuple[str, str]) -> ListState:
    return state.with_filters(one for one in state.filters if one != pair)


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
