"""A department is renamed; deleting what is in use leads to the form of a merger: the
administrator's work at a desk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import cast as the_cast
from tests.e2e.hands import choose

PageFor = Callable[[str], Page]


@pytest.fixture(autouse=True)
def _today(clock_of_server: dict[str, dt.date]) -> None:
    clock_of_server["today"] = the_cast.TODAY


def add_department(page: Page, name: str, code: str) -> None:
    page.goto("/department/add")
    page.locator("[name=name]").fill(name)
    page.locator("[name=code]").fill(code)
    choose(page, "kind", "职能部门")
    page.locator(".lx-savebar .btn-primary").click()
    expect(page.locator("h1")).to_have_text(re.compile(name))


def open_more(page: Page) -> None:
    page.locator(".sh-more summary").click()


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_department_is_renamed_and_deleting_what_is_in_use_offers_a_merger(
    page_for: PageFor, size: str
) -> None:
    admin = page_for("admin")
    old, new, other = f"基建处{size}", f"基本建设处{size}", f"后勤处{size}"
    add_department(admin, other, f"hq-{size}")
    add_department(admin, old, f"jj-{size}")

    open_more(admin)
    admin.locator("a[href*='kind=renamed']").click()
    admin.locator("[name=name]").fill(new)
    admin.locator(".lx-savebar .btn-primary").click()
    expect(admin.locator("[name=ground]")).to_have_attribute("aria-invalid", "true")
    admin.locator("[name=ground]").fill("院发〔2026〕9号")
    admin.locator(".lx-savebar .btn-primary").click()
    expect(admin.locator(".og-plan")).to_contain_text(new)
    admin.locator("[name=_confirm]").click()

    expect(admin.locator("h1")).to_contain_text(old)
    admin.locator(".og-changes a", has_text=new).click()
    expect(admin.locator("h1")).to_contain_text(new)
    expect(admin.locator(".og-changes")).to_contain_text(old)

    open_more(admin)
    admin.locator(".sh-danger").click()
    admin.locator("#confirm-delete .btn-danger").click()
    expect(admin.locator(".us-places li")).to_have_count(1)
    admin.locator(".us-ways a.btn-primary").click()
    expect(admin.locator("[name=effective_on]")).to_have_value(the_cast.TODAY.isoformat())
    expect(admin.locator("select[name=into]")).to_be_attached()
