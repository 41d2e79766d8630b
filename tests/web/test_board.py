"""The supervision board and the page of a case: what stands where, who sees and does what, what a
refusal keeps, what a page costs (Art. 8)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.monitoring import Light
from app.models.planning import TaskStatus
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase
from app.supervision.board import PER_COLUMN
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, Cast
from tests.factories import make_supervision_case, make_task

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
