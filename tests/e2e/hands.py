"""What a person's hands do in a form, whatever the field looks like."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect


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


def import_workbook(page: Page, link: Locator, path: Path, **fields: str) -> None:
    """From a page that offers an upload: choose the file, look at what was recognised and what
    it would do, confirm, wait until it is done. `fields` are the upload's other fields; of
    a select, the value."""
    kind = parse_qs(urlsplit(link.get_attribute("href") or "").query)["kind"][0]
    link.click()
    form = page.locator("#model_form")
    expect(form.locator("[name=kind]")).to_have_value(kind)
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("[name=file]").set_input_files(path)
    form.locator("button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/import/\d+"))
    confirm = page.locator("form[action$='/confirm'] button[type=submit]")
    go_on = page.locator("#columns .btn-primary, #names .btn-primary")
    expect(confirm.or_(go_on).first).to_be_visible()
    while not confirm.is_visible():
        with page.expect_navigation():
            go_on.click()
    confirm.click()
    page.locator(".alert-success[role=status]").wait_for(timeout=60_000)
