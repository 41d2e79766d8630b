"""The page of any row: its facts, what may be done with it, what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import widgets
from flask_appbuilder.charts import widgets as charts
from flask_appbuilder.security.views import RoleListWidget, RoleShowWidget

from app.models.improvement import AdjustmentStatus
from app.models.monitoring import CheckStatus
from app.models.supervision import CaseStatus
from tests.cast import Cast
from tests.factories import (
    make_adjustment,
    make_adjustment_change,
    make_monthly_check,
    make_supervision_case,
)

ClientFor = Callable[[str], FlaskClient]


def head_of(page: str) -> str:
    return page[page.index('<header class="lx-head">') : page.index("</header>", page.index("<h1"))]


# Facts ------------------------------------------------------------------------------------------


def test_the_heading_is_the_row_s_own_name_with_its_status(client_for: ClientFor) -> None:
    case = make_supervision_case(matter="逾期的任务", status=CaseStatus.OPEN)
    head = head_of(client_for("office").get(f"/supervision_case/show/{case.id}").text)
    assert "逾期的任务" in head
    assert CaseStatus.OPEN.zh in head
    assert 'href="/supervision_case/list/"' in head


def test_related_rows_are_links_and_empty_facts_are_folded(
    client_for: ClientFor, cast: Cast
) -> None:
    case = make_supervision_case(department=cast.jwc, leader=cast.leader, status=CaseStatus.OPEN)
    page = client_for("office").get(f"/supervision_case/show/{case.id}").text
    for place in (
        f"/department/show/{cast.jwc.id}",
        f"/person/show/{cast.leader.id}",
        f"/task/show/{case.task_id}",
    ):
        assert f'href="{place}"' in page, place
    empties = page[page.index("sh-empties") :]
    assert "办结日期" in empties[: empties.index("</details>")]


# Steps -------------------------------------------------------------------------------------------


def test_a_step_back_is_never_the_first_button(client_for: ClientFor) -> None:
    check = make_monthly_check(status=CheckStatus.SUBMITTED)
    head = head_of(client_for("office").get(f"/monthly_check/show/{check.id}").text)
    button = re.search(rf'<a class="([^"]*)" href="/monthly_check/step/return/{check.id}"', head)
    assert button is not None
    assert "btn-primary" not in button.group(1)


def test_a_step_of_another_role_is_not_mentioned(client_for: ClientFor) -> None:
    case = make_supervision_case(status=CaseStatus.OPEN)
    page = client_for("auditor").get(f"/supervision_case/show/{case.id}").text
    assert "/supervision_case/step/" not in page
    assert 'class="sh-why"' not in page


# What hangs on it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "offered"), [(AdjustmentStatus.DRAFT, True), (AdjustmentStatus.APPLIED, False)]
)
def test_a_related_row_is_added_only_while_the_parent_takes_it(
    client_for: ClientFor, status: AdjustmentStatus, offered: bool
) -> None:
    adjustment = make_adjustment(status=status)
    page = client_for("head_jwc").get(f"/adjustment/show/{adjustment.id}").text
    assert ("/adjustment_change/add?" in page) is offered
    assert (
        "/adjustment_change/add?"
        not in client_for("auditor").get(f"/adjustment/show/{adjustment.id}").text
    )


def test_an_adjustment_reads_as_a_redline(client_for: ClientFor, cast: Cast) -> None:
    adjustment = make_adjustment()
    for name, old, new in (
        ("assist", "jwc;xsc", "xinxi"),
        ("leader_id", str(cast.leader.id), str(cast.other_leader.id)),
    ):
        make_adjustment_change(
            adjustment=adjustment, column_name=name, old_value=old, new_value=new
        )
    page = client_for("office").get(f"/adjustment/show/{adjustment.id}").text
    assert "<del>教务处、学生工作处</del> → <ins>信息工程系</ins>" in page
    assert f"<del>{cast.leader.name}</del> → <ins>{cast.other_leader.name}</ins>" in page


# What Flask-AppBuilder brings of its own ---------------------------------------------------------------

BARE = {
    "include_columns": ["name"], "label_columns": {"name": "名称"}, "formatters_columns": {},
    "value_columns": ["甲"], "pks": [1], "modelview_name": "TaskView", "actions": {}, "pk": 1,
    "fieldsets": [], "filters": None, "include_cols": ["name"], "chart_title": "图",
}  # fmt: skip
LISTS = (
    widgets.ListWidget, widgets.ListMasterWidget, widgets.ListThumbnail, widgets.ListLinkWidget,
    widgets.ListCarousel, widgets.ListItem, widgets.ListBlock, RoleListWidget,
)  # fmt: skip
SHOWS = (widgets.ShowWidget, widgets.ShowBlockWidget, widgets.ShowVerticalWidget, RoleShowWidget)
CHARTS = (charts.ChartWidget, charts.DirectChartWidget)


@pytest.mark.parametrize("widget", [*LISTS, *SHOWS, *CHARTS], ids=lambda one: one.__name__)
def test_a_widget_of_the_framework_is_plain_and_shows_its_rows(
    app: Flask, widget: type[widgets.RenderTemplateWidget]
) -> None:
    told = dict(BARE)
    if widget in LISTS:
        told["value_columns"] = [{"name": "甲"}]
    elif widget in CHARTS:
        told["value_columns"] = [("甲", 3)]
    with app.test_request_context("/"):
        drawn = widget(**told)()
    assert "甲" in drawn
    for word in ("<script", "style=", "onclick", "data-toggle", "glyphicon", 'class="fa '):
        assert word not in drawn, word


def test_a_field_set_keeps_its_heading(app: Flask) -> None:
    with app.test_request_context("/"):
        told = {**BARE, "fieldsets": [("第一组", {"fields": ["name"], "expanded": False})]}
        drawn = widgets.ShowWidget(**told)()
    assert "第一组" in drawn
    assert "甲" in drawn


def test_our_templates_hold_no_inline_script_or_style() -> None:
    folder = Path(__file__).parents[2] / "app" / "templates"
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'\son[a-z]+="|\sstyle=|javascript:', text), path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), path
