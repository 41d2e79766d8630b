"""Filters as people read and set them: operators and values in words, chips, editors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from app.core.text import words
from app.core.unit_of_work import current_actor
from app.extensions import db
from app.models.base import Choice
from app.models.cycles import Cycle, TaskCategory
from app.models.monitoring import Light
from app.models.organisation import Department, DepartmentKind, Person
from app.web.directory import directory
from app.web.filters import spoken_day
from app.web.formats import show
from app.web.interface import NOT_SHOWN
from app.web.lists.columns import DIRECTORY_ORDER, LIGHTS, Column, column_of
from app.web.lists.names import names_of
from app.web.lists.state import FILTER, ListState, Pair, column_of_filter
from app.web.words import gettext

IS, IS_NOT = "is", "isnot"
EMPTY, FILLED = "empty", "filled"
"""Operators of an editor that stand for several of the address (see `pairs_of`)."""

_COMPARING = {
    "eq": lazy_gettext("equals"),
    "neq": lazy_gettext("does not equal"),
    "gt": lazy_gettext("is more than"),
    "lt": lazy_gettext("is less than"),
    "ge": lazy_gettext("is at least"),
    "le": lazy_gettext("is at most"),
}
_DATES = {
    "eq": lazy_gettext("is on"),
    "neq": lazy_gettext("is not on"),
    "gt": lazy_gettext("is after"),
    "lt": lazy_gettext("is before"),
    "ge": lazy_gettext("is on or after"),
    "le": lazy_gettext("is on or before"),
}
_CHOOSING = {
    "eq": lazy_gettext("is"),
    "in": lazy_gettext("is"),
    "neq": lazy_gettext("is not"),
    "rel_o_m": lazy_gettext("is"),
    "nrel_o_m": lazy_gettext("is not"),
}
_TEXTS = {
    "ct": lazy_gettext("contains"),
    "nct": lazy_gettext("does not contain"),
    "sw": lazy_gettext("begins with"),
    "eq": lazy_gettext("is"),
    "neq": lazy_gettext("is not"),
    "in": lazy_gettext("is"),
}
OPERATORS: dict[str, dict[str, Any]] = {
    "number": _COMPARING,
    "percent": _COMPARING,
    "date": _DATES,
    "datetime": _DATES,
    "choice": _CHOOSING,
    "light": _CHOOSING,
    "relation": _CHOOSING,
    "boolean": {"eq": lazy_gettext("is"), "neq": lazy_gettext("is not")},
    "text": _TEXTS,
}
_EMPTINESS = {EMPTY: lazy_gettext("is empty"), FILLED: lazy_gettext("is not empty")}
_SPOKEN = {
    "today": lazy_gettext("today"),
    "live-from": lazy_gettext("the first day in this system"),
    "month-start": lazy_gettext("the first of this month"),
    "month-end": lazy_gettext("the end of this month"),
}
CHOSEN = ("choice", "light", "relation")


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition as a reader sees it. `name` and `value` are its pair in the address."""

    name: str
    value: str
    column: str
    label: str
    operator: str
    words: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """The form of one column's condition. `options` are offered where values are chosen;
    `choices` is the address that serves more of them."""

    column: str
    label: str
    kind: str
    operators: Sequence[Option]
    value: str = ""
    options: Sequence[Option] = ()
    choices: str = ""


def chips_of(view: Any, state: ListState) -> list[Chip]:
    """The conditions of `state` in words. Names that the directory does not know are asked
    for in one statement per model."""
    actor = current_actor(db.session)
    found = {
        model: names_of(actor, model, keys) if actor and keys else {}
        for model, keys in names_asked(view, state).items()
    }
    labels = view.labels_said()
    return [
        Chip(
            pair[0], pair[1], column.name, labels.get(column.name) or str(column.label),
            *_in_words(column, operator, pair[1], found.get(column.related, {})),  # type: ignore[arg-type]
        )
        for pair in state.filters
        for column, operator in [_parsed(view, pair)]
    ]  # fmt: skip


def names_asked(view: Any, state: ListState) -> dict[type[Any], set[int]]:
    """By model the rows that the conditions name and the directory does not know."""
    asked: dict[type[Any], set[int]] = {}
    for pair in state.filters:
        column, _ = _parsed(view, pair)
        if column.related is not None and column.related not in DIRECTORY_ORDER:
            keys = {int(part) for part in pair[1].split(",") if _is_key(part)}
            asked.setdefault(column.related, set()).update(keys)
    return asked


def sentence(view: Any, state: ListState) -> str:
    """All that narrows the list, as one sentence; empty if nothing does."""
    return in_one_sentence(state.text, chips_of(view, state))


def in_one_sentence(text: str, chips: Iterable[Chip]) -> str:
    parts = [f"{chip.label} {chip.operator} {chip.words}".strip() for chip in chips]
    if text:
        parts.insert(0, gettext("Search: “%(text)s”", text=text))
    return gettext("; ").join(parts)


def filterable(view: Any) -> list[Column]:
    """The columns a condition may be put on, in the order of the view's search columns."""
    known = view.filters_known()
    return [
        column
        for name in (*view.search_columns, *getattr(view, "own_filters", ()))
        if name in known and (column := search_column(view, name)) is not None
    ]


def search_column(view: Any, name: str) -> Column | None:
    own = view.own_conditions.get(name)
    return own or view.list_columns_all.get(name) or column_of(view, name)


