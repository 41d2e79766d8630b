"""The search page and its suggestions: what is found, for whom, and what nothing can break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.planning import Task, TaskStatus, Visibility
from app.models.supervision import CaseSource
from tests.cast import Cast
from tests.factories import make_supervision_case, make_task

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def tasks(session: AnySession, cast: Cast) -> dict[str, Task]:
    published = {"lead_department": cast.jwc, "status": TaskStatus.PUBLISHED}
    return {
        "open": make_task(number="A-17", title="金秋实训基地", goal="内部的银杏", **published),
        "draft": make_task(number="A-18", title="金秋草案", lead_department=cast.jwc),
        "restricted": make_task(
            number="A-19", title="金秋限制", visibility=Visibility.RESTRICTED, **published
        ),
    }


def suggested(client: FlaskClient, query: str) -> list[str]:
    answer = client.get("/search/suggest", query_string={"q": query})
    assert answer.status_code == 200
    found = answer.get_json()
    titles = [
        "".join(part for part, _ in hit["parts"]) for g in found["groups"] for hit in g["hits"]
    ]
    assert len(titles) <= 8
    return titles


# Finding -------------------------------------------------------------------------------


def test_hits_stand_by_kind_with_links_and_marks(
    client_for: ClientFor, tasks: dict[str, Task], cast: Cast
) -> None:
    make_supervision_case(
        matter="督促金秋事项", number="督3号", source=CaseSource.MEETING, department=cast.jwc
    )
    page = client_for("office").get("/search/?q=金秋").text
    assert f'href="/task/show/{tasks["open"].id}"' in page
    assert "<mark>金秋</mark>实训基地" in page
    assert "督促<mark>金秋</mark>事项" in page
    assert "/task/list/?q=%E9%87%91%E7%A7%8B" in page
    assert page.count("<h1") == 1


def test_departments_and_people_are_found(client_for: ClientFor, cast: Cast) -> None:
    page = client_for("staff_jwc").get("/search/?q=教务处").text
    assert f'href="/department/show/{cast.jwc.id}"' in page
    assert f'href="/person/show/{cast.head_jwc.id}"' in page


def test_what_is_found_inside_is_shown(client_for: ClientFor, tasks: dict[str, Task]) -> None:
    assert "内部的<mark>银杏</mark>" in client_for("head_jwc").get("/search/?q=银杏").text


def test_suggestions_name_kind_title_and_place(
    client_for: ClientFor, tasks: dict[str, Task]
) -> None:
    found = client_for("head_xinxi").get("/search/suggest?q=a-17").get_json()
    (group,) = found["groups"]
    (hit,) = group["hits"]
    assert hit["url"] == f"/task/show/{tasks['open'].id}"
    assert "教务处" in hit["hint"] and "<" not in hit["hint"]
    assert ["A", True] in hit["parts"]


def test_a_code_that_was_typed_comes_first(
    client_for: ClientFor, tasks: dict[str, Task], cast: Cast
) -> None:
    make_task(title="xinxi 的任务", status=TaskStatus.PUBLISHED)
    assert suggested(client_for("office"), "xinxi")[0] == "信息工程系"


def test_one_kind_is_shown_page_by_page(client_for: ClientFor, session: AnySession) -> None:
    for number in range(30):
        make_task(title=f"冬雪第{number}项", status=TaskStatus.PUBLISHED)
    office = client_for("office")
    everything = office.get("/search/?q=冬雪").text
    assert everything.count("<mark>冬雪</mark>") == 6
    first = office.get("/search/?q=冬雪&kind=task").text
    second = office.get("/search/?q=冬雪&kind=task&page=2").text
    assert first.count("<mark>冬雪</mark>") == 25
    assert second.count("<mark>冬雪</mark>") == 5
    for odd in ("3", "0", "-1", "99999", "9" * 30, "x", "२"):
        page = office.get("/search/", query_string={"q": "冬雪", "kind": "task", "page": odd})
        assert page.text.count("<mark>冬雪</mark>") == 25, odd


def test_nothing_asked_and_nothing_found_say_so(client_for: ClientFor, session: AnySession) -> None:
    office = client_for("office")
    for address in ("/search/", "/search/?q=", "/search/?q=%20", "/search/?kind=task&page=2"):
        page = office.get(address)
        assert page.status_code == 200
        assert "lx-empty" in page.text
    assert "lx-empty" in office.get("/search/?q=没有这样的词").text
    assert "lx-empty" in office.get("/search/?q=教务处&kind=supervision_case").text
    assert office.get("/search/suggest").get_json()["groups"] == []


def test_each_kind_costs_one_statement(
    client_for: ClientFor, tasks: dict[str, Task], cast: Cast
) -> None:
    office = client_for("office")
    office.get("/search/?q=金秋")
    seen: list[str] = []
    listen = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for address in ("/search/?q=教", "/search/?q=教&kind=task", "/search/suggest?q=教"):
            seen.clear()
            assert office.get(address).status_code == 200
            asked = [words for words in seen if words.lstrip().upper().startswith("SELECT")]
            assert len(asked) <= 6, asked  # the signed-in person, the test's own, and one each
            assert sum("search_entry" in words for words in asked) == 4
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


# Attacks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["金秋", "A-18", "A-19", "金", "金秋 草案", "限制", "银杏", "部的"]
)
def test_strangers_learn_nothing_of_hidden_tasks(
    client_for: ClientFor, tasks: dict[str, Task], query: str
) -> None:
    stranger = client_for("head_xinxi")
    pages = [
        stranger.get("/search/", query_string={"q": query, "kind": kind}).text
        for kind in ("", "task", "person")
    ]
    pages.append(stranger.get("/search/suggest", query_string={"q": query}).text)
    for page in pages:
        for name in ("草案", "限制", "银杏"):
            assert name not in page.replace(query, "")
        for hidden in (tasks["draft"], tasks["restricted"]):
            assert f"/task/show/{hidden.id}" not in page
    assert [title for title in suggested(stranger, query) if "A-" in title] == (
        ["A-17 金秋实训基地"] if query in {"金秋", "金"} else []
    )


def test_hidden_rows_do_not_count(client_for: ClientFor, tasks: dict[str, Task]) -> None:
    told = client_for("head_xinxi").get("/search/suggest?q=金秋").get_json()["count"]
    assert "1" in told and "3" not in told
    assert "3" in client_for("head_jwc").get("/search/suggest?q=金秋").get_json()["count"]


ATTACKS = [
    '"', "'", "*", "金*", "NEAR(金 秋)", "金 AND", "OR", "NOT 金", "title:金秋", "{title body}: 金",
    "(金", ")", "^金", "-金", "金:*", "!金", "<->", "& |", "\\", "%", "_", "' OR 1=1 --",
    "'; DROP TABLE search_entry; --", "金\x00秋", "\ud800", "🙂🙂", "<script>alert(1)</script>",
    "x" * 10_000, "金" * 10_000, "a " * 5000, "\u202e金秋", "🏳️‍🌈", "%(q)s", "{0}", "½㎡",
]  # fmt: skip


@pytest.mark.parametrize("query", ATTACKS)
@pytest.mark.parametrize("address", ["/search/", "/search/suggest"])
def test_no_query_breaks_anything(
    client_for: ClientFor, tasks: dict[str, Task], address: str, query: str
) -> None:
    office = client_for("office")
    sent: Any = query.encode("utf-8", "surrogatepass")
    answer = office.get(address, query_string={"q": sent})
    assert answer.status_code in {200, 400}
    assert answer.mimetype == "application/json" or "<script>alert" not in answer.text
    assert "金秋实训基地" in "".join(suggested(office, "金秋实训"))


def test_markup_in_rows_stays_text(client_for: ClientFor, session: AnySession) -> None:
    make_task(title="<img src=x onerror=alert(1)>月季", status=TaskStatus.PUBLISHED)
    page = client_for("office").get("/search/?q=月季 img").text
    assert "&lt;<mark>img</mark> src=x" in page
    assert "<img src=x" not in page


def test_who_is_not_signed_in_finds_nothing(client: FlaskClient, tasks: dict[str, Task]) -> None:
    for address in ("/search/?q=金秋", "/search/suggest?q=金秋"):
        answer = client.get(address)
        assert answer.status_code in {302, 401}
        assert "实训" not in answer.text
