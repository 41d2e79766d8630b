"""The real tables of ../shared/samples, by the commands, on a database with nothing in it.

The folder is not part of the repository; without it there are no cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.exchange.reading import read_file
from app.exchange.recognition import Recognised, recognise
from app.exchange.task_rows import TaskRow
from app.exchange.tasks import parse_tasks
from app.models.organisation import Department
from app.models.planning import Task
from tests.conftest import MakeApp, rolled_back

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
DEPARTMENTS = sorted(SAMPLES.glob("college-*-departments.csv"))
TABLES = [
    (path, 2017 if "2017" in path.name else 2023 if "two-level" in path.name else 2018)
    for path in sorted(SAMPLES.glob("*.xlsx"))
    if "bad" not in path.name and path.with_suffix(".expected.json").exists()
]
BAD = sorted(SAMPLES.glob("bad-*.xlsx"))
Told = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def app(make_app: MakeApp) -> Flask:
    return make_app(cast=False)


@pytest.fixture
def session(app: Flask) -> Iterator[AnySession]:
    with rolled_back(app) as session:
        yield session


@pytest.fixture
def college(told: Told) -> None:
    """The departments of the sample's college."""
    for path in DEPARTMENTS:
        assert told("import-departments", path)[0] == 0


def name(value: Any) -> str:
    return value.stem if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("path", DEPARTMENTS, ids=name)
def test_departments_come_in_and_come_again_unchanged(
    told: Told, session: AnySession, path: Path
) -> None:
    code, data = told("import-departments", path)
    assert (code, data["summary"]["new"]) == (0, 20)
    assert session.scalar(select(func.count(Department.id))) == 20
    assert told("import-departments", path)[1]["summary"]["unchanged"] == 20


def units_of(path: Path, expected: list[dict[str, Any]], folder: Path) -> Path:
    """A file with the departments that a table of another place names."""
    units = dict.fromkeys(
        unit for row in expected for unit in [*row["lead"], *row.get("assist", ())]
    )
    out = folder / "units.csv"
    out.write_text(
        "部门名称,类别\n" + "".join(f"{unit},职能部门\n" for unit in units), encoding="utf-8"
    )
    return out


@pytest.mark.parametrize(("path", "year"), TABLES, ids=name)
def test_a_table_comes_out_as_expected(
    told: Told, college: None, session: AnySession, tmp_path: Path, path: Path, year: int
) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))["rows"]
    if path.name.startswith("scoring"):
        assert told("import-tasks", path, "--year", year)[0] == 1
        assert told("import-departments", units_of(path, expected, tmp_path))[0] == 0
    code, data = told("import-tasks", path, "--year", year)
    assert (code, data["summary"]["new"]) == (0, len(expected))
    for wanted, row in zip(expected, data["rows"], strict=True):
        got = {
            "sheet": row["sheet"], "row": row["row"], "no": row["number"], "lead": row["lead"],
            "assist": row["assist"], "task": row["title"], "measures": row["measures"],
            "standard": row["standard"], "deadline_raw": row["due_text"], "leader": row["leader"],
            "deadline_month": int(row["due"][5:7]) if row["due"] else None,
            "person": row["owner"], "weight": row["weight"], "points": row["weight"],
        }  # fmt: skip
        told_so = {key: value for key, value in wanted.items() if key in got}
        assert {key: got[key] for key in told_so} == {**told_so, "no": str(wanted["no"])}
    assert session.scalar(select(func.count(Task.id))) == len(expected)
    assert told("import-tasks", path, "--year", year)[1]["summary"]["unchanged"] == len(expected)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("path", "year"), [t for t in TABLES if "scoring" not in t[0].name], ids=name
)
def test_a_table_survives_the_way_out_and_in(
    told: Told, college: None, tmp_path: Path, path: Path, year: int, form: str
) -> None:
    told("import-tasks", path, "--year", year)
    out = tmp_path / f"out.{form}"
    rows = told("export-tasks", "--year", year, "--format", form, "--out", out)[1]["rows"]
    assert told("import-tasks", out, "--year", year)[1]["summary"]["unchanged"] == rows


@pytest.mark.parametrize("path", BAD, ids=name)
def test_the_bad_table_is_refused_row_by_row(
    told: Told, college: None, session: AnySession, path: Path
) -> None:
    code, data = told("import-tasks", path, "--year", 2024)
    assert code == 1
    refused = {
        row["row"]: {e["field"] for e in row["errors"]} for row in data["rows"] if row["errors"]
    }
    assert refused.keys() == {4, 6, 7, 10, 11}
    assert session.scalar(select(func.count(Task.id))) == 0


@pytest.mark.parametrize(("path", "year"), TABLES, ids=name)
def test_columns_given_as_they_were_guessed_read_the_same(path: Path, year: int) -> None:
    """Setting one column right leaves everything else that was recognised as it was."""

    def rows(corrections: dict[str, Any]) -> tuple[list[Recognised], list[TaskRow]]:
        found, sheets, mapping = recognise("task", read_file(path), corrections, {})
        table = parse_tasks(sheets, year=year, known_departments=None, mapping=mapping)
        return found, list(table.rows)

    found, guessed = rows({})
    given = {
        sheet.name: {"take": True, "header_row": sheet.header, "columns": sheet.places()}
        for sheet in found
    }
    assert rows(given)[1] == guessed
