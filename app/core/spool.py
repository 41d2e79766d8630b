"""A long list that stands on disk: rows of a large file, the events of a long transaction.

What is appended is kept in blocks; a few of them are in memory at a time, and a list that does
not fill one is in memory only. An item that was read is to be taken for a copy: what is changed
in it stays if it is put back (`spool[place] = item`). The file has no name, so the system takes
it away with the process, however that ends.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, TypeVar, cast, overload

T = TypeVar("T")
BLOCK = 100
"""Items of a block."""
HELD = 4
"""Blocks in memory: those used last."""


def spool_file() -> IO[bytes]:
    """A file for several spools; a small one is in memory only."""
    file = tempfile.SpooledTemporaryFile(max_size=1 << 16)  # noqa: SIM115 (closed with its spools)
    return cast(IO[bytes], file)


class Spool(Sequence[T]):
    """Append, read by place or in order, put back, cut off. For one thread at a time."""

    def __init__(self, items: Iterable[T] = (), file: IO[bytes] | None = None) -> None:
        self._file = file
        self._places: list[tuple[int, int]] = []  # where each full block stands, its bytes
        self._held: dict[int, list[T]] = {}  # full blocks by number, the one used last at the end
        self._changed: set[int] = set()
        self._last: list[T] = []  # the block that is not full yet
        self.extend(items)

    def append(self, item: T) -> None:
        self._last.append(item)
        if len(self._last) == BLOCK:
            self._places.append(self._write(self._last))
            self._last = []

    def extend(self, items: Iterable[T]) -> None:
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return len(self._places) * BLOCK + len(self._last)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> list[T]: ...

    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place += len(self) if place < 0 else 0
        return self._block(place // BLOCK)[place % BLOCK]

    def __setitem__(self, place: int, item: T) -> None:
        number = place // BLOCK
        self._block(number)[place % BLOCK] = item
        if number < len(self._places):
            self._changed.add(number)

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._places) + 1):
            yield from self._block(number)

    def cut(self, length: int) -> None:
        """Leave the first `length` items."""
        number, rest = divmod(length, BLOCK)
        if length < len(self):
            self._last = self._block(number)[:rest]
            del self._places[number:]
            self._held = {n: block for n, block in self._held.items() if n < number}
            self._changed = {n for n in self._changed if n < number}

    def _block(self, number: int) -> list[T]:
        if number == len(self._places):
            return self._last
        block = self._held.pop(number, None)
        if block is None:
            block = self._read(*self._places[number])
            while len(self._held) >= HELD:
                self._let_go(next(iter(self._held)))
        self._held[number] = block
        return block

    def _let_go(self, number: int) -> None:
        block = self._held.pop(number)
        if number in self._changed:
            self._places[number] = self._write(block)
            self._changed.discard(number)

    def _write(self, block: list[T]) -> tuple[int, int]:
        if self._file is None:
            self._file = spool_file()
        told = pickle.dumps(block, pickle.HIGHEST_PROTOCOL)
        start = self._file.seek(0, 2)
        self._file.write(told)
        return start, len(told)

    def _read(self, start: int, length: int) -> Any:
        assert self._file is not None
        self._file.seek(start)
        return pickle.loads(self._file.read(length))  # noqa: S301 (our own, from a file without a name)
