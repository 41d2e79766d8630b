"""Every page of the matrix in a browser: axe finds nothing, the content policy holds, nothing
runs over the edge, one heading of the first order; in both themes, at both sizes.

The college is a small demo, so that lists have rows and charts have marks. A table the demo
leaves empty gets one row from the factories.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from app.core import clock
from app.core.policy import visible
from app.extensions import db
from app.models.organisation import Person
from app.security import actors
from tests.architecture import permission_matrix as matrix
from tests.architecture.permission_matrix import Door
from tests.e2e.conftest import SIZES, UNTIL, College

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
READERS = (
    "office",
    "admin",
    "head.jwc",
    "leader",
    "auditor",
    "assessor",
    "secretary",
    "discipline",
)
"""Who opens a page: the first of them that may."""

LOOKS = {
    "desktop-light": ("desktop", "light", "zh"),
    "phone-dark": ("phone", "dark", "zh"),
    "phone-light-english": ("phone", "light", "en"),
    "desktop-dark": ("desktop", "dark", "zh"),
}
WHOLE_WALK = ("desktop-light", "phone-dark")
"""The looks in which every page is opened: both sizes and both themes. The others open the
main pages."""

MAIN = (
    "HomeView.index", "TaskView.list", "TaskView.show", "TaskView.add", "TaskView.edit",
    "MonthlyCheckView.list", "SupervisionCaseView.list", "SupervisionCaseView.show",
    "TaskChartView.tasks", "ReportView.index", "ImportView.index", "console.index", "task.step",
)  # fmt: skip
NOT_PAGES = (
    "static", "healthz", "LocaleView", "UtilView", ".download", "SignInView.logout", "choose_year",
    ".content", ".suggest", ".choices", "choices", ".export", "OpenApi", ".progress", ".csv",
    ".template", ".refused", ".data", ".ajax_lookup",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the walk and who opens it."""

    door: str
    address: str
    reader: str


@pytest.fixture(scope="module")
def stops(college: College) -> tuple[Stop, ...]:
    with college.app.app_context(), clock.at(UNTIL):
        return tuple(_stops(college.app))


def _stops(app: Flask) -> Iterator[Stop]:
    readers = {
        name: actors.load_actor(db.session, name, actors.Door.WEB)
        for name in READERS
        if db.session.scalar(select(Person.id).where(Person.username == name))
    }
    rows: dict[Any, Any] = {}
    for door in matrix.doors(app):
        if "GET" not in door.methods.split() or door.kind not in {"view", "console", "route"}:
            continue
        if any(part in door.door for part in NOT_PAGES):
            continue
        allowed = [name for name, actor in readers.items() if _may(actor, door)]
        if door.permission == matrix.BY_STEP or not allowed:
            continue
        address, reader = _place(app, door, allowed, readers, rows)
        if address is not None:
            yield Stop(door.door, address, reader)


def _may(actor: Any, door: Door) -> bool:
    return all(actor.may(one) for one in door.permission.split(" + ") if ":" in one)


def _place(
    app: Flask, door: Door, allowed: list[str], readers: dict[str, Any], rows: dict[Any, Any]
) -> tuple[str | None, str]:
    """The address with a row this reader sees (and may edit, on an edit page)."""
    model = _model(app, door)
    wants_row = "pk>" in door.address or door.door.endswith((".details_view", ".edit_view"))
    if not wants_row or model is None:
        return (None if "<" in door.address else door.address), allowed[0]
    from app.core import policy

    verb = "edit" if door.door.endswith((".edit", ".edit_view")) else "read"
    for name in allowed:
        found = db.session.scalars(
            select(model).where(visible(readers[name], model)).order_by(model.id.desc()).limit(60)
        )
        for row in found:
            if verb == "read" or policy.can(readers[name], "edit", row):
                return _with_row(door, row.id), name
    return None, allowed[0]


def _with_row(door: Door, key: int) -> str | None:
    address = door.address.replace("<int:pk>", str(key)).replace("<pk>", str(key))
    if door.kind == "console":
        address += f"?id={key}"
    return None if "<" in address else address


def _model(app: Flask, door: Door) -> Any:
    owner = door.door.rpartition(".")[0]
    views = [
        *app.appbuilder.baseviews,  # type: ignore[attr-defined]
        *(view for site in app.extensions["admin"] for view in site._views),
    ]
    return next((getattr(view, "model", None) for view in views if view.endpoint == owner), None)


# The walk ----------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_fault(
    browser: Browser, college: College, stops: tuple[Stop, ...], look: str
) -> None:
    size, theme, language = LOOKS[look]
    stops = tuple(stop for stop in stops if look in WHOLE_WALK or stop.door in MAIN)
    assert len(stops) > (100 if look in WHOLE_WALK else 8)
    axe = AXE.read_text(encoding="utf-8")
    faults: list[str] = []
    for reader in dict.fromkeys(stop.reader for stop in stops):
        context = browser.new_context(
            viewport=SIZES[size], locale="zh-CN", base_url=college.address
        )
        page = _signed_in(context, reader, faults)
        page.goto(f"/?theme={theme}&lang={language}")
        for stop in stops:
            if stop.reader == reader:
                faults += [
                    f"{stop.address} ({reader}): {fault}" for fault in _faults(page, stop, axe)
                ]
        context.close()
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


def test_the_sign_in_page_has_no_fault(browser: Browser, college: College) -> None:
    axe = AXE.read_text(encoding="utf-8")
    faults: list[str] = []
    for size, theme, language in LOOKS.values():
        context = browser.new_context(viewport=SIZES[size], base_url=college.address)
        page = context.new_page()
        _watch(page, faults)
        address = f"/login/?theme={theme}&lang={language}"
        faults += _faults(page, Stop("SignInView.login", address, ""), axe)
        context.close()
    assert not faults


def _signed_in(context: BrowserContext, username: str, faults: list[str]) -> Page:
    page = context.new_page()
    page.goto("/login/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill("demo-2022")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda place: "/login" not in place)
    _watch(page, faults)
    return page


def _watch(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(f"{page.url}: script: {error}"))
    page.on(
        "console",
        lambda told: (
            faults.append(f"{page.url}: {told.text[:200]}")
            if "Content Security Policy" in told.text
            else None
        ),
    )


def _faults(page: Page, stop: Stop, axe: str) -> Iterator[str]:
    answer = page.goto(stop.address)
    assert answer is not None
    if "text/html" not in answer.headers.get("content-type", ""):
        return
    if answer.status != 200:
        yield f"answers {answer.status}"
        return
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first order"
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide > 0:
        yield f"runs {wide} pixels over the edge"
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    for violation in found["violations"]:
        for node in violation["nodes"][:3]:
            yield f"{violation['id']} ({len(violation['nodes'])}): {node['target']} {node['html'][:140]}"
