"""The Office brings its workbook in by the screen, sees every row's fate, and confirms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.workbooks import task, write_tasks


def test_the_office_imports_a_workbook_and_a_head_does_not(
    page_for: Callable[[str], Page],
    size: str,
    tmp_path: Path,
    clock_of_server: dict[str, dt.date],
) -> None:
    clock_of_server["today"] = dt.date(2026, 2, 10)
    title = f"实训基地安全检查（{size}）"
    number = 70 + len(size)
    path = write_tasks(tmp_path / "tasks.xlsx", [task(number, title=title)])

    office = page_for("office")
    office.goto("/import/")
    expect(office.locator(".lx-top")).to_be_visible()
    office.locator("select[name=kind]").select_option("task", force=True)
    office.locator("[name=year]").fill("2026")
    office.locator("[name=file]").set_input_files(path)
    office.locator("main form [type=submit]").click()
    expect(office.locator(".im-columns")).to_contain_text(title)
    office.get_by_role("button", name="继续").click()
    expect(office.locator("main")).to_contain_text(title)
    expect(office.locator("main")).to_contain_text("新增")
    office.get_by_role("button", name="导入这些行").click()
    expect(office.locator("main")).to_contain_text("已导入：新增 1", timeout=20_000)
    office.get_by_role("link", name="查看该年度任务").click()
    expect(office.locator("main")).to_contain_text(title)

    head = page_for("head_jwc")
    head.goto("/import/")
    expect(head.locator("main")).to_contain_text("403")


def test_a_bad_workbook_is_answered_with_its_place_and_changes_nothing(
    page_for: Callable[[str], Page], tmp_path: Path
) -> None:
    path = write_tasks(
        tmp_path / "bad.xlsx", [task(1, lead="不存在的部门"), task(2, due="2026-02-31")]
    )
    office = page_for("office")
    office.goto("/import/")
    office.locator("select[name=kind]").select_option("task", force=True)
    office.locator("[name=year]").fill("2026")
    office.locator("[name=file]").set_input_files(path)
    office.locator("main form [type=submit]").click()
    office.get_by_role("button", name="继续").click()
    expect(office.locator("main")).to_contain_text("不存在的部门")
    office.get_by_role("button", name="继续").click()
    expect(office.locator("main")).to_contain_text("没有部门“不存在的部门”")
    expect(office.locator("main")).to_contain_text("没有这一天")
    expect(office.get_by_role("button", name="导入这些行")).to_have_count(0)
