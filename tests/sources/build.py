"""Makes the files that these tests read, and opens them."""

from __future__ import annotations

import struct
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from etl.mapping.source_spec import SourceSpec
from etl.sources import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.model import Chunk
    from etl.sources.opener import TableSource

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def opened(path: Path, **pinned: object) -> TableSource:
    """The source at `path`, with what the mapping pins."""
    return open_source(SourceSpec.model_validate({"path": path.name, **pinned}), path.parent)


def text(path: Path, content: str | bytes, **pinned: object) -> TableSource:
    """The source that `content` makes (UTF-8)."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return opened(path, **pinned)


def rows(source: TableSource) -> list[list[str]]:
    """All good rows."""
    return [list(row) for chunk in source.chunks() for row in chunk.rows]


def numbers(source: TableSource) -> list[int]:
    """The numbers of all good rows."""
    return [number for chunk in source.chunks() for number in chunk.numbers]


def broken(source: TableSource) -> list[tuple[int, str]]:
    """(number, code) of all broken rows."""
    return [(item[0], item[2].code) for chunk in source.chunks() for item in chunk.broken]


def faults(source: TableSource) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of all cell faults."""
    return [
        (problem.row, problem.column, problem.code)
        for chunk in source.chunks()
        for problems in chunk.faults.values()
        for problem in problems
    ]


def only(source: TableSource) -> Chunk:
    """The source's one chunk."""
    (chunk,) = source.chunks()
    return chunk


def raw_xlsx(  # noqa: PLR0913 - the parts of a workbook
    path: Path,
    sheet: str,
    *,
    styles: Sequence[str] = (),
    strings: str | None = None,
    workbook: str = "",
    root: str = f"<worksheet {MAIN}>",
) -> Path:
    """A workbook whose sheet holds the given XML: what no library would write.

    `styles` are the number formats of the cell styles 0, 1, 2 …
    """
    formats = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(styles)
    )
    xfs = "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(styles)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": _relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{RELS}">{workbook}<sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "styles", "styles.xml"),
            ("r3", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": f"{HEAD}{root}{sheet}",
        "xl/styles.xml": f"{HEAD}<styleSheet {MAIN}><numFmts>{formats}</numFmts>"
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{xfs}</cellXfs></styleSheet>',
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f"{HEAD}<sst {MAIN}>{strings}</sst>"
    return zipped(path, parts)


def data(*cells: str) -> str:
    """Sheet XML with a header row `v` and one row for each `<c>` given, in column A."""
    made = "".join(f'<row r="{at}">{cell}</row>' for at, cell in enumerate(cells, 2))
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>v</t></is></c></row>'
    return f"<sheetData>{header}{made}</sheetData></worksheet>"


def parts(path: Path) -> dict[str, str | bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    """A zip of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _relations(*relations: tuple[str, str, str]) -> str:
    made = "".join(
        f'<Relationship Id="{key}" Type="{RELS}/{kind}" Target="{target}"/>'
        for key, kind, target in relations
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{made}</Relationships>'


def ods(path: Path, table: Sequence[Sequence[object]], name: str = "Goods") -> Path:
    """An OpenDocument workbook of one sheet."""
    body = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in table
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'{HEAD}<office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'{HEAD}<manifest:manifest xmlns:manifest="{urn}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    return zipped(
        path,
        {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content},
    )


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, attribute, shown = "string", "", str(value)
    if isinstance(value, bool):
        kind, attribute = "boolean", f' office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind, attribute = "float", f' office:value="{value!r}"'
    elif isinstance(value, date):
        kind, attribute = "date", f' office:date-value="{value.isoformat()}"'
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n"))
    return (
        f'<table:table-cell office:value-type="{kind}"{attribute}>{paragraphs}</table:table-cell>'
    )


def xlsb(path: Path, table: Sequence[Sequence[object]], name: str = "Goods") -> Path:
    """A binary workbook of one sheet; see [MS-XLSB] 2.1.4 for the records."""
    size = struct.pack("<IIII", 0, len(table) - 1, 0, max(map(len, table)) - 1)
    sheet = _record(129) + _record(148, size) + _record(145)
    for number, row in enumerate(table):
        sheet += _record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        sheet += b"".join(_xlsb_cell(at, value) for at, value in enumerate(row))
    sheet += _record(146) + _record(130)
    bundle = struct.pack("<II", 0, 1) + _wide("r1") + _wide(name)
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    xfs = b"".join(_record(47, struct.pack("<HHHHHHHH", 0, code, *[0] * 6)) for code in (0, 14, 22))
    styles = _record(278) + _record(617, struct.pack("<I", 3)) + xfs + _record(618) + _record(279)
    return zipped(
        path,
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": _relations(("r1", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _relations(("r1", "worksheet", "worksheets/s.bin")),
            "xl/worksheets/s.bin": sheet,
            "xl/styles.bin": styles,
        },
    )


def _xlsb_cell(column: int, value: object) -> bytes:
    style = 0
    if isinstance(value, date):
        style = 2 if isinstance(value, datetime) else 1
        epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones
        value = (datetime(*value.timetuple()[:6]) - epoch).total_seconds() / 86_400  # noqa: DTZ001
    place = struct.pack("<II", column, style)
    if value is None:
        return b""
    if isinstance(value, bool):
        return _record(4, place + bytes([value]))
    if isinstance(value, int | float):
        return _record(5, place + struct.pack("<d", value))
    return _record(6, place + _wide(str(value)))


def _wide(some: str) -> bytes:
    return struct.pack("<I", len(some)) + some.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, rest = b"", len(content)
    while True:
        size += bytes([rest & 0x7F | (0x80 if rest > 127 else 0)])
        rest >>= 7
        if not rest:
            return head + size + content
