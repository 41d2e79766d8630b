"""Files kept by their content: a file's place is its SHA-256, its name is only a word.

Decides nothing about who may; knows no noun of the domain. What people call a file, and what
their program says it is, is never trusted: names are cleaned, kinds are read from the bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PIECE = 1 << 20
NAME_BYTES = 255
YOUNG_SECONDS = 600
"""A file that came more recently may belong to a row that is just being written."""

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


class TooLarge(Exception):
    """The stream holds more bytes than allowed."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has arrived and is not kept yet."""

    path: Path
    sha256: str
    size: int


class FileStore:
    """The folder of kept files. Every path it opens, it has made itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def receive(self, stream: IO[bytes], limit: int) -> Incoming:
        """Write the stream to a temporary file, counting and hashing. Raises TooLarge at the
        first byte beyond `limit`; then, as after any error, nothing stays behind."""
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                while piece := stream.read(PIECE):
                    size += len(piece)
                    if size > limit:
                        raise TooLarge
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Incoming(Path(name), digest.hexdigest(), size)

    def keep(self, incoming: Incoming) -> str:
        """Move a received file to its place; return its key. The same content is kept once."""
        key = f"{incoming.sha256[:2]}/{incoming.sha256}"
        place = self.path(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(incoming.path, place)
        return key

    def path(self, key: str) -> Path:
        """Where the file of `key` lies. ValueError for anything that is no key."""
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of a kept file")
        return self.root / key

    def find(self, key: str) -> Path | None:
        """The file of `key`, if it is there."""
        if not _KEY.fullmatch(key):
            return None
        place = self.path(key)
        return place if place.is_file() else None

    def digest(self, key: str) -> str | None:
        """The SHA-256 of what lies there now; None if nothing does."""
        place = self.find(key)
        if place is None:
            return None
        digest = hashlib.sha256()
        with place.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def drop(self, key: str) -> bool:
        """Remove a file nobody needs, unless it is young: then somebody may just be keeping
        the same content again, and a later `sweep` sees to it."""
        return _remove_old(self.path(key))

    def keys(self) -> Iterator[str]:
        """Every file kept."""
        for place in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            key = f"{place.parent.name}/{place.name}"
            if _KEY.fullmatch(key):
                yield key

    def sweep(self, needed: set[str]) -> int:
        """Remove what nobody needs and what never arrived whole, but for young files; say how
        many went."""
        unused = [self.path(key) for key in self.keys() if key not in needed]
        return sum(_remove_old(place) for place in [*unused, *self.root.glob("incoming/*")])


def _remove_old(place: Path) -> bool:
    try:
        # The file system's own clock set the time; the college's clock may stand elsewhere.
        if time.time() - place.stat().st_mtime < YOUNG_SECONDS:
            return False
        place.unlink()
    except FileNotFoundError:
        return False
    return True


def clean_name(name: str) -> str:
    """A name that is safe to show and to save under on any system: the last part of a path,
    without control and direction characters, reserved names and dots at its ends."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = " ".join(name.translate(_FORBIDDEN).split()).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = extension, ""
    room = NAME_BYTES - len(f"{dot}{extension}".encode())
    if room < 1:
        return _first_bytes(name, NAME_BYTES)
    return f"{_first_bytes(stem, room).rstrip(' .')}{dot}{extension}"


def _first_bytes(text: str, count: int) -> str:
    return text.encode()[:count].decode(errors="ignore")


def extension_of(name: str) -> str:
    """The extension in lower case, without the dot; "" if there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


# What the bytes are --------------------------------------------------------------------


def _begins(*marks: bytes) -> Callable[[Path, bytes], bool]:
    return lambda path, head: head.startswith(marks)


def _package(part: str) -> Callable[[Path, bytes], bool]:
    """A ZIP that holds `part`: how office documents are packed."""

    def fits(path: Path, head: bytes) -> bool:
        try:
            with zipfile.ZipFile(path) as archive:
                return any(name.lower().startswith(part) for name in archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False

    return fits


def _is_text(path: Path, head: bytes) -> bool:
    return b"\x00" not in head


_OLE = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[str, Callable[[Path, bytes], bool]]] = {
    "pdf": ("application/pdf", lambda path, head: b"%PDF-" in head[:1024]),
    "ofd": ("application/ofd", _package("ofd.xml")),
    "docx": (f"{_OFFICE}wordprocessingml.document", _package("word/")),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", _package("xl/")),
    "pptx": (f"{_OFFICE}presentationml.presentation", _package("ppt/")),
    "doc": ("application/msword", _OLE),
    "xls": ("application/vnd.ms-excel", _OLE),
    "ppt": ("application/vnd.ms-powerpoint", _OLE),
    "wps": ("application/vnd.ms-works", _OLE),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "gif": ("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "zip": ("application/zip", _begins(b"PK\x03\x04", b"PK\x05\x06")),
    "rar": ("application/vnd.rar", _begins(b"Rar!\x1a\x07")),
    "7z": ("application/x-7z-compressed", _begins(b"7z\xbc\xaf\x27\x1c")),
    "mp4": ("video/mp4", lambda path, head: head[4:8] == b"ftyp"),
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
}
"""By extension: the media type, and whether a file's bytes are of that kind."""

_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def media_type(extension: str) -> str:
    kind = KINDS.get(extension)
    return kind[0] if kind else "application/octet-stream"


def is_what_it_says(path: Path, extension: str) -> bool:
    """Are the bytes of the kind the extension names? Of an extension not known here only
    programs are refused."""
    with path.open("rb") as file:
        head = file.read(4096)
    kind = KINDS.get(extension)
    if kind is not None:
        return kind[1](path, head)
    return not head.startswith(_PROGRAMS)
