"""Permissions in words: the chapter, the thing and the verb of every `resource:verb`.

Nouns come from the models, steps from their workflows; only what is neither stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from app.core import policy, workflow
from app.core.text import words
from app.core.workflow import Workflow
from app.security.permissions import GRANTS

Pair = tuple[str, str]

CHAPTERS: tuple[tuple[str, Pair, tuple[str, ...]], ...] = (
    ("planning", ("目标任务", "Planning"), (
        "work_point_set", "work_point", "work_point_opinion", "department_plan",
        "plan_comment", "carry_over", "decomposition",
        "task", "task_department", "milestone", "indicator", "baseline", "baseline_task",
        "baseline_department", "baseline_indicator", "baseline_milestone", "import_job",
    )),
    ("monitoring", ("监测", "Monitoring"), (
        "monthly_check", "check_contribution", "warning", "bulletin_line", "coordination_request",
    )),
    ("supervision", ("督查督办", "Supervision"), (
        "supervision_case", "case_department", "case_step", "instruction", "patrol_round",
    )),
    ("improvement", ("诊断改进", "Improvement"), (
        "diagnosis", "diagnosis_item", "adjustment", "adjustment_change", "task_result",
        "evidence", "correction",
    )),
    ("assessment", ("考核", "Assessment"), (
        "score", "score_item", "department_assessment", "bonus_entry", "appeal",
        "accountability_notice",
    )),
    ("reporting", ("图表与报表", "Charts and reports"), ("chart", "report", "search")),
    ("year", ("年度", "The year"), (
        "cycle", "phase", "reporting_month", "rule_book", "rule_value", "component", "meeting",
        "agenda_item", "agenda_subject", "decision", "paper_entry",
    )),
    ("organisation", ("组织机构", "Organisation"), (
        "department", "department_successor", "department_class", "person", "role",
        "appointment", "delegation", "charge",
    )),
    ("master", ("基础数据", "Master data"), (
        "start", "console", "strategic_goal", "task_category", "indicator_template", "holiday",
    )),
    ("system", ("系统", "System"), (
        "audit_event", "outbox_message", "notification", "notification_choice", "saved_view",
        "account", "api_docs",
    )),
)  # fmt: skip
"""The chapters in the order of the menu, with their resources."""

_PAGES: dict[str, Pair] = {
    "role": ("角色与权限", "Roles and permissions"),
    "chart": ("统计图表", "Charts"),
    "report": ("文件报表", "Reports"),
    "search": ("全文检索", "Search"),
    "console": ("数据控制台", "Data console"),
    "start": ("建校向导", "Start your college"),
    "api_docs": ("接口说明", "API documentation"),
    "account": ("本人账号", "One's own account"),
}
_VERBS: dict[str, Pair] = {
    "read": ("查看", "Read"),
    "add": ("新增", "Add"),
    "edit": ("修改", "Edit"),
    "delete": ("删除", "Delete"),
    "import": ("导入", "Import"),
    "export": ("导出", "Export"),
    "answer": ("答复", "Answer"),
    "object": ("提出异议", "Object"),
    "remind": ("催报", "Remind"),
    "minutes": ("录入会议结论", "Enter the minutes"),
    "send_for_review": ("提交审阅", "Send for review"),
    "review": ("审阅同意", "Agree"),
    "return": ("退回", "Return"),
    "submit": ("提交", "Submit"),
    "aggregate": ("汇总", "Aggregate"),
    "archive": ("归档", "Archive"),
    "send_to_committee": ("提交党委会", "Send to the committee"),
    "issue": ("下发", "Issue"),
    "approve": ("同意", "Approve"),
    "refuse": ("不同意", "Refuse"),
    "compute": ("计算得分", "Compute"),
    "propose": ("提出考核建议", "Propose the result"),
    "announce": ("公示", "Announce"),
    "finalise": ("记录审定结果", "Record as final"),
    "uphold": ("支持申诉", "Uphold"),
    "dismiss": ("驳回申诉", "Dismiss"),
    "withdraw": ("撤销", "Withdraw"),
    "take_back": ("撤回", "Take back"),
    "prolong": ("延期", "Prolong"),
    "end": ("提前终止", "End early"),
    "decide": ("认定", "Decide"),
    "run": ("立即执行", "Run now"),
}
"""Rows' own verbs, and steps of flows that have no screen yet."""

_AHEAD: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "diagnosis": (frozenset({"return", "archive"}), frozenset({"submit"})),
    "appeal": (frozenset({"uphold", "dismiss"}), frozenset({"add"})),
    "accountability_notice": (frozenset({"approve"}), frozenset({"add"})),
}
"""Of resources whose workflow is still to come: the steps that decide, and those that submit."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One permission in the reader's words."""

    permission: str
    noun: str
    verb: str
    decides: bool
    """A step that decides on somebody's submission."""

    @property
    def whole(self) -> str:
        return f"{self.noun} · {self.verb}"


def wording_of(permission: str) -> Wording:
    """A permission of the table in words. KeyError for one that it does not know."""
    resource, _, verb = permission.partition(":")
    if verb not in GRANTS[resource]:
        raise KeyError(permission)
    flow = _flows().get(resource)
    step = next((one for one in flow.transitions if one.name == verb), None) if flow else None
    told = str(step.label) if step is not None else words(_VERBS[verb])
    return Wording(permission, noun_of(resource), told, verb in submissions_of(resource))


def submissions_of(resource: str) -> dict[str, frozenset[str]]:
    """The verbs that decide on a row of this resource, each with those that bring it there."""
    if resource in _AHEAD:
        decisions, submissions = _AHEAD[resource]
        return dict.fromkeys(decisions, submissions)
    flow = _flows().get(resource)
    found: dict[str, frozenset[str]] = {}
    for step in flow.transitions if flow else ():
        if step.decides and flow is not None:
            brought = {
                one.name
                for one in flow.transitions
                if one.target in step.sources and not one.decides
            }
            found[step.name] = found.get(step.name, frozenset()) | brought
    return found


def noun_of(resource: str) -> str:
    """The noun of what a permission is about."""
    return words(_PAGES[resource] if resource in _PAGES else _nouns()[resource])


def chapters() -> Iterator[tuple[str, str, list[Wording]]]:
    """Every permission in words, by chapter: the chapter's key and name, its permissions."""
    for key, label, resources in CHAPTERS:
        told = [
            wording_of(f"{resource}:{verb}") for resource in resources for verb in GRANTS[resource]
        ]
        yield key, words(label), told


@cache
def _nouns() -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    for model, rules in policy.policies().items():
        if model.__tablename__ == rules.resource or rules.resource not in found:
            found[rules.resource] = model.label
    return found


@cache
def _flows() -> dict[str, Workflow]:
    return {policy.policy_of(model).resource: flow for model, flow in workflow.workflows().items()}
