"""How far each phase of a year is, in numbers with the lists behind them. One statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, literal, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.assessment import Score, ScoreStatus
from app.models.base import Choice
from app.models.cycles import Cycle, CycleStatus, PhaseCode
from app.models.improvement import Adjustment, AdjustmentStatus, ResultStatus, TaskResult
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.organisation import Department
from app.models.planning import (
    Agreement,
    Decomposition,
    DecompositionStatus,
    DepartmentPlan,
    PlanStatus,
    Task,
    TaskStatus,
)
from app.models.work_points import WorkPointOpinion, WorkPointSet, WorkPointSetStatus
from app.monitoring.queue import missing
from app.planning.rules import answered_tasks
from app.web import formats
from app.web.home.figures import OPEN_ADJUSTMENTS
from app.web.links import list_link
from app.web.steering.year import Year, planning_departments

SENT = (PlanStatus.REVIEW, PlanStatus.REVIEWED, PlanStatus.RETURNED, PlanStatus.SUBMITTED,
        PlanStatus.AGGREGATED)  # fmt: skip
SUBMITTED = (PlanStatus.SUBMITTED, PlanStatus.AGGREGATED)
LIVE = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED, TaskStatus.FINISHED)
TAKEN = (TaskStatus.ACCEPTED, TaskStatus.FINISHED)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence on how far a phase is; `done` of `whole` where it can be drawn as a bar."""

    words: str
    link: str = ""
    done: int = 0
    whole: int = 0


Numbers = Mapping[str, Any]


def lines_of(session: AnySession, actor: Actor, year: Year) -> dict[PhaseCode, list[Line]]:
    """By phase, what can be said of it: nothing where nothing of it is kept here."""
    columns = [value.label(name) for name, value in _numbers(actor, year).items()]
    found: Numbers = dict(session.execute(select(*columns)).mappings().one())
    return {code: list(say(year, found)) for code, say in _SAYINGS.items()}


# The numbers ---------------------------------------------------------------------------


def _numbers(actor: Actor, year: Year) -> dict[str, Any]:
    own = year.cycle_id

    def count(model: Any, *where: ColumnElement[bool]) -> Any:
        return select(func.count(model.id)).where(visible(actor, model), *where).scalar_subquery()

    def last(model: Any, column: Any) -> Any:
        newest = select(column).where(visible(actor, model), model.cycle_id == own)
        return newest.order_by(model.edition.desc()).limit(1).scalar_subquery()

    plans = DepartmentPlan.cycle_id == own
    tasks = Task.cycle_id == own
    answered = (tasks, answered_tasks(actor))
    result = TaskResult.task_id.in_(select(Task.id).where(tasks))
    points = last(WorkPointSet, WorkPointSet.id)
    numbers = {
        "year": select(Cycle.status).where(visible(actor, Cycle), Cycle.id == own).scalar_subquery(),
        "departments": _departments(actor, year),
        "sent": count(DepartmentPlan, plans, DepartmentPlan.status.in_(SENT)),
        "in_review": count(DepartmentPlan, plans, DepartmentPlan.status == PlanStatus.REVIEW),
        "returned": count(DepartmentPlan, plans, DepartmentPlan.status == PlanStatus.RETURNED),
        "submitted": count(DepartmentPlan, plans, DepartmentPlan.status.in_(SUBMITTED)),
        "points": points,
        "points_status": last(WorkPointSet, WorkPointSet.status),
        "points_number": last(WorkPointSet, WorkPointSet.issue_number),
        "opinions": count(WorkPointOpinion, WorkPointOpinion.work_point_set_id == points),
        "unanswered": count(
            WorkPointOpinion, WorkPointOpinion.work_point_set_id == points,
            WorkPointOpinion.answer.is_(None), ~WorkPointOpinion.agrees,
        ),
        "table": last(Decomposition, Decomposition.id),
        "table_status": last(Decomposition, Decomposition.status),
        "table_number": last(Decomposition, Decomposition.issue_number),
        "parts": count(Task, tasks, Task.agreement.is_not(None)),
        "agreed": count(Task, tasks, Task.agreement == Agreement.AGREED),
        "issued": count(Task, *answered, Task.status.in_(LIVE)),
        "accepted": count(Task, *answered, Task.status.in_(TAKEN)),
        "finished": count(Task, *answered, Task.status == TaskStatus.FINISHED),
        "adjusting": count(
            Adjustment, Adjustment.cycle_id == own, Adjustment.status.in_(OPEN_ADJUSTMENTS)
        ),
        "adjusted": count(
            Adjustment, Adjustment.cycle_id == own, Adjustment.status == AdjustmentStatus.APPLIED
        ),
        "reported": count(TaskResult, result, TaskResult.status == ResultStatus.SUBMITTED),
        "confirmed": count(TaskResult, result, TaskResult.status == ResultStatus.CONFIRMED),
        "scored": count(Score, Score.cycle_id == own, Score.status == ScoreStatus.SUBMITTED),
        "scoring": count(Score, Score.cycle_id == own, Score.status == ScoreStatus.DRAFT),
        "checked": literal(0),
        "unchecked": literal(0),
    }  # fmt: skip
    if year.month is not None:
        rows = missing(actor, year.month.reported).rows.subquery()
        numbers["unchecked"] = select(func.count()).select_from(rows).scalar_subquery()
        numbers["checked"] = count(
            MonthlyCheck,
            MonthlyCheck.task_id.in_(select(Task.id).where(*answered)),
            MonthlyCheck.year == year.month.year,
            MonthlyCheck.month == year.month.month,
            MonthlyCheck.status == CheckStatus.SUBMITTED,
        )
    return numbers


