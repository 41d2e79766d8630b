"""The lists of the console: the same address, conditions, saved views, files and look as every
other list. What a list is narrowed and ordered by is read by `app.web.lists`; only the rows
differ (`app.console.rows`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from flask import redirect, render_template, request
from flask_admin import expose
from markupsafe import Markup

from app.console import standing
from app.console.rows import ConsoleRows
from app.console.standing import STANDINGS, Standing
from app.core import clock
from app.core.actor import Actor
from app.core.text import words
from app.exchange.jobs import kinds_of
from app.web.interface import ScopedInterface
from app.web.labels import Labels
from app.web.lists.columns import Column, columns_of, orderable
from app.web.lists.conditions import filterable
from app.web.lists.export import ExportsLists
from app.web.lists.page import Header, ListPage, how_many, on_a_page
from app.web.lists.panels import panel_of
from app.web.lists.query import columns_shown, count_and_totals
from app.web.lists.quick import Toggle, toggle, toggles_of, year_toggle
from app.web.lists.start import begin
from app.web.lists.state import ListState
from app.web.lists.view import Lists
from app.web.reader import the_actor
from app.web.saved import saved_views_of
from app.web.shell import chosen_cycle


class ConsoleList(ConsoleRows):
    """Mixin of the console's views. `columns` are shown, `searched` by the search box,
    `filtered` by conditions; `order` is the column the list begins with, down if `descending`."""

    columns: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[tuple[str, ...]] = ()
    filtered: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[str] = ""
    descending: ClassVar[bool] = False
    quick_standings: ClassVar[tuple[Standing, ...]] = ()
    """Ways to stand that a tap narrows the list to."""
    labels: ClassVar[Mapping[str, Any]] = {}

    # What app.web.lists asks of a view.
    title_column: ClassVar[str] = ""
    page_size: ClassVar[int] = 25
    more_columns: ClassVar[tuple[str, ...] | None] = None
    light_reasons: ClassVar[dict[str, Any]] = {}
    plain_columns: ClassVar[dict[str, Any]] = {}
    formatters_columns: ClassVar[dict[str, Any]] = {}
    totals: ClassVar[dict[str, str]] = {}
    cell_links: ClassVar[dict[str, Any]] = {}
    quick_filters: ClassVar[tuple[Any, ...]] = ()
    overdue = None
    method_permission_name: ClassVar[dict[str, str]] = {"export": "read"}

    model: Any
    resource: str
    can_create: Any
    can_delete: Any
    route_base: str
    bulk_actions: Any

    def _prepare_list(self, model: type[Any]) -> None:
        self.model = model
        self.column_list = self.columns
        self.class_permission_name = self.resource
        self.saved_as = f"console_{self.resource}"
        self.label_columns = Labels(model, dict(self.labels))
        self.list_columns = self.list_columns_usual = self.columns
        self.show_columns = self.form_columns  # type: ignore[attr-defined]
        self.quick_search_columns = self.searched
        self.base_order = (self.order, "desc" if self.descending else "asc") if self.order else None
        self.datamodel = ScopedInterface(model)
        self._known = dict(self.datamodel.get_filters(list(self.filtered)).get_search_filters())
        self.search_columns = self.filtered
        self.own_conditions: dict[str, Column] = {}
        if model in STANDINGS:
            self.own_conditions[standing.NAME] = standing.column_of(model)
            self._known[standing.NAME] = standing.filters_of(model)
            self.search_columns = (standing.NAME, *self.filtered)
        self.list_columns_all = columns_of(self)
        self.order_columns = orderable(self)
        self.filter_columns = filterable(self)
        self._labels: dict[str, dict[str, str]] = {}

    # In the same words, under the same address, into the same files as every other list.
    labels_said: Any = Lists.labels_said
    _address_set: Any = Lists._address_set
    export_links: Any = ExportsLists.export_links

    @property
    def list_title(self) -> Any:
        return self.name  # type: ignore[attr-defined]

    def filters_known(self) -> Any:
        """The filters of each column that may be filtered, by their place."""
        return self._known

    @expose("/export/<string:form>")
    def export(self, form: str) -> Any:
        """The list as a file. (Flask-Admin's own asks for no scope.)"""
        return ExportsLists.export.__wrapped__(self, form)

    # The list ----------------------------------------------------------------------

    @expose("/list/")
    @expose("/")
    def index_view(self) -> Any:
        args: Any = request.args
        actor = the_actor()
        if "set" in args:
            return redirect(self._address_set(args))
        if "panel" in args and "fragment" in args:
            told = panel_of(self, ListState.read(self, args), args["panel"])
            return render_template("web/list/panel.html", panel=told)
        saved, year = saved_views_of(self, actor), chosen_cycle()
        state, used = begin(self, args, saved, year)
        page = self._page(state, actor, year, saved, used)
        return self.render(  # type: ignore[attr-defined]
            "console/list.html",
            title=self.name,  # type: ignore[attr-defined]
            subtitle=page.in_words,
            page=page,
            panel=panel_of(self, page.state, args["panel"]) if "panel" in args else None,
            today=clock.today(),
            imports=self.resource if self.resource in kinds_of(actor) else "",
        )

    def _page(
        self, state: ListState, actor: Actor, year: Any, saved: Sequence[Any], used: int | None
    ) -> ListPage:
        """Two statements: how many, and the rows with what they point to."""
        totals = count_and_totals(self, state, actor)
        state = on_a_page(state, totals)
        actions = self.bulk_actions(actor)
        page = ConsolePage(
            view=self,
            actor=actor,
            state=state,
            totals=totals,
            rows=Markup(""),
            sums=Markup(""),
            actions=actions,
            may_add=self.can_create,
            in_words=how_many(totals),
            year=year,
            saved=saved,
            saved_id=used,
        )
        if not totals.count:
            return page
        rows = self._rows(state, actor, columns_shown(self, state), page.headers)
        drawn = render_template(
            "console/rows.html", rows=rows, admin_view=self, choosing=bool(actions),
            tree=self.tree and state.order is None,
            back=f"{page.place}?{page.query}",
        )  # fmt: skip
        return replace(page, rows=Markup(drawn))  # noqa: S704 (a template's own output)


class ConsolePage(ListPage):
    """A list with columns that are computed, and quick filters on what is odd."""

    @cached_property
    def headers(self) -> Sequence[Header]:
        return [
            *super().headers,
            *(Header(str(label), "ls-text", "", "") for label in self.view.extras.values()),
        ]

    def quick(self) -> Sequence[Toggle]:
        this_year = year_toggle(self.view, self.state, self.year)
        return [
            *([this_year] if this_year else []),
            *(
                toggle(self.state, words((one.zh, one.en)), [standing.argument(one)])
                for one in self.view.quick_standings
            ),
            *toggles_of(self.view, self.state, self.actor),
        ]
