"""Packed files (.gz, .xz, .zip with one table) as plain temporary files, within limits."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from etl.errors import SourceError
from etl.sources.kind import is_workbook_archive
from etl.sources.locate import File
from etl.sources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1024 * 1024
_TABLES = frozenset({".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_DAMAGED = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of an archive, in bytes: up to `free` anything goes.

    Beyond that no more than `ratio` times the packed size, and never more than `total`.
    """

    free: int = 64 * _MIB
    ratio: int = 200
    total: int = 8 * 1024 * _MIB

    def exceeded(self, unpacked: int, packed: int) -> bool:
        """True if that much must not come out of that little."""
        return unpacked > self.total or unpacked > max(self.free, packed * self.ratio)


LIMITS = Limits()


def unpack(file: File, limits: Limits = LIMITS) -> File:
    """The file itself if it is no archive; else what is packed in it, as a temporary file.

    Raises SourceError for damaged archives, several tables in one, and archives that would grow
    beyond the limits.
    """
    if _packing(file) is None:
        return file
    plain = _unpacked(file, limits)
    if _packing(plain) is not None:
        raise SourceError(f"{file.name}: holds an archive in an archive; unpack it first")
    return plain


def _packing(file: File) -> str | None:
    with file.path.open("rb") as raw:
        head = raw.read(6)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head == b"\xfd7zXZ\x00":
        return "xz"
    if head.startswith(b"PK\x03\x04") and not is_workbook_archive(file.path):
        return "zip"
    return None


def _unpacked(file: File, limits: Limits) -> File:
    spool = Spool()
    packed = file.path.stat().st_size
    try:
        with _content(file) as (inner, stream), spool.path.open("wb") as plain:
            _copy(stream, plain, file.name, packed, limits)
    except _DAMAGED as error:
        raise SourceError(f"{file.name}: cannot be unpacked: {error}") from error
    except OSError as error:
        raise SourceError(f"{file.name}: cannot be unpacked to {spool.path}: {error}") from error
    return File(file.name, spool.path, inner, spool)


def _copy(stream: IO[bytes], plain: IO[bytes], name: str, packed: int, limits: Limits) -> None:
    unpacked = 0
    while block := stream.read(_MIB):
        unpacked += len(block)
        if limits.exceeded(unpacked, packed):
            raise SourceError(
                f"{name}: {packed:,} bytes grew to more than {unpacked - len(block):,} while being "
                "unpacked, which looks like an attack; if it is not, unpack it yourself"
            )
        plain.write(block)


@contextmanager
def _content(file: File) -> Iterator[tuple[str, IO[bytes]]]:
    packing = _packing(file)
    stem = Path(file.inner).stem
    if packing == "gz":
        with gzip.open(file.path) as stream:
            yield stem, cast("IO[bytes]", stream)
    elif packing == "xz":
        with lzma.open(file.path) as stream:
            yield stem, stream
    else:
        with zipfile.ZipFile(file.path) as archive:
            entry = _only_table(archive, file.name)
            with archive.open(entry) as stream:
                yield PurePosixPath(entry.filename).name, stream


def _only_table(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    entries = [entry for entry in archive.infolist() if not _is_litter(entry)]
    tables = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in _TABLES]
    chosen = entries if len(entries) == 1 else tables
    if len(chosen) != 1:
        names = ", ".join(entry.filename for entry in (tables or entries)[:5]) or "nothing"
        raise SourceError(f"{name}: must hold exactly one table, but holds {names}; unpack it")
    return chosen[0]


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or path.name.startswith(".") or path.parts[0] == "__MACOSX"
