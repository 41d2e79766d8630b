"""What a related row is called in a list, from a few of its columns.

`str(row)` needs the whole row; a list joins only these columns. Rows that every page names
(departments, people, years, categories) come from the directory and are not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.models.cycles import Component, IndicatorTemplate, RuleBook, StrategicGoal
from app.models.improvement import Adjustment
from app.models.meetings import AgendaItem, Decision, Meeting
from app.models.monitoring import MonthlyCheck
from app.models.planning import Decomposition, Task
from app.models.supervision import SupervisionCase
from app.models.work_points import WorkPoint
from app.web.formats import show


@dataclass(frozen=True, slots=True)
class Naming:
    """The columns a name is made of, and how."""

    columns: tuple[str, ...]
    compose: Callable[..., str]


def _joined(*parts: Any) -> str:
    return " ".join(str(show(part)) for part in parts if part not in (None, ""))


NAMES: dict[type[Any], Naming] = {
    AgendaItem: Naming(("title",), _joined),
    Component: Naming(("code", "name"), _joined),
    Decision: Naming(("decided_on", "outcome"), _joined),
    Decomposition: Naming(("title",), _joined),
    IndicatorTemplate: Naming(("code", "name"), _joined),
    Meeting: Naming(("number", "title"), _joined),
    MonthlyCheck: Naming(("year", "month"), lambda year, month: f"{year}-{month:02d}"),
    RuleBook: Naming(("name",), _joined),
    StrategicGoal: Naming(("code", "name"), _joined),
    SupervisionCase: Naming(("number", "matter"), _joined),
    Task: Naming(("number", "title"), _joined),
    WorkPoint: Naming(("number", "text"), lambda number, text: _joined(number, text)[:60]),
    Adjustment: Naming(("kind", "id"), lambda kind, key: f"{show(kind)} {key}"),
}


def naming_of(model: type[Any]) -> Naming:
    """How rows of `model` are named; by their noun and number where nothing better is known."""
    known = NAMES.get(model)
    return known or Naming(("id",), lambda key: f"{words(model.label)} {key}")


def names_of(actor: Actor, model: type[Any], keys: Iterable[int]) -> dict[int, str]:
    """The names of those rows of `model` that `actor` may see. One statement."""
    naming = naming_of(model)
    columns = [getattr(model, name) for name in naming.columns]
    found = db.session.execute(
        select(model.id, *columns).where(model.id.in_(list(keys)), visible(actor, model))
    )
    return {row[0]: naming.compose(*row[1:]) for row in found}
