"""The twelve roles of the college (domain §1): their codes and their names."""

from __future__ import annotations

ADMIN = "Admin"
OFFICE = "Office"
QUALITY = "QualityOffice"
HEAD = "DepartmentHead"
STAFF = "DepartmentStaff"
LEADER = "Leader"
TOP_LEADER = "TopLeader"
SECRETARY = "CommitteeSecretary"
DISCIPLINE = "Discipline"
ASSESSMENT_OFFICE = "AssessmentOffice"
ASSESSMENT_GROUP = "AssessmentGroup"
AUDITOR = "Auditor"

ROLE_LABELS: dict[str, tuple[str, str]] = {
    ADMIN: ("系统管理员", "Administrator"),
    OFFICE: ("办公室", "Office"),
    QUALITY: ("诊改办公室", "Quality office"),
    HEAD: ("部门负责人", "Head of department"),
    STAFF: ("科室负责人、责任人", "Department staff"),
    LEADER: ("分管（联系）院领导", "Leader in charge"),
    TOP_LEADER: ("党政主要领导", "Top leader"),
    SECRETARY: ("党委会秘书", "Committee secretary"),
    DISCIPLINE: ("纪检监察室", "Discipline office"),
    ASSESSMENT_OFFICE: ("考核办公室", "Assessment office"),
    ASSESSMENT_GROUP: ("考核领导小组成员", "Assessment group"),
    AUDITOR: ("审计", "Auditor"),
}

EVERY_ROLE: tuple[str, ...] = tuple(ROLE_LABELS)

COLLEGE_READERS: tuple[str, ...] = (
    OFFICE,
    QUALITY,
    TOP_LEADER,
    SECRETARY,
    DISCIPLINE,
    ASSESSMENT_OFFICE,
    ASSESSMENT_GROUP,
    AUDITOR,
)
"""Roles that read every department's rows, drafts included (domain §1)."""
