"""The screens of delegations: giving, seeing that one stands in, ending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.organisation import Delegation
from app.models.planning import PlanStatus
from app.models.system import Notification
from tests.cast import TODAY, Cast
from tests.factories import make_delegation, make_department_plan

ClientFor = Callable[[str], FlaskClient]
WEEK = TODAY + dt.timedelta(days=7)


def filled(cast: Cast, **said: object) -> dict[str, str]:
    usual = {"giver": cast.head_jwc.id, "receiver": cast.staff_jwc.id, "department": "",
             "valid_from": TODAY, "valid_to": WEEK, "ground": "外出学习"}  # fmt: skip
    return {name: str(value) for name, value in (usual | said).items()}


def test_a_head_delegates_and_the_receiver_is_told(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    head = client_for("head_jwc")
    form = head.get("/delegation/add").text
    assert "批示" in form
    answer = head.post("/delegation/add", data=filled(cast))
    assert answer.status_code == 302, answer.text
    row = session.scalars(select(Delegation)).one()
    assert (row.giver, row.receiver) == (cast.head_jwc, cast.staff_jwc)
    told = session.scalars(select(Notification)).one()
    assert (told.person_id, cast.head_jwc.name in told.text) == (cast.staff_jwc.id, True)


def test_a_head_gives_nothing_in_another_s_name(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    answer = client_for("head_jwc").post(
        "/delegation/add", data=filled(cast, giver=cast.head_xinxi.id)
    )
    assert answer.status_code == 422
    assert session.scalar(select(Delegation.id)) is None


def test_the_home_page_says_for_whom_and_until_when(client_for: ClientFor, cast: Cast) -> None:
    make_delegation(valid_from=TODAY, valid_to=WEEK)
    make_department_plan(department=cast.jwc, status=PlanStatus.REVIEWED)
    page = client_for("staff_jwc").get("/").text
    assert cast.head_jwc.name in page and WEEK.isoformat() in page
    assert f"（代{cast.head_jwc.name}）" in page
    assert f"department_plan.submit.for.{cast.head_jwc.id}.headed" in page
    key = f"/queue/department_plan.submit.for.{cast.head_jwc.id}.headed/"
    assert client_for("staff_jwc").get(key).status_code == 200
    assert cast.head_jwc.name not in client_for("staff_xinxi").get("/").text


def test_the_giver_ends_it_on_its_page_and_the_receiver_may_not(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    row = make_delegation(valid_from=TODAY, valid_to=WEEK)
    place, end = f"/delegation/show/{row.id}", f"/delegation/end/{row.id}"
    assert end in client_for("head_jwc").get(place).text
    assert end not in client_for("staff_jwc").get(place).text
    client_for("staff_jwc").post(end)
    session.refresh(row)
    assert row.ended_at is None
    assert client_for("head_jwc").post(end).status_code == 302
    session.refresh(row)
    assert row.ended_at is not None
    assert "已提前终止" in client_for("head_jwc").get(place).text


def test_a_delegate_takes_the_step_on_the_page(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.REVIEWED)
    step = f"/department_plan/step/submit/{plan.id}"
    assert client_for("staff_jwc").get(step).status_code == 403
    make_delegation(valid_from=TODAY, valid_to=WEEK)
    assert step in client_for("staff_jwc").get(f"/department_plan/show/{plan.id}").text
    assert client_for("staff_jwc").post(step, data={}).status_code == 302
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    assert f"{cast.staff_jwc.name} 代 {cast.head_jwc.name}" in page


def test_the_giver_s_home_page_says_who_stands_in_and_ends_it(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    """Also where the Office wrote it: the giver sees it for as long as it lasts."""
    client_for("office").post("/delegation/add", data=filled(cast, ground="病假，院长口头同意"))
    row = session.scalars(select(Delegation)).one()
    page = client_for("head_jwc").get("/").text
    assert cast.staff_jwc.name in page and WEEK.isoformat() in page
    assert "病假，院长口头同意" in page
    assert f"/delegation/end/{row.id}" in page
    assert f"/delegation/end/{row.id}" not in client_for("head_xinxi").get("/").text
    client_for("head_jwc").post(f"/delegation/end/{row.id}")
    assert f"/delegation/end/{row.id}" not in client_for("head_jwc").get("/").text


def test_one_to_come_is_announced_and_one_that_is_over_is_not(
    client_for: ClientFor, cast: Cast
) -> None:
    day = dt.timedelta(days=1)
    to_come = make_delegation(valid_from=TODAY + day, valid_to=WEEK)
    over = make_delegation(valid_from=TODAY - 9 * day, valid_to=TODAY - day)
    page = client_for("head_jwc").get("/").text
    assert f"/delegation/end/{to_come.id}" in page
    assert f"/delegation/end/{over.id}" not in page


def test_a_delegate_whose_delegation_ran_out_is_refused_and_nothing_changes(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.REVIEWED)
    make_delegation(valid_from=TODAY, valid_to=TODAY)
    step = f"/department_plan/step/submit/{plan.id}"
    assert client_for("staff_jwc").get(step).status_code == 200
    with clock.at(TODAY + dt.timedelta(days=1)):
        refused = client_for("staff_jwc").post(step, data={})
    assert refused.status_code == 403 and "您无权进行此操作。" in refused.text
    session.expire_all()
    assert plan.status == PlanStatus.REVIEWED
