"""The index follows every write in its own transaction, and finds only what the reader may see."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app import schema
from app.core.actor import Actor, Door, system_actor
from app.core.bulk import insert_rows
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.extensions import db
from app.models.organisation import Department, DepartmentKind
from app.models.planning import Task, TaskDepartment, TaskStatus, Visibility
from app.models.search import SearchEntry
from app.models.supervision import CaseSource
from app.search.index import rebuild
from app.search.kinds import KINDS
from app.search.queries import search, search_ids
from tests.cast import Cast
from tests.factories import make_cycle, make_supervision_case, make_task

EVERYTHING = system_actor("test", Door.DEMO)
COLUMNS = {
    "task": "title",
    "department": "name",
    "supervision_case": "matter",
    "person": "last_name",
}


def find(session: AnySession, actor: Actor, query: str, kind: str = "task") -> list[str]:
    name = COLUMNS[kind]
    hits = search(session, actor, KINDS[kind], query, [name], limit=50)
    assert hits.total == len(hits.rows)
    assert set(session.scalars(search_ids(session, actor, kind, query))) == {
        row.id for row in hits.rows
    }
    return [getattr(row, name) for row in hits.rows]


def entries(session: AnySession) -> dict[tuple[str, int], tuple[str, str, str]]:
    return {
        (row.kind, row.row_id): (row.code, row.title, row.body)
        for row in session.execute(select(SearchEntry.__table__))
    }


# Kept current --------------------------------------------------------------------------


def test_new_changed_and_deleted_rows_are_followed(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, EVERYTHING):
        task = Task(
            number="7", title="推进实训基地建设", cycle=cast.cycle, lead_department=cast.jwc
        )
        session.add(task)
    assert find(session, EVERYTHING, "实训基地") == ["推进实训基地建设"]
    with unit_of_work(session, EVERYTHING):
        task.title = "推进图书馆建设"
    assert find(session, EVERYTHING, "实训") == []
    assert find(session, EVERYTHING, "图书馆") == ["推进图书馆建设"]
    with unit_of_work(session, EVERYTHING):
        session.delete(task)
    assert find(session, EVERYTHING, "图书馆") == []
    assert ("task", task.id) not in entries(session)


def test_what_is_rolled_back_leaves_nothing(session: AnySession, cast: Cast) -> None:
    task = make_task(title="原来的题目")
    before = entries(session)
    with pytest.raises(RuleViolation), unit_of_work(session, EVERYTHING):
        task.title = "没有成功的题目"
        session.flush()
        assert find(session, EVERYTHING, "没有成功") == ["没有成功的题目"]
        raise RuleViolation("no")
    assert entries(session) == before
    assert find(session, EVERYTHING, "没有成功") == []
    assert find(session, EVERYTHING, "原来的题目") == ["原来的题目"]


def test_rows_written_past_the_flush_are_found(session: AnySession, cast: Cast) -> None:
    values = {"cycle_id": cast.cycle.id, "lead_department_id": cast.jwc.id}
    with unit_of_work(session, EVERYTHING):
        insert_rows(
            session, [Task(number=str(n), title=f"批量第{n}项", **values) for n in range(9)]
        )
    assert len(find(session, EVERYTHING, "批量第")) == 9
    assert find(session, EVERYTHING, "第7项") == ["批量第7项"]


def test_a_renamed_department_renames_its_people(session: AnySession, cast: Cast) -> None:
    assert sorted(find(session, EVERYTHING, "信息工程系", "person")) == ["吴", "辛"]
    with unit_of_work(session, EVERYTHING):
        cast.xinxi.name = "人工智能学院"
    assert find(session, EVERYTHING, "信息工程系", "person") == []
    assert sorted(find(session, EVERYTHING, "人工智能", "person")) == ["吴", "辛"]
    assert find(session, EVERYTHING, "人工智能", "department") == ["人工智能学院"]


def test_a_person_is_found_by_name_number_and_department(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, EVERYTHING):
        cast.head_jwc.staff_number = "T0042"
    assert find(session, EVERYTHING, "陈教务", "person") == ["陈"]
    assert find(session, EVERYTHING, "t0042", "person") == ["陈"]
    assert find(session, EVERYTHING, "教务处 陈", "person") == ["陈"]
    assert find(session, EVERYTHING, "陈", "person") == ["陈"]


def test_signing_in_writes_nothing(session: AnySession, cast: Cast) -> None:
    before = session.scalar(select(func.max(SearchEntry.id)))
    cast.head_jwc.login_count = 7
    session.commit()
    assert session.scalar(select(func.max(SearchEntry.id))) == before


def test_a_number_given_out_again_has_no_old_words(session: AnySession, cast: Cast) -> None:
    task = make_task(title="旧的题目")
    table = Task.__table__
    session.execute(delete(table).where(table.c.id == task.id))
    values = {"cycle_id": cast.cycle.id, "lead_department_id": cast.jwc.id}
    with unit_of_work(session, EVERYTHING):
        insert_rows(session, [Task(number="1", title="新的题目", **values)])
    assert find(session, EVERYTHING, "的题目") == ["新的题目"]


# The whole index -----------------------------------------------------------------------


def test_rebuilding_repairs_and_then_changes_nothing(session: AnySession, cast: Cast) -> None:
    for number in range(5):
        make_task(title=f"第{number}项任务")
    right = entries(session)
    assert len(right) > 20
    table = SearchEntry.__table__
    session.execute(delete(table).where(table.c.kind == "person"))
    session.execute(update(table).where(table.c.kind == "task").values(title=" 错 "))
    session.execute(table.insert().values(kind="task", row_id=999_999, code="", title="", body=""))
    with unit_of_work(session, EVERYTHING):
        done = rebuild(session)
    assert entries(session) == right
    assert done.removed == 1
    assert done.written == sum(kind in {"person", "task"} for kind, _ in right)
    assert len(find(session, EVERYTHING, "项任务")) == 5
    assert find(session, EVERYTHING, "错") == []
    with unit_of_work(session, EVERYTHING):
        again = rebuild(session)
    assert (again.entries, again.written, again.removed) == (len(right), 0, 0)


def test_the_command_says_what_it_did(session: AnySession, command: Callable[..., Any]) -> None:
    answer = command("search", "rebuild", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told == {"entries": len(entries(session)), "written": 0, "removed": 0}


def test_init_db_fills_the_index_of_a_database_that_had_none(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(migrated=False)
    with app.app_context():
        schema.upgrade_to(db.engine, "0001")
        values = {"code": "old", "name": "早已有之处", "kind": "functional", "version": 1}
        db.session.execute(Department.__table__.insert().values(values))
        db.session.commit()
    assert app.test_cli_runner().invoke(args=["init-db"]).exit_code == 0
    with app.app_context():
        assert find(db.session, EVERYTHING, "早已有之", "department") == ["早已有之处"]
        db.session.remove()
        schema.downgrade_to(db.engine, "0001")
        schema.upgrade_to(db.engine)


# Finding -------------------------------------------------------------------------------


def test_the_exact_number_then_titles_then_newer_years(session: AnySession, cast: Cast) -> None:
    old = make_cycle(year=2019)
    make_task(title="推进专业建设", cycle=old)
    make_task(title="其他事项甲", goal="专业建设", cycle=cast.cycle)
    make_task(title="专业建设", number="8", cycle=cast.cycle)
    make_task(title="另一件专业建设之事", number="Z-8", cycle=old)
    assert find(session, EVERYTHING, "专业建设") == [
        "专业建设", "推进专业建设", "另一件专业建设之事", "其他事项甲",
    ]  # fmt: skip
    assert find(session, EVERYTHING, "z-8")[0] == "另一件专业建设之事"


def test_words_are_all_needed_wherever_they_stand(session: AnySession, cast: Cast) -> None:
    make_task(title="推进教师队伍建设", measures="开展培训")
    assert find(session, EVERYTHING, "培训 教师")
    assert not find(session, EVERYTHING, "培训 学生")
    assert not find(session, EVERYTHING, "师教")
    assert find(session, EVERYTHING, "队")
    assert not find(session, EVERYTHING, "")


def test_long_chinese_is_exact_also_where_pairs_repeat(session: AnySession, cast: Cast) -> None:
    make_task(title="甲乙丙、乙丙丁")
    assert find(session, EVERYTHING, "甲乙丙") == ["甲乙丙、乙丙丁"]
    assert find(session, EVERYTHING, "甲乙丙丁") == []


@pytest.mark.parametrize(
    "query",
    ['"', "*", "a*", "NEAR(教 务)", "教务 OR 学生", "title:教", "(教", "-教", "^教", "教' & '务", "\\",
     "{title}:x", "'; DROP TABLE task; --", "%", "_", "教:*", "!教", "<->", "教\x01务", "🙂", "x" * 10_000],
)  # fmt: skip
def test_no_sign_means_anything(session: AnySession, cast: Cast, query: str) -> None:
    make_task(title="教务处的任务")
    for kind in KINDS:
        find(session, cast.actor("office"), query, kind)
    assert find(session, EVERYTHING, "教务处的任务") == ["教务处的任务"]


def test_long_texts_and_long_words_are_taken(session: AnySession, cast: Cast) -> None:
    make_task(title="长文", measures="建设" * 5_000, remark="x" * 5000)
    assert find(session, EVERYTHING, "建设建设") == ["长文"]
    assert find(session, EVERYTHING, "x" * 80) == ["长文"]


# Who finds what ------------------------------------------------------------------------


def _published(**given: Any) -> Task:
    return make_task(status=TaskStatus.PUBLISHED, **given)


def test_drafts_and_restricted_tasks_are_found_by_nobody_else(
    session: AnySession, cast: Cast
) -> None:
    make_task(title="秘密草案", lead_department=cast.jwc)
    _published(title="限制事项秘密", lead_department=cast.jwc, visibility=Visibility.RESTRICTED)
    _published(title="公开之秘密", lead_department=cast.jwc)
    assert find(session, cast.actor("head_xinxi"), "秘密") == ["公开之秘密"]
    assert len(find(session, cast.actor("head_jwc"), "秘密")) == 3
    assert len(find(session, cast.actor("office"), "秘密")) == 3


def test_the_inside_of_a_public_task_is_no_hit_to_others(session: AnySession, cast: Cast) -> None:
    task = _published(
        title="公开任务", lead_department=cast.jwc, goal="内部目标", remark="内情备注"
    )
    stranger, own = cast.actor("head_xinxi"), cast.actor("head_jwc")
    for query in ("内部目标", "内情", "公开 内情", "内"):
        assert find(session, stranger, query) == []
        assert find(session, own, query) == ["公开任务"]
    assert find(session, stranger, "公开任务") == ["公开任务"]
    act_as(session, EVERYTHING)
    session.add(TaskDepartment(task=task, department=cast.xinxi))
    session.commit()
    assert find(session, stranger, "内情") == ["公开任务"]


def test_cases_are_found_by_those_concerned(session: AnySession, cast: Cast) -> None:
    make_supervision_case(
        matter="督促整改事项",
        number="督〔2026〕3号",
        source=CaseSource.MEETING,
        department=cast.jwc,
    )
    assert find(session, cast.actor("head_xinxi"), "整改", "supervision_case") == []
    for name in ("head_jwc", "leader", "office"):
        assert find(session, cast.actor(name), "督〔2026〕3号", "supervision_case") == [
            "督促整改事项"
        ]


def test_nobody_finds_nothing(session: AnySession, cast: Cast) -> None:
    from app.core.actor import NOBODY

    make_task(title="教务处的任务", status=TaskStatus.PUBLISHED)
    assert [find(session, NOBODY, "教", kind) for kind in KINDS] == [[], [], [], []]


def test_departments_with_the_shorter_name_come_first(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, EVERYTHING):
        session.add(
            Department(
                code="jwc2", name="教务处考务中心", kind=DepartmentKind.SECTION, parent=cast.jwc,
                sort_order=-1,
            )
        )  # fmt: skip
    assert find(session, EVERYTHING, "教务处", "department") == ["教务处", "教务处考务中心"]
    assert find(session, EVERYTHING, "jwc2", "department") == ["教务处考务中心"]
