"""October to March by hand: a year is planned, its work points issued, its table broken down,
decided, frozen and accepted, by head, delegate, staff, leader, Office and secretary (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from app.core import clock, workflow
from app.core.actor import Door
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import cycle_of_year
from app.cycles.service import open_complete_year, standard_plan
from app.extensions import db
from app.models.baseline import BaselineTask
from app.models.cycles import StrategicGoal
from app.models.organisation import Department
from app.models.planning import DepartmentPlan, PlanStatus, Task, TaskStatus
from app.planning.plans import open_plan
from app.security import actors
from app.web import directory
from tests import cast as the_cast
from tests.e2e.conftest import serve, windows
from tests.e2e.hands import choose

YEAR = 2027
OPENED = dt.date(2026, 11, 2)
GOAL = "课堂教学质量全面提升"
ROUTINE = "教学秩序巡查"
FIRST_STANDARD = "听课覆盖面有明显提高"
STANDARD = "听课覆盖全部任课教师，问题整改率95%以上"


@dataclass(slots=True)
class College:
    """The cast's college, with 2027 open since November, and the day it is there."""

    app: Flask
    address: str = ""
    today: dt.date = OPENED


@pytest.fixture(scope="module")
def college(make_app: Callable[..., Flask]) -> Iterator[College]:
    actors.forget()
    directory.forget()
    found = College(make_app(WTF_CSRF_ENABLED=True))
    with found.app.app_context(), clock.at(OPENED):
        _open_next_year()
        db.session.remove()
    with serve(found.app, lambda: found.today) as found.address:
        yield found
    actors.forget()
    directory.forget()


def _open_next_year() -> None:
    """What lies there in November: a task of this year, a five-year goal, the year 2027, and a
    plan of 信息工程系 for the telephone."""
    session = db.session
    jwc, xinxi = (
        session.scalars(select(Department).where(Department.code == code)).one()
        for code in ("jwc", "xinxi")
    )
    with unit_of_work(session, the_cast.TEST):
        session.add(
            StrategicGoal(
                code="SG-1", name=GOAL, start_year=2026, end_year=2030, target="优良课堂占比90%"
            )
        )
        session.add(
            Task(
                cycle_id=cycle_of_year(session, 2026).id,  # type: ignore[union-attr]
                number="7",
                title=ROUTINE,
                standard="月度巡查不少于4次",
                lead_department_id=jwc.id,
                due_on=dt.date(2026, 12, 20),
            )
        )
    office = actors.load_actor(session, "office", Door.WEB)
    with unit_of_work(session, office):
        plan = standard_plan(session, office, YEAR)
        cycle = open_complete_year(session, office, plan, document_number="院发〔2026〕48号")
    with unit_of_work(session, the_cast.TEST):
        workflow.apply(session, the_cast.TEST, session.scalars(select(Task)).one(), "publish")
    head = actors.load_actor(session, "head.xinxi", Door.WEB)
    with unit_of_work(session, head):
        own = open_plan(session, head, cycle, xinxi)
        for title in ("软件技术课程改革", "实训室安全管理"):
            session.add(
                Task(
                    cycle_id=cycle.id,
                    title=title,
                    standard="按计划完成",
                    weight=50,
                    lead_department_id=xinxi.id,
                    department_plan_id=own.id,
                )
            )


class Desk:
    """Who sits down at the browser on which day."""

    def __init__(self, college: College, sign_in: Callable[..., Page]) -> None:
        self.college, self._sign_in = college, sign_in

    def sit(self, name: str, day: dt.date, place: str = "/") -> Page:
        """Somebody of the cast signs in on that day and goes to a page."""
        self.college.today = day
        page = self._sign_in(the_cast.username(name), the_cast.PASSWORD)
        page.goto(place)
        return page


@contextmanager
def desks(college: College, browser: Browser, size: str) -> Iterator[Desk]:
    with windows(browser, college.address, size) as sign_in:
        yield Desk(college, sign_in)


def take(page: Page, step: str, **fields: str) -> None:
    """Take a step from a row's page: its button, what it asks for, and yes."""
    page.get_by_role("link", name=step, exact=True).first.click()
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name=step, exact=True).click()
    page.wait_for_url(re.compile(r"/show/\d+"))


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(re.compile(r"/show/\d+"))


def said(page: Page, *words: str) -> None:
    for one in words:
        expect(page.locator("main")).to_contain_text(one)


def key_of(page: Page) -> str:
    return page.url.partition("/show/")[2].partition("?")[0].partition("#")[0]


