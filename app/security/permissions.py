"""Every permission there is: `resource:verb`, and who holds it by default.

One table. A resource carries its table's name; `read`, `add`, `edit`, `delete` are the rows'
own verbs, any other verb is a step of the resource's workflow or a named operation. The
database holds a copy that an administrator may change on the role screen; `roles.py` writes
this table into a new database.
"""

from __future__ import annotations

from app.security.roles import (
    ADMIN,
    ASSESSMENT_GROUP,
    ASSESSMENT_OFFICE,
    AUDITOR,
    DISCIPLINE,
    EVERY_ROLE,
    HEAD,
    LEADER,
    OFFICE,
    QUALITY,
    SECRETARY,
    STAFF,
    TOP_LEADER,
)

Grants = dict[str, dict[str, tuple[str, ...]]]


def _kept_by(*keepers: str) -> dict[str, tuple[str, ...]]:
    """Everyone reads; `keepers` add, edit and delete."""
    return {"read": EVERY_ROLE, "add": keepers, "edit": keepers, "delete": keepers}


_DEPARTMENT = (HEAD, STAFF)
_TASK_WRITERS = {
    "read": EVERY_ROLE,
    "add": (HEAD, OFFICE, LEADER),
    "edit": (HEAD, STAFF, OFFICE, LEADER),
    "delete": (HEAD, OFFICE, LEADER),
}
_PART_WRITERS = {name: tuple(dict.fromkeys((*them, STAFF))) for name, them in _TASK_WRITERS.items()}
"""Who drafts a task drafts its milestones and indicators too."""

_SUPERVISORS = (OFFICE, LEADER, TOP_LEADER)
"""A leader takes the Office's steps on the cases of the Office itself (the policy says so)."""

