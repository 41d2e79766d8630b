"""What a person sets right on the way from the files to the import: columns and names.

Forms in, decisions or refusals at their places out; nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import policies, visible
from app.core.text import Message, message, words
from app.core.unit_of_work import AnySession
from app.exchange.decisions import DEPARTMENT, Decisions, likely_kind
from app.exchange.lookups import department_book
from app.exchange.memory import Lesson
from app.exchange.recognition import fields_of, many_fields, missing_fields
from app.exchange.row_marks import MARK
from app.exchange.table_names import ROLE, Names
from app.exchange.units import nearest
from app.models.cycles import TaskCategory
from app.models.organisation import DepartmentKind
from app.security.roles import ROLE_LABELS

Files = list[dict[str, Any]]
"""The files as the shelf keeps them, see `looking.LookedAt.kept`."""
NEAR = 5
SECTION = DepartmentKind.SECTION
"""Needs the department above it, so it is added where departments are kept."""

# Columns -----------------------------------------------------------------------------------


@dataclass(slots=True)
class ColumnsForm:
    """What came back: the corrections of the import, what is worth remembering, what is refused
    by the field's name, and whether the sheets have to be shown anew before going on. `files`
    are the files with what was chosen."""

    files: Files
    layouts: dict[str, dict[str, Any]]
    lessons: list[Lesson] = field(default_factory=list)
    refused: dict[str, Message] = field(default_factory=dict)
    again: bool = False


def leaders(files: Files) -> dict[str, str]:
    """Sheets whose columns are those of an earlier one, by their keys: they follow it."""
    found: dict[str, str] = {}
    first: dict[Any, str] = {}
    for key, sheet in _sheets(files):
        if not sheet["columns"] or not sheet["fingerprint"]:
            continue
        mark = (sheet["fingerprint"], *sorted(_fields(sheet).items()), bool(sheet["missing"]))
        leader = first.setdefault(mark, key)
        if leader != key:
            found[key] = leader
    return found


def read_columns(
    kind: str, files: Files, layouts: Mapping[str, Any], form: Mapping[str, str]
) -> ColumnsForm:
    """The form of the columns. `layouts` are the corrections so far."""
    found = ColumnsForm(deepcopy(files), {key: dict(each) for key, each in layouts.items()})
    following = leaders(files)
    for key, sheet in _sheets(found.files):
        before = next(each for other, each in _sheets(files) if other == key)
        place, name = key.split("-")[0], sheet["name"]
        entries = found.layouts.setdefault(place, {})
        entry = _entry(kind, key, sheet, before, following.get(key, key), form, found)
        if entry is not None:
            entries[name] = entry
    if not any(not sheet["passed_over"] for _, sheet in _sheets(found.files)) and not found.again:
        found.refused[""] = message("Take in at least one sheet.")
    return found


def _entry(
    kind: str,
    key: str,
    sheet: dict[str, Any],
    before: dict[str, Any],
    leader: str,
    form: Mapping[str, str],
    found: ColumnsForm,
) -> dict[str, Any] | None:
    """The correction of one sheet; None where it stays as it is."""
    taken = form.get(f"take-{key}") == "1"
    if not taken:
        was_taken = not before["passed_over"]
        sheet["passed_over"] = before["passed_over"] or "left_out"
        return {"take": False} if was_taken else None
    sheet["passed_over"] = ""
    if not before["columns"]:  # hidden or explaining: it has not been read yet
        found.again = True
        return {"take": True}
    header = _number(form.get(f"header-{key}"), before["header"])
    if header != before["header"] and 1 <= header <= len(before["tops"]):
        found.again = True
        sheet["header"] = header
        return {"take": True, "header_row": header}
    chosen = _chosen(kind, sheet, leader, form)
    for column in sheet["columns"]:
        column["field"] = chosen.get(column["number"], "")
    _check_columns(kind, leader, sheet, found)
    changed = chosen != _fields(before)
    if changed and sheet["fingerprint"]:
        lesson = Lesson(
            sheet["fingerprint"],
            " | ".join(column["heading"] for column in sheet["columns"]),
            {str(number): name for number, name in chosen.items() if name != MARK},
        )
        if all(lesson.fingerprint != other.fingerprint for other in found.lessons):
            found.lessons.append(lesson)
    if not changed and not before["passed_over"]:
        return None
    places: dict[str, list[int]] = {}
    for number, name in sorted(chosen.items()):
        if name != MARK:
            places.setdefault(name, []).append(number)
    return {"take": True, "header_row": header, "columns": places}


def _chosen(
    kind: str, sheet: dict[str, Any], leader: str, form: Mapping[str, str]
) -> dict[int, str]:
    known = fields_of(kind)
    chosen = {}
    for column in sheet["columns"]:
        number = column["number"]
        name = form.get(f"column-{leader}-{number}", column["field"])
        if name in known or name == column["field"] == MARK:
            chosen[number] = name
    return chosen


def _check_columns(kind: str, key: str, sheet: dict[str, Any], found: ColumnsForm) -> None:
    """Two columns of one field, and fields that no column has."""
    seen: dict[str, dict[str, Any]] = {}
    for column in sheet["columns"]:
        name = column["field"]
        if not name or name in many_fields(kind):
            continue
        earlier = seen.setdefault(name, column)
        if earlier is not column and earlier["heading"] != column["heading"]:
            told = message("Column %(letter)s holds this already.", letter=earlier["letter"])
            found.refused[f"column-{key}-{column['number']}"] = told
    sheet["missing"] = missing_fields(kind, _by_field(sheet))
    if sheet["missing"]:
        found.refused[f"sheet-{key}"] = message(
            "No column holds what this table cannot do without."
        )


def _sheets(files: Files) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every sheet with its key."""
    for i, file in enumerate(files):
        for j, sheet in enumerate(file["sheets"]):
            yield f"{i}-{j}", sheet