def test_a_year_is_planned_from_november_to_march(college: College, browser: Browser) -> None:
    with desks(college, browser, "desktop") as desk:
        plan, task = _the_department_proposes(desk)
        _the_leader_returns_the_plan(desk, plan)
        _the_delegate_answers(desk, plan, task)
        _the_leader_approves_and_the_head_submits(desk, plan)
        points = _the_office_composes_the_work_points(desk, plan)
        _opinions_are_given_and_answered(desk, points)
        _the_committee_decides(desk, dt.date(2027, 1, 20), points)
        _the_work_points_are_issued(desk, points)
        part = _a_part_is_passed_and_agreed_to(desk, task)
        table = _the_table_goes_to_the_committee(desk)
        _the_committee_decides(desk, dt.date(2027, 2, 24), table)
        _the_table_is_issued(desk, table)
        _the_head_accepts(desk, task)
    with college.app.app_context():
        own = db.session.get_one(Task, int(task))
        assert own.status == TaskStatus.ACCEPTED
        assert own.owner is not None and own.section is not None
        assert own.standard == STANDARD and own.milestones and own.indicators
        assert db.session.get_one(Task, int(part)).status == TaskStatus.PUBLISHED
        frozen = select(func.count(BaselineTask.id)).where(BaselineTask.title == GOAL)
        assert db.session.scalar(frozen) == 1
        db.session.remove()


# November: the department's plan -------------------------------------------------------


def _the_department_proposes(desk: Desk) -> tuple[str, str]:
    """The head opens the plan and proposes; staff writes standard, milestone and indicator; the
    head weighs and sends. The pages of the plan and of the task."""
    head = desk.sit("head_jwc", dt.date(2026, 11, 3), "/department_plan/add")
    choose(head, "cycle", str(YEAR))
    choose(head, "department", "教务处")
    head.locator("[name=text]").fill("明年集中力量抓课堂。")
    save(head)
    plan = head.url
    said(head, "草稿")

    head.get_by_role("link", name="从已有内容拟定").first.click()
    head.get_by_label(re.compile(ROUTINE)).check()
    head.get_by_label(re.compile(GOAL)).check()
    head.get_by_role("button", name="拟定所选任务").click()
    said(head, GOAL, ROUTINE)
    head.locator(".pl-table").get_by_role("link", name=GOAL).first.click()
    head.wait_for_url("**/task/show/*")
    task = key_of(head)
    head.goto(f"/task/edit/{task}")
    choose(head, "owner", "史教学")
    save(head)

    staff = desk.sit("staff_jwc", dt.date(2026, 11, 5), f"/task/edit/{task}")
    staff.locator("[name=standard]").fill(FIRST_STANDARD)
    staff.locator("[name=due_on]").fill("2027-11-30")
    staff.keyboard.press("Escape")
    staff.get_by_role("button", name="新增进度节点").click()
    row = staff.locator("[data-inline=milestone] [data-row]").last
    row.locator("textarea").fill("完成第一轮听课")
    row.locator("[name$=due_on]").fill("2027-06-30")
    staff.keyboard.press("Escape")
    row.locator("[name$=planned_percent]").fill("50")
    staff.get_by_role("button", name="新增考核指标").click()
    row = staff.locator("[data-inline=indicator] [data-row]").last
    row.locator("[name$=name]").fill("听课覆盖率")
    row.locator("select[name$=kind]").select_option(label="定量")
    row.locator("[name$=target]").fill("100")
    save(staff)
    said(staff, "完成第一轮听课", "听课覆盖率")

    head = desk.sit("head_jwc", dt.date(2026, 11, 9), plan)
    boxes = head.locator("input.pl-weight")
    expect(boxes).to_have_count(2)
    boxes.nth(0).fill("70")
    boxes.nth(1).fill("20")
    head.get_by_role("button", name="保存权重").click()
    expect(head.locator(".pl-problems")).to_contain_text("90")
    boxes.nth(1).fill("30")
    head.get_by_role("button", name="保存权重").click()
    take(head, "报分管领导审阅")
    said(head, "审阅中")
    return plan, task


def _the_leader_returns_the_plan(desk: Desk, plan: str) -> None:
    leader = desk.sit("leader", dt.date(2026, 11, 12), plan)
    comment(leader, GOAL, "“明显提高”怎么核对？请写成数。")
    take(leader, "退回", review_comment="请按批注修改后再报。")
    said(leader, "退回")