GRANTS: Grants = {
    # Master data
    "department": _kept_by(ADMIN),
    "department_successor": _kept_by(ADMIN),
    "department_class": _kept_by(ADMIN, OFFICE),
    "person": {"read": EVERY_ROLE, "add": (ADMIN,), "edit": (ADMIN,), "delete": (ADMIN,)},
    "role": {"read": (ADMIN, AUDITOR), "add": (ADMIN,), "edit": (ADMIN,), "delete": (ADMIN,)},
    "appointment": {**_kept_by(ADMIN), "prolong": (ADMIN, OFFICE)},
    "delegation": {
        "read": EVERY_ROLE,
        "add": (ADMIN, OFFICE, HEAD, LEADER, TOP_LEADER),
        "edit": (ADMIN, OFFICE),
        "delete": (ADMIN, OFFICE),
        "end": (ADMIN, OFFICE, HEAD, LEADER, TOP_LEADER),
    },
    "charge": {**_kept_by(ADMIN), "prolong": (ADMIN, OFFICE)},
    "task_category": _kept_by(ADMIN),
    "holiday": _kept_by(ADMIN, OFFICE),
    "indicator_template": _kept_by(ADMIN, OFFICE),
    "strategic_goal": _kept_by(ADMIN, OFFICE),
    # The year
    "cycle": {
        **_kept_by(OFFICE),
        "start": (OFFICE,),
        "assess": (OFFICE,),
        "close": (OFFICE,),
    },
    "phase": {**_kept_by(OFFICE), "remind": (OFFICE,)},
    "reporting_month": _kept_by(OFFICE),
    "rule_book": {**_kept_by(OFFICE), "put_in_force": (OFFICE,), "retire": (OFFICE,)},
    "rule_value": _kept_by(OFFICE),
    "component": _kept_by(OFFICE, ASSESSMENT_OFFICE),
    "meeting": {**_kept_by(SECRETARY, OFFICE), "minutes": (SECRETARY,)},
    "agenda_item": _kept_by(SECRETARY, OFFICE),
    "agenda_subject": _kept_by(SECRETARY, OFFICE),
    "decision": _kept_by(SECRETARY),
    "paper_entry": {
        "read": EVERY_ROLE,
        "add": (OFFICE,),
        "acknowledge": (LEADER, TOP_LEADER, HEAD),
        "object": (LEADER, TOP_LEADER, HEAD),
        "withdraw": (OFFICE,),
        "refer": (OFFICE,),
        "uphold": (TOP_LEADER,),
        "annul": (TOP_LEADER,),
    },
    # Planning
    "work_point_set": {
        **_kept_by(OFFICE),
        "consult": (OFFICE,),
        "revise": (OFFICE,),
        "send_to_committee": (OFFICE,),
        "approve": (SECRETARY,),
        "return": (SECRETARY,),
        "issue": (OFFICE,),
    },
    "work_point": _kept_by(OFFICE),
    "work_point_opinion": {
        "read": EVERY_ROLE,
        "add": (HEAD, LEADER, TOP_LEADER, OFFICE),
        "edit": (HEAD, LEADER, TOP_LEADER, OFFICE),
        "delete": (HEAD, LEADER, TOP_LEADER, OFFICE),
        "answer": (OFFICE,),
    },
    "department_plan": {
        "read": EVERY_ROLE,
        "add": _DEPARTMENT,
        "edit": _DEPARTMENT,
        "delete": (HEAD,),
        "send_for_review": (HEAD,),
        "review": (LEADER, TOP_LEADER),
        "return": (LEADER, TOP_LEADER),
        "submit": (HEAD,),
        "aggregate": (OFFICE,),
    },
    "plan_comment": {
        "read": EVERY_ROLE,
        "add": (LEADER, TOP_LEADER, OFFICE),
        "edit": (LEADER, TOP_LEADER, OFFICE),
        "delete": (LEADER, TOP_LEADER, OFFICE),
        "answer": _DEPARTMENT,
    },
    "carry_over": {"read": EVERY_ROLE, "decide": (OFFICE, LEADER, TOP_LEADER)},
    "decomposition": {
        **_kept_by(OFFICE),
        "aggregate": (OFFICE,),
        "send_to_committee": (OFFICE,),
        "approve": (SECRETARY,),
        "return": (SECRETARY,),
        "issue": (OFFICE,),
        "adopt": (OFFICE,),
    },
    "task": {
        **_TASK_WRITERS,
        "publish": (OFFICE,),
        "accept": (HEAD,),
        "finish": (LEADER, TOP_LEADER),
        "terminate": (OFFICE,),
        "agree": (HEAD,),
        "object": (HEAD,),
        "ask_again": (HEAD, LEADER, OFFICE),
        "import": (OFFICE,),
        "export": EVERY_ROLE,
    },
    "task_department": dict(_TASK_WRITERS),
    "milestone": dict(_PART_WRITERS),
    "indicator": dict(_PART_WRITERS),
    "baseline": {"read": EVERY_ROLE},
    "baseline_task": {"read": EVERY_ROLE},
    "baseline_department": {"read": EVERY_ROLE},
    "baseline_indicator": {"read": EVERY_ROLE},
    "baseline_milestone": {"read": EVERY_ROLE},
    # Monitoring
    "monthly_check": {
        "read": EVERY_ROLE,
        "add": _DEPARTMENT,
        "edit": _DEPARTMENT,
        "delete": (HEAD,),
        "submit": (HEAD,),
        "return": (OFFICE,),
    },
    "check_contribution": {
        "read": EVERY_ROLE,
        "add": _DEPARTMENT,
        "edit": _DEPARTMENT,
        "delete": _DEPARTMENT,
    },
    "warning": {"read": EVERY_ROLE},
    "bulletin_line": {"read": EVERY_ROLE, "issue": (OFFICE,)},
    "coordination_request": {
        "read": EVERY_ROLE,
        "add": (HEAD,),
        "edit": (HEAD,),
        "delete": (HEAD,),
        "answer": (HEAD, LEADER, TOP_LEADER),
        "resolve": (HEAD,),
        "reopen": (HEAD,),
        "reroute": (OFFICE,),
    },
    # Supervision
    "supervision_case": {
        "read": EVERY_ROLE,
        "add": (OFFICE,),
        "edit": (OFFICE,),
        "delete": (OFFICE,),
        "confirm": _SUPERVISORS,
        "dismiss": _SUPERVISORS,
        "sign": (HEAD,),
        "reply": (HEAD,),
        "accept": _SUPERVISORS,
        "reject": _SUPERVISORS,
        "urge": _SUPERVISORS,
        "set_deadline": _SUPERVISORS,
        "extend": _SUPERVISORS,
        "transfer": _SUPERVISORS,
        "keep": _SUPERVISORS,
        "conclude": (DISCIPLINE, LEADER, TOP_LEADER),
        "send_back": (DISCIPLINE, LEADER, TOP_LEADER),
        "close": _SUPERVISORS,
        "reopen": _SUPERVISORS,
        "withdraw": _SUPERVISORS,
    },
    "case_department": {
        "read": EVERY_ROLE,
        "add": (OFFICE,),
        "edit": (OFFICE,),
        "delete": (OFFICE,),
    },
    "patrol_round": {"read": (OFFICE, ADMIN, AUDITOR), "run": (OFFICE, ADMIN)},
    "case_step": {"read": EVERY_ROLE},
    "instruction": {
        "read": EVERY_ROLE,
        "add": (LEADER, TOP_LEADER),
        "edit": (LEADER, TOP_LEADER),
        "delete": (LEADER, TOP_LEADER),
    },
    # Improvement
    "diagnosis": {
        "read": EVERY_ROLE,
        "add": (HEAD, STAFF, OFFICE),
        "edit": (HEAD, STAFF, OFFICE, QUALITY),
        "delete": (HEAD, OFFICE),
        "submit": (HEAD,),
        "return": (OFFICE,),
        "archive": (OFFICE,),
        "send_to_committee": (OFFICE,),
        "issue": (OFFICE,),
    },
    "diagnosis_item": {
        "read": EVERY_ROLE,
        "add": (HEAD, STAFF, OFFICE),
        "edit": (HEAD, STAFF, OFFICE),
        "delete": (HEAD, STAFF, OFFICE),
    },
    "adjustment": {
        "read": EVERY_ROLE,
        "add": (HEAD, OFFICE, LEADER),
        "edit": (HEAD, OFFICE, LEADER),
        "delete": (HEAD, OFFICE, LEADER),
        "submit": (HEAD, OFFICE, LEADER),
        "review": (LEADER, TOP_LEADER),
        "return": (LEADER, TOP_LEADER),
        "send_to_committee": (OFFICE,),
        "approve": (SECRETARY,),
        "reject": (SECRETARY,),
        "defer": (SECRETARY,),
        "apply": (OFFICE,),
    },
    "adjustment_change": {
        "read": EVERY_ROLE,
        "add": (HEAD, OFFICE, LEADER),
        "edit": (HEAD, OFFICE, LEADER),
        "delete": (HEAD, OFFICE, LEADER),
    },
    "task_result": {
        "read": EVERY_ROLE,
        "add": _DEPARTMENT,
        "edit": _DEPARTMENT,
        "delete": (HEAD,),
        "submit": (HEAD,),
        "confirm": (LEADER, TOP_LEADER),
        "return": (LEADER, TOP_LEADER),
    },
    "evidence": {
        "read": EVERY_ROLE,
        "add": (HEAD, STAFF, OFFICE),
        "edit": (HEAD, STAFF, OFFICE),
        "delete": (HEAD, STAFF, OFFICE),
    },
    "correction": {
        "read": EVERY_ROLE,
        "add": (HEAD, OFFICE),
        "delete": (HEAD, OFFICE),
        "take_back": (HEAD, OFFICE),
        "approve": (OFFICE, LEADER, TOP_LEADER),
        "refuse": (OFFICE, LEADER, TOP_LEADER),
    },
    # Assessment
    "score": {
        "read": (ASSESSMENT_OFFICE, ASSESSMENT_GROUP, TOP_LEADER, AUDITOR, HEAD, LEADER),
        "add": (ASSESSMENT_GROUP,),
        "edit": (ASSESSMENT_GROUP,),
        "delete": (ASSESSMENT_GROUP,),
        "submit": (ASSESSMENT_GROUP,),
    },
    "score_item": {
        "read": (ASSESSMENT_OFFICE, ASSESSMENT_GROUP, TOP_LEADER, AUDITOR, HEAD, LEADER),
    },
    "department_assessment": {
        "read": EVERY_ROLE,
        "add": (ASSESSMENT_OFFICE,),
        "edit": (ASSESSMENT_OFFICE,),
        "delete": (ASSESSMENT_OFFICE,),
        "compute": (ASSESSMENT_OFFICE,),
        "propose": (ASSESSMENT_GROUP,),
        "announce": (ASSESSMENT_OFFICE,),
        "finalise": (SECRETARY,),
    },
    "bonus_entry": {
        "read": (ASSESSMENT_OFFICE, ASSESSMENT_GROUP, TOP_LEADER, AUDITOR, HEAD, LEADER),
        "add": (ASSESSMENT_OFFICE,),
        "edit": (ASSESSMENT_OFFICE,),
        "delete": (ASSESSMENT_OFFICE,),
    },
    "appeal": {
        "read": (ASSESSMENT_OFFICE, ASSESSMENT_GROUP, TOP_LEADER, AUDITOR, HEAD, LEADER),
        "add": (HEAD,),
        "edit": (HEAD,),
        "delete": (HEAD,),
        "uphold": (ASSESSMENT_OFFICE,),
        "dismiss": (ASSESSMENT_OFFICE,),
    },
    "accountability_notice": {
        "read": (DISCIPLINE, TOP_LEADER, AUDITOR, OFFICE, LEADER, HEAD),
        "add": (DISCIPLINE,),
        "edit": (DISCIPLINE,),
        "delete": (DISCIPLINE,),
        "approve": (TOP_LEADER,),
        "issue": (DISCIPLINE,),
    },
    # The system
    "audit_event": {"read": (AUDITOR, ADMIN)},
    "notification": {"read": EVERY_ROLE, "edit": EVERY_ROLE, "delete": EVERY_ROLE},
    "notification_choice": {"read": EVERY_ROLE, "add": EVERY_ROLE, "edit": EVERY_ROLE},
    "outbox_message": {
        "read": (ADMIN,),
        "resend": (ADMIN,),
        "give_up": (ADMIN,),
        "deliver": (ADMIN,),
        "fail": (ADMIN,),
    },
    "saved_view": {
        "read": EVERY_ROLE,
        "add": EVERY_ROLE,
        "edit": EVERY_ROLE,
        "delete": EVERY_ROLE,
    },
    "import_job": {
        "read": (OFFICE, ADMIN),
        "add": (OFFICE, ADMIN),
        "edit": (OFFICE, ADMIN),
        "delete": (OFFICE, ADMIN),
        "start": (OFFICE, ADMIN),
        "look_again": (OFFICE, ADMIN),
        "finish": (OFFICE, ADMIN),
        "fail": (OFFICE, ADMIN),
        "reverse": (OFFICE, ADMIN),
    },
    "chart": {"read": EVERY_ROLE},
    "report": {"read": EVERY_ROLE},
    "console": {"read": (ADMIN, OFFICE)},
    "start": {"read": (ADMIN, OFFICE)},
    "search": {"read": EVERY_ROLE},
    "api_docs": {"read": EVERY_ROLE},
    "account": {"read": EVERY_ROLE, "edit": EVERY_ROLE},
}

