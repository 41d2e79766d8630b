"""What the application has come to against what the reference has, in sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from app.core.clock import COLLEGE_ZONE
from app.models.monitoring import EarlyWarning
from app.models.supervision import SupervisionCase
from tests.simulated_year.playing import College
from tests.simulated_year.reference import Case, Warned

FACTS = (
    "source", "rule", "status", "stage", "number", "opened_on", "due_on", "urges",
    "special_proposed_on", "steps",
)  # fmt: skip


def differences(college: College) -> list[str]:
    """Every difference between the two years; empty if they are the same."""
    found = [str(one) for one in college.refused]
    world = college.story.world
    for task in world.tasks:
        found += _cases(f"task {task.number}", task.cases, college.cases(task.number))
        found += _warnings(f"task {task.number}", task.warnings, _warned(college, task.number))
    found += _cases("no task", world.loose_cases, college.cases(None))
    return found


def _cases(of: str, wanted: Sequence[Case], got: Sequence[SupervisionCase]) -> Iterator[str]:
    if len(wanted) != len(got):
        yield (
            f"{of}: {len(got)} cases ({_born(_facts(one) for one in got)}) instead of "
            f"{len(wanted)} ({_born(vars(one) for one in wanted)})"
        )
    for place, (one, other) in enumerate(zip(wanted, got, strict=False)):
        facts = _facts(other)
        for name in FACTS:
            if getattr(one, name) != facts[name]:
                yield f"{of}, case {place}: {name} {_told(facts[name])} instead of {_told(getattr(one, name))}"


def _facts(case: SupervisionCase) -> dict[str, Any]:
    return {
        "source": str(case.source),
        "rule": case.rule_key,
        "status": str(case.status),
        "stage": str(case.stage),
        "number": int(re.findall(r"\d+", case.number)[-1]) if case.number else None,
        "opened_on": case.opened_on,
        "due_on": case.due_on,
        "urges": case.urges,
        "special_proposed_on": case.special_proposed_on,
        "steps": [
            (str(step.kind), step.happened_at.astimezone(COLLEGE_ZONE).date())
            for step in case.steps
        ],
    }


def _warned(college: College, number: str) -> list[Warned]:
    rows = college.session.scalars(
        select(EarlyWarning).where(EarlyWarning.task_id == college.tasks[number])
    )
    return [
        Warned(
            row.rule_key, str(row.light), row.opened_on,
            int(row.cause[5:7]) if row.rule_key == "check.missing" else None, row.closed_on,
        )
        for row in rows
    ]  # fmt: skip


def _warnings(of: str, wanted: Sequence[Warned], got: Sequence[Warned]) -> Iterator[str]:
    one, other = sorted(map(_words, wanted)), sorted(map(_words, got))
    for words in other:
        if words not in one:
            yield f"{of}: warned {words}, which the reference does not know"
    for words in one:
        if words not in other:
            yield f"{of}: not warned {words}"


def _words(warning: Warned) -> str:
    month = f" of month {warning.month}" if warning.month else ""
    return (
        f"{warning.light} by {warning.rule}{month} from {warning.opened_on} to {warning.closed_on}"
    )


def _born(cases: Iterator[dict[str, Any]]) -> str:
    return "; ".join(f"{one['rule']} {_told(one['steps'][:1])}" for one in cases)


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{kind} {day:%m-%d}" for kind, day in value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
