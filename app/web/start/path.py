"""The path from an empty database to a running year: six steps, each with how far it has come.

A step is done when nothing is missing, begun when something is there. What is missing is said
in exact numbers, with the place where it is put right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flask import url_for
from flask_babel import gettext, ngettext

from app.core.actor import Actor
from app.core.text import words
from app.cycles.year_plan import default_phases, default_rules
from app.models.cycles import RuleBook, RuleBookStatus
from app.security.permissions import GRANTS
from app.security.roles import ROLE_LABELS
from app.web.directory import CycleEntry
from app.web.stacked import month_name
from app.web.start.counts import Counts
from app.web.views import view_of

MONTHS = 12


class State(StrEnum):
    DONE = "done"
    BEGUN = "begun"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing, and where it is put right. `departments` names the rows concerned."""

    text: str
    place: str = ""
    departments: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A workbook of the step: its import's kind and name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: str
    purpose: str
    there: str
    """What is there, in one sentence."""
    gaps: Sequence[Gap]
    begun: bool
    tables: Sequence[Table] = ()
    hand: Sequence[tuple[str, str]] = ()
    """Places where the same is done by hand: words and address."""
    keepers: str = ""
    """Who does it, for a reader who does not."""
    first: tuple[str, str] | None = field(default=None)
    """What comes before everything else in this step: words and address."""

    @property
    def state(self) -> State:
        if not self.gaps:
            return State.DONE
        return State.BEGUN if self.begun else State.MISSING


def path_of(actor: Actor, counts: Counts, cycle: CycleEntry | None) -> list[Step]:
    """The six steps as they stand, with what `actor` may do in each."""
    return [
        _departments(actor, counts),
        _people(actor, counts),
        _charges(actor, counts),
        _calendar(actor, counts, cycle),
        _rules(actor, counts, cycle),
        _plan(actor, counts, cycle),
    ]


def _departments(actor: Actor, counts: Counts) -> Step:
    gaps = [] if counts.departments else [Gap(gettext("No department has been entered."))]
    return Step(
        "departments",
        gettext("Departments"),
        gettext("Every task, report and figure belongs to a department."),
        _joined(
            ngettext("%(num)s department", "%(num)s departments", counts.departments),
            ngettext("%(num)s section", "%(num)s sections", counts.sections),
        ),
        gaps,
        False,
        _tables(actor, ("department", gettext("Departments"))),
        _hand(actor, "department", (gettext("Departments"), "/console/department/list/")),
        _keepers("department"),
    )


def _people(actor: Actor, counts: Counts) -> Step:
    gaps = []
    if counts.people < 2:
        gaps.append(Gap(gettext("Nobody but you has an account.")))
    if counts.headless:
        gaps.append(
            Gap(
                ngettext(
                    "%(num)s department has no head", "%(num)s departments have no head",
                    counts.headless,
                ),
                "/appointment/add",
                "headless",
            )
        )  # fmt: skip
    gaps += [
        Gap(gettext("Nobody holds the role “%(role)s”", role=words(ROLE_LABELS[role])), "/person/list/")
        for role in counts.without_role()
    ]  # fmt: skip
    return Step(
        "people",
        gettext("People"),
        gettext("Who signs in, in which role, and who heads which department."),
        ngettext("%(num)s person", "%(num)s people", counts.people),
        gaps,
        counts.people > 1,
        _tables(actor, ("person", gettext("Staff list")), ("appointment", gettext("Appointments"))),
        _hand(
            actor, "person",
            (gettext("People"), "/person/list/"),
            (gettext("Appointments"), "/appointment/list/"),
        ),
        _keepers("person"),
    )  # fmt: skip


def _charges(actor: Actor, counts: Counts) -> Step:
    gaps = []
    if not counts.charges:
        gaps.append(Gap(gettext("No leader is in charge of any department.")))
    elif counts.uncharged:
        gaps.append(
            Gap(
                ngettext(
                    "%(num)s department is in no leader's charge",
                    "%(num)s departments are in no leader's charge",
                    counts.uncharged,
                ),
                "/charge/add",
                "uncharged",
            )
        )
    return Step(
        "charges",
        gettext("Leaders in charge"),
        gettext("Who reviews the plans, adjustments and results of which departments."),
        ngettext("%(num)s charge", "%(num)s charges", counts.charges),
        gaps,
        counts.charges > 0,
        _tables(actor, ("charge", gettext("Charges"))),
        _hand(actor, "charge", (gettext("Charges"), "/console/charge/list/")),
        _keepers("charge"),
    )


