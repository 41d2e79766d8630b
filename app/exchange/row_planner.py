"""One row of a table of tasks against the task it matches: the rules of `plan_tasks`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.core.text import Message, message
from app.core.values import FIRST_YEAR, LAST_YEAR, LONGEST_TEXT
from app.exchange import lookups
from app.exchange.cells import clean_text
from app.exchange.indicators import IndicatorText, difference
from app.exchange.numbering import REPEATED_NUMBER
from app.exchange.plan import FieldChange, PlannedRow, number_as_json, shown
from app.exchange.problems import FieldError, Problem
from app.exchange.stored_tasks import StoredTask
from app.exchange.task_rows import TaskRow
from app.exchange.units import is_group
from app.models.organisation import DepartmentKind
from app.models.planning import Task
from app.planning.rules import rounded_weight

Steps = list[tuple[dt.date | None, str]]
Wanted = dict[str, tuple[Any, str]]
"""Column → (value, the file's field it comes from)."""

TEXTS = ("number", "title", "goal", "measures", "standard", "remark")
HAND_OUT = frozenset({"owner", "section", "remark"})
"""What a file may still say of an issued task (Art. 5.3)."""
LARGEST_WEIGHT = Decimal("99999.99")


@dataclass(slots=True)
class PlannedTask(PlannedRow):
    """`columns` are the columns to write: all of a new task's, the changed ones of another.
    `co_leads`, `assists`, `steps` and `indicators` are None where they stay as they are. `group` lists the
    departments that get a child each. `proposed` are columns only an adjustment may write."""

    source: TaskRow = field(default_factory=lambda: TaskRow("", 0, 0))
    stored: StoredTask | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    proposed: dict[str, Any] = field(default_factory=dict)
    co_leads: list[int] | None = None
    assists: list[int] | None = None
    steps: Steps | None = None
    indicators: Sequence[IndicatorText] | None = None
    group: list[int] | None = None
    missing_children: list[int] = field(default_factory=list)
    publishes: bool = False

    def promised(self) -> dict[str, Any]:
        row = self.source
        return {
            "sheet": row.sheet,
            "row": row.row,
            "number": row.number,
            "title": row.title,
            "measures": row.measures,
            "standard": row.standard,
            "lead": row.lead,
            "assist": row.assist,
            "leader": row.leader,
            "owner": row.owner,
            "due": row.due.isoformat() if row.due else None,
            "due_text": row.due_text,
            "weight": number_as_json(row.weight),
            "milestones": [
                {"due": step.due.isoformat() if step.due else None, "text": step.text}
                for step in row.milestones
            ],
            "indicators": [indicator.words() for indicator in row.indicators],
        }


@dataclass(slots=True)
class RowPlanner:
    """Plans row after row with the same books of names."""

    departments: lookups.DepartmentBook
    people: lookups.People
    categories: lookups.Words
    work_points: lookups.Words
    publish: bool

    # Who leads ---------------------------------------------------------------------

    def lead_of(self, row: TaskRow) -> int | None:
        """The department that leads: None for a group, and for a task of the whole college."""
        if not row.lead or is_group(row.lead[0]):
            return None
        found = self.departments.id_of(row.lead[0])
        line = self.departments.by_id.get(found or 0)
        if line is not None and line.kind == DepartmentKind.SECTION:
            return line.parent_id
        return found

    def section_of(self, row: TaskRow) -> int | None:
        line = (
            self.departments.by_id.get(self.departments.id_of(row.lead[0]) or 0)
            if row.lead
            else None
        )
        return line.id if line is not None and line.kind == DepartmentKind.SECTION else None

    def expand(
        self, row: PlannedTask, name: str, units: list[str], without: list[int | None]
    ) -> list[int]:
        """The departments that these names mean, groups taken apart, in order, each once."""
        ids: list[int] = []
        for unit in units:
            found = self.departments.id_of(unit)
            members = [found] if found is not None else None
            if members is None and is_group(unit):
                members = self.departments.group(unit)
                if not members:
                    words = message(
                        "“%(name)s” names no certain departments; it is left out.", name=unit[:40]
                    )
                    row.warnings.append(self._at(row, name, words))
            ids += [m for m in members or [] if m not in ids and m not in without]
        return ids

    # One row -----------------------------------------------------------------------

    def plan(self, source: TaskRow, lead: int | None, stored: StoredTask | None) -> PlannedTask:
        row = PlannedTask(source.sheet, source.row, source=source, stored=stored)
        row.errors = [e for e in source.errors if not _stands_so_already(e, source, stored)]
        row.warnings = list(source.warnings)
        if not source.lead:
            words = message("No department leads this row; it becomes a task of the whole college.")
            if not source.mark and not any(error.field == "lead" for error in row.errors):
                row.warnings.append(self._at(row, "lead", words))
        elif is_group(source.lead[0]):
            self._take_group(row)
        self._check_sizes(row)
        co_leads = self.expand(row, "lead", source.lead[1:], [lead])
        assists = self.expand(row, "assist", source.assist, [lead, *co_leads])
        if source.mark and stored is not None:  # a list shows neither; the lead is no helper
            co_leads, assists = (
                [key for key in held if key != lead] for held in (stored.co_leads, stored.assists)
            )
        wanted = self._wanted(row, lead)
        steps = _steps(source)
        if stored is None:
            row.columns = {name: value for name, (value, _) in wanted.items()}
            row.columns["lead_department_id"] = lead
            row.columns.setdefault("number", "")
            row.co_leads, row.assists, row.steps = co_leads, assists, steps
            row.indicators = source.indicators
        else:
            self._compare(row, stored, wanted, co_leads, assists, steps)
        row.publishes = self.publish and (stored is None or stored.is_draft)
        if row.publishes and stored is not None:
            row.changes.append(FieldChange("status", "proposed", "published"))
        row.settle(new=stored is None)
        return row

    def _take_group(self, row: PlannedTask) -> None:
        name = row.source.lead[0]
        row.group = self.departments.group(name)
        if not row.group:
            words = message(
                "“%(name)s” does not say which departments lead; please name them.", name=name[:40]
            )
            if row.group is not None:
                words = message(
                    "There is no department that “%(name)s” could mean.", name=name[:40]
                )
            row.errors.append(self._at(row, "lead", words))
            row.group = []
        if row.stored is not None:
            here = {child.lead_department_id for child in row.stored.children}
            row.missing_children = [key for key in row.group if key not in here]
            if row.missing_children and not row.stored.is_draft:
                words = message("New departments of the group take an added task (an adjustment).")
                row.warnings.append(self._at(row, "lead", words))
                row.missing_children = []
        else:
            row.missing_children = list(row.group)

    def _check_sizes(self, row: PlannedTask) -> None:
        source = row.source
        for name, column in (
            ("number", "number"), ("title", "title"), ("leader", "leader_text"),
            ("owner", "owner_text"), ("due", "due_text"), ("goal", "goal"),
            ("measures", "measures"), ("standard", "standard"), ("remark", "remark"),
        ):  # fmt: skip
            kind = Task.__table__.columns[column].type
            limit = getattr(kind, "length", None) or LONGEST_TEXT
            text = (source.due_text if name == "due" else getattr(source, name)) or ""
            if len(text) > limit and not any(error.field == name for error in row.errors):
                words = message(
                    "The text has %(length)s characters; at most %(limit)s are accepted.",
                    length=len(text),
                    limit=limit,
                )
                row.errors.append(self._at(row, name, words))
        dates = [source.due, *(step.due for step in source.milestones)]
        if any(day and not FIRST_YEAR <= day.year <= LAST_YEAR for day in dates):
            words = message("“%(text)s” is not understood as a date.", text=source.due_text[:40])
            row.errors.append(self._at(row, "due", words))
        if source.weight is not None and source.weight > LARGEST_WEIGHT:
            words = message("“%(text)s” is not a weight.", text=str(source.weight))
            row.errors.append(self._at(row, "weight", words))
        elif source.weight is not None and (rounded := rounded_weight(source.weight)) is not None:
            row.errors.append(self._at(row, "weight", rounded))

    def _wanted(self, row: PlannedTask, lead: int | None) -> Wanted:
        """Column → (value, field of the file) of everything the file has a column for."""
        source, stored = row.source, row.stored
        wanted: Wanted = {"title": (source.title, "title")}
        for name in TEXTS:
            if name != "title" and (name in source.columns or getattr(source, name)):
                wanted[name] = (getattr(source, name) or ("" if name == "number" else None), name)
        if "category" in source.columns and source.category:
            parts = source.category.split(" / ")
            found = self.categories.id_of(source.category, *reversed(parts))
            if found is not None:
                wanted["category_id"] = (found, "category")
        elif "category" in source.columns and source.mark:
            wanted["category_id"] = (None, "category")
        if source.work_point:
            found = self.work_points.id_of(source.work_point)
            if found is not None:
                wanted["work_point_id"] = (found, "work_point")
        if "weight" in source.columns:
            wanted["weight"] = (source.weight, "weight")
        for name in ("leader", "owner"):
            if name in source.columns:
                wanted |= self._person(name, getattr(source, name), stored, lead)
        if "due" in source.columns or source.due_text:
            wanted |= _due(source, stored)
        section = self.section_of(row.source)
        moved = bool(source.mark) and "lead" in source.columns
        if moved:
            wanted["lead_department_id"] = (lead, "lead")
        if section is not None or moved:
            wanted["section_id"] = (section, "section")
        return wanted

    def _person(self, name: str, text: str, stored: StoredTask | None, lead: int | None) -> Wanted:
        """A person by name, else the words. What shows the same name already stays."""
        if stored is not None and text == self.shown_person(stored, name):
            return {}
        near = {lead} if lead else set()
        near |= {line.id for line in self.departments.lines if lead and line.parent_id == lead}
        found = self.people.id_of(text, {key for key in near if key}) if text else None
        words = None if found is not None else text or None
        return {f"{name}_id": (found, name), f"{name}_text": (words, name)}

    def shown_person(self, task: StoredTask, name: str) -> str:
        key = getattr(task, f"{name}_id")
        return self.people.names.get(key, "") if key else task.text(f"{name}_text")

    # Against what is there -----------------------------------------------------------

    def _compare(
        self,
        row: PlannedTask,
        stored: StoredTask,
        wanted: Wanted,
        co_leads: list[int],
        assists: list[int],
        steps: Steps,
    ) -> None:
        columns = row.source.columns
        changed: dict[str, tuple[str, str]] = {}
        for column, (value, name) in wanted.items():
            if _plain(getattr(stored, column)) == _plain(value):
                continue
            may_write = stored.is_draft or (stored.is_open and name in HAND_OUT)
            (row.columns if may_write else row.proposed)[column] = value
            changed[name] = self._old_and_new(row, stored, name, wanted)
        for name, (old, new) in changed.items():
            may_write = stored.is_draft or (stored.is_open and name in HAND_OUT)
            row.changes.append(FieldChange(name, old, new, may_write))
        if stored.co_leads != co_leads:
            self._change_list(row, "lead", stored.co_leads, co_leads)
            row.co_leads = co_leads if stored.is_draft else None
        told = row.source.mark or row.source.assist or {"assist", "unit"} & set(columns)
        if told and stored.assists != assists:
            self._change_list(row, "assist", stored.assists, assists)
            row.assists = assists if stored.is_draft else None
        moved = {"measures", "due_on", "due_text"} & {*row.columns, *row.proposed}
        if (moved or "progress" in columns) and _in_order(stored.milestones) != _in_order(steps):
            old = "；".join(f"{shown(day)} {text}".strip() for day, text in stored.milestones)
            new = "；".join(f"{shown(day)} {text}".strip() for day, text in steps)
            row.changes.append(FieldChange("milestones", old, new, stored.is_draft))
            row.steps = steps if stored.is_draft else None
        if said := difference(stored.indicators, row.source.indicators, columns):
            row.changes.append(FieldChange("indicators", *said, stored.is_draft))
            row.indicators = row.source.indicators if stored.is_draft else None
        if row.missing_children:
            names = "、".join(self.departments.names(row.missing_children))
            row.changes.append(FieldChange("lead", "", names))
        if not (stored.is_draft or stored.is_open) and row.proposed:
            words = message("This task is at its end and is left as it is.")
            row.warnings.append(self._at(row, "title", words))
            row.proposed = {}

    def _change_list(self, row: PlannedTask, name: str, old: list[int], new: list[int]) -> None:
        assert row.stored is not None
        before, after = ("、".join(self.departments.names(ids)) for ids in (old, new))
        row.changes.append(FieldChange(name, before, after, row.stored.is_draft))

    def _old_and_new(
        self, row: PlannedTask, stored: StoredTask, name: str, wanted: Wanted
    ) -> tuple[str, str]:
        if name in ("leader", "owner"):
            return self.shown_person(stored, name), getattr(row.source, name)
        if name == "lead":
            held = [stored.lead_department_id] if stored.lead_department_id else []
            return "".join(self.departments.names(held)), "".join(row.source.lead)
        if name == "due":
            return stored.due_words() or shown(stored.due_on), row.source.due_text
        if name == "section":
            ids = [[key] if key else [] for key in (stored.section_id, wanted["section_id"][0])]
            old, new = ("".join(self.departments.names(names)) for names in ids)
            return old, new
        if name == "category":
            return self.categories.texts.get(stored.category_id or 0, ""), row.source.category
        if name == "work_point":
            old = self.work_points.texts.get(stored.work_point_id or 0, "")
            return old, row.source.work_point
        return shown(_plain(getattr(stored, name))), shown(_plain(wanted[name][0]))

    # Messages ------------------------------------------------------------------------

    def _at(self, row: PlannedTask, name: str, words: Message) -> FieldError:
        columns = row.source.columns
        letter = columns.get(name) or (columns.get("unit") if name in ("lead", "assist") else None)
        return FieldError(name, letter, words, row.row)

    def left_out(self) -> list[Problem]:
        """One warning for all categories, and one for all work points, that nobody knows."""
        told = []
        if names := _listed(self.categories.missing):
            told.append(
                message(
                    "These categories are not known here and are left out: %(names)s.", names=names
                )
            )
        if names := _listed(self.work_points.missing):
            told.append(
                message(
                    "These work points are not known here and are left out: %(names)s.", names=names
                )
            )
        return [Problem(words, level="warning") for words in told]


def _listed(missing: Iterable[str]) -> str:
    return "；".join(text[:40] for text in missing)[:300]


def _due(source: TaskRow, stored: StoredTask | None) -> Wanted:
    """Date and words of the deadline. Words that only repeat the date are none; words that
    have not changed leave the date as it is, whatever they would be read as today."""
    words = source.due_text
    if source.due is not None and words == source.due.isoformat():
        words = ""
    if stored is not None and words and words == stored.due_words():
        return {}
    if stored is not None and not words and not stored.due_words() and source.due == stored.due_on:
        return {}
    return {"due_on": (source.due, "due"), "due_text": (words or None, "due")}


def _steps(source: TaskRow) -> Steps:
    return [(step.due, step.text or source.title) for step in source.milestones]


def _plain(value: Any) -> Any:
    """Empty and missing texts are the same; a text is compared as a file could hold it."""
    if value is None or value == "":
        return None
    return clean_text(value) or None if isinstance(value, str) else value


def _stands_so_already(error: FieldError, source: TaskRow, stored: StoredTask | None) -> bool:
    """Is this refused in a file, while the database holds exactly the same? Then there is
    nothing to write and nothing to refuse: an exported table comes back without change."""
    if stored is None or error.message.words.startswith("Formulas"):
        return False
    if error.message.words == REPEATED_NUMBER:
        return stored.number == source.number and stored.text("title") == source.title
    if error.field == "lead":
        return stored.lead_department_id is None and not source.lead
    if error.field == "due":
        if not source.due_text:
            return stored.due_on is None and not stored.due_text
        return source.due_text == stored.due_words()
    if error.field in TEXTS:
        return stored.text(error.field) == (getattr(source, error.field) or "")
    return False


def _in_order(steps: Steps) -> Steps:
    return sorted(steps, key=lambda step: (step[0] or dt.date.min, step[1]))
