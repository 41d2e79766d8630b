"""A form that is sent twice, or several times at one instant, makes one row."""

from __future__ import annotations

import contextvars
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.improvement import Evidence
from app.models.monitoring import CoordinationRequest
from app.models.planning import TaskStatus
from app.models.supervision import Instruction, SupervisionCase
from app.models.system import SentForm
from app.security import actors
from tests.cast import TODAY, Cast
from tests.conftest import _address, _prepare
from tests.factories import make_task

ClientFor = Callable[[str], FlaskClient]
AT_ONCE = 5
SAID = "这张表单已保存，没有重复提交。"


def drawn(client: FlaskClient, address: str) -> str:
    """The value on the form's page."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(address).text)
    assert found is not None
    return found[1]


def count(session: AnySession, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def case(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "cycle": str(cast.cycle.id), "source": "meeting", "matter": "推进实训基地建设",
        "ground": "会议要求。", "department": str(cast.jwc.id), **more,
    }  # fmt: skip


def test_a_form_sent_again_leads_to_the_row_it_made(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    office = client_for("office")
    sent = case(cast, once=drawn(office, "/supervision_case/add"))
    first = office.post("/supervision_case/add", data=sent)
    again = office.post("/supervision_case/add", data=sent)
    assert (first.status_code, again.status_code) == (302, 302)
    assert again.location == first.location
    assert SAID in office.get(again.location).text
    assert count(session, SupervisionCase) == 1


def test_each_page_of_the_form_makes_a_row_of_its_own(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    office = client_for("office")
    for _ in range(2):
        sent = case(cast, once=drawn(office, "/supervision_case/add"))
        assert office.post("/supervision_case/add", data=sent).status_code == 302
    assert count(session, SupervisionCase) == 2


def test_a_refused_form_keeps_its_value_and_is_saved_once_it_is_right(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    office = client_for("office")
    value = drawn(office, "/supervision_case/add")
    for wrong in (case(cast, matter="", once=value), case(cast, source="task", once=value)):
        refused = office.post("/supervision_case/add", data=wrong)
        assert refused.status_code == 422 and f'name="once" value="{value}"' in refused.text
    assert count(session, SentForm) == 0
    assert office.post("/supervision_case/add", data=case(cast, once=value)).status_code == 302
    assert count(session, SupervisionCase) == 1


def test_a_form_without_the_value_is_saved_as_often_as_it_is_sent(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    office = client_for("office")
    for _ in range(2):
        assert office.post("/supervision_case/add", data=case(cast)).status_code == 302
    assert count(session, SupervisionCase) == 2


def test_the_value_is_the_person_s_own(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    address = f"/instruction/on/task/{task.id}"
    for name in ("leader", "topleader"):
        sent = {"text": "请加快推进。", "once": "the-same-value"}
        assert client_for(name).post(address, data=sent).status_code == 302
    assert count(session, Instruction) == 2


def test_an_instruction_is_written_once(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    leader, address = client_for("leader"), f"/instruction/on/task/{task.id}"
    sent = {"text": "请加快推进。", "once": drawn(leader, address)}
    for _ in range(2):
        assert leader.post(address, data=sent).location == f"/task/show/{task.id}"
    assert SAID in leader.get(f"/task/show/{task.id}").text
    assert count(session, Instruction) == 1


def test_a_file_is_attached_once(session: AnySession, cast: Cast, client_for: ClientFor) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    head, address = client_for("head_jwc"), f"/evidence/add?_flt_0_task={task.id}"
    value = drawn(head, address)
    for _ in range(2):
        file = (io.BytesIO(b"%PDF-1.4 minutes"), "minutes.pdf")
        sent = {"file": file, "title": "纪要", "once": value}
        assert head.post(address, data=sent).location == f"/task/show/{task.id}"
    assert count(session, Evidence) == 1


def test_a_form_is_forgotten_after_some_days(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    client_for("office").post("/supervision_case/add", data=case(cast, once="an-old-one"))
    with clock.at(TODAY + dt.timedelta(days=8)):
        client_for("office").post("/supervision_case/add", data=case(cast, once="a-new-one"))
    assert session.scalars(select(SentForm.value)).all() == ["a-new-one"]


# At one instant ---------------------------------------------------------------------------


@pytest.fixture
def served(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An application as a server runs it: every transaction commits by itself."""
    from app import create_app
    from config import Testing

    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", _address(request.config, tmp_path))
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-" + "x" * 40)
    config = Testing()
    config.LOG_LEVEL = "ERROR"
    app = create_app(config)
    app.config["FAB_PASSWORD_HASH_METHOD"] = "pbkdf2:sha256:1"
    _prepare(app, cast=True)
    actors.forget()
    yield app
    actors.forget()
    with app.app_context():
        db.engine.dispose()


def sent_at_once(app: Flask, name: str, address: str, data: dict[str, str]) -> list[str]:
    """Where the same form leads that is sent five times at one instant."""
    with app.app_context():
        key = str(Cast(db.session).person(name).id)
    ready = Barrier(AT_ONCE)

    def send() -> str:
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = key, True
            kept["signed_in_at"] = clock.now().timestamp()
        ready.wait()
        answer = client.post(address, data=data)
        assert answer.status_code == 302, answer.text
        return str(answer.location)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(contextvars.copy_context().run, send) for _ in range(AT_ONCE)]
        return [run.result() for run in runs]


def test_of_five_at_one_instant_one_makes_the_row(served: Flask) -> None:
    with served.app_context():
        cast = Cast(db.session)
        task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
        about, given = task.id, case(cast, once="five-at-once")
        asked = {
            "department": str(cast.jwc.id), "task": str(about), "matter": "请协调机房。",
            "addressed_department": str(cast.xinxi.id), "due_on": "2026-04-10",
            "once": "five-at-once",
        }  # fmt: skip
    cases = sent_at_once(served, "office", "/supervision_case/add", given)
    requests = sent_at_once(served, "head.jwc", "/coordination_request/add", asked)
    said = {"text": "请加快推进。", "once": "five-at-once"}
    sent_at_once(served, "leader", f"/instruction/on/task/{about}", said)
    assert len(set(cases)) == len(set(requests)) == 1
    with served.app_context():
        for model in (SupervisionCase, CoordinationRequest, Instruction):
            assert count(db.session, model) == 1
