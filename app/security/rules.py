"""What a password must be. No Flask, no session."""

from __future__ import annotations

from app.core.errors import RuleViolation
from app.core.text import message

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
