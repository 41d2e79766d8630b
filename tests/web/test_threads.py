"""Nothing of one request reaches another when threads serve.

Views, resources and their schemas are single objects that all threads share. These tests
let four browsers hammer the real WSGI application on a database in a file, and look for
anything of the neighbour in the answers. One test takes the protection out and shows that the
question would notice.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.cycles import Cycle
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskStatus
from app.security import actors
from app.web import api
from app.web.filters import DomainFilters, RequestFilters
from tests import cast as the_cast
from tests.conftest import _address, _prepare
from tests.factories import make_task

ROUNDS = 15
CODES = ("bgs", "jwc", "xsc", "xinxi")
Ask = Callable[[FlaskClient, int], list[str]]


@pytest.fixture(scope="module")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application as a server runs it: every request commits by itself."""
    from app import create_app
    from config import Testing

    folder = tmp_path_factory.mktemp("threads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTANCE_PATH", str(folder))
        patch.setenv("DATABASE_URL", _address(request.config, folder))
        patch.setenv("SECRET_KEY", "only-for-tests-" + "x" * 40)
        config = Testing()
    config.LOG_LEVEL = "ERROR"
    app = create_app(config)
    with pytest.MonkeyPatch.context() as patch, clock.at(the_cast.TODAY):
        app.config["FAB_PASSWORD_HASH_METHOD"] = "pbkdf2:sha256:1"
        _prepare(app, cast=True)
        actors.forget()
        with app.app_context():
            _write_tasks()
        yield app
        actors.forget()
        with app.app_context():
            db.engine.dispose()


