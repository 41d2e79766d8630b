"""What is kept of a plan for its owner to read: on the job (the counts, the problems) and on
the shelf (the rows)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.exchange.plan import Plan, PlannedRow, shown
from app.exchange.problems import FieldError, Problem
from app.exchange.row_planner import PlannedTask
from app.exchange.uploads import pack

_FACTS = ("leader", "owner", "category", "work_point", "goal", "standard", "remark")
LONG = 80
"""Characters of a text that the list shows; the file has the rest."""


def summary_of(plan: Plan) -> dict[str, Any]:
    return {
        **plan.summary(),
        "fingerprint": plan.fingerprint(),
        "notices": [pack(words) for words in plan.notices],
        "problems": [_problem(problem) for problem in plan.problems],
        "others": plan.others(),
        "out": len(plan.left_out()),
        "unknown": [[name.resource, name.word, name.cells] for name in plan.unknown],
    }


def rows_as_kept(plan: Plan) -> Iterator[dict[str, Any]]:
    """Every row; `out` says whether it stays out when the others are written."""
    out = plan.left_out()
    return ({**_row(row), "out": place in out} for place, row in enumerate(plan.rows))


def _row(row: PlannedRow) -> dict[str, Any]:
    told = row.promised()
    return {
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "number": told.get("number") or told.get("code") or "",
        "title": told.get("title") or told.get("name") or "",
        "lead": "、".join(told.get("lead") or []),
        "action": str(row.action),
        "errors": [_cell(error, row) for error in row.errors],
        "warnings": [_cell(warning, row) for warning in row.warnings],
        "changes": [[c.field, c.old, c.new, c.written] for c in row.changes],
        "facts": [[name, _short(text)] for name, text in _facts(row, told) if text],
    }


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def _facts(row: PlannedRow, told: dict[str, Any]) -> list[tuple[str, str]]:
    """What the row says beside its number, title and department: field and text."""
    if not isinstance(row, PlannedTask):
        known = {"sheet", "row", "number", "title", "lead", "code", "name"}
        return [(name, str(text or "")) for name, text in told.items() if name not in known]
    source = row.source
    texts = {name: getattr(source, name) for name in _FACTS}
    facts = [("due", source.due_text or shown(source.due)), ("weight", shown(source.weight))]
    facts += [("assist", "、".join(source.assist)), *texts.items()]
    steps = "；".join(f"{shown(step.due)} {step.text}".strip() for step in source.milestones)
    facts.append(("indicators", "；".join(told["indicators"])))
    return [*facts, ("milestones", steps) if steps else ("measures", source.measures)]


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "level": problem.level,
        "message": pack(problem.message),
    }


def _cell(error: FieldError, row: PlannedRow) -> dict[str, Any]:
    place = f"{error.column or ''}{error.row or row.row}"
    return {"field": error.field, "place": place, "message": pack(error.message)}
