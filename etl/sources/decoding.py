"""Bytes -> text lines: decoded in big blocks strictly, with care only where bytes are bad."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from etl.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sources.locate import File

_BLOCK = 256 * 1024
_LONGEST_LINE = 64 * 1024 * 1024
_MARK = "etl.sources.mark"


@dataclass(slots=True)
class Damage:
    """Becomes true with the first text that holds undecodable bytes or NUL characters."""

    seen: bool = False


def read_lines(file: File, encoding: str, damage: Damage) -> Iterator[str]:
    """The file's lines with their ends (LF, CRLF or CR), without a BOM.

    An undecodable byte becomes the lone surrogate U+DC00 + byte. `damage.seen` is set before the
    first line of a damaged block comes out. Raises SourceError when the file cannot be read or a
    line is longer than 64 MiB.
    """
    try:
        yield from _split(_texts(file, encoding, damage), file)
    except OSError as error:
        raise SourceError(f"{file.name}: cannot be read: {error.strerror}") from error


def readable(cell: str) -> str:
    """The cell with U+FFFD for each undecodable byte: text that any encoding step can take."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in cell)


def with_bytes(cell: str) -> str:
    r"""The cell with its undecodable bytes as people write them: `\xfc`."""
    return "".join(
        f"\\x{ord(char) & 0xFF:02x}" if "\ud800" <= char <= "\udfff" else char for char in cell
    )


def is_damaged(text: str) -> bool:
    """True if an undecodable byte is in it."""
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _texts(file: File, encoding: str, damage: Damage) -> Iterator[str]:
    codecs.register_error(_MARK, _mark)
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    with file.path.open("rb") as raw:
        while True:
            block = raw.read(_BLOCK)
            text = _decoded(decoder, block, damage)
            if first and text:
                text, first = text.removeprefix("\ufeff"), False
            yield text
            if not block:
                return


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, damage: Damage) -> str:
    state = decoder.getstate()
    try:
        text = decoder.decode(block, final=not block)
    except UnicodeError:
        damage.seen = True
        decoder.setstate(state)
        decoder.errors = _MARK
        text = decoder.decode(block, final=not block)
        decoder.errors = "strict"
    if "\0" in text:
        damage.seen = True
    return text


def _mark(error: UnicodeError) -> tuple[str, int]:
    problem = cast("UnicodeDecodeError", error)
    bad = problem.object[problem.start : problem.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), problem.end


def _split(texts: Iterator[str], file: File) -> Iterator[str]:
    rest = ""
    for text in texts:
        held = rest + text
        cut = max(held.rfind("\n"), held.rfind("\r", 0, -1)) + 1  # a last CR may be half of CRLF
        rest = held[cut:]
        if len(rest) > _LONGEST_LINE:
            raise SourceError(
                f"{file.name}: has a line of more than 64 MiB, which looks like no table; "
                "check the file, or pin `encoding`"
            )
        yield from io.StringIO(held[:cut], newline="")
    yield from io.StringIO(rest, newline="")
