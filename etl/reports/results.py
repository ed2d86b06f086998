"""results.csv: every row's answer, one line each."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Self

from etl.reports.guard import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from etl.model.report import RowResult

_COLUMNS = ("key", "_row", "_status", "_id", "_code", "_message")


class ResultsFile:
    """results.csv, written row by row: UTF-8 without a BOM, comma, CRLF.

    With `files` the source's file is the last column `_file`. Texts go through `guard`.
    """

    def __init__(self, path: Path, *, files: bool = False) -> None:
        self.path = path
        self._files = files
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow((*_COLUMNS, "_file") if files else _COLUMNS)

    def add(self, result: RowResult) -> None:
        """Writes one row's answer."""
        self.add_many((result,))

    def add_many(self, results: Iterable[RowResult]) -> None:
        """Writes the answers as they come, without keeping them."""
        self._writer.writerows(_with_files(results) if self._files else _lines(results))

    def close(self) -> None:
        """Ends the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def _lines(results: Iterable[RowResult]) -> Iterator[tuple[str | int, ...]]:
    for number, status, key, id_, code, message, _ in results:
        yield guard(key), number, status, guard(id_), code, message and guard(message)


def _with_files(results: Iterable[RowResult]) -> Iterator[tuple[str | int, ...]]:
    for number, status, key, id_, code, message, file in results:
        yield guard(key), number, status, guard(id_), code, message and guard(message), guard(file)
