"""One task from proposal to a month's check, through the hands of head, office and staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.hands import choose


def answer_dialogs(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_task_goes_from_proposal_to_the_first_monthly_check(
    page_for: Callable[[str], Page], size: str, clock_of_server: dict[str, dt.date]
) -> None:
    clock_of_server["today"] = dt.date(2026, 2, 10)
    title = f"修订课堂教学质量标准（{size}）"

    head = page_for("head_jwc")
    head.goto("/task/add")
    choose(head, "cycle", "2026")
    head.locator("[name=number]").fill(f"9{len(size)}")
    head.locator("[name=title]").press_sequentially(title)
    head.locator("[name=standard]").fill("标准印发，听课覆盖率不低于90%")
    choose(head, "lead_department", "教务处")
    head.locator("[name=due_on]").fill("2026-06-30")
    head.keyboard.press("Escape")
    head.locator("[name=weight]").fill("10")
    head.locator("#model_form .btn-primary").click()
    expect(head.locator("body")).to_contain_text(title)
    expect(head.locator("body")).to_contain_text("拟定")
    place = head.url

    stranger = page_for("head_xinxi")
    stranger.goto(place)
    expect(stranger.locator("body")).to_contain_text("404")

    office = page_for("office")
    office.goto(place)
    office.get_by_role("link", name="发布", exact=True).click()
    office.get_by_role("button", name="发布").click()
    expect(office.locator("body")).to_contain_text("已发布")

    stranger.goto(place)
    expect(stranger.locator("body")).to_contain_text(title)

    head.goto(place)
    expect(head.locator("body")).to_contain_text("接受任务前请先明确责任人")
    head.goto(place.replace("/show/", "/edit/"))
    choose(head, "owner", "史教学")
    head.locator("#model_form .btn-primary").click()
    head.get_by_role("link", name="接受任务").click()
    head.get_by_role("button", name="接受任务").click()
    expect(head.locator("body")).to_contain_text("已接受")

    clock_of_server["today"] = dt.date(2026, 3, 31)
    staff = page_for("staff_jwc")
    staff.goto("/monthly_check/add")
    choose(staff, "task", title)
    staff.locator("[name=year]").fill("2026")
    staff.locator("[name=month]").fill("3")
    staff.locator("[name=actual_percent]").fill("25")
    choose(staff, "quality", "好")
    staff.locator("[name=done]").fill("完成初稿，已征求各系意见。")
    staff.locator("#model_form .btn-primary").click()
    expect(staff.locator("body")).to_contain_text("草稿")
    check = staff.url

    head = page_for("head_jwc")  # seven weeks later her old session is over
    head.goto(check)
    head.get_by_role("link", name="提交", exact=True).click()
    head.get_by_role("button", name="提交").click()
    expect(head.locator("body")).to_contain_text("绿灯")
    expect(head.locator("body")).to_contain_text("已提交")


def test_a_wrong_entry_is_answered_at_its_field_and_kept(
    page_for: Callable[[str], Page], clock_of_server: dict[str, dt.date]
) -> None:
    clock_of_server["today"] = dt.date(2026, 2, 10)
    head = page_for("head_jwc")
    head.goto("/task/add")
    choose(head, "cycle", "2026")
    choose(head, "lead_department", "教务处")
    head.locator("[name=title]").fill("权重填错的任务")
    head.locator("[name=weight]").fill("-5")
    head.locator("#model_form .btn-primary").click()
    expect(head.locator("body")).to_contain_text("权重不能为负")
    expect(head.locator("[name=title]")).to_have_value("权重填错的任务")
    expect(head.locator("[name=weight]")).to_have_value("-5")


def test_a_leader_filters_the_list_by_department(
    page_for: Callable[[str], Page], clock_of_server: dict[str, dt.date]
) -> None:
    leader = page_for("leader")
    leader.goto("/task/list/?_flt_0_lead_department=2")
    expect(leader.locator("main")).to_contain_text("牵头部门 是")
    leader.goto("/department/add")
    expect(leader.locator("body")).to_contain_text("403")
