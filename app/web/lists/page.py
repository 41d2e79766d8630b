"""All that a list's page shows, made from its state in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import ngettext
from markupsafe import Markup, escape

from app.core.actor import Actor
from app.web.lists.cells import card_columns, classes_of, table_rows, title_of
from app.web.lists.columns import Column
from app.web.lists.conditions import Chip, chips_of, in_one_sentence
from app.web.lists.query import Totals, columns_shown, count_and_totals, fetch
from app.web.lists.quick import Toggle, toggles_of, year_toggle
from app.web.lists.state import PAGE_SIZES, ListState
from app.web.words import gettext

AROUND = 2
"""Pages shown on each side of the present one."""


@dataclass(frozen=True, slots=True)
class Header:
    label: str
    classes: str
    sort: str
    """aria-sort: ascending, descending, or nothing."""
    link: str
    """What a click on it leads to; empty if the list cannot be sorted so."""


@dataclass(frozen=True, slots=True)
class ChipLink:
    chip: Chip
    edit: str
    remove: str


@dataclass(frozen=True)
class ListPage:
    """What `web/list.html` renders. `rows` and `sums` are the table's, ready made; `year` is the
    one the reader works in."""

    view: Any
    actor: Actor
    state: ListState
    totals: Totals
    rows: Markup
    sums: Markup
    actions: Sequence[Any]
    may_add: bool
    in_words: str
    """How many rows, as the subtitle of the page says it."""
    year: Any = None
    saved: Sequence[Any] = ()
    saved_id: int | None = None

    @property
    def count(self) -> int:
        return self.totals.count

    @cached_property
    def place(self) -> str:
        """The list's address without arguments."""
        return f"{self.view.route_base}/list/"

    @cached_property
    def headers(self) -> Sequence[Header]:
        return headers_of(self.view, self.state, columns_shown(self.view, self.state), self.place)

    @cached_property
    def chips(self) -> Sequence[ChipLink]:
        return [
            _chip_link(self.state, chip, self.place, self.query)
            for chip in chips_of(self.view, self.state)
        ]

    @cached_property
    def toggles(self) -> Sequence[tuple[Toggle, str]]:
        """The quick filters, each with the address a tap leads to."""
        return [(one, f"{self.place}?{one.state.query_string()}") for one in self.quick()]

    def quick(self) -> Sequence[Toggle]:
        this_year = year_toggle(self.view, self.state, self.year)
        rest = toggles_of(self.view, self.state, self.actor)
        return [this_year, *rest] if this_year else rest

    @property
    def all_offered(self) -> bool:
        """May a bulk action be taken on all pages at once?"""
        return self.pages > 1 and self.count <= getattr(self.view, "most_rows", 0)

    @property
    def sentence(self) -> str:
        """What narrows the list, in one sentence (on paper there are no chips)."""
        return in_one_sentence(self.state.text, [one.chip for one in self.chips])

    @property
    def filter_menu(self) -> Markup:
        """A link to the condition on each column that may have one."""
        base, labels = escape(self.panel_link("")), self.view.labels_said()
        links = (
            f'<a href="{base}{column.name}" data-panel>{escape(labels[column.name])}</a>'
            for column in self.view.filter_columns
        )
        return Markup("".join(links))  # noqa: S704 (escaped)

    @property
    def sort_menu(self) -> Markup:
        """A link to each order of the list, for telephones: they show no head of the table."""
        small = Markup("<small>{}</small>").format
        here = {
            "ascending": (' aria-current="true"', small(gettext("ascending"))),
            "descending": (' aria-current="true"', small(gettext("descending"))),
            "": ("", ""),
        }
        items = []
        for head in self.headers:
            if head.link:
                mark, way = here[head.sort]
                items.append(
                    f'<li><a href="{escape(head.link)}"{mark}>{escape(head.label)}{way}</a></li>'
                )
        return Markup("".join(items))  # noqa: S704 (escaped)

    @cached_property
    def query(self) -> str:
        return self.state.query_string()

    @property
    def first(self) -> int:
        return self.state.page * self.state.page_size + 1

    @property
    def last(self) -> int:
        return min(self.count, (self.state.page + 1) * self.state.page_size)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.state.page_size))

    @property
    def page_links(self) -> list[tuple[int, str] | None]:
        """(number from 1, address) of the pages worth a link; None is a gap."""
        here, last = self.state.page, self.pages - 1
        wanted = sorted({0, last, *range(max(0, here - AROUND), min(last, here + AROUND) + 1)})
        links: list[tuple[int, str] | None] = []
        for at, number in enumerate(wanted):
            if at and number - wanted[at - 1] > 1:
                links.append(None)
            links.append((number + 1, self.page_link(number)))
        return links

    def page_link(self, number: int) -> str:
        if not 0 <= number < self.pages:
            return ""
        tail = f"&page_{self.state.usual.name}={number}" if number else ""
        return f"{self.place}?{self.query}{tail}"

    @property
    def size_links(self) -> list[tuple[int, str]]:
        base = self.state.query_string(size=False)
        name = self.state.usual.name
        return [
            (size, f"{self.place}?{base}&psize_{name}={size}")
            for size in sorted({*PAGE_SIZES, self.state.page_size})
        ]

    @property
    def density_link(self) -> str:
        other = replace(self.state, density="" if self.state.density else "compact")
        return f"{self.place}?{other.query_string()}"

    @property
    def clear_link(self) -> str:
        """The same list with nothing narrowing it."""
        return f"{self.place}?{replace(self.state, filters=(), text='', page=0).query_string()}"

    def panel_link(self, panel: str) -> str:
        return f"{self.place}?{self.query}&panel={panel}"