def _write_tasks() -> None:
    """Eight open tasks and two drafts for each department, named by its code."""
    for code in CODES:
        department = db.session.scalars(select(Department).where(Department.code == code)).one()
        for number in range(10):
            status = TaskStatus.PUBLISHED if number < 8 else TaskStatus.PROPOSED
            make_task(title=f"<{code}> {number}", lead_department=department, status=status)


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    """Let threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def _signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        key = db.session.scalar(select(Person.id).where(Person.username == the_cast.username(name)))
    with client.session_transaction() as kept:
        kept["_user_id"] = str(key)
        kept["signed_in_at"] = clock.now().timestamp()
    return client


def hammer(app: Flask, people: list[str], ask: Ask) -> list[str]:
    """Everybody asks at the same moment, again and again; what was wrong in the answers."""
    together = threading.Barrier(len(people))

    def run(place: int) -> list[str]:
        client = _signed_in(app, people[place])
        wrong = []
        for _ in range(ROUNDS):
            together.wait(timeout=60)
            wrong += ask(client, place)
        return wrong

    with ThreadPoolExecutor(len(people)) as pool:
        jobs = [
            pool.submit(contextvars.copy_context().run, run, place) for place in range(len(people))
        ]
        return [line for job in jobs for line in job.result(timeout=300)]


def _foreign(text: str, code: str) -> list[str]:
    return [other for other in CODES if other != code and f"&lt;{other}&gt;" in text]


def _filtered_list(app: Flask) -> Ask:
    with app.app_context():
        ids = {row.code: row.id for row in db.session.scalars(select(Department))}

    def ask(client: FlaskClient, place: int) -> list[str]:
        code = CODES[place]
        answer = client.get(f"/task/list/?_flt_0_lead_department={ids[code]}")
        if answer.status_code != 200:
            return [f"{code}: status {answer.status_code}"]
        if f"&lt;{code}&gt;" not in answer.text:
            return [f"{code}: own rows are missing"]
        return [f"{code} got rows of {other}" for other in _foreign(answer.text, code)]

    return ask


def test_a_filter_of_one_reader_is_not_another_s(served: Flask) -> None:
    assert hammer(served, ["office"] * 4, _filtered_list(served)) == []


@pytest.mark.parametrize("shared", [False, True])
def test_a_request_that_overtakes_another_changes_only_what_is_shared(
    served: Flask, monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    """Stock Flask-AppBuilder holds one object of filters per view; the REST API still works
    with such objects, a copy for each request. Without the copies the overtaken request
    answers with the rows of the other: the question finds what it looks for."""
    if shared:
        one_for_all = property(
            lambda view: view.__dict__["_filters_pattern"],
            lambda view, value: view.__dict__.__setitem__("_filters_pattern", value),
        )
        monkeypatch.setattr(RequestFilters, "_filters", one_for_all)
    ask = _filtered_resource(served)
    first, second = _signed_in(served, "office"), _signed_in(served, "office")
    outside = contextvars.copy_context()
    add, overtaken = DomainFilters.rest_add_filters, []

    def add_and_be_overtaken(filters: DomainFilters, data: Any) -> None:
        add(filters, data)
        if not overtaken:
            overtaken.append(True)
            with ThreadPoolExecutor(1) as other:
                other.submit(outside.run, ask, second, 1).result(timeout=60)

    monkeypatch.setattr(DomainFilters, "rest_add_filters", add_and_be_overtaken)
    wrong = ask(first, 0)
    assert overtaken
    assert bool(wrong) == shared


def _filtered_resource(app: Flask) -> Ask:
    with app.app_context():
        ids = {row.code: row.id for row in db.session.scalars(select(Department))}

    def ask(client: FlaskClient, place: int) -> list[str]:
        wanted = ids[CODES[place]]
        query = f"(filters:!((col:lead_department,opr:rel_o_m,value:{wanted})),page_size:200)"
        answer = client.get("/api/v1/task/", query_string={"q": query})
        got = {row["lead_department_id"] for row in answer.json["result"]}
        return [] if got == {wanted} else [f"{CODES[place]} got {got}"]

    return ask


def test_a_filter_of_one_api_client_is_not_another_s(served: Flask) -> None:
    assert hammer(served, ["office"] * 4, _filtered_resource(served)) == []


def test_everybody_sees_as_themselves(served: Flask) -> None:
    """Drafts are in the hands of their department: the actor of a request is its own."""
    people = ["head_jwc", "head_xinxi", "auditor", "other_leader"]
    drafts = [{"jwc"}, {"xinxi"}, set(CODES), {"bgs", "xsc"}]

    def ask(client: FlaskClient, place: int) -> list[str]:
        query = "(filters:!((col:status,opr:eq,value:proposed)),page_size:200)"
        answer = client.get("/api/v1/task/", query_string={"q": query})
        seen = {row["title"].split(">")[0].removeprefix("<") for row in answer.json["result"]}
        name = client.get("/account/").text
        wrong = [] if seen == drafts[place] else [f"{people[place]} saw drafts of {seen}"]
        family = the_cast.PEOPLE[people[place]][0] + the_cast.PEOPLE[people[place]][1]
        return wrong if family in name else [*wrong, f"{people[place]} got another's account"]

    assert hammer(served, people, ask) == []


def _editing(app: Flask) -> tuple[list[int], Ask]:
    with app.app_context(), unit_of_work(db.session, the_cast.TEST):
        cycle = db.session.scalars(select(Cycle)).one()
        rows = [Task(cycle=cycle, title=f"<edit> {place}", remark="") for place in range(4)]
        db.session.add_all(rows)
        db.session.flush()
        keys = [row.id for row in rows]
        titles = [row.title for row in rows]

    def ask(client: FlaskClient, place: int) -> list[str]:
        answer = client.put(f"/api/v1/task/{keys[place]}", json={"remark": f"of {place}"})
        if answer.status_code != 200:
            return [f"{place}: {answer.status_code} {answer.text}"]
        row = client.get(f"/api/v1/task/{keys[place]}").json["result"]
        if (row["title"], row["remark"]) != (titles[place], f"of {place}"):
            return [f"{place}: {row['title']} {row['remark']}"]
        return []

    return keys, ask


def _left(app: Flask, keys: list[int]) -> list[str | None]:
    with app.app_context():
        db.session.expire_all()
        return [db.session.get_one(Task, key).remark for key in keys]


def test_what_one_client_writes_lands_in_its_own_row(served: Flask) -> None:
    """marshmallow keeps the row it loads onto in the schema, which all threads share."""
    keys, ask = _editing(served)
    with served.app_context():
        before = db.session.query(Task).count()
    assert hammer(served, ["office"] * 4, ask) == []
    assert _left(served, keys) == [f"of {place}" for place in range(4)]
    with served.app_context():
        assert db.session.query(Task).count() == before


def test_two_loads_of_one_schema_do_not_meet(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same without luck: one load begins while another has just named its row."""
    with served.app_context():
        view: Any = next(
            one
            for one in served.appbuilder.baseviews
            if type(one).__name__ == "TaskApi"  # type: ignore[attr-defined]
        )
        first = api._own(view.edit_model_schema)
        first.instance = Task(title="first")
        second = api._own(view.edit_model_schema).load(
            {"remark": "second"}, session=db.session, partial=True, instance=Task(title="second")
        )
        assert (second.title, second.remark) == ("second", "second")
        assert first.instance.remark is None
        assert view.edit_model_schema.instance is None


def test_exports_at_the_same_moment_stand_one_after_another_in_the_trail(served: Flask) -> None:
    from app.core import audit

    def export(client: FlaskClient, place: int) -> list[str]:
        answer = client.get("/task/export/csv?view=all")
        return [] if answer.status_code == 200 else [f"{place}: {answer.text[:200]}"]

    assert hammer(served, ["office", "quality", "auditor", "topleader"], export) == []
    with served.app_context():
        assert audit.verify(db.session).intact
