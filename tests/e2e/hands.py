"""What a person's hands do in a form, whatever the field looks like."""

from __future__ import annotations

from playwright.sync_api import Page


def choose(page: Page, field: str, words: str) -> None:
    """Pick an option by its words: by typing where the select is searched, else as it stands."""
    select = page.locator(f"select[name={field}]")
    select.wait_for(state="attached")
    if not select.evaluate("select => select.matches('[data-choices], [data-find]')"):
        select.select_option(label=words)
        return
    control = page.locator(f"#{field}-ts-control")
    control.click()
    control.press_sequentially(words)
    page.locator(".ts-dropdown [role=option]:visible", has_text=words).first.click()
