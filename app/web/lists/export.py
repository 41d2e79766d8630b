"""A list as a file: the columns, order, rows and totals that the list shows, all pages.

It reads what the list reads, by the same statements, so that a file never holds what the
screen would not show. Each export is an event of the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import current_app, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.core import audit, clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message, words
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.base import Choice
from app.models.monitoring import Light
from app.reports.list_table import (
    Kind,
    ListColumn,
    ListTable,
    list_csv,
    list_pdf,
    list_xlsx,
)
from app.web import formats
from app.web.downloads import attachment
from app.web.lists.columns import Column, values_of
from app.web.lists.conditions import chips_of
from app.web.lists.query import Totals, count_and_totals, statement_of
from app.web.lists.start import begin
from app.web.lists.state import ListState
from app.web.reader import the_actor
from app.web.saved import saved_views_of
from app.web.shell import chosen_cycle

AT_ONCE = 1000
"""Rows fetched at a time."""
WIDTHS = {
    "relation": 16, "choice": 11, "light": 9, "boolean": 9, "number": 10, "percent": 11,
    "date": 12, "datetime": 17,
}  # fmt: skip
KINDS: dict[str, Kind] = {
    "number": "number", "percent": "percent", "date": "date", "datetime": "datetime",
}  # fmt: skip
PERCENT = ("actual_percent", "planned_percent")
"""What a column of progress is in a file: two columns of numbers."""


@dataclass(frozen=True, slots=True)
class FileKind:
    media_type: str
    write: Callable[[ListTable], bytes]
    limit: str
    """The setting that says how many rows such a file may hold."""


FILES = {
    "xlsx": FileKind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        list_xlsx,
        "EXPORT_MAX_ROWS",
    ),
    "csv": FileKind("text/csv", list_csv, "EXPORT_MAX_ROWS"),
    "pdf": FileKind("application/pdf", list_pdf, "EXPORT_MAX_PDF_ROWS"),
}


class ExportsLists:
    """Mixin of views with a list: `GET /<resource>/export/<format>` with the list's address."""

    class_permission_name: str
    route_base: str
    method_permission_name: dict[str, str]

    @expose("/export/<string:form>")
    @has_access
    def export(self, form: str) -> Any:
        kind = FILES.get(form)
        if kind is None:
            raise RuleViolation(
                message(
                    "Lists are not exported as “%(format)s”, but as: %(known)s.",
                    format=form,
                    known=", ".join(FILES),
                )
            )
        actor = the_actor()
        state, _ = begin(self, request.args, saved_views_of(self, actor), chosen_cycle())
        totals = count_and_totals(self, state, actor)
        most = int(current_app.config[kind.limit])
        if totals.count > most:
            raise RuleViolation(
                message(
                    "This list has %(count)s rows; at most %(most)s are exported as %(format)s. Set a condition, or choose another format.",
                    count=totals.count,
                    most=most,
                    format=form.upper(),
                )
            )
        with unit_of_work(db.session, actor):
            table = list_table(self, state, actor, totals)
            try:
                content = kind.write(table)
            except ValueError as error:
                raise RuleViolation(
                    message(
                        "So many columns do not fit on a page. Choose fewer, or another format."
                    )
                ) from error
            told = {"format": form, "rows": totals.count, "conditions": state.query_string()}
            audit.record_happening(db.session, actor, "exported", self.class_permission_name, told)
        name = f"{table.title}-{clock.today():%Y%m%d}.{form}"
        return attachment(content, name, kind.media_type)

    def export_links(self, state: ListState, actor: Actor) -> list[tuple[str, str]]:
        """(format, address) of the files this reader may take of the list as it is shown."""
        if not actor.may(f"{self.class_permission_name}:{self.method_permission_name['export']}"):
            return []
        place, query = f"{self.route_base}/export", state.query_string()
        return [(form, f"{place}/{form}?{query}") for form in FILES]


def list_table(view: Any, state: ListState, actor: Actor, totals: Totals) -> ListTable:
    """The list of `view` in `state`, ready to be written; its rows are read as they are asked for."""
    columns = [view.list_columns_all[name] for name in state.columns]
    heads: list[ListColumn] = []
    for column in columns:
        heads += _heads(view, column)
    conditions = state.in_words(view)
    title = str(view.list_title)
    signature = gettext(
        "Exported by %(name)s on %(time)s",
        name=actor.name,
        time=formats.show(clock.now()),
    )
    return ListTable(
        title=title,
        columns=heads,
        rows=_rows(view, state, actor, columns),
        totals=_totals(columns, totals),
        facts=_facts(view, state, actor, title, conditions, totals.count),
        facts_title=gettext("About this list"),
        conditions=conditions,
        signature=signature,
    )


