"""Importing departments by command: new, changed, unchanged, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession
from app.exchange.plan_files import plan_department_file
from app.models.organisation import Department, DepartmentKind
from tests.cast import Cast
from tests.workbooks import write_table

Told = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def make(
        *rows: tuple[Any, ...],
        headings: tuple[str, ...] = ("编号", "部门名称", "简称", "类别", "上级部门"),
    ) -> Path:
        return write_table(tmp_path / "departments.csv", [headings, *rows])

    return make


def named(session: AnySession, name: str) -> Department:
    return session.scalars(select(Department).where(Department.name == name)).one()


def test_new_departments_with_a_section_under_one_of_them(
    told: Told, file: Callable[..., Path], session: AnySession
) -> None:
    path = file(
        ("31", "机电工程系", "机电系", "系部", ""), ("311", "数控教研室", "", "科室", "机电工程系")
    )
    code, data = told("import-departments", path)
    assert (code, data["summary"]) == (
        0,
        {"rows": 2, "new": 2, "changed": 0, "unchanged": 0, "errors": 0},
    )
    made = named(session, "机电工程系")
    assert (made.code, made.short_name, made.kind) == ("31", "机电系", DepartmentKind.TEACHING)
    assert named(session, "数控教研室").parent == made
    assert told("import-departments", path)[1]["summary"]["unchanged"] == 2


def test_a_department_is_known_by_its_code_and_renamed(
    told: Told, file: Callable[..., Path], session: AnySession, cast: Cast
) -> None:
    code, data = told("import-departments", file(("jwc", "教务与质量处", "", "职能部门", "")))
    assert code == 0
    (row,) = data["rows"]
    assert (row["action"], row["changes"][0]["old"]) == ("changed", "教务处")
    assert named(session, "教务与质量处").code == "jwc"


def test_a_department_without_a_code_is_given_one_and_found_again(
    told: Told, file: Callable[..., Path], session: AnySession
) -> None:
    path = file(("机电工程系",), headings=("部门名称",))
    with_own_sheet = file(("机电工程系", "系部"), headings=("部门名称", "类别"))
    assert told("import-departments", with_own_sheet)[1]["rows"][0]["code"] == "d1"
    assert told("import-departments", path)[1]["summary"]["unchanged"] == 1


def test_a_dry_run_writes_nothing(
    told: Told, file: Callable[..., Path], session: AnySession
) -> None:
    code, data = told("import-departments", file(("31", "机电工程系", "", "系部", "")), "--dry-run")
    assert (code, data["summary"]["new"]) == (0, 1)
    assert session.scalar(select(Department.id).where(Department.code == "31")) is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("31", "机电工程系", "", "系部", "宇宙学院"), "parent"),
        (("31", "数控教研室", "", "科室", ""), "parent"),
        (("31", "机电工程系", "", "乐队", ""), "kind"),
        (("31", "", "", "系部", ""), "name"),
        (("31", "<b>系</b>", "", "系部", ""), "name"),
        (("31", "教务处", "", "系部", ""), None),
        (("jwc", "办公室", "", "职能部门", ""), "name"),
        (("31", "长" * 90, "", "系部", ""), "name"),
    ],
)
def test_a_bad_row_refuses_the_file(
    told: Told,
    file: Callable[..., Path],
    session: AnySession,
    row: tuple[str, ...],
    field: str | None,
) -> None:
    before = session.scalars(select(Department.name).order_by(Department.id)).all()
    code, data = told("import-departments", file(("32", "汽车工程系", "", "系部", ""), row))
    if field is None:  # the same name with a new code: the department is given that code
        assert (code, data["rows"][1]["action"]) == (0, "changed")
        return
    assert code == 1
    assert [error["field"] for error in data["rows"][1]["errors"]][:1] == [field]
    assert data["errors"]
    assert session.scalars(select(Department.name).order_by(Department.id)).all() == before


@pytest.mark.parametrize("who", ["office", "head_jwc"])
def test_only_the_administrator_imports_departments(
    session: AnySession, cast: Cast, file: Callable[..., Path], who: str
) -> None:
    with pytest.raises(NotAllowed):
        plan_department_file(session, cast.actor(who), file(("31", "机电工程系", "", "系部", "")))
