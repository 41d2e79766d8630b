"""A kind of debt in a phase, and what is owed of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.core.queue import Waiting
from app.models.cycles import PhaseCode


@dataclass(frozen=True, slots=True)
class Owed:
    """A kind of debt in a phase. `single`: a department owes it once or not at all; `by_office`:
    a step of the Office's own, of which nobody is reminded; `chinese` says it in a text that
    goes outside."""

    phase: PhaseCode
    waiting: Waiting
    chinese: str
    by_leader: bool = False
    single: bool = False
    by_office: bool = False


@dataclass(frozen=True, slots=True)
class Debt:
    """What one department's rows owe of a kind: how many, until when, since when."""

    owed: Owed
    department_id: int | None
    count: int
    due_on: dt.date | None
    since: dt.date | None
