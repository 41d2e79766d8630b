"""The page of a supervision case: what it foretells and offers, what a refusal keeps, who comes
second, what it costs (Art. 8)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleValue
from app.models.improvement import Evidence
from app.models.planning import TaskStatus
from app.models.supervision import CaseStatus, CaseStep, StepKind, SupervisionCase
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, Cast
from tests.factories import make_case_step, make_supervision_case, make_task

ClientFor = Callable[[str], FlaskClient]


def opened(cast: Cast, session: AnySession, **given: object) -> SupervisionCase:
    """A case of 教务处 that the Office opened today."""
    case = make_supervision_case(
        **{
            "number": None, "status": CaseStatus.PROPOSED,
            "department": cast.jwc, "leader": cast.leader,
        } | given
    )  # fmt: skip
    with unit_of_work(session, cast.actor("office")):
        workflow.apply(session, cast.actor("office"), case, "confirm")
    return case


def show(case: SupervisionCase) -> str:
    return f"/supervision_case/show/{case.id}"


def test_the_page_foretells_the_rungs_by_the_rule_book(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    """Five workdays to reply, twice urged with three each, then fifteen: the defaults."""
    case = opened(cast, session)
    page = client_for("head_jwc").get(f"{show(case)}?lang=en").text
    ahead = page.partition('class="cs-next"')[2].partition("</p>")[0]
    days, day = [], case.due_on
    assert day is not None
    for workdays in (3, 3, 15, 0):
        day += dt.timedelta(days=1)
        days.append(day.isoformat())
        day = clock.add_workdays(day, workdays)
    assert re.findall(r"<b>([\d-]+)</b>", ahead) == days
    here = page.partition('aria-current="step"')[2].partition("</li>")[0]
    assert "Supervised" in here and "since today" in here


def test_the_page_offers_what_its_reader_may_do_and_says_why_not_the_rest(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    offered = {
        name: set(re.findall(r'id="step-(\w+)"', client_for(name).get(show(case)).text))
        for name in ("head_jwc", "office", "leader", "auditor")
    }
    assert offered["head_jwc"] == {"sign", "reply"}
    assert {"urge", "set_deadline", "withdraw"} <= offered["office"]
    assert not offered["office"] & {"sign", "reply", "accept", "extend"}
    assert "extend" in offered["leader"]
    assert offered["auditor"] == set()
    why = client_for("office").get(show(case)).text.partition('class="sh-why"')[2]
    assert "当前状态“办理中”不能办理" in why or "办理中" in why.partition("</details>")[0]


def test_a_case_without_a_number_is_called_by_its_matter(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = make_supervision_case(number=None, task=None, source="meeting", matter="完善值班制度")
    title = client_for("office").get(show(case)).text.partition("<h1")[2].partition("</h1>")[0]
    assert "完善值班制度" in title and "—" not in title


def test_nobody_is_led_to_close_what_nobody_has_replied_to(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    """Closing is offered; it is unfolded only when it comes next: the task is done."""
    office = client_for("office")
    going = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    page = office.get(show(opened(cast, session, task=going))).text
    assert 'id="step-close">' in page and 'id="step-close" open' not in page
    done = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED, finished_on=TODAY)
    page = office.get(show(opened(cast, session, task=done))).text
    assert 'id="step-close" open' in page
    assert "目前不会自动升级" not in page


def test_where_no_leader_is_needed_the_office_is_offered_the_extension(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case, office, later = opened(cast, session), client_for("office"), TODAY + dt.timedelta(days=30)
    values = RuleValue.__table__
    of_key = values.c.key == "supervise.case_extension_needs_leader"
    session.execute(update(values).where(of_key).values(value="false"))
    session.commit()
    assert 'id="step-extend"' in office.get(show(case)).text
    said = {"version": str(case.version), "note": "设备未到", "due_on": later.isoformat()}
    office.post(f"/supervision_case/step/extend/{case.id}", data=said)
    session.expire_all()
    assert case.due_on == later


def test_a_step_is_taken_on_the_page_with_its_words_and_files(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    head = client_for("head_jwc")
    form = head.get(f"/supervision_case/step/reply/{case.id}").text
    assert 'id="step-reply" open' in form and "multipart/form-data" in form
    answer = head.post(
        f"/supervision_case/step/reply/{case.id}",
        data={
            "version": case.version, "note": "已完成设备安装。",
            "files": (io.BytesIO(b"%PDF-1.4 x"), "验收单.pdf"),
        },
    )  # fmt: skip
    assert answer.location == show(case)
    page = head.get(show(case)).text
    assert "已完成设备安装。" in page and "验收单.pdf" in page
    session.expire_all()
    assert case.status == CaseStatus.REPLIED


def test_a_refused_file_takes_the_reply_back_and_keeps_its_words(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    answer = client_for("head_jwc").post(
        f"/supervision_case/step/reply/{case.id}",
        data={
            "version": case.version, "note": "已完成设备安装。",
            "files": (io.BytesIO(b"MZ"), "程序.exe"),
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert "已完成设备安装。</textarea>" in answer.text and "exe" in answer.text
    session.expire_all()
    assert case.status == CaseStatus.OPEN
    assert session.scalars(select(Evidence.id)).all() == []


def test_words_that_are_missing_are_asked_for_at_their_field(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    answer = client_for("head_jwc").post(
        f"/supervision_case/step/reply/{case.id}", data={"version": case.version, "note": ""}
    )
    assert answer.status_code == 422
    assert 'id="reply-note-errors"' in answer.text


def test_a_reply_sent_twice_is_one_reply(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    head, place = client_for("head_jwc"), f"/supervision_case/step/reply/{case.id}"
    said = {"version": case.version, "note": "已完成设备安装。"}
    answers = [head.post(place, data=said) for _ in range(2)]
    assert [one.location for one in answers] == [show(case)] * 2
    replies = session.scalars(
        select(CaseStep).where(
            CaseStep.supervision_case_id == case.id, CaseStep.kind == StepKind.REPLY
        )
    ).all()
    assert len(replies) == 1


def test_who_comes_second_learns_who_was_first_and_keeps_the_words(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    seen, office = case.version, cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, case, "urge", note="请尽快办理。")
    answer = client_for("head_jwc").post(
        f"/supervision_case/step/reply/{case.id}",
        data={"version": seen, "note": "设备已到货，本周安装。"},
    )
    assert answer.status_code == 409
    assert "此记录已被他人修改" in answer.text and "白办公" in answer.text
    assert "设备已到货，本周安装。</textarea>" in answer.text
    session.expire_all()
    fresh = re.search(r'id="reply-version"[^>]*value="(\d+)"', answer.text)
    assert fresh is not None and int(fresh[1]) == case.version
    head = client_for("head_jwc")
    head.post(
        f"/supervision_case/step/reply/{case.id}",
        data={"version": fresh[1], "note": "设备已到货，本周安装。"},
    )
    session.expire_all()
    assert case.status == CaseStatus.REPLIED


def test_words_for_a_step_that_is_gone_are_not_lost(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    seen, office = case.version, cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, case, "withdraw", note="任务已调整。")
    answer = client_for("head_jwc").post(
        f"/supervision_case/step/reply/{case.id}", data={"version": seen, "note": "正在办理。"}
    )
    assert answer.status_code == 409 and "正在办理。</textarea>" in answer.text


def test_a_leader_extends_on_the_page_and_a_day_before_the_present_one_is_refused(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    leader, place = client_for("leader"), f"/supervision_case/step/extend/{case.id}"
    early = leader.post(
        place, data={"version": case.version, "note": "设备未到", "due_on": TODAY.isoformat()}
    )
    assert early.status_code == 422
    assert 'id="extend-due_on-errors"' in early.text and "设备未到</textarea>" in early.text
    later = TODAY + dt.timedelta(days=30)
    leader.post(
        place, data={"version": case.version, "note": "设备未到", "due_on": later.isoformat()}
    )
    session.expire_all()
    assert case.due_on == later


@pytest.mark.parametrize("pk", ["0", "x", "99999999999", "-1"])
def test_a_case_that_is_none_is_not_found(client_for: ClientFor, pk: str) -> None:
    assert client_for("office").get(f"/supervision_case/show/{pk}").status_code == 404
    assert client_for("office").get(f"/supervision_case/step/close/{pk}").status_code == 404


def test_the_page_of_a_case_costs_the_same_with_a_long_course(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    office = client_for("office")
    alone = cost(office, show(case))
    for _ in range(20):
        make_case_step(supervision_case=case, kind=StepKind.URGED, text="催办")
    assert cost(office, show(case)) == alone
