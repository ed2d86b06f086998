"""What a file is, by its content; its suffix only where the content leaves it open."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Literal, TypeAlias

from etl.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sources.locate import File

Kind: TypeAlias = Literal["csv", "xlsx", "xlsm", "xls", "xlsb", "ods"]

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_MUST_BE_WORKBOOK = frozenset({".xlsx", ".xlsm", ".xlsb", ".ods"})
_FOREIGN = (
    (b"%pdf", "a PDF"),
    (b"<!doctype html", "an HTML page (an error or login page, perhaps)"),
    (b"<html", "an HTML page (an error or login page, perhaps)"),
    (b"<?xml", "an XML file"),
    (b"{\\rtf", "a text document"),
    (b"\x89png", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def kind_of(file: File, pinned: str | None = None) -> Kind:
    """What the file is. `pinned` is the mapping's `format`; SourceError when it cannot be that."""
    with file.path.open("rb") as raw:
        head = raw.read(64)
    found = _kind_of_archive(file.path) if head.startswith(b"PK\x03\x04") else _kind_of_head(head)
    if not head:
        raise SourceError(f"{file.name}: is empty, there is not even a header line")
    if found == "csv" and (pinned == "excel" or (not pinned and file.suffix in _MUST_BE_WORKBOOK)):
        raise SourceError(
            f"{file.name}: is no workbook: its content looks like {_foreign(head) or 'text'}; "
            "save it as .xlsx, or say `format: csv` if it is a text table"
        )
    if found != "csv" and pinned == "csv":
        raise SourceError(f"{file.name}: is a workbook ({found}), not CSV; leave `format` out")
    if found == "csv" and (foreign := _foreign(head)):
        raise SourceError(f"{file.name}: is {foreign}, no table; save it as CSV or .xlsx")
    return "xlsm" if found == "xlsx" and file.suffix == ".xlsm" else found


def is_workbook_archive(path: Path) -> bool:
    """True if the zip at `path` is a workbook (or damaged beyond telling: then not)."""
    return _kind_of_archive(path) != "csv"


def _kind_of_head(head: bytes) -> Kind:
    return "xls" if head.startswith((_OLE2, *_BIFF)) else "csv"


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "csv"
    if "[content_types].xml" in names:
        return "xlsb" if any(name.endswith("workbook.bin") for name in names) else "xlsx"
    return "ods" if "content.xml" in names else "csv"


def _foreign(head: bytes) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((what for mark, what in _FOREIGN if start.startswith(mark)), None)
