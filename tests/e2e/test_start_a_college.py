"""A new college set up in one sitting, in the browser, from workbooks alone: from a database with
nothing but an administrator to a head of department who sees her tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.core.clock import COLLEGE_ZONE
from tests.e2e.conftest import serve, windows
from tests.e2e.hands import import_workbook
from tests.workbooks import task, write_table, write_tasks

DEPARTMENTS, PEOPLE, TASKS, LEADERS = 60, 400, 1200, 8
ADMIN, FIRST, PASSWORD = "guanli", "shouci-2200", "kaixue-2201"
FIELDS = "机电信汽经艺建护思基体轨航材化食药林农水纺商旅影数网软智光测"
OFFICES = "院教学科招财审资后保网图继外质安档采产团"
SURNAMES = "岳蒲邬郜冀滕佘阚谌逯荆褚晏郗璩桑桂濮牛寿"
GIVEN = "安柏辰岱恩帆冠衡嘉凯岚沐宁沛清然叔庭文熙"


def now_in_college() -> dt.datetime:
    """An import's own thread knows the machine's clock only: the server goes by the same."""
    return dt.datetime.now(COLLEGE_ZONE)


def departments() -> list[tuple[str, str]]:
    """Names and kinds: offices first, 办公室 before all."""
    offices = [("办公室", "职能部门"), *((f"{one}务处", "职能部门") for one in OFFICES)]
    parties = [(f"{one}工部", "党群部门") for one in "组宣统学离妇群关卫"]
    teaching = [(f"{one}学系", "系部") for one in FIELDS]
    found = [*offices, *parties, *teaching][:DEPARTMENTS]
    assert len({name for name, _ in found}) == DEPARTMENTS
    return found


def person(number: int) -> str:
    return SURNAMES[number % 20] + GIVEN[number // 20 % 20] + GIVEN[(number * 7 + 3) % 20]


def staff_number(number: int) -> str:
    return f"G{2000 + number}"


HEAD_OF_TEACHING = LEADERS + DEPARTMENTS - 1
"""The person who heads the last department."""


def people() -> list[list[Any]]:
    """The leaders, then a head for every department, then the staff."""
    names = departments()
    rows: list[list[Any]] = [["工号", "姓名", "部门", "职务", "任职", "角色"]]
    for number in range(PEOPLE):
        if number < LEADERS:
            told = ["", "副院长", "院领导", "分管（联系）院领导"]
        elif number < LEADERS + DEPARTMENTS:
            name = names[number - LEADERS][0]
            told = [name, "负责人", "正职", "部门负责人"]
        else:
            told = [names[number % DEPARTMENTS][0], "科员", "工作人员", "科室负责人、责任人"]
        rows.append([staff_number(number), person(number), *told])
    rows[OFFICE + 1][2:] = ["办公室", "秘书", "工作人员", "办公室"]
    rows[SECRETARY + 1][2:] = ["办公室", "秘书", "党委会秘书", "党委会秘书"]
    return rows


OFFICE, SECRETARY = PEOPLE - 1, PEOPLE - 2


def leader_of(place: int) -> str:
    return person(place % LEADERS)


@pytest.fixture
def books(tmp_path: Path) -> dict[str, Path]:
    """The college's workbooks, each as somebody filled in its template."""
    named = departments()
    year = now_in_college().year
    heads = ["代码", "名称", "简称", "类别", "上级部门"]
    rows = [[f"d{place}", name, name, kind, ""] for place, (name, kind) in enumerate(named)]
    charges = [[leader_of(place), name, "分管"] for place, (name, _) in enumerate(named)]
    holidays = [[f"{year}-01-20", f"{year}-02-20", "寒假", "否"],
                [f"{year}-07-12", f"{year}-08-25", "暑假", "否"]]  # fmt: skip
    tasks = [
        task(
            number + 1,
            title=f"{named[number % DEPARTMENTS][0]}第{number // DEPARTMENTS + 1}项目标",
            lead=named[number % DEPARTMENTS][0],
            assist=named[(number + 1) % DEPARTMENTS][0],
            leader=leader_of(number % DEPARTMENTS),
            owner=person(LEADERS + number % DEPARTMENTS),
            measures="3月：方案；9月：实施；11月：验收" if number < DEPARTMENTS else "逐月推进",
            weight=5,
        )
        for number in range(TASKS)
    ]
    return {
        "department": write_table(tmp_path / "部门.xlsx", [heads, *rows]),
        "person": write_table(tmp_path / "人员.xlsx", people()),
        "charge": write_table(tmp_path / "分管.xlsx", [["院领导", "部门", "关系"], *charges]),
        "holiday": write_table(
            tmp_path / "节假日.xlsx", [["开始", "结束", "名称", "是否上班"], *holidays]
        ),
        "task": write_tasks(tmp_path / "分解表.xlsx", tasks),
    }


