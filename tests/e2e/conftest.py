"""A real browser against a real server on a database of its own."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from app.core import clock
from tests import cast as the_cast

UNTIL = dt.date(2026, 10, 20)
"""The day the demo college has lived to."""

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def served(make_app: Callable[..., Flask]) -> Flask:
    """An application with the cast, CSRF switched on as in production."""
    return make_app(WTF_CSRF_ENABLED=True)


@pytest.fixture(scope="session")
def clock_of_server() -> dict[str, dt.date]:
    """The day the server believes it is. A journey moves it; nothing waits."""
    return {"today": the_cast.TODAY}


@contextmanager
def serve(app: Flask, today: Callable[[], dt.date]) -> Iterator[str]:
    """Serve `app` on this machine for as long as the block lasts; gives its address. Each
    request believes that it is `today()`."""

    def at_that_day(environ: Any, start_response: Any) -> Any:
        with clock.at(today()):
            return list(app(environ, start_response))

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, at_that_day, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address(served: Flask, clock_of_server: dict[str, dt.date]) -> Iterator[str]:
    with serve(served, lambda: clock_of_server["today"]) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def windows(browser: Browser, address: str, size: str) -> Iterator[Callable[..., Page]]:
    """`sign_in(username, password)`: a browser window where that person has just signed in, by
    typing. With a `first` password, which is changed to `password` at once.

    A window fails its test when a script fails in it, when a page breaks the content policy or
    when it asks another host for anything.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda told: (
                troubles.append(told.text) if "Content Security Policy" in told.text else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((address, "data:", "blob:"))
                else troubles.append(f"another host: {asked.url}")
            ),
        )

    def sign_in(username: str, password: str, first: str = "") -> Page:
        context = browser.new_context(viewport=SIZES[size], locale="zh-CN", base_url=address)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto("/login/")
        page.locator("[name=username]").press_sequentially(username)
        page.locator("[name=password]").press_sequentially(first or password)
        page.keyboard.press("Enter")
        if first:
            page.locator("[name=old_password]").fill(first)
            page.locator("[name=password]").fill(password)
            page.locator("[name=again]").fill(password)
            page.keyboard.press("Enter")
        expect(page).to_have_url(f"{address}/", timeout=20_000)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def page_for(browser: Browser, address: str, size: str) -> Iterator[Callable[[str], Page]]:
    """`page_for("head_jwc")`: somebody of the cast at the browser (see `windows`)."""
    with windows(browser, address, size) as sign_in:
        yield lambda name: sign_in(the_cast.username(name), the_cast.PASSWORD)


@dataclass(frozen=True, slots=True)
class College:
    """A small demo that has lived until `UNTIL`, served at `address`."""

    app: Flask
    address: str


@pytest.fixture(scope="session")
def college(make_app: Callable[..., Flask]) -> Iterator[College]:
    from app.demo.year import Size, build_demo
    from app.extensions import db
    from app.security import actors
    from app.security.manager import hash_password
    from app.web import directory

    actors.forget()
    directory.forget()
    app = make_app(cast=False, WTF_CSRF_ENABLED=True)
    with app.app_context():
        size = Size(departments=12, tasks=48, years=1, seed=1, until=UNTIL)
        build_demo(db.session, size, hash_password, lambda _words: None)
    with serve(app, lambda: UNTIL) as address:
        yield College(app, address)
    actors.forget()
    directory.forget()


@pytest.fixture
def demo_page_for(browser: Browser, college: College, size: str) -> Iterator[Callable[[str], Page]]:
    """`demo_page_for("head.jwc")`: somebody of the demo college at the browser."""
    with windows(browser, college.address, size) as sign_in:
        yield lambda username: sign_in(username, "demo-2022")