def _fields(sheet: Mapping[str, Any]) -> dict[int, str]:
    return {column["number"]: column["field"] for column in sheet["columns"] if column["field"]}


def _by_field(sheet: Mapping[str, Any]) -> set[str]:
    return set(_fields(sheet).values())


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else otherwise


# Names -------------------------------------------------------------------------------------


@dataclass(slots=True)
class NameToDecide:
    """A name that nobody knows: what it could mean, the nearest first, and what was chosen:
    "" to leave it, "to:<word>", "new:<kind>"."""

    key: str
    resource: str
    word: str
    cells: int
    near: list[tuple[str, str]]
    others: list[tuple[str, str]]
    may_add: bool
    likely: str
    chosen: str


def names_to_decide(
    session: AnySession,
    actor: Actor,
    unknown: Sequence[Sequence[Any]],
    decided: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> list[NameToDecide]:
    """The names that the plan does not know, and those that were decided on already."""
    cells = {(resource, word): count for resource, word, count in unknown}
    for resource, given in decided.items():
        cells |= {(resource, word): cells.get((resource, word), 0) for word in given}
    choices = {resource: _choices(session, actor, resource) for resource, _ in cells}
    may_add = actor.may("department:add") and actor.may("department:edit")
    found = []
    for place, ((resource, word), count) in enumerate(sorted(cells.items())):
        known, alike = choices[resource]
        labels = {label: value for value, label in known}
        near = [(labels[label], label) for label in alike(word) if label in labels]
        found.append(
            NameToDecide(
                key=f"name-{place}",
                resource=resource,
                word=word,
                cells=count,
                near=near,
                others=[pair for pair in known if pair not in near],
                may_add=may_add and resource == DEPARTMENT,
                likely=likely_kind(word) if resource == DEPARTMENT else "",
                chosen=_was_chosen(decided.get(resource, {}).get(word, {})),
            )
        )
    return found


def read_names(
    names: Sequence[NameToDecide], form: Mapping[str, str]
) -> tuple[dict[str, dict[str, dict[str, str]]], dict[str, str], dict[str, Message]]:
    """The form of the names: the decisions, the departments' further names to remember
    (word → code), and what is refused by the field's name."""
    decided: dict[str, dict[str, dict[str, str]]] = {}
    aliases: dict[str, str] = {}
    refused: dict[str, Message] = {}
    for name in names:
        name.chosen = form.get(name.key, "")
        how, _, value = name.chosen.partition(":")
        one: dict[str, str] = {}
        if how == "to" and value in {known for known, _ in [*name.near, *name.others]}:
            one = {"to": value}
            if name.resource == DEPARTMENT and form.get(f"{name.key}-remember") == "1":
                aliases[name.word] = value
        elif how == "new" and name.may_add and value in set(DepartmentKind) - {SECTION}:
            one = {"new": value}
        elif name.chosen:
            refused[name.key] = message("Choose one of the list.")
        decided.setdefault(name.resource, {})[name.word] = one
    return decided, aliases, refused


def refused_departments(
    session: AnySession, actor: Actor, decided: Mapping[str, Any]
) -> list[Message | str]:
    """Why the new departments cannot be added as they are named."""
    plan = Decisions(decided).plan_new(session, actor)
    return plan.reasons() or [] if plan is not None and plan.refused else []


def _was_chosen(one: Mapping[str, str]) -> str:
    return next((f"{how}:{value}" for how, value in one.items()), "")


def _choices(
    session: AnySession, actor: Actor, resource: str
) -> tuple[list[tuple[str, str]], Callable[[str], list[str]]]:
    """What a name of `resource` may mean: the word that the reader knows, and the label; and
    what finds the labels nearest to a name."""
    if resource == DEPARTMENT:
        book = department_book(session, actor)
        return [(line.code, line.name) for line in book.lines], lambda word: book.near(word, NEAR)
    known = _words_of(session, actor, resource)
    return known, lambda word: nearest(word, [label for _, label in known], NEAR)


def _words_of(session: AnySession, actor: Actor, resource: str) -> list[tuple[str, str]]:
    if resource == "task_category":
        rows = session.execute(
            select(TaskCategory.code, TaskCategory.name)
            .where(visible(actor, TaskCategory))
            .order_by(TaskCategory.sort_order)
        )
        return [(row.code, row.name) for row in rows]
    if resource == ROLE:
        return [(zh, words((zh, en))) for zh, en in ROLE_LABELS.values()]
    model = next(model for model, policy in policies().items() if policy.resource == resource)
    return [(text, text) for text in dict.fromkeys(Names(session, actor).choices(model))]
