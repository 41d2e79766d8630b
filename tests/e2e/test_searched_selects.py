"""A searched select gives the keyboard away with the choice and never takes it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import cast as the_cast
from tests.e2e.conftest import windows

LATE = 700
"""Milliseconds in which a search begun before the choice has been asked and answered."""
PEOPLE = ("史教学", "吴网络")


@pytest.fixture
def form(browser: Browser, address: str) -> Iterator[Page]:
    """The form of a new task, at a desk."""
    with windows(browser, address, "desktop") as sign_in:
        page = sign_in(the_cast.username("office"), the_cast.PASSWORD)
        page.goto("/task/add")
        yield page


def choose_at_once(page: Page, words: str) -> None:
    """Type and take the option before the list has begun to search for the letters, as a quick
    hand or a program does."""
    control = page.locator("#owner-ts-control")
    page.locator("#owner + .ts-wrapper .ts-control").click()
    page.locator("#owner-ts-dropdown [role=option]").first.wait_for()
    control.press_sequentially(words[:2])
    page.locator("#owner-ts-dropdown [role=option]", has_text=words).first.dispatch_event("click")


def test_what_is_typed_into_the_next_field_right_after_a_choice_stays(form: Page) -> None:
    due = form.locator("[name=due_on]")
    for time in range(20):
        name = PEOPLE[time % 2]
        choose_at_once(form, name)
        due.fill("")
        due.press_sequentially(f"2026-09-{time + 1:02d}")
        form.wait_for_timeout(LATE)
        expect(due).to_be_focused()
        expect(due).to_have_value(f"2026-09-{time + 1:02d}")
        expect(form.locator("#owner-ts-dropdown")).to_be_hidden()
        expect(form.locator("#owner + .ts-wrapper .item")).to_have_text(name)


def test_a_list_does_not_open_again_over_the_buttons_after_a_choice(form: Page) -> None:
    for name in PEOPLE * 3:
        choose_at_once(form, name)
        form.wait_for_timeout(LATE)
        expect(form.locator("#owner-ts-dropdown")).to_be_hidden()


def test_leaving_by_the_tab_key_right_after_typing_is_leaving(form: Page) -> None:
    control = form.locator("#owner-ts-control")
    control.click()
    control.press_sequentially("史教")
    form.keyboard.press("Tab")
    form.wait_for_timeout(LATE)
    expect(control).not_to_be_focused()
    expect(form.locator("#owner-ts-dropdown")).to_be_hidden()


def test_after_a_choice_the_list_opens_again_when_asked_for(form: Page) -> None:
    control = form.locator("#owner-ts-control")
    options = form.locator("#owner-ts-dropdown")
    choose_at_once(form, "史教学")
    form.wait_for_timeout(LATE)
    form.keyboard.press("ArrowDown")
    expect(options).to_be_visible()
    form.keyboard.press("Escape")
    expect(options).to_be_hidden()
    control.press_sequentially("吴网")
    options.locator("[role=option]", has_text="吴网络").click()
    expect(form.locator("#owner + .ts-wrapper .item")).to_have_text("吴网络")
