"""How many statements a page costs: a committed baseline, and no page that grows with its rows.

    WRITE_QUERY_COUNTS=1 python -m pytest tests/architecture/test_query_counts.py

writes `query_counts.json` anew; a count that rises needs its reason in the commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.improvement import Adjustment
from app.models.monitoring import CoordinationRequest, EarlyWarning, MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Indicator, Milestone, Task
from app.models.supervision import SupervisionCase
from app.models.system import AuditEvent
from tests.architecture import permission_matrix as matrix
from tests.architecture.permission_matrix import Door
from tests.cast import TODAY, Cast
from tests.conftest import rolled_back
from tests.factories import make, make_indicator, make_milestone, make_task

BASELINE = Path(__file__).parent / "query_counts.json"
LIST_LIMIT = 4
READERS = ("office", "admin", "auditor", "assessor", "discipline", "head_jwc")
"""Who opens a page: the first of them that may."""

GROWING = (
    Task, MonthlyCheck, EarlyWarning, Milestone, Indicator, Adjustment, SupervisionCase,
    CoordinationRequest, Person, Department,
)  # fmt: skip
NOT_PAGES = (".download", ".content", ".step", "UtilView.back", "LocaleView.index")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of the block, without the savepoints of the tests."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0].upper() not in {"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN"}:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def cost(client: FlaskClient, address: str) -> int:
    """Statements of a page once the person's rights are known, as they are after the first."""
    assert client.get(address).status_code == 200, address
    with statements() as seen:
        client.get(address)
    return len(seen)


@pytest.fixture(scope="module")
def pages(app: Flask) -> dict[str, int]:
    """Every page of the matrix with one row behind it, and its cost."""
    with rolled_back(app) as session, clock.at(TODAY):
        return dict(_measured(app, session))


def _measured(app: Flask, session: AnySession) -> Iterator[tuple[str, int]]:
    task = make_task()
    make_milestone(task=task)
    make_indicator(task=task)
    rows = _rows(app, session, task)
    readers = {name: Cast(session).actor(name) for name in READERS}
    clients = {name: _client(app, actor.user_id) for name, actor in readers.items()}
    for door in matrix.doors(app):
        if "GET" not in door.methods.split() or door.door.endswith(NOT_PAGES):
            continue
        if door.kind not in {"view", "api", "console"} and door.door != "HomeView.index":
            continue
        reader = next((name for name in READERS if _may(readers[name], door)), READERS[0])
        address = _address(door, rows)
        if address is None or clients[reader].get(address).status_code != 200:
            continue
        with statements() as seen:
            clients[reader].get(address)
        yield f"{door.door} ({reader})", len(seen)


def _client(app: Flask, person_id: int | None) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(person_id)
        kept["signed_in_at"] = clock.now().timestamp()
    return client


def _rows(app: Flask, session: AnySession, task: Task) -> dict[str, Any]:
    """A row for each view, by the view's endpoint."""
    kept: dict[type[Any], Any] = {Task: task}
    views = [
        *app.appbuilder.baseviews,
        *(view for site in app.extensions["admin"] for view in site._views),
    ]  # type: ignore[attr-defined]
    models = {view.endpoint: view.model for view in views if getattr(view, "model", None)}
    for model in sorted(set(models.values()) - {Task, AuditEvent}, key=lambda one: one.__name__):
        kept[model] = make(model)
    kept[AuditEvent] = session.scalars(select(AuditEvent).limit(1)).first()
    return {endpoint: kept[model] for endpoint, model in models.items()}


def _may(actor: Any, door: Door) -> bool:
    return all(actor.may(one) for one in door.permission.split(" + ") if ":" in one)


def _address(door: Door, rows: dict[str, Any]) -> str | None:
    row = rows.get(door.door.rpartition(".")[0])
    address = door.address
    for place in ("<pk>", "<int:pk>"):
        address = address.replace(place, str(getattr(row, "id", 0)))
    if door.kind == "console" and door.door.endswith((".details_view", ".edit_view")):
        address += f"?id={row.id}"
    return None if "<" in address else address


def test_no_page_costs_more_statements_than_before(pages: dict[str, int]) -> None:
    if os.environ.get("WRITE_QUERY_COUNTS"):
        BASELINE.write_text(json.dumps(pages, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    before: dict[str, int] = json.loads(BASELINE.read_text(encoding="utf-8"))
    told = []
    for page in sorted({*before, *pages}):
        was, now = before.get(page), pages.get(page)
        if was is None:
            told.append(f"{page}: {now} statements, not in the baseline yet: add it")
        elif now is None:
            told.append(f"{page}: gone: take it from the baseline")
        elif now > was:
            told.append(
                f"{page}: {now} statements instead of {was}: find out why; a good reason goes into the commit"
            )
        elif now < was:
            told.append(f"{page}: {now} statements instead of {was}: well done, lower the baseline")
    assert not told, "\n".join(told) + f"\n{__doc__}"


ONE_MORE = {
    "console_department.index_view (office)": "who heads and who leads each, in one statement",
    "console_person.index_view (office)": "everybody's posts today, in one statement",
}


def test_no_list_costs_more_than_four_statements(pages: dict[str, int]) -> None:
    lists = {
        page: count
        for page, count in pages.items()
        if page.split(" ")[0].rpartition(".")[2] in {"list", "get_list", "index_view"}
    }
    assert len(lists) > 40
    over = {page for page, count in lists.items() if count > LIST_LIMIT}
    assert over == set(ONE_MORE), over
    assert all(lists[page] == LIST_LIMIT + 1 for page in over)


@pytest.mark.parametrize("model", GROWING, ids=lambda model: model.__tablename__)
def test_a_list_costs_the_same_for_five_rows_and_for_sixty(
    app: Flask, client_for: Callable[[str], FlaskClient], model: type[Any]
) -> None:
    view = next(
        view
        for view in app.appbuilder.baseviews  # type: ignore[attr-defined]
        if getattr(view, "model", None) is model and hasattr(view, "list_widget")
    )
    office = client_for("office")
    places = (
        f"{view.route_base}/list/?psize_{type(view).__name__}=100",
        f"/api/v1/{model.__tablename__ if model is not Person else 'person'}/?q=(page_size:100)",
    )
    for _ in range(5):
        make(model)
    few = [cost(office, place) for place in places]
    for _ in range(55):
        make(model)
    assert [cost(office, place) for place in places] == few


def test_a_page_costs_the_same_for_few_and_many_related_rows(
    client_for: Callable[[str], FlaskClient],
) -> None:
    task = make_task()
    office = client_for("office")
    make_milestone(task=task)
    make_indicator(task=task)
    few = cost(office, f"/task/show/{task.id}")
    for _ in range(20):
        make_milestone(task=task)
        make_indicator(task=task)
    assert cost(office, f"/task/show/{task.id}") == few
