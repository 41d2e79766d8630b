"""One is led on: what a step is about, where one lands after saving, what is gone on with."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.cycles import Phase, PhaseCode, RuleValueKind
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.planning import Milestone, Task, TaskStatus
from app.models.system import AuditEvent
from app.web.links import filter_name
from tests.cast import TODAY, YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_adjustment_change,
    make_case_step,
    make_monthly_check,
    make_rule_value,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def task(session: AnySession, cast: Cast) -> Task:
    """A task of 教务处 that is under way."""
    return make_task(status=TaskStatus.ACCEPTED)


# A step ------------------------------------------------------------------------------------


def test_a_step_shows_what_it_is_about(client_for: ClientFor, task: Task) -> None:
    check = make_monthly_check(task=task, actual_percent=35, done="完成了三份调研报告")
    page = client_for("head_jwc").get(f"/monthly_check/step/submit/{check.id}").text
    assert "办理事项" in page
    assert "完成了三份调研报告" in page


def test_a_step_that_is_not_open_shows_no_facts(client_for: ClientFor, task: Task) -> None:
    check = make_monthly_check(
        task=task, status=CheckStatus.SUBMITTED, actual_percent=35, done="完成了三份调研报告"
    )
    page = client_for("head_jwc").get(f"/monthly_check/step/submit/{check.id}").text
    assert "完成了三份调研报告" not in page


# After adding ------------------------------------------------------------------------------


def test_a_row_with_steps_lands_on_its_own_page(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    given = f"{filter_name(MonthlyCheck, 'task')}={task.id}"
    sent = {"year": YEAR, "month": TODAY.month, "actual_percent": "20", "done": "按计划推进"}
    answer = client_for("head_jwc").post(f"/monthly_check/add?{given}", data=sent)
    check = session.scalars(select(MonthlyCheck)).one()
    assert answer.location == f"/monthly_check/show/{check.id}"


def test_a_child_without_steps_leads_back_to_its_parent(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task()
    given = f"{filter_name(Milestone, 'task')}={task.id}"
    sent = {"text": "完成调研", "due_on": f"{YEAR}-05-31"}
    answer = client_for("head_jwc").post(f"/milestone/add?{given}", data=sent)
    assert session.scalars(select(Milestone)).one().task_id == task.id
    assert answer.location == f"/task/show/{task.id}"


# What is there already ----------------------------------------------------------------------


def links_named(page: str, words: str) -> list[str]:
    """The addresses of the links whose text ends with `words`."""
    return re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?\s*{words}\s*</a>', page)


def test_a_begun_check_is_gone_on_with(client_for: ClientFor, task: Task) -> None:
    head = client_for("head_jwc")
    begin = head.get(f"/task/show/{task.id}").text
    assert "/monthly_check/add?" in begin
    check = make_monthly_check(task=task, year=YEAR, month=TODAY.month)
    page = head.get(f"/task/show/{task.id}").text
    assert "/monthly_check/add" not in page
    (report,) = {place for place in links_named(page, "填报本月监测") if "monthly_check" in place}
    assert report == f"/monthly_check/show/{check.id}"


def test_the_check_of_another_month_is_not_gone_on_with(client_for: ClientFor, task: Task) -> None:
    make_monthly_check(task=task, year=YEAR, month=TODAY.month - 1, status=CheckStatus.SUBMITTED)
    assert "/monthly_check/add?" in client_for("head_jwc").get(f"/task/show/{task.id}").text


# Lists --------------------------------------------------------------------------------------


def test_files_are_not_added_from_their_list(client_for: ClientFor, task: Task) -> None:
    head = client_for("head_jwc")
    assert "/evidence/add" not in head.get("/evidence/list/?view=all").text
    # Where such a link makes sense it is there: on lists that rows are added from, ...
    assert 'href="/task/add"' in head.get("/task/list/?view=all").text
    # ... and on the page of what a file hangs on.
    assert "/evidence/add?" in head.get(f"/task/show/{task.id}").text


def test_a_row_without_a_name_is_opened_by_a_word(client_for: ClientFor, task: Task) -> None:
    step = make_case_step(text=None)
    for language, word in (("zh", "打开"), ("en", "Open")):
        page = client_for("office").get(f"/case_step/list/?view=all&lang={language}").text
        assert (
            f'id="r{step.id}" class="ls-open" href="/case_step/show/{step.id}">{word}</a>' in page
        )


def test_a_list_is_sorted_from_a_menu_where_its_head_is_not_shown(
    client_for: ClientFor, task: Task
) -> None:
    page = (
        client_for("office")
        .get(
            "/task/list/?view=all&psize_TaskView=50&_oc_TaskView=due_on&_od_TaskView=desc&density=compact"
        )
        .text
    )
    menu = page[page.index("ls-sort") :]
    menu = menu[: menu.index("</details>")]
    assert '<summary class="btn btn-ghost">' in menu
    assert "<span>排序</span>" in menu
    ways = {
        label: address for address, label in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', menu)
    }
    assert {"序号", "目标任务", "完成时限", "权重"} <= set(ways)
    # The one that is set says its direction and turns it round; the rest of the address stays.
    assert re.search(r'aria-current="true">完成时限<small>降序</small>', menu)
    for part in ("psize_TaskView=50", "density=compact", "_oc_TaskView=due_on", "_od_TaskView=asc"):
        assert part in ways["完成时限"]


# Names --------------------------------------------------------------------------------------


def heading_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page[page.index("<h1>") : page.index("</h1>")]).strip()


def test_a_row_named_by_a_code_is_headed_by_its_words(client_for: ClientFor, task: Task) -> None:
    change = make_adjustment_change(
        adjustment=make_adjustment(task=task), column_name="title", new_value="新名称"
    )
    page = client_for("office").get(f"/adjustment_change/show/{change.id}").text
    assert heading_of(page) == "目标任务"


def test_a_row_without_a_name_is_headed_by_its_noun(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    event = session.scalars(select(AuditEvent)).first()
    assert event is not None
    page = client_for("admin").get(f"/audit_event/show/{event.id}").text
    assert heading_of(page) == f"操作日志 {event.id}"


def test_the_form_of_a_row_is_headed_as_its_page_is(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    phase = session.scalars(select(Phase).where(Phase.code == PhaseCode.MONITORING)).one()
    page = client_for("office").get(f"/phase/edit/{phase.id}").text
    assert f'<p class="lx-subject">{PhaseCode.MONITORING.zh}</p>' in page


def test_a_switch_among_the_rules_is_read_in_words(client_for: ClientFor) -> None:
    rule = make_rule_value(kind=RuleValueKind.BOOLEAN, value="true")
    office = client_for("office")
    for page in (f"/rule_value/show/{rule.id}", "/rule_value/list/?view=all"):
        shown = office.get(page).text
        assert "是" in shown
        assert ">true<" not in re.sub(r"\s", "", shown)


def test_a_word_of_the_programs_among_the_rules_is_read_in_words(client_for: ClientFor) -> None:
    rule = make_rule_value(key="light.seldom", kind=RuleValueKind.TEXT, value="fair")
    office = client_for("office")
    for page in (f"/rule_value/show/{rule.id}", "/rule_value/list/?view=all&q=light.seldom"):
        shown = re.sub(r"\s", "", office.get(page).text)
        assert ">一般<" in shown
        assert ">fair<" not in shown
