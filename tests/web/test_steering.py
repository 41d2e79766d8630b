"""The pages of the year's phases: who reads and steers them, what a wrong entry does, their cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Phase, PhaseCode
from app.models.planning import PlanStatus, TaskStatus
from app.models.system import Notification, Reminder
from app.planning.plans import open_plan
from app.web.steering.words import WORDS
from tests.architecture.test_query_counts import cost
from tests.cast import Cast
from tests.factories import make_department_plan, make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]

NOVEMBER = dt.date(2025, 11, 10)
PROPOSAL = "/steering/2026/proposal"


@pytest.fixture
def phase(session: AnySession, cast: Cast) -> Phase:
    return session.scalars(
        select(Phase).where(Phase.cycle_id == cast.cycle.id, Phase.code == PhaseCode.PROPOSAL)
    ).one()


def days(phase: Phase, starts_on: str, ends_on: str, **more: object) -> dict[str, object]:
    return {"starts_on": starts_on, "ends_on": ends_on, "version": phase.version, **more}


# Reading -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["office", "leader", "head_jwc", "staff_jwc", "admin", "auditor"])
def test_everybody_reads_the_phases_and_only_the_office_steers_them(
    name: str, client_for: ClientFor
) -> None:
    with clock.at(NOVEMBER):
        client = client_for(name)
        year, phase = client.get("/steering/").text, client.get(PROPOSAL).text
    assert "部门拟定" in year and "年中诊断" in year and "第 9.2 条" in year
    steers = name == "office"
    assert ("?edit=proposal" in year) == steers
    assert (f"{PROPOSAL}/remind" in phase) == steers
    assert ("群通知文字" in phase) == steers


def test_a_phase_says_how_far_it_is_and_who_owes(cast: Cast, client_for: ClientFor) -> None:
    make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW)
    with clock.at(NOVEMBER):
        text = client_for("office").get(PROPOSAL).text
        review = client_for("office").get("/steering/2026/review").text
    assert "4 个部门中 1 个已送审计划" in text
    assert "还剩 14 个工作日" in text
    assert "信息工程系" in text and "辛信息" in text
    assert "现无在任负责人" in text
    assert "冷分管" in review and "部门计划待审阅（教务处）" in review


def test_the_office_s_own_steps_stand_in_the_phase_and_lead_to_their_rows(
    cast: Cast, client_for: ClientFor
) -> None:
    make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED)
    with clock.at(NOVEMBER):
        office = client_for("office")
        assert "#office" in office.get("/steering/").text
        page = office.get("/steering/2026/review").text
        assert 'id="office"' in page
        rows = office.get("/steering/2026/review/office_plans/").text
        assert cast.jwc.name in rows
        assert 'id="office"' not in client_for("head_jwc").get("/steering/2026/review").text


@pytest.mark.parametrize(
    "code", ["midyear", "diagnosis_report", "assessment", "public_notice", "summary"]
)
def test_a_phase_says_what_of_it_is_not_kept_here(client_for: ClientFor, code: str) -> None:
    page = client_for("office").get(f"/steering/2026/{code}").text
    assert str(WORDS[PhaseCode(code)].not_here) in page
    assert str(WORDS[PhaseCode(code)].not_here)


def test_a_leader_sees_the_departments_in_charge_and_a_head_the_own(client_for: ClientFor) -> None:
    with clock.at(NOVEMBER):
        leader = client_for("leader").get(PROPOSAL).text
        head = client_for("head_jwc").get(PROPOSAL).text
    assert "教务处" in leader and "信息工程系" in leader and "学生工作处" not in leader
    assert "教务处" in head and "信息工程系" not in head


def test_a_figure_leads_to_its_very_rows(cast: Cast, client_for: ClientFor) -> None:
    make_task(status=TaskStatus.PUBLISHED, title="专业建设")
    make_task(status=TaskStatus.PUBLISHED, title="实训基地", lead_department=cast.xinxi)
    client = client_for("office")
    place = "/steering/2026/acceptance/tasks_accept/"
    assert f"{place}?department={cast.jwc.id}" in client.get("/steering/2026/acceptance").text
    narrowed, whole = client.get(f"{place}?department={cast.jwc.id}").text, client.get(place).text
    assert "专业建设" in narrowed and "实训基地" not in narrowed
    assert "专业建设" in whole and "实训基地" in whole
    assert "专业建设" not in client_for("head_xinxi").get(place).text


def test_a_phase_without_a_flow_yet_claims_nothing(client_for: ClientFor) -> None:
    text = client_for("office").get("/steering/2026/diagnosis_report").text
    assert "未办清单" not in text and "没有未办事项" not in text


@pytest.mark.parametrize(
    "place",
    [
        "2027/proposal",
        "x/proposal",
        "2026/nothing",
        "2026/proposal/tasks_accept/",
        "２０２６/proposal",
    ],
)
def test_an_address_of_nothing_is_not_found(place: str, client_for: ClientFor) -> None:
    assert client_for("office").get(f"/steering/{place}").status_code == 404


# The days ------------------------------------------------------------------------------


def test_the_office_moves_a_phase_in_place(
    session: AnySession, cast: Cast, phase: Phase, client_for: ClientFor
) -> None:
    client = client_for("office")
    assert 'name="starts_on" value="2025-11-01"' in client.get("/steering/?edit=proposal").text
    moved = days(phase, "2025/11/1", "2025-12-05", back="year")
    assert client.post(f"{PROPOSAL}/days", data=moved).location == "/steering/"
    text = client.get("/steering/").text
    assert "2025-11-01 – 2025-12-05" in text
    assert "与下列阶段时间重叠：分管领导审阅。" in text
    moved = days(phase, "2025-11-01", "2025-11-30", back="phase")
    assert client.post(f"{PROPOSAL}/days", data=moved).location == PROPOSAL


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "told"),
    [
        ("2025-12-05", "2025-12-01", "结束早于开始。"),
        ("2025-11-01", "明天", "“明天”不是有效日期。"),
        ("", "2025-11-30", "“”不是有效日期。"),
    ],
)
def test_wrong_days_are_refused_and_what_was_typed_comes_back(
    starts_on: str, ends_on: str, told: str, phase: Phase, client_for: ClientFor
) -> None:
    client = client_for("office")
    answer = client.post(f"{PROPOSAL}/days", data=days(phase, starts_on, ends_on))
    text = client.get(answer.location).text
    assert told in text
    assert f'name="ends_on" value="{ends_on}"' in text


def test_a_stale_save_of_days_changes_nothing(phase: Phase, client_for: ClientFor) -> None:
    client = client_for("office")
    stale = days(phase, "2025-11-01", "2025-11-20", version=phase.version + 7)
    text = client.get(client.post(f"{PROPOSAL}/days", data=stale).location).text
    assert "此记录已被他人修改。" in text
    assert "2025-11-01 – 2025-11-30" in client.get(PROPOSAL).text


@pytest.mark.parametrize("name", ["head_jwc", "leader", "admin", "auditor"])
@pytest.mark.parametrize("door", ["days", "remind"])
def test_nobody_else_steers(name: str, door: str, phase: Phase, client_for: ClientFor) -> None:
    assert client_for(name).post(f"{PROPOSAL}/{door}", data={}).status_code == 403


# Reminders -----------------------------------------------------------------------------


def test_a_reminder_goes_to_those_ticked_and_is_shown_afterwards(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    with clock.at(NOVEMBER):
        client = client_for("office")
        before = client.get(PROPOSAL).text
        assert "将有 2 人收到通知" in before  # 教务处 and 信息工程系 have heads
        answer = client.post(f"{PROPOSAL}/remind", data={"who": [f"d{cast.jwc.id}", "d999", "x"]})
        after = client.get(answer.location).text
    assert "已催报：教务处。共 1 人收到通知。" in after
    assert "2025-11-10 09:00" in after and "累计 1 次" in after
    assert "将有 1 人收到通知" in after
    message = session.scalars(select(Notification)).one()
    assert (message.person_id, message.link) == (cast.head_jwc.id, PROPOSAL)
    assert "教务处：部门工作计划尚未编制" in message.text


def test_a_second_click_the_same_day_says_so_and_sends_nothing(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    ticked = {"who": [f"d{cast.jwc.id}", f"d{cast.xsc.id}"]}
    with clock.at(NOVEMBER):
        client = client_for("office")
        client.post(f"{PROPOSAL}/remind", data=ticked)
        text = client.get(client.post(f"{PROPOSAL}/remind", data=ticked).location).text
    assert "今日已催报过，未重复发送：教务处（2025-11-10 09:00）。" in text
    assert "以下部门现无在任负责人，未能催报：学生工作处。" in text
    assert len(session.scalars(select(Notification)).all()) == 1
    assert len(session.scalars(select(Reminder)).all()) == 1


def test_nobody_ticked_is_told(client_for: ClientFor) -> None:
    with clock.at(NOVEMBER):
        client = client_for("office")
        text = client.get(client.post(f"{PROPOSAL}/remind", data={}).location).text
    assert "请先勾选催报对象。" in text


def test_the_head_opens_the_reminder_and_sees_what_is_owed(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    with clock.at(NOVEMBER):
        client_for("office").post(f"{PROPOSAL}/remind", data={"who": f"d{cast.jwc.id}"})
        head = client_for("head_jwc")
        message = session.scalars(select(Notification)).one()
        assert head.post(f"/notification/open/{message.id}").location == PROPOSAL
        assert "累计 1 次" in head.get(PROPOSAL).text


def test_the_text_for_the_group_names_departments_only(cast: Cast, client_for: ClientFor) -> None:
    make_task(status=TaskStatus.PUBLISHED, title="保密的题目", accept_by=dt.date(2026, 3, 12))
    text = client_for("office").get("/steering/2026/acceptance").text
    chat = text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "1. 待接受并分解落实的任务（3月12日截止，已逾期2个工作日）：教务处1项" in chat
    assert "保密的题目" not in chat and "陈教务" not in chat


# Late work -----------------------------------------------------------------------------


def test_a_late_plan_says_so_on_its_page_and_on_the_phases(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    head = cast.actor("head_jwc")
    with clock.at(dt.date(2025, 12, 3)):
        with unit_of_work(session, head):
            plan = open_plan(session, head, cast.cycle, cast.jwc)
            plan.text = "推进专业建设"
            workflow.apply(session, head, plan, "send_for_review")
            key = plan.id
        office = client_for("office")
        assert "逾期 3 个工作日送审" in office.get(f"/department_plan/show/{key}").text
        assert "1 项逾期办理" in office.get("/steering/").text
        assert "逾期 3 个工作日" in office.get(PROPOSAL).text


# Their cost ----------------------------------------------------------------------------


def test_their_cost_does_not_grow_with_the_rows(cast: Cast, client_for: ClientFor) -> None:
    client = client_for("office")
    places = ("/steering/", "/steering/2026/monitoring", "/steering/2026/acceptance",
              "/steering/2026/review", "/steering/2026/acceptance/tasks_accept/")  # fmt: skip
    make_task(status=TaskStatus.PUBLISHED)
    before = [cost(client, place) for place in places]
    for _ in range(8):
        make_task(status=TaskStatus.PUBLISHED, lead_department=cast.xinxi)
        make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED), late=True)
        make_department_plan(status=PlanStatus.REVIEW)
    assert [cost(client, place) for place in places] == before
    assert max(before) <= 17


# By month --------------------------------------------------------------------------------


def test_who_owes_is_asked_for_month_by_month(cast: Cast, client_for: ClientFor) -> None:
    make_task(status=TaskStatus.ACCEPTED)
    place = "/steering/2026/monitoring"
    with clock.at(dt.date(2026, 4, 8)):
        office = client_for("office")
        both, march = office.get(place).text, office.get(f"{place}?month=2026-03").text
        assert "2026-03 月度监测未提交" in both and "2026-04 月度监测未提交" in both
        assert "2026-03 月度监测未提交" in march and "2026-04 月度监测未提交" not in march
        # How late, and the text for a group chat, speak of that month alone.
        assert "逾期 2 个工作日" in march
        chat = march.partition('id="chat-text"')[2].partition("</textarea>")[0]
        assert "2026年3月月度监测尚未提交" in chat and "2026年4月月度监测" not in chat
        said = {"who": f"d{cast.jwc.id}", "month": "2026-03"}
        done = office.post(f"{place}/remind", data=said)
        assert done.headers["Location"] == f"{place}?month=2026-03"
        assert office.get(f"{place}?month=2020-01").text.count("月度监测未提交") == both.count(
            "月度监测未提交"
        )


def test_a_reminder_of_a_month_speaks_of_that_month(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    make_task(status=TaskStatus.ACCEPTED)
    with clock.at(dt.date(2026, 4, 8)):
        client_for("office").post(
            "/steering/2026/monitoring/remind",
            data={"who": f"d{cast.jwc.id}", "month": "2026-03"},
        )
    (note,) = session.scalars(select(Notification))
    assert "2026年3月月度监测尚未提交1项" in note.text and "4月月度" not in note.text
