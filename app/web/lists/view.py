"""The list of a view: what it declares, its address, its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import inspect

from app.core import clock
from app.core.actor import Actor
from app.web.lists.cells import Overdue
from app.web.lists.columns import LIGHTS, Column, columns_of, orderable
from app.web.lists.conditions import filterable, pairs_of
from app.web.lists.page import list_page
from app.web.lists.panels import PANEL_OF_COLUMNS, column_to_filter, panel_of
from app.web.lists.quick import QuickFilter
from app.web.lists.related import RelatedTable, related_table
from app.web.lists.sheet import draw_list
from app.web.lists.start import begin
from app.web.lists.state import ListState
from app.web.saved import saved_views_of
from app.web.shell import chosen_cycle
from app.web.words import language


class Lists:
    """Mixin of views: what a list shows is declared here, and read from the address."""

    more_columns: ClassVar[Sequence[str] | None] = None
    """Columns that may be chosen besides `list_columns`; by default all that the row's page
    shows and the list is searched by."""
    title_column: ClassVar[str] = ""
    """The column that names the row and leads to its page; by default the first."""
    added_elsewhere: ClassVar[bool] = False
    """Are rows added on the page of what they hang on, and not from the list?"""
    cell_links: ClassVar[Mapping[str, str]] = {}
    """Columns whose cells lead to another page of the row: {"size": "download"}."""
    quick_search: ClassVar[Sequence[str] | None] = None
    """Columns that the search box looks at; by default the texts among `search_columns`."""
    quick_filters: ClassVar[Sequence[QuickFilter]] = ()
    own_conditions: ClassVar[Mapping[str, Column]] = {}
    """Conditions on what is no column of the table, as a column that is a closed set; one with
    an `expression` may be shown as well. `own_filters`, or `filters_known`, has their filters."""
    own_filters: ClassVar[Mapping[str, Sequence[Any]]] = {}
    extras: ClassVar[Mapping[str, Any]] = {}
    """Columns that are found together for all rows of a page, with their labels: the console's."""
    totals: ClassVar[Mapping[str, str]] = {}
    """"sum" or "mean" by column; percentages have a mean by default."""
    overdue: ClassVar[Overdue | None] = None
    light_reasons: ClassVar[Mapping[str, Callable[[Actor], Any]]] = {}
    """What says why a light shines, as an expression to select beside it."""

    list_columns_all: dict[str, Column]
    list_columns_usual: Sequence[str]
    filter_columns: Sequence[Column]
    """The columns a condition may be put on."""
    quick_search_columns: Sequence[str]
    order_columns: Any
    model: Any
    search_columns: Any
    page_size: int
    add_columns: Any
    _related_views: Any

    def _init_properties(self) -> None:
        super()._init_properties()  # type: ignore[misc]
        self.list_columns_all = columns_of(self)
        self.list_columns_usual = [
            name for name in self.list_columns if name in self.list_columns_all  # type: ignore[attr-defined]
        ]  # fmt: skip
        self.order_columns = orderable(self)
        searched = self.search_columns if self.quick_search is None else self.quick_search
        texts = {
            name for name, column in inspect(self.model).columns.items()
            if column.type.python_type is str and not getattr(column.type, "enum_class", None)
        }  # fmt: skip
        self.quick_search_columns = [
            name for name in searched if name in texts and name not in LIGHTS
        ]
        self.filter_columns = filterable(self)
        self._labels: dict[str, dict[str, str]] = {}

    def labels_said(self) -> dict[str, str]:
        """The labels of columns and quick filters in the reader's language; put into words
        once per language."""
        said = self._labels.get(language())
        if said is None:
            columns = [*self.list_columns_all.values(), *self.filter_columns]
            said = {one.name: str(one.label) for one in columns}
            said |= {one.key: str(one.label) for one in self.quick_filters}
            self._labels[language()] = said
        return said

    @property
    def saved_as(self) -> str:
        """The name under which views of this list are saved."""
        return str(self.class_permission_name)  # type: ignore[attr-defined]

    def filters_known(self) -> Any:
        """The filters of each column that may be filtered, by their place."""
        known = self._filters.get_search_filters()  # type: ignore[attr-defined]
        return {**known, **self.own_filters} if self.own_filters else known

    # The list ----------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        from app.web.reader import the_actor

        args: Any = request.args
        actor = the_actor()
        if "set" in args:
            return redirect(self._address_set(args))
        if "panel" in args and "fragment" in args:
            told = panel_of(self, ListState.read(self, args), args["panel"])
            return self.render_template("web/list/panel.html", panel=told)  # type: ignore[attr-defined]
        year = chosen_cycle()
        saved = saved_views_of(self, actor)
        state, used = begin(self, args, saved, year)
        page = list_page(self, state, actor, year=year, saved=saved, saved_id=used)
        panel = panel_of(self, page.state, args["panel"]) if "panel" in args else None
        return draw_list(self, page, title=self.list_title, panel=panel, today=clock.today())  # type: ignore[attr-defined]

    def _address_set(self, args: Any) -> str:
        """The canonical address of what a form of the list sends: a search (`set=q`), the
        columns to show (`set=columns`), or a condition (`set` names its column)."""
        state, wanted = replace(ListState.read(self, args), page=0), args["set"]
        if wanted == PANEL_OF_COLUMNS:
            chosen = [
                one for one in dict.fromkeys(args.getlist("col")) if one in self.list_columns_all
            ]
            state = replace(state, columns=tuple(chosen) or state.usual.columns)
        elif wanted != "q":
            column = column_to_filter(self, wanted)
            new = pairs_of(self, column, args.get("op", ""), args.getlist("value"))
            state = state.without(wanted)
            state = state.with_filters([*state.filters, *new])
        return f"{self.route_base}/list/?{state.query_string()}"  # type: ignore[attr-defined]

    # Rows that hang on a row -------------------------------------------------------

    def related_tables(self, row: Any) -> Sequence[RelatedTable]:
        """The tables of the rows that belong to `row`, in the order of `related_views`."""
        return [related_table(view, row) for view in self._related_views]
