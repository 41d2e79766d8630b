"""A text table has no sheet of its own name: it is called like its file."""

from __future__ import annotations

from pathlib import Path

from app.exchange.reading import read_sheets

ROWS = "编号,任务\n1,推进专业建设\n"


def test_a_text_table_is_named_as_its_owner_calls_it(tmp_path: Path) -> None:
    kept = tmp_path / "9f86d081884c7d65.csv"  # as uploads are kept
    kept.write_text(ROWS, encoding="utf-8-sig")
    (sheet,) = read_sheets(kept, name="2026年任务总表.csv")
    assert sheet.name == "2026年任务总表"


def test_without_another_name_it_is_named_after_its_file(tmp_path: Path) -> None:
    file = tmp_path / "任务总表.csv"
    file.write_text(ROWS, encoding="utf-8-sig")
    (sheet,) = read_sheets(file)
    assert sheet.name == "任务总表"
