"""What stands around every page: menu, year and phase, search, notifications, language, theme.

It asks the database for nothing: names and years come from the directory, the number of unread
notifications comes with the signed-in person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import (
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from markupsafe import Markup

from app.core import clock
from app.core.actor import NOBODY
from app.web.assets import asset, icon
from app.web.directory import CycleEntry, PhaseEntry, directory
from app.web.words import language

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class PhaseNow:
    """The phase under way, or the next one, with the days until it ends or begins."""

    phase: PhaseEntry
    days: int
    under_way: bool


def register(app: Flask) -> None:
    app.before_request(_take_choices)
    app.add_url_rule("/year/<year>", "choose_year", choose_year)
    app.jinja_env.globals.update(
        shell_menu=_menu,
        shell_rail=_rail,
        shell_icon=icon,
        shell_department=_department,
        shell_year=chosen_cycle,
        shell_years=_years,
        shell_phase=phase_now,
        theme=theme,
        switch_link=switch_link,
        unread_notifications=lambda: g.get("unread_notifications", 0),
    )


# The year ------------------------------------------------------------------------------


def chosen_cycle() -> CycleEntry | None:
    """The year the reader works in: the one chosen, else the current one."""
    kept: tuple[CycleEntry | None] | None = g.get("chosen_cycle")
    if kept is None:
        known, wanted = directory(), session.get("year")
        found = next((one for one in known.cycles if one.year == wanted), known.current_cycle)
        kept = g.chosen_cycle = (found,)
    return kept[0]


def choose_year(year: str) -> Any:
    """`/year/2022?next=/task/list/`: work in that year from now on."""
    if not current_user.is_authenticated:
        return redirect(url_for("SignInView.login", next=request.path))
    wanted = next((cycle.year for cycle in directory().cycles if str(cycle.year) == year), None)
    if wanted is None:
        abort(404)
    session["year"] = wanted
    place = request.args.get("next", "/")
    parts = urlsplit(place)
    # Only a page of ours: "//elsewhere" and "/\\elsewhere" are other hosts to a browser.
    ours = not parts.scheme and not parts.netloc and place.startswith("/") and "\\" not in place
    return redirect(place if ours and not place.startswith("//") else "/")


def _years() -> list[tuple[CycleEntry, str]]:
    """The years there are, each with the address that chooses it and stays on this page."""
    lists = request.path.endswith("/list/") or request.path.startswith(("/chart", "/home"))
    place = (
        request.path
        if lists or request.path in {"/steering/", "/calendar/", "/supervision/"}
        else "/"
    )
    back = quote(place, safe="")
    return [(cycle, f"/year/{cycle.year}?next={back}") for cycle in directory().cycles]


def _department() -> str:
    """The department of the person who is signed in."""
    entry = directory().departments.get(current_user.department_id or 0)
    return entry.name if entry else ""


def phase_now() -> PhaseNow | None:
    """Where the reader's year stands today."""
    cycle = chosen_cycle()
    today = clock.today()
    if cycle is None:
        return None
    if (phase := cycle.phase_on(today)) is not None:
        return PhaseNow(phase, (phase.ends_on - today).days, under_way=True)
    if (phase := cycle.phase_after(today)) is not None:
        return PhaseNow(phase, (phase.starts_on - today).days, under_way=False)
    return None


# Language and theme --------------------------------------------------------------------


def _take_choices() -> None:
    """`?theme=dark` and `?theme=light` choose the theme and are remembered."""
    wanted = request.args.get("theme", "")
    if wanted in THEMES and session.get("theme") != wanted:
        session["theme"] = wanted


def theme() -> str:
    return str(session.get("theme", THEMES[0]))


def switch_link(**choice: str) -> str:
    """This page's address with another language or theme (`lang="en"`, `theme="dark"`)."""
    place = request.path if request.method == "GET" else "/"
    kept = [
        pair for pair in request.args.items(multi=True) if pair[0] not in {*choice, "lang", "theme"}
    ]
    return f"{place}?{urlencode([*kept, *choice.items()])}"


# The menu ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    icon: str
    stem: str
    """What the addresses of this item's pages begin with."""


@dataclass(frozen=True, slots=True)
class MenuGroup:
    name: str
    label: str
    icon: str
    items: tuple[MenuItem, ...]


_menus: dict[tuple[frozenset[str], str], tuple[MenuGroup, ...]] = {}
MOST_MENUS = 200


def _menu() -> tuple[tuple[MenuGroup, ...], MenuItem | None]:
    """The groups this person may see, and the item this page belongs to.

    Made once per set of permissions and language: forty labels and addresses cost more than
    the rest of the shell.
    """
    actor = g.get("actor", NOBODY)
    key = (actor.permissions, language())
    groups = _menus.get(key)
    if groups is None:
        if len(_menus) >= MOST_MENUS:
            _menus.clear()
        groups = _menus[key] = _groups()
    path = request.path
    fitting = [item for group in groups for item in group.items if path.startswith(item.stem)]
    return groups, max(fitting, key=lambda item: len(item.stem), default=None)


_rails: dict[tuple[Any, ...], Markup] = {}


def _rail() -> Markup:
    """The menu as it stands beside the page. It looks the same on every page of an item, so
    it is rendered once for each set of permissions and language."""
    here = _menu()[1]
    actor = g.get("actor", NOBODY)
    key = (actor.permissions, language(), here, request.path == "/", asset("icons.svg"))
    drawn = _rails.get(key)
    if drawn is None:
        if len(_rails) >= MOST_MENUS * 10:
            _rails.clear()
        drawn = _rails[key] = Markup(render_template("appbuilder/navbar_menu.html"))  # noqa: S704
    return drawn


def _groups() -> tuple[MenuGroup, ...]:
    data = current_app.appbuilder.menu.get_data()  # type: ignore[attr-defined]
    return tuple(
        MenuGroup(
            group["name"],
            group["label"],
            group["icon"],
            tuple(
                MenuItem(
                    item["label"],
                    item["url"],
                    item["icon"],
                    item["url"].partition("?")[0].removesuffix("list/"),
                )
                for item in group.get("childs", ())
            ),
        )
        for group in data
        if group.get("childs")
    )
