"""The supervision board and the page of a case with real keys and fingers (Art. 8): a proposal's
way until it is closed, who comes second, a button pressed twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import act_as
from app.extensions import db
from app.models.cycles import Cycle
from app.models.improvement import Evidence
from app.models.organisation import Department, Person
from app.models.planning import TaskStatus
from app.models.supervision import CaseStatus, CaseStep, StepKind, SupervisionCase
from tests.cast import TEST, TODAY
from tests.e2e.conftest import serve
from tests.factories import make_supervision_case, make_task

PageFor = Callable[[str], Page]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
BOARD = "/supervision/"


@pytest.fixture(scope="module")
def served(make_app: Callable[..., Flask]) -> Flask:
    """A college of its own: the board shows all cases."""
    return make_app(WTF_CSRF_ENABLED=True)


@pytest.fixture(scope="module")
def address(served: Flask) -> Iterator[str]:
    with serve(served, lambda: TODAY) as address:
        yield address


@pytest.fixture
def cases(served: Flask) -> list[int]:
    """Two proposals about tasks of 教务处, which its leader is in charge of."""
    with served.app_context(), clock.at(TODAY):
        act_as(db.session, TEST)
        return [_proposal(number) for number in (1, 2)]


def _proposal(number: int) -> int:
    jwc = _one(Department, Department.code == "jwc")
    task = make_task(
        title=f"督办任务{number}", status=TaskStatus.ACCEPTED, cycle=_one(Cycle),
        lead_department=jwc,
    )  # fmt: skip
    case = make_supervision_case(
        number=None, status=CaseStatus.PROPOSED, cycle=task.cycle, task=task, department=jwc,
        matter=f"{number} 督办任务{number}", ground="任务已逾期",
        leader=_one(Person, Person.username == "leader"),
    )  # fmt: skip
    return case.id


def _one(model: type, *criteria: object) -> object:
    return db.session.scalars(select(model).where(*criteria)).one()  # type: ignore[arg-type]


def case_of(served: Flask, key: int) -> SupervisionCase:
    with served.app_context():
        return db.session.get_one(SupervisionCase, key)


def kinds(served: Flask, key: int) -> list[StepKind]:
    """The course of a case."""
    with served.app_context():
        return list(
            db.session.scalars(
                select(CaseStep.kind)
                .where(CaseStep.supervision_case_id == key)
                .order_by(CaseStep.id)
            )
        )


def open_step(page: Page, key: int, name: str) -> None:
    """From the page of a case: unfold a step with the keyboard and go into its first field."""
    page.goto(f"/supervision_case/show/{key}")
    step = page.locator(f"#step-{name}")
    if step.get_attribute("open") is None:
        step.locator("summary").focus()
        page.keyboard.press("Enter")
    step.locator("textarea, input:visible, button[type=submit]").first.focus()


def take(page: Page, key: int, name: str, words: str = "") -> None:
    """Take a step by typing its words and pressing its button with the keyboard."""
    open_step(page, key, name)
    if words:
        page.locator(f"#{name}-note").focus()
        page.keyboard.type(words)
    page.locator(f"#step-{name} button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".alert-success")).to_be_visible()


def without_findings(page: Page) -> None:
    """axe finds nothing, nothing runs over the edge; light and dark."""
    here = page.url.partition("#")[0]
    for theme in ("light", "dark"):
        page.goto(f"{here}{'&' if '?' in here else '?'}theme={theme}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(told => told.violations.map("
            "one => one.id + ': ' + one.nodes.map(node => node.target).join(' ')))",
            RULES,
        )
        assert found == [], (theme, page.url)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (theme, page.url)
    page.goto(f"{here}{'&' if '?' in here else '?'}theme=light")


def test_from_a_proposal_to_its_end(
    page_for: PageFor, served: Flask, cases: list[int], size: str, tmp_path: Path
) -> None:
    office = page_for("office")
    office.goto(BOARD)
    _confirm_both(office, cases, size)
    expect(office.locator("[data-column=supervise] [data-card]")).to_have_count(2, timeout=10_000)
    found = [case_of(served, key) for key in cases]
    assert {one.status for one in found} == {CaseStatus.OPEN} and all(one.number for one in found)

    head, key = page_for("head_jwc"), cases[0]
    take(head, key, "sign")
    proof = tmp_path / "验收单.pdf"
    proof.write_bytes(b"%PDF-1.4 proof")
    open_step(head, key, "reply")
    head.keyboard.type("设备已到货，月底完成安装。")
    head.locator("#step-reply [type=file]").set_input_files(proof)
    head.locator("#step-reply button[type=submit]").focus()
    head.keyboard.press("Enter")
    expect(head.locator("#course")).to_contain_text("设备已到货")
    with served.app_context():
        files = db.session.scalars(
            select(Evidence.file_name).where(Evidence.supervision_case_id == key)
        ).all()
    assert files == ["验收单.pdf"]

    office.goto(BOARD)
    expect(office.locator(f"[data-card]:has(#bd-card-{key}) .bd-reply")).to_have_count(1)
    take(office, key, "reject", "请写明完成时间和责任人。")
    without_findings(office)

    leader, later = page_for("leader"), TODAY + dt.timedelta(days=30)
    open_step(leader, key, "extend")
    leader.locator("#extend-due_on").focus()
    leader.keyboard.press("Control+A")
    leader.keyboard.type(later.isoformat())
    leader.keyboard.press("Tab")
    leader.locator("#extend-note").focus()
    leader.keyboard.type("设备月底到货。")
    leader.locator("#step-extend button[type=submit]").focus()
    leader.keyboard.press("Enter")
    expect(leader.locator(".alert-success")).to_be_visible()
    assert case_of(served, key).due_on == later

    take(office, key, "close")
    expect(office.locator("#course")).to_contain_text("销号")
    case = case_of(served, key)
    assert case.status == CaseStatus.CLOSED and case.closed_on == TODAY
    assert kinds(served, key) == [
        StepKind.OPENED, StepKind.SIGNED, StepKind.REPLY, StepKind.REJECTED, StepKind.EXTENDED,
        StepKind.CLOSED,
    ]  # fmt: skip
    office.goto(BOARD)
    without_findings(office)
    _leave_nothing_open(office, cases[1])


def _confirm_both(page: Page, cases: list[int], size: str) -> None:
    """Mark both proposals and open them: by the keyboard alone, or with a finger."""
    marks = [page.locator(f"#bd-mark-{key}") for key in cases]
    if size == "desktop":
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#bd-card-{cases[0]}")).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        for mark in marks:
            expect(mark).to_be_checked()
        page.keyboard.press("a")
        expect(page.locator("#bd-bulk button[value=confirm]")).to_be_focused()
        page.keyboard.press("Enter")
    else:
        expect(page.locator("#bd-tab-proposed")).to_be_checked()
        for mark in marks:
            mark.click()
        expect(page.locator("[data-marked]")).to_have_text("2")
        page.locator("#bd-bulk button[value=confirm]").click()
    expect(page.locator(".lx-fates tbody tr")).to_have_count(2)
    page.locator(".lx-bulk-foot button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.partition("?")[0].endswith(BOARD))


def _leave_nothing_open(office: Page, key: int) -> None:
    """The next size begins with an empty board."""
    take(office, key, "withdraw", "试运行")


def test_arrows_go_over_the_columns_and_enter_opens(
    page_for: PageFor, served: Flask, cases: list[int], size: str
) -> None:
    with served.app_context(), clock.at(TODAY):
        act_as(db.session, TEST)
        late = make_supervision_case(
            status=CaseStatus.OPEN, due_on=TODAY - dt.timedelta(days=3), cycle=_one(Cycle),
            department=_one(Department, Department.code == "xinxi"),
        ).id  # fmt: skip
    office = page_for("office")
    office.goto(BOARD)
    if size == "desktop":
        office.locator(f"#bd-card-{cases[1]}").focus()
        office.keyboard.press("ArrowUp")
        expect(office.locator(f"#bd-card-{cases[0]}")).to_be_focused()
        office.keyboard.press("ArrowRight")
    else:
        expect(office.locator(f"#bd-card-{late}")).to_be_hidden()
        office.locator("label[for=bd-tab-supervise]").click()
        expect(office.locator(f"#bd-card-{cases[0]}")).to_be_hidden()
        office.locator(f"#bd-card-{late}").focus()
    expect(office.locator(f"#bd-card-{late}")).to_be_focused()
    office.keyboard.press("Enter")
    office.wait_for_url(f"**/supervision_case/show/{late}")
    for key in (*cases, late):
        take(office, key, "withdraw", "试运行")


def test_who_comes_second_keeps_the_words(
    page_for: PageFor, served: Flask, cases: list[int]
) -> None:
    key = cases[0]
    office = page_for("office")
    take(office, key, "confirm")
    head = page_for("head_jwc")
    open_step(head, key, "reply")
    head.keyboard.type("设备已到货。")
    take(office, key, "urge")
    head.locator("#step-reply button[type=submit]").focus()
    head.keyboard.press("Enter")
    expect(head.locator("[role=alert][data-errors]")).to_contain_text("白办公")
    expect(head.locator("#reply-note")).to_have_value("设备已到货。")
    assert case_of(served, key).status == CaseStatus.OPEN
    without_leaving(head)
    head.locator("#step-reply button[type=submit]").focus()
    head.keyboard.press("Enter")
    expect(head.locator(".alert-success")).to_be_visible()
    assert case_of(served, key).status == CaseStatus.REPLIED
    for one in cases:
        take(office, one, "withdraw", "试运行")


def test_two_of_the_office_open_one_proposal_once(
    page_for: PageFor, served: Flask, cases: list[int]
) -> None:
    key, confirm = cases[0], "[formaction*='/take/confirm/{}']"
    first, second = page_for("office"), page_for("office")
    for page in (first, second):
        page.goto(BOARD)
        page.locator(confirm.format(key)).click()
        expect(page.locator("dialog[open] .btn-primary")).to_be_visible()
    for page in (first, second):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".alert-success, .alert-danger").first).to_be_visible()
    expect(second.locator(".alert-danger")).to_contain_text("督办任务1")
    assert case_of(served, key).status == CaseStatus.OPEN
    assert kinds(served, key).count(StepKind.OPENED) == 1
    for one in cases:
        take(first, one, "withdraw", "试运行")


def without_leaving(page: Page) -> None:
    """axe finds nothing on the page as it stands, with its refusal."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(told => told.violations.map(one => one.id))",
        RULES,
    )
    assert found == []