def list_page(
    view: Any, state: ListState, actor: Actor, *, year: Any = None, **saved: Any
) -> ListPage:
    """Count, fetch and build. A page beyond the last is the last."""
    totals = count_and_totals(view, state, actor)
    state = on_a_page(state, totals)
    columns, size = columns_shown(view, state), state.page_size
    found = fetch(view, state, actor, limit=size, offset=state.page * size) if totals.count else []
    open_ = [
        name
        for name, action in view.actions.items()
        if action.multiple and actor.may(f"{view.class_permission_name}:{name}")
    ]
    offered = view.steps_offered(open_, actor) if open_ and found else ()
    actions = [view.actions[name] for name in open_ if name in offered]
    return ListPage(
        view=view,
        actor=actor,
        state=state,
        totals=totals,
        rows=table_rows(view, columns, found, choosing=bool(actions)),
        sums=_sums(columns, totals, view.labels_said(), choosing=bool(actions)),
        actions=actions,
        may_add=not view.read_only
        and not view.added_elsewhere
        and bool(view.add_columns)
        and actor.may(f"{view.class_permission_name}:add"),
        in_words=how_many(totals),
        year=year,
        **saved,
    )


def on_a_page(state: ListState, totals: Totals) -> ListState:
    """`state`, on the last page if it asks for one beyond."""
    last = max(0, -(-totals.count // state.page_size) - 1)
    return replace(state, page=last) if state.page > last else state


def how_many(totals: Totals) -> str:
    return str(ngettext("%(num)s row", "%(num)s rows", totals.count))


def headers_of(
    view: Any, state: ListState, columns: Sequence[Column], place: str = ""
) -> list[Header]:
    """The head of the table. Without `place` nothing is sorted by it."""
    title = title_of(view, columns)
    shown = card_columns(columns, title)
    base = state.query_string(order=False)
    name, labels = state.usual.name, view.labels_said()
    order = state.order or (view.base_order if place else None) or ("", "")
    headers = []
    for column in columns:
        up = order == (column.name, "asc")
        sort = ("ascending" if up else "descending") if order[0] == column.name else ""
        link = ""
        if place and column.name in view.order_columns:
            link = f"{place}?{base}&_oc_{name}={column.name}&_od_{name}={'desc' if up else 'asc'}"
        classes = classes_of(column, on_card=column in shown)
        if column is title:
            classes.append("ls-title")
        headers.append(Header(labels[column.name], " ".join(classes), sort, link))
    return headers


def _chip_link(state: ListState, chip: Chip, place: str, query: str) -> ChipLink:
    rest = state.with_filters(pair for pair in state.filters if pair != (chip.name, chip.value))
    return ChipLink(chip, f"{place}?{query}&panel={chip.column}", f"{place}?{rest.query_string()}")


def _sums(
    columns: Sequence[Column], totals: Totals, labels: dict[str, str], *, choosing: bool
) -> Markup:
    """The row of sums and means; nothing where no column is totalled."""
    if not totals.values or not totals.count:
        return Markup("")
    cells = ["<td></td>"] if choosing else []
    named = False
    for column in columns:
        value = totals.values.get(column.name)
        if value is not None:
            word = gettext("Sum") if column.total == "sum" else gettext("Mean")
            cells.append(
                f'<td class="ls-end" data-label="{escape(labels[column.name])}">'
                f"<span>{escape(word)}</span> {_number(column, value)}</td>"
            )
        elif not named:
            told = gettext("Of all rows")
            cells.append(f'<th scope="row">{escape(told)}</th>')
            named = True
        else:
            cells.append("<td></td>")
    return Markup(f"<tr>{''.join(cells)}</tr>")  # noqa: S704 (escaped above)


def _number(column: Column, value: Decimal) -> str:
    places = Decimal("0.1") if column.total == "mean" else Decimal("0.01")
    number = value.quantize(places).normalize()
    return f"{number:,f}" + ("%" if column.kind == "percent" else "")
