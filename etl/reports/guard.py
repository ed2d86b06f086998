"""Text that a spreadsheet would take for a formula, made harmless in CSV and back.

The rule: a cell whose first sign, after any apostrophes, is a tab, CR or LF, or whose first sign
after blanks is one of `= + - @` (also in full width), gets one more apostrophe in front. Plain
numbers (`-5`, `-1.234,50`, `+49 30 1234567`) and rows of dashes stay as they are. Since apostrophes
that were there before are not counted as the first sign, taking one away gives the text back.
"""

from __future__ import annotations

import re

_LIVE = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")  # noqa: RUF001 - full width signs are meant
_PLAIN = re.compile(
    r"[+-]?[0-9]*(?:[ .,'’\u00a0\u202f]?[0-9]+)+(?:[eE][+-]?[0-9]+)?[ \u00a0]?%?|-+",  # noqa: RUF001
    re.ASCII,
)


def guard(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs; `unguard` gives the text back."""
    return f"'{text}" if _is_live(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text[1:] if text.startswith("'") and _is_live(text) else text


def _is_live(text: str) -> bool:
    if text[:1].isalnum():
        return False
    core = text.lstrip("'")
    return _LIVE.match(core) is not None and _PLAIN.fullmatch(core) is None