def test_a_reply_sent_twice_is_one_reply(
    page_for: PageFor, served: Flask, cases: list[int]
) -> None:
    key = cases[0]
    office = page_for("office")
    take(office, key, "confirm")
    head = page_for("head_jwc")
    open_step(head, key, "reply")
    head.keyboard.type("设备已到货。")
    head.locator("#step-reply button[type=submit]").dblclick(delay=5)
    expect(head.locator(".alert-success")).to_be_visible()
    expect(head.locator(".alert-danger")).to_have_count(0)
    assert kinds(served, key).count(StepKind.REPLY) == 1
    for one in cases:
        take(office, one, "withdraw", "试运行")


def test_a_proposal_is_dismissed_on_its_card(
    page_for: PageFor, served: Flask, cases: list[int]
) -> None:
    key, office = cases[0], page_for("office")
    office.goto(BOARD)
    office.locator(f".bd-do [popovertarget=bd-dismiss-{key}]").focus()
    office.keyboard.press("Enter")
    expect(office.locator(f"#bd-why-{key}")).to_be_focused()
    office.keyboard.type("已在会上说明。")
    office.keyboard.press("Tab")
    office.keyboard.press("Tab")
    office.keyboard.press("Enter")
    expect(office.locator(".alert-success")).to_be_visible()
    assert case_of(served, key).status == CaseStatus.DISMISSED
    take(office, cases[1], "withdraw", "试运行")
