"""Tables of tasks as colleges lay them out, drawn at random around known tasks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.workbooks import Drawn, draw

TEXT_FORMS = {
    "csv": ("utf-8", ","),
    "csv-bom": ("utf-8-sig", ","),
    "csv-gb": ("gb18030", ","),
    "tsv": ("utf-8", "\t"),
    "csv-semicolon": ("gb18030", ";"),
}
FORMS = ("xlsx", *TEXT_FORMS)
HEADINGS = {
    "number": ("序号", "编号", "任务序号"),
    "title": ("目标任务", "工作任务", "重点工作", "任务名称"),
    "measures": ("主要举措", "工作措施", "主要举措/时序进度"),
    "standard": ("考核标准", "评价标准", "完成标准"),
    "due": ("完成时限", "完成时间", "时间节点"),
    "lead": ("牵头部门", "责任部门", "责任单位"),
    "assist": ("配合部门", "协办单位"),
    "weight": ("权重", "分值", "权重（%）"),
    "state": ("完成情况", "自评得分"),
}
DUES = ("11月30日前", "6月底", "2026年9月", "全年", "3-4月")
ASIDES = ("2026年部门目标任务分解表", "填报日期：2026年2月", "单位：项", "（征求意见稿）")
SECTIONS = ("一、教学建设", "二、学生工作", "三、党的建设", "四、内部治理")
_LETTERS = "建设专业课程实训教学改革质量诊断推进完善提升落实"

words = st.text(st.sampled_from(_LETTERS), min_size=3, max_size=12)


@dataclass(slots=True)
class Layout:
    """A table as it was drawn: its sheets, and the rows that each task stands in."""

    sheets: dict[str, Drawn]
    tasks: list[dict[str, Any]]
    places: list[tuple[str, int]] = field(default_factory=list)
    form: str = "xlsx"

    def write(self, folder: Path) -> Path:
        if self.form == "xlsx":
            return draw(folder / "table.xlsx", self.sheets)
        encoding, delimiter = TEXT_FORMS[self.form]
        ((name, drawn),) = self.sheets.items()
        path = folder / f"{name}.{self.form[:3]}"
        told = io.StringIO(newline="")
        csv.writer(told, delimiter=delimiter).writerows(drawn.rows)
        path.write_bytes(told.getvalue().encode(encoding))
        return path


@st.composite
def tasks_of(draw: st.DrawFn, units: Sequence[str], most: int = 7) -> list[dict[str, Any]]:
    """Tasks with a title of their own each; those of one department stand together."""
    count = draw(st.integers(1, most))
    leads = sorted(draw(st.lists(st.sampled_from(units), min_size=count, max_size=count)))
    return [
        {
            "number": number,
            "title": f"{draw(words)}第{number}件",
            "measures": draw(words),
            "standard": draw(words),
            "due": draw(st.sampled_from(DUES)),
            "lead": lead,
            "assist": draw(st.sampled_from(["", "无", *(set(units) - {lead})])),
            "weight": draw(st.integers(1, 30)),
            "state": draw(st.sampled_from(["", "已完成"])),
        }
        for number, lead in enumerate(leads, 1)
    ]


@st.composite
def layouts(draw: st.DrawFn, units: Sequence[str]) -> Layout:
    """Headings in row 1 to 5, of one level or two, repeated or not; sections, subtotals, empty
    columns and rows, merged cells, any order of columns, a sheet per department; any form."""
    tasks = draw(tasks_of(units))
    form = draw(st.sampled_from(FORMS))
    by_sheet = form == "xlsx" and draw(st.booleans())
    optional = [
        n for n in ("measures", "standard", "assist", "weight", "state") if draw(st.booleans())
    ]
    names = ["number", "title", "due", *([] if by_sheet else ["lead"]), *optional]
    names = list(draw(st.permutations(names)))
    for _ in range(draw(st.integers(0, 2))):
        names.insert(draw(st.integers(0, len(names))), "")
    style = _Style(
        names=names,
        labels={name: draw(st.sampled_from(HEADINGS[name])) for name in names if name},
        over=draw(st.lists(st.sampled_from(ASIDES), max_size=4)),
        two_level=_beside(names, draw(st.booleans())),
        sections=draw(st.booleans()),
        totals=draw(st.booleans()),
        again=draw(st.sampled_from([0, 0, 2, 3])),
        gaps=draw(st.booleans()),
        restart=draw(st.booleans()),
        merges=form == "xlsx" and draw(st.booleans()),
    )
    found = Layout({}, tasks, form=form)
    groups = {
        lead: [t for t in tasks if t["lead"] == lead]
        for lead in dict.fromkeys(t["lead"] for t in tasks)
    }
    parts = (
        {lead: {lead: rows} for lead, rows in groups.items()} if by_sheet else {"分解表": groups}
    )
    for name, part in parts.items():
        found.sheets[name] = _Table(found, name, style).drawn(part)
    return found


def _beside(names: list[str], wanted: bool) -> bool:
    """Put the assisting departments beside the leading ones, for a heading over both."""
    if not wanted or not {"lead", "assist"} <= set(names):
        return False
    names.remove("assist")
    names.insert(names.index("lead") + 1, "assist")
    return True


@dataclass(slots=True)
class _Style:
    names: list[str]
    labels: dict[str, str]
    over: list[str]
    two_level: bool
    sections: bool
    totals: bool
    again: int
    gaps: bool
    restart: bool
    merges: bool


class _Table:
    """One sheet in a style."""

    def __init__(self, layout: Layout, name: str, style: _Style) -> None:
        self.layout, self.name, self.style = layout, name, style
        self.table = Drawn([])

    def drawn(self, groups: dict[str, list[dict[str, Any]]]) -> Drawn:
        style, rows = self.style, self.table.rows
        rows += [[text] for text in style.over]
        self.headings()
        told = 0
        for place, group in enumerate(groups.values()):
            if style.sections:
                rows.append([SECTIONS[place % len(SECTIONS)]])
                self.table.merge(len(rows), 1, len(rows), max(4, len(style.names)))
            first = len(rows) + 1
            for number, task in enumerate(group, 1):
                if style.again and told == style.again and number == 1:
                    self.headings()
                    first = len(rows) + 1
                self.row(task, number if style.restart and style.sections else task["number"])
                told += 1
            self.merge_leads(first, len(rows))
            if style.totals:
                rows.append(["小计" if name in ("number", "") else "" for name in style.names])
                if "小计" not in rows[-1]:
                    rows[-1][0] = "小计"
            if style.gaps:
                rows.append([])
        return self.table

    def headings(self) -> None:
        style, rows = self.style, self.table.rows
        labels = [style.labels.get(name, "") for name in style.names]
        if not style.two_level:
            rows.append(labels)
            return
        top, lead = len(rows) + 1, style.names.index("lead")
        below = (lead, lead + 1)
        rows.append([*labels[:lead], "责任分工", "", *labels[lead + 2 :]])
        rows.append([label if place in below else "" for place, label in enumerate(labels)])
        self.table.merge(top, lead + 1, top, lead + 2)
        for column, label in enumerate(labels, 1):
            if column - 1 not in below and label:
                self.table.merge(top, column, top + 1, column)

    def row(self, task: dict[str, Any], number: int) -> None:
        shown = {**task, "number": number}
        self.table.rows.append([shown[name] if name else "" for name in self.style.names])
        self.layout.places.append((self.name, len(self.table.rows)))

    def merge_leads(self, first: int, last: int) -> None:
        if self.style.merges and last > first and "lead" in self.style.names:
            column = self.style.names.index("lead") + 1
            self.table.merge(first, column, last, column)
            for row in range(first, last):
                self.table.rows[row][column - 1] = ""
