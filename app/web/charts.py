"""The base of chart pages: the list's filters, figures from one GROUP BY, a table beside.

A chart is drawn in the browser by `charts.js`, served from here; without it, or without a
screen, the table says the same. Every figure may link to the list behind it. What is counted
and what the reader may list differ for restricted tasks: the page says by how many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import request, url_for
from flask_appbuilder import BaseView
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.models.organisation import Charge, DepartmentKind
from app.models.planning import Task
from app.reports import xlsx
from app.reports.csv_file import csv_bytes
from app.web.directory import CycleEntry, directory
from app.web.downloads import attachment
from app.web.filters import RequestFilters
from app.web.interface import ScopedInterface
from app.web.labels import lazy_label
from app.web.links import Argument, filter_arguments, filter_name, list_link
from app.web.lists.conditions import Chip, chips_of
from app.web.lists.state import ListState
from app.web.shell import chosen_cycle
from app.web.views import view_of

_ARGUMENT = re.compile(r"_flt_(\d)_(\w+)")
MINE, COLLEGE = "mine", "all"
CSV = "csv"
ANY = object()


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Dropdown:
    """A select of the filter form: `name` is the list's own argument."""

    name: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of a table. Text that is Markup (a light, a bar) stands bare in a file."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it is about, with a page of its own or not, and its cells."""

    name: str
    cells: Sequence[Cell]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`header` names all columns, the first of them that of the rows' names."""

    header: Sequence[str]
    rows: Sequence[Row]
    total: Sequence[Cell] = ()
    numbers: bool = True
    """Are all columns but the first figures? They stand at the right then."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind one mark of a chart, for marks that no list shows."""

    title: str
    table: Table
    close: str
    """The page without them."""
    more: int = 0
    """How many further rows there are."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where this piece of a long chart stands. Numbers count from 1."""

    first: int
    last: int
    count: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a chart page shows: the chart's payload (see `charts.js`), the same as a table, and
    remarks. A `wide` chart stands above its table, not beside it."""

    payload: dict[str, Any]
    table: Table
    notes: Sequence[str] = ()
    wide: bool = False
    pages: Pages | None = None
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    address: str
    here: bool


@dataclass(slots=True)
class Asked:
    """What the reader chose: the filters as arguments of the list, the year, the scope."""

    actor: Actor
    cycle: CycleEntry | None
    arguments: list[Argument]
    columns: set[str]
    reach: frozenset[int] = frozenset()
    """The only departments counted; empty for the whole college."""

    @property
    def list_arguments(self) -> list[Argument]:
        """The filters and the scope, as the task list takes them."""
        if not self.reach:
            return self.arguments
        keys = ",".join(str(key) for key in sorted(self.reach))
        return [*self.arguments, (filter_name(Task, "lead_department", "in"), keys)]

    def link(self, **conditions: Any) -> str:
        """The task list under what was asked and `conditions`."""
        kept = self.arguments if "lead_department" in conditions else self.list_arguments
        return list_link(Task, kept, **conditions)

    def chart(self, endpoint: str, *, department: Any = ANY, **arguments: Any) -> str:
        """Another chart under what was asked, of one department or of all, at what stands
        behind the mark that `arguments` name."""
        kept = list(self.arguments)
        if department is not ANY:
            kept = [pair for pair in kept if not pair[0].endswith("_lead_department")]
            kept += filter_arguments(Task, lead_department=department)
        if self.reach:
            kept.append(("scope", MINE))
        kept += [(name, str(value)) for name, value in arguments.items() if value]
        return f"{url_for(endpoint)}?{urlencode(kept)}" + ("#behind" if arguments else "")


class ChartView(RequestFilters, BaseView):
    """A page with one chart of tasks. A subclass exposes one address and answers it with
    `self.page(figure)`. Its filters are those of the task list."""

    route_base = "/chart"
    class_permission_name = "chart"
    template: ClassVar[str] = "web/chart.html"
    switches: ClassVar[dict[str, tuple[str, ...]]] = {}
    """Other arguments of the page and their values, the first by default."""
    tab: ClassVar[Any] = ""
    """What this chart is called among the others."""
    begins_with_mine: ClassVar[bool] = False
    """Does a leader begin with the departments in charge?"""

    def __init__(self) -> None:
        self.datamodel = ScopedInterface(Task)
        columns = list(view_of(Task).search_columns)
        self._filters = self.datamodel.get_filters(search_columns=columns)
        self.method_permission_name = {self.default_view: "read"}
        super().__init__()

    # What was asked --------------------------------------------------------------------

    def choose(self, actor: Actor) -> Asked:
        """Read the address: the list's filters; the reader's year if it names none. Filters
        the list does not have, or without a value, are passed over."""
        self._filters.clear_filters()
        arguments: list[Argument] = []
        known = self._filters.get_search_filters()
        for name, values in sorted(request.args.lists()):
            found = _ARGUMENT.fullmatch(name)
            given = [value for value in values if value != ""]
            if found is None or not given:
                continue
            place, column = int(found[1]), found[2]
            if column in known and place < len(known[column]):
                self._filters.add_filter_index(column, place, given)
                arguments += [(name, value) for value in given]
        columns = {item.column_name for item in self._filters.filters}
        year = filter_name(Task, "cycle")
        if "cycle" not in columns and (usual := chosen_cycle()) is not None:
            columns.add("cycle")
            self._filters.add_filter_index("cycle", int(year.split("_")[2]), [str(usual.id)])
            arguments.append((year, str(usual.id)))
        wanted = dict(arguments).get(year)
        cycles = directory().cycles
        scope = request.args.get("scope", "")
        mine = scope == MINE or (self.begins_with_mine and scope != COLLEGE and actor.charged)
        return Asked(
            actor=actor,
            cycle=next((cycle for cycle in cycles if str(cycle.id) == wanted), None),
            arguments=arguments,
            columns=columns,
            reach=_reach(actor) if mine else frozenset(),
        )

    def switch(self, name: str) -> str:
        """The value of one of `switches` in the address, if it is a known one."""
        value = request.args.get(name, "")
        return value if value in self.switches[name] else self.switches[name][0]

    def narrow(self, choice: Asked, query: Select[Any]) -> Select[Any]:
        """`query` on tasks under the reader's filters."""
        if choice.reach:
            query = query.where(Task.lead_department_id.in_(choice.reach))
        narrowed: Select[Any] = self._filters.apply_all(query)
        return narrowed

    # What is answered ------------------------------------------------------------------

    def page(
        self, title: str, choice: Asked, figure: Figure, switches: Sequence[Dropdown] = ()
    ) -> Any:
        """Render a figure with its form; `?as=csv` sends its table as a file."""
        if request.args.get("as") == CSV:
            year = f"{choice.cycle.year}_" if choice.cycle else ""
            return attachment(_csv(figure.table), f"{year}{title}.csv", "text/csv")
        return self.render(title, choice, switches, figure=figure, csv=self.address({"as": CSV}))

    def render(
        self, title: str, choice: Asked, switches: Sequence[Dropdown] = (), **parts: Any
    ) -> Any:
        """Render the page's template with the filter form, the other charts and `parts`."""
        form = [*_form(choice), *switches]
        shown = {dropdown.name for dropdown in form}
        rest = tuple(pair for pair in choice.arguments if pair[0] not in shown)
        return self.render_template(
            self.template,
            title=title,
            form=form,
            chips=[(chip, self.address(drop=(chip.name, chip.value))) for chip in _chips(rest)],
            rest=rest,
            place=url_for(request.endpoint or ""),
            cycle=choice.cycle,
            tabs=_tabs(self, choice),
            **parts,
        )

    def address(
        self, changes: Mapping[str, Any] | None = None, *, drop: Argument | None = None
    ) -> str:
        """This page's address with other arguments (None: without one), or without a filter."""
        changes = changes or {}
        kept = [
            (name, value)
            for name, values in request.args.lists()
            for value in values
            if value != "" and name not in changes and name != "as" and (name, value) != drop
        ]
        kept += [(name, str(value)) for name, value in changes.items() if value is not None]
        place = url_for(request.endpoint or "")
        return f"{place}?{urlencode(kept)}" if kept else place


