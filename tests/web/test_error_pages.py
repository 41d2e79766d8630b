"""What one is told when something goes wrong, and that it needs nothing that may be broken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core import clock
from app.web import errors
from tests.cast import TODAY, Cast
from tests.factories import make_delegation, make_department_plan

ClientFor = Callable[[str], FlaskClient]


@contextmanager
def broken() -> Iterator[list[str]]:
    """A database that answers nothing any more; the list tells how often it was asked."""
    asked: list[str] = []

    def refuse(state: Any) -> None:
        asked.append(str(state.statement))
        raise OperationalError("SELECT 1", {}, ConnectionError("the database is away"))

    event.listen(Session, "do_orm_execute", refuse)
    try:
        yield asked
    finally:
        event.remove(Session, "do_orm_execute", refuse)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_a_page_with_a_sentence_and_a_way_on(
    app: Flask, code: int, language: str
) -> None:
    with app.test_request_context(f"/somewhere?lang={language}"):
        app.preprocess_request()
        page, status = errors.answer(code, errors._sentence(code))
    assert status == code
    assert len(re.findall(r"<h1", page)) == 1
    assert str(code) in page
    assert 'href="/"' in page
    assert "Traceback" not in page


def test_who_stood_in_until_yesterday_is_told_that_it_is_over(
    cast: Cast, client_for: ClientFor
) -> None:
    with clock.at(TODAY - dt.timedelta(days=9)):
        make_delegation(
            giver=cast.head_xinxi, receiver=cast.staff_jwc, department=None,
            valid_from=TODAY - dt.timedelta(days=9), valid_to=TODAY - dt.timedelta(days=1),
        )  # fmt: skip
    plan = make_department_plan(department=cast.xinxi)
    place = f"/department_plan/show/{plan.id}"
    told = client_for("staff_jwc").get(place)
    assert told.status_code == 404
    way = told.text.split('class="lx-empty error-page"')[1]
    assert cast.head_xinxi.name in way and str(TODAY - dt.timedelta(days=1)) in way
    assert cast.head_xinxi.name not in client_for("head_jwc").get(place).text


def test_a_page_that_is_not_there_stands_in_the_shell(client_for: ClientFor) -> None:
    answer = client_for("office").get("/nothing/here")
    assert answer.status_code == 404
    assert 'id="menu"' in answer.text


def test_without_its_database_the_system_still_answers(client_for: ClientFor, app: Flask) -> None:
    client = client_for("office")
    with broken() as asked:
        answer = client.get("/task/list/")
        assert answer.status_code == 500
        assert 'class="lx lx-out"' in answer.text
        assert 'id="menu"' not in answer.text
        assert "the database is away" not in answer.text
        assert asked
        asked.clear()
        with app.test_request_context("/"):
            errors.answer(500, "")
            errors.answer(503, "")
        assert not asked, "the page itself asks for nothing"


def test_an_error_of_the_interface_is_json(client_for: ClientFor) -> None:
    answer = client_for("office").get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.json["message"]


def test_the_page_of_the_interface_runs_no_script_of_its_own(client_for: ClientFor) -> None:
    text = client_for("office").get("/swagger/v1").text
    assert 'data-address="/api/v1/_openapi"' in text
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    for attributes, code in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.S):
        assert "src=" in attributes or "application/json" in attributes
        assert "src=" not in attributes or not code.strip()
