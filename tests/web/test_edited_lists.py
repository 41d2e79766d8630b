"""A list that was exported, edited in a spreadsheet, and imported again: exactly the edits.

LibreOffice opens every list's files, one process for each format.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.actor import Door
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.editable import KIND_OF
from app.exchange.plan import Action, Plan
from app.exchange.plan_files import plan_department_file, plan_table_file, plan_task_file
from app.exchange.table_specs import KINDS, SPECS
from app.models.cycles import Direction, IndicatorKind
from app.models.organisation import DepartmentKind
from app.models.planning import TaskStatus
from tests.cast import TEST, YEAR, Cast
from tests.factories import (
    make,
    make_appointment,
    make_charge,
    make_department,
    make_holiday,
    make_indicator,
    make_indicator_template,
    make_person,
    make_phase,
    make_strategic_goal,
    make_task,
    make_task_department,
)
from tests.office import Edit, cells, edited, row_of, saved_by_libreoffice

ClientFor = Callable[[str], FlaskClient]


def views_with_lists(app: Flask) -> Iterator[tuple[str, Any]]:
    """Every list, by its import or else by its resource."""
    seen = set()
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if hasattr(view, "export_links") and view.model not in seen:
            seen.add(view.model)
            yield KIND_OF.get(view.model, view.class_permission_name), view


class Files:
    """Exports lists, edits the files, and asks what importing them would do."""

    def __init__(
        self, app: Flask, client_for: ClientFor, session: AnySession, cast: Cast, folder: Path
    ) -> None:
        self.app, self.session, self.cast, self.folder = app, session, cast, folder
        self.client_for = client_for
        self.lists = dict(views_with_lists(app))
        self.views = {kind: view for kind, view in self.lists.items() if kind in KINDS}

    def keeper(self, kind: str) -> str:
        """Who may import such rows; of others, who may export them."""
        rights = KINDS.get(kind, (f"{kind}:read", f"{kind}:{self._right(kind)}"))
        return next(
            who
            for who in ("office", "admin", "auditor", "quality", "assessor", "head_jwc")
            if all(self.cast.actor(who, Door.IMPORT).may(one) for one in rights)
        )

    def _right(self, kind: str) -> str:
        return str(self.lists[kind].method_permission_name["export"])

    def export(
        self, kind: str, form: str, columns: str = "", lang: str = "zh", query: str = ""
    ) -> Path:
        view = self.lists[kind]
        every = ",".join(view.list_columns_all)
        place = (
            f"{view.route_base}/export/{form}?view=all&lang={lang}&cols={columns or every}{query}"
        )
        answer = self.client_for(self.keeper(kind)).get(place)
        assert answer.status_code == 200, place
        path = self.folder / f"{kind}-{lang}-{form}.{form}"
        path.write_bytes(answer.data)
        return path

    def plan(self, kind: str, path: Path) -> Plan:
        actor = self.cast.actor(self.keeper(kind), Door.IMPORT)
        with self.app.test_request_context():
            if kind == "task":
                return plan_task_file(self.session, actor, path, year=YEAR)
            if kind == "department":
                return plan_department_file(self.session, actor, path)
            return plan_table_file(self.session, actor, path, SPECS[kind])


@pytest.fixture
def files(
    app: Flask, client_for: ClientFor, session: AnySession, cast: Cast, tmp_path: Path
) -> Files:
    return Files(app, client_for, session, cast, tmp_path)


@pytest.fixture
def rows(cast: Cast) -> dict[str, Any]:
    """What an office has: full rows, bare rows, and texts that no program likes."""
    nasty = "=1+1\n第二行 <b>粗</b> “引号”,逗号；_x0041_"
    same = {"last_name": "王", "first_name": "伟", "department": cast.jwc}
    return {
        "task": make_task(
            number="007", title="+推进改革", measures="3月：调研\r\n6月：实施", due_text="11月底",
            due_on=dt.date(2026, 11, 30), weight=Decimal("7.25"), owner=make_person(**same),
            owner_text="原文", remark=nasty, lead_department=cast.jwc, goal="'=已保护",
        ),
        "bare": make_task(number="", title="学院任务", lead_department=None, due_text="全年"),
        "issued": make_task(
            number="9", title="已发布", status=TaskStatus.PUBLISHED, lead_department=cast.jwc,
            due_on=dt.date(2026, 6, 30),
        ),
        "person": make_person(**same, staff_number="007", phone="013800000000"),
        "department": make_department(name="机电工程系", short_name="机电系", kind=DepartmentKind.TEACHING),
        "holiday": make_holiday(
            name="校庆", starts_on=dt.date(2026, 5, 4), ends_on=dt.date(2026, 5, 5), is_workday=False
        ),
        "indicator_template": make_indicator_template(
            code="=T1", name="论文", kind=IndicatorKind.QUANTITATIVE, direction=Direction.RISING,
            standard=nasty, unit="-",
        ),
        "strategic_goal": make_strategic_goal(
            code="G1", name="高水平", start_year=2026, end_year=2030, description=" 空格 "
        ),
        "phase": make_phase(remark="@说明"),
        "appointment": make_appointment(ground="院发〔2026〕1号"),
        "charge": make_charge(remark="1-2"),
        "help": make_task_department(task=make_task(title="有配合", due_text="6月")),
    }  # fmt: skip


def told(plan: Plan) -> list[Any]:
    """Everything of a plan that is not `unchanged`."""
    return [
        (
            str(row.action),
            sorted((change.field, change.old, change.new) for change in row.changes),
            [(error.field, str(error.message)) for error in row.errors],
        )
        for row in plan.rows
        if row.action != Action.UNCHANGED
    ]


# Unchanged ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "department_class"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_exported_list_comes_back_without_change(
    files: Files, rows: dict[str, Any], kind: str, form: str, lang: str
) -> None:
    plan = files.plan(kind, files.export(kind, form, lang=lang))
    assert told(plan) == []
    assert len(plan.rows) > 0
    assert [str(p.message) for p in plan.problems if p.level == "error"] == []


# Edited ---------------------------------------------------------------------------------


def notes(plan: Plan) -> str:
    return " ".join(str(problem.message) for problem in plan.problems)


def changed(files: Files, kind: str, columns: str, edit: Edit) -> Plan:
    return files.plan(kind, edited(files.export(kind, "xlsx", columns), edit))


@pytest.mark.parametrize("kind", ["task", "person", "department", "holiday"])
def test_columns_for_reading_are_passed_over_with_a_notice(
    files: Files, rows: dict[str, Any], kind: str
) -> None:
    locked = {"task": "light", "person": "", "department": "valid_to", "holiday": ""}[kind]
    name = "starts_on" if kind == "holiday" else "name" if kind != "task" else "title"
    plan = changed(
        files, kind, ",".join(filter(None, [name, locked])),
        lambda sheet, at: sheet.cell(2, 2 if locked else sheet.max_column + 1).__setattr__("value", "改"),
    )  # fmt: skip
    assert told(plan) == []
    assert ("only for reading" in notes(plan) or "仅供查看" in notes(plan)) is bool(locked)


def test_a_row_taken_out_of_the_file_is_no_deletion(files: Files, rows: dict[str, Any]) -> None:
    plan = changed(files, "holiday", "", lambda sheet, at: sheet.delete_rows(2))
    assert told(plan) == []
    assert "1" in notes(plan)


@pytest.mark.parametrize(
    ("kind", "columns", "row", "heading", "field"),
    [
        ("task", "title,weight", "+推进改革", "目标任务", "title"),
        ("task", "title,due_on", "+推进改革", "完成时限", "due"),
        ("holiday", "name,starts_on", "校庆", "开始", "starts_on"),
        ("department", "name,code", "机电工程系", "代码", "code"),
        ("indicator_template", "name,kind", "论文", "类型", "kind"),
    ],
)
def test_what_may_not_be_empty_is_refused_at_its_cell(
    files: Files, rows: dict[str, Any], kind: str, columns: str, row: str, heading: str, field: str
) -> None:
    def empty(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, row), at(heading)).value = None

    ((action, _, errors),) = told(changed(files, kind, columns, empty))
    assert (action, [name for name, _ in errors]) == ("error", [field])


@pytest.mark.parametrize(
    ("kind", "columns", "row", "heading", "change"),
    [
        ("task", "title,weight", "+推进改革", "权重", ("weight", "7.25", "")),
        ("task", "title,owner", "+推进改革", "责任人", ("owner", "王伟", "")),
        ("person", "username,phone,staff_number", "007", "电话", ("phone", "013800000000", "")),
        ("department", "name,short_name", "机电工程系", "简称", ("short_name", "机电系", "")),
        ("indicator_template", "name,direction", "论文", "方向", ("direction", "越高越好", "")),
    ],
)
def test_an_emptied_cell_empties_what_may_be_empty(
    files: Files, rows: dict[str, Any], kind: str, columns: str, row: str, heading: str, change: Any
) -> None:
    def empty(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, row), at(heading)).value = None

    assert told(changed(files, kind, columns, empty)) == [("changed", [change], [])]


@pytest.mark.parametrize("kind", ["task", "holiday", "department"])
def test_a_row_copied_with_its_mark_and_a_mark_from_elsewhere_are_refused(
    files: Files, rows: dict[str, Any], kind: str
) -> None:
    def copy(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.append([cell.value for cell in sheet[2]])
        sheet.append([cell.value for cell in sheet[2]])
        sheet.cell(sheet.max_row, at("行标识")).value = "R999999-1-bbbb"

    found = told(changed(files, kind, "", copy))
    assert [action for action, _, _ in found] == ["error", "error"]
    assert all("mark" in [name for name, _ in errors] for _, _, errors in found)


def test_a_row_added_without_a_mark_is_new(files: Files, rows: dict[str, Any]) -> None:
    def add(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.append(["运动会", dt.date(2026, 4, 20), dt.date(2026, 4, 21), "否"])

    plan = changed(files, "holiday", "name,starts_on,ends_on,is_workday", add)
    assert [action for action, _, _ in told(plan)] == ["new"]


def test_the_indicators_of_a_task_go_out_in_its_row_and_come_back_as_edited(
    files: Files, rows: dict[str, Any]
) -> None:
    make_indicator(
        task=rows["task"], name="就业率", kind=IndicatorKind.QUANTITATIVE, unit="%",
        direction=Direction.RISING, target=Decimal(95), baseline=Decimal("92.5"),
    )  # fmt: skip
    make_indicator(task=rows["task"], name="案例汇编", standard="形成一册")
    path = files.export("task", "xlsx", "title,indicators")
    (row,) = [row for row in cells(path) if row[0] == "+推进改革"]
    assert row[1] == "1、就业率≥95%（基准值92.5）\n2、案例汇编：形成一册"

    def higher(sheet: Any, at: Callable[[str], int]) -> None:
        place = row_of(sheet, "+推进改革"), at("考核指标")
        sheet.cell(*place, sheet.cell(*place).value.replace("95", "96"))

    ((action, changes, errors),) = told(files.plan("task", edited(path, higher)))
    assert (action, errors) == ("changed", [])
    ((field, old, new),) = changes
    assert field == "indicators"
    assert (old.replace("95%", "96%"), old == new) == (new, False)


def test_an_issued_task_changes_by_an_adjustment_only(files: Files, rows: dict[str, Any]) -> None:
    def later(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, "已发布"), at("完成时限"), dt.date(2026, 9, 30))

    plan = changed(files, "task", "title,due_on", later)
    (row,) = [row for row in plan.rows if row.changes]
    assert [(c.field, c.new, c.written) for c in row.changes] == [("due", "2026-09-30", False)]
    assert [one.stored.title for one in plan.to_adjust] == ["已发布"]  # type: ignore[attr-defined]


def test_a_row_that_changed_here_meanwhile_is_pointed_out(
    files: Files, rows: dict[str, Any]
) -> None:
    path = files.export("holiday", "xlsx")
    with unit_of_work(files.session, TEST):
        files.session.get(type(rows["holiday"]), rows["holiday"].id).ends_on = dt.date(2026, 5, 6)

    def rename(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, "校庆"), at("名称"), "建校日")

    plan = files.plan("holiday", edited(path, rename))
    (row,) = [row for row in plan.rows if row.changes]
    assert [warning.field for warning in row.warnings] == ["mark"]


def test_who_may_not_import_gets_the_plain_table_with_its_sums(
    files: Files, rows: dict[str, Any]
) -> None:
    answer = files.client_for("head_jwc").get("/task/export/xlsx?view=all&cols=title,weight")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["目标任务", "权重"]


def test_a_workbook_to_edit_says_how_and_offers_what_may_be_chosen(
    files: Files, rows: dict[str, Any]
) -> None:
    path = files.export("task", "xlsx", "title,lead_department,category,status")
    table, about = openpyxl.load_workbook(path).worksheets[:2]
    assert {str(rule.sqref).split(":")[0] for rule in table.data_validations.dataValidation} == {
        "B2", "C2",
    }  # fmt: skip
    assert table.freeze_panes == "A2"
    assert "状态" in str([cell.value for cell in about["B"]])


# LibreOffice ----------------------------------------------------------------------------


def filled(files: Files) -> list[str]:
    """All lists, each with a row at least."""
    for kind, view in files.lists.items():
        if kind not in KINDS and not files.session.scalar(select(view.model.id).limit(1)):
            make(view.model)
    return [*files.lists]


def test_a_csv_that_libreoffice_has_saved_brings_exactly_its_edits(
    files: Files, rows: dict[str, Any], tmp_path: Path
) -> None:
    kinds = filled(files)
    plain = [files.export(kind, "csv") for kind in kinds]
    text = files.export("task", "csv").read_text("utf-8-sig")
    changed = tmp_path / "edited-task.csv"
    changed.write_text(text.replace("学院任务", "学院的任务"), "utf-8-sig")
    *saved, task = saved_by_libreoffice([*plain, changed], tmp_path / "saved")
    for kind, ours, theirs in zip(kinds, plain, saved, strict=True):
        here, there = cells(ours), cells(theirs)
        assert (there[0], len(there)) == (here[0], len(here)), kind
        assert len(here) > 1, kind
        if kind in files.views:
            assert told(files.plan(kind, theirs)) == [], kind
    assert told(files.plan("task", task)) == [
        ("changed", [("title", "学院任务", "学院的任务")], [])
    ]


def test_a_workbook_that_libreoffice_has_saved_brings_exactly_its_edits(
    files: Files, rows: dict[str, Any], tmp_path: Path
) -> None:
    kinds = filled(files)
    plain = [files.export(kind, "xlsx") for kind in kinds]
    person = edited(
        files.export("person", "xlsx", "username,phone,active"),
        lambda sheet, at: sheet.cell(
            row_of(sheet, rows["person"].username), at("电话"), "13900000000"
        ),
    )

    def task_edits(sheet: Any, at: Callable[[str], int]) -> None:
        place = row_of(sheet, "+推进改革")
        sheet.cell(place, at("权重"), 8.5)
        sheet.cell(place, at("完成时限"), dt.date(2026, 10, 31))
        sheet.cell(place, at("牵头部门"), "信息工程系")
        sheet.cell(place, at("备注")).value = None

    task = edited(files.export("task", "xlsx"), task_edits)

    def holiday_edits(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, "校庆"), at("是否上班"), "是")
        sheet.cell(row_of(sheet, "校庆"), at("开始"), dt.date(2026, 5, 3))

    holiday = edited(files.export("holiday", "xlsx"), holiday_edits)
    saved = saved_by_libreoffice([*plain, person, task, holiday], tmp_path / "saved")
    for kind, ours, theirs in zip(kinds, plain, saved, strict=False):
        assert cells(theirs) == cells(ours), kind
        assert len(cells(ours)) > 1, kind
        if kind in files.views:
            assert told(files.plan(kind, theirs)) == [], kind
    assert told(files.plan("person", saved[-3])) == [
        ("changed", [("phone", "013800000000", "13900000000")], [])
    ]
    ((action, changes, errors),) = told(files.plan("task", saved[-2]))
    assert (action, errors) == ("changed", [])
    assert [(field, new) for field, _, new in changes] == [
        ("due", "2026-10-31"), ("lead", "信息工程系"), ("remark", ""), ("weight", "8.5"),
    ]  # fmt: skip
    assert told(files.plan("holiday", saved[-1])) == [
        ("changed", [("is_workday", "否", "是"), ("starts_on", "2026-05-04", "2026-05-03")], [])
    ]