def editor_of(view: Any, state: ListState, column: Column) -> Editor:
    """The form for the conditions of `state` on `column`, or for a first one."""
    mine = [(_operator_name(view, pair), pair[1]) for pair in state.on(column.name)]
    operator, value = mine[0] if mine else ("", "")
    if operator == "empty":
        operator, value = (FILLED if _is_filled(value) else EMPTY), ""
    if column.kind in CHOSEN:
        chosen = {part for name, given in mine if name != "empty" for part in given.split(",")}
        operator = _as_choice(operator)
        names = {IS: lazy_gettext("is"), IS_NOT: lazy_gettext("is not")}
        offered, more = _offered(view, column, chosen)
        value = ""
    else:
        names, offered, more = dict(OPERATORS[column.kind]), [], ""
        names.pop("in", None)
    if any(item.arg_name == "empty" for item in view.filters_known()[column.name]):
        names |= _EMPTINESS
    operators = [Option(name, str(label), name == operator) for name, label in names.items()]
    return Editor(column.name, str(column.label), column.kind, operators, value, offered, more)


def pairs_of(view: Any, column: Column, operator: str, values: Sequence[str]) -> list[Pair]:
    """What a filled editor means in the address; empty if it says nothing."""
    places = {item.arg_name: at for at, item in enumerate(view.filters_known()[column.name])}
    given = [value.strip() for value in values if value.strip()]
    single = "rel_o_m" if "rel_o_m" in places else "eq"
    negated = "nrel_o_m" if "rel_o_m" in places else "neq"
    meant: list[Pair]
    if operator in {EMPTY, FILLED}:
        meant = [("empty", "1" if operator == EMPTY else "0")]
    elif not given:
        meant = []
    elif operator == IS:
        meant = [(single, given[0])] if len(given) == 1 else [("in", ",".join(given))]
    elif operator == IS_NOT:
        meant = [(negated, value) for value in given]
    else:
        meant = [(operator, given[0])]
    return [
        (f"_flt_{places[name]}_{column.name}", value) for name, value in meant if name in places
    ]


def _parsed(view: Any, pair: Pair) -> tuple[Column, str]:
    name = column_of_filter(pair[0])
    column = search_column(view, name) or Column(name, view.label_columns.get(name), "text")
    return column, _operator_name(view, pair)


def _operator_name(view: Any, pair: Pair) -> str:
    found = FILTER.fullmatch(pair[0])
    return str(view.filters_known()[found[2]][int(found[1])].arg_name) if found else ""


def _in_words(column: Column, operator: str, value: str, names: dict[int, str]) -> tuple[str, str]:
    if operator == "empty":
        return str(_EMPTINESS[FILLED if _is_filled(value) else EMPTY]), ""
    known = OPERATORS.get(column.kind, _TEXTS)
    said = str(known.get(operator) or _TEXTS.get(operator, operator))
    if column.kind in CHOSEN:
        parts = value.split(",") if operator == "in" else [value]
        return said, gettext(" or ").join(_value_in_words(column, part, names) for part in parts)
    return said, _value_in_words(column, value, names)


def _value_in_words(column: Column, value: str, names: dict[int, str]) -> str:
    if column.kind == "boolean":
        return gettext("Yes") if value.lower() in {"1", "true", "y", "yes", "on"} else gettext("No")
    if column.related is not None:
        if not _is_key(value):
            return value
        if column.related in DIRECTORY_ORDER:
            return directory().name_of(column.related, int(value)) or value
        return names.get(int(value), str(NOT_SHOWN))
    if column.kind in {"choice", "light"}:
        return next((str(show(one)) for one in members_of(column) if one.value == value), value)
    if column.kind in {"date", "datetime"} and spoken_day(value) is not None:
        word = _SPOKEN.get(value)
        return str(word) if word else spoken_day(value).isoformat()  # type: ignore[union-attr]
    return f"{value}%" if column.kind == "percent" else value


def members_of(column: Column) -> Iterable[Choice]:
    """The values of a column that holds one of a closed set."""
    return Light if column.name in LIGHTS else column.choices


def _as_choice(operator: str) -> str:
    if operator in {EMPTY, FILLED}:
        return operator
    return IS_NOT if operator in {"neq", "nrel_o_m"} else IS


def _offered(view: Any, column: Column, chosen: set[str]) -> tuple[list[Option], str]:
    """What an editor offers: a closed set or the directory's rows whole; of other rows those
    chosen, and the address that serves the rest."""
    if column.related is None:
        values = [(one.value, words((one.zh, one.en)), "") for one in members_of(column)]
        return [Option(value, label, value in chosen, hint) for value, label, hint in values], ""
    if column.related in DIRECTORY_ORDER:
        return [
            Option(str(key), label, str(key) in chosen, hint)
            for key, label, hint, active in _rows_of_directory(column.related)
            if active or str(key) in chosen
        ], ""
    keys = [int(part) for part in chosen if _is_key(part)]
    actor = current_actor(db.session)
    names = names_of(actor, column.related, keys) if actor and keys else {}
    options = [Option(str(key), name, True) for key, name in names.items()]
    return options, f"/choices/{view.class_permission_name}/{column.name}"


def _rows_of_directory(model: type[Any]) -> Iterable[tuple[int, str, str, bool]]:
    """(id, name, hint, active) in their natural order."""
    book = directory()
    if model is Department:
        for department in book.departments.values():
            parent = book.departments.get(department.parent_id or 0)
            section = department.kind == DepartmentKind.SECTION
            hint = parent.name if section and parent else ""
            yield department.id, department.name, hint, department.active
    elif model is Person:
        for person in book.people.values():
            home = book.departments.get(person.department_id or 0)
            yield person.id, person.name, home.name if home else "", person.active
    elif model is TaskCategory:
        for category in book.categories.values():
            yield category.id, category.name, "", True
    elif model is Cycle:
        for cycle in book.cycles:
            yield cycle.id, str(cycle.year), "", True


def _is_key(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 11


def _is_filled(value: str) -> bool:
    return value.strip().lower() in {"0", "false", "no", "n"}
