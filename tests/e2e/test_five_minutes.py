"""The promise of the monthly sheet, with a stopwatch: a head with 25 tasks is done in five minutes
and never looks for what comes next (Art. 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from app.core import clock
from app.core.unit_of_work import act_as
from app.extensions import db
from app.models.cycles import Cycle
from app.models.improvement import Evidence
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.models.organisation import Department, Person
from app.models.planning import TaskStatus
from tests import cast as the_cast
from tests.cast import TEST, YEAR
from tests.e2e.conftest import serve
from tests.factories import make_milestone, make_monthly_check, make_task

PageFor = Callable[[str], Page]
AFTER_APRIL = dt.date(YEAR, 5, 6)
LATE = {
    7: "设备采购合同还在走审批流程。",
    15: "任课教师外出培训，进度受影响。",
    22: "企业一方的场地没有落实。",
}
NEXT = "五月中旬前补齐，逐周报告进展。"
WITH_FILE = (3, 18)


@dataclass(slots=True)
class Hands:
    """A person at the page, counted: 1.2 s for a click, 0.25 s for a key (three keys for
    a Chinese character), 2 s to read a row, 5 s to take in a page."""

    page: Page
    clicks: int = 0
    keys: int = 0
    read: float = 0.0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += sum(1 if sign.isascii() else 3 for sign in text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    @property
    def minutes(self) -> float:
        return (1.2 * self.clicks + 0.25 * self.keys + self.read) / 60


@pytest.fixture(scope="module")
def served(make_app: Callable[..., Flask]) -> Flask:
    """A college whose 教务处 leads 25 tasks, planned at 40 % in April; three were late in March."""
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context(), clock.at(AFTER_APRIL):
        act_as(db.session, TEST)
        year = db.session.scalars(select(Cycle)).one()
        jwc = db.session.scalars(select(Department).where(Department.code == "jwc")).one()
        owner = db.session.scalars(select(Person).where(Person.username == "staff.jwc")).one()
        for number in range(1, 26):
            task = make_task(
                number=f"{number:03}", title=f"教学任务{number}", status=TaskStatus.ACCEPTED,
                sort_order=number, cycle=year, lead_department=jwc, owner=owner,
                accepted_at=dt.datetime(YEAR, 4, 2, tzinfo=dt.UTC),
            )  # fmt: skip
            make_milestone(task=task, due_on=dt.date(YEAR, 4, 20), planned_percent=40)
            if number in LATE:
                make_monthly_check(
                    task=task, month=3, actual_percent=5, planned_percent=20,
                    quality=Quality.GOOD, computed_light=Light.YELLOW,
                    status=CheckStatus.SUBMITTED,
                )  # fmt: skip
        db.session.commit()
    return app


@pytest.fixture(scope="module")
def address(served: Flask) -> Iterator[str]:
    with serve(served, lambda: AFTER_APRIL) as address:
        yield address


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_twenty_five_tasks_in_five_minutes(
    page_for: PageFor, served: Flask, size: str, tmp_path: Path
) -> None:
    hands = Hands(page_for("head_jwc"))
    page = hands.page
    hands.clicks, hands.keys = 1, len("head.jwc" + the_cast.PASSWORD) + 2  # the sign-in
    hands.read += 5
    hands.click(page.locator(f".home-sheet[href$='{YEAR}-04']"))
    hands.read += 5 + 2 * 25
    hands.click(page.locator("[data-plan-all]"))
    expect(page.locator("[data-count]")).to_contain_text("22")

    to_next = page.locator("[data-next]")
    for number, problem in LATE.items():
        hands.click(to_next)
        first = page.locator(f"tr[data-row]:has-text('{number:03} ') [data-cell=actual_percent]")
        expect(first).to_be_focused()
        hands.types("25")
        hands.press("Tab", "1", "Tab", "Tab", "Tab", "Tab")
        hands.types(problem)
        hands.press("Tab")
        hands.types(NEXT)
        hands.read += 10  # think
    for number in WITH_FILE:
        proof = tmp_path / f"{number}.pdf"
        proof.write_bytes(b"%PDF-1.4 " + bytes([number]))
        row = page.locator(f"tr[data-row]:has-text('{number:03} ')")
        row.locator("input[type=file]").set_input_files(proof)
        expect(row.locator("[data-remove-file]")).to_have_count(1)
        hands.clicks += 3  # attach, the file, open
        hands.read += 4  # find the row and the file

    expect(page.locator("[data-ready]")).to_be_visible()
    expect(to_next).to_be_hidden()
    hands.click(page.locator("[data-submits]"))
    expect(page.locator("form[data-sheet] [data-cell]")).to_have_count(0)

    with served.app_context():
        april = select(MonthlyCheck).where(MonthlyCheck.month == 4)
        found = db.session.scalars(april).all()
        files = db.session.scalar(select(func.count()).select_from(Evidence))
    assert len(found) == 25 and {one.status for one in found} == {CheckStatus.SUBMITTED}
    assert sorted(one.problem for one in found if one.problem) == sorted(LATE.values())
    assert files == len(WITH_FILE)
    assert hands.clicks <= 15 and hands.minutes < 5, (hands.clicks, hands.keys, hands.minutes)
    print(hands.clicks, hands.keys, round(hands.minutes, 1))
