"""The supervision board and the page of a case: what stands where, who sees and does what, what a
refusal keeps, what a page costs (Art. 8)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.improvement import Evidence
from app.models.monitoring import Light
from app.models.planning import TaskStatus
from app.models.supervision import CaseStage, CaseStatus, CaseStep, StepKind, SupervisionCase
from app.supervision.board import PER_COLUMN
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, Cast
from tests.factories import make_case_step, make_supervision_case, make_task

ClientFor = Callable[[str], FlaskClient]

BOARD = "/supervision/"


def columns(page: str) -> dict[str, list[int]]:
    """The cases of each column, in their order."""
    parts = re.split(r'data-column="(\w+)"', page.partition("bd-keys")[0])[1:]
    return {
        step: [int(key) for key in re.findall(r'id="bd-card-(\d+)"', part)]
        for step, part in zip(parts[::2], parts[1::2], strict=True)
    }


def column(page: str, step: str) -> str:
    """The markup of one column."""
    return page.partition(f'data-column="{step}"')[2].partition("</section>")[0]


def links(page: str) -> list[str]:
    return [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', page)]


def proposal(**given: object) -> SupervisionCase:
    return make_supervision_case(**{"number": None, "status": CaseStatus.PROPOSED} | given)


# What stands where ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "stage", "step"),
    [
        (CaseStatus.PROPOSED, CaseStage.SUPERVISE, "proposed"),
        (CaseStatus.OPEN, CaseStage.SUPERVISE, "supervise"),
        (CaseStatus.REPLIED, CaseStage.SUPERVISE, "supervise"),
        (CaseStatus.OPEN, CaseStage.URGE, "urge"),
        (CaseStatus.REPLIED, CaseStage.DEADLINE, "deadline"),
        (CaseStatus.OPEN, CaseStage.SPECIAL, "special"),
        (CaseStatus.ACCEPTED, CaseStage.SPECIAL, "settling"),
        (CaseStatus.ACCEPTED, CaseStage.URGE, "settling"),
        (CaseStatus.CLOSED, CaseStage.DEADLINE, "closed"),
    ],
)
def test_a_case_stands_in_the_column_of_its_step(
    client_for: ClientFor, status: CaseStatus, stage: CaseStage, step: str
) -> None:
    case = make_supervision_case(status=status, stage=stage, closed_on=TODAY)
    found = columns(client_for("office").get(BOARD).text)
    assert {name for name, cards in found.items() if cards} == {step}
    assert found[step] == [case.id]


@pytest.mark.parametrize("status", [CaseStatus.DISMISSED, CaseStatus.WITHDRAWN])
def test_what_was_not_opened_or_withdrawn_stands_nowhere(
    client_for: ClientFor, status: CaseStatus
) -> None:
    make_supervision_case(status=status)
    page = client_for("office").get(BOARD).text
    assert 'class="bd"' not in page and "lx-empty" in page


def test_the_most_urgent_come_first_and_the_rest_is_a_link(client_for: ClientFor) -> None:
    days = [TODAY + dt.timedelta(days=number) for number in range(PER_COLUMN + 2)]
    made = [make_supervision_case(status=CaseStatus.OPEN, due_on=day).id for day in reversed(days)][
        ::-1
    ]
    office = client_for("office")
    page = office.get(BOARD).text
    assert columns(page)["supervise"] == made[:PER_COLUMN]
    more = links(column(page, "supervise").partition("bd-more")[2])[0]
    rest = office.get(more).text
    assert all(f"/supervision_case/show/{key}" in rest for key in made)


def test_closed_cases_stand_with_the_last_one_first(client_for: ClientFor) -> None:
    early, late = (
        make_supervision_case(status=CaseStatus.CLOSED, closed_on=TODAY - dt.timedelta(days=ago)).id
        for ago in (9, 1)
    )
    assert columns(client_for("office").get(BOARD).text)["closed"] == [late, early]


def test_a_card_says_how_late_it_is_in_workdays(client_for: ClientFor) -> None:
    """Friday to Monday is one workday, though three days."""
    friday = TODAY - dt.timedelta(days=3)
    assert (TODAY.weekday(), friday.weekday()) == (0, 4)
    make_supervision_case(status=CaseStatus.OPEN, due_on=friday)
    make_supervision_case(status=CaseStatus.OPEN, due_on=TODAY + dt.timedelta(days=4))
    text = column(client_for("office").get(f"{BOARD}?lang=en").text, "supervise")
    assert "1 workday overdue" in text and "4 workdays left" in text
    assert text.count("is-late") == 1


def test_a_card_shows_the_light_the_urges_and_a_reply_that_waits(
    cast: Cast, client_for: ClientFor
) -> None:
    make_supervision_case(
        status=CaseStatus.REPLIED, stage=CaseStage.URGE, urges=2, due_on=TODAY, signed_at=clock.now(),
        department=cast.jwc, leader=cast.leader,
        task=make_task(status=TaskStatus.ACCEPTED, light=Light.ORANGE),
    )  # fmt: skip
    text = column(client_for("office").get(f"{BOARD}?lang=en").text, "urge")
    for words in (
        "light-orange",
        "urged 2 times",
        "reply to judge",
        "教务处",
        "冷分管",
        "due today",
    ):
        assert words in text, words
    assert "not signed for" not in text


# Who sees what -------------------------------------------------------------------------


def test_a_head_sees_the_own_cases_and_the_office_all(cast: Cast, client_for: ClientFor) -> None:
    own = make_supervision_case(status=CaseStatus.OPEN, department=cast.jwc).id
    other = make_supervision_case(status=CaseStatus.OPEN, department=cast.xinxi).id
    assert columns(client_for("head_jwc").get(BOARD).text)["supervise"] == [own]
    assert columns(client_for("office").get(BOARD).text)["supervise"] == [own, other]
    assert client_for("head_jwc").get(f"/supervision_case/show/{other}").status_code == 404


def test_nobody_but_the_office_is_offered_its_steps(cast: Cast, client_for: ClientFor) -> None:
    case = proposal(department=cast.jwc)
    for name in ("head_jwc", "leader", "topleader", "discipline", "auditor"):
        page = client_for(name).get(BOARD).text
        assert columns(page)["proposed"] == [case.id], name
        assert "/supervision/take/" not in page and 'name="rowid"' not in page, name
    page = client_for("office").get(BOARD).text
    assert f"/supervision/take/confirm/{case.id}" in page and 'name="rowid"' in page


# The conditions ------------------------------------------------------------------------


def test_the_board_keeps_the_conditions_of_its_address(cast: Cast, client_for: ClientFor) -> None:
    case = make_supervision_case(status=CaseStatus.OPEN, department=cast.jwc, due_on=TODAY)
    late = make_supervision_case(
        status=CaseStatus.OPEN, department=cast.xinxi, due_on=TODAY - dt.timedelta(days=4)
    )
    office = client_for("office")
    page = office.get(BOARD).text
    name = re.search(r'<select[^>]+name="(_flt_\d_department)"', page)
    assert name is not None
    narrowed = office.get(f"{BOARD}?{name[1]}={cast.jwc.id}").text
    assert columns(narrowed)["supervise"] == [case.id]
    tap = next(one for one in links(page) if "due_on=today" in one)
    assert columns(office.get(tap).text)["supervise"] == [late.id]


def test_a_count_leads_to_the_very_cases_it_counts(cast: Cast, client_for: ClientFor) -> None:
    late = make_supervision_case(
        status=CaseStatus.OPEN, stage=CaseStage.URGE, due_on=TODAY - dt.timedelta(days=4)
    )
    others = [
        make_supervision_case(status=CaseStatus.OPEN, stage=CaseStage.URGE, due_on=TODAY),
        make_supervision_case(status=CaseStatus.ACCEPTED, due_on=TODAY - dt.timedelta(days=4)),
    ]
    office = client_for("office")
    tap = next(one for one in links(office.get(BOARD).text) if "due_on=today" in one)
    behind = links(column(office.get(tap).text, "urge"))[0]
    rows = office.get(behind).text
    assert f"/supervision_case/show/{late.id}" in rows
    assert not any(f"/supervision_case/show/{one.id}" in rows for one in others)


# Steps on the board --------------------------------------------------------------------


def test_the_office_confirms_a_proposal_on_its_card(
    client_for: ClientFor, session: AnySession
) -> None:
    case = proposal()
    answer = client_for("office").post(
        f"/supervision/take/confirm/{case.id}", data={"version": case.version}
    )
    assert answer.status_code == 302 and answer.location.startswith(BOARD)
    session.expire_all()
    assert case.status == CaseStatus.OPEN and case.number and case.opened_on == TODAY


def test_a_dismissal_needs_its_reason_and_a_stale_card_keeps_it(
    client_for: ClientFor, session: AnySession
) -> None:
    case = proposal()
    office, place = client_for("office"), f"/supervision/take/dismiss/{case.id}"
    assert office.post(place, data={"version": case.version}).status_code == 422
    stale = office.post(place, data={"version": case.version + 1, "note": "已在会上说明"})
    assert stale.status_code == 409
    assert "此记录已被他人修改" in stale.text and "已在会上说明</textarea>" in stale.text
    session.expire_all()
    assert case.status == CaseStatus.PROPOSED
    office.post(place, data={"version": case.version, "note": "已在会上说明"})
    session.expire_all()
    assert case.status == CaseStatus.DISMISSED


def test_only_proposals_are_decided_on_the_board(cast: Cast, client_for: ClientFor) -> None:
    case = make_supervision_case(status=CaseStatus.OPEN, department=cast.jwc)
    office = client_for("office")
    assert office.post(f"/supervision/take/close/{case.id}").status_code == 404
    assert office.post(f"/supervision/take/confirm/{case.id}").status_code == 409
    assert client_for("head_jwc").post(f"/supervision/take/confirm/{case.id}").status_code == 403
    assert client_for("office").post("/supervision/take/confirm/x").status_code == 404


def test_marked_proposals_go_to_a_preview_and_back_to_the_board(
    client_for: ClientFor, session: AnySession
) -> None:
    cases = [proposal(), proposal()]
    office = client_for("office")
    place = "/supervision_case/action_post?view=all&from=board"
    preview = office.post(place, data={"action": "confirm", "rowid": [one.id for one in cases]})
    assert preview.status_code == 200
    assert all(f'value="{one.id}:{one.version}"' in preview.text for one in cases)
    action = re.search(r'class="lx-bulk-page" method="post" action="([^"]+)"', preview.text)
    assert action is not None
    done = office.post(
        action[1].replace("&amp;", "&"),
        data={
            "action": "confirm", "confirm": "1",
            "row": [f"{one.id}:{one.version}" for one in cases],
        },
    )  # fmt: skip
    assert done.location == f"{BOARD}?view=all"
    session.expire_all()
    assert {one.status for one in cases} == {CaseStatus.OPEN}
    assert len({one.number for one in cases}) == 2


# The page of a case --------------------------------------------------------------------


def opened(cast: Cast, session: AnySession, **given: object) -> SupervisionCase:
    """A case of 教务处 that the Office opened today."""
    case = proposal(**{"department": cast.jwc, "leader": cast.leader} | given)
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


# What a page costs ---------------------------------------------------------------------


def test_the_board_costs_the_same_with_one_case_and_with_forty(client_for: ClientFor) -> None:
    proposal()
    office = client_for("office")
    alone = cost(office, BOARD)
    for number in range(40):
        make_supervision_case(
            status=CaseStatus.OPEN, stage=list(CaseStage)[number % 4], due_on=TODAY
        )
    assert cost(office, BOARD) == alone <= 5


def test_the_page_of_a_case_costs_the_same_with_a_long_course(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = opened(cast, session)
    office = client_for("office")
    alone = cost(office, show(case))
    for _ in range(20):
        make_case_step(supervision_case=case, kind=StepKind.URGED, text="催办")
    assert cost(office, show(case)) == alone
