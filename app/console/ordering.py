"""Putting master data in order: categories, and departments among their siblings.

The order is one number per row, and a list without a tree is sorted by it too; so the numbers
are given along the whole tree, and a department takes its sections with it. One page, one save,
one transaction; without scripts each step up or down is a save of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import select

from app.core import policy
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.web.interface import key_of
from app.web.reader import the_actor

STEP = 10
"""Between two numbers given anew, so that a row may be put between them by hand."""
MOVES = {"up": -1, "down": 1}

Parents = Mapping[int, int | None]


def renumbered(numbers: Sequence[int]) -> list[int]:
    """The numbers for rows in a new order: those they have, if each is there once, so that only
    rows that moved change; else new ones."""
    if len(set(numbers)) == len(numbers):
        return sorted(numbers)
    return [STEP * place for place in range(1, len(numbers) + 1)]


def along_the_tree(keys: Sequence[int], parents: Parents) -> list[int]:
    """`keys` with each below its parent, siblings in the order they have."""
    below: dict[int | None, list[int]] = {}
    for key in keys:
        parent = parents[key]
        below.setdefault(parent if parent in parents else None, []).append(key)
    found: list[int] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        key = waiting.pop()
        found.append(key)
        waiting += reversed(below.get(key, []))
    return found


def moved(keys: Sequence[int], parents: Parents, key: int, step: int) -> list[int]:
    """`keys` after `key` has changed places with the sibling before (-1) or after it (1)."""
    siblings = [one for one in keys if parents[one] == parents[key]]
    at = siblings.index(key)
    if not 0 <= at + step < len(siblings):
        return list(keys)
    other = siblings[at + step]
    swap = {key: other, other: key}
    return [swap.get(one, one) for one in keys]


@dataclass(frozen=True, slots=True)
class Node:
    row: Any
    mark: str
    below: Sequence[Node]


class Ordering:
    """Mixin of the console's views whose rows have a `sort_order`."""

    ordered: ClassVar[bool] = False

    model: Any
    name: Any
    mark: Any
    render: Any
    route_base: Any

    @expose("/order", methods=("GET", "POST"))
    def order_view(self) -> Any:
        """The rows to be put in order; whoever may edit them."""
        if not self.ordered:
            abort(404)
        actor = the_actor()
        if request.method == "GET":
            return self._order_page(actor)
        move, _, key = request.form.get("move", "").partition(":")
        try:
            with unit_of_work(db.session, actor):
                self._put_in_order(actor, request.form.getlist("row"), move, key_of(key))
        except Refusal as refusal:
            flash(str(refusal), "danger")
            return self._order_page(actor), refusal.status_code
        if move:
            return redirect(f"{self.route_base}/order?moved={move}:{key}#o{key}")
        flash(gettext("Saved."), "success")
        return redirect(f"{self.route_base}/list/")

    def _put_in_order(self, actor: Actor, sent: Sequence[str], move: str, key: int | None) -> None:
        """Give the rows their numbers in the order sent, one of them a step further."""
        rows = {row.id: row for row in self._in_order(actor)}
        shown = [text.partition(":") for text in sent]
        keys = [key_of(one) for one, _, _ in shown]
        as_shown = {one: version for (_, _, version), one in zip(shown, keys, strict=True)}
        if as_shown != {one: str(row.version) for one, row in rows.items()}:
            raise Conflict(
                message("Somebody has changed these rows meanwhile. This is how they stand now.")
            )
        parents = {one: getattr(row, "parent_id", None) for one, row in rows.items()}
        wanted: list[int] = [one for one in keys if one is not None]
        if move:
            if move not in MOVES or key is None or key not in rows:
                abort(404)
            wanted = moved(wanted, parents, key, MOVES[move])
        wanted = along_the_tree(wanted, parents)
        numbers = renumbered([row.sort_order for row in rows.values()])
        for one, number in zip(wanted, numbers, strict=True):
            if rows[one].sort_order != number:
                policy.require(actor, "edit", rows[one])
                rows[one].sort_order = number

    def _in_order(self, actor: Actor) -> list[Any]:
        model = self.model
        return list(
            db.session.scalars(
                select(model).where(visible(actor, model)).order_by(model.sort_order, model.id)
            )
        )

    def _order_page(self, actor: Actor) -> Any:
        rows = {row.id: row for row in self._in_order(actor)}
        below: dict[int | None, list[Any]] = {}
        for row in rows.values():
            parent = getattr(row, "parent_id", None)
            below.setdefault(parent if parent in rows else None, []).append(row)

        def nodes(parent: int | None) -> list[Node]:
            return [Node(row, self.mark(row), nodes(row.id)) for row in below.get(parent, ())]

        return self.render(
            "console/order.html",
            title=gettext("Order: %(noun)s", noun=str(self.name)),
            nodes=nodes(None),
            moved=request.args.get("moved", ""),
            back=f"{self.route_base}/list/",
        )
