"""A year that an import brings about is as whole as one opened by its form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, Phase, PhaseCode, ReportingMonth
from tests.cast import Cast
from tests.workbooks import task, write_tasks


def test_a_table_of_a_new_year_brings_its_phases_months_and_rules(
    session: AnySession, cast: Cast, command: Callable[..., Any], tmp_path: Path
) -> None:
    table = write_tasks(tmp_path / "tasks.xlsx", [task(leader="", owner="")])
    done = command("import-tasks", str(table), "--year", "2027")
    assert done.exit_code == 0, done.output
    cycle = session.scalars(select(Cycle).where(Cycle.year == 2027)).one()
    for model, expected in ((Phase, len(PhaseCode)), (ReportingMonth, 12)):
        count = select(func.count()).select_from(model).where(model.cycle_id == cycle.id)
        assert session.scalar(count) == expected
    assert cycle.rule_book is not None and cycle.rule_book.values
