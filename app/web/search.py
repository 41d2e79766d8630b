"""The search of the top bar: a page of hits by kind, and suggestions while typing.

One statement per kind, over what the reader may see; the names beside a hit come from the
directory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import jsonify, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.core.text import words
from app.extensions import db
from app.models.organisation import Department, whole_name
from app.models.planning import TaskStatus
from app.search.kinds import KINDS, Kind
from app.search.queries import NONE, Hits, search
from app.search.text import LONGEST_QUERY, marked, snippet
from app.web.directory import directory
from app.web.formats import show_light, show_status
from app.web.views import the_actor, view_of

SUGGESTED = 8
IN_GROUP = 6
PAGE_SIZE = 25
MOST_PAGES = 10_000
BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind's hits look: its icon, what is read of a row, its title and the line below.
    `inner` are the columns a hit in the body is shown from."""

    icon: str
    columns: tuple[str, ...]
    title: Callable[[Any], str]
    below: Callable[[Any], Sequence[Any]]
    inner: tuple[str, ...] = ()


def _department(key: int | None) -> str | None:
    return directory().name_of(Department, key) if key else None


def _task(row: Any) -> Sequence[Any]:
    lead = _department(row.lead_department_id)
    over = row.status in (TaskStatus.FINISHED, TaskStatus.TERMINATED)
    light = None if over or not row.light else show_light(row.light)
    return _year(row), lead, show_status(row.status), light


def _case(row: Any) -> Sequence[Any]:
    return _year(row), _department(row.department_id), show_status(row.status)


def _unit(row: Any) -> Sequence[Any]:
    return row.code, words((row.kind.zh, row.kind.en)), _department(row.parent_id)


def _person(row: Any) -> Sequence[Any]:
    gone = None if row.active else gettext("Switched off")
    return _department(row.department_id), row.position, row.staff_number, gone


def _year(row: Any) -> str | None:
    return next((str(cycle.year) for cycle in directory().cycles if cycle.id == row.cycle_id), None)