def department_groups(met: set[int | None]) -> list[tuple[int | None, str]]:
    """The departments of `met` with their names, in their natural order; None at the end."""
    found: list[tuple[int | None, str]] = [
        (entry.id, entry.name) for entry in directory().departments.values() if entry.id in met
    ]
    if None in met:
        found.append((None, gettext("No lead department")))
    return found


def _reach(actor: Actor) -> frozenset[int]:
    """The departments in the actor's charge; else those the actor belongs to."""
    return actor.charged or actor.departments


def _chips(rest: tuple[Argument, ...]) -> list[Chip]:
    """The filters that the form does not show, as the reader reads them."""
    return chips_of(view_of(Task), ListState(columns=(), filters=rest)) if rest else []


def _tabs(view: ChartView, choice: Asked) -> list[Tab]:
    """The charts there are, each under the same filters."""
    kept = [pair for pair in choice.arguments if pair in list(request.args.items(multi=True))]
    if scope := request.args.get("scope"):
        kept.append(("scope", scope))
    query = f"?{urlencode(kept)}" if kept else ""
    return [
        Tab(
            str(other.tab), url_for(f"{other.endpoint}.{other.default_view}") + query, other is view
        )
        for other in view.appbuilder.baseviews
        if isinstance(other, ChartView)
    ]


