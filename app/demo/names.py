"""Fitting the seed data to a size: fewer departments and tasks, or made-up ones beside them.

Everything here is decided by numbers alone, so that the same size and seed give the same
college.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from random import Random

from app.demo.seeds import ChargeSeed, DepartmentSeed, PersonSeed, Seeds, TaskSeed
from app.models.organisation import ChargeKind, DepartmentKind

PROMISED = (
    "admin", "office", "quality", "head.jwc", "staff.jwc", "leader", "topleader", "secretary",
    "discipline", "assessor", "group1", "group2", "group3", "auditor", "head.xinxi",
)  # fmt: skip
"""The accounts that every demo has."""

FIRST = ("jwc", "xinxi", "bgs", "zgb", "jjs", "rsc", "gh", "sjc", "jidian", "wlzx")
"""Departments in the order in which a small college keeps them: those of the accounts first."""

FEWEST_DEPARTMENTS = 3
TASKS_OF_A_DEPARTMENT = 6
"""What a made-up department gets when no number of tasks is asked for."""

FIELDS = (
    "人工智能", "新能源", "现代物流", "文化旅游", "食品药品", "轨道交通", "智慧农业", "环境工程",
    "数字媒体", "电子商务", "航空服务", "老年服务", "学前教育", "建筑装饰", "应用化工", "材料工程",
    "精密制造", "跨境贸易", "影视传播", "应急技术",
)  # fmt: skip
KINDS = ("系", "产业学院", "实训中心", "研究所")
FAMILIES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
GIVEN = "文明建国志强晓东海燕春华秋月立新永康佳慧思源雨晴子涵浩然若兰景行致远书瑶清和嘉木安宁"


def fit(seeds: Seeds, departments: int | None, tasks: int | None, seed: int) -> Seeds:
    """The seed data in the size asked for (None: as the files have it)."""
    chance = Random(f"{seed}:size")  # noqa: S311 (made-up people, nothing to guess)
    own = [row for row in seeds.departments if row.parent is None]
    count = len(own) if departments is None else departments
    kept = _kept(own, count)
    made = _made(count - len(own)) if count > len(own) else []
    chosen = {row.code for row in kept}
    sections = [row for row in seeds.departments if row.parent in chosen]
    leaders = [row.username for row in seeds.people if "Leader" in row.roles]
    people = [_placed(row, chosen, sections) for row in seeds.people if _belongs(row, chosen)]
    people += [person for row in made for person in _people_of(row, chance)]
    charges = [row for row in seeds.charges if row.department in chosen]
    charges += [
        ChargeSeed(
            leaders[place % len(leaders)],
            row.code,
            ChargeKind.IN_CHARGE.value,
            seeds.charges[0].valid_from,
        )
        for place, row in enumerate(made)
    ]
    every = sorted([*kept, *sections, *made], key=lambda row: row.sort_order)
    fitted = Seeds(
        departments=every,
        people=people,
        charges=charges,
        tasks=[],
        adjustments=seeds.adjustments,
        remarks=seeds.remarks,
        phrases=seeds.phrases,
    )
    mine = [_reachable(task, fitted) for task in seeds.tasks if task.lead in chosen]
    wanted = len(mine) + TASKS_OF_A_DEPARTMENT * len(made) if tasks is None else tasks
    fitted.tasks = _spread(mine, wanted)
    if wanted > len(mine):
        fitted.tasks += _copies(seeds.tasks, fitted, wanted - len(mine), first_for=made)
    known = {task.number for task in fitted.tasks}
    fitted.adjustments = [row for row in seeds.adjustments if _applies(row, known, chosen)]
    return fitted


def _kept(own: Sequence[DepartmentSeed], count: int) -> list[DepartmentSeed]:
    order = {code: place for place, code in enumerate(FIRST)}
    ranked = sorted(own, key=lambda row: (order.get(row.code, len(order)), row.sort_order))
    return sorted(ranked[:count], key=lambda row: row.sort_order)


def _made(count: int) -> list[DepartmentSeed]:
    found = []
    for place in range(count):
        kind, round_ = KINDS[place // len(FIELDS) % len(KINDS)], place // len(FIELDS) // len(KINDS)
        name = FIELDS[place % len(FIELDS)] + kind + (f"{round_ + 1}部" if round_ else "")
        teaching = kind in KINDS[:2]
        found.append(
            DepartmentSeed(
                code=f"extra-{place + 1:03d}",
                name=name,
                short_name=None,
                kind=DepartmentKind.TEACHING if teaching else DepartmentKind.FUNCTIONAL,
                parent=None,
                assessment_class="teaching" if teaching else "support",
                sort_order=1000 + 10 * place,
            )
        )
    return found


def _people_of(department: DepartmentSeed, chance: Random) -> list[PersonSeed]:
    def person(prefix: str, position: str, role: str, post: str) -> PersonSeed:
        username = f"{prefix}.{department.code}"
        return PersonSeed(
            username=username,
            name=chance.choice(FAMILIES) + "".join(chance.sample(GIVEN, 2)),
            staff_number=f"{department.sort_order:05d}{prefix}",
            department=department.code,
            position=position,
            phone="",
            email=f"{username}@example.edu.cn",
            roles=(role,),
            posts=((post, department.code),),
        )

    return [
        person("head", f"{department.name}负责人", "DepartmentHead", "head"),
        person("staff", "主管", "DepartmentStaff", "staff"),
        person("staff2", "科员", "DepartmentStaff", "staff"),
    ]


def _belongs(person: PersonSeed, chosen: set[str]) -> bool:
    return person.username in PROMISED or person.department is None or person.department in chosen


def _placed(person: PersonSeed, chosen: set[str], sections: Sequence[DepartmentSeed]) -> PersonSeed:
    """A promised account whose department a small college lacks keeps its roles only."""
    codes = chosen | {row.code for row in sections}
    return dataclasses.replace(
        person,
        department=person.department if person.department in codes else None,
        posts=tuple((post, code) for post, code in person.posts if code is None or code in codes),
    )


def _reachable(task: TaskSeed, seeds: Seeds) -> TaskSeed:
    codes = {row.code for row in seeds.departments}
    return dataclasses.replace(
        task,
        co_leads=tuple(code for code in task.co_leads if code in codes),
        assists=tuple(code for code in task.assists if code in codes),
    )


def _spread(tasks: Sequence[TaskSeed], count: int) -> list[TaskSeed]:
    """The first `count` tasks, taking each department's in turn."""
    if count >= len(tasks):
        return list(tasks)
    seen: dict[str, int] = {}
    ranked = []
    for task in tasks:
        seen[task.lead] = seen.get(task.lead, 0) + 1
        ranked.append((seen[task.lead], task.number, task))
    return sorted((task for *_, task in sorted(ranked)[:count]), key=lambda task: task.number)


