"""Decomposing through the door: passing parts, answering them, what the year leaves out (Art. 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleValue
from app.models.organisation import DepartmentKind
from app.models.planning import Agreement, Decomposition, DecompositionStatus, Task, TaskStatus
from app.models.work_points import WorkPoint, WorkPointSetStatus
from app.planning.coverage import PERSON_LIMIT
from tests.architecture.test_query_counts import cost
from tests.cast import TEST, TODAY, YEAR, Cast
from tests.factories import (
    make_baseline,
    make_baseline_task,
    make_decomposition,
    make_department,
    make_milestone,
    make_strategic_goal,
    make_task,
    make_task_department,
    make_work_point,
    make_work_point_set,
)

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def whole(cast: Cast) -> Task:
    """A proposed task of 教务处."""
    task = make_task(number="7", title="推进课程思政", standard="通过验收", weight=Decimal(10))
    make_milestone(task=task, text="完成方案", planned_percent=30)
    return task


def parts_of(session: AnySession, task: Task) -> list[Task]:
    session.expire_all()
    return list(
        session.scalars(select(Task).where(Task.parent_id == task.id).order_by(Task.number))
    )


def test_a_head_passes_a_part_from_the_tasks_page(
    session: AnySession, cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    client, address = client_for("head_jwc"), f"/task/pass_part/{whole.id}"
    assert address in client.get(f"/task/show/{whole.id}").text
    form = client.get(address).text
    assert "信息工程系" in form and "推进课程思政" in form and "教学科" not in form
    done = client.post(
        address,
        data={"title": "本系部的课程思政", "departments": [cast.xinxi.id], "weight": "2.5",
              "due_on": f"{YEAR}-10-31", "with_milestones": "y"},
    )  # fmt: skip
    assert done.status_code == 302
    (part,) = parts_of(session, whole)
    assert (part.title, part.weight, part.due_on) == (
        "本系部的课程思政", Decimal("2.5"), dt.date(YEAR, 10, 31),
    )  # fmt: skip
    assert (part.agreement, len(part.milestones)) == (Agreement.ASKED, 1)


def test_one_tick_asks_every_teaching_department(
    session: AnySession, cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    make_department(kind=DepartmentKind.TEACHING, name="艺术设计系")
    client_for("head_jwc").post(
        f"/task/pass_part/{whole.id}", data={"title": "一部分", "everyone": "y"}
    )
    assert {one.lead_department.name for one in parts_of(session, whole)} == {
        "信息工程系", "艺术设计系",
    }  # fmt: skip


def test_a_refusal_keeps_what_was_typed(
    session: AnySession, whole: Task, client_for: ClientFor
) -> None:
    answer = client_for("head_jwc").post(
        f"/task/pass_part/{whole.id}", data={"title": "只写了名称", "weight": "不是数"}
    )
    assert answer.status_code == 422 and "只写了名称" in answer.text
    nobody = client_for("head_jwc").post(
        f"/task/pass_part/{whole.id}", data={"title": "没有选部门"}
    )
    assert nobody.status_code == 422 and "没有选部门" in nobody.text
    assert parts_of(session, whole) == []


@pytest.mark.parametrize(("who", "status"), [("staff_jwc", 403), ("head_xinxi", 404)])
def test_who_may_not_pass_parts_does_not_get_the_form(
    whole: Task, client_for: ClientFor, who: str, status: int
) -> None:
    assert client_for(who).get(f"/task/pass_part/{whole.id}").status_code == status


def test_the_tree_shows_parts_answers_and_what_they_add_up_to(
    cast: Cast, client_for: ClientFor
) -> None:
    whole = make_task(number="7", title="推进课程思政", status=TaskStatus.ACCEPTED)
    for number, weight, reached in (("7-1", 3, 100), ("7-2", 1, 0)):
        make_task(
            number=number, title="一部分", parent=whole, lead_department=cast.xinxi,
            status=TaskStatus.ACCEPTED, weight=Decimal(weight), actual_percent=Decimal(reached),
        )  # fmt: skip
    page = client_for("head_jwc").get(f"/task/show/{whole.id}").text
    tree = page[page.index('id="parts"') : page.index('id="curve"')]
    assert "7-1 一部分" in tree and "信息工程系" in tree
    foot = tree[tree.index("<tfoot>") :]
    assert "75%" in foot and ">4<" in foot


def test_the_head_of_the_parts_department_objects_and_both_read_it(
    session: AnySession, cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    part = make_task(
        number="7-1", title="一部分", parent=whole, lead_department=cast.xinxi,
        agreement=Agreement.ASKED,
    )  # fmt: skip
    head = client_for("head_xinxi")
    page = head.get(f"/task/show/{part.id}").text
    assert f"/task/step/agree/{part.id}" in page and "待确认" in page
    assert f"/task/show/{whole.id}" in page
    head.post(f"/task/step/object/{part.id}", data={"objection": "时间太紧", "version": "1"})
    session.expire_all()
    assert part.agreement == Agreement.OBJECTED
    told = client_for("head_jwc").get(f"/task/show/{part.id}").text
    assert "时间太紧" in told and f"/task/step/ask_again/{part.id}" in told


def test_a_task_nobody_passed_on_speaks_of_no_agreement(whole: Task, client_for: ClientFor) -> None:
    page = client_for("head_jwc").get(f"/task/show/{whole.id}").text
    assert "/task/step/agree/" not in page and "/task/step/ask_again/" not in page


def test_parts_wait_for_their_head_and_objections_for_the_head_of_the_whole(
    cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    asked, objected = (
        make_task(number=number, title="部分", parent=whole, lead_department=cast.xinxi,
                  agreement=agreement)
        for number, agreement in (("7-1", Agreement.ASKED), ("7-2", Agreement.OBJECTED))
    )  # fmt: skip
    receiver, passer = client_for("head_xinxi").get("/").text, client_for("head_jwc").get("/").text
    assert f"/task/show/{asked.id}" in receiver and f"/task/show/{objected.id}" not in receiver
    assert f"/task/show/{objected.id}" in passer and f"/task/show/{asked.id}" not in passer


# The year's table -----------------------------------------------------------------------


@pytest.fixture
def issued(session: AnySession, cast: Cast) -> Decomposition:
    """An issued table of two tasks, one of them changed since."""
    table = make_decomposition(
        status=DecompositionStatus.ISSUED, issue_number="院发〔2026〕8号", issued_on=TODAY
    )
    baseline = make_baseline(decomposition=table)
    for number, title, now in (("1", "改了", "改了标题"), ("2", "没改", "没改")):
        task = make_task(
            number=number, title=now, status=TaskStatus.PUBLISHED, decomposition_id=table.id,
            goal="", lead_department=cast.jwc,
        )  # fmt: skip
        make_baseline_task(
            baseline=baseline, task=task, number=number, title=title, goal=None,
            lead_department=cast.jwc, measures=task.measures, standard=task.standard,
            due_on=task.due_on, due_text=task.due_text, weight=task.weight,
        )  # fmt: skip
    return table


def test_the_table_tells_its_tasks_and_what_changed_since_issue(
    issued: Decomposition, client_for: ClientFor
) -> None:
    page = client_for("office").get(f"/decomposition/show/{issued.id}").text
    changed = page[page.index('id="changed"') :]
    assert "1 改了标题" in changed and "2 没改" not in changed


def test_a_list_of_what_changed_since_issue_is_one_tap_away(
    issued: Decomposition, cast: Cast, client_for: ClientFor
) -> None:
    make_task(title="后来新增的", status=TaskStatus.ACCEPTED)
    make_task(title="终止了的", status=TaskStatus.TERMINATED, termination_cause="政策变化")
    make_task(title="还是草案的")
    office = client_for("office")
    page = office.get(f"/decomposition/show/{issued.id}").text
    link = page[page.index('href="/task/list/?', page.index("下发后有变化")) + 6 :]
    address = link[: link.index('"')].replace("&amp;", "&")
    assert "since_issue" in address
    listed = office.get(f"{address}&cols=title,since_issue").text
    for title in ("改了标题", "后来新增的", "终止了的"):
        assert title in listed, title
    assert "没改" not in listed and "还是草案的" not in listed
    for word in ("已变更", "新增", "已终止"):
        assert word in listed, word


@pytest.mark.parametrize(("operator", "found"), [("eq", ["没改"]), ("neq", ["改了标题"])])
def test_the_list_asks_what_became_of_a_task(
    issued: Decomposition, client_for: ClientFor, operator: str, found: list[str]
) -> None:
    place = {"eq": 0, "neq": 1}[operator]
    listed = client_for("office").get(f"/task/list/?_flt_{place}_since_issue=unchanged").text
    assert [one for one in ("没改", "改了标题") if f">{one}<" in listed] == found


def test_who_has_not_accepted_yet_is_counted_and_listed(
    issued: Decomposition, cast: Cast, client_for: ClientFor
) -> None:
    make_task(
        title="超期未接受", status=TaskStatus.PUBLISHED, accept_by=TODAY - dt.timedelta(days=1)
    )
    for who in ("office", "leader"):
        client = client_for(who)
        page = client.get(f"/decomposition/show/{issued.id}").text
        strip = page[page.index("尚未接受") :]
        assert ">3<" in strip and "其中超期 1 项" in strip
        link = strip[strip.index('class="sh-late" href="') + 22 :]
        listed = client.get(link[: link.index('"')].replace("&amp;", "&")).text
        assert "超期未接受" in listed and "改了标题" not in listed


# The tree -------------------------------------------------------------------------------


def test_the_tree_leads_from_the_college_to_a_persons_tasks(
    cast: Cast, client_for: ClientFor
) -> None:
    make_task(
        title="有人做", section=cast.jwc_jxk, owner=cast.staff_jwc, status=TaskStatus.ACCEPTED
    )
    make_task(title="没人做", status=TaskStatus.PUBLISHED)
    client = client_for("head_xinxi")
    page = client.get(f"/decomposition/tree/{cast.cycle.id}").text
    for word in ("教务处", "教学科", cast.staff_jwc.name, "未分科室", "未指定责任人"):
        assert word in page, word
    leaf = page[page.index(cast.staff_jwc.name) :]
    link = leaf[leaf.index('href="/task/list/') + 6 :]
    listed = client.get(link[: link.index('"')].replace("&amp;", "&")).text
    assert "有人做" in listed and "没人做" not in listed
    assert client.get("/decomposition/tree/999999").status_code == 404


# Breaking a work point down -------------------------------------------------------------


@pytest.fixture
def point(cast: Cast) -> WorkPoint:
    """A work point of the issued edition that nobody serves."""
    points = make_work_point_set(
        edition=1, status=WorkPointSetStatus.ISSUED, issue_number="院发〔2026〕1号", issued_on=TODAY
    )
    return make_work_point(work_point_set=points, number="3", text="推进专业群建设")


def test_a_leader_breaks_a_work_point_down_from_the_coverage(
    session: AnySession, cast: Cast, point: WorkPoint, client_for: ClientFor
) -> None:
    leader, address = client_for("leader"), f"/task/break_down/{point.id}"
    assert address in leader.get(f"/decomposition/coverage/{cast.cycle.id}").text
    form = leader.get(address).text
    assert "推进专业群建设" in form and "信息工程系" in form and "学生工作处" not in form
    done = leader.post(
        address,
        data={"title": "推进专业群建设", "departments": [cast.xinxi.id], "others": [cast.jwc.id]},
    )
    assert done.status_code == 302 and "work_point" in done.location
    session.expire_all()
    made = session.scalars(select(Task).where(Task.work_point_id == point.id)).all()
    assert {(one.lead_department, one.agreement) for one in made} == {
        (cast.jwc, Agreement.ASKED), (cast.xinxi, Agreement.ASKED),
    }  # fmt: skip
    again = leader.post(address, data={"title": "推进专业群建设", "others": [cast.jwc.id]})
    assert again.status_code == 422 and "教务处已有此项任务" in again.text
    asked = client_for("head_jwc").get("/").text
    assert any(f"/task/show/{one.id}" in asked for one in made)


def test_once_the_table_is_issued_a_point_is_not_broken_down(
    issued: Decomposition, point: WorkPoint, client_for: ClientFor
) -> None:
    answer = client_for("leader").get(f"/task/break_down/{point.id}", follow_redirects=True)
    assert "新增任务须走调整程序" in answer.text


@pytest.mark.parametrize(
    ("who", "status"), [("head_jwc", 404), ("staff_jwc", 403), ("auditor", 403)]
)
def test_who_does_not_draft_for_others_has_no_form(
    point: WorkPoint, client_for: ClientFor, who: str, status: int
) -> None:
    assert client_for(who).get(f"/task/break_down/{point.id}").status_code == status


def test_each_gap_leads_to_where_it_is_mended(cast: Cast, client_for: ClientFor) -> None:
    goal = make_strategic_goal(name="没人支撑", start_year=YEAR, end_year=YEAR)
    bare = make_task(title="没有标准", standard=None)
    page = client_for("office").get(f"/decomposition/coverage/{cast.cycle.id}").text
    assert f"strategic_goal={goal.id}" in page[page.index('id="goals"') :]
    assert f"lead_department={cast.xsc.id}" in page[page.index('id="departments"') :]
    assert f"/task/edit/{bare.id}" in page[page.index('id="standard"') :]
    read_only = client_for("quality").get(f"/decomposition/coverage/{cast.cycle.id}").text
    assert "/task/edit/" not in read_only and "/task/add" not in read_only


def test_a_draft_counts_what_it_will_issue(
    session: AnySession, whole: Task, client_for: ClientFor
) -> None:
    table = make_decomposition()
    make_task(status=TaskStatus.PUBLISHED)
    page = client_for("office").get(f"/decomposition/show/{table.id}").text
    assert "拟定 1" in page and "已发布 1" not in page


def test_the_office_is_not_let_past_a_part_that_is_not_agreed(
    session: AnySession, cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    table = make_decomposition()
    make_task(parent=whole, lead_department=cast.xinxi, agreement=Agreement.ASKED)
    client_for("office").post(f"/decomposition/step/aggregate/{table.id}", data={"version": "1"})
    session.expire_all()
    assert table.status == DecompositionStatus.DRAFTING


@pytest.mark.parametrize("who", ["office", "quality", "leader"])
def test_the_coverage_names_each_gap_and_leads_to_it(
    cast: Cast, whole: Task, client_for: ClientFor, who: str
) -> None:
    part = make_task(
        number="7-1", title="一部分", parent=whole, lead_department=cast.xinxi,
        agreement=Agreement.OBJECTED, standard=None,
    )  # fmt: skip
    client = client_for(who)
    page = client.get(f"/decomposition/coverage/{cast.cycle.id}").text
    section = page[page.index('id="parts"') :]
    assert f"/task/show/{part.id}" in section
    link = section[section.index('href="/task/list/') + 6 :]
    listed = client.get(link[: link.index('"')].replace("&amp;", "&")).text
    assert "7-1" in listed and "推进课程思政" not in listed


def test_the_coverage_leads_to_the_tasks_that_a_person_assists_in(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    with unit_of_work(session, TEST):
        session.scalars(select(RuleValue).where(RuleValue.key == PERSON_LIMIT)).one().value = "1"
    make_task(owner=cast.staff_jwc)
    other = make_task(number="8", title="共建机房", lead_department=cast.xinxi)
    make_task_department(task=other, department=cast.jwc, owner=cast.staff_jwc)
    page = client_for("office").get(f"/decomposition/coverage/{cast.cycle.id}").text
    load = page.split('id="load"')[1].split("</section>")[0]
    assert f'<a href="/task/show/{other.id}">8 共建机房</a>' in load


def test_the_coverage_is_not_told_to_departments(cast: Cast, client_for: ClientFor) -> None:
    address = f"/decomposition/coverage/{cast.cycle.id}"
    assert client_for("head_jwc").get(address).status_code == 404
    assert client_for("office").get("/decomposition/coverage/999999").status_code == 404


def test_the_pages_cost_the_same_for_one_part_and_for_many(
    cast: Cast, whole: Task, client_for: ClientFor
) -> None:
    make_task(parent=whole, lead_department=cast.xinxi, agreement=Agreement.ASKED, standard=None)
    office, table = client_for("office"), make_decomposition()
    pages = (f"/task/show/{whole.id}", f"/decomposition/show/{table.id}",
             f"/decomposition/coverage/{cast.cycle.id}",
             f"/decomposition/tree/{cast.cycle.id}")  # fmt: skip
    few = [cost(office, page) for page in pages]
    for _ in range(8):
        make_task(
            parent=whole, lead_department=cast.xinxi, agreement=Agreement.ASKED, standard=None
        )
    assert [cost(office, page) for page in pages] == few
