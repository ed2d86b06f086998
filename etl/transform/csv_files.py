"""Small CSV files beside a mapping: of `map` and `tables`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIZE = 64 * 1024 * 1024  # bytes


class CsvFileError(ValueError):
    """The file cannot be read, or does not have what is looked for."""


class CsvFile:
    """A file with a header, in UTF-8. Its delimiter is `,`, `;` or a tab: what its header has most.

    Raises CsvFileError with the file's path and what is wrong, also while its rows are read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        text = self._read()
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        self.header: tuple[str, ...] = next((tuple(row) for _, row in self._lines()), ())

    def _read(self) -> str:
        try:
            with self._path.open("rb") as file:
                data = file.read(_SIZE + 1)
            text = data.decode("utf-8-sig")
        except (OSError, ValueError) as error:  # a path with NUL is a ValueError, as bad UTF-8 is
            raise CsvFileError(f"{self._path} cannot be read ({error})") from error
        if len(data) > _SIZE:
            raise CsvFileError(f"{self._path} is too large (more than {_SIZE // 1024**2} MB)")
        return text

    def place(self, column: str) -> int:
        """Where the column stands."""
        found = self.header.count(column)
        if found != 1:
            told = f"has column {column!r} {found} times" if found else f"has no column {column!r}"
            raise CsvFileError(f"{self._path} {told}")
        return self.header.index(column)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows behind the header, with the number of their line; short ones are filled up."""
        for number, row in self._lines():
            yield number, [*row, *[""] * (len(self.header) - len(row))]

    def wrong(self, number: int, told: str) -> CsvFileError:
        """Something is wrong with that line."""
        return CsvFileError(f"{self._path}, line {number}: {told}")

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for row in self._reader:
                if row:
                    yield self._reader.line_num, row
        except csv.Error as error:
            raise CsvFileError(f"{self._path} is no table ({error})") from error
