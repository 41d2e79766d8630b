"""月度监测通报 as an official paper (domain §7): its figures in words and by department, the tasks
with orange and red lights, what waits for coordination, what was corrected.

It holds what its reader may see. It is 正式 once the month is closed; every correction approved
afterwards adds one behind the point of its version and a note; figures and lists stay as issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.core import clock, documents
from app.core.actor import Actor
from app.core.documents import Format, Kind, Order, Paper
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.official import FORMATS, college, hand_out, official
from app.models.cycles import ReportingMonth
from app.monitoring.bulletin import Bulletin, Note, bulletin_of, notes_on
from app.monitoring.bulletin_figures import FIGURES, Figures
from app.monitoring.bulletin_listed import Listed, listed_at_issue, listed_now
from app.organisation.rules import reads_college
from app.reports import xlsx
from app.reports.paper import (
    DRAFT,
    FINAL,
    SMALL_SIZE,
    Block,
    Grid,
    Heading,
    OfficialPaper,
    Text,
    chinese_date,
)

HEADS = ("应报", "已报", "迟报", "未报", "绿灯", "黄灯", "橙灯", "红灯", "无数据", "已完成", "问题", "协调")  # fmt: skip

_TASKS = ("序号", "目标任务", "牵头部门", "完成时限", "计划", "实际", "状态灯")
_REQUESTS = ("序号", "提出部门", "事项", "协调部门（领导）", "答复期限", "状态")
_NOTES = ("序号", "目标任务", "牵头部门", "更正内容", "批准日期")


def bulletin_paper(session: AnySession, actor: Actor, bulletin: Bulletin) -> OfficialPaper:
    """The bulletin as `actor` may read it.

    Raises NotAllowed without the permission to read bulletins; a draft is only for those who
    read the whole college's rows.
    """
    if not actor.may("bulletin_line:read"):
        raise NotAllowed(message("You may not read this."))
    if not (bulletin.issued or reads_college(actor)):
        raise NotAllowed(message("This bulletin is not issued yet."))
    today, month = clock.today(), bulletin.month
    issued = listed_at_issue(session, actor, bulletin.row) if bulletin.issued else None
    listed = issued or listed_now(session, actor, month, today)
    notes = notes_on(session, actor, month) if bulletin.issued else []
    total = bulletin.total
    blocks: list[Block] = [
        *map(Text, overview(bulletin)),
        Heading("一、各部门报送情况和任务进展"),
        Grid(
            ("部门", *HEADS),
            [*((line.department, *_figures(line.figures)) for line in bulletin.lines),
             ("合计", *_figures(total))],
            (3.2, *(1 for _ in FIGURES)),  # eight characters of a name fit, two of a head
            centred=tuple(range(1, len(HEADS) + 1)),
            size=SMALL_SIZE,
        ),
        Heading("二、橙灯、红灯任务"),
        *_table(_TASKS, _numbered(listed.tasks), (1.05, 4.6, 2.8, 2.4, 1.3, 1.3, 1.5), (0, 2, 3, 4, 5, 6)),
    ]  # fmt: skip
    if hidden := total.orange + total.red - len(listed.tasks):
        blocks += _more(hidden, bool(notes) and not listed.as_issued)
    blocks += [
        Heading("三、需协调事项"),
        *_table(
            _REQUESTS, _numbered(listed.requests), (1.05, 2.9, 4.1, 2.9, 2.7, 1.8), (0, 1, 3, 4, 5)
        ),
    ]
    if (others := total.requests - len(listed.requests)) > 0:
        blocks.append(Text(f"另有 {others} 项不在阅看范围，内容从略。"))
    if notes:
        blocks += [
            Heading("四、更正情况"),
            Text(f"本通报下发后，经批准作如下更正；{_kept(listed)}为下发时的内容。"),
            *_table(_NOTES, _note_rows(notes), (1.05, 3.4, 2.85, 4.6, 2.8), (0, 2, 4)),
        ]
    return official(
        f"{college()}\n{month.year}年{month.month}月目标任务监测通报",
        blocks,
        state=FINAL if bulletin.issued else DRAFT,
        version=f"1.{len(notes)}" if notes else "1",
        subtitles=[bulletin.row.bulletin_number] if bulletin.row.bulletin_number else [],
        issued_by=college() if bulletin.issued else "",
        issued_on=month.closed_on,
    )


def overview(bulletin: Bulletin) -> list[str]:
    """The figures in sentences."""
    total, month = bulletin.total, bulletin.month
    departments = sum(line.figures.due > 0 for line in bulletin.lines)
    share = f"，报送率{total.submitted * 100 / total.due:.1f}%" if total.due else ""
    silent = [line.department for line in bulletin.lines if line.figures.missing]
    owing = f"未报的部门有：{'、'.join(silent)}。" if silent else ""
    return [
        f"{month.month}月，全院{departments}个部门应报月度监测{total.due}项，"
        f"已报{total.submitted}项，其中迟报{total.late}项；未报{total.missing}项{share}。{owing}",
        f"从状态灯看，绿灯{total.green}项，黄灯{total.yellow}项，橙灯{total.orange}项，"
        f"红灯{total.red}项；无数据{total.grey}项，已完成{total.blue}项。"
        f"各部门反映存在问题的{total.problems}项，待协调事项{total.requests}项。",
    ]


def _figures(figures: Figures) -> list[str]:
    return [str(getattr(figures, name)) for name in FIGURES]


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    shares: Sequence[float],
    centred: Sequence[int],
) -> list[Block]:
    return [Grid(heads, rows, shares, centred, SMALL_SIZE)] if rows else [Text("无。")]


def _kept(listed: Listed) -> str:
    return "以上各表" if listed.as_issued else "以上各部门数字"


def _more(hidden: int, corrected: bool) -> list[Block]:
    """Why the list and the figure over it differ."""
    if corrected:
        return [Text("本表按更正后的状态灯列出，与下发时的数字有出入的见更正情况。")]
    return [Text(f"另有 {hidden} 项限制公开的任务未列出。")] if hidden > 0 else []


def _numbered(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[str(place), *row] for place, row in enumerate(rows, start=1)]


def _note_rows(notes: Iterable[Note]) -> list[list[str]]:
    return [
        [
            str(place), one.task, one.department, one.effect,
            chinese_date(one.approved_on.astimezone(clock.COLLEGE_ZONE).date()),
        ]
        for place, one in enumerate(notes, start=1)
    ]  # fmt: skip


# Printing --------------------------------------------------------------------------------


def bulletin_xlsx(bulletin: Bulletin, paper: OfficialPaper) -> bytes:
    """The tables of the paper as sheets: the figures as numbers, with their totals."""
    title = paper.title.replace("\n", "")
    subtitle = "　　".join([*paper.subtitles, paper.marks])
    figures = xlsx.SheetSpec(
        "各部门情况",
        [
            xlsx.Column("department", "部门", 20),
            *(xlsx.Column(name, head, 9, "integer") for name, head in zip(FIGURES, HEADS, strict=True)),
        ],
        [
            {"department": line.department, **{name: getattr(line.figures, name) for name in FIGURES}}
            for line in bulletin.lines
        ],
        title=title,
        subtitle=subtitle,
        footer=paper.marks,
        totals={
            "department": "合计", **{name: getattr(bulletin.total, name) for name in FIGURES}
        },
    )  # fmt: skip
    names = {_TASKS: "橙灯红灯任务", _REQUESTS: "需协调事项", _NOTES: "更正情况"}
    others = [
        xlsx.SheetSpec(
            names[tuple(block.heads)],
            [
                xlsx.Column(head, head, max(8, share * 8))
                for head, share in zip(block.heads, block.shares, strict=True)
            ],
            block.rows,
            title=title,
            subtitle=subtitle,
            footer=paper.marks,
        )
        for block in paper.blocks
        if isinstance(block, Grid) and tuple(block.heads) in names
    ]
    return xlsx.workbook([figures, *others], title=title, author=paper.author)


def print_bulletin(session: AnySession, actor: Actor, order: Order) -> Paper:
    """The bulletin of the ordered month, else of the last one issued, as a file; the export is
    recorded, the caller commits.

    Raises NotAllowed (see `bulletin_paper`); RuleViolation at `month` where there is none.
    """
    number = order.month or _last_issued(session, actor, order.cycle.id)
    bulletin = bulletin_of(session, actor, order.cycle.year, number, clock.today())
    today = clock.today()
    if bulletin is None or bulletin.month.exempt or bulletin.month.starts_on > today:
        raise RuleViolation(
            message("There is no bulletin of this month in %(year)s.", year=order.cycle.year),
            "month",
        )
    paper = bulletin_paper(session, actor, bulletin)
    return hand_out(
        session, actor, paper, order.format,
        document=BULLETIN.name,
        subject="reporting_month",
        name=f"{order.cycle.year}年{number}月监测通报",
        told={"year": order.cycle.year, "month": number},
        workbook=lambda one: bulletin_xlsx(bulletin, one),
    )  # fmt: skip


def _last_issued(session: AnySession, actor: Actor, cycle_id: int) -> int:
    found = session.scalar(
        select(ReportingMonth.month)
        .where(
            visible(actor, ReportingMonth),
            ReportingMonth.cycle_id == cycle_id,
            ReportingMonth.closed_on.is_not(None),
        )
        .order_by(ReportingMonth.month.desc())
        .limit(1)
    )
    return found or 0


BULLETIN = Kind(
    name="bulletin",
    label=("月度监测通报", "Monthly bulletin"),
    formats=(Format.PDF, *(form for form in FORMATS if form != Format.PDF), Format.XLSX),
    print_=print_bulletin,
    by_month=True,
    offered=lambda actor: actor.may("bulletin_line:read"),
    about=(
        "各部门当月应报、已报、迟报、未报，任务状态灯，橙灯红灯任务和需协调事项；下发前为草稿，下发后为正式文本，更正另作说明。",
        "What each department reported in a month, the lights, the tasks with orange and red lights, requests of coordination: a draft before issue, final after it, with a note of every correction.",
    ),
)
documents.register(BULLETIN)
