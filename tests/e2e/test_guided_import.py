"""Two workbooks at once: a column is set right, a department is named, and both come in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.workbooks import task, write_table, write_tasks


def test_two_workbooks_are_set_right_and_imported(
    page_for: Callable[[str], Page], size: str, tmp_path: Path
) -> None:
    number = 60 + len(size)
    first = write_tasks(
        tmp_path / "first.xlsx", [task(number, title=f"智慧校园（{size}）", lead="教务部")]
    )
    strange = ["号", f"要办的事（{size}）", "谁办", "什么时候办"]
    second = write_table(
        tmp_path / f"second-{size}.csv",
        [strange, [str(number + 1), f"校史馆（{size}）", "教务处", "6月30日前"]],
    )
    office = page_for("office")
    office.goto("/import/")
    office.locator("select[name=kind]").select_option("task", force=True)
    office.locator("[name=year]").fill("2026")
    office.locator("[name=file]").set_input_files([first, second])
    expect(office.locator(".lx-drop-file-name")).to_contain_text("first.xlsx")
    office.get_by_role("button", name="上传并预览").click()

    office.locator("[name=header-1-0]").select_option("1")
    office.locator("button[name=again][value='1-0']").click()
    for column, field in ((2, "title"), (3, "lead"), (4, "due")):
        office.locator(f"[name=column-1-0-{column}]").select_option(field)
    office.get_by_role("button", name="继续").click()

    office.get_by_label("教务部").select_option(label="教务处")
    office.get_by_role("button", name="继续").click()

    expect(office.locator("main")).to_contain_text(f"智慧校园（{size}）")
    expect(office.locator("main")).to_contain_text(f"校史馆（{size}）")
    office.get_by_role("button", name="导入这些行").click()
    expect(office.locator("main")).to_contain_text("已导入：新增 2", timeout=20_000)