def unfold(page: Page, panel: str) -> None:
    """Open a panel, which a telephone shows folded."""
    if page.locator(f"#{panel} > details:not([open])").count():
        page.locator(f"#{panel} > details > summary").click()


def comment(page: Page, task: str, words: str) -> None:
    """Comment on one task of a plan."""
    unfold(page, "comments")
    box = page.locator("#comment-task")
    option = box.locator("option", has_text=task)
    box.select_option(option.get_attribute("value"))
    page.locator("#comment-text").press_sequentially(words)
    page.get_by_role("button", name="批注", exact=True).click()
    expect(page.locator("#comments")).to_contain_text(words)


def _the_delegate_answers(desk: Desk, plan: str, task: str) -> None:
    """The head is away and lets the section's head act; who rewrites, answers and sends again."""
    head = desk.sit("head_jwc", dt.date(2026, 11, 13), "/delegation/add")
    choose(head, "receiver", "史教学")
    head.locator("[name=valid_from]").fill("2026-11-13")
    head.keyboard.press("Escape")
    head.locator("[name=valid_to]").fill("2026-11-27")
    head.keyboard.press("Escape")
    head.locator("[name=ground]").fill("外出培训")
    save(head)
    said(head, "史教学")

    delegate = desk.sit("staff_jwc", dt.date(2026, 11, 16), f"/task/edit/{task}")
    delegate.locator("[name=standard]").fill(STANDARD)
    save(delegate)
    delegate.goto(plan)
    answer = delegate.locator("#comments form", has=delegate.locator("[name=text]")).first
    answer.locator("[name=text]").fill("已改为听课覆盖面和整改率两个数。")
    answer.get_by_role("button", name="答复", exact=True).click()
    said(delegate, "已改为听课覆盖面和整改率两个数。")
    take(delegate, "报分管领导审阅")
    said(delegate, "审阅中")


def _the_leader_approves_and_the_head_submits(desk: Desk, plan: str) -> None:
    leader = desk.sit("leader", dt.date(2026, 11, 18), plan)
    changes = leader.locator("#changes")
    expect(changes).to_contain_text(FIRST_STANDARD)
    expect(changes).to_contain_text(STANDARD)
    take(leader, "审阅通过")
    said(leader, "已审阅")
    head = desk.sit("head_jwc", dt.date(2026, 11, 30), plan)
    take(head, "提交办公室汇总")
    said(head, "已提交")


# January: the work points --------------------------------------------------------------


def _the_office_composes_the_work_points(desk: Desk, plan: str) -> str:
    office = desk.sit("office", dt.date(2027, 1, 5), plan)
    take(office, "纳入汇总")
    office.goto("/work_point_set/add")
    choose(office, "cycle", str(YEAR))
    office.locator("[name=title]").fill(f"{YEAR}年学院工作要点")
    save(office)
    points = office.url
    office.get_by_role("link", name="从部门计划编排").first.click()
    for title in (GOAL, ROUTINE):
        office.get_by_label(re.compile(title)).check()
    office.locator("[name=how][value=merged]").check()
    office.locator("[name=chapter]").fill("一、深化教育教学改革")
    office.get_by_role("button", name="编入").click()
    office.goto(points)
    said(office, "一、深化教育教学改革", GOAL, ROUTINE)
    take(office, "征求意见")
    return points


def _opinions_are_given_and_answered(desk: Desk, points: str) -> None:
    for name, words in (
        ("leader", "建议写明教师参与教研的要求。"),
        ("head_xinxi", "请把实训课也纳入听课。"),
    ):
        page = desk.sit(name, dt.date(2027, 1, 8), points)
        page.locator("#opinion-text").fill(words)
        page.locator("#opinions").get_by_role("button", name="提交", exact=True).click()
        said(page, words)
    office = desk.sit("office", dt.date(2027, 1, 12), points)
    for answer, reason in (("采纳", "已在条目中写明。"), ("未采纳", "在部门任务中安排。")):
        form = office.locator("#opinions form", has=office.locator("[name=reason]")).first
        form.locator("[name=answer]").select_option(label=answer)
        form.locator("[name=reason]").fill(reason)
        form.get_by_role("button", name="答复", exact=True).click()
        said(office, reason)
    take(office, "提交党委会")


