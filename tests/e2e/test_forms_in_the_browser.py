"""A form by hand: a person found by typing, a date, rows that hang on it, errors, a stale save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.hands import choose

PageFor = Callable[[str], Page]


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()


def new_task(page: Page, title: str) -> None:
    page.goto("/task/add")
    page.locator("[name=title]").press_sequentially(title)
    choose(page, "lead_department", "教务处")


def row_of(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-inline={kind}] [data-row]").last


def test_a_task_is_written_with_person_date_and_milestone(page_for: PageFor, size: str) -> None:
    head = page_for("head_jwc")
    new_task(head, f"一次填好的任务（{size}）")
    choose(head, "owner", "史教学")

    due = head.locator("[name=due_on]")
    due.click()
    expect(head.locator(".flatpickr-calendar.open .flatpickr-weekday").first).to_contain_text("一")
    due.press_sequentially("2026/9/30")
    due.press("Tab")
    expect(due).to_have_value("2026-09-30")

    head.get_by_role("button", name="新增进度节点").click()
    row = row_of(head, "milestone")
    expect(row.locator("textarea")).to_be_focused()
    head.keyboard.type("完成调研")
    row.locator("[name$=due_on]").fill("2026-05-31")
    row.locator("[name$=planned_percent]").fill("130")
    head.keyboard.press("Control+Enter")

    # What is wrong is said above and at the field; nothing that was typed is gone.
    summary = head.locator("[data-errors]")
    summary.wait_for()
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    percent = head.locator("[data-inline=milestone] [name$=planned_percent]")
    expect(percent).to_be_focused()
    expect(percent).to_have_attribute("aria-invalid", "true")
    expect(head.locator("[name=title]")).to_have_value(f"一次填好的任务（{size}）")
    expect(head.locator("[data-inline=milestone] textarea")).to_have_value("完成调研")
    expect(head.locator(".ts-control .item").filter(has_text="史教学")).to_be_visible()
    percent.fill("30")
    head.keyboard.press("Control+Enter")
    head.wait_for_url("**/task/show/**")
    expect(head.locator("h1")).to_contain_text("一次填好的任务")
    expect(head.locator("main")).to_contain_text("完成调研")
    expect(head.locator("main")).to_contain_text("史教学")


def test_the_days_of_a_date_are_reached_by_keyboard(page_for: PageFor) -> None:
    head = page_for("head_jwc")
    head.goto("/task/add")
    due, days = head.locator("[name=due_on]"), head.locator(".flatpickr-calendar.open")
    due.press_sequentially("2026-09-29")
    due.press("ArrowDown")
    head.keyboard.press("ArrowRight")
    head.keyboard.press("Enter")
    expect(due).to_have_value("2026-09-30")
    due.press("ArrowDown")
    head.keyboard.press("Escape")
    expect(days).to_have_count(0)
    expect(due).to_be_focused()
    due.click()
    expect(days).to_be_visible()
    due.press("Escape")
    expect(days).to_have_count(0)
    expect(head.locator("#leave")).to_be_hidden()


def test_a_date_that_cannot_be_read_stays_as_typed(page_for: PageFor) -> None:
    head = page_for("head_jwc")
    head.goto("/task/add")
    due = head.locator("[name=due_on]")
    due.press_sequentially("九月底")
    head.locator("[name=title]").click()
    expect(due).to_have_value("九月底")
    save(head)
    expect(head.locator("[data-errors]")).to_contain_text("完成时限：不是有效的日期值。")
    expect(due).to_have_value("九月底")


def test_input_is_not_lost_by_a_stray_key(page_for: PageFor, size: str) -> None:
    head = page_for("head_jwc")
    head.goto("/task/add")
    head.locator("[name=title]").press_sequentially("还没有保存")
    head.keyboard.press("Escape")
    question = head.locator("#leave")
    expect(question).to_be_visible()
    question.locator("[value=stay]").click()
    expect(head.locator("[name=title]")).to_have_value("还没有保存")
    head.locator(".lx-savebar a").click()
    question.locator("[value=leave]").click()
    head.wait_for_url("**/task/list/**")


def test_a_stale_save_shows_both_versions(page_for: PageFor, size: str) -> None:
    mine = page_for("head_jwc")
    new_task(mine, f"两人同改（{size}）")
    save(mine)
    mine.wait_for_url("**/task/show/**")
    place = mine.url.replace("/show/", "/edit/")

    mine.goto(place)
    mine.locator("[name=goal]").fill("我的目标")
    mine.locator("[name=remark]").fill("我的备注")

    office = page_for("office")
    office.goto(place)
    office.locator("[name=goal]").fill("办公室的目标")
    office.locator("[name=remark]").fill("办公室的备注")
    save(office)
    office.wait_for_url("**/task/show/**")

    save(mine)
    both = mine.locator(".lx-versions")
    expect(both).to_contain_text("办公室的目标")
    expect(both).to_contain_text("我的目标")
    expect(mine.locator("[name=goal]")).to_have_value("我的目标")
    mine.locator("[name=keep-remark][value=theirs]").check()
    save(mine)
    mine.wait_for_url("**/task/show/**")
    expect(mine.locator("main")).to_contain_text("我的目标")
    expect(mine.locator("main")).to_contain_text("办公室的备注")
    expect(mine.locator("main")).not_to_contain_text("我的备注")


def test_a_file_is_checked_before_it_is_sent_and_then_attached(
    page_for: PageFor, size: str, tmp_path: Path
) -> None:
    head = page_for("head_jwc")
    new_task(head, f"附材料的任务（{size}）")
    save(head)
    head.wait_for_url("**/task/show/**")
    key = head.url.split("/show/")[1].split("?")[0]

    head.goto(f"/evidence/add?_flt_0_task={key}")
    wrong = tmp_path / "病毒.exe"
    wrong.write_bytes(b"MZ")
    right = tmp_path / f"调研报告{size}.pdf"
    right.write_bytes(b"%PDF-1.4\n%%EOF\n")
    head.locator("input[type=file]").set_input_files(wrong)
    expect(head.locator(".lx-field .lx-errors")).to_be_visible()
    head.locator("input[type=file]").set_input_files(right)
    expect(head.locator(".lx-field .lx-errors")).to_have_count(0)
    expect(head.locator(".lx-drop-file-name")).to_contain_text("调研报告")
    head.locator("form[data-upload] [type=submit]").click()
    head.wait_for_url("**/task/show/**")
    expect(head.locator("main")).to_contain_text(f"调研报告{size}.pdf")
