"""The rows that a cell of master data may name: departments, people, years, rule books, roles.

Each is read once per plan, whatever the number of rows. A name that could mean two rows means
none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import policy_of, visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.exchange.decisions import Decisions
from app.exchange.lookups import department_book, full_name
from app.exchange.plan import UnknownName
from app.exchange.table_cells import Unreadable
from app.exchange.units import nearest, normal_name
from app.models.cycles import Cycle, RuleBook, TaskCategory
from app.models.organisation import Department, Person
from app.security.roles import ROLE_LABELS

ROLE = "role"
"""What the names of roles are decided on by."""


class Names:
    """The rows of each related model by what people call them."""

    def __init__(
        self, session: AnySession, actor: Actor, decisions: Decisions | None = None
    ) -> None:
        self._session, self._actor = session, actor
        self._decisions = decisions or Decisions()
        self.missing: dict[str, Counter[str]] = {}
        """How often each name was read that names nothing, by the resource it should be of."""
        self._ids: dict[type[Any], dict[str, int]] = {}
        self._texts: dict[type[Any], dict[int, str]] = {}

    def id_of(self, model: type[Any], text: str) -> int:
        """The one row that `text` names, or was decided to name. Raises Unreadable, naming what
        is near."""
        resource = policy_of(model).resource
        meant = self._decisions.words(resource).get(normal_name(text), text)
        found = self._known(model).get(normal_name(meant))
        if found is not None:
            return found
        self.missing.setdefault(resource, Counter())[text] += 1
        near = nearest(text, self._texts[model].values())
        if near:
            raise Unreadable(
                message(
                    "“%(text)s” is not known. Did you mean %(near)s?",
                    text=text[:40],
                    near="、".join(near),
                )
            )
        raise Unreadable(message("“%(text)s” is not known.", text=text[:40]))

    def roles_of(self, text: str) -> frozenset[str]:
        """The names of the roles that `text` lists, or was decided to mean. Raises Unreadable,
        naming those there are."""
        found, unknown = read_roles(text, self._decisions.words(ROLE))
        if unknown:
            self.missing.setdefault(ROLE, Counter()).update(unknown)
            names = "；".join(zh for zh, _ in ROLE_LABELS.values())
            raise Unreadable(
                message(
                    "There is no role “%(role)s”. There are: %(names)s.",
                    role=unknown[0][:40],
                    names=names,
                )
            )
        return found

    def text_of(self, model: type[Any], key: int | None) -> str:
        """What a cell says for this row."""
        if key is None:
            return ""
        self._known(model)
        return self._texts[model].get(key, f"#{key}")

    def unknown(self) -> list[UnknownName]:
        """The names read so far that name nothing."""
        return [
            UnknownName(resource, word, rows)
            for resource, words in self.missing.items()
            for word, rows in words.items()
        ]

    def choices(self, model: type[Any]) -> list[str]:
        """What a cell may say for the rows of `model`."""
        self._known(model)
        return [*self._texts[model].values()]

    def _known(self, model: type[Any]) -> dict[str, int]:
        if model not in self._ids:
            self._read(model)
        return self._ids[model]

    def _read(self, model: type[Any]) -> None:
        spellings: list[tuple[int, tuple[str | None, ...]]] = []
        texts: dict[int, str] = {}
        for key, text, words in _spelled(self._session, self._actor, model, self._decisions):
            texts[key] = text
            spellings.append((key, words))
        ids: dict[str, int] = {}
        places = len(spellings[0][1]) if spellings else 0
        # The strongest spelling first: a code is never taken for another row's name.
        for place in range(places):
            counted = Counter(normal_name(words[place] or "") for _, words in spellings)
            for key, words in spellings:
                word = normal_name(words[place] or "")
                if word and counted[word] == 1:
                    ids.setdefault(word, key)
        self._ids[model], self._texts[model] = ids, texts


def _spelled(session: AnySession, actor: Actor, model: type[Any], decisions: Decisions) -> Any:
    """(id, what a cell says, the spellings from the strongest on) of every row."""
    if model is Department:
        for line in department_book(session, actor, planned=decisions.planned()).lines:
            yield line.id, line.name, (line.code, line.name, line.short_name)
    elif model is Person:
        for row in session.execute(
            select(
                Person.id, Person.last_name, Person.first_name, Person.username, Person.staff_number
            ).where(visible(actor, Person))
        ):
            name = full_name(row)
            yield row.id, name, (row.staff_number, row.username, name)
    elif model is TaskCategory:
        for row in session.scalars(select(TaskCategory).where(visible(actor, TaskCategory))):
            yield row.id, row.name, (row.code, row.name, row.name_en)
    elif model is Cycle:
        for row in session.scalars(select(Cycle).where(visible(actor, Cycle))):
            yield row.id, str(row.year), (str(row.year), row.name)
    elif model is RuleBook:
        for row in session.scalars(
            select(RuleBook).where(visible(actor, RuleBook)).order_by(RuleBook.edition)
        ):
            yield row.id, row.name, (row.name, str(row.year))
    else:
        raise LookupError(model.__name__)


def read_roles(text: str, meant: Mapping[str, str]) -> tuple[frozenset[str], list[str]]:
    """Role names from a cell like 「部门负责人、审计」, and the words in it that name none.
    `meant`: normal word → the role's word that was decided on."""
    known = {
        normal_name(word): name for name, (zh, en) in ROLE_LABELS.items() for word in (zh, en, name)
    }
    known |= {
        word: known[normal_name(role)] for word, role in meant.items() if normal_name(role) in known
    }
    found, unknown = set(), []
    for part in text.replace("；", ";").replace(";", "|").replace("|", "\n").splitlines():
        parts = part.replace("，", "、").replace(",", "、").split("、")
        while parts:
            # The longest name first: a role's own name may hold a separator.
            for length in range(len(parts), 0, -1):
                name = known.get(normal_name("、".join(parts[:length])))
                if name is not None:
                    found.add(name)
                    break
            else:
                length = 1
                if parts[0].strip():
                    unknown.append(parts[0].strip())
            del parts[:length]
    return frozenset(found), unknown


def role_rows(session: AnySession) -> dict[str, Any]:
    """The database's roles by name."""
    return {row.name: row for row in session.scalars(select(Role))}
