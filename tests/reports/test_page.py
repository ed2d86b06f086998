from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.model.report import RowCounts, RowResult, RowStatus, RunReport, RunStatus
from etl.reports import write_html
from tests.reports.samples import REPORT, files_in, report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVIL = "<script>alert('x')</script>\"&"
_VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """A page taken apart: its tags with their attributes, its text, and whether tags match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text.append(data)

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def page(folder: Path, shown: RunReport, rejects: Sequence[RowResult] = ()) -> Page:
    write_html(shown, folder / "report.html", rejects)
    assert files_in(folder) == ["report.html"]
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_page_tells_the_figures(tmp_path: Path) -> None:
    words = page(tmp_path, REPORT).words()
    for told in (
        "catalog: done, some rows were rejected (exit 4)",
        "1,300 read = 6 rejected + 1 unchanged + 1,293 loaded",
        "Product 1,200 93 1 1 2 0",
        "OPTION_UNKNOWN 4 REQUIRED 1 TYPE 1",
        "Columns that no entry uses: Notes",
        "header 1, 2",
        "120 sent, 30 of them writes, 2 repeated",
        "0 uploaded, 0 linked, 0 unchanged, 0 failed",
    ):
        assert told in words


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    tags = page(tmp_path, REPORT).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object"}
    links = [attributes.get("href") for tag, attributes in tags if tag == "a"]
    assert links == ["./report.json", "./report.html", "./results.csv", "./rejects%231.csv"]


def test_all_that_comes_from_data_is_text(tmp_path: Path) -> None:
    shown = report(
        mapping=EVIL,
        target=EVIL,
        error=EVIL,
        source={EVIL: EVIL},
        codes={EVIL: 1},
        records={EVIL: REPORT.records["Brand"]},
        warnings=(Problem(EVIL, EVIL),),
        reports={EVIL: f"runs/{EVIL}"},
    )
    result = RowResult(2, RowStatus.REJECTED, EVIL, "", EVIL, EVIL, EVIL)
    found = page(tmp_path, shown, [result])
    assert not [tag for tag, _ in found.tags if tag == "script"]
    assert found.words().count(EVIL) >= 12


def test_the_first_rejects_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    rejects = [
        RowResult(number, RowStatus.REJECTED, f"key{number}", "", "TYPE", "no number")
        for number in range(2, 302)
    ]
    shown = report(rows=RowCounts(read=300, rejected=300))
    words = page(tmp_path, shown, rejects).words()
    assert "key201" in words
    assert "key202" not in words
    assert "And 100 more." in words


def test_several_files_have_their_column(tmp_path: Path) -> None:
    rejects = [RowResult(2, RowStatus.REJECTED, "k", "", "TYPE", "m", "b.csv")]
    assert "File Row Key Code Reason b.csv 2 k" in page(tmp_path, REPORT, rejects).words()


def test_a_clean_run_has_no_empty_sections(tmp_path: Path) -> None:
    clean = report(
        status=RunStatus.DONE,
        exit_code=0,
        rows=RowCounts(),
        records={},
        codes={},
        warnings=(),
        reports={},
    )
    found = page(tmp_path, clean)
    assert [
        words for words in ("Rejected", "Warnings", "Next", "Records") if words in found.text
    ] == []
    assert found.words().count("0.0 %") == 4
