"""What each role does first thing in the morning, by keyboard and by finger, at both sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

At = Callable[[str], Page]


def test_a_head_writes_the_month_from_what_waits(demo_page_for: At) -> None:
    head = demo_page_for("head.jwc")
    expect(head.get_by_role("heading", name="我的待办")).to_be_visible()
    head.locator("main a[href*='/monthly_check/add']").first.click()
    expect(head.locator("h1")).to_contain_text("月度监测")
    head.locator("[name=actual_percent]").fill("")
    head.locator("[name=actual_percent]").press_sequentially("130")
    head.keyboard.press("Control+Enter")
    expect(head.locator(".lx-errors, [role=alert]").first).to_be_visible()
    expect(head.locator("[name=actual_percent]")).to_have_value("130")
    head.locator("[name=actual_percent]").fill("88")
    head.locator("[name=quality]").select_option(index=1, force=True)
    head.locator("[name=done]").fill("按计划推进")
    head.keyboard.press("Control+Enter")
    expect(head.locator("main")).to_contain_text("88%")
    expect(head.locator("main")).to_contain_text("按计划推进")


def test_a_member_of_staff_finds_a_task_by_typing(demo_page_for: At) -> None:
    staff = demo_page_for("staff.jwc")
    staff.keyboard.press("Control+k")
    staff.keyboard.type("教")
    expect(staff.get_by_role("option").first).to_be_visible()
    staff.keyboard.press("ArrowDown")
    staff.keyboard.press("Enter")
    expect(staff).to_have_url(re.compile(r"/(task|department|person)/show/\d+"))


def test_a_leader_reaches_the_late_task_in_two_clicks(demo_page_for: At) -> None:
    leader = demo_page_for("leader")
    leader.goto("/chart/college?scope=all")
    leader.locator("main a[href*='/task/show/']").first.click()
    expect(leader).to_have_url(re.compile(r"/task/show/\d+"))
    expect(leader.locator("main")).to_contain_text("状态灯")
    expect(leader.locator("main")).to_contain_text("计划")


def test_the_president_goes_from_a_figure_to_the_tasks_behind_it(demo_page_for: At) -> None:
    president = demo_page_for("topleader")
    president.goto("/chart/tasks")
    link = president.locator("main table a[href*='/task/list/']").first
    number = int(link.inner_text())
    link.click()
    expect(president.locator("main")).to_contain_text(f"共 {number} 条")


def test_the_quality_office_reads_the_red_months_by_keyboard(demo_page_for: At, size: str) -> None:
    quality = demo_page_for("quality")
    quality.goto("/monthly_check/list/")
    if size == "phone":
        quality.locator(".ls-open-label").click()
    quality.locator("main").get_by_text("红灯", exact=True).first.click()
    expect(quality).to_have_url(re.compile("light"))
    quality.locator("h1").click()
    quality.keyboard.press("j")
    quality.keyboard.press("Enter")
    expect(quality).to_have_url(re.compile(r"/monthly_check/show/\d+"))
    expect(quality.locator("main")).to_contain_text("红灯")


def test_the_office_keeps_a_view_and_takes_the_list_home(demo_page_for: At, size: str) -> None:
    office = demo_page_for("office")
    office.goto("/task/list/?q=建设")
    shown = office.locator("main").inner_text()
    count = re.search(r"共 (\d+) 条", shown)
    assert count is not None
    office.locator("summary", has_text="视图").click()
    office.locator("form[action*='saved_view/add'] [name=name]").first.fill(f"建设类任务（{size}）")
    office.keyboard.press("Enter")
    expect(office.locator("main")).to_contain_text(f"建设类任务（{size}）")
    office.goto("/task/list/?q=建设")
    office.locator("summary", has_text="导出").click()
    with office.expect_download() as download:
        office.get_by_role("link", name=re.compile("CSV")).click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").strip().splitlines()
    assert len(lines) == int(count[1]) + 1


def test_the_secretary_records_a_meeting_with_the_date_picker(demo_page_for: At, size: str) -> None:
    secretary = demo_page_for("secretary")
    secretary.goto("/meeting/add")
    secretary.locator("[name=number]").fill(f"2026-{len(size)}9")
    secretary.locator("[name=title]").fill(f"第{len(size)}次党委会（{size}）")
    secretary.locator("[name=held_on]").fill("2026-10-15")
    secretary.keyboard.press("Tab")
    secretary.keyboard.press("Control+Enter")
    expect(secretary.locator("main")).to_contain_text(f"第{len(size)}次党委会（{size}）")
    expect(secretary.locator("main")).to_contain_text("2026-10-15")


def test_the_discipline_office_follows_a_case(demo_page_for: At) -> None:
    discipline = demo_page_for("discipline")
    discipline.goto("/supervision_case/list/?view=all")
    discipline.locator("main a[href*='/supervision_case/show/']").first.click()
    expect(discipline).to_have_url(re.compile(r"/supervision_case/show/\d+"))
    expect(discipline.locator("main")).to_contain_text("立项")


def test_an_assessor_and_a_rater_see_their_pages(demo_page_for: At) -> None:
    assessor = demo_page_for("assessor")
    assessor.goto("/department_assessment/list/")
    expect(assessor.locator("h1")).to_contain_text("考核")
    rater = demo_page_for("group1")
    rater.goto("/score/list/")
    expect(rater.locator("h1")).to_contain_text("评分")
    rater.goto("/audit_event/list/")
    expect(rater.locator("main")).to_contain_text("403")


def test_an_auditor_opens_an_event_of_the_trail(demo_page_for: At) -> None:
    auditor = demo_page_for("auditor")
    auditor.goto("/audit_event/list/")
    auditor.locator("main a[href*='/audit_event/show/']").first.click()
    expect(auditor.locator("main")).to_contain_text("哈希")


def test_dark_and_english_stay_as_one_goes_on(demo_page_for: At) -> None:
    page = demo_page_for("head.xinxi")
    page.locator(".lx-tools a[href*='theme=dark']").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator(".lx-tools a[href*='lang=en']").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/task/list/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("h1")).to_contain_text("Task")


def test_the_menu_opens_on_a_telephone_and_closes_again(demo_page_for: At, size: str) -> None:
    page = demo_page_for("head.jwc")
    if size == "phone":
        expect(page.locator("#menu")).not_to_be_in_viewport()
        page.locator("[data-menu-toggle]").click()
    expect(page.locator("#menu")).to_be_in_viewport()
    page.locator("#menu summary", has_text="目标制定").click()
    page.locator("#menu").get_by_role("link", name="目标任务").click()
    expect(page).to_have_url(re.compile("/task/list/"))
