"""Rows as CSV in the dialect and the encoding of the source."""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING, cast

from etl.reports.guard import guard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ERRORS = "etl.reports.bytes"


class CsvWriter:
    r"""A CSV file; `quote` is "" where nothing is quoted.

    Cells came out of this encoding and go back into it, undecodable bytes (lone surrogates) as the
    bytes that they were. What else the encoding lacks, in messages mostly, stands as `\u20ac`.
    """

    def __init__(self, path: Path, encoding: str, delimiter: str, quote: str) -> None:
        codecs.register_error(_ERRORS, _as_bytes)
        self._file = path.open("w", encoding=encoding, errors=_ERRORS, newline="")
        self._flat: dict[int, str] = {}
        if quote:
            self._writer = csv.writer(self._file, delimiter=delimiter, quotechar=quote)
        else:
            self._flat = str.maketrans(dict.fromkeys((delimiter, "\r", "\n"), " "))
            self._writer = csv.writer(
                self._file, delimiter=delimiter, quotechar=None, quoting=csv.QUOTE_NONE
            )

    def write(self, cells: Sequence[str]) -> None:
        """Writes one row. Without quotes a text can hold no delimiter and no line end: blanks."""
        guarded = map(guard, cells)
        if self._flat:
            self._writer.writerow([cell.translate(self._flat) for cell in guarded])
        else:
            self._writer.writerow(list(guarded))

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def _as_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    """A codec error handler: the byte of a lone surrogate U+DC00 + byte, else an escape."""
    problem = cast("UnicodeEncodeError", error)
    sign = problem.object[problem.start]
    if "\udc00" <= sign <= "\udcff" and not problem.encoding.startswith(("utf-16", "utf-32")):
        return bytes((ord(sign) & 0xFF,)), problem.start + 1
    return sign.encode("ascii", "backslashreplace").decode("ascii"), problem.start + 1
