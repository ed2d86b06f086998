"""The shared strings of a workbook: each text stands once, its cells refer to it by number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.errors import SourceError
from etl.sources.ooxml_xml import new_parser, parse_blocks

if TYPE_CHECKING:
    from etl.sources.locate import File
    from etl.sources.ooxml_package import Package

_SURROGATES = range(0xD800, 0xE000)  # half a character: left as it stands
_MOST = 1024 * 1024 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """The text with `_x000D_` and its kin as the characters that they stand for."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)


def read_strings(package: Package, part: str, file: File) -> list[str]:
    """All shared strings; rich text without its format, phonetic hints left out.

    They are held in memory; SourceError if they are more than 1 GiB.
    """
    if package.size(part) > _MOST:
        raise SourceError(f"{file.name}: has more than 1 GiB of texts; save the table as CSV")
    strings: list[str] = []
    pieces: list[str] = []
    parser = new_parser()
    phonetic = False

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal phonetic
        name = tag.rpartition(":")[2]
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic = True
        elif name == "t" and not phonetic:
            parser.CharacterDataHandler = pieces.append

    def end(tag: str) -> None:
        nonlocal phonetic
        parser.CharacterDataHandler = None
        name = tag.rpartition(":")[2]
        if name == "si":
            strings.append(unescaped("".join(pieces)))
        elif name == "rPh":
            phonetic = False

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with package.open(part) as stream:
        for _ in parse_blocks(parser, stream):
            pass
    return strings
