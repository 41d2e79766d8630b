"""Tables of tasks in every layout met so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from exchange_makers import DEPARTMENTS, HEADINGS, write_workbook

from app.exchange.headers import field_of
from app.exchange.problems import FileProblem
from app.exchange.reading import read_sheets
from app.exchange.tasks import ParsedTable, TaskRow, parse_tasks

Parse = Callable[..., ParsedTable]


def task(number: object, title: str, **cells: object) -> list[object]:
    """A row under HEADINGS."""
    standing = {"完成时限": "6月", "牵头部门": "教务处", **cells}
    return [number, title, *(standing.get(heading) for heading in HEADINGS[2:])]


def errors(row: TaskRow) -> list[tuple[str, str | None]]:
    return [(error.field, error.column) for error in row.errors]


@pytest.mark.parametrize("above", range(5))
def test_headings_are_found_in_the_first_five_rows(parse_rows: Parse, above: int) -> None:
    filler = [[f"2026年部门目标任务分解表（{n}）"] for n in range(above)]
    table = parse_rows([*filler, HEADINGS, task(1, "甲")])
    assert [(row.row, row.title) for row in table.rows] == [(above + 2, "甲")]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("重点任务", "title"),
        ("具体工作", "title"),
        ("任务内容", "title"),
        ("工作要点", "work_point"),
        ("工作目标", "goal"),
        ("主要举措/时序进度", "measures"),
        ("任务分解/时序进度", "measures"),
        ("时序进度", "progress"),
        ("考核要点", "standard"),
        ("评分标准", "standard"),
        ("考核指标", "indicators"),
        ("完成时限（月）", "due"),
        ("时间节点", "due"),
        ("责任单位", "unit"),
        ("牵头单位", "lead"),
        ("协同单位", "assist"),
        ("责任单位及配合单位", "unit"),
        ("主要内容", "measures"),
        ("分管（联系）院领导", "leader"),
        ("责任领导", "leader"),
        ("责任人", "owner"),
        ("分值\n权重", "weight"),
        ("分值权重", "weight"),
        ("各项分值", "weight"),
        ("完成情况", "ignored"),
        ("考核得分", "ignored"),
        ("张三", None),
    ],
)
def test_headings_of_many_offices_name_the_same_fields(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


def test_a_plain_table_gives_every_field(parse_rows: Parse) -> None:
    headings = ["序号", "工作要点", "工作目标", "目标任务", "主要举措", "考核标准", "完成时限",
                "牵头部门", "配合部门", "分管领导", "责任人", "权重", "类别", "备注"]  # fmt: skip
    cells = [1.0, "要点", "目标", "任务", "3月：甲\n5月：乙", "标准", dt.date(2026, 5, 20),
             "教务处、学生处", "财务处/图书馆", "王院长", "李四、王五", "10分", "教学", "注意"]  # fmt: skip
    table = parse_rows([headings, cells])
    (row,) = table.rows
    assert row.errors == table.problems == []
    assert (row.sheet, row.row, row.number, row.title) == ("分解表", 2, "1", "任务")
    assert (row.work_point, row.goal, row.category, row.remark) == ("要点", "目标", "教学", "注意")
    assert (row.lead, row.assist) == (["教务处", "学生处"], ["财务处", "图书馆"])
    assert (row.leader, row.owner, row.weight) == ("王院长", "李四、王五", Decimal(10))
    assert (row.due, row.due_text) == (dt.date(2026, 5, 20), "2026-05-20")
    assert [(m.due, m.text) for m in row.milestones] == [
        (dt.date(2026, 3, 31), "甲"),
        (dt.date(2026, 5, 31), "乙"),
    ]
    assert (row.columns["title"], row.columns["weight"]) == ("D", "L")


def test_several_step_rows_under_merged_cells_are_one_task(parse_rows: Parse) -> None:
    rows = [
        HEADINGS,
        task(1, "甲", 主要举措="3月：一", 考核标准="通过"),
        [None, None, "4月：二", "通过"],
        [None, None, "5月：三", "印发"],
        task(2, "乙"),
    ]
    merges = ["A2:A4", "B2:B4", "E2:E4", "F2:F4"]
    table = parse_rows(rows, merges=merges)
    first, second = table.rows
    assert (first.row, first.last_row, first.measures) == (2, 4, "3月：一\n4月：二\n5月：三")
    assert (first.standard, first.standards) == ("通过\n印发", ["通过", "印发"])
    assert (second.row, second.title) == (5, "乙")
    assert not table.has_errors


def test_step_rows_without_merged_cells_are_one_task_too(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲", 主要举措="一"), [None, None, "二", None, "9月"], task(2, "乙")]
    first, _ = parse_rows(rows).rows
    assert (first.measures, first.due) == ("一\n二", dt.date(2026, 9, 30))
    assert [(str(m.due), m.text) for m in first.milestones] == [
        ("2026-06-30", "一"),
        ("2026-09-30", "二"),
    ]


def test_numbered_rows_under_one_merged_title_are_tasks_of_their_own(parse_rows: Parse) -> None:
    rows = [
        HEADINGS,
        task(1, "大任务", 主要举措="做甲"),
        task(2, "", 主要举措="做乙", 牵头部门="学生处"),
    ]
    table = parse_rows(rows, merges=["B2:B3"])
    assert [(r.number, r.title, r.work_point, r.lead) for r in table.rows] == [
        ("1", "做甲", "大任务", ["教务处"]),
        ("2", "做乙", "大任务", ["学生处"]),
    ]


def test_steps_with_other_leading_units_are_tasks_of_their_own(parse_rows: Parse) -> None:
    rows = [
        ["重点任务", "具体举措", "责任单位", "完成时限"],
        ["大任务", "做甲", "教务处", "3月"],
        [None, "做乙", "学生处", "4月"],
    ]
    table = parse_rows(rows, merges=["A2:A3"])
    assert [(r.title, r.work_point, r.lead) for r in table.rows] == [
        ("做甲", "大任务", ["教务处"]),
        ("做乙", "大任务", ["学生处"]),
    ]


def test_a_heading_repeated_on_every_row_is_what_the_tasks_belong_to(parse_rows: Parse) -> None:
    rows = [
        ["序号", "重点任务", "具体工作", "责任单位"],
        *[[n, "大任务", f"做{n}", "教务处"] for n in (1, 2, 3)],
    ]
    table = parse_rows(rows)
    assert [(r.title, r.work_point) for r in table.rows] == [
        ("做1", "大任务"),
        ("做2", "大任务"),
        ("做3", "大任务"),
    ]


def test_each_row_with_a_unit_of_its_own_under_one_title_is_a_task(parse_rows: Parse) -> None:
    units = ["教务处", "教务处", "学生处"]
    rows = [
        ["重点任务", "主要举措", "责任单位"],
        *[[None, f"做{u}{n}", u] for n, u in enumerate(units)],
    ]
    rows[1][0] = "大任务"
    table = parse_rows(rows, merges=["A2:A4"])
    assert [(r.title, r.lead) for r in table.rows] == [
        ("做教务处0", ["教务处"]),
        ("做教务处1", ["教务处"]),
        ("做学生处2", ["学生处"]),
    ]


def test_words_of_totals_and_seals_inside_a_title_hide_no_task(parse_rows: Parse) -> None:
    rows = [
        ["目标任务", "责任单位", "完成时限"],
        ["科研经费合计500万", "教务处", "6月"],
        ["规范合同盖章", "教务处", "6月"],
        ["完善经费总计", "教务处", "6月"],
    ]
    assert len(parse_rows(rows).rows) == 3


def test_two_level_headings_are_read_with_and_without_merged_cells(
    parse_rows: Parse, tmp_path: Path
) -> None:
    rows = [
        ["序号", "目标任务", "责任分工", None, None, "完成时限"],
        [None, None, "牵头部门", "配合部门", "责任领导", None],
        [1, "甲", "教务处", "财务处", "院长", "6月"],
    ]
    merged = parse_rows(rows, merges=["A1:A2", "B1:B2", "C1:E1", "F1:F2"])
    path = tmp_path / "plain.csv"
    path.write_text("\n".join(",".join(str(c or "") for c in r) for r in rows), "utf-8")
    plain = parse_tasks(read_sheets(path), year=2026, known_departments=DEPARTMENTS)
    for table in (merged, plain):
        (row,) = table.rows
        assert (row.row, row.lead, row.assist, row.leader) == (3, ["教务处"], ["财务处"], "院长")
        assert (row.due_text, row.errors) == ("6月", [])


def test_a_short_child_heading_takes_its_parents_meaning(parse_rows: Parse) -> None:
    rows = [
        ["序号", "目标任务", "责任单位", None, "完成时限"],
        [None, None, "牵头", "配合", None],
        [1, "甲", "教务处", "财务处", "6月"],
    ]
    (row,) = parse_rows(rows, merges=["A1:A2", "B1:B2", "C1:D1", "E1:E2"]).rows
    assert (row.lead, row.assist) == (["教务处"], ["财务处"])


def test_headings_repeated_inside_a_sheet_are_no_task(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲"), HEADINGS, task(2, "乙")]
    table = parse_rows(rows)
    assert [row.title for row in table.rows] == ["甲", "乙"]
    assert [(s.row, s.reason) for s in table.skipped] == [(3, "heading")]


def test_a_second_table_may_have_other_columns_and_start_again_at_one(parse_rows: Parse) -> None:
    rows = [
        HEADINGS,
        task(1, "甲"),
        [],
        ["序号", "责任单位", "工作任务", "时间节点"],
        [1, "学生处", "乙", "9月"],
    ]
    table = parse_rows(rows)
    assert [(r.row, r.title, r.lead, r.due_text) for r in table.rows] == [
        (2, "甲", ["教务处"], "6月"),
        (5, "乙", ["学生处"], "9月"),
    ]
    assert not table.has_errors


def test_totals_sections_notes_and_signatures_are_no_tasks(parse_rows: Parse) -> None:
    rows = [
        HEADINGS,
        [None, "总分", None, None, None, None, None, 100],
        ["一、", "教学工作"],
        task(1, "甲", 权重=10),
        ["小计", None, None, None, None, None, None, {"f": "SUM(H4:H4)", "v": 10}],
        ["二、学生工作"],
        task(1, "乙", 权重=5),
        [None, None, None, None, None, None, None, {"f": "SUM(H7:H7)", "v": 5}],
        ["合 计", None, None, None, None, None, None, 15],
        ["注：权重为相对值。"],
        ["部门负责人（签字）：　　　院领导（签字）："],
        ["填表人：张三"],
    ]
    table = parse_rows(rows)
    assert [(r.title, r.section, r.number) for r in table.rows] == [
        ("甲", "一、教学工作", "1"),
        ("乙", "二、学生工作", "1"),
    ]
    reasons = {skipped.row: skipped.reason for skipped in table.skipped}
    assert [reasons[row] for row in (2, 3, 5, 6, 8, 9, 10, 11, 12)] == [
        "total", "section", "total", "section", "total", "total", "note", "note", "note",
    ]  # fmt: skip
    assert not table.has_errors


def test_inner_sections_stand_behind_the_outer_one(parse_rows: Parse) -> None:
    rows = [HEADINGS, ["一、教学"], ["（一）专业"], task(1, "甲"), ["（二）课程"], task(2, "乙")]
    sections = [row.section for row in parse_rows(rows).rows]
    assert sections == ["一、教学 / （一）专业", "一、教学 / （二）课程"]


def test_the_department_may_stand_only_above_the_table(parse_rows: Parse) -> None:
    rows = [["部门：教务处　　填报日期：2026年3月"], ["序号", "工作任务"], [1, "甲"]]
    assert parse_rows(rows).rows[0].lead == ["教务处"]


def test_the_department_may_stand_only_in_the_sheets_name(parse_rows: Parse) -> None:
    table = parse_rows([["序号", "工作任务"], [1, "甲"]], sheet="学生处")
    assert table.rows[0].lead == ["学生处"]
    table = parse_rows([["序号", "工作任务"], [1, "甲"]], sheet="Sheet1")
    assert errors(table.rows[0]) == [("lead", None)]


def test_department_lines_and_sections_inside_a_sheet_change_the_department(
    parse_rows: Parse,
) -> None:
    rows = [
        ["序号", "工作任务"],
        ["部门：教务处"],
        [1, "甲"],
        ["二、学生处"],
        [1, "乙"],
    ]
    assert [row.lead for row in parse_rows(rows).rows] == [["教务处"], ["学生处"]]


def test_a_unit_merged_over_several_tasks_leads_all_of_them(parse_rows: Parse) -> None:
    rows = [
        ["责任部门", "序号", "目标任务", "完成时限"],
        ["教务处", 1, "甲", "6月"],
        [None, 2, "乙", "7月"],
    ]
    assert [r.lead for r in parse_rows(rows, merges=["A2:A3"]).rows] == [["教务处"], ["教务处"]]


def test_a_responsible_unit_that_neither_leads_nor_assists_is_mentioned(parse_rows: Parse) -> None:
    rows = [["责任部门", "目标任务", "牵头部门"], ["财务处", "甲", "教务处"]]
    table = parse_rows(rows)
    assert table.rows[0].lead == ["教务处"]
    assert [(p.level, p.row, p.column) for p in table.problems] == [("warning", 2, "A")]


def test_names_are_compared_without_blanks_and_bracket_widths(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲", 牵头部门="组织部(人事处)", 配合部门="教务处和学生处、各系部")]
    (row,) = parse_rows(rows).rows
    assert row.lead == ["组织部（人事处）"]
    assert row.assist == ["教务处", "学生处", "各系部"]
    assert row.errors == []


def test_an_unknown_department_is_an_error_with_similar_names(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲", 牵头部门="教物处", 配合部门="宇宙馆")]
    (row,) = parse_rows(rows).rows
    assert errors(row) == [("lead", "F"), ("assist", "G")]
    assert "教务处" in str(row.errors[0].message)


def test_missing_fields_are_errors_at_their_cells(parse_rows: Parse) -> None:
    rows = [
        HEADINGS,
        task(1, "", 主要举措="只有举措"),
        task(2, "甲", 完成时限=None),
        task(3, "乙", 牵头部门="/"),
        task(4, "丙", 权重="很多"),
        task(None, "丁"),
    ]
    table = parse_rows(rows)
    assert [errors(row) for row in table.rows] == [
        [("title", "B")],
        [("due", "E")],
        [("lead", "F")],
        [("weight", "H")],
        [],
    ]


@pytest.mark.parametrize(
    ("cell", "weight"),
    [(10, 10), ("10分", 10), ("10%", 10), ("１０", 10), (7.5, "7.5"), ("/", None), (None, None)],
)
def test_weights_are_numbers_in_many_dresses(
    parse_rows: Parse, cell: object, weight: object
) -> None:
    (row,) = parse_rows([HEADINGS, task(1, "甲", 权重=cell)]).rows
    assert row.weight == (None if weight is None else Decimal(str(weight)))
    assert row.errors == []


def test_a_number_used_twice_is_an_error_at_the_later_row(parse_rows: Parse) -> None:
    table = parse_rows([HEADINGS, task(1, "甲"), task(1, "乙"), task(2, "丙")])
    assert [errors(row) for row in table.rows] == [[], [("number", "A")], []]
    assert not table.numbers_unique


def test_numbers_that_number_the_units_may_repeat(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲"), task(None, "乙"), task(2, "丙"), task(2, "丁")]
    table = parse_rows(rows, merges=["A2:A3"])
    assert [row.number for row in table.rows] == ["1", "1", "2", "2"]
    assert not table.has_errors
    assert [p.row for p in table.problems] == [5]


def test_numbers_may_start_again_with_another_department(parse_rows: Parse) -> None:
    rows = [HEADINGS, *[task(n, f"甲{n}") for n in (1, 2, 3)]]
    rows += [task(n, f"乙{n}", 牵头部门="学生处") for n in (1, 2)]
    assert not parse_rows(rows).has_errors


def test_numbers_may_start_again_after_a_subtotal(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲"), ["小计"], task(1, "乙", 牵头部门="学生处"), ["小计"]]
    assert not parse_rows(rows).has_errors


def test_lead_and_assisting_units_may_share_a_column(parse_rows: Parse) -> None:
    rows = [
        ["工作任务", "责任单位及配合单位"],
        ["甲", "牵头：教务处；配合：学生处、财务处"],
        ["乙", "学生处"],
    ]
    table = parse_rows(rows)
    assert [(r.lead, r.assist) for r in table.rows] == [
        (["教务处"], ["学生处", "财务处"]),
        (["学生处"], []),
    ]


def test_a_scoring_table_without_tasks_rates_its_indicators(parse_rows: Parse) -> None:
    rows = [
        ["项目", "指标", "评分标准", "分值", "责任部门"],
        ["党建", "组织建设", "好5分", 5, "教务处"],
        [None, "宣传", "好10分", 10, "学生处"],
    ]
    table = parse_rows(rows, merges=["A2:A3"])
    assert [(r.category, r.title, r.standard, r.weight) for r in table.rows] == [
        ("党建", "组织建设", "好5分", 5),
        ("党建", "宣传", "好10分", 10),
    ]


def test_a_weight_merged_over_two_tasks_counts_once(parse_rows: Parse) -> None:
    rows = [HEADINGS, task(1, "甲", 权重=20), task(2, "乙")]
    table = parse_rows(rows, merges=["H2:H3"])
    assert [row.weight for row in table.rows] == [20, None]
    assert [(p.level, p.row) for p in table.problems] == [("warning", 2)]


def test_a_progress_column_of_dates_is_the_deadline(parse_rows: Parse) -> None:
    rows = [["序号", "工作任务", "责任单位", "时序进度"], [1, "甲", "教务处", "3-4月"]]
    (row,) = parse_rows(rows).rows
    assert (row.due, row.measures) == (dt.date(2026, 4, 30), "")


def test_a_progress_column_of_steps_beside_measures_gives_the_milestones(
    parse_rows: Parse,
) -> None:
    rows = [
        ["序号", "工作任务", "主要举措", "时序进度", "责任单位"],
        [1, "甲", "多措并举", "3月调研并起草方案\n6月发文", "教务处"],
    ]
    (row,) = parse_rows(rows).rows
    assert row.measures == "多措并举"
    assert [str(m.due) for m in row.milestones] == ["2026-03-31", "2026-06-30"]


def test_a_map_given_by_hand_overrides_the_headings(parse_rows: Parse) -> None:
    rows = [["甲", "乙", "丙"], ["修订章程", "教务处", "6月"]]
    columns = {"title": "A", "lead": "B", "due": 3}
    table = parse_rows(rows, mapping={"分解表": {"header_row": 1, "columns": columns}})
    (row,) = table.rows
    assert (row.title, row.lead, row.due_text, row.errors) == ("修订章程", ["教务处"], "6月", [])


@pytest.mark.parametrize(
    "entry",
    [
        {"columns": {"title": "1A"}},
        {"columns": {"lead": "A"}},
        {"columns": {"colour": "A"}},
        {"header_row": 99, "columns": {"title": "A"}},
        {"columns": ["A"]},
        "A",
    ],
)
def test_a_map_that_is_not_understood_is_a_problem(parse_rows: Parse, entry: object) -> None:
    table = parse_rows([["甲"], ["乙"]], mapping={"分解表": entry})
    assert table.has_errors
    assert not table.rows


def test_a_map_for_a_sheet_that_is_not_there_is_a_problem(parse_rows: Parse) -> None:
    table = parse_rows([HEADINGS, task(1, "甲")], mapping={"别的": {}})
    assert [p.sheet for p in table.problems] == ["别的"]


def test_sheets_without_headings_are_mentioned(tmp_path: Path) -> None:
    sheets = {"分解表": [HEADINGS, task(1, "甲")], "封面": [["二〇二六年"]]}
    path = write_workbook(tmp_path / "two.xlsx", sheets, {})
    table = parse_tasks(read_sheets(path), year=2026, known_departments=None)
    assert [(p.level, p.sheet) for p in table.problems] == [("warning", "封面")]
    only = parse_tasks(read_sheets(path, sheet="封面"), year=2026, known_departments=None)
    assert only.has_errors
    with pytest.raises(FileProblem, match="封面"):
        read_sheets(path, sheet="没有")


def test_a_table_of_a_thousand_rows_tells_its_progress(tmp_path: Path) -> None:
    rows = [HEADINGS, *[task(n, f"任务{n}", 主要举措="3月：甲\n6月：乙") for n in range(1, 1001)]]
    path = write_workbook(tmp_path / "many.xlsx", {"分解表": rows}, {})
    calls: list[tuple[int, int]] = []
    table = parse_tasks(
        read_sheets(path),
        year=2026,
        known_departments=DEPARTMENTS,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert len(table.rows) == 1000
    assert not table.has_errors
    assert calls[-1] == (1001, 1001)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
