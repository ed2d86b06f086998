"""Units in cells: `45,5 kg` is a number and a unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.model.chunk import Conventions


def unit_splitter(conventions: Conventions) -> Callable[[str], tuple[str, str]]:
    """A function from a cell's text to the number's text and the unit's, which may be empty.

    The unit is what follows the digits; whether the rest is a number is not decided here.
    """
    signs = re.escape(f"{conventions.decimal}{conventions.thousands}.,")
    pattern = re.compile(rf"^\s*([+-]?[\d{signs}]*\d(?:[eE][+-]?\d+)?)\s*(.*?)\s*$", re.DOTALL)

    def split(text: str) -> tuple[str, str]:
        found = pattern.match(text)
        return (found[1], found[2]) if found else (text, "")

    return split
