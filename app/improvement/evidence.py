"""Commands and reads of evidence (佐证材料): files of tasks, checks, results, cases,
adjustments and opinions, kept by their content.

Who may is decided by the policy of `Evidence`; how large, of which type and how many by the
rule book of the row's year. The file is written before its row: one without a row is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import func, inspect, select

from app.core import clock, files, policy
from app.core.actor import Actor
from app.core.errors import NotAllowed, Refusal, RuleViolation
from app.core.files import FileStore, TooLarge
from app.core.guard import privileged
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import rule
from app.models.cycles import Cycle
from app.models.improvement import Adjustment, Evidence, TaskResult
from app.models.meetings import PaperEntry
from app.models.monitoring import MonthlyCheck
from app.models.planning import DepartmentPlan, Task
from app.models.supervision import SupervisionCase
from app.models.work_points import WorkPointOpinion

OWNERS: dict[type[Any], tuple[str, Callable[[Any], Cycle]]] = {
    Task: ("task", lambda row: row.cycle),
    MonthlyCheck: ("monthly_check", lambda row: row.task.cycle),
    TaskResult: ("task_result", lambda row: row.task.cycle),
    SupervisionCase: ("supervision_case", lambda row: row.cycle),
    Adjustment: ("adjustment", lambda row: row.cycle),
    WorkPointOpinion: ("work_point_opinion", lambda row: row.work_point_set.cycle),
    DepartmentPlan: ("department_plan", lambda row: row.cycle),
    PaperEntry: ("paper_entry", lambda row: row.cycle),
}
"""By model of the row a file belongs to: the relation of `Evidence`, and the row's year."""

TITLE_LENGTH = 200


class FileLost(Refusal):
    """The row is there, its file is not. 404."""

    status_code = 404


def store() -> FileStore:
    """The folder of kept files of this application."""
    return FileStore(Path(current_app.config["FILES_PATH"]))


def add_evidence(
    session: AnySession,
    actor: Actor,
    row: Any,
    stream: IO[bytes],
    file_name: str,
    title: str | None = None,
) -> Evidence:
    """Attach a file to `row` (one of `OWNERS`), which the actor must see.

    Who: the department of the row while the row is open, the Office any time. Effects: the
    file kept by its content, an audited row. Raises NotAllowed; RuleViolation at `file` when
    the file is empty, too large, of a type not allowed, not what its name says, attached
    already, or one too many; WrongState when the year is closed. The caller's unit of work
    commits. Art. 9.3, domain §2.
    """
    relation, cycle_of = _owner(row)
    seen = select(type(row).id).where(type(row).id == row.id, visible(actor, type(row)))
    if session.scalar(seen) is None:
        raise NotAllowed(message("You may not do this to this row."))
    evidence = Evidence(**{relation: row}, title=_title(title))
    with session.no_autoflush:
        policy.require(actor, "add", evidence)
    name, extension = _name(file_name)
    limits = _limits(session, cycle_of(row))
    _check_type(limits, extension)
    _check_count(session, limits.files, relation, row)
    key, digest, size = _receive(stream, extension, limits.megabytes)
    _check_new(session, relation, row, digest)
    evidence.file_name = name
    evidence.media_type = files.media_type(extension)
    evidence.size = size
    evidence.sha256 = digest
    evidence.storage_key = key
    evidence.uploader_id = _uploader(actor)
    evidence.uploaded_at = clock.now()
    with privileged(session):
        session.add(evidence)
    return evidence


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rule book of a row's year takes: `types` are extensions."""

    megabytes: int
    files: int
    types: tuple[str, ...]


def limits_of(session: AnySession, row: Any) -> Limits:
    """What may be attached to `row` (one of `OWNERS`)."""
    return _limits(session, _owner(row)[1](row))


def open_evidence(session: AnySession, actor: Actor, evidence_id: int) -> tuple[Evidence, Path]:
    """The row and its file, if the actor may see it. LookupError if not, or if there is none;
    FileLost if the file is gone from the store."""
    query = select(Evidence).where(Evidence.id == evidence_id, visible(actor, Evidence))
    evidence = session.scalar(query)
    if evidence is None:
        raise LookupError(evidence_id)
    path = store().find(evidence.storage_key)
    if path is None:
        raise FileLost(
            message("The file is no longer in the store. Please tell the administrator.")
        )
    return evidence, path


def delete_evidence(session: AnySession, actor: Actor, evidence: Evidence) -> str:
    """Take a file back from its row: who uploaded it, before the row is submitted (the gate
    decides at the flush). Returns the key for `drop_unused`, once this is committed."""
    key = evidence.storage_key
    session.delete(evidence)
    session.flush()
    return key


