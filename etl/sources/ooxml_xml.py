"""XML parts of a workbook, read as events: fast, in bounded memory, and without entities."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from etl.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_BLOCK = 64 * 1024
_DAMAGED = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,  # a number that is none
    OverflowError,  # likewise: infinity
    LookupError,  # an attribute or part that is missing, an encoding that is unknown
)


class _Refused(Exception):
    """The XML declares an entity, which a workbook has no use for and attackers have."""


def new_parser() -> expat.XMLParserType:
    """A parser that refuses entity declarations, the way to expand a few bytes into gigabytes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    return parser


def parse_blocks(parser: expat.XMLParserType, stream: IO[bytes]) -> Iterator[None]:
    """Feeds the stream to the parser, block by block."""
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)  # noqa: FBT003 - expat takes no keywords
        yield
    parser.Parse(b"", True)  # noqa: FBT003


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Turns what broken archives and broken XML raise into SourceError."""
    try:
        yield
    except _Refused as error:
        raise SourceError(
            f"{name}: declares XML entities, as attacks do; it is not read"
        ) from error
    except _DAMAGED as bad:
        raise SourceError(
            f"{name}: is damaged ({bad}); open it in Excel or LibreOffice and save it again"
        ) from bad
    except (OSError, RuntimeError) as error:  # RuntimeError: an encrypted entry
        raise SourceError(f"{name}: cannot be read: {error}") from error


def _refuse(*_declaration: object) -> NoReturn:
    raise _Refused
