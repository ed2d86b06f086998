"""The parts of a workbook in Office Open XML: a zip, guarded, and how its parts are related."""

from __future__ import annotations

import posixpath
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from etl.errors import SourceError
from etl.sources.ooxml_xml import damage_told, new_parser, parse_blocks
from etl.sources.unpack import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

    from etl.sources.locate import File


def guard(file: File, limits: Limits = LIMITS) -> None:
    """Raises SourceError if a part of the zip would grow beyond the limits.

    What a zip says about its parts is enough: the zip reader stops where a part exceeds it.
    """
    with damage_told(file.name), zipfile.ZipFile(file.path) as archive:
        entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if limits.exceeded(total, packed):
        raise SourceError(
            f"{file.name}: would grow from {packed:,} to {total:,} bytes, which looks like an "
            "attack; save the table as CSV if it is not"
        )


class Package:
    """An open workbook archive. Parts are found whatever the case or slashes of their names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_normal(entry.filename): entry for entry in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return _normal(part) in self._parts

    def size(self, part: str) -> int:
        """How many bytes the part has, unpacked."""
        return self._parts[_normal(part)].file_size

    def open(self, part: str) -> IO[bytes]:
        """The part's bytes; KeyError if there is none."""
        return self._archive.open(self._parts[_normal(part)])

    def scan(self, part: str, start: Callable[[str, Mapping[str, str]], None]) -> None:
        """Calls `start` with the local name and the attributes of each element of the part."""
        parser = new_parser()
        parser.StartElementHandler = lambda tag, found: start(tag.rpartition(":")[2], found)
        with self.open(part) as stream:
            for _ in parse_blocks(parser, stream):
                pass

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What the part refers to: id -> (the last word of the type, the other part's name)."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.join("/" + folder, attributes["Target"].replace("\\", "/"))
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = kind, posixpath.normpath(target).lstrip("/")

        if relations in self:
            self.scan(relations, start)
        return found


@contextmanager
def opened(file: File) -> Iterator[Package]:
    """The file's package; damage anywhere in it is a SourceError that names the file."""
    with damage_told(file.name), zipfile.ZipFile(file.path) as archive:
        yield Package(archive)


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