def drop_unused(session: AnySession, key: str) -> bool:
    """Remove a kept file that no row names any more. Call it after the commit."""
    if session.scalar(select(Evidence.id).where(Evidence.storage_key == key).limit(1)) is not None:
        return False
    return store().drop(key)


def sweep_unused(session: AnySession) -> int:
    """Remove every kept file that no row names, once it is no longer young. For the daily
    round: it finds what a refused or withdrawn upload left behind."""
    return store().sweep(set(session.scalars(select(Evidence.storage_key).distinct())))


@dataclass(frozen=True, slots=True)
class Damage:
    """A row whose file is `missing` or `altered`."""

    evidence_id: int
    file_name: str
    reason: str


def verify_evidence(session: AnySession) -> Iterator[Damage]:
    """Hash every kept file again and name the rows it no longer fits. For operators: it
    tells nothing about the rows themselves."""
    kept = store()
    rows = session.execute(
        select(Evidence.id, Evidence.file_name, Evidence.storage_key, Evidence.sha256)
        .order_by(Evidence.id)
        .execution_options(yield_per=500)
    )
    for row in rows:
        found = kept.digest(row.storage_key)
        if found != row.sha256:
            yield Damage(row.id, row.file_name, "missing" if found is None else "altered")


def owner_of(evidence: Evidence) -> Any:
    """The row a file belongs to."""
    for relation, _ in OWNERS.values():
        row = getattr(evidence, relation)
        if row is not None:
            return row
    return None


# The checks ----------------------------------------------------------------------------


def _owner(row: Any) -> tuple[str, Callable[[Any], Cycle]]:
    for model, known in OWNERS.items():
        if isinstance(row, model):
            return known
    raise RuleViolation(message("This row takes no files."), "file")


def _title(title: str | None) -> str | None:
    text = (title or "").strip()
    if len(text) > TITLE_LENGTH:
        raise RuleViolation(
            message("The description is longer than %(count)s characters.", count=TITLE_LENGTH),
            "title",
        )
    return text or None


def _name(file_name: str) -> tuple[str, str]:
    name = files.clean_name(file_name)
    if not name:
        raise RuleViolation(message("Choose a file."), "file")
    extension = files.extension_of(name)
    if not extension:
        raise RuleViolation(message("The file's name has no extension."), "file")
    return name, extension


def _limits(session: AnySession, cycle: Cycle) -> Limits:
    types = str(rule(session, cycle, "evidence.allowed_types")).lower().split(";")
    return Limits(
        megabytes=int(rule(session, cycle, "evidence.max_file_mb")),
        files=int(rule(session, cycle, "evidence.max_files_per_row")),
        types=tuple(part.strip() for part in types if part.strip()),
    )


def _check_type(limits: Limits, extension: str) -> None:
    if extension not in limits.types:
        raise RuleViolation(
            message(
                "Files of the type “%(type)s” are not taken. Allowed are: %(allowed)s.",
                type=extension,
                allowed=", ".join(limits.types),
            ),
            "file",
        )


def _check_count(session: AnySession, most: int, relation: str, row: Any) -> None:
    column = inspect(Evidence).columns[f"{relation}_id"]
    if (session.scalar(select(func.count(Evidence.id)).where(column == row.id)) or 0) >= most:
        raise RuleViolation(message("A row takes at most %(count)s files.", count=most), "file")


def _receive(stream: IO[bytes], extension: str, megabytes: int) -> tuple[str, str, int]:
    """Key, hash and size of the file, kept in its place; nothing is kept of a refused one."""
    kept = store()
    try:
        incoming = kept.receive(stream, megabytes * 1024 * 1024)
    except TooLarge as error:
        raise RuleViolation(
            message("The file is larger than %(count)s MB.", count=megabytes), "file"
        ) from error
    try:
        if incoming.size == 0:
            raise RuleViolation(message("The file is empty."), "file")
        if not files.is_what_it_says(incoming.path, extension):
            raise RuleViolation(
                message("The content is not what the name says (%(type)s).", type=extension), "file"
            )
        return kept.keep(incoming), incoming.sha256, incoming.size
    finally:
        incoming.path.unlink(missing_ok=True)


def _check_new(session: AnySession, relation: str, row: Any, digest: str) -> None:
    column = inspect(Evidence).columns[f"{relation}_id"]
    same = select(Evidence.id).where(column == row.id, Evidence.sha256 == digest).limit(1)
    if session.scalar(same) is not None:
        raise RuleViolation(message("The same file is attached to this row already."), "file")


def _uploader(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(message("A file is attached by a person."))
    return actor.user_id