def _the_committee_decides(desk: Desk, day: dt.date, subject: str) -> None:
    """Two days before, the secretary writes the agenda; on the day the minutes, in one pass."""
    before = desk.sit("secretary", day - dt.timedelta(days=2), "/meeting/add")
    choose(before, "kind", "党委会")
    before.locator("[name=number]").fill(f"2027年{day.month}月会议")
    before.locator("[name=title]").fill("党委会会议")
    before.locator("[name=held_on]").fill(day.isoformat())
    before.keyboard.press("Escape")
    save(before)
    meeting = before.url
    before.get_by_role("link", name="添加议题").first.click()
    before.locator("[name=title]").fill("审定事项")
    before.locator("[name=position]").fill("1")
    save(before)
    before.goto(meeting)
    before.locator(".mt-waiting summary").click()
    before.locator(".mt-waiting input[type=checkbox]").first.check()
    before.get_by_role("button", name="列入议题").click()
    secretary = desk.sit("secretary", day, meeting)
    secretary.get_by_role("link", name="录入会议结论").click()
    secretary.locator("[name=minutes_number]").fill(f"院党纪要〔2027〕{day.month}号")
    secretary.locator("[name=rest]").check()
    secretary.get_by_role("button", name="记录结论").click()
    said(secretary, "通过")
    secretary.goto(subject)
    said(secretary, "审定通过")


def _the_work_points_are_issued(desk: Desk, points: str) -> None:
    office = desk.sit("office", dt.date(2027, 1, 22), points)
    take(office, "印发", issue_number="院党〔2027〕3号")
    said(office, "已下发", "院党〔2027〕3号")


# February and March: the table ---------------------------------------------------------


def _a_part_is_passed_and_agreed_to(desk: Desk, task: str) -> str:
    head = desk.sit("head_jwc", dt.date(2027, 2, 3), f"/task/show/{task}")
    head.get_by_role("link", name="分解到部门").click()
    head.get_by_label("信息工程系", exact=True).check()
    head.locator("[name=title]").fill("信息类课程听课与整改")
    head.locator("#model_form .btn-primary").click()
    said(head, "信息类课程听课与整改")
    head.get_by_role("link", name="信息类课程听课与整改").first.click()
    head.wait_for_url(lambda url: not url.endswith(f"/{task}"))
    part = key_of(head)

    other = desk.sit("head_xinxi", dt.date(2027, 2, 5), f"/task/show/{part}")
    take(other, "同意承接")
    said(other, "同意")
    return part


def _the_table_goes_to_the_committee(desk: Desk) -> str:
    office = desk.sit("office", dt.date(2027, 2, 8), "/decomposition/add")
    choose(office, "cycle", str(YEAR))
    office.locator("[name=title]").fill(f"{YEAR}年部门目标任务分解表")
    save(office)
    take(office, "汇总")
    take(office, "提交党委会")
    return office.url


def _the_table_is_issued(desk: Desk, table: str) -> None:
    office = desk.sit("office", dt.date(2027, 2, 26), table)
    take(office, "印发", issue_number="院发〔2027〕8号")
    said(office, "已发布", "院发〔2027〕8号")


def _the_head_accepts(desk: Desk, task: str) -> None:
    head = desk.sit("head_jwc", dt.date(2027, 3, 2), f"/task/edit/{task}")
    choose(head, "section", "教学科")
    save(head)
    take(head, "接受任务")
    said(head, "已接受", "教学科", "史教学")


# At the telephone ----------------------------------------------------------------------


def test_head_and_leader_do_it_at_the_telephone(college: College, browser: Browser) -> None:
    with college.app.app_context():
        own = select(DepartmentPlan.id).where(DepartmentPlan.status == PlanStatus.DRAFT)
        key = db.session.scalars(own.order_by(DepartmentPlan.id)).first()
        db.session.remove()
    place = f"/department_plan/show/{key}"
    with desks(college, browser, "phone") as desk:
        head = desk.sit("head_xinxi", dt.date(2026, 11, 10), place)
        take(head, "报分管领导审阅")
        leader = desk.sit("leader", dt.date(2026, 11, 12), place)
        comment(leader, "实训室安全管理", "请写明巡查次数。")
        take(leader, "退回", review_comment="请按批注修改。")
        head = desk.sit("head_xinxi", dt.date(2026, 11, 13), place)
        unfold(head, "comments")
        answer = head.locator("#comments form", has=head.locator("[name=text]")).first
        answer.locator("[name=text]").fill("每周巡查一次，已写入任务。")
        answer.get_by_role("button", name="答复", exact=True).click()
        take(head, "报分管领导审阅")
        leader = desk.sit("leader", dt.date(2026, 11, 16), place)
        take(leader, "审阅通过")
        head = desk.sit("head_xinxi", dt.date(2026, 11, 17), place)
        take(head, "提交办公室汇总")
        said(head, "已提交")
