"""What a select of related rows offers: the rows the reader may see, searched and in pages.

`GET /choices/<resource>/<column>?q=…&page=…` answers one page to the selects of forms and
filters. A form renders only what is chosen; small sets that stand in the directory it renders
whole, without asking the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, jsonify, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, String, and_, cast, inspect, or_, select, true
from sqlalchemy.orm import joinedload

from app.core import policy
from app.core.actor import NOBODY, Actor
from app.core.unit_of_work import current_actor
from app.extensions import db
from app.models.cycles import Cycle, RuleBook, TaskCategory
from app.models.improvement import Adjustment
from app.models.meetings import AgendaItem, Decision, Meeting
from app.models.monitoring import MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Task
from app.web.directory import directory
from app.web.reader import the_actor

PAGE = 20
MAX_PAGE = 500
MAX_QUERY = 80
WHOLE_SET = 100
"""The most options that a form renders without being asked."""
_SEARCHED = ("number", "code", "name", "name_en", "short_name", "title", "text", "wording", "key")
_ORDER = ("sort_order", "code", "number", "name", "title", "id")


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of one model are searched, ordered and told apart.

    `department` is the column by which a department's name finds the row; `through` names a
    relation to the task that stands in the row's name.
    """

    searched: tuple[Any, ...]
    order: tuple[Any, ...]
    hint: Callable[[Any], str] = lambda row: ""
    department: Any = None
    through: Any = None


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _department_name(key: int | None) -> str:
    entry = directory().departments.get(key) if key is not None else None
    return entry.name if entry else ""


def _year_of(cycle_id: int) -> str:
    return directory().name_of(Cycle, cycle_id) or ""


_KINDS: dict[type[Any], Kind] = {
    Person: Kind(
        (Person.last_name + Person.first_name, Person.staff_number, Person.username),
        (Person.last_name, Person.first_name, Person.id),
        lambda row: _joined(row.staff_number, _department_name(row.department_id)),
        department=Person.department_id,
    ),
    Task: Kind(
        (Task.number, Task.title),
        (Task.cycle_id.desc(), Task.sort_order, Task.id),
        lambda row: _joined(_year_of(row.cycle_id), _department_name(row.lead_department_id)),
        department=Task.lead_department_id,
    ),
    Department: Kind(
        (Department.name, Department.short_name, Department.code),
        (Department.sort_order, Department.id),
        lambda row: row.code,
    ),
    Cycle: Kind((cast(Cycle.year, String), Cycle.name), (Cycle.year.desc(),)),
    RuleBook: Kind(
        (cast(RuleBook.year, String), RuleBook.name, RuleBook.document_number),
        (RuleBook.year.desc(), RuleBook.edition.desc()),
        lambda row: row.document_number or "",
    ),
    Meeting: Kind(
        (Meeting.title, Meeting.number, cast(Meeting.held_on, String)),
        (Meeting.held_on.desc(), Meeting.id.desc()),
        lambda row: row.held_on.isoformat() if row.held_on else "",
    ),
    AgendaItem: Kind((AgendaItem.title,), (AgendaItem.id.desc(),)),
    Decision: Kind(
        (Decision.wording, cast(Decision.decided_on, String)),
        (Decision.decided_on.desc(), Decision.id.desc()),
        lambda row: row.decided_on.isoformat() if row.decided_on else "",
    ),
    MonthlyCheck: Kind(
        (cast(MonthlyCheck.year, String), cast(MonthlyCheck.month, String)),
        (MonthlyCheck.year.desc(), MonthlyCheck.month.desc(), MonthlyCheck.id),
        through=MonthlyCheck.task,
    ),
    Adjustment: Kind((Adjustment.cause,), (Adjustment.id.desc(),), through=Adjustment.task),
}


def kind_of(model: type[Any]) -> Kind:
    known = _KINDS.get(model)
    if known is not None:
        return known
    columns = model.__mapper__.columns
    attributes = [getattr(model, name) for name in _SEARCHED if name in columns]
    return Kind(
        tuple(attributes), tuple(getattr(model, name) for name in _ORDER if name in columns)
    )


def option_of(row: Any) -> Option:
    return Option(row.id, str(row), kind_of(type(row)).hint(row))


def seen_by(actor: Actor, model: type[Any], within: ColumnElement[bool] | None = None) -> Any:
    """The criterion of the rows of `model` that `actor` may choose."""
    seen = policy.visible(actor, model)
    return seen if within is None else and_(seen, within)


