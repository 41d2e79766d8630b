"""Files of imports on disk: the upload by its SHA-256, what was shown of it, how far it is.

How far an import is stands in a small file, not in its row: the import is one transaction,
and SQLite lets nobody else write meanwhile. The file's age tells whether the run still lives.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.core.errors import RuleViolation
from app.core.text import Message, message
from app.exchange.reading import MAX_FILE_BYTES

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".tab", ".txt"})
SILENT_SECONDS = 120
"""A run that has not said how far it is for so long is taken for dead."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A kept file: its name as sent, its hash and its place."""

    name: str
    sha256: str
    path: Path


def doubles(uploads: Sequence[Upload]) -> list[tuple[str, str]]:
    """Which of these files hold exactly what an earlier one holds: both names."""
    first: dict[str, str] = {}
    found = []
    for upload in uploads:
        if upload.sha256 in first:
            found.append((upload.name, first[upload.sha256]))
        else:
            first[upload.sha256] = upload.name
    return found


def digest_of(uploads: Sequence[Upload]) -> str:
    """The file's own hash; of several files, the hash of their hashes."""
    if len(uploads) == 1:
        return uploads[0].sha256
    return hashlib.sha256("".join(upload.sha256 for upload in uploads).encode()).hexdigest()


class Shelf:
    """The folder of imports."""

    def __init__(self, files_path: str | Path) -> None:
        self.folder = Path(files_path) / "imports"

    def keep(self, name: str, stream: IO[bytes]) -> Upload:
        """Take a file in. RuleViolation at `file` for a wrong type, too much, or nothing."""
        name = Path(name.replace("\\", "/")).name[-255:]
        suffix = Path(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise RuleViolation(
                message("This is not a table file. XLSX, XLS, CSV and TSV are accepted."), "file"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        part = self.folder / f".{os.getpid()}-{time.monotonic_ns()}.part"
        try:
            with part.open("wb") as file:
                for chunk in _chunks(stream):
                    size += len(chunk)
                    if size > MAX_FILE_BYTES:
                        raise RuleViolation(
                            message(
                                "The file is larger than %(limit)s MB.",
                                limit=MAX_FILE_BYTES // 1_048_576,
                            ),
                            "file",
                        )
                    digest.update(chunk)
                    file.write(chunk)
            if size == 0:
                raise RuleViolation(message("The file is empty."), "file")
            path = self.path_of(digest.hexdigest(), suffix)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return Upload(name, digest.hexdigest(), path)

    def path_of(self, sha256: str, suffix: str) -> Path:
        return self.folder / f"{sha256}{suffix}"

    # What was shown ------------------------------------------------------------------

    def write_rows(self, job_id: int, rows: Iterable[dict[str, Any]]) -> None:
        """Keep the rows as they are shown, one in a line behind its fate."""
        place = self._rows(job_id)
        new = place.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            for row in rows:
                told = json.dumps(row, ensure_ascii=False, default=str)
                file.write(f"{row['action']}\t{told}\n")
        new.replace(place)

    def read_rows(self, job_id: int) -> Iterator[dict[str, Any]]:
        """The rows as they were shown; none if the file is gone."""
        return (_row_of(line) for _, _, line in self._lines(job_id))

    def page_of_rows(
        self, job_id: int, fates: Sequence[str], page: int, size: int
    ) -> tuple[list[dict[str, Any]], int, int]:
        """The rows of `fates`, in that order, as far as they stand on `page`; that page (the last
        one where there are fewer), and how many there are. Only what is shown is read."""
        places: dict[str, list[int]] = {fate: [] for fate in fates}
        for fate, start, _ in self._lines(job_id):
            if fate in places:
                places[fate].append(start)
        wanted = [start for found in places.values() for start in found]
        pages = max(1, -(-len(wanted) // size))
        page = min(max(page, 1), pages)
        rows = []
        if wanted:
            with self._rows(job_id).open("rb") as file:
                for start in wanted[(page - 1) * size : page * size]:
                    file.seek(start)
                    rows.append(_row_of(file.readline()))
        return rows, page, pages

    def _lines(self, job_id: int) -> Iterator[tuple[str, int, bytes]]:
        """The fate of each row, where its line begins, and the line."""
        start = 0
        try:
            with self._rows(job_id).open("rb") as file:
                for line in file:
                    yield line[: line.index(b"\t")].decode(), start, line
                    start += len(line)
        except FileNotFoundError:
            return

    def _rows(self, job_id: int) -> Path:
        return self.folder / f"job-{job_id}.rows.tsv"

    def write(self, job_id: int, what: str, rows: list[dict[str, Any]]) -> None:
        place = self.folder / f"job-{job_id}.{what}.json"
        new = place.with_suffix(".new")
        new.write_text(json.dumps(rows, ensure_ascii=False, default=str), encoding="utf-8")
        new.replace(place)

    def read(self, job_id: int, what: str) -> list[dict[str, Any]]:
        try:
            text = (self.folder / f"job-{job_id}.{what}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        rows: list[dict[str, Any]] = json.loads(text)
        return rows

    # What must not stand in the database's trail ---------------------------------------

    def keep_secret(self, job_id: int, text: str) -> None:
        """Keep `text` for this import, readable by the server alone."""
        place = self.folder / f"job-{job_id}.secret"
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)

    def secret(self, job_id: int) -> str:
        try:
            return (self.folder / f"job-{job_id}.secret").read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def drop_secret(self, job_id: int) -> None:
        (self.folder / f"job-{job_id}.secret").unlink(missing_ok=True)

    # How far it is -------------------------------------------------------------------

    def tell(self, job_id: int, percent: int) -> None:
        place = self._progress(job_id)
        new = place.with_suffix(".new")
        new.write_text(str(percent), encoding="ascii")
        new.replace(place)

    def told(self, job_id: int) -> int:
        try:
            return min(100, max(0, int(self._progress(job_id).read_text(encoding="ascii"))))
        except (FileNotFoundError, ValueError):
            return 0

    def is_silent(self, job_id: int) -> bool:
        """Has the run not been heard of for long?"""
        try:
            return time.time() - self._progress(job_id).stat().st_mtime > SILENT_SECONDS
        except FileNotFoundError:
            return True

    def _progress(self, job_id: int) -> Path:
        return self.folder / f"job-{job_id}.progress"


def _row_of(line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line[line.index(b"\t") :])
    return row


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def pack(words: Message) -> dict[str, Any]:
    """A message as JSON keeps it, to be put into the reader's language later."""
    return {
        "words": words.words,
        "values": {
            name: pack(value) if isinstance(value, Message) else value
            for name, value in words.values.items()
        },
    }


def unpack(kept: dict[str, Any]) -> Message:
    values = {
        name: unpack(value) if isinstance(value, dict) and "words" in value else value
        for name, value in kept["values"].items()
    }
    return Message(kept["words"], values)