PERMISSIONS: frozenset[str] = frozenset(
    f"{resource}:{verb}" for resource, verbs in GRANTS.items() for verb in verbs
)


def permissions_of(role: str) -> frozenset[str]:
    """The permissions `role` holds by default."""
    return frozenset(
        f"{resource}:{verb}"
        for resource, verbs in GRANTS.items()
        for verb, roles in verbs.items()
        if role in roles
    )


DELEGATED = frozenset(
    {
        "meeting", "agenda_item", "agenda_subject", "decision",
        "work_point_set", "work_point", "work_point_opinion", "department_plan", "plan_comment",
        "decomposition", "task", "task_department", "milestone", "indicator",
        "baseline", "baseline_task", "baseline_indicator", "baseline_milestone",
        "baseline_department",
        "monthly_check", "check_contribution", "warning", "coordination_request",
        "supervision_case", "case_department", "case_step",
        "diagnosis", "diagnosis_item", "adjustment", "adjustment_change", "task_result",
        "evidence", "correction", "department_assessment", "appeal",
    }
)  # fmt: skip
"""What belongs to a post and goes to whoever stands in: the year's work. Not the console, the
system, scores, nor what a person says in their own name (批示)."""

PASSED_ON: dict[str, frozenset[str]] = {
    role: frozenset(one for one in permissions_of(role) if one.split(":")[0] in DELEGATED)
    for role in (HEAD, LEADER)
}
"""By the role of the post: the permissions a delegation passes, where the giver holds them."""