def options(
    model: type[Any], actor: Actor, query: str, page: int, within: ColumnElement[bool] | None = None
) -> tuple[list[Option], bool]:
    """One page of what may be chosen, and whether there is more. One statement."""
    kind = kind_of(model)
    statement = select(model).where(seen_by(actor, model, within))
    active = model.__mapper__.columns.get("active")
    if active is not None:
        statement = statement.where(active)
    if kind.through is not None:
        statement = statement.options(joinedload(kind.through))
    for word in query[:MAX_QUERY].split():
        statement = statement.where(_finds(kind, word))
    found = list(
        db.session.scalars(
            statement.order_by(*kind.order).offset((page - 1) * PAGE).limit(PAGE + 1)
        )
    )
    return [option_of(row) for row in found[:PAGE]], len(found) > PAGE


def _finds(kind: Kind, word: str) -> ColumnElement[bool]:
    places = [column.icontains(word, autoescape=True) for column in kind.searched]
    if kind.department is not None:
        named = _departments_named(word)
        if named:
            places.append(kind.department.in_(named))
    if kind.through is not None:
        places.append(kind.through.has(Task.title.icontains(word, autoescape=True)))
    return or_(*places) if places else true()


def _departments_named(word: str) -> list[int]:
    """Departments of this name, with their sections."""
    known = directory().departments
    named = {key for key, entry in known.items() if word.lower() in entry.name.lower()}
    return [key for key, entry in known.items() if key in named or entry.parent_id in named]


def whole_set(model: type[Any]) -> list[Option] | None:
    """All options of a small set that the directory knows; None where one has to ask."""
    known = directory()
    if model is Department and len(known.departments) <= WHOLE_SET:
        return [Option(entry.id, entry.name, entry.code) for entry in known.departments.values()]
    if model is TaskCategory and len(known.categories) <= WHOLE_SET:
        return [Option(key, entry.name) for key, entry in known.categories.items()]
    if model is Cycle:
        return [Option(entry.id, str(entry.year)) for entry in known.cycles]
    return None


def pick(
    model: type[Any],
    text: str,
    within: ColumnElement[bool] | None = None,
    options: Sequence[Any] = (),
) -> Any:
    """The row with this id, if the reader may choose it; else None."""
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) < 2**31):
        return None
    actor = current_actor(db.session) or NOBODY
    key = inspect(model).primary_key[0]
    wanted = select(model).where(key == int(text), seen_by(actor, model, within))
    return db.session.scalars(wanted.options(*options)).unique().one_or_none()


def is_seen(row: Any) -> bool:
    """May the reader see this row? Asks the database only where not everybody may."""
    model = type(row)
    actor = current_actor(db.session) or NOBODY
    seen = policy.visible(actor, model)
    if seen is true() or directory().knows(model):
        return True
    key = inspect(model).primary_key[0]
    return db.session.scalar(select(key).where(key == row.id, seen)) is not None


class ChoicesView(BaseView):
    """The pages of options. Asks for the permission to read the resource whose form it serves."""

    route_base = "/choices"
    default_view = "choices"
    class_permission_name = "account"
    method_permission_name = {"choices": "read"}

    @expose("/<resource>/<column>")
    @has_access
    def choices(self, resource: str, column: str) -> Any:
        actor = the_actor()
        model = _model_of(resource)
        relation = None if model is None else inspect(model).relationships.get(column)
        if model is None or relation is None or relation.direction.name != "MANYTOONE":
            abort(404)
        if not actor.may(f"{resource}:read"):
            abort(403)
        wanted = request.args.get("page", 1, type=int) or 1
        found, more = options(
            relation.mapper.class_,
            actor,
            request.args.get("q", ""),
            min(max(wanted, 1), MAX_PAGE),
            None if request.args.get("for") == "filter" else within_form(model, column),
        )
        return jsonify(
            items=[{"value": str(one.value), "text": one.text, "hint": one.hint} for one in found],
            more=more,
        )


def _model_of(resource: str) -> type[Any] | None:
    return next(
        (model for model, rule in policy.policies().items() if rule.resource == resource), None
    )


def within_form(model: type[Any], column: str) -> ColumnElement[bool] | None:
    """What the form of this model offers at this column, where that is less than all that the
    reader sees (`form_choices` of the view)."""
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if getattr(view, "model", None) is model:
            offered = getattr(view, "form_choices", {}).get(column)
            if offered is not None:
                narrowed: ColumnElement[bool] = offered()
                return narrowed
    return None


def register(builder: Any) -> None:
    builder.add_view_no_menu(ChoicesView)
