"""Which encoding a text file has: BOM, then the pattern of its zero bytes, UTF-8, legacy pages."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from etl.errors import SourceError

if TYPE_CHECKING:
    from etl.sources.locate import File

_BLOCK = 1024 * 1024
_SAMPLE = 256 * 1024
_ASCII = bytes(range(128))
_ALL, _MANY, _HARDLY = 0.9, 0.4, 0.1
_FEW = 8  # with fewer letters beyond ASCII than this, a legacy page is a guess
_BOMS = (  # the longer marks first: UTF-32 LE begins like UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp850", "cp437", "cp866", "koi8_r", "mac_roman", "iso8859_7"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
_COMMON = "cp1252"
_EASTERN = re.compile(rb"[\x8a\x8e\x9a\x9e]")  # Š Ž š ž: the same in cp1252, but rare in the West


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec that also writes the file's BOM, and what to know about the find."""

    name: str
    note: str | None = None


def checked_encoding(name: str, file: File) -> Encoding:
    """The encoding that a mapping names; SourceError if Python has no such text codec."""
    try:
        b"    ".decode(name, "replace")
    except LookupError as error:
        raise SourceError(
            f"{file.name}: there is no encoding {name!r}; use one of Python's, such as utf-8, "
            "cp1252 or utf-16"
        ) from error
    return Encoding(name)


def find_encoding(file: File) -> Encoding:
    """The encoding of the file; where bytes do not decide, cp1252 with a note.

    Reads the whole file only as long as it is plain ASCII, in bounded memory.
    """
    with file.path.open("rb") as raw:
        head = raw.read(4096)
        bom = next((name for mark, name in _BOMS if head.startswith(mark)), None)
        if bom is not None:
            return Encoding(bom)
        if (wide := _wide(head)) is not None:
            return Encoding(wide)
        raw.seek(0)
        sample = _beyond_ascii(raw)
    return _of_sample(sample) if sample else Encoding("utf-8")


def _wide(head: bytes) -> str | None:
    """UTF-32 or UTF-16 by where the zero bytes of mostly Western text stand."""
    if b"\0" not in head:
        return None
    first, second, third, fourth = (_zero(head[at::4]) for at in range(4))
    if min(first, second) > _ALL and fourth < _HARDLY:
        return "utf-32-be"
    if min(third, fourth) > _ALL and first < _HARDLY:
        return "utf-32-le"
    even, odd = _zero(head[::2]), _zero(head[1::2])
    if even > _MANY and odd < _HARDLY:
        return "utf-16-be"
    if odd > _MANY and even < _HARDLY:
        return "utf-16-le"
    return None


def _zero(some: bytes) -> float:
    return some.count(0) / len(some) if some else 0.0


def _beyond_ascii(raw: BinaryIO) -> bytes:
    """Lines from the first one that is not ASCII on; empty if there is none."""
    while block := raw.read(_BLOCK):
        if not block.isascii():
            first = len(block) - len(block.lstrip(_ASCII))
            start = block.rfind(b"\n", 0, first) + 1
            return block[start : start + _SAMPLE] + raw.read(max(0, start + _SAMPLE - len(block)))
    return b""


def _of_sample(sample: bytes) -> Encoding:
    text = sample.decode("utf-8", "surrogateescape")
    if len(sample) == _SAMPLE:
        text = text[:-3]  # the cut may have split a character
    bad = sum("\udc80" <= char <= "\udcff" for char in text)
    good = sum(char > "\x7f" for char in text) - bad
    if bad == 0 and good > 0:
        return Encoding("utf-8")
    if good > bad:
        return Encoding("utf-8", "some bytes are no UTF-8: their cells are rejected when used")
    return _legacy(sample)


def _legacy(sample: bytes) -> Encoding:
    few = len(sample.translate(None, _ASCII)) < _FEW
    name = _COMMON if few and _decodes(sample, _COMMON) else _likeliest(sample)
    doubt = "a guess from few letters: " if few else ""
    return Encoding(name, f"encoding {name} is {doubt}no UTF-8 and no BOM; pin it when in doubt")


def _decodes(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and seldom needed

    lines = b"\n".join(line for line in sample.splitlines() if not line.isascii())
    matches = list(from_bytes(lines, cp_isolation=list(_LEGACY)))
    if not matches:
        return _COMMON
    best = matches[0]
    tied = {
        name
        for match in matches
        if match.chaos <= best.chaos + 0.02 and match.coherence >= best.coherence - 0.05
        for name in match.could_be_from_charset
    }
    if "cp1250" in tied and _EASTERN.search(sample):
        return "cp1250"
    return _COMMON if _COMMON in tied else best.encoding