def _departments(actor: Actor, year: Year) -> Any:
    found: Select[Any] = select(func.count(Department.id))
    return found.where(planning_departments(actor, year.today)).scalar_subquery()


# The sentences -------------------------------------------------------------------------


def _plans(year: Year, statuses: Iterable[Choice]) -> str:
    chosen = ",".join(status.value for status in statuses)
    return list_link(DepartmentPlan, cycle=year.cycle_id, status__in=chosen)


def _tasks(year: Year, **conditions: Any) -> str:
    return list_link(Task, cycle=year.cycle_id, **conditions)


def _state(word: str, status: Any, number: str | None) -> str:
    told = gettext("%(what)s: %(state)s", what=word, state=formats.show(status))
    return f"{told} {number}" if number else told


def _kickoff(year: Year, found: Numbers) -> Iterable[Line]:
    yield Line(_state(gettext("The year"), CycleStatus(found["year"]), None))


def _planned(year: Year, found: Numbers) -> bool:
    """Are there plans to speak of? A year that began with its issued table has none."""
    return bool(found["departments"] and (year.issued_on is None or found["sent"]))


def _proposal(year: Year, found: Numbers) -> Iterable[Line]:
    if _planned(year, found):
        told = gettext(
            "%(done)s of %(all)s departments have sent their plan",
            done=found["sent"], all=found["departments"],
        )  # fmt: skip
        yield Line(told, _plans(year, SENT), found["sent"], found["departments"])


def _review(year: Year, found: Numbers) -> Iterable[Line]:
    if _planned(year, found):
        told = gettext(
            "%(done)s of %(all)s departments have submitted their plan to the Office",
            done=found["submitted"], all=found["departments"],
        )  # fmt: skip
        yield Line(told, _plans(year, SUBMITTED), found["submitted"], found["departments"])
    if found["in_review"]:
        told = gettext("%(count)s plans wait with their leaders", count=found["in_review"])
        yield Line(told, _plans(year, (PlanStatus.REVIEW,)))
    if found["returned"]:
        told = gettext("%(count)s plans were returned", count=found["returned"])
        yield Line(told, _plans(year, (PlanStatus.RETURNED,)))


def _work_points(year: Year, found: Numbers) -> Iterable[Line]:
    if found["points"] is None:
        return
    place = url_for("WorkPointSetView.show", pk=found["points"])
    yield Line(
        _state(gettext("Work points"), WorkPointSetStatus(found["points_status"]), None), place
    )
    if found["opinions"]:
        told = gettext(
            "%(count)s opinions, %(open)s of them not answered",
            count=found["opinions"], open=found["unanswered"],
        )  # fmt: skip
        yield Line(told, place)


