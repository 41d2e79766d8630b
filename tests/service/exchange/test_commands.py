"""The command line of the exchange: its JSON, its exit codes, and files that are no tables."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.baseline import Baseline
from app.models.planning import Task
from tests.cast import YEAR
from tests.workbooks import task, write_table, write_tasks

Told = Callable[..., tuple[int, dict[str, Any]]]
Command = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_tasks(tmp_path / "tasks.xlsx", [task(1), task(2, due="全年", weight="2.5分")])


def count(session: AnySession) -> int:
    return session.scalar(select(func.count(Task.id))) or 0


def test_the_json_is_as_promised(told: Told, file: Path) -> None:
    code, data = told("import-tasks", file, "--year", YEAR)
    assert code == 0
    assert data["year"] == YEAR
    assert data["summary"] == {"rows": 2, "new": 2, "changed": 0, "unchanged": 0, "errors": 0}
    first, second = data["rows"]
    promised = {
        "sheet": "分解表",
        "row": 2,
        "number": "1",
        "title": "第1项任务",
        "measures": "3月：调研\n6月：实施\n11月：总结",
        "standard": "方案出台",
        "lead": ["教务处"],
        "assist": ["学生工作处"],
        "leader": "冷分管",
        "owner": "教务处负责人",
        "due": "2026-11-30",
        "due_text": "11月30日前",
        "weight": 10,
        "milestones": [
            {"due": "2026-03-31", "text": "调研"},
            {"due": "2026-06-30", "text": "实施"},
            {"due": "2026-11-30", "text": "总结"},
        ],
        "action": "new",
        "errors": [],
    }
    assert {key: first[key] for key in promised} == promised
    assert (second["due"], second["due_text"], second["weight"]) == (None, "全年", 2.5)


def test_a_dry_run_writes_nothing(told: Told, file: Path, session: AnySession) -> None:
    code, data = told("import-tasks", file, "--year", YEAR, "--dry-run")
    assert (code, data["summary"]["new"], count(session)) == (0, 2, 0)


def test_importing_twice_changes_nothing(told: Told, file: Path, session: AnySession) -> None:
    told("import-tasks", file, "--year", YEAR)
    code, data = told("import-tasks", file, "--year", YEAR)
    assert (code, data["summary"]["unchanged"], count(session)) == (0, 2, 2)


def test_an_unknown_department_refuses_the_file(
    told: Told, tmp_path: Path, session: AnySession
) -> None:
    path = write_tasks(tmp_path / "bad.xlsx", [task(1), task(2, lead="宇宙探索处")])
    code, data = told("import-tasks", path, "--year", YEAR)
    assert (code, count(session)) == (1, 0)
    assert (data["rows"][1]["action"], data["rows"][1]["errors"][0]["field"]) == ("error", "lead")
    assert data["summary"]["errors"] == 1


def test_published_freezes_the_baseline(told: Told, file: Path, session: AnySession) -> None:
    code, data = told(
        "import-tasks", file, "--year", YEAR, "--state", "published", "--issue-number", "院发1号"
    )
    assert code == 0
    assert session.scalars(select(Baseline)).one().decomposition_id == data["decomposition"]


def test_protected_fields_are_offered_as_adjustments(
    told: Told, file: Path, tmp_path: Path
) -> None:
    told("import-tasks", file, "--year", YEAR, "--state", "published", "--issue-number", "院发1号")
    other = write_tasks(tmp_path / "other.xlsx", [task(1, standard="通过验收")])
    code, data = told("import-tasks", other, "--year", YEAR)
    assert (code, data["adjustments"]) == (0, [])
    assert data["rows"][0]["changes"][0]["written"] is False
    assert len(told("import-tasks", other, "--year", YEAR, "--adjust")[1]["adjustments"]) == 1


def test_a_map_says_which_column_holds_what(told: Told, tmp_path: Path) -> None:
    path = write_table(tmp_path / "odd.csv", [["甲", "乙", "丙"], ["做好招生", "教务处", "6月"]])
    columns = {"*": {"header_row": 1, "columns": {"title": "A", "lead": "B", "due": "C"}}}
    (tmp_path / "map.json").write_text(json.dumps(columns), encoding="utf-8")
    code, data = told("import-tasks", path, "--year", YEAR, "--map", tmp_path / "map.json")
    assert (code, data["rows"][0]["title"], data["rows"][0]["due"]) == (0, "做好招生", "2026-06-30")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--year", "1"),
        ("--year", "2026", "--state", "finished"),
        ("--year", "2026", "--state", "published"),
        ("--year", "2026", "--issue-number", "院发1号"),
        ("--year", "2026", "--map", "nowhere.json"),
    ],
)
def test_wrong_usage_ends_with_two(command: Command, file: Path, words: tuple[str, ...]) -> None:
    assert command("import-tasks", str(file), *words).exit_code == 2


def test_a_missing_file_is_wrong_usage(command: Command) -> None:
    assert command("import-tasks", "nowhere.xlsx", "--year", "2026").exit_code == 2


def test_a_missing_sheet_is_refused(told: Told, file: Path) -> None:
    code, data = told("import-tasks", file, "--year", YEAR, "--sheet", "没有这张表")
    assert (code, data["rows"]) == (1, [])
    assert "分解表" in data["errors"][0]["message"]


def _no_table(folder: Path) -> dict[str, Path]:
    files = {
        "empty": (folder / "a.xlsx", b""),
        "a picture": (folder / "b.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100),
        "a document": (folder / "c.docx", b"%PDF-1.7 " * 20),
        "html": (folder / "d.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        "words": (folder / "e.csv", "没有表头，只有话。\n".encode()),
        "noise": (folder / "f.csv", bytes(range(256)) * 10),
    }
    for path, content in files.values():
        path.write_bytes(content)
    found = {name: path for name, (path, _) in files.items()}
    encrypted = folder / "g.xlsx"
    mark = "EncryptedPackage".encode("utf-16-le")
    encrypted.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500 + mark + b"\0" * 500)
    bomb = folder / "h.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 50_000_000)
    large = folder / "i.csv"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    return {**found, "encrypted": encrypted, "a zip bomb": bomb, "100 MB": large}


def test_what_is_no_table_is_refused_with_a_reason(
    told: Told, tmp_path: Path, session: AnySession
) -> None:
    for name, path in _no_table(tmp_path).items():
        code, data = told("import-tasks", path, "--year", YEAR)
        assert code == 1, name
        assert data["summary"]["errors"] >= 1, name
        assert data["errors"][0]["message"], name
        code, data = told("import-departments", path)
        assert code == 1, name
    assert count(session) == 0


def test_a_long_file_tells_how_far_it_is(command: Command, tmp_path: Path) -> None:
    path = write_tasks(tmp_path / "long.xlsx", [task(n) for n in range(1, 1101)])
    result = command("import-tasks", str(path), "--year", str(YEAR), "--dry-run", "--json")
    assert result.exit_code == 0
    assert "1101" in result.stderr
    assert len(json.loads(result.stdout)["rows"]) == 1100


@pytest.mark.parametrize("year", [2031])
def test_exporting_a_year_that_is_not_here_is_refused(
    told: Told, tmp_path: Path, year: int
) -> None:
    code, data = told(
        "export-tasks", "--year", year, "--format", "csv", "--out", tmp_path / "x.csv"
    )
    assert (code, data["errors"][0]["field"]) == (1, "year")
