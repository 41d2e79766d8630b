"""What each phase opens and who does what in it, in the regulation's words (Art. 4-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from app.models.cycles import PhaseCode

OFFICE = lazy_gettext("The Office")
DEPARTMENTS = lazy_gettext("Departments")
LEADERS = lazy_gettext("Leaders in charge")
COMMITTEE = lazy_gettext("Party committee")
ASSESSMENT = lazy_gettext("Assessment group")


@dataclass(frozen=True, slots=True)
class Told:
    """`opens` is what may be done from then on; `steps` are who does what; `not_here` says what of
    it this system does not keep yet."""

    opens: Any
    steps: Sequence[tuple[Any, Any]]
    not_here: Any = ""


WORDS: Mapping[PhaseCode, Told] = {
    PhaseCode.KICKOFF: Told(
        lazy_gettext("The coming year is opened with its phases, months and rules."),
        ((OFFICE, lazy_gettext("opens the year and puts its rules in force")),),
    ),
    PhaseCode.PROPOSAL: Told(
        lazy_gettext("Departments write their plans, tied to the five-year goals."),
        (
            (DEPARTMENTS, lazy_gettext("propose their key tasks and send the plan to their leader")),
        ),
    ),
    PhaseCode.REVIEW: Told(
        lazy_gettext("Leaders read the plans of the departments in their charge."),
        (
            (LEADERS, lazy_gettext("review each plan or return it with comments")),
            (DEPARTMENTS, lazy_gettext("submit the reviewed plan to the Office")),
            (OFFICE, lazy_gettext("takes the submitted plans up")),
        ),
    ),
    PhaseCode.WORK_POINTS: Told(
        lazy_gettext("The college's work points are drafted and put out for opinions."),
        (
            (OFFICE, lazy_gettext("composes the draft after the seminar and answers every opinion")),
            (LEADERS, lazy_gettext("say what should change")),
            (DEPARTMENTS, lazy_gettext("say what should change")),
        ),
    ),
    PhaseCode.ISSUANCE: Told(
        lazy_gettext("The work points are approved and issued."),
        (
            (COMMITTEE, lazy_gettext("decides on the work points")),
            (OFFICE, lazy_gettext("issues them with number and date")),
        ),
    ),
    PhaseCode.DECOMPOSITION: Told(
        lazy_gettext("The year's goals become the departments' tasks."),
        (
            (LEADERS, lazy_gettext("lead the drafting of the tasks of the departments in charge")),
            (DEPARTMENTS, lazy_gettext("pass parts on, agree to them or object")),
            (OFFICE, lazy_gettext("aggregates the table, takes it to the committee and issues it")),
        ),
    ),
    PhaseCode.ACCEPTANCE: Told(
        lazy_gettext("Departments take over the issued tasks."),
        (
            (DEPARTMENTS, lazy_gettext("accept each task and name section and person responsible")),
        ),
    ),
    PhaseCode.MONITORING: Told(
        lazy_gettext("Progress and quality are reported month by month."),
        (
            (DEPARTMENTS, lazy_gettext("submit the check of every task at the month's end")),
            (OFFICE, lazy_gettext("issues the month's bulletin, which closes the month")),
        ),
    ),
    PhaseCode.MIDYEAR: Told(
        lazy_gettext("The half-year is diagnosed and tasks are adjusted."),
        (
            (DEPARTMENTS, lazy_gettext("diagnose their half-year and propose adjustments")),
            (LEADERS, lazy_gettext("review the adjustments")),
            (COMMITTEE, lazy_gettext("decides on the adjustments")),
        ),
        lazy_gettext("The half-year diagnoses themselves are written outside this system for now; only what they change of the tasks is kept here."),
    ),
    PhaseCode.RESULTS: Told(
        lazy_gettext("What became of each task is reported, as soon as it is done."),
        (
            (DEPARTMENTS, lazy_gettext("report result, quality and evidence of every task")),
            (LEADERS, lazy_gettext("confirm the results or return them")),
        ),
    ),
    PhaseCode.DIAGNOSIS_REPORT: Told(
        lazy_gettext("Departments write their diagnosis of the year."),
        ((DEPARTMENTS, lazy_gettext("submit the annual diagnosis report to the Office")),),
        lazy_gettext("This system has no flow for the diagnosis reports yet: they go to the Office on paper, and nobody is shown as owing one."),
    ),
    PhaseCode.ASSESSMENT: Told(
        lazy_gettext("Completion and quality of the tasks are rated."),
        ((ASSESSMENT, lazy_gettext("rates the departments and proposes the results")),),
        lazy_gettext("Scores are kept here; total, grade and rank are not worked out yet."),
    ),
    PhaseCode.PUBLIC_NOTICE: Told(
        lazy_gettext("The proposed results are shown to the college."),
        (
            (DEPARTMENTS, lazy_gettext("may appeal")),
            (COMMITTEE, lazy_gettext("decides on the results")),
        ),
        lazy_gettext("This system has no flow for the public notice and the appeals yet: they are handled on paper."),
    ),
    PhaseCode.SUMMARY: Told(
        lazy_gettext("The year is summed up."),
        (
            (OFFICE, lazy_gettext("writes the college's two reports and says which unfinished tasks are carried over")),
        ),
        lazy_gettext("The two college reports are written outside this system for now; carrying tasks over is decided here."),
    ),
}  # fmt: skip