def _issuance(year: Year, found: Numbers) -> Iterable[Line]:
    status = found["points_status"] and WorkPointSetStatus(found["points_status"])
    if status in (
        WorkPointSetStatus.COMMITTEE, WorkPointSetStatus.APPROVED, WorkPointSetStatus.ISSUED,
    ):  # fmt: skip
        place = url_for("WorkPointSetView.show", pk=found["points"])
        yield Line(_state(gettext("Work points"), status, found["points_number"]), place)


def _decomposition(year: Year, found: Numbers) -> Iterable[Line]:
    if found["table"] is not None:
        status = DecompositionStatus(found["table_status"])
        place = url_for("DecompositionView.show", pk=found["table"])
        yield Line(_state(gettext("Decomposition"), status, found["table_number"]), place)
    if found["parts"]:
        told = gettext(
            "%(done)s of %(all)s parts are agreed to", done=found["agreed"], all=found["parts"]
        )
        place = _tasks(year, agreement__in=",".join(one.value for one in Agreement))
        yield Line(told, place, found["agreed"], found["parts"])


def _acceptance(year: Year, found: Numbers) -> Iterable[Line]:
    if found["issued"]:
        told = gettext(
            "%(done)s of %(all)s tasks are accepted", done=found["accepted"], all=found["issued"]
        )
        place = _tasks(year, status__in=",".join(status.value for status in TAKEN))
        yield Line(told, place, found["accepted"], found["issued"])


def _monitoring(year: Year, found: Numbers) -> Iterable[Line]:
    month, whole = year.month, found["checked"] + found["unchecked"]
    if month is None or not whole:
        return
    told = gettext(
        "Checks of %(month)s: %(done)s of %(all)s submitted",
        month=month.reported.words, done=found["checked"], all=whole,
    )  # fmt: skip
    place = list_link(MonthlyCheck, year=month.year, month=month.month, status="submitted")
    yield Line(told, place, found["checked"], whole)


def _midyear(year: Year, found: Numbers) -> Iterable[Line]:
    undecided = ",".join(status.value for status in OPEN_ADJUSTMENTS)
    for name, told, statuses in (
        ("adjusting", gettext("%(count)s adjustments on their way", count=found["adjusting"]),
         undecided),
        ("adjusted", gettext("%(count)s adjustments applied", count=found["adjusted"]),
         AdjustmentStatus.APPLIED.value),
    ):  # fmt: skip
        if found[name]:
            yield Line(told, list_link(Adjustment, cycle=year.cycle_id, status__in=statuses))


def _results(year: Year, found: Numbers) -> Iterable[Line]:
    if found["accepted"] and (
        found["confirmed"] or found["reported"] or year.begun(PhaseCode.RESULTS)
    ):
        told = gettext(
            "Results of %(done)s of %(all)s tasks are confirmed",
            done=found["confirmed"], all=found["accepted"],
        )  # fmt: skip
        yield Line(told, "", found["confirmed"], found["accepted"])
    if found["reported"]:
        yield Line(
            gettext("%(count)s results wait to be confirmed", count=found["reported"]),
            list_link(TaskResult, status=ResultStatus.SUBMITTED),
        )


def _assessment(year: Year, found: Numbers) -> Iterable[Line]:
    if found["scored"] or found["scoring"]:
        told = gettext(
            "%(count)s scores handed in, %(open)s in draft",
            count=found["scored"], open=found["scoring"],
        )  # fmt: skip
        yield Line(told, list_link(Score, cycle=year.cycle_id))


_SAYINGS: dict[PhaseCode, Callable[[Year, Numbers], Iterable[Line]]] = {
    PhaseCode.KICKOFF: _kickoff,
    PhaseCode.PROPOSAL: _proposal,
    PhaseCode.REVIEW: _review,
    PhaseCode.WORK_POINTS: _work_points,
    PhaseCode.ISSUANCE: _issuance,
    PhaseCode.DECOMPOSITION: _decomposition,
    PhaseCode.ACCEPTANCE: _acceptance,
    PhaseCode.MONITORING: _monitoring,
    PhaseCode.MIDYEAR: _midyear,
    PhaseCode.RESULTS: _results,
    PhaseCode.ASSESSMENT: _assessment,
}
