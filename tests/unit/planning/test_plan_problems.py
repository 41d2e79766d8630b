"""What keeps a department's plan from being sent; told without a database."""

from __future__ import annotations

from decimal import Decimal

from app.planning.plan_rules import PlannedTask, problems_of

HUNDRED = Decimal(100)


def task(number: int, *, weight: str | None = None, standard: str | None = "合格") -> PlannedTask:
    return PlannedTask(
        number, f"任务{number}", standard, 0, Decimal(weight) if weight is not None else None
    )


def words(tasks: list[PlannedTask], text: str | None = None, total: Decimal | None = HUNDRED):  # type: ignore[no-untyped-def]
    return [
        (problem.task_id, str(problem.words))
        for problem in problems_of(tasks, text=text, weight_total=total)
    ]


def test_an_empty_plan_is_not_sent() -> None:
    assert words([]) == [(None, "The plan holds no task and no text yet.")]
    assert words([], text="只有正文") == []


def test_a_task_needs_a_standard_or_an_indicator() -> None:
    assert words([task(1, standard=" ")])[0][0] == 1
    assert words([PlannedTask(1, "任务", None, 2, None)]) == []


def test_weights_count_only_where_they_are_used() -> None:
    assert words([task(1), task(2)]) == []
    assert words([task(1, weight="60"), task(2, weight="40")]) == []


def test_weights_that_do_not_add_up_are_named_with_their_sum() -> None:
    assert words([task(1, weight="60"), task(2, weight="30.5")]) == [
        (None, "The weights add up to 90.5 instead of 100: 9.5 are missing.")
    ]


def test_a_task_without_a_weight_among_weighted_ones_is_named() -> None:
    assert [key for key, _ in words([task(1, weight="100"), task(2)])] == [2]


def test_a_college_may_leave_the_weights_alone() -> None:
    assert words([task(1, weight="7")], total=None) == []
