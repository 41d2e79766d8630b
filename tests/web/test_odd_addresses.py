"""No address and no form, however odd, ends in an error of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.unit_of_work import AnySession
from app.models.planning import TaskStatus
from tests.cast import Cast
from tests.factories import make_monthly_check, make_person, make_task

ClientFor = Callable[[str], FlaskClient]

FUZZ = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def browser(client_for: ClientFor, cast: Cast) -> FlaskClient:
    """教务处's head, with a few rows to look at."""
    for number in range(3):
        make_task(title=f"任务{number}", status=TaskStatus.ACCEPTED)
    return client_for("head_jwc")


@pytest.mark.parametrize(
    "query",
    [
        "page_TaskView=abc", "page_TaskView=-5", "page_TaskView=99999999999999999999999",
        "page_TaskView=²", "psize_TaskView=0", "psize_TaskView=-1", "psize_TaskView=999999999",
        "psize_TaskView=abc", "page_=1", "_oc_TaskView=nothing&_od_TaskView=asc",
        "_oc_TaskView=owner.password&_od_TaskView=asc", "_oc_TaskView=title&_od_TaskView=up",
        "_oc_TaskView=__class__&_od_TaskView=desc", "_flt_9_number=1", "_flt_99_title=x",
        "_flt_0_nothing=x", "_flt_0_=x", "_flt_0_password=x", "_flt_0_lead_department=abc",
        "_flt_0_lead_department=99999999999999999999", "_flt_0_due_on=yesterday",
        "_flt_0_weight=NaN", "_flt_1_weight=1e999", "_flt_0_weight=1,5", "_flt_0_status=none",
        "_flt_0_key_supervised=perhaps", "_flt_0_cycle=²", "_flt_0_title=%25_", "_flt_0_title=%ff%fe",
        "_flt_0_title=%ed%a0%80", "lang=xx", "values=1", "self=1", "filename=x",
        "_flt_0_title=" + "x" * 5000, "_flt_0_title=a&_flt_0_title=b",
    ],
)  # fmt: skip
def test_an_odd_list_address_is_answered(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"/task/list/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["_flt_0_title=%00", "_scheme=javascript&_external=1", "_method=DELETE", "endpoint=x"]
)
def test_an_address_that_cannot_mean_anything_is_turned_away(
    browser: FlaskClient, query: str
) -> None:
    assert browser.get(f"/task/list/?{query}").status_code == 400


@pytest.mark.parametrize("page", ["show", "edit", "step/accept"])
@pytest.mark.parametrize(
    "key",
    ["abc", "0", "-1", "1.5", "99999999999999999999", "null", "²", "１", "%201", "1;", "__class__"],
)
def test_an_id_that_is_none_finds_nothing(browser: FlaskClient, page: str, key: str) -> None:
    assert browser.get(f"/task/{page}/{key}").status_code == 404


def test_a_list_is_not_ordered_by_what_it_does_not_show(client_for: ClientFor) -> None:
    """An order by the password's hash would tell it, letter by letter."""
    make_person(username="zzz", password="a", staff_number="1")
    make_person(username="aaa", password="z", staff_number="2")
    browser = client_for("auditor")
    plain = browser.get("/person/list/").text
    for direction in ("asc", "desc"):
        for column in ("password", "department.id"):
            ordered = browser.get(
                f"/person/list/?_oc_PersonView={column}&_od_PersonView={direction}"
            ).text
            assert (ordered.find("zzz") < ordered.find("aaa")) == (
                plain.find("zzz") < plain.find("aaa")
            )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("weight", "NaN"), ("weight", "Infinity"), ("weight", "1e400"), ("weight", "99999999999"),
        ("weight", "-1"), ("weight", "abc"), ("sort_order", "99999999999999999999"),
        ("sort_order", "2147483648"), ("sort_order", "1.5"), ("due_on", "0001-01-01"),
        ("due_on", "9999-12-31"), ("due_on", "2026-02-30"), ("title", "x" * 501), ("title", "   "),
        ("number", "x" * 41), ("origin", "none"), ("visibility", ""), ("cycle", "abc"),
        ("owner", "99999999999999999999"), ("section", "1"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_comes_back_at_the_form(
    client_for: ClientFor, cast: Cast, column: str, value: str
) -> None:
    sent = {
        "cycle": str(cast.cycle.id), "title": "保留的输入", "lead_department": str(cast.jwc.id),
        "due_on": "2026-11-30", "origin": "annual", "visibility": "open", "remark": "也要保留",
    }  # fmt: skip
    answer = client_for("head_jwc").post("/task/add", data={**sent, column: value})
    assert answer.status_code in {200, 302, 422}
    if answer.status_code == 422:
        assert "也要保留" in answer.text


def test_a_text_with_nul_is_turned_away(browser: FlaskClient, cast: Cast) -> None:
    sent = {"title": "x\x00y", "lead_department": cast.jwc.id}
    assert browser.post("/task/add", data=sent).status_code == 400


@pytest.mark.parametrize("column", ["year", "month"])
@pytest.mark.parametrize("value", ["0", "-1", "13", "99999", "2147483648", "x"])
def test_a_check_of_no_month_is_refused(
    client_for: ClientFor, cast: Cast, session: AnySession, column: str, value: str
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    sent = {"task": str(task.id), "year": "2026", "month": "3", column: value}
    answer = client_for("head_jwc").post("/monthly_check/add", data=sent)
    assert answer.status_code == 422


words = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=30
)
names = st.sampled_from(
    [
        f"_flt_{place}_{column}"
        for place in range(8)
        for column in (
            "title",
            "cycle",
            "weight",
            "due_on",
            "status",
            "light",
            "key_supervised",
            "lead_department",
            "x",
        )
    ]
    + ["page_TaskView", "psize_TaskView", "_oc_TaskView", "_od_TaskView", "lang", "next"]
)
values = words | st.integers().map(str) | st.floats().map(str) | st.dates().map(str)


@FUZZ
@given(query=st.lists(st.tuples(names | words, values), max_size=5))
def test_any_list_address_is_answered(browser: FlaskClient, query: list[tuple[str, str]]) -> None:
    answer = browser.get(f"/task/list/?{urlencode(query)}")
    assert answer.status_code in {200, 400}


@FUZZ
@given(
    sent=st.dictionaries(
        st.sampled_from(
            [
                "actual_percent",
                "quality",
                "head_light",
                "head_light_reason",
                "done",
                "year",
                "month",
                "version",
            ]
        ),
        values,
    )
)
def test_any_form_is_answered(
    client_for: ClientFor, session: AnySession, sent: dict[str, Any]
) -> None:
    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED))
    body = {
        "task": str(check.task_id),
        "year": "2026",
        "month": "3",
        "version": str(check.version),
        **sent,
    }
    answer = client_for("head_jwc").post(f"/monthly_check/edit/{check.id}", data=body)
    assert answer.status_code in {302, 409, 422}
