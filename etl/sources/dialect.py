"""Which delimiter and quote a CSV file uses, from its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.sources.csv_careful import Dialect

if TYPE_CHECKING:
    from collections.abc import Sequence

_USUAL = (",", ";", "\t", "|")
_RARE = (":", "~", "^", "\x1f", "\x01", "§", "¦")
_SEP = re.compile(r'"?sep=(?P<sign>[^\r\n"])"?[,;]*[\r\n]*', re.IGNORECASE)
_LOOKED_AT = 300
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class _Score:
    """How well a delimiter fits: the share of rows that have the usual number of cells."""

    share: float
    header_fits: bool
    words: float
    width: int

    def rank(self) -> tuple[bool, bool, float, float, int]:
        return (self.share > _HALF, self.header_fits, round(self.share, 1), self.words, self.width)


def sep_line(line: str) -> str | None:
    """The delimiter that Excel's own first line `sep=;` names; None if the line is none."""
    match = _SEP.fullmatch(line)
    return match["sign"] if match else None


def find_dialect(
    lines: Sequence[str], delimiter: str | None = None, quote: str | None = None
) -> Dialect:
    """The dialect of these lines; what is given stays as it is.

    With no sign of any delimiter the table has one column, and the delimiter is a comma.
    """
    marks = (quote,) if quote is not None else _quotes(lines)
    dialects = [
        Dialect(sign, mark)
        for sign in ((delimiter,) if delimiter else (*_USUAL, *_RARE))
        for mark in marks
    ]
    scored = [(_score(lines, dialect), dialect) for dialect in dialects]
    usual = [item for item in scored if item[1].delimiter in _USUAL and item[0].width > 1]
    best = max(usual or scored, key=lambda item: item[0].rank())
    found = best[1] if best[0].width > 1 or delimiter else Dialect(",", marks[0])
    return _unquoted(lines, found) if quote is None else found


def _quotes(lines: Sequence[str]) -> tuple[str, ...]:
    """`'` only where it encloses cells and `"` never does."""
    text = "".join(lines)
    double = len(re.findall(r'(?:^|[,;\t|])"|"(?:[,;\t|]|$)', text, re.MULTILINE))
    single = re.findall(r"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|]|\r?$)", text, re.MULTILINE)
    return ("'",) if not double and len(single) > len(lines) // 2 else ('"',)


def _score(lines: Sequence[str], dialect: Dialect) -> _Score:
    rows = [row for row in csv.reader(lines[:_LOOKED_AT], **dialect.format()) if row]
    widths = Counter(len(row) for row in rows) or Counter([1])
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    header = next((row for row in rows if len(row) == width), [])
    words = sum(any(char.isalpha() for char in cell) for cell in header) / width
    return _Score(count / max(1, len(rows)), len(rows[:1] and rows[0]) == width, words, width)


def _unquoted(lines: Sequence[str], dialect: Dialect) -> Dialect:
    """No quoting at all where quotes only stand for themselves (inches, for example)."""
    quote, sign = re.escape(dialect.quote), re.escape(dialect.delimiter)
    enclosed = re.compile(rf"(?:^|{sign}){quote}[^{quote}\r\n]*{quote}(?={sign}|[\r\n]*$)")
    if any(enclosed.search(line) for line in lines):
        return dialect
    try:
        for _ in csv.reader(lines[:_LOOKED_AT], **dialect.format(), strict=True):
            pass
    except csv.Error:
        plain = Dialect(dialect.delimiter, "")
        score = _score(lines, plain)
        return plain if score.share == 1.0 and score.width > 1 else dialect
    return dialect
