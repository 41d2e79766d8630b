"""A leader reaches the departments in charge by chart and list; the administrator keeps
master data in the console and gives a new person a first password."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests import cast as the_cast


def test_a_leader_goes_from_the_chart_to_the_list_behind_it(
    page_for: Callable[[str], Page], clock_of_server: dict[str, dt.date]
) -> None:
    clock_of_server["today"] = the_cast.TODAY
    leader = page_for("leader")
    leader.goto("/chart/tasks?scope=mine")
    expect(leader.locator("main")).to_contain_text("各部门任务")
    leader.goto("/task/list/?_flt_0_lead_department=2")
    expect(leader.locator("main")).to_contain_text("牵头部门 是")
    leader.goto("/department/add")
    expect(leader.locator("main")).to_contain_text("403")


def test_the_admin_adds_a_person_who_must_change_the_first_password(
    page_for: Callable[[str], Page], size: str, address: str, clock_of_server: dict[str, dt.date]
) -> None:
    clock_of_server["today"] = the_cast.TODAY
    admin = page_for("admin")
    admin.goto("/person/add")
    name = f"new.{size}"
    admin.locator("[name=last_name]").fill("钱")
    admin.locator("[name=first_name]").fill("新来")
    admin.locator("[name=username]").fill(name)
    admin.locator("[name=email]").fill(f"{name}@example.edu.cn")
    admin.locator("[name=roles][value=DepartmentStaff]").check()
    admin.locator("[name=active]").check()
    admin.locator("[name=password]").fill("first-pass-1")
    admin.locator("#model_form .btn-primary").click()
    expect(admin.locator("main")).to_contain_text("钱新来")

    admin.locator(".lx-person summary").click()
    admin.locator(".lx-person [type=submit]").click()
    expect(admin).to_have_url(re.compile("/login/"))
    admin.locator("[name=username]").press_sequentially(name)
    admin.locator("[name=password]").press_sequentially("first-pass-1")
    admin.keyboard.press("Enter")
    expect(admin).to_have_url(f"{address}/account/password/")
    admin.goto("/task/list/")
    expect(admin).to_have_url(f"{address}/account/password/")
    admin.locator("[name=old_password]").fill("first-pass-1")
    admin.locator("[name=password]").fill("qingteng-77")
    admin.locator("[name=again]").fill("qingteng-77")
    admin.locator("main form [type=submit]").click()
    expect(admin).to_have_url(f"{address}/")
    admin.goto("/task/list/")
    expect(admin.locator("main")).to_contain_text("目标任务")


def test_the_admin_keeps_categories_in_the_console(
    page_for: Callable[[str], Page], size: str
) -> None:
    admin = page_for("admin")
    admin.goto("/console/task_category/new/")
    admin.locator("[name=code]").fill(f"lab-{size}")
    admin.locator("[name=name]").fill(f"实训{size}")
    admin.locator(".lx-savebar .btn-primary").click()
    admin.goto("/console/task_category/")
    expect(admin.locator("body")).to_contain_text(f"实训{size}")