@pytest.fixture
def empty(make_app: Callable[..., Flask]) -> Iterator[str]:
    """A database as `init-db` leaves it, with the first administrator; its address."""
    from app.security import actors
    from app.web import directory

    actors.forget()
    directory.forget()
    app = make_app(cast=False, WTF_CSRF_ENABLED=True)
    made = app.test_cli_runner().invoke(
        args=["create-admin", ADMIN, "--name", "首管理", "--email", "g@example.edu.cn",
              "--password", FIRST]
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    with serve(app, now_in_college) as address:
        yield address
    actors.forget()
    directory.forget()


def step(page: Page, key: str, state: str = "") -> Any:
    """A step of the path; with a state, once it is in it."""
    found = page.locator(f"#{key}")
    if state:
        expect(found).to_have_class(f"card st-step st-{state}")
    return found


def take(page: Page, books: dict[str, Path], key: str, kind: str, **fields: str) -> None:
    """Upload the workbook of a step, and come back to the path."""
    link = step(page, key).locator(f"a[href*='kind={kind}&']")
    import_workbook(page, link, books[kind], **fields)
    page.goto("/start/")


def test_a_college_is_set_up_from_workbooks_alone(
    browser: Browser, empty: str, books: dict[str, Path]
) -> None:
    year = now_in_college().year
    with windows(browser, empty, "desktop") as sign_in:
        admin = sign_in(ADMIN, PASSWORD, FIRST)
        admin.locator("a[href='/start/#departments']").click()
        for key in ("departments", "people", "charges", "calendar", "rules", "plan"):
            step(admin, key, "missing")
        take(admin, books, "departments", "department")
        step(admin, "departments", "done")
        expect(step(admin, "people")).to_contain_text(str(DEPARTMENTS))  # without a head
        take(admin, books, "people", "person", first_password=FIRST)
        step(admin, "people", "done")
        take(admin, books, "charges", "charge")
        step(admin, "charges", "done")
        take(admin, books, "calendar", "holiday")
        step(admin, "calendar", "begun")  # the year is the Office's to open

        office = sign_in(staff_number(OFFICE), PASSWORD, FIRST)
        office.goto("/start/")
        step(office, "calendar").locator("a[href='/start/year/']").click()
        office.locator("[name=document_number]").fill("院发〔2026〕1号")
        office.locator("[name=start]").check()
        office.locator("#model_form button[type=submit]").click()
        step(office, "calendar", "done")
        step(office, "rules", "done")
        take(
            office, books, "plan", "task",
            year=str(year), state="published", issue_number="院发〔2026〕2号",
        )  # fmt: skip
        step(office, "plan", "done")
        expect(step(office, "plan")).to_contain_text(f"{TASKS} ")
        office.goto("/")
        expect(office.locator("a[href^='/start/#']")).to_have_count(0)

        head = sign_in(staff_number(HEAD_OF_TEACHING), PASSWORD, FIRST)
        head.locator("section[aria-labelledby=my-state] .home-more").click()
        department, mine = departments()[-1][0], TASKS // DEPARTMENTS
        expect(head.locator("tbody tr")).to_have_count(mine)
        expect(head.locator("tbody")).to_contain_text(f"{department}第{mine}项目标")
