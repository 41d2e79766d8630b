"""The data console by keyboard and pointer: a value changes in its cell, a condition narrows the
list, chosen rows are deleted after a question. On a desk and on a telephone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import cast as the_cast

PageFor = Callable[[str], Page]
AT_A_DESK = pytest.mark.parametrize("size", ["desktop"], indirect=True)
"""What is done with a keyboard or by dragging; on a telephone there is a button for it."""


@pytest.fixture(autouse=True)
def _today(clock_of_server: dict[str, dt.date]) -> None:
    clock_of_server["today"] = the_cast.TODAY


@pytest.fixture
def admin(page_for: PageFor) -> Page:
    page = page_for("admin")
    page.set_default_timeout(15_000)
    return page


def cell_of(page: Page, row: str, column: str) -> Locator:
    """The cell of the row of this name."""
    line = page.locator("tbody tr", has=page.get_by_role("link", name=row, exact=True))
    return line.locator(f'[data-column="{column}"]')


@dataclass(frozen=True)
class Value:
    """A column that is changed in the list, values that fit, and one that does not."""

    column: str
    one: str
    two: str
    wrong: str


@pytest.fixture
def value(size: str) -> Value:
    """A date: a card on a telephone shows it too. Both sizes write to the same college."""
    year = 2020 if size == "phone" else 2021
    return Value("valid_from", f"{year}-05-06", f"{year}-07-08", "0001-01-01")


def test_a_value_is_changed_by_keyboard(admin: Page, value: Value) -> None:
    admin.goto("/console/department/list/?q=教务处")
    cell = cell_of(admin, "教务处", value.column)
    button, box = cell.get_by_role("button"), cell.locator("input")
    before = str(cell.get_attribute("data-value"))
    button.focus()
    admin.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value(before)

    box.fill(value.two)
    admin.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_contain_text(before or "—")

    admin.keyboard.press("Enter")
    box.fill(value.one)
    admin.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(button).to_contain_text(value.one)
    expect(admin.locator("#console-said")).not_to_be_empty()
    admin.reload()
    expect(cell_of(admin, "教务处", value.column)).to_contain_text(value.one)


def test_what_is_refused_is_told_at_the_cell(admin: Page, value: Value) -> None:
    admin.goto("/console/department/list/?q=教务处")
    cell = cell_of(admin, "教务处", value.column)
    cell.get_by_role("button").click()
    box = cell.locator("input")
    box.fill(value.wrong)
    box.press("Enter")
    expect(cell.get_by_role("alert")).not_to_be_empty()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value(value.wrong)
    box.press("Escape")
    expect(cell.get_by_role("button")).to_be_focused()


def test_who_comes_second_is_told_and_may_write_over_it(
    page_for: PageFor, admin: Page, value: Value
) -> None:
    other = page_for("admin")
    for page in (admin, other):
        page.goto("/console/department/list/?q=信息工程系")
    for page, written in ((other, value.one), (admin, value.two)):
        cell = cell_of(page, "信息工程系", value.column)
        cell.get_by_role("button").click()
        cell.locator("input").fill(written)
        cell.locator("input").press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text(value.one)
    cell.locator("input").press("Enter")
    expect(cell.get_by_role("button")).to_contain_text(value.two)


def test_a_condition_narrows_the_list(admin: Page, size: str) -> None:
    admin.goto("/console/department/list/")
    if size == "phone":
        admin.locator(".ls-open-label").click()
    admin.locator(".ls-add summary").click()
    admin.locator(".ls-add").get_by_role("link", name="类别").click()
    panel = admin.locator("form.ls-panel")
    panel.get_by_role("checkbox", name="系部").check()
    panel.locator("[type=submit]").click()
    expect(admin.locator(".ls-chip")).to_contain_text("系部")
    expect(admin.get_by_role("link", name="教务处", exact=True)).to_have_count(0)
    expect(admin.get_by_role("link", name="信息工程系", exact=True)).to_be_visible()
    expect(admin).to_have_url(re.compile("_flt_0_kind=teaching"))
    admin.locator(".ls-chip .ls-x").click()
    expect(admin.get_by_role("link", name="教务处", exact=True)).to_be_visible()


def add_departments(admin: Page, size: str, count: int) -> None:
    for number in range(1, count + 1):
        admin.goto("/console/department/add")
        admin.locator("[name=code]").fill(f"spare-{size}-{number}")
        admin.locator("[name=name]").fill(f"待撤{size}{number}处")
        admin.locator("[name=kind]").select_option("functional")
        admin.locator(".lx-savebar .btn-primary").click()
        expect(admin).to_have_url(re.compile("/console/department/list/"))


def test_chosen_rows_are_deleted_after_what_will_happen_was_seen(admin: Page, size: str) -> None:
    add_departments(admin, size, 2)
    admin.goto(f"/console/department/list/?q=待撤{size}")
    boxes = admin.locator("tbody [name=rowid]")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        box.check()
    admin.locator("#ls-bulk [value=delete]").click()
    expect(admin.locator(".lx-fates tbody tr")).to_have_count(2)
    admin.get_by_role("link", name="取消").click()
    expect(boxes).to_have_count(2)

    for box in boxes.all():
        box.check()
    admin.locator("#ls-bulk [value=delete]").click()
    admin.locator("[name=confirm]").click()
    expect(admin.locator(".alert-success")).to_be_visible()
    expect(boxes).to_have_count(0)


@AT_A_DESK
def test_an_end_date_is_looked_at_and_set_by_keyboard(admin: Page) -> None:
    admin.goto("/console/charge/list/?view=all")
    admin.locator("tbody [name=rowid]").first.focus()
    admin.keyboard.press("Space")
    button = admin.locator("#ls-bulk [value=close]")
    button.focus()
    admin.keyboard.press("Enter")
    admin.locator("[name=valid_to]").focus()
    admin.keyboard.type("2030-12-31")
    admin.keyboard.press("Enter")  # closes the calendar
    admin.locator("[name=look]").focus()
    admin.keyboard.press("Enter")
    expect(admin.locator(".console-after")).to_have_text("2030-12-31")
    admin.locator("[name=confirm]").focus()
    admin.keyboard.press("Enter")
    expect(admin.locator(".alert-success")).to_be_visible()
    expect(admin.locator("tbody")).to_contain_text("2030-12-31")


def test_the_tree_folds_and_stays_folded(admin: Page) -> None:
    admin.goto("/console/department/list/")
    section = admin.get_by_role("link", name="教学科", exact=True)
    line = admin.locator("tbody tr", has=admin.get_by_role("link", name="教务处", exact=True))
    toggle = line.locator(".console-fold")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.focus()
    admin.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(section).to_be_hidden()
    admin.reload()
    expect(section).to_be_hidden()
    admin.goto("/console/department/list/?q=教学科")
    expect(section).to_be_visible()  # what was looked for is never folded away
    admin.goto("/console/department/list/")
    admin.locator(".console-fold-all").click()
    expect(section).to_be_visible()


def test_rows_are_put_in_order_by_keyboard_and_saved_once(admin: Page) -> None:
    admin.goto("/console/department/order")
    names = admin.locator(".console-order-form > ol > li > div > .console-order-name")
    before = names.all_inner_texts()
    first = admin.locator(".console-order-form [value^=down]").first.get_attribute("value")
    down = admin.locator(f'.console-order-form [value="{first}"]')
    save = admin.locator("#console-order-save")
    expect(save).to_be_hidden()
    down.focus()
    admin.keyboard.press("Enter")
    expect(down).to_be_focused()
    expect(names).to_have_text([before[1], before[0], *before[2:]])
    expect(admin.locator("#console-order-said")).not_to_be_empty()
    save.click()
    expect(admin).to_have_url(re.compile("/console/department/list/"))
    admin.goto("/console/department/order")
    expect(names).to_have_text([before[1], before[0], *before[2:]])


@AT_A_DESK
def test_rows_are_put_in_order_by_dragging(admin: Page) -> None:
    admin.goto("/console/department/order")
    lines = admin.locator(".console-order-form > ol > li > .console-order-row")
    names = admin.locator(".console-order-form > ol > li > div > .console-order-name")
    before = names.all_inner_texts()
    box = lines.nth(0).bounding_box()
    assert box
    lines.nth(2).drag_to(lines.nth(0), target_position={"x": box["width"] / 2, "y": 4})
    expect(names).to_have_text([before[2], before[0], before[1], *before[3:]])
    admin.locator("#console-order-save").click()
    expect(admin).to_have_url(re.compile("/console/department/list/"))


def test_a_finding_of_the_first_page_leads_to_its_rows(admin: Page, size: str) -> None:
    add_departments(admin, f"{size}x", 1)
    admin.goto("/console/")
    admin.locator(".console-missing", has_text="没有负责人").click()
    expect(admin.locator(".ls-list")).to_contain_text(f"待撤{size}x1处")


def test_no_page_of_the_console_breaks_the_content_policy(admin: Page, size: str) -> None:
    told: list[str] = []
    admin.on(
        "console", lambda message: told.append(message.text) if message.type == "error" else None
    )
    admin.on("pageerror", lambda error: told.append(str(error)))
    for page in (
        "",
        "department/list/",
        "department/add",
        "department/edit/2",
        "department/show/2",
        "department/order",
        "person/list/",
        "appointment/list/",
        "department_class/list/",
    ):
        admin.goto(f"/console/{page}")
        admin.wait_for_load_state("networkidle")
        width = admin.evaluate("document.documentElement.scrollWidth")
        assert width <= admin.evaluate("innerWidth"), page
    assert told == []
