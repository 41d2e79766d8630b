"""The real tables in ../shared/samples give exactly what their expected.json says.

The folder is not part of the repository; without it there are no cases.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.exchange.departments import parse_departments
from app.exchange.reading import read_sheets
from app.exchange.task_rows import TaskRow
from app.exchange.tasks import ParsedTable, parse_tasks

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
YEARS = {
    "college-2017-six-sheets": 2017,
    "decomposition-two-level-header": 2023,
    "scoring-rules-with-points": 2018,
}
TABLES = [name for name in YEARS if (SAMPLES / f"{name}.expected.json").exists()]
BAD = [p for p in [SAMPLES / "bad-input-small.xlsx"] if p.exists()]
DEPARTMENTS = [p for p in [SAMPLES / "college-2017-departments.csv"] if p.exists()]


def known_departments() -> set[str]:
    return {row.name for row in parse_departments(read_sheets(DEPARTMENTS[0])).rows}


def parse_sample(name: str, known: set[str] | None) -> ParsedTable:
    sheets = read_sheets(SAMPLES / f"{name}.xlsx")
    return parse_tasks(sheets, year=YEARS.get(name, 2024), known_departments=known)


def as_expected(row: TaskRow) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "row": row.row,
        "no": row.number,
        "lead": row.lead,
        "assist": row.assist,
        "task": row.title,
        "measures": row.measures,
        "n_steps": max(1, len(row.steps)),
        "steps": row.steps or [""],
        "standard": row.standard,
        "standards": row.standards,
        "deadline_raw": row.due_text,
        "deadline_month": row.due.month if row.due else None,
        "leader": row.leader,
        "person": row.owner,
        "weight": row.weight,
        "points": row.weight,
        "section": row.section,
    }


@pytest.mark.parametrize("name", TABLES)
def test_every_field_of_a_sample_is_read_as_expected(name: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text())["rows"]
    table = parse_sample(name, None)
    assert len(table.rows) == len(expected)
    for wanted, row in zip(expected, table.rows, strict=True):
        got = as_expected(row)
        assert {key: got[key] for key in wanted} == {**wanted, "no": str(wanted["no"])}
        assert row.errors == []
    assert not [problem for problem in table.problems if problem.level == "error"]


@pytest.mark.parametrize("name", [n for n in TABLES if not n.startswith("scoring")])
def test_a_sample_of_the_college_has_no_unknown_department(name: str) -> None:
    table = parse_sample(name, known_departments())
    assert [error for row in table.rows for error in row.errors] == []


@pytest.mark.parametrize("name", [n for n in TABLES if n.startswith("scoring")])
def test_units_of_another_place_are_the_only_errors_of_the_scoring_rules(name: str) -> None:
    table = parse_sample(name, {"教务处"})
    errors = [error for row in table.rows for error in row.errors]
    assert {error.field for error in errors} == {"lead"}
    assert len(errors) == sum(bool(row.lead) for row in table.rows)


@pytest.mark.parametrize("path", BAD)
def test_the_bad_sample_gives_an_error_where_it_should(path: Path) -> None:
    table = parse_sample(path.stem, known_departments())
    rows = {row.row: row for row in table.rows}
    fields = {number: {error.field for error in row.errors} for number, row in rows.items()}
    assert fields == {
        3: set(),
        4: {"number"},
        5: set(),
        6: {"lead"},
        7: {"due"},
        8: set(),
        9: set(),
        10: {"title", "weight"},
        11: {"title", "standard", "assist", "remark"},
    }
    assert (rows[5].number, rows[5].weight, str(rows[5].due)) == ("3", 15, "2024-09-30")
    assert str(rows[8].due) == str(rows[9].due) == "2024-11-30"
    assert [(s.row, s.reason) for s in table.skipped] == [(12, "total")]


@pytest.mark.parametrize("path", DEPARTMENTS)
def test_the_departments_of_the_college_are_read(path: Path) -> None:
    parsed = parse_departments(read_sheets(path))
    assert len(parsed.rows) == 20
    assert not parsed.has_errors
    assert {row.kind for row in parsed.rows} == {"functional"}
    assert (parsed.rows[0].code, parsed.rows[0].row) == ("201", 2)


@pytest.mark.parametrize("path", [p for p in [SAMPLES / "org-structures.csv"] if p.exists()])
def test_units_of_seven_colleges_are_understood_except_for_repeated_names(path: Path) -> None:
    parsed = parse_departments(read_sheets(path))
    errors = [error for row in parsed.rows for error in row.errors]
    assert {error.field for error in errors} == {"name"}
    assert all("already" in error.message.words for error in errors)
