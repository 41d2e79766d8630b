"""What a password must be, and what a role must not hold together. No Flask, no session."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.errors import RuleViolation
from app.core.text import message, words
from app.security.permissions import GRANTS, permissions_of
from app.security.roles import ADMIN, AUDITOR, ROLE_LABELS
from app.security.wording import submissions_of, wording_of

COMMON = frozenset(
    {
        "password1", "password123", "abc12345", "abcd1234", "a1234567", "qwer1234",
        "qwerty123", "1q2w3e4r", "1qaz2wsx", "admin123", "12345678a", "woaini1314",
        "iloveyou1", "aa123456", "a123456789", "qq123456", "zxcvbnm1",
    }
)  # fmt: skip


def check_password(password: str, *, username: str, minimum: int) -> None:
    """Raise RuleViolation unless `password` is long enough, mixes letters with digits or
    signs, does not hold the user name and is not one that everybody tries first."""
    if len(password) < minimum:
        raise RuleViolation(
            message("The password needs at least %(count)s characters.", count=minimum), "password"
        )
    has_letter = any(letter.isalpha() for letter in password)
    has_other = any(not letter.isalpha() for letter in password)
    if not (has_letter and has_other):
        raise RuleViolation(
            message("The password needs letters together with digits or signs."), "password"
        )
    if username and username.lower() in password.lower():
        raise RuleViolation(message("The password must not hold the user name."), "password")
    if password.lower() in COMMON or len(set(password)) < 4:
        raise RuleViolation(message("This password is too easy to guess."), "password")


DECIDES_NOTHING = frozenset({ADMIN, AUDITOR})
"""They run and read the system; the year's decisions are others' (domain §1)."""


def check_separation(role: str, before: frozenset[str], after: frozenset[str]) -> None:
    """Raise RuleViolation when `role`, which held `before`, would newly decide on what it
    submits itself: nobody decides on their own submission (domain §1)."""
    known = set(_collisions(role, before))
    name = words(ROLE_LABELS.get(role, (role, role)))
    for decision, submission in _collisions(role, after):
        if (decision, submission) in known:
            continue
        if submission is None:
            raise RuleViolation(
                message(
                    "The role “%(role)s” decides nothing in the year: “%(step)s” is not for it.",
                    role=name, step=wording_of(decision).whole,
                )
            )  # fmt: skip
        raise RuleViolation(
            message(
                "The role “%(role)s” would take both “%(submit)s” and “%(decide)s”; nobody decides on their own submission.",
                role=name, submit=wording_of(submission).whole, decide=wording_of(decision).whole,
            )
        )  # fmt: skip


def _collisions(role: str, held: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    """Decisions that a role holds and should not, each with the step it submits by. What the
    permission table itself gives a role is right: there the row's own rule decides."""
    usual = permissions_of(role)
    for resource in GRANTS:
        for verb, submissions in submissions_of(resource).items():
            decision = f"{resource}:{verb}"
            if decision not in held:
                continue
            if role in DECIDES_NOTHING:
                yield decision, None
            for submission in (f"{resource}:{one}" for one in submissions):
                if submission in held and not {decision, submission} <= usual:
                    yield decision, submission