def _facts(
    view: Any, state: ListState, actor: Actor, title: str, conditions: str, count: int
) -> list[tuple[str, str]]:
    years = [chip.words for chip in chips_of(view, state) if chip.column == "cycle"]
    facts = [(gettext("List"), title)]
    if "cycle" in view.filters_known():
        facts.append((gettext("Year"), gettext(", ").join(years) or gettext("all years")))
    facts.append((gettext("Conditions"), conditions or gettext("none: all rows you may see")))
    if state.order:
        label = str(view.list_columns_all[state.order[0]].label)
        way = gettext("ascending") if state.order[1] == "asc" else gettext("descending")
        facts.append((gettext("Order"), f"{label}, {way}"))
    return [
        *facts,
        (gettext("Rows"), str(count)),
        (gettext("Exported by"), actor.name),
        (gettext("Exported on"), str(formats.show(clock.now()))),
    ]


def _rows(
    view: Any, state: ListState, actor: Actor, columns: Sequence[Column]
) -> Iterator[list[Any]]:
    """The whole list in one statement, a part of it in memory at a time."""
    plain = [_plain(view, column) for column in columns]
    statement = statement_of(view, state, actor, columns)
    found = db.session.execute(statement.execution_options(yield_per=AT_ONCE))
    for part in found.partitions():
        for row in values_of(columns, part):
            cells: list[Any] = []
            for column, make, value in zip(columns, plain, row[1:], strict=True):
                cells += (
                    (value or (None, None))
                    if column.kind == "progress"
                    else (None if value is None else make(value),)
                )
            yield cells


def _heads(view: Any, column: Column) -> list[ListColumn]:
    if column.kind == "progress":
        labels = [str(view.label_columns[name]) for name in PERCENT]
        return [ListColumn(label, "percent", WIDTHS["percent"]) for label in labels]
    kind = "text" if _formatter(view, column) else KINDS.get(column.kind, "text")
    return [ListColumn(str(column.label), kind, _width(view, column))]


def _width(view: Any, column: Column) -> float:
    if column.kind == "relation" and column.width > 1:
        return 30
    if column.kind in WIDTHS:
        return WIDTHS[column.kind]
    found = view.model.__mapper__.columns.get(column.name)
    longest = getattr(getattr(found, "type", None), "length", None)
    if longest is None or longest > 120:
        return 40
    return 14 if longest <= 40 else 22


def _formatter(view: Any, column: Column) -> Callable[[Any], Any] | None:
    """The words that the list itself makes of this column's values, if it does."""
    found = view.plain_columns.get(column.name)
    return None if found is formats.show_long_text else found


def _plain(view: Any, column: Column) -> Callable[[Any], Any]:
    """How a value of this column stands in a file: numbers and dates as they are, all else in
    the words of the screen."""
    formatter = _formatter(view, column)
    if formatter is not None:
        return lambda value: _unmarked(formatter(value))
    if column.kind == "light":
        return lambda value: words((Light(value).zh, Light(value).en))
    if column.kind == "datetime":
        return lambda value: value.astimezone(clock.COLLEGE_ZONE).replace(tzinfo=None)
    if column.kind in {"number", "percent", "date"}:
        return lambda value: value
    return _in_words


def _in_words(value: Any) -> str:
    if isinstance(value, (Choice, bool)):
        return str(formats.show(value))
    return str(value)


def _unmarked(value: Any) -> str:
    return str(value.striptags()) if isinstance(value, Markup) else str(value)


def _totals(columns: Sequence[Column], totals: Totals) -> list[Any] | None:
    """The row of sums and means under the table, named in its first free cell."""
    if not totals.values or not totals.count:
        return None
    cells: list[Any] = []
    named = False
    for column in columns:
        value = totals.values.get(column.name)
        if value is not None:
            cells.append(value.quantize(Decimal("0.1" if column.total == "mean" else "0.01")))
        elif not named:
            cells.append(_totals_word(columns, totals))
            named = True
        else:
            cells.append(None)
        if column.kind == "progress":
            cells.append(None)
    return cells


def _totals_word(columns: Sequence[Column], totals: Totals) -> str:
    """What the row of totals holds: sums, means, or both."""
    kinds = {column.total for column in columns if totals.values.get(column.name) is not None}
    sums, means = gettext("Sum"), gettext("Mean")
    word = sums if kinds == {"sum"} else means if kinds == {"mean"} else f"{sums} / {means}"
    return f"{word} ({ngettext('%(num)s row', '%(num)s rows', totals.count)})"