def _copies(
    patterns: Sequence[TaskSeed],
    seeds: Seeds,
    count: int,
    first_for: Sequence[DepartmentSeed],
) -> list[TaskSeed]:
    """Varied copies of the files' tasks, dealt out to all departments, made-up ones first."""
    owners: dict[str, list[str]] = {}
    for person in seeds.people:
        if person.department and {"DepartmentStaff", "DepartmentHead"} & set(person.roles):
            owners.setdefault(person.department, []).append(person.username)
    leaders = {
        row.department: row.leader
        for row in reversed(seeds.charges)
        if row.kind == ChargeKind.IN_CHARGE
    }
    codes = [row.code for row in seeds.departments if row.parent is None]
    turns = [row.code for row in first_for] * TASKS_OF_A_DEPARTMENT
    # After the numbers that the year's own additions take.
    first = 200
    found = []
    # A stride that shares no factor with the number of patterns walks through all of them.
    stride = 7
    for place in range(count):
        lead = turns[place] if place < len(turns) else codes[place % len(codes)]
        pattern = patterns[place * stride % len(patterns)]
        batch = place // len(patterns) + 2
        found.append(
            dataclasses.replace(
                _reachable(pattern, seeds),
                number=f"{first + place:03d}",
                title=f"{pattern.title}（第{batch}批）",
                lead=lead,
                co_leads=tuple(c for c in pattern.co_leads if c in codes and c != lead),
                assists=tuple(c for c in pattern.assists if c in codes and c != lead),
                section=None,
                owner=owners[lead][place % len(owners[lead])],
                leader=leaders[lead],
                # What befalls these by an adjustment befalls the originals only.
                trajectory={"extended": "slow", "terminated": "steady"}.get(
                    pattern.trajectory, pattern.trajectory
                ),
            )
        )
    return found


def _applies(row: object, known: set[str], chosen: set[str]) -> bool:
    lead = row.fields.get("lead")  # type: ignore[attr-defined]
    return lead in chosen if lead else row.task in known  # type: ignore[attr-defined]
