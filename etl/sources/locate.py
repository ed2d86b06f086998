"""From what a mapping says about its path to the files that are there."""

from __future__ import annotations

import glob
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from etl.errors import SourceError
from etl.sources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Sequence

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_STDIN = "-"


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: `name` for people, `path` where its bytes are.

    `inner` is the name of what is in it once it is unpacked; `owner` keeps a temporary file alive.
    """

    name: str
    path: Path
    inner: str
    owner: Spool | None = None

    @property
    def suffix(self) -> str:
        """The inner name's suffix in lower case: `.csv`."""
        return Path(self.inner).suffix.lower()


def locate(path: str, base: Path, stdin: BinaryIO | None = None) -> Sequence[File]:
    """The files that `path` names, sorted by name; `-` is stdin, kept in a temporary file.

    `path` is relative to `base`. Raises SourceError when there is nothing to read.
    """
    if path == _STDIN:
        return [_spooled(stdin or sys.stdin.buffer)]
    if _URL.match(path):
        raise SourceError(f"{path}: only files and stdin (-) can be read; download it first")
    if (base / path).exists() or not glob.has_magic(path):
        return [_present(path, base)]
    names = sorted(glob.glob(path, root_dir=base, recursive=True))  # noqa: PTH207 - keeps `../x*`
    found = [_present(name, base) for name in names if not (base / name).is_dir()]
    if not found:
        raise SourceError(f"{path}: no file matches (looked in {base})")
    return found


def _present(name: str, base: Path) -> File:
    path = base / name
    if path.is_dir():
        raise SourceError(f"{name}: is a folder; name a file in it, or all of them: {name}/*.csv")
    if not path.exists():
        raise SourceError(f"{name}: there is no such file (looked in {base})")
    try:
        with path.open("rb"):
            return File(name, path, path.name)
    except OSError as error:
        raise SourceError(f"{name}: cannot be opened: {error.strerror}") from error


def _spooled(stream: BinaryIO) -> File:
    spool = Spool()
    with spool.path.open("wb") as kept:
        shutil.copyfileobj(stream, kept)
    return File("stdin", spool.path, "stdin", spool)
