"""What can be refused, and how each refusal is told apart.

Every door turns these into its own answer: a message at the field (screens), 422 / 403 /
409 (REST), a row's error (imports), exit code 1 (command line).
"""

from __future__ import annotations

from app.core.text import Message


class Refusal(Exception):
    """Something the gate or a rule does not let happen. `message` is for the user."""

    status_code = 422

    def __init__(self, message: Message | str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class RuleViolation(Refusal):
    """A rule of the domain is broken, at `field` where one is to blame. 422."""


class NotAllowed(Refusal):
    """This actor may not do this to this row. 403."""

    status_code = 403


class WrongState(Refusal):
    """The row's state does not allow the step. 409."""

    status_code = 409


class Conflict(Refusal):
    """The row has changed since the user saw it. 409."""

    status_code = 409


class RuleViolations(Refusal):
    """Several broken rules at once: required fields of a step, rows of an import. 422."""

    def __init__(self, violations: list[RuleViolation]) -> None:
        super().__init__(violations[0].message, violations[0].field)
        self.violations = violations