def _form(choice: Asked) -> list[Dropdown]:
    """The selects every chart has: year, scope, department, category, leader."""
    given, book, everything = dict(choice.arguments), directory(), gettext("All")
    whole = [row for row in book.departments.values() if row.kind != DepartmentKind.SECTION]
    in_charge = db.session.scalars(
        select(Charge.leader_id).where(visible(choice.actor, Charge)).distinct()
    )
    leaders = {key: book.people[key].name for key in sorted(in_charge) if key in book.people}
    lead = filter_name(Task, "lead_department")
    departments = [row for row in whole if row.active or given.get(lead) == str(row.id)]
    form = [
        _select(given, "cycle", {row.id: words((row.name, str(row.year))) for row in book.cycles}),
        _select(given, "lead_department", _names(departments), everything),
        _select(given, "category", _names(book.categories.values()), everything),
        _select(given, "leader", leaders, everything),
    ]
    if reach := _reach(choice.actor):
        mine = gettext("My department")
        if choice.actor.charged:
            count = sum(row.id in reach for row in whole)
            mine = gettext("Departments in my charge (%(count)s)", count=count)
        options = [
            Option(COLLEGE, gettext("The whole college"), not choice.reach),
            Option(MINE, mine, bool(choice.reach)),
        ]
        form.insert(1, Dropdown("scope", gettext("Scope"), options))
    return form


def _names(rows: Any) -> dict[int, str]:
    return {row.id: row.name for row in rows}


def _select(
    given: Mapping[str, str], column: str, rows: Mapping[int, str], everything: str = ""
) -> Dropdown:
    name = filter_name(Task, column)
    chosen = given.get(name, "")
    options = [Option(str(key), label, chosen == str(key)) for key, label in rows.items()]
    if everything:
        options.insert(0, Option("", everything, not chosen))
    return Dropdown(name, str(lazy_label(Task, column)), options)


def _csv(table: Table) -> bytes:
    """The table as a file that Excel opens: figures as numbers, drawings as their words."""
    columns = [xlsx.Column(str(at), title) for at, title in enumerate(table.header)]
    lines = [[row.name, *(_plain(cell.text) for cell in row.cells)] for row in table.rows]
    if table.total:
        lines.append([gettext("Total"), *(_plain(cell.text) for cell in table.total)])
    return csv_bytes(columns, lines)


def _plain(text: str) -> Any:
    bare = text.striptags() if isinstance(text, Markup) else text
    try:
        return Decimal(bare)
    except InvalidOperation:
        return bare
