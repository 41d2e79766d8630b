"""A task of the seed data as the row and the parts that a department proposes."""

from __future__ import annotations

from typing import Any

from app.demo.curves import day_of
from app.demo.seeds import TaskSeed
from app.demo.story import Story, TaskStory
from app.models.cycles import Direction, IndicatorKind
from app.models.planning import Visibility
from app.planning.service import IndicatorPlan, MilestonePlan, Parts


def task_fields(story: Story, one: TaskStory) -> dict[str, Any]:
    """The columns of a proposed task: no weight yet, no work point, and what is key supervised
    is the leader's to say."""
    college, seed = story.college, one.seed
    return {
        "cycle_id": story.cycle_id,
        "number": seed.number,
        "sort_order": int(seed.number),
        "title": seed.title,
        "goal": seed.goal,
        "measures": seed.measures,
        "standard": seed.standard,
        "category_id": college.categories[seed.category],
        "lead_department_id": college.departments[seed.lead],
        "leader_id": college.people[seed.leader],
        "start_on": one.curve.start_on,
        "due_on": one.curve.due_on,
        "due_text": seed.due_text or None,
        "visibility": Visibility(seed.visibility),
        "strategic_goal_id": college.goals.get(seed.strategic_goal or ""),
        "remark": seed.remark,
    }


def parts_of(story: Story, seed: TaskSeed) -> Parts:
    """The other departments, milestones and indicators of a task."""
    ids = story.college.departments
    return Parts(
        co_leads=[ids[code] for code in seed.co_leads],
        assists=[ids[code] for code in seed.assists],
        milestones=[
            MilestonePlan(day_of(story.year, one.due), one.text, one.percent)
            for one in seed.milestones
        ],
        indicators=[
            IndicatorPlan(
                name=one.name,
                kind=IndicatorKind(one.kind),
                unit=one.unit,
                direction=Direction(one.direction) if one.direction else None,
                baseline=one.baseline,
                target=one.target,
                standard=one.standard,
                weight=one.weight,
            )
            for one in seed.indicators
        ],
    )