LOOKS: dict[str, Look] = {
    "task": Look(
        icon="target",
        columns=(
            "number", "title", "cycle_id", "lead_department_id", "status", "light", "goal",
            "measures", "standard", "remark",
        ),
        title=lambda row: f"{row.number} {row.title}".strip(),
        below=_task,
        inner=("goal", "measures", "standard", "remark"),
    ),
    "department": Look(
        icon="building",
        columns=("code", "name", "kind", "parent_id"),
        title=lambda row: row.name,
        below=_unit,
    ),
    "supervision_case": Look(
        icon="gavel",
        columns=(
            "number", "matter", "cycle_id", "department_id", "status", "ground", "requirement",
        ),
        title=lambda row: f"{row.number or ''} {row.matter}".strip(),
        below=_case,
        inner=("ground", "requirement"),
    ),
    "person": Look(
        icon="user",
        columns=(
            "last_name", "first_name", "staff_number", "department_id", "position", "active",
        ),
        title=lambda row: whole_name(row.last_name or "", row.first_name or ""),
        below=_person,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    url: str
    parts: list[tuple[str, bool]]
    below: Sequence[Any]
    snippet: Markup

    @property
    def title(self) -> Markup:
        return _as_markup(self.parts)


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind. `page` counts from 1."""

    kind: str
    label: str
    icon: str
    total: int
    hits: Sequence[Hit]
    list_link: str
    page: int = 1

    @property
    def pages(self) -> int:
        return ceil(self.total / PAGE_SIZE)


class SearchView(BaseView):
    """`/search/?q=…[&kind=task][&page=2]` and `/search/suggest?q=…`."""

    route_base = "/search"
    default_view = "index"
    class_permission_name = "search"
    method_permission_name = {"index": "read", "suggest": "read"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        query = _asked()
        chosen = request.args.get("kind", "")
        chosen = chosen if chosen in KINDS else ""
        groups = [
            _group(kind, query, chosen=kind.name == chosen, alone=bool(chosen))
            for kind in KINDS.values()
        ]
        total = sum(group.total for group in groups)
        return self.render_template(
            "web/search.html",
            title=gettext("Search"),
            subtitle=_told(total) if total else None,
            query=query,
            chosen=chosen,
            groups=groups,
            total=total,
        )

    @expose("/suggest")
    @has_access
    def suggest(self) -> Any:
        """The best hits as JSON, with the words the box needs."""
        query = _asked()
        found = {kind.name: _hits(kind, query, SUGGESTED) for kind in KINDS.values()}
        total = sum(hits.total for hits in found.values())
        groups = [
            {
                "label": _label(KINDS[name]),
                "hits": [_suggestion(KINDS[name], row, query) for row in rows],
            }
            for name, rows in best_of(found).items()
        ]
        answer = {
            "groups": groups,
            "status": _told(total) if total else gettext("Nothing found"),
            "all": gettext("Show all results"),
            "count": _told(total),
            "none": gettext("Nothing found for “%(query)s”.", query=query),
        }
        return jsonify(answer)


def best_of(found: dict[str, Hits]) -> dict[str, list[Any]]:
    """At most `SUGGESTED` rows, from every kind in turn; the kind whose very number or code
    was typed comes first."""
    chosen: dict[str, list[Any]] = {}
    for place in range(SUGGESTED):
        for name, hits in found.items():
            if place < len(hits.rows) and sum(map(len, chosen.values())) < SUGGESTED:
                chosen.setdefault(name, []).append(hits.rows[place])
    return dict(sorted(chosen.items(), key=lambda pair: not pair[1][0].exact))


def _asked() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]


def _page() -> int:
    text = request.args.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), MOST_PAGES)


def _hits(kind: Kind, query: str, limit: int, offset: int = 0) -> Hits:
    if not query:
        return NONE
    columns = LOOKS[kind.name].columns
    return search(db.session, the_actor(), kind, query, columns, limit=limit, offset=offset)


def _group(kind: Kind, query: str, *, chosen: bool, alone: bool) -> Group:
    """The hits of a kind: a page of those chosen, some of each where none is, and of the
    others only how many."""
    page = _page() if chosen else 1
    limit = PAGE_SIZE if chosen else 1 if alone else IN_GROUP
    found = _hits(kind, query, limit, (page - 1) * PAGE_SIZE)
    if page > 1 and not found.rows:  # past the end
        page, found = 1, _hits(kind, query, limit)
    return Group(
        kind=kind.name,
        label=_label(kind),
        icon=LOOKS[kind.name].icon,
        total=found.total,
        hits=[] if alone and not chosen else [_hit(kind, row, query) for row in found.rows],
        list_link=url_for(f"{view_of(kind.model).endpoint}.list", q=query),
        page=page,
    )


def _told(total: int) -> str:
    return ngettext("%(num)s result", "%(num)s results", total)


def _label(kind: Kind) -> str:
    return words(kind.model.label)


def _hit(kind: Kind, row: Any, query: str) -> Hit:
    look = LOOKS[kind.name]
    inner = "" if row.in_title else _inner(row, look, query)
    below = [
        part if isinstance(part, Markup) or row.in_title else _as_markup(marked(part, query))
        for part in look.below(row)
        if part
    ]
    return Hit(
        _address(kind, row),
        marked(look.title(row), query),
        below,
        _as_markup(marked(inner, query)),
    )


def _inner(row: Any, look: Look, query: str) -> str:
    """The piece of the body that was found; whoever gets such a hit may read the body."""
    pieces = (snippet(getattr(row, name) or "", query) for name in look.inner)
    return next((piece for piece in pieces if piece), "")


def _suggestion(kind: Kind, row: Any, query: str) -> dict[str, Any]:
    look = LOOKS[kind.name]
    below = (
        part.striptags() if isinstance(part, Markup) else part for part in look.below(row) if part
    )
    return {
        "url": _address(kind, row),
        "parts": marked(look.title(row), query),
        "hint": BETWEEN.join(below),
    }


def _address(kind: Kind, row: Any) -> str:
    return url_for(f"{view_of(kind.model).endpoint}.show", pk=row.id)


def _as_markup(parts: list[tuple[str, bool]]) -> Markup:
    return Markup("").join(
        Markup("<mark>{}</mark>").format(text) if hit else text for text, hit in parts
    )


def register(builder: Any) -> None:
    builder.add_view_no_menu(SearchView)