def _calendar(actor: Actor, counts: Counts, cycle: CycleEntry | None) -> Step:
    gaps = []
    if cycle is None:
        gaps.append(Gap(gettext("No year has been opened.")))
    else:
        phases = len(default_phases(cycle.year))
        if counts.months < MONTHS:
            gaps.append(
                Gap(
                    gettext(
                        "%(made)s of %(all)s reporting months are made",
                        made=counts.months, all=MONTHS,
                    ),
                    "/reporting_month/list/",
                )
            )  # fmt: skip
        if counts.phases < phases:
            gaps.append(
                Gap(
                    gettext("%(made)s of %(all)s phases have dates", made=counts.phases, all=phases),
                    "/console/phase/list/",
                )
            )  # fmt: skip
    if not counts.holidays:
        gaps.append(
            Gap(
                gettext("No holidays of the college: deadlines count the vacations as workdays"),
                "/console/holiday/list/",
            )
        )
    may_open = actor.may("cycle:add")
    return Step(
        "calendar",
        gettext("Year and calendar"),
        gettext("Phases, reporting months and days off: every deadline is counted from them."),
        _joined(
            cycle.name if cycle else gettext("no year"),
            ngettext("%(num)s phase", "%(num)s phases", counts.phases),
            ngettext("%(num)s reporting month", "%(num)s reporting months", counts.months),
            ngettext("%(num)s holiday", "%(num)s holidays", counts.holidays),
            *_begun_late(counts, cycle),
        ),
        gaps,
        cycle is not None or counts.holidays > 0,
        _tables(actor, ("holiday", gettext("Holidays")), *([("phase", gettext("Phases"))] if cycle else [])),
        _hand(
            actor, "holiday",
            (gettext("Holidays"), "/console/holiday/list/"),
            *([(gettext("Phases"), "/console/phase/list/")] if cycle else []),
            *([(gettext("Open the next year"), url_for("OpenYearView.year"))] if may_open and cycle else []),
        ),
        _keepers("cycle"),
        (gettext("Open the year"), url_for("OpenYearView.year")) if may_open and not cycle else None,
    )  # fmt: skip


def _rules(actor: Actor, counts: Counts, cycle: CycleEntry | None) -> Step:
    needed = len(default_rules())
    book = (
        url_for(f"{view_of(RuleBook).endpoint}.show", pk=counts.book_id) if counts.book_id else ""
    )
    gaps = []
    if not book:
        gaps.append(Gap(gettext("The year has no rule book; it comes with opening the year.")))
    else:
        if counts.values < needed:
            gaps.append(
                Gap(
                    gettext(
                        "%(made)s of %(all)s values are written", made=counts.values, all=needed
                    ),
                    book,
                )
            )
        if counts.book_status != RuleBookStatus.IN_FORCE:
            gaps.append(Gap(gettext("The rule book is a draft: put it in force"), book))
    return Step(
        "rules",
        gettext("Rule book"),
        gettext("The college's own numbers: thresholds of the lights, deadlines, weights, quotas."),
        ngettext("%(num)s value", "%(num)s values", counts.values),
        gaps,
        bool(book),
        _tables(actor, ("rule_value", gettext("Rule values"))) if book else (),
        _hand(actor, "rule_value", (gettext("Rule book"), book)) if book else (),
        _keepers("rule_book"),
    )


def _plan(actor: Actor, counts: Counts, cycle: CycleEntry | None) -> Step:
    gaps = []
    proposed = counts.tasks - counts.issued
    if not counts.tasks:
        gaps.append(Gap(gettext("The year has no tasks.")))
    elif not counts.issued:
        gaps.append(
            Gap(
                ngettext(
                    "%(num)s task is proposed; the table is not issued",
                    "%(num)s tasks are proposed; the table is not issued",
                    proposed,
                ),
                "/decomposition/list/",
            )
        )
    return Step(
        "plan",
        gettext("The year's table of tasks"),
        gettext("The decomposition of the year's goals, as the Office keeps it in a workbook."),
        _joined(
            ngettext("%(num)s task", "%(num)s tasks", counts.tasks),
            gettext("%(count)s of them issued", count=counts.issued),
            *(
                [
                    gettext(
                        "%(count)s were due before %(day)s: not counted as overdue, their"
                        " departments report the result",
                        count=counts.history,
                        day=cycle.live_from,
                    )
                ]
                if cycle and counts.history
                else []
            ),
        ),
        gaps,
        counts.tasks > 0,
        _tables(actor, ("task", gettext("Table of tasks"))),
        _hand(actor, "task", (gettext("Tasks"), "/task/list/")),
        _keepers("task", "import"),
    )


def _begun_late(counts: Counts, cycle: CycleEntry | None) -> list[str]:
    """What holds for a year begun in its middle, and for one that begins with a trial."""
    told = []
    if cycle and cycle.live_from:
        told.append(gettext("kept from %(day)s on", day=cycle.live_from))
    if counts.trial and counts.trial.isdecimal() and 1 <= int(counts.trial) <= MONTHS:
        month = month_name(int(counts.trial))
        told.append(gettext("trial without points until the end of %(month)s", month=month))
    return told


def _joined(*parts: str) -> str:
    return " · ".join(parts)


def _tables(actor: Actor, *kinds: tuple[str, str]) -> list[Table]:
    """The workbooks of a step that this reader may import."""
    return [Table(kind, name) for kind, name in kinds if may_import(actor, kind)]


def may_import(actor: Actor, kind: str) -> bool:
    needed = ("task:import",) if kind == "task" else (f"{kind}:add", f"{kind}:edit")
    return actor.may("import_job:add") and all(actor.may(one) for one in needed)


def _hand(actor: Actor, resource: str, *places: tuple[str, str]) -> Sequence[tuple[str, str]]:
    return places if actor.may(f"{resource}:add") else ()


def _keepers(resource: str, verb: str = "add") -> str:
    return "、".join(words(ROLE_LABELS[role]) for role in GRANTS[resource][verb])
