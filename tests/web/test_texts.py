"""Texts at the doors: a form, the monthly sheet and its workbook, REST. What is refused is named
at its field, and what was typed stays."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Text, select

from app.core import clock
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.values import LONGEST_TEXT
from app.exchange.table_cells import Unreadable, read_value
from app.models.monitoring import CoordinationRequest, MonthlyCheck
from app.models.planning import Task, TaskStatus
from tests.cast import Cast
from tests.factories import make_task

ClientFor = Callable[[str], FlaskClient]
TOO_LONG = "长" * (LONGEST_TEXT + 1)


@pytest.fixture(autouse=True)
def after_april() -> Iterator[None]:
    with clock.at(dt.date(2026, 5, 6)):
        yield


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(status=TaskStatus.ACCEPTED, title="推进课程思政")


@pytest.fixture
def sheet(cast: Cast) -> str:
    return f"/month/{cast.jwc.id}/2026-04/"


def too_long(client: FlaskClient, name: str) -> str:
    words = "“%(name)s” takes at most %(limit)s characters; here are %(length)s."
    with client.application.test_request_context(headers={"Accept-Language": "zh"}):
        return str(message(words, name=name, limit=LONGEST_TEXT, length=len(TOO_LONG)))


@pytest.mark.parametrize("matter", [" ", "　", "\xa0\x0b"])
def test_a_request_for_nothing_is_refused_at_its_field(
    session: AnySession, cast: Cast, client_for: ClientFor, matter: str
) -> None:
    head = client_for("head_jwc")
    sent = {
        "department": str(cast.jwc.id), "addressed_department": str(cast.xinxi.id),
        "matter": matter,
    }  # fmt: skip
    answer = head.post("/coordination_request/add", data=sent)
    assert answer.status_code == 422
    with head.application.test_request_context(headers={"Accept-Language": "zh"}):
        words = str(message("Please fill in “%(name)s”.", name="事项"))
    assert words in answer.text and "有数值超出允许范围" not in answer.text
    assert not session.scalars(select(CoordinationRequest)).all()


def test_a_form_keeps_a_text_that_is_too_long(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    draft = make_task(title="草稿")
    page = {"title": "草稿", "measures": TOO_LONG, "cycle": str(draft.cycle_id),
            "lead_department": str(cast.jwc.id), "origin": "annual", "visibility": "open"}  # fmt: skip
    answer = head.post("/task/add", data=page)
    assert answer.status_code == 422
    assert too_long(head, "主要举措") in answer.text and TOO_LONG in answer.text


def test_rest_names_the_field_of_a_text_that_is_too_long(
    task: Task, cast: Cast, client_for: ClientFor
) -> None:
    draft = make_task(title="草稿")
    head = client_for("head_jwc")
    answer = head.put(f"/api/v1/task/{draft.id}", json={"measures": TOO_LONG})
    assert answer.status_code == 422 and answer.json is not None
    assert [one["field"] for one in answer.json["errors"]] == ["measures"]


def test_the_sheet_says_it_at_the_cell_and_saves_the_others(
    session: AnySession, task: Task, sheet: str, client_for: ClientFor
) -> None:
    cells = {"done": TOO_LONG, "problem": "缺\x0b设\x08备", "next_step": "　"}
    body = {"rows": {f"row-{task.id}": {"version": "0", "cells": cells}}}
    told: Any = client_for("head_jwc").post(f"{sheet}save", json=body).json
    assert list(told["rows"][0]["wrong"]) == ["done"]
    session.expire_all()
    check = session.scalars(select(MonthlyCheck).where(MonthlyCheck.task_id == task.id)).one()
    assert (check.done, check.problem, check.next_step) == (None, "缺\n设备", None)


def test_the_longest_text_goes_to_the_workbook_and_back_unchanged(
    session: AnySession, task: Task, sheet: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    body = {"rows": {f"row-{task.id}": {"version": "0", "cells": {"done": "长" * LONGEST_TEXT}}}}
    assert not head.post(f"{sheet}save", json=body).json["rows"][0]["wrong"]  # type: ignore[index]
    book = io.BytesIO(head.get(f"{sheet}book").data)
    page = head.post(f"{sheet}upload", data={"file": (book, "month.xlsx")}).text
    assert f'name="row-{task.id}-done"' not in page


def test_a_table_s_import_says_it_of_the_cell() -> None:
    assert read_value(Text(), "长" * LONGEST_TEXT) == "长" * LONGEST_TEXT
    with pytest.raises(Unreadable) as refused:
        read_value(Text(), TOO_LONG)
    assert refused.value.words.values == {"length": LONGEST_TEXT + 1, "limit": LONGEST_TEXT}


@pytest.mark.parametrize("cell", ["完成情况", "实际进度"])
def test_a_formula_in_the_workbook_is_refused_at_its_cell(
    task: Task, sheet: str, client_for: ClientFor, cell: str
) -> None:
    head = client_for("head_jwc")
    book = openpyxl.load_workbook(io.BytesIO(head.get(f"{sheet}book").data))
    table = book.worksheets[0]
    titles = [one.value for one in table[1]]
    table[2][titles.index(cell)].value = "=1+1"
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    page = head.post(f"{sheet}upload", data={"file": (file, "month.xlsx")}).text
    with head.application.test_request_context(headers={"Accept-Language": "zh"}):
        assert str(message("Formulas are not accepted in this column.")) in page
