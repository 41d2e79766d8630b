"""A meeting through the door: its agenda is filled from what waits, its minutes entered at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.improvement import Adjustment, AdjustmentStatus
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting
from app.models.planning import Decomposition, DecompositionStatus
from tests.cast import TODAY
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_decomposition,
    make_meeting,
)

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def item(session: AnySession) -> AgendaItem:
    return make_agenda_item(meeting=make_meeting(held_on=TODAY), title="审定全年安排")


@pytest.fixture
def waiting(session: AnySession) -> tuple[Decomposition, Adjustment]:
    return (
        make_decomposition(title="分解表送审稿", status=DecompositionStatus.COMMITTEE),
        make_adjustment(status=AdjustmentStatus.COMMITTEE),
    )


def subjects(session: AnySession) -> list[AgendaSubject]:
    return list(session.scalars(select(AgendaSubject).order_by(AgendaSubject.id)))


def place(client: FlaskClient, item: AgendaItem, *rows: object) -> None:
    client.post(
        f"/meeting/place/{item.meeting_id}/{item.id}",
        data={"row": [f"{row.__tablename__}-{row.id}" for row in rows]},  # type: ignore[attr-defined]
    )


def test_what_waits_is_ticked_onto_the_agenda_and_taken_off(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    office = client_for("office")
    page = office.get(f"/meeting/show/{item.meeting_id}").text
    assert "分解表送审稿" in page and "将待审定事项列入议题（2）" in page
    place(office, item, *waiting)
    assert [one.subject_id for one in subjects(session)] == [row.id for row in waiting]
    office.post(f"/meeting/take_off/{item.meeting_id}/{subjects(session)[0].id}")
    assert len(subjects(session)) == 1


def test_the_secretary_enters_the_minutes_in_one_pass(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    secretary = client_for("secretary")
    place(secretary, item, *waiting)
    first, second = subjects(session)
    address = f"/meeting/minutes/{item.meeting_id}"
    assert "分解表送审稿" in secretary.get(address).text
    said = {
        f"outcome-{first.id}": "approved",
        f"outcome-{second.id}": "deferred",
        f"wording-{second.id}": "",
        "minutes_number": "院党纪要〔2026〕3号",
    }
    refused = secretary.post(address, data=said)
    assert refused.status_code == 422 and "请写明对" in refused.text
    assert "院党纪要〔2026〕3号" in refused.text, "what was typed is kept"
    session.expire_all()
    assert waiting[0].status == "committee"
    secretary.post(address, data={**said, f"wording-{second.id}": "下次再议"})
    session.expire_all()
    assert (waiting[0].status, waiting[1].status) == ("approved", "deferred")
    assert item.meeting.minutes_number == "院党纪要〔2026〕3号"
    again = secretary.post(address, data=said, follow_redirects=True)
    assert "本次会议没有待录入结论的事项。" in again.text


def test_a_row_left_open_stays_on_the_agenda(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    secretary = client_for("secretary")
    place(secretary, item, *waiting)
    first, second = subjects(session)
    address = f"/meeting/minutes/{item.meeting_id}"
    assert secretary.post(address, data={}).status_code == 422
    secretary.post(address, data={f"outcome-{first.id}": "approved", f"outcome-{second.id}": ""})
    session.expire_all()
    assert (waiting[0].status, waiting[1].status) == ("approved", "committee")
    assert "分解表送审稿" not in secretary.get(address).text


def test_nothing_is_approved_by_an_untouched_form_but_the_rest_may_be_said_at_once(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    secretary = client_for("secretary")
    place(secretary, item, *waiting)
    address = f"/meeting/minutes/{item.meeting_id}"
    assert 'value="approved" checked' not in secretary.get(address).text
    assert secretary.post(address, data={"minutes_number": "7"}).status_code == 422
    second = subjects(session)[1]
    said = {"rest": "approved", f"outcome-{second.id}": "deferred", f"wording-{second.id}": "再议"}
    secretary.post(address, data=said)
    session.expire_all()
    assert (waiting[0].status, waiting[1].status) == ("approved", "deferred")


def test_what_a_second_tab_wrote_is_shown_beside_what_was_decided(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    secretary = client_for("secretary")
    place(secretary, item, waiting[0])
    one, address = subjects(session)[0], f"/meeting/minutes/{item.meeting_id}"
    secretary.post(address, data={f"outcome-{one.id}": "approved"})
    late = {f"outcome-{one.id}": "rejected", f"wording-{one.id}": "第二个窗口写的话"}
    answer = secretary.post(address, data=late)
    assert answer.status_code == 422 and "第二个窗口写的话" in answer.text


def test_nobody_else_fills_agendas_or_enters_minutes(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    place(client_for("leader"), item, *waiting)
    assert subjects(session) == []
    place(client_for("office"), item, *waiting)
    for name in ("office", "leader", "head.jwc"):
        answer = client_for(name).post(
            f"/meeting/minutes/{item.meeting_id}",
            data={f"outcome-{subjects(session)[0].id}": "approved"},
        )
        assert answer.status_code in (403, 404), name
    assert session.scalar(select(Decision.id)) is None


@pytest.mark.parametrize(
    "door",
    ["place/{m}/0", "place/{m}/abc", "place/{m}/" + "9" * 30, "take_off/{m}/0", "take_off/{m}/x"],
)
def test_a_wrong_address_is_not_found(item: AgendaItem, client_for: ClientFor, door: str) -> None:
    address = "/meeting/" + door.format(m=item.meeting_id)
    assert client_for("secretary").post(address).status_code == 404


def test_a_meeting_to_come_has_no_minutes_yet(
    session: AnySession, waiting: tuple[Decomposition, Adjustment], client_for: ClientFor
) -> None:
    import datetime as dt

    meeting: Meeting = make_meeting(held_on=TODAY + dt.timedelta(days=3))
    item = make_agenda_item(meeting=meeting)
    secretary = client_for("secretary")
    place(secretary, item, waiting[0])
    assert "录入会议结论" not in secretary.get(f"/meeting/show/{meeting.id}").text
    assert "本次会议没有待录入结论的事项。" in secretary.get(f"/meeting/minutes/{meeting.id}").text


def test_a_decision_is_about_what_stands_on_its_agenda(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    table, secretary = waiting[0], client_for("secretary")
    said = {
        "agenda_item": item.id, "outcome": "approved", "decided_on": TODAY.isoformat(),
        "subject_table": "decomposition", "subject_id": table.id,
    }  # fmt: skip
    refused = secretary.post("/decision/add", data=said)
    assert "该事项未列入此议题" in refused.text
    early = said | {"subject_table": "", "subject_id": "", "decided_on": "2026-12-31"}
    assert "审定日期未到" in secretary.post("/decision/add", data=early).text
    assert not session.scalars(select(Decision)).all()
    general = said | {"subject_table": "", "subject_id": ""}
    assert secretary.post("/decision/add", data=general).status_code == 302
    decision = session.scalars(select(Decision)).one()
    secretary.post(f"/decomposition/step/approve/{table.id}", data={"decision_id": decision.id})
    session.refresh(table)
    assert table.status == DecompositionStatus.COMMITTEE


def test_a_row_that_waits_for_a_meeting_says_where_it_stands(
    session: AnySession, item: AgendaItem, waiting: tuple[Decomposition, Adjustment],
    client_for: ClientFor,
) -> None:  # fmt: skip
    """The step that the minutes take is not offered as a button without a meeting."""
    secretary, head = client_for("secretary"), client_for("office")
    for row in waiting:
        address = f"/{row.__tablename__}/show/{row.id}"
        page = secretary.get(address).text
        assert "尚未列入任何会议议程" in page
        assert f'href="/meeting/show/{item.meeting_id}"' in page
        assert f"/step/approve/{row.id}" not in page
        place(secretary, item, row)
        for reader in (secretary, head):
            page = reader.get(address).text
            assert "尚未列入任何会议议程" not in page
            assert f'href="/meeting/show/{item.meeting_id}"' in page


def test_a_new_item_comes_behind_the_last_one(
    session: AnySession, item: AgendaItem, client_for: ClientFor
) -> None:
    secretary = client_for("secretary")
    link = re.search(
        r'href="(/agenda_item/add[^"]*)"', secretary.get(f"/meeting/show/{item.meeting_id}").text
    )
    assert link is not None
    form = secretary.get(unescape(link[1])).text
    field = re.search(r'<input[^>]*name="position"[^>]*>', form)
    assert field is not None and f'value="{item.position + 1}"' in field[0]
    assert secretary.get("/agenda_item/add").status_code == 200
