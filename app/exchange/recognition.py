"""What a sheet seems to hold: its headings, what each column means, and why it is passed over.

A guess is made from the headings; what somebody set right earlier under the same headings
(`ImportLayout`) goes before it, and what is set right in this import before both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.exchange import departments, layout, table_rows
from app.exchange.cells import column_letter, narrow
from app.exchange.headers import MAIN_FIELDS, MANY, TASK_FIELDS, is_reasons, plain_heading
from app.exchange.reading import Book, Sheet
from app.exchange.row_marks import MARK
from app.exchange.table_specs import SPECS

DEEPEST = 10
"""The first rows among which a person chooses the row of headings."""
SAMPLES, SAMPLE_LENGTH = 3, 40
DEPARTMENT_FIELDS = ("code", "name", "short_name", "kind", "parent")

Places = dict[str, list[int]]
"""Field → its columns, from 1."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A layout that somebody set right: field of each column by its number."""

    id: int
    columns: Mapping[str, str]
    who: str
    when: str


@dataclass(slots=True)
class Column:
    """A column as it was found. `field` is "" for one that is not read."""

    number: int
    letter: str
    heading: str
    field: str
    samples: list[str]


@dataclass(slots=True)
class Recognised:
    """A sheet as it was found. `passed_over` says why it is not taken: hidden, empty,
    explaining, headless (no headings were found) or left_out (a person said so). `header` to
    `bottom` are the rows of the headings; `tops` the beginning of each of the first rows."""

    name: str
    passed_over: str = ""
    header: int = 0
    bottom: int = 0
    height: int = 0
    columns: list[Column] = field(default_factory=list)
    tops: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    traits: list[str] = field(default_factory=list)
    fingerprint: str = ""
    corrected: bool = False
    remembered: dict[str, Any] | None = None

    @property
    def taken(self) -> bool:
        return not self.passed_over

    def places(self) -> Places:
        found: Places = {}
        for column in self.columns:
            if column.field:
                found.setdefault(column.field, []).append(column.number)
        return found


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that a column of such a table can have."""
    if kind == "department":
        return DEPARTMENT_FIELDS
    if kind in SPECS:
        return tuple(column.name for column in SPECS[kind].columns)
    return TASK_FIELDS


def missing_fields(kind: str, places: Collection[str]) -> list[str]:
    """The fields that such a table cannot do without and that no column has."""
    if MARK in places:
        return []
    if kind == "department":
        return [] if {"name", "short_name"} & set(places) else ["name"]
    if kind in SPECS:
        wanted = [column.name for column in SPECS[kind].columns if column.required]
        return [name for name in wanted if name not in places]
    return [] if set(MAIN_FIELDS) & set(places) else ["title"]


def many_fields(kind: str) -> frozenset[str]:
    """The fields that more than one column may fill."""
    return MANY if kind not in SPECS and kind != "department" else frozenset()


def recognise(
    kind: str,
    book: Book,
    corrections: Mapping[str, Any],
    remembered: Mapping[str, Remembered],
) -> tuple[list[Recognised], list[Sheet], dict[str, Any]]:
    """The sheets of a file as they were found, those that are to be read, and what the reader
    is told of their columns. `corrections` are those of this import, by the sheet's name."""
    found: list[Recognised] = []
    mapping: dict[str, Any] = {}
    for sheet in book.sheets:
        entry = corrections.get(sheet.name) or {}
        guess, places = _guess(kind, sheet, entry, remembered)
        if entry.get("take") is False:
            guess.passed_over = "left_out"
        elif guess.missing and not entry and len(book.sheets) > 1:
            guess.passed_over = "headless"
        elif places is not None:
            mapping[sheet.name] = {"header_row": guess.header, "columns": places}
        found.append(guess)
    taken = {guess.name for guess in found if guess.taken}
    if (
        not taken
        and found
        and not any(entry.get("take") is False for entry in corrections.values())
    ):
        found[0].passed_over = ""  # so that its reader says what is missing
        taken = {found[0].name}
    found += [Recognised(name, why) for name, why in book.passed_over.items()]
    return found, [sheet for sheet in book.sheets if sheet.name in taken], mapping


