"""The base of chart pages: the list's filters, figures from one GROUP BY, a table beside.

A chart is drawn in the browser by `charts.js`, served from here; without it, or without a
screen, the table says the same. Every figure may link to the list behind it. What is counted
and what the reader may list differ for restricted tasks: the page says by how many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request, url_for
from flask_appbuilder import BaseView
from flask_babel import gettext
from sqlalchemy import Select, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.cycles.queries import pick_current
from app.extensions import db
from app.models.cycles import Cycle, TaskCategory
from app.models.monitoring import Light
from app.models.organisation import Charge, Department, DepartmentKind, Person
from app.models.planning import Task
from app.web.filters import RequestFilters
from app.web.interface import ScopedInterface
from app.web.labels import lazy_label
from app.web.links import Argument, filter_name
from app.web.views import view_of

_ARGUMENT = re.compile(r"_flt_(\d)_(\w+)")
MINE = "mine"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Dropdown:
    """A select of the filter form: `name` is the list's own argument."""

    name: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a chart page shows: the chart's payload (see `charts.js`), the same as a table
    (`header`, then `rows` beginning with their name; `total` at its foot) and remarks."""

    payload: dict[str, Any]
    header: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    total: Sequence[Cell] = ()
    notes: Sequence[str] = ()


@dataclass(slots=True)
class Asked:
    """What the reader chose: the filters as arguments of the list, the year, the scope."""

    actor: Actor
    cycle: Cycle | None
    cycles: Sequence[Cycle]
    departments: Sequence[Department]
    arguments: list[Argument]
    columns: set[str]
    mine: bool = False


class ChartView(RequestFilters, BaseView):
    """A page with one chart of tasks. A subclass exposes one address and answers it with
    `self.page(figure)`. Its filters are those of the task list."""

    class_permission_name = "chart"
    template: ClassVar[str] = "web/chart.html"
    switches: ClassVar[dict[str, tuple[str, ...]]] = {}
    """Other arguments of the page and their values, the first by default."""

    def __init__(self) -> None:
        self.datamodel = ScopedInterface(Task)
        columns = list(view_of(Task).search_columns)
        self._filters = self.datamodel.get_filters(search_columns=columns)
        super().__init__()

    # What was asked --------------------------------------------------------------------

    def choose(self, actor: Actor) -> Asked:
        """Read the address: the list's filters; the current year if it names none. Filters
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
        cycles = _rows(actor, Cycle, Cycle.year.desc())
        columns = {item.column_name for item in self._filters.filters}
        year = filter_name(Task, "cycle")
        if "cycle" not in columns and (current := pick_current(cycles)) is not None:
            columns.add("cycle")
            self._filters.add_filter_index("cycle", int(year.split("_")[2]), [str(current.id)])
            arguments.append((year, str(current.id)))
        wanted = dict(arguments).get(year)
        return Asked(
            actor=actor,
            cycle=next((cycle for cycle in cycles if str(cycle.id) == wanted), None),
            cycles=cycles,
            departments=_rows(actor, Department, Department.sort_order, Department.id),
            arguments=arguments,
            columns=columns,
            mine=request.args.get("scope") == MINE and bool(_reach(actor)),
        )

    def switch(self, name: str) -> str:
        """The value of one of `switches` in the address, if it is a known one."""
        value = request.args.get(name, "")
        return value if value in self.switches[name] else self.switches[name][0]

    def narrow(self, choice: Asked, query: Select[Any]) -> Select[Any]:
        """`query` on tasks under the reader's filters."""
        if choice.mine:
            query = query.where(Task.lead_department_id.in_(_reach(choice.actor)))
        narrowed: Select[Any] = self._filters.apply_all(query)
        return narrowed

    # What is answered ------------------------------------------------------------------

    def page(self, title: str, choice: Asked, figure: Figure, switches: Sequence[Any] = ()) -> Any:
        """Render a figure with its form."""
        form = [*self._form(choice), *switches]
        shown = {dropdown.name for dropdown in form} | {"scope"}
        rest = [(name, value) for name, value in choice.arguments if name not in shown]
        return self.render_template(
            self.template,
            title=title,
            figure=figure,
            form=form,
            rest=rest,
            rest_words=[self._in_words(name, value) for name, value in rest],
            place=url_for(request.endpoint or ""),
            cycle=choice.cycle,
        )

    def _form(self, choice: Asked) -> list[Dropdown]:
        actor, given = choice.actor, dict(choice.arguments)
        heads = [
            row for row in choice.departments if row.kind != DepartmentKind.SECTION
        ]  # fmt: skip
        categories = _rows(actor, TaskCategory, TaskCategory.sort_order, TaskCategory.id)
        in_charge = Person.id.in_(select(Charge.leader_id).where(visible(actor, Charge)))
        leaders = db.session.scalars(
            select(Person).where(visible(actor, Person), in_charge).order_by(Person.id)
        ).all()
        everything = gettext("All")
        form = [
            _select(given, "cycle", [(row.id, row.name) for row in choice.cycles]),
            _select(given, "lead_department", [(row.id, row.name) for row in heads], everything),
            _select(
                given, "category",
                [(row.id, words((row.name, row.name_en or row.name))) for row in categories],
                everything,
            ),
            _select(given, "leader", [(row.id, row.name) for row in leaders], everything),
        ]  # fmt: skip
        if _reach(actor):
            mine = (
                gettext("Departments in my charge") if actor.charged else gettext("My department")
            )
            options = [
                Option("", gettext("The whole college"), not choice.mine),
                Option(MINE, mine, choice.mine),
            ]
            form.insert(1, Dropdown("scope", gettext("Scope"), options))
        return form

    def _in_words(self, name: str, value: str) -> str:
        """A filter that the form does not show, as the reader reads it."""
        _, _, place, column = name.split("_", 3)
        item = self._filters.get_search_filters()[column][int(place)]
        column_type = getattr(Task.__table__.c.get(column), "type", None)
        kind: Any = Light if column == "light" else getattr(column_type, "enum_class", None) or ()
        for member in kind:
            if member.value == value:
                value = words((member.zh, member.en))
        return f"{lazy_label(Task, column)} {item.name} {value}"


def _reach(actor: Actor) -> frozenset[int]:
    """The departments in the actor's charge; else those the actor belongs to."""
    return actor.charged or actor.departments


def _rows(actor: Actor, model: type[Any], *order: Any) -> Sequence[Any]:
    return db.session.scalars(select(model).where(visible(actor, model)).order_by(*order)).all()


def _select(
    given: dict[str, str], column: str, rows: Sequence[tuple[int, str]], everything: str = ""
) -> Dropdown:
    name = filter_name(Task, column)
    chosen = given.get(name, "")
    options = [Option(str(key), label, chosen == str(key)) for key, label in rows]
    if everything:
        options.insert(0, Option("", everything, not chosen))
    return Dropdown(name, str(lazy_label(Task, column)), options)
