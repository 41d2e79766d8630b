"""A list as a file: the columns, order, rows and totals that the list shows, all pages.

It reads what the list reads, by the same statements, so that a file never holds what the
screen would not show. Each export is an event of the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
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
from app.exchange.editable import EditableColumn, editable_of, how_to_edit
from app.exchange.row_marks import columns_of_marks, heading, write_mark
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
from app.web.lists.query import Totals, columns_shown, count_and_totals, statement_of
from app.web.lists.start import begin
from app.web.lists.state import ListState
from app.web.reader import the_actor
from app.web.saved import saved_views_of
from app.web.shell import chosen_cycle

AT_ONCE = 1000
"""Rows fetched at a time."""
WIDTHS = {
    "relation": 16, "choice": 11, "light": 9, "boolean": 9, "number": 10, "percent": 11,
    "date": 12, "datetime": 17, "mark": 18,
}  # fmt: skip
KINDS: dict[str, Kind] = {
    "number": "number", "percent": "percent", "date": "date", "datetime": "datetime",
}  # fmt: skip
SPARE = 300
"""Rows under an editable table that are ready to be filled in."""
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
        actor = the_actor()
        state, _ = begin(self, request.args, saved_views_of(self, actor), chosen_cycle())
        return export_list(self, state, actor, form)

    def export_links(self, state: ListState, actor: Actor) -> list[tuple[str, str]]:
        """(format, address) of the files this reader may take of the list as it is shown."""
        if not actor.may(f"{self.class_permission_name}:{self.method_permission_name['export']}"):
            return []
        place, query = f"{self.route_base}/export", state.query_string()
        return [(form, f"{place}/{form}?{query}") for form in FILES]


def export_list(view: Any, state: ListState, actor: Actor, form: str) -> Any:
    """The answer that is the file of a list, for every door that has one.

    Whoever may read the list; asked by the door. Errors: RuleViolation for an unknown format,
    for more rows than the setting allows, for columns that do not fit on paper. Effects: the
    export stands in the audit trail.
    """
    kind = FILES.get(form)
    if kind is None:
        raise RuleViolation(
            message(
                "Lists are not exported as “%(format)s”, but as: %(known)s.",
                format=form,
                known=", ".join(FILES),
            )
        )
    totals = count_and_totals(view, state, actor)
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
        table = list_table(view, state, actor, totals, editable=form != "pdf")
        try:
            content = kind.write(table)
        except ValueError as error:
            raise RuleViolation(
                message("So many columns do not fit on a page. Choose fewer, or another format.")
            ) from error
        told = {"format": form, "rows": totals.count, "conditions": state.query_string()}
        audit.record_happening(db.session, actor, "exported", view.class_permission_name, told)
    name = f"{table.title}-{clock.today():%Y%m%d}.{form}"
    return attachment(content, name, kind.media_type)


def list_table(
    view: Any, state: ListState, actor: Actor, totals: Totals, *, editable: bool = False
) -> ListTable:
    """The list of `view` in `state`, ready to be written; its rows are read as they are asked for.

    `editable`: for whoever may import these rows, the file can be changed and imported again;
    then each row has its mark, and the sums stand on the second sheet.
    """
    columns = columns_shown(view, state)
    names = (*state.columns, *view.extras)
    back = editable_of(db.session, actor, view.model, names) if editable else None
    heads: list[ListColumn] = []
    for column in columns:
        heads += _heads(view, column, back)
    heads += _extra_heads(view, back)
    conditions = state.in_words(view)
    title = str(view.list_title)
    signature = gettext(
        "Exported by %(name)s on %(time)s",
        name=actor.name,
        time=formats.show(clock.now()),
    )
    facts = _facts(view, state, actor, title, conditions, totals.count)
    sums = _totals(columns, totals)
    if back is not None:
        facts += _facts_of_sums(columns, totals)
        facts += how_to_edit([*back.values()], [head.title for head in heads if head.locked])
        heads.append(ListColumn(heading(totals.count), "text", WIDTHS["mark"], locked=True))
        sums = None
    return ListTable(
        title=title,
        columns=heads,
        rows=_rows(view, state, actor, columns, back),
        totals=sums,
        facts=facts,
        facts_title=gettext("About this list"),
        conditions=conditions,
        signature=signature,
        spare=SPARE if back is not None else 0,
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
    view: Any,
    state: ListState,
    actor: Actor,
    columns: Sequence[Column],
    back: dict[str, EditableColumn] | None,
) -> Iterator[list[Any]]:
    """The whole list in one statement, a part of it in memory at a time."""
    marked = back is not None
    plain = [
        (column.kind == "progress", _plain(view, column, column.name in (back or {})))
        for column in columns
    ]
    statement = statement_of(view, state, actor)
    if marked:
        statement = statement.add_columns(*columns_of_marks(view.model))
    table = view.model.__tablename__
    found = db.session.execute(statement.execution_options(yield_per=AT_ONCE))
    for part in found.partitions():
        extra = view.extras_of([parts[0] for parts in part], actor) if view.extras else {}
        for parts, row in zip(part, values_of(columns, part), strict=True):
            cells: list[Any] = []
            for (two, make), value in zip(plain, row[1:], strict=True):
                if two:
                    cells += value or (None, None)
                else:
                    cells.append(value if make is None or value is None else make(value))
            cells += [extra[name].get(parts[0]) for name in view.extras]
            if marked:
                cells.append(write_mark(table, parts[0], *parts[-2:]))
            yield cells


def _heads(view: Any, column: Column, back: dict[str, EditableColumn] | None) -> list[ListColumn]:
    """`back`: the columns that an import takes again; the others are for reading."""
    locked = back is not None and column.name not in back
    if column.kind == "progress":
        labels = [str(view.label_columns[name]) for name in PERCENT]
        return [ListColumn(one, "percent", WIDTHS["percent"], locked=locked) for one in labels]
    kind, width = KINDS.get(column.kind, "text"), _width(view, column)
    if back is not None and not locked:
        given = back[column.name]
        return [ListColumn(given.heading, kind, width, allowed=given.allowed)]
    kind = "text" if _formatter(view, column) else kind
    return [ListColumn(str(column.label), kind, width, locked=locked)]


def _extra_heads(view: Any, back: dict[str, EditableColumn] | None) -> Iterator[ListColumn]:
    """The columns that are found together for the rows of a page (`extras`)."""
    for name, label in view.extras.items():
        given = (back or {}).get(name)
        locked = back is not None and given is None
        title = given.heading if given else str(label)
        yield ListColumn(title, "text", WIDTHS["relation"], locked=locked)


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


def _plain(view: Any, column: Column, editable: bool) -> Callable[[Any], Any] | None:
    """How a value of this column stands in a file: numbers and dates as they are (None), all
    else in the words of the screen; a value to be edited as it is kept."""
    formatter = None if editable else _formatter(view, column)
    if formatter is not None:
        return lambda value: _unmarked(formatter(value))
    if column.kind == "light":
        return cache(lambda value: words((Light(value).zh, Light(value).en)))
    if column.kind == "datetime":
        return lambda value: value.astimezone(clock.COLLEGE_ZONE).replace(tzinfo=None)
    if column.kind == "relation":
        return str
    return cache(_in_words) if column.kind in {"choice", "boolean"} else None


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


def _facts_of_sums(columns: Sequence[Column], totals: Totals) -> list[tuple[str, str]]:
    """The sums and means, where they do not stand under the table."""
    cells = _totals(columns, totals)
    if cells is None:
        return []
    word = _totals_word(columns, totals)
    held = [(str(column.label), totals.values.get(column.name)) for column in columns]
    return [(word, f"{label}: {formats.show(value)}") for label, value in held if value is not None]


def _totals_word(columns: Sequence[Column], totals: Totals) -> str:
    """What the row of totals holds: sums, means, or both."""
    kinds = {column.total for column in columns if totals.values.get(column.name) is not None}
    sums, means = gettext("Sum"), gettext("Mean")
    word = sums if kinds == {"sum"} else means if kinds == {"mean"} else f"{sums} / {means}"
    rows = ngettext("%(num)s row", "%(num)s rows", totals.count)
    return f"{word} ({rows})"
