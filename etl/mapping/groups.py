"""Texts made of a header's groups, such as `{code}_{channel}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = re.compile(r"\{(\w+)\}")
_BRACE = re.compile(r"[{}]")


@dataclass(frozen=True, slots=True)
class GroupText:
    """A text with the names of groups in it: what stands before each of them, and at the end."""

    parts: tuple[tuple[str, str], ...]
    end: str = ""

    @classmethod
    def parse(cls, text: str) -> GroupText:
        """The text, taken apart. Raises ValueError where a brace is no group's."""
        parts: list[tuple[str, str]] = []
        at = 0
        for found in _GROUP.finditer(text):
            parts.append((text[at : found.start()], found[1]))
            at = found.end()
        if any(_BRACE.search(literal) for literal in (text[at:], *(one for one, _ in parts))):
            raise ValueError(f"{text!r}: braces stand around the name of a group only, as {{code}}")
        return cls(tuple(parts), text[at:])

    @property
    def names(self) -> tuple[str, ...]:
        """The groups that are named, in their order."""
        return tuple(name for _, name in self.parts)

    def fill(self, groups: Mapping[str, str | None]) -> str:
        """The text with the groups' texts.

        What stands between two groups goes with the later one where that is absent (None or
        empty), and with the earlier ones where all of those are.
        """
        start = self.parts[0][0] if self.parts else ""
        made = ""
        for between, name in self.parts:
            found = groups.get(name)
            if found:
                made += f"{between if made else ''}{found}"
        return f"{start}{made}{self.end}"
