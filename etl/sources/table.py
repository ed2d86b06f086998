"""One file's table, opened; and what all kinds of tables share."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from etl.model.chunk import Chunk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.model.problem import Problem
    from etl.sources.conventions import Finds
    from etl.sources.locate import File

_ROWS = 5_000
_CELLS = 100_000


class Table(Protocol):
    """One file's table. Errors of the whole file are `SourceError`."""

    @property
    def file(self) -> File:
        """The file that it is in."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers, in the file's order."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """What was found out or pinned, in words."""
        ...

    @property
    def finds(self) -> Finds:
        """What a sample shows about numbers and dates."""
        ...

    def chunks(self, decimal: str) -> Iterator[Chunk]:
        """All rows from the top. Number cells of a workbook are written with the decimal sign."""
        ...


def chunk_size(width: int) -> int:
    """How many rows of that many cells make a chunk."""
    return max(1, min(_ROWS, _CELLS // max(1, width)))


@dataclass(slots=True)
class Gathering:
    """A chunk in the making."""

    rows: list[Sequence[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    faults: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    broken: list[tuple[int, Sequence[str], Problem]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.broken)


def without_last(chunks: Iterator[Chunk], count: int) -> Iterator[Chunk]:
    """The chunks without the table's last `count` rows, broken ones included."""
    held, waiting = deque[Chunk](), 0
    for chunk in chunks:
        held.append(chunk)
        waiting += _size(chunk)
        while waiting - _size(held[0]) >= count:
            waiting -= _size(held[0])
            yield held.popleft()
    numbers = sorted(number for chunk in held for number in _numbers(chunk))
    if count < len(numbers):
        end = numbers[len(numbers) - count] if count else numbers[-1] + 1
        yield from (_before(chunk, end) for chunk in held if min(_numbers(chunk)) < end)


def _size(chunk: Chunk) -> int:
    return len(chunk.rows) + len(chunk.broken)


def _numbers(chunk: Chunk) -> list[int]:
    return [*chunk.numbers, *(number for number, _, _ in chunk.broken)]


def _before(chunk: Chunk, end: int) -> Chunk:
    kept = sum(number < end for number in chunk.numbers)
    return replace(
        chunk,
        rows=chunk.rows[:kept],
        numbers=chunk.numbers[:kept],
        faults={row: problems for row, problems in chunk.faults.items() if row < kept},
        broken=[item for item in chunk.broken if item[0] < end],
    )
