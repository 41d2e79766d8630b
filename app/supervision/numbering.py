"""A case's number (编号) by the college's own form, such as 督〔2026〕3号: the next of its year.

The form is a value of the year's rule book; it names {year} and {number}, so that no number
comes twice. A number once given stays with its case, whatever becomes of it.
"""

from __future__ import annotations

import re

from sqlalchemy import select

from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, hold_row
from app.cycles.queries import rule
from app.cycles.rules import register_value_check
from app.models.cycles import Cycle
from app.models.supervision import SupervisionCase

FORMAT = "supervise.number_format"
LONGEST = 40
"""Characters of a form: with year and number filled in it fits the column."""
_PARTS = ("{year}", "{number}")
_COUNT = re.compile(r"\d+")


def check_format(text: str) -> None:
    """Raise RuleViolation at `value` unless `text` is the form of a number."""
    rest = text
    for part in _PARTS:
        if text.count(part) != 1:
            raise RuleViolation(
                message("The form of a number names {year} and {number} once each."), "value"
            )
        rest = rest.replace(part, "")
    if "{" in rest or "}" in rest:
        raise RuleViolation(
            message("The form of a number names {year} and {number} and no other braces."), "value"
        )
    if any(sign.isdigit() for sign in rest):
        raise RuleViolation(
            message("The form of a number holds no digits besides {year} and {number}."), "value"
        )
    if len(text) > LONGEST:
        raise RuleViolation(
            message("The form of a number has at most %(count)s characters.", count=LONGEST),
            "value",
        )


def next_number(session: AnySession, cycle: Cycle) -> str:
    """The number after the highest of the year. Who asks for one meanwhile waits until this
    transaction ends."""
    hold_row(session, Cycle, cycle.id)
    taken = session.scalars(
        select(SupervisionCase.number).where(
            SupervisionCase.cycle_id == cycle.id, SupervisionCase.number.is_not(None)
        )
    )
    highest = max((_count(number, cycle.year) for number in taken if number), default=0)
    form = str(rule(session, cycle, FORMAT))
    return form.replace("{year}", str(cycle.year)).replace("{number}", str(highest + 1))


def _count(number: str, year: int) -> int:
    """Which of its year a number is, whatever form it was given in; 0 if it says nothing."""
    found = [int(digits) for digits in _COUNT.findall(number.replace(str(year), " ", 1))]
    return found[-1] if found else 0


register_value_check(FORMAT, check_format)
