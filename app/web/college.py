"""The college on one screen: how the year stands, where it is red, who has not reported.

Every figure counts what the reader may open and leads to it: what stands here and what the
lists behind it hold are the same rows. Composed of the chapters' own figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from app.core import clock
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.models.monitoring import Light
from app.models.planning import Task, TaskStatus
from app.models.supervision import ON_HAND, SupervisionCase
from app.monitoring.chart_views import progress_figure
from app.monitoring.charts import progress_by_month
from app.monitoring.check_chart_views import MISSING, Square, squares_of
from app.monitoring.check_charts import OwedMonth, count_checks, count_missing, owed_months
from app.planning.charts import UNDER_WAY, Standing, TroubledTask, standings, worst_tasks
from app.supervision.charts import open_cases
from app.web.charts import Asked, ChartView, department_groups
from app.web.directory import directory
from app.web.formats import EMPTY, progress_bar, show_light
from app.web.links import filter_arguments, list_link
from app.web.reader import the_actor
from app.web.stacked import month_name
from app.web.views import view_of

WORST = 10
LIGHTS = (Light.RED, Light.ORANGE, Light.YELLOW, Light.GREEN, Light.BLUE)
BAR_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of the first line. `tone` colours it when it is not zero."""

    label: str
    figure: int
    link: str | None
    tone: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A coloured piece of a department's bar, and its figure."""

    light: str
    word: str
    count: int
    link: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class MonthCell:
    name: str
    key: str
    text: str
    told: str
    link: str


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    name: str
    link: str
    count: int
    late: int
    parts: Sequence[Part]
    months: Sequence[MonthCell | None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A task of the list of the worst, with its page."""

    task: TroubledTask
    link: str
    department: str
    days_late: int


@dataclass(frozen=True, slots=True)
class Submissions:
    """The reports of the last month that is over."""

    name: str
    square: Square
    due_on: Any
    link: str
    missing_link: str
    laggards: Sequence[tuple[str, int, str]]
    """The departments with checks missing: name, how many, where they stand."""


@dataclass(slots=True)
class _Sums:
    """The visible tasks added up: in all, and by department."""

    lights: Counter[tuple[int | None, str | None]] = field(default_factory=Counter)
    departments: Counter[int | None] = field(default_factory=Counter)
    late: Counter[int | None] = field(default_factory=Counter)
    finished: int = 0
    on_plan: int = 0
    hidden: int = 0

    @classmethod
    def of(cls, rows: Sequence[Standing]) -> _Sums:
        sums = cls()
        for row in rows:
            sums.hidden += row.count - row.listed
            if not row.listed:
                continue
            sums.lights[row.department_id, row.light] += row.listed
            sums.departments[row.department_id] += row.listed
            sums.late[row.department_id] += row.listed if row.late else 0
            sums.finished += row.listed if row.status == TaskStatus.FINISHED else 0
            if row.status in UNDER_WAY and row.light == Light.GREEN:
                sums.on_plan += row.listed
        return sums


class CollegeView(ChartView):
    """The dashboard. A leader begins with the departments in charge."""

    default_view = "college"
    template = "web/college.html"
    tab = lazy_gettext("College overview")
    begins_with_mine = True

    @expose("/college")
    @has_access
    def college(self) -> Any:
        actor = the_actor()
        choice = self.choose(actor)
        today = clock.today()

        def narrow(query: Any) -> Any:
            return self.narrow(choice, query)

        sums = _Sums.of(standings(db.session, actor, today, narrow, choice.columns))
        year = choice.cycle.year if choice.cycle else today.year
        tasks, progress = progress_by_month(db.session, actor, year, narrow)
        months = owed_months(db.session, choice.cycle.id, year) if choice.cycle else []
        checks = count_checks(db.session, actor, year, narrow)
        missing = count_missing(db.session, actor, year, months, narrow)
        squares = squares_of(checks, missing)
        shown = sorted({month for _, month in squares})
        submissions = _submissions(choice, months, squares)
        worst = worst_tasks(db.session, actor, today, narrow, WORST)
        return self.render(
            gettext("College overview"),
            choice,
            headlines=[*_headlines(choice, sums), self._cases(choice), _missing(submissions)],
            months=[month_name(month) for month in shown],
            lines=_lines(choice, sums, squares, shown),
            bar_width=BAR_WIDTH,
            progress=progress_figure(gettext("Progress by month"), year, tasks, progress, choice),
            progress_link=choice.chart("ProgressChartView.progress"),
            worst=[_trouble(task) for task in worst],
            worst_link=choice.link(status__in=_under_way(), light__in="red,orange"),
            submissions=submissions,
            notes=_notes(sums.hidden),
            show_light=show_light,
            progress_bar=progress_bar,
        )

    def _cases(self, choice: Asked) -> Headline:
        """Open cases. Their list knows year and department: under other filters of tasks,
        those about such tasks are counted, and no list shows them."""
        cycle = choice.cycle.id if choice.cycle else 0
        criteria = [SupervisionCase.cycle_id == cycle]
        wanted: dict[str, Any] = {"cycle": cycle, "status__in": ",".join(ON_HAND)}
        link = None
        plain = {"cycle", "lead_department"}
        asked = [value for name, value in choice.arguments if name.endswith("lead_department")]
        (by_key,) = filter_arguments(Task, lead_department=asked[0] if asked else 0)
        if (
            choice.columns <= plain
            and len(asked) <= 1
            and (not asked or by_key in choice.arguments)
        ):
            if asked:
                key = int(asked[0]) if asked[0].isdecimal() else 0
                criteria.append(SupervisionCase.department_id == key)
                wanted["department"] = key
            if choice.reach:
                criteria.append(SupervisionCase.department_id.in_(choice.reach))
                if not asked:
                    wanted["department__in"] = ",".join(str(key) for key in sorted(choice.reach))
            link = list_link(SupervisionCase, **wanted)
        else:
            seen = select(Task.id).where(visible(choice.actor, Task))
            criteria.append(SupervisionCase.task_id.in_(self.narrow(choice, seen)))
        found = open_cases(db.session, choice.actor, clock.today(), criteria)
        hint = gettext("%(count)s past their day", count=found.late) if found.late else ""
        return Headline(gettext("Open cases"), found.count, link, "orange", hint)


# The parts of the page ------------------------------------------------------------------


def _notes(hidden: int) -> list[str]:
    if not hidden:
        return []
    return [
        gettext("%(count)s further tasks are not open to you and not counted here.", count=hidden)
    ]


def _under_way() -> str:
    return ",".join(status.value for status in UNDER_WAY)


def _headlines(choice: Asked, sums: _Sums) -> list[Headline]:
    count, late = sum(sums.departments.values()), sum(sums.late.values())
    share = f"{round(sums.finished * 100 / count)}%" if count else ""
    return [
        Headline(gettext("Tasks"), count, choice.link()),
        Headline(
            gettext("Finished"), sums.finished, choice.link(status=TaskStatus.FINISHED), hint=share
        ),
        Headline(
            gettext("On plan"),
            sums.on_plan,
            choice.link(status__in=_under_way(), light=Light.GREEN),
            "green",
        ),
        Headline(
            gettext("Overdue"),
            late,
            choice.link(status__in=_under_way(), due_on__lt=clock.today()),
            "red",
        ),
    ]


def _missing(submissions: Submissions | None) -> Headline:
    if submissions is None:
        return Headline(gettext("Checks missing"), 0, None)
    label = gettext("Checks missing, %(month)s", month=submissions.name)
    return Headline(label, submissions.square.missing, submissions.missing_link, "red")


def _lines(
    choice: Asked, sums: _Sums, squares: dict[Any, Square], months: Sequence[int]
) -> list[DepartmentLine]:
    """The departments, those in most trouble first."""
    met = set(sums.departments) | {department for department, _ in squares}
    most = max(sums.departments.values(), default=1)

    def trouble(group: tuple[int | None, str]) -> tuple[int, ...]:
        reds = [-sums.lights[group[0], light.value] for light in LIGHTS[:3]]
        return (*reds[:1], -sums.late[group[0]], *reds[1:])

    return [
        DepartmentLine(
            name,
            choice.link(lead_department=key),
            sums.departments[key],
            sums.late[key],
            _parts(choice, sums, key, most),
            [_month(choice, squares.get((key, month)), key, month) for month in months],
        )
        for key, name in sorted(department_groups(met), key=trouble)
    ]


def _parts(choice: Asked, sums: _Sums, key: int | None, most: int) -> list[Part]:
    parts: list[Part] = []
    x = 0.0
    for light in LIGHTS:
        count = sums.lights[key, light.value]
        width = count * BAR_WIDTH / most
        link = choice.link(lead_department=key, light=light)
        parts.append(Part(light.value, words((light.zh, light.en)), count, link, x, width))
        x += width
    return parts


def _month(
    choice: Asked, square: Square | None, department: int | None, month: int
) -> MonthCell | None:
    if square is None:
        return None
    return MonthCell(
        month_name(month), square.key("light"), square.text("light"), square.told(),
        _checks(choice, department=department, month=month),
    )  # fmt: skip


def _checks(choice: Asked, **mark: Any) -> str:
    """The checks behind a mark, as the heat map shows them."""
    return choice.chart("HeatMapView.checks", **mark)


def _submissions(
    choice: Asked, months: Sequence[OwedMonth], squares: dict[Any, Square]
) -> Submissions | None:
    if not months:
        return None
    last, whole = months[-1], Square()
    lagging: Counter[int | None] = Counter()
    for (department, month), square in squares.items():
        if month == last.month:
            whole.lights += square.lights
            whole.late += square.late
            whole.missing += square.missing
            lagging[department] += square.missing
    names = dict(department_groups(set(lagging)))
    laggards = [
        (names[key], count, _checks(choice, month=last.month, light=MISSING, department=key))
        for key, count in lagging.most_common()
        if count
    ]
    return Submissions(
        month_name(last.month),
        whole,
        last.due_on,
        _checks(choice, month=last.month),
        _checks(choice, month=last.month, light=MISSING),
        laggards,
    )


def _trouble(task: TroubledTask) -> Trouble:
    book = directory().departments
    late = (clock.today() - task.due_on).days if task.due_on else 0
    return Trouble(
        task,
        url_for(f"{view_of(Task).endpoint}.show", pk=task.id),
        book[task.department_id].name if task.department_id in book else EMPTY,
        max(0, late),
    )


def register(builder: Any) -> None:
    builder.add_view(
        CollegeView,
        "chart_college",
        label=lazy_gettext("College overview"),
        icon="layout-dashboard",
        category="reporting",
        category_label=lazy_gettext("Charts and reports"),
        category_icon="chart-bar",
    )
