"""The monthly sheet with real keys and fingers, as a spreadsheet and on a telephone (Art. 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import act_as
from app.extensions import db
from app.models.cycles import Cycle
from app.models.improvement import Evidence
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskStatus
from tests.cast import TEST, YEAR
from tests.e2e.conftest import serve
from tests.factories import make_milestone, make_task

PageFor = Callable[[str], Page]
AFTER_APRIL = dt.date(YEAR, 5, 6)


@pytest.fixture(scope="module")
def served(make_app: Callable[..., Flask]) -> Flask:
    """A college of its own: the sheet shows all tasks of the department."""
    return make_app(WTF_CSRF_ENABLED=True)


@pytest.fixture(scope="module")
def address(served: Flask, clock_of_server: dict[str, dt.date]) -> Iterator[str]:
    with serve(served, lambda: clock_of_server["today"]) as address:
        yield address


@pytest.fixture
def tasks(served: Flask, clock_of_server: dict[str, dt.date]) -> Iterator[list[int]]:
    """Four accepted tasks of 教务处, planned at 40 % in April; the server lives in early May."""
    before = clock_of_server["today"]
    clock_of_server["today"] = AFTER_APRIL
    with served.app_context(), clock.at(AFTER_APRIL):
        act_as(db.session, TEST)
        found = []
        for number in range(1, 5):
            task = make_task(
                number=str(number), title=f"月报任务{number}", status=TaskStatus.ACCEPTED,
                sort_order=number, cycle=db.session.scalars(select(Cycle)).one(),
                lead_department=_one(Department, Department.code == "jwc"),
                owner=_one(Person, Person.username == "staff.jwc"),
            )  # fmt: skip
            make_milestone(task=task, due_on=dt.date(YEAR, 4, 20), planned_percent=40)
            found.append(task.id)
        db.session.commit()
    yield found
    clock_of_server["today"] = before
    with served.app_context():
        act_as(db.session, TEST)
        for model, column in ((MonthlyCheck, MonthlyCheck.task_id), (Task, Task.id)):
            for row in db.session.scalars(select(model).where(column.in_(found))):
                db.session.delete(row)
            db.session.flush()
        db.session.commit()


def _one(model: type, *criteria: object) -> object:
    return db.session.scalars(select(model).where(*criteria)).one()  # type: ignore[arg-type]


def checks(served: Flask, tasks: list[int]) -> dict[int, MonthlyCheck]:
    with served.app_context():
        rows = db.session.scalars(select(MonthlyCheck).where(MonthlyCheck.task_id.in_(tasks)))
        return {tasks.index(one.task_id) + 1: one for one in rows}


def cell(page: Page, task: int, name: str) -> Locator:
    return page.locator(f"#row-{task}-{name}")


def opened(page: Page) -> Page:
    page.goto("/month/")
    expect(page.locator("form[data-sheet]")).to_be_visible()
    return page


def turn(page: Page, size: str, rows: int) -> None:
    """To the row that many further on: a telephone shows one at a time."""
    for _ in range(rows if size == "phone" else 0):
        page.locator('[data-step="1"]').click()


def expect_saved(page: Page) -> None:
    expect(page.locator(".is-unsaved")).to_have_count(0)
    expect(page.locator("[data-state]")).to_contain_text("09:00")


def paste(page: Page, text: str) -> None:
    """Ctrl+V of what was copied in a spreadsheet."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_month_is_filled_in_with_the_keyboard_of_a_spreadsheet(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    page = opened(page_for("head_jwc"))
    cell(page, tasks[0], "actual_percent").click()
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    expect(cell(page, tasks[1], "actual_percent")).to_be_focused()
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    expect(cell(page, tasks[1], "quality")).to_be_focused()
    page.keyboard.press("1")
    expect(cell(page, tasks[1], "quality")).to_have_value("good")
    page.keyboard.press("ArrowUp")
    expect(cell(page, tasks[0], "quality")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("ArrowLeft")
    # Escape gives back what stood there; typing over a chosen cell replaces it, F2 goes on in it.
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    expect(cell(page, tasks[0], "actual_percent")).to_have_value("25")
    page.keyboard.press("F2")
    page.keyboard.type(".5")
    page.keyboard.press("Enter")
    expect_saved(page)
    row = page.locator(f"#row-{tasks[0]}")
    expect(row.locator("[data-light]")).to_contain_text("黄灯")
    expect(row.locator("[data-light] small")).to_contain_text("一般")
    found = checks(served, tasks)
    assert [(one.actual_percent, one.quality) for one in (found[1], found[2])] == [
        (25.5, "fair"), (40, "good"),
    ]  # fmt: skip


def test_a_block_of_a_spreadsheet_is_pasted_and_taken_back(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    page = opened(page_for("head_jwc"))
    cell(page, tasks[0], "actual_percent").click()
    paste(page, '25%\t一般\t\t\t"第一行\n第二行"\n40\t优\t\t\t已做\n')
    expect(cell(page, tasks[0], "done")).to_have_value("第一行\n第二行")
    expect(cell(page, tasks[0], "quality")).to_have_value("fair")
    if size == "desktop":
        expect(page.locator("[data-undo]")).to_be_visible()
    expect_saved(page)
    found = checks(served, tasks)
    assert [(found[n].actual_percent, found[n].quality) for n in (1, 2)] == [
        (25, "fair"), (40, None),
    ]  # fmt: skip
    page.locator("[data-undo]").click()
    expect(cell(page, tasks[0], "actual_percent")).to_have_value("")
    expect_saved(page)
    assert checks(served, tasks)[1].actual_percent is None


def test_the_whole_month_in_a_few_taps(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    page = opened(page_for("head_jwc"))
    page.locator("[data-submits]").click()
    missing = page.locator("[data-errors] a")
    expect(missing).to_have_count(4)
    opened(page)
    rows = page.locator("tr[data-row]:visible")
    expect(rows).to_have_count(4 if size == "desktop" else 1)
    page.locator("[data-plan-all]").click()
    expect_saved(page)
    expect(page.locator("[data-count]")).to_contain_text("4")
    if size == "phone":
        page.locator('[data-step="1"]').click()
        expect(page.locator(f"#row-{tasks[1]}")).to_be_visible()
        expect(page.locator(f"#row-{tasks[0]}")).to_be_hidden()
    cell(page, tasks[1], "problem").fill("缺教室")
    page.locator("[data-submits]").click()
    expect(page.locator("form[data-sheet] [data-cell]")).to_have_count(0)
    found = checks(served, tasks)
    assert {one.status for one in found.values()} == {CheckStatus.SUBMITTED} and len(found) == 4
    assert found[2].problem == "缺教室"


def test_two_editors_lose_nothing(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    head, staff = opened(page_for("head_jwc")), opened(page_for("staff_jwc"))
    cell(staff, tasks[0], "actual_percent").fill("30")
    cell(staff, tasks[0], "problem").fill("设备未到")
    expect_saved(staff)
    cell(head, tasks[0], "actual_percent").fill("35")
    row = head.locator(f"#row-{tasks[0]}")
    expect(row.locator("[data-stale]")).to_contain_text("30")
    expect(cell(head, tasks[0], "actual_percent")).to_have_value("35")
    row.locator("[data-stale] button").first.click()
    expect_saved(head)
    found = checks(served, tasks)[1]
    assert (found.actual_percent, found.problem) == (35, "设备未到")


def test_without_a_connection_what_was_typed_stays_and_is_saved_later(
    page_for: PageFor, served: Flask, tasks: list[int]
) -> None:
    page = opened(page_for("head_jwc"))
    page.context.set_offline(True)
    cell(page, tasks[0], "done").fill("在路上写的")
    expect(page.locator("[data-state].is-trouble")).to_be_visible()
    page.context.set_offline(False)
    expect_saved(page)
    assert checks(served, tasks)[1].done == "在路上写的"


def test_files_come_to_a_row_and_go_again(
    page_for: PageFor, served: Flask, tasks: list[int], size: str, tmp_path: Path
) -> None:
    paper = tmp_path / "佐证.pdf"
    paper.write_bytes(b"%PDF-1.4 " + b"x" * 200_000)
    wrong = tmp_path / "程序.exe"
    wrong.write_bytes(b"MZ")
    page = opened(page_for("head_jwc"))
    row = page.locator(f"#row-{tasks[0]}")
    row.locator("input[type=file]").set_input_files([paper, wrong])
    files = row.locator("[data-file-list] li")
    expect(files).to_have_count(1)
    expect(files).to_contain_text("佐证.pdf")
    expect(row.locator("[data-file-wrong]")).to_contain_text("程序.exe")
    # The file began the row's draft; what is typed afterwards belongs to it.
    cell(page, tasks[0], "actual_percent").fill("35")
    expect_saved(page)
    expect(row.locator("[data-stale]")).to_be_hidden()
    assert checks(served, tasks)[1].actual_percent == 35
    if size == "desktop":
        drop(page, f"#row-{tasks[1]}", "第二份.pdf")
        expect(page.locator(f"#row-{tasks[1]} [data-file-list] li a")).to_contain_text("第二份.pdf")
    row.locator("[data-remove-file]").click()
    expect(files).to_have_count(0)
    with served.app_context():
        left = db.session.scalars(select(Evidence)).all()
        assert len(left) == (1 if size == "desktop" else 0)
        act_as(db.session, TEST)
        for one in left:
            db.session.delete(one)
        db.session.commit()


def drop(page: Page, place: str, name: str) -> None:
    """Drop a file from the desktop on a row."""
    data = page.evaluate_handle(
        """name => { const all = new DataTransfer();
        all.items.add(new File(["%PDF-1.4 dropped"], name, { type: "application/pdf" })); return all; }""",
        name,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(place, event, {"dataTransfer": data})


def test_a_refused_month_can_be_opened_anew(
    page_for: PageFor, served: Flask, tasks: list[int]
) -> None:
    page = opened(page_for("head_jwc"))
    place = page.url
    page.locator("[data-submits]").click()
    expect(page.locator("[data-errors] a")).to_have_count(4)
    assert page.url.partition("#")[0] == place
    page.reload()
    expect(page.locator("form[data-sheet]")).to_be_visible()


def test_two_clicks_submit_once(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    page = opened(page_for("head_jwc"))
    page.locator("[data-plan-all]").click()
    expect_saved(page)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/submit") else None)
    page.locator("[data-submits]").dblclick()
    expect(page.locator("form[data-sheet] [data-cell]")).to_have_count(0)
    assert len(sent) == 1
    found = checks(served, tasks)
    assert {one.status for one in found.values()} == {CheckStatus.SUBMITTED} and len(found) == 4


def test_two_editors_of_two_rows_do_not_meet(
    page_for: PageFor, served: Flask, tasks: list[int], size: str
) -> None:
    head, staff = opened(page_for("head_jwc")), opened(page_for("staff_jwc"))
    for number in (0, 1):
        turn(staff, size, number)
        cell(staff, tasks[number], "done").fill(f"经办人写的{number}")
        turn(head, size, 1 if number else 2)
        cell(head, tasks[number + 2], "done").fill(f"负责人写的{number}")
    expect_saved(staff)
    expect_saved(head)
    found = checks(served, tasks)
    assert [found[number].done for number in (1, 2, 3, 4)] == [
        "经办人写的0", "经办人写的1", "负责人写的0", "负责人写的1",
    ]  # fmt: skip
