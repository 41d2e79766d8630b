"""A list without a mouse: every tool is reached, the focus is never lost, Escape closes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)

At = Callable[[str], Page]


@pytest.fixture
def office(demo_page_for: At) -> Page:
    page = demo_page_for("office")
    page.goto("/task/list/?view=all")
    return page


def chosen(page: Page) -> Locator:
    return page.locator("#ls-list [name=rowid]:checked")


def title(page: Page, number: int) -> Locator:
    """The link of a row, counted from 0."""
    return page.locator("#ls-list tbody .ls-open").nth(number)


def add_condition(page: Page, words: str) -> None:
    """Open the form of one condition, as far as its first field."""
    page.locator(".ls-add > summary").focus()
    page.keyboard.press("Enter")
    page.locator(".ls-add").get_by_role("link", name=words, exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ls-pop select")).to_be_focused()


def test_from_the_search_box_one_goes_into_what_was_found(office: Page) -> None:
    office.keyboard.press("/")
    office.keyboard.type("教学")
    expect(office.locator(".ls-chips")).to_contain_text("教学")
    office.keyboard.press("Escape")
    expect(title(office, 0)).to_be_focused()
    expect(office.locator("#ls-q")).to_have_value("教学")


def test_the_menu_of_conditions_closes_by_escape_and_by_leaving_it(office: Page) -> None:
    menu, button = office.locator(".ls-menu"), office.locator(".ls-add > summary")
    button.focus()
    office.keyboard.press("Enter")
    expect(menu).to_be_visible()
    office.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    office.keyboard.press("Enter")
    office.keyboard.press("Shift+Tab")
    expect(menu).to_be_hidden()


def test_a_condition_is_set_changed_and_taken_away(office: Page) -> None:
    add_condition(office, "状态灯")
    office.keyboard.press("Tab")
    office.keyboard.press("Space")
    office.keyboard.press("Enter")
    chip = office.locator(".ls-chip")
    expect(chip).to_contain_text("绿灯")
    expect(office.locator(".ls-add > summary")).to_be_focused()
    chip.locator("a").first.focus()
    office.keyboard.press("Enter")
    expect(office.locator(".ls-pop select")).to_be_focused()
    office.keyboard.press("Tab")
    office.keyboard.press("Tab")
    office.keyboard.press("Space")
    office.keyboard.press("Enter")
    expect(chip).to_contain_text("绿灯 或 黄灯")
    expect(chip.locator("a").first).to_be_focused()
    office.keyboard.press("Tab")
    office.keyboard.press("Enter")
    expect(chip).to_have_count(0)
    expect(office.locator(".ls-add > summary")).to_be_focused()


def test_a_small_form_follows_its_button_and_closes_when_it_is_left(office: Page) -> None:
    columns = office.get_by_role("link", name="列", exact=True)
    columns.focus()
    office.keyboard.press("Enter")
    expect(office.locator(".ls-pop")).to_be_visible()
    office.locator(".ls-pop [type=submit]").focus()
    office.keyboard.press("Tab")
    expect(office.get_by_role("button", name="紧凑")).to_be_focused()
    expect(office.locator(".ls-pop")).to_have_count(0)


def test_rows_are_chosen_one_by_one_and_as_a_range(office: Page) -> None:
    office.keyboard.press("j")
    expect(title(office, 0)).to_be_focused()
    office.keyboard.press("Space")
    expect(chosen(office)).to_have_count(1)
    for _row in range(4):
        office.keyboard.press("ArrowDown")
    office.keyboard.press("Shift+Space")
    expect(chosen(office)).to_have_count(5)
    expect(office.locator(".ls-chosen")).to_have_text("5")
    office.keyboard.press("b")
    expect(office.locator("#ls-bulk button").first).to_be_focused()


def test_a_range_of_boxes_is_taken_with_shift(office: Page) -> None:
    boxes = office.locator("#ls-list [name=rowid]")
    boxes.nth(1).focus()
    office.keyboard.press("Space")
    office.keyboard.press("ArrowDown")
    expect(boxes.nth(2)).to_be_focused()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(chosen(office)).to_have_count(6)


def test_a_new_page_is_read_from_its_first_row(office: Page) -> None:
    office.locator(".ls-pages [rel=next]").focus()
    office.keyboard.press("Enter")
    expect(office).to_have_url(re.compile("page_TaskView=1"))
    expect(title(office, 0)).to_be_focused()
    assert office.evaluate("scrollY") == 0
    office.keyboard.press("p")
    expect(office).not_to_have_url(re.compile("page_TaskView=1"))
    expect(title(office, 0)).to_be_focused()


def test_the_row_stood_on_is_never_below_the_sums(office: Page) -> None:
    for _row in range(20):
        office.keyboard.press("j")
    row, sums = (
        office.locator(one).bounding_box() for one in ("#ls-list .ls-here", "#ls-list tfoot tr")
    )
    assert row and sums
    assert row["y"] + row["height"] <= sums["y"] + 1


def test_the_arrows_go_on_from_the_row_that_tab_reached(office: Page) -> None:
    title(office, 7).focus()
    office.keyboard.press("j")
    expect(title(office, 8)).to_be_focused()
