"""The work points through the door: composing, ordering, opinions and their answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import PlanStatus, Task
from app.models.work_points import WorkPoint, WorkPointOpinion, WorkPointSet
from tests.architecture.test_query_counts import cost
from tests.cast import Cast
from tests.factories import make_department_plan, make_task, make_work_point, make_work_point_set

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def draft(session: AnySession) -> WorkPointSet:
    points = make_work_point_set(title="2026年工作要点")
    for number, text in ((1, "加强专业建设。"), (2, "改善实训条件。")):
        make_work_point(work_point_set=points, number=str(number), sort_order=number, text=text)
    return points


@pytest.fixture
def proposals(session: AnySession, cast: Cast) -> list[Task]:
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED)
    return [make_task(title=title, department_plan=plan) for title in ("课程思政", "教材建设")]


def consult(session: AnySession, cast: Cast, points: WorkPointSet) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "consult")


def texts(session: AnySession, points: WorkPointSet) -> list[str]:
    session.expire_all()
    return list(
        session.scalars(
            select(WorkPoint.text)
            .where(WorkPoint.work_point_set_id == points.id)
            .order_by(WorkPoint.sort_order)
        )
    )


def test_the_office_composes_from_proposals(
    session: AnySession, draft: WorkPointSet, proposals: list[Task], client_for: ClientFor
) -> None:
    office, address = client_for("office"), f"/work_point_set/compose/{draft.id}"
    page = office.get(address).text
    assert "课程思政" in page and "教务处" in page
    nothing = office.post(address, data={"how": "each"})
    assert nothing.status_code == 422 and "请先勾选任务。" in nothing.text
    ticked = {"task": [task.id for task in proposals], "how": "merged", "chapter": "一、教学"}
    office.post(address, data=ticked)
    assert texts(session, draft)[-1] == "课程思政；教材建设。"
    assert "没有待编排的任务。" in office.get(address).text


def test_points_move_up_and_down(
    session: AnySession, draft: WorkPointSet, client_for: ClientFor
) -> None:
    office = client_for("office")
    second = session.scalars(select(WorkPoint.id).where(WorkPoint.number == "2")).one()
    office.post(f"/work_point_set/move/{draft.id}/{second}/up")
    assert texts(session, draft) == ["改善实训条件。", "加强专业建设。"]
    office.post(f"/work_point_set/move/{draft.id}/{second}/up")
    assert texts(session, draft)[0] == "改善实训条件。"
    for place in (f"{second}/sideways", "0/up", "x/up"):
        assert office.post(f"/work_point_set/move/{draft.id}/{place}").status_code == 404


def test_only_the_office_composes(draft: WorkPointSet, client_for: ClientFor) -> None:
    for name in ("head.jwc", "leader", "secretary"):
        answer = client_for(name).post(f"/work_point_set/compose/{draft.id}", data={"task": 1})
        assert answer.status_code in (302, 403, 404), name


def test_a_head_does_not_see_a_draft_but_what_is_put_out_for_opinions(
    session: AnySession, cast: Cast, draft: WorkPointSet, client_for: ClientFor
) -> None:
    head = client_for("head.jwc")
    assert head.get(f"/work_point_set/show/{draft.id}").status_code == 404
    consult(session, cast, draft)
    assert "加强专业建设。" in head.get(f"/work_point_set/show/{draft.id}").text


def test_an_opinion_is_given_and_answered(
    session: AnySession, cast: Cast, draft: WorkPointSet, client_for: ClientFor
) -> None:
    consult(session, cast, draft)
    head, office = client_for("head.jwc"), client_for("office")
    said = {"text": "写明专业数量", "department": cast.jwc.id, "point": "999999"}
    page = head.post(f"/work_point_set/opinion/{draft.id}", data=said, follow_redirects=True)
    assert "写明专业数量" in page.text
    one = session.scalars(select(WorkPointOpinion.id)).one()
    address = f"/work_point_set/answer/{draft.id}/{one}"
    office.post(address, data={"answer": "adopted", "reason": ""})
    assert session.get_one(WorkPointOpinion, one).answer is None
    page = office.post(
        address, data={"answer": "adopted", "reason": "已写明"}, follow_redirects=True
    )
    assert "已写明" in page.text
    assert office.post(address, data={"answer": "maybe", "reason": "x"}).status_code == 404
    assert head.post(address, data={"answer": "adopted", "reason": "x"}).status_code in (302, 403)


def test_nobody_speaks_for_another_department(
    session: AnySession, cast: Cast, draft: WorkPointSet, client_for: ClientFor
) -> None:
    consult(session, cast, draft)
    said = {"text": "冒名", "department": cast.xinxi.id}
    client_for("head.jwc").post(f"/work_point_set/opinion/{draft.id}", data=said)
    assert session.scalar(select(WorkPointOpinion.id)) is None


def test_the_next_edition_shows_what_changed(
    session: AnySession, cast: Cast, draft: WorkPointSet, client_for: ClientFor
) -> None:
    consult(session, cast, draft)
    office = client_for("office")
    place = office.post(f"/work_point_set/edition/{draft.id}").location
    point = session.scalars(select(WorkPoint).order_by(WorkPoint.id.desc()).limit(1)).one()
    with unit_of_work(session, cast.actor("office")):
        point.text = "改善校内实训条件。"
    page = office.get(place).text
    assert "<ins>校内</ins>" in page


def test_the_page_costs_the_same_however_many_points(
    draft: WorkPointSet, client_for: ClientFor
) -> None:
    office = client_for("office")
    few = cost(office, f"/work_point_set/show/{draft.id}")
    for number in range(3, 12):
        make_work_point(work_point_set=draft, number=str(number), sort_order=number)
    assert cost(office, f"/work_point_set/show/{draft.id}") == few
