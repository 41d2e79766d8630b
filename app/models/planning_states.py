"""The states and kinds of plans, decompositions and tasks (Art. 4-5)."""

from __future__ import annotations

from app.models.base import Choice


class PlanStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    REVIEW = "review", "审阅中", "In review"
    REVIEWED = "reviewed", "已审阅", "Reviewed"
    RETURNED = "returned", "退回", "Returned"
    SUBMITTED = "submitted", "已提交", "Submitted"
    AGGREGATED = "aggregated", "已汇总", "Aggregated"


class DecompositionStatus(Choice):
    DRAFTING = "drafting", "编制中", "Drafting"
    AGGREGATED = "aggregated", "已汇总", "Aggregated"
    COMMITTEE = "committee", "提交党委会", "Committee"
    APPROVED = "approved", "审定通过", "Approved"
    RETURNED = "returned", "退回", "Returned"
    ISSUED = "issued", "已发布", "Issued"


class TaskStatus(Choice):
    PROPOSED = "proposed", "拟定", "Proposed"
    PUBLISHED = "published", "已发布", "Published"
    ACCEPTED = "accepted", "已接受", "Accepted"
    FINISHED = "finished", "已完成", "Finished"
    TERMINATED = "terminated", "已终止", "Terminated"


class Agreement(Choice):
    ASKED = "asked", "待确认", "Asked"
    AGREED = "agreed", "同意", "Agreed"
    OBJECTED = "objected", "有异议", "Objected"


class PassedAs(Choice):
    HEAD = "head", "部门负责人", "Head"
    LEADER = "leader", "分管领导", "Leader"
    OFFICE = "office", "办公室", "Office"


class TaskOrigin(Choice):
    ANNUAL = "annual", "年度任务", "Annual"
    ADDED = "added", "年中新增", "Added"
    CARRIED_OVER = "carried_over", "上年结转", "Carried over"
    TEMPORARY = "temporary", "临时任务", "Temporary"


class Visibility(Choice):
    OPEN = "open", "校内公开", "Open"
    CONCERNED = "concerned", "相关部门", "Concerned"
    RESTRICTED = "restricted", "限制", "Restricted"


class TaskDepartmentRole(Choice):
    CO_LEAD = "co_lead", "共同牵头", "Co-lead"
    ASSIST = "assist", "配合", "Assisting"
