"""Number formats: whether a number is a date, a time, a duration, or a code with leading zeros."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from etl.sources.cells import Cell, duration, moment, number

if TYPE_CHECKING:
    from collections.abc import Callable

BUILTIN = {
    **dict.fromkeys((14, 15, 16, 17), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
    46: "[h]:mm:ss",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"),  # dates in East Asian Excel
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "hh:mm:ss"),
}  # ECMA-376 part 1, 18.8.30; all others are plain numbers

_UNSEEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CODE = re.compile(r"""(?:0|\\[-./ ()]|"[-./ ()]*"|[- ()])+""")
_LITERAL = re.compile(r'\\(.)|"([^"]*)"')


def renderer(code: str, *, mac: bool) -> Callable[[str], Cell]:
    """What turns a stored number into the cell's text; `mac` counts days from 1904."""
    first = code.split(";", 1)[0]
    bare = _UNSEEN.sub("", first).lower()
    if _ELAPSED.search(bare):
        return duration
    if bare.replace("general", "").replace("standard", "") != bare:
        return number
    shows_time = any(sign in bare for sign in "hs")
    shows_date = any(sign in bare for sign in "yd") or ("m" in bare and not shows_time)
    if shows_time or shows_date:
        return partial(moment, mac=mac, shows_date=shows_date, shows_time=shows_time)
    if first.count("0") > 1 and _CODE.fullmatch(first):
        return partial(_zero_padded, _LITERAL.sub(r"\1\2", first))
    return number


def shows_time(code: str) -> bool:
    """True if the format shows a time of day."""
    return any(sign in _UNSEEN.sub("", code).lower() for sign in "hs")


def _zero_padded(pattern: str, text: str) -> Cell:
    """A whole number with as many digits as the pattern has zeros: 42 in `00000` is `00042`."""
    value = number(text)
    if not isinstance(value, str) or not value.isdigit():
        return value
    digits = list(value.zfill(pattern.count("0")))
    shown = [digits.pop() if sign == "0" else sign for sign in reversed(pattern)]
    return "".join(digits) + "".join(reversed(shown))
