"""What a column's heading means: from the words of many offices to one field name."""

from __future__ import annotations

import re
from functools import lru_cache

from app.exchange.cells import narrow

TASK_FIELDS = (
    "number",
    "title",
    "goal",
    "measures",
    "progress",
    "standard",
    "indicators",
    "target",
    "baseline",
    "measured_in",
    "lead",
    "unit",
    "assist",
    "leader",
    "owner",
    "due",
    "weight",
    "work_point",
    "category",
    "remark",
)
"""Fields a column can have. `unit` is a responsible unit that no heading calls the leading
one; `progress` is 时序进度, which is a deadline or dated steps, by its contents. `target`,
`baseline` and `measured_in` are parts of an indicator in columns of their own."""

MAIN_FIELDS = ("title", "measures", "goal", "work_point", "category")
"""A task table has one of these; in this order they can serve as the title."""

MANY = frozenset({"measures", "standard", "indicators", "remark", "category"})
"""Fields that more than one column may fill."""

_IGNORED = "ignored"

REASONS = ("原因", "Reasons")
"""Over the last column of a workbook of refused rows: no import reads it."""

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        _IGNORED,
        r"完成(?:情况|进度|率|比例|程度|状态|结果|质量)|进展|(?:自评|考评|实际|最终|考核)?得分|自评"
        r"|(?:开始|起始|启动|填报|下达|发文)(?:时间|日期)|时间起$|时限起$|签字|签名|扣分|加分|评语|联系(?:方式|电话)"
        r"|电话|是否|状态|来源|依据|存在问题|审核|密级|^考核(?:部门|单位|主体)$|^(?:原因|reasons)$",
    ),
    ("number", r"^(?:序号|编号|任务编号|任务序号|指标编号|序|no\.?|id|num|number|项次|号|#)$"),
    ("unit", r"(?:责任|牵头|主办).*(?:配合|协同|协办|协助)"),
    ("assist", r"配合|协同|协办|协助|参与|参加|^assist(?:ing)?$"),
    ("leader", r"领导|^leader$"),
    ("owner", r"责任人|负责人|经办人|联系人|承办人|责任者|具体负责|^(?:owner|person)$"),
    ("lead", r"牵头|主办|主责|^lead$"),
    (
        "unit",
        r"(?:责任|承担|实施|执行|归口|承办|落实|负责|被考核)(?:单位|部门|主体|系部|处室|科室|学院)"
        r"|^(?:部门|单位|系部|处室|学院|二级学院)(?:名称)?$|^(?:department|unit)$",
    ),
    ("measures", r"举措|措施|任务分解|实施步骤|工作步骤|做法|推进计划|^measures$"),
    (
        "progress",
        r"时序进度|进度(?:安排|计划|要求|节点)|(?:时间|实施|工作|计划)进度|时间安排|^milestones$",
    ),
    (
        "due",
        r"(?:时限|时间|期限|日期|截止)(?:止|要求|节点)?$|时间节点|^节点$|完成月份|完成节点|^(?:完成|办结)时|^(?:due|deadline|due_text)$",
    ),
    ("weight", r"分值|权重|权值|赋分|满分|标准分|基础分|基本分|配分|^分数$|^(?:weight|points)$"),
    ("category", r"^[一二]级(?:指标|目标)$"),
    ("title", r"^三级(?:指标|目标)$"),
    ("target", r"^(?:指标|考核|年度|计划)?目标值$|^target$"),
    ("baseline", r"^(?:指标)?(?:基准|基期|基线)值?$|^baseline$"),
    ("measured_in", r"^(?:计量|指标|度量)单位$|^measured_?in$"),
    (
        "indicators",
        r"^(?:年度|量化|定量|关键|主要|绩效|考核|评价|目标|任务)*指标(?:名称|内容)?$|^indicators?$",
    ),
    (
        "standard",
        r"(?:考核|评分|评价|完成|验收|质量|衡量|考评|评估)(?:标准|要点|指标|细则|办法|要求)|成果|目标值|指标|标准$"
        r"|^standards?$",
    ),
    ("work_point", r"工作要点|^要点|要点条目|^work_?point$"),
    ("goal", r"目标$|^goal$"),
    ("category", r"^(?:任务|工作|事项|目标)(?:类别|分类|类型|领域|板块)$"),
    ("title", r"任务|工作|事项|考核内容|^内容$|^(?:title|task)$"),
    ("measures", r"内容$"),
    ("category", r"类别|分类|类型|板块|领域|项目|模块|一级|^(?:category|kind)$"),
    ("remark", r"备注|说明|备考|^(?:remark|note)s?$"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_NOISE = re.compile(r"\([^()]*\)|[:：*＊★·.。,，;；“”\"'%]|\d+年(?:度)?")


def plain_heading(heading: str) -> str:
    """A heading without blanks, marks, brackets and years: what it is compared by."""
    return _NOISE.sub("", narrow(heading)).casefold()


@lru_cache(maxsize=8192)
def field_of(heading: str) -> str | None:
    """The field a heading names; "ignored" for known columns nobody imports, else None."""
    words = plain_heading(heading)
    if not words or len(words) > 18:
        return None
    for name, pattern in _COMPILED:
        if pattern.search(words):
            return name
    return None


def is_ignored(heading: str) -> bool:
    """Is this a known column that holds no task field (完成情况, 得分, 填报日期)?"""
    return field_of(heading) == _IGNORED


def is_reasons(heading: str) -> bool:
    """Is this the column of reasons of a workbook of refused rows?"""
    return plain_heading(heading) in map(str.casefold, REASONS)
