"""What becomes of a case if nobody does anything (Art. 8): the rungs ahead of it, each with its day.

It foretells by the rule the daily round itself climbs by (`ladder.next_move`); it decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.core import clock
from app.supervision.ladder import Move, Standing, Terms, next_move

LONGEST = 12
"""Rungs that are foretold at most: a rule book may urge very often."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """A move and the day of the round that would make it. `due_on`: the case's day from then on."""

    day: dt.date
    move: Move
    due_on: dt.date


def forecast(
    case: Standing, terms: Terms, today: dt.date, own: Callable[[dt.date], bool | None]
) -> list[Rung]:
    """The rungs ahead from `today` on, the next one first; none where the case rests. `own`: the
    college's calendar."""
    found: list[Rung] = []
    while case.due_on is not None and len(found) < LONGEST:
        day = max(case.due_on + _DAY, today)
        move = next_move(case, terms, day)
        if move is None:
            break
        due = case.due_on
        if move.workdays is not None:
            due = clock.add_workdays(day, move.workdays, own)
        found.append(Rung(day, move, due))
        ends = move.workdays is None
        case = replace(
            case, stage=move.stage, urges=move.urges, due_on=due,
            special_proposed=case.special_proposed or ends,
        )  # fmt: skip
    return found
