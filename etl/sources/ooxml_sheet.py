"""The rows of a worksheet part, streamed: wrong or missing dimensions lose no row and no column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.errors import SourceError
from etl.sources.cells import Cell, error_cell, iso_moment, no_value, number
from etl.sources.ooxml_strings import unescaped
from etl.sources.ooxml_xml import new_parser, parse_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import IO
    from xml.parsers.expat import XMLParserType

_LAST_COLUMN = 16_384
_LAST_ROW = 1_048_576
_LONGEST = 16 * 1024 * 1024  # characters of one cell
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell's style does to its number."""

    render: Callable[[str], Cell]
    shows_time: bool


def read_rows(
    stream: IO[bytes], strings: Sequence[str], styles: Sequence[Style], name: str
) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that have a cell with something in it: (number, cells up to the last such cell).

    Raises SourceError (and what broken XML raises) where the sheet cannot be right.
    """
    parser = new_parser()
    sheet = _Sheet(parser, strings, styles, name)
    for _ in parse_blocks(parser, stream):
        yield from sheet.finished()
    yield from sheet.finished()


class _Sheet:
    """The state between the parser's events."""

    def __init__(
        self, parser: XMLParserType, strings: Sequence[str], styles: Sequence[Style], name: str
    ) -> None:
        self._parser = parser
        self._strings = strings
        self._styles = styles
        self._name = name
        self._columns: dict[str, int] = {}
        self._rows: list[tuple[int, list[Cell]]] = []
        self._row = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._cell: Mapping[str, str] = {}
        self._text: list[str] = []
        self._formula = self._phonetic = False
        self._readers: dict[str, Callable[[str], Cell]] = {
            "s": self._shared,
            "str": unescaped,
            "inlineStr": unescaped,
            "b": _truth,
            "e": error_cell,
            "d": self._moment,
        }
        parser.StartElementHandler = self._root

    def finished(self) -> list[tuple[int, list[Cell]]]:
        """The rows that were completed since the last call."""
        if sum(map(len, self._text)) > _LONGEST:
            raise SourceError(f"{self._name}: has a cell with more than 16 MiB of text")
        rows, self._rows = self._rows, []
        return rows

    def _root(self, tag: str, _attributes: dict[str, str]) -> None:
        """The root's prefix is the prefix of all elements that matter."""
        prefix = tag.rpartition(":")[0]
        prefix += ":" if prefix else ""
        starts = {"row": self._start_row, "c": self._start_cell, "f": self._start_formula}
        starts |= {"v": self._start_text, "t": self._start_text, "rPh": self._start_phonetic}
        ends = {"row": self._end_row, "c": self._end_cell, "rPh": self._end_phonetic}
        ends |= {"v": self._end_text, "t": self._end_text}
        on_start = {prefix + name: handler for name, handler in starts.items()}
        on_end = {prefix + name: handler for name, handler in ends.items()}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if handler := on_start.get(tag):
                handler(attributes)

        def end(tag: str) -> None:
            if handler := on_end.get(tag):
                handler()

        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = self._row + 1
        if "r" in attributes:
            number = int(float(attributes["r"]))
        if not self._row < number <= _LAST_ROW:
            raise SourceError(
                f"{self._name}: row {number} stands after row {self._row}; open the workbook in "
                "Excel or LibreOffice and save it again"
            )
        self._row, self._cells, self._column = number, [], -1

    def _end_row(self) -> None:
        if self._cells:
            self._rows.append((self._row, self._cells))

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._cell = attributes
        self._formula = False
        self._text = []
        place = attributes.get("r")
        self._column = self._column_of(place) if place else self._column + 1

    def _column_of(self, place: str) -> int:
        letters = place.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters.upper():
                column = column * 26 + ord(letter) - 64
            column -= 1
            if not 0 <= column < _LAST_COLUMN:
                raise SourceError(f"{self._name}: has a cell {place}, which no sheet can have")
            self._columns[letters] = column
        return column

    def _end_cell(self) -> None:
        value = self._value()
        if value == "":
            return
        cells, column = self._cells, self._column
        if column == len(cells):
            cells.append(value)
        elif column > len(cells):
            cells.extend([""] * (column - len(cells)))
            cells.append(value)
        else:
            cells[column] = value

    def _value(self) -> Cell:
        kind, text = self._cell.get("t", "n"), "".join(self._text)
        if text:
            return self._readers.get(kind, self._number)(text)
        return no_value() if self._formula and kind != "str" else ""

    def _shared(self, text: str) -> Cell:
        try:
            return self._strings[int(text)]
        except (ValueError, IndexError):
            return error_cell(f"text {text}")

    def _moment(self, text: str) -> Cell:
        style = self._style()
        return iso_moment(text, shows_time=bool(style and style.shows_time))

    def _number(self, text: str) -> Cell:
        style = self._style()
        return style.render(text) if style else number(text)

    def _style(self) -> Style | None:
        index = int(self._cell.get("s", "0"))
        return self._styles[index] if 0 <= index < len(self._styles) else None

    def _start_formula(self, _attributes: Mapping[str, str]) -> None:
        self._formula = True

    def _start_text(self, _attributes: Mapping[str, str]) -> None:
        if not self._phonetic:
            self._parser.CharacterDataHandler = self._text.append

    def _end_text(self) -> None:
        self._parser.CharacterDataHandler = None

    def _start_phonetic(self, _attributes: Mapping[str, str]) -> None:
        self._phonetic = True

    def _end_phonetic(self) -> None:
        self._phonetic = False


def _truth(text: str) -> str:
    return "true" if text.strip() in ("1", "true") else "false"