def _guess(
    kind: str, sheet: Sheet, entry: Mapping[str, Any], remembered: Mapping[str, Remembered]
) -> tuple[Recognised, Places | None]:
    """The sheet as it was found, and its columns where the reader would not find them itself."""
    guess = Recognised(sheet.name, height=sheet.height)
    guess.tops = [_top(sheet, row) for row in range(1, min(DEEPEST, sheet.height) + 1)]
    places: Places | None = None
    if "columns" in entry:
        guess.header, places, guess.corrected = entry["header_row"], dict(entry["columns"]), True
    elif "header_row" in entry:
        guess.header, places = own_guess(kind, sheet, entry["header_row"])
        guess.corrected = True
    else:
        guess.header, known = _as_last_time(kind, sheet, remembered)
        if known is not None:
            places = {}
            for number, name in known.columns.items():
                places.setdefault(name, []).append(int(number))
            guess.remembered = {"id": known.id, "who": known.who, "when": known.when}
    told = places
    if places is None:
        guess.header, places = own_guess(kind, sheet)
    guess.bottom, headings = layout.headings_at(sheet, guess.header)
    guess.fingerprint = fingerprint(kind, headings)
    guess.columns = _columns(sheet, guess.bottom, headings, places)
    guess.missing = missing_fields(kind, places)
    if guess.bottom > guess.header:
        guess.traits.append("two_level")
    return guess, told


def own_guess(kind: str, sheet: Sheet, only: int = 0) -> tuple[int, Places]:
    """The row of headings (or the row `only`) and the fields of its columns, by the words."""
    if kind == "department":
        header, found = departments.headings_of(sheet, only)
        return header, {name: [column] for name, column in found.items()}
    if kind in SPECS:
        heads = table_rows.headings_of(sheet, SPECS[kind], only)
        places = {name: [column] for name, column in heads.columns.items()}
        return heads.row, places | ({MARK: [heads.marks]} if heads.marks else {})
    found_layout = layout.layout_at(sheet, only) if only else layout.find_layout(sheet)
    if found_layout is None:
        return 0, {}
    return found_layout.header, {name: [*found] for name, found in found_layout.columns.items()}


def fingerprint(kind: str, headings: Sequence[str]) -> str:
    """What tells these headings from all others; years in them do not count. "" for fewer than
    two headings."""
    words = ["" if is_reasons(text) else plain_heading(text) for text in headings]
    if sum(map(bool, words)) < 2:
        return ""
    return hashlib.sha256("|".join([kind, *words]).rstrip("|").encode()).hexdigest()


def _as_last_time(
    kind: str, sheet: Sheet, remembered: Mapping[str, Remembered]
) -> tuple[int, Remembered | None]:
    if remembered:
        for row in range(1, min(DEEPEST, sheet.height) + 1):
            known = remembered.get(fingerprint(kind, layout.headings_at(sheet, row)[1]))
            if known is not None:
                return row, known
    return 0, None


def _columns(sheet: Sheet, bottom: int, headings: list[str], places: Places) -> list[Column]:
    by_number = {number: name for name, numbers in places.items() for number in numbers}
    columns = []
    for number in range(1, sheet.width + 1):
        heading = headings[number - 1] if number <= len(headings) else ""
        samples = _samples(sheet, bottom, number)
        name = by_number.get(number, "")
        if heading or samples or name:
            letter = column_letter(number)
            columns.append(Column(number, letter, narrow(heading)[:60], name, samples))
    return columns


def _samples(sheet: Sheet, bottom: int, column: int) -> list[str]:
    found: dict[str, None] = {}
    for row in range(bottom + 1, min(bottom + 60, sheet.height) + 1):
        text = sheet.text(row, column)
        if text:
            found.setdefault(" ".join(text.split())[:SAMPLE_LENGTH])
        if len(found) == SAMPLES:
            break
    return [*found]


def _top(sheet: Sheet, row: int) -> str:
    texts = (sheet.text(row, column) for column in range(1, min(sheet.width, 12) + 1))
    return " ".join(" ".join(text.split()) for text in texts if text)[:60]
