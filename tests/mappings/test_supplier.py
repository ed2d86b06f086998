"""A delivery with wrong rows, in a sandbox of its own: it adds products that the sample has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mappings.conftest import ROOT, run, table

if TYPE_CHECKING:
    from tests.app.project import Project

REJECTS = {  # row: article, code, column, the cell
    2: ("00152", "TYPE", "Bestand", "9O1"),
    10: ("00275", "OPTION_UNKNOWN", "Farbe", "türkis"),
    12: ("00398", "REF_NOT_FOUND", "Kanäle", "web|kiosk"),
    18: ("00500", "REQUIRED", "Title", ""),
    20: ("00611", "TYPE", "Lieferbar ab", "31.02.2026"),
    21: ("00767", "DUPLICATE_KEY", "", ""),
    22: ("00767", "DUPLICATE_KEY", "", ""),
}


def test_wrong_rows_come_back_with_their_reasons_and_the_others_are_in(project: Project) -> None:
    first, second = [*run(project, "supplier.yaml"), *run(project, "supplier.yaml")]
    assert (first["status"], first["exit_code"]) == ("rejects", 4)
    assert (first["rows"]["read"], first["rows"]["loaded"]) == (9, 2)
    assert (second["rows"]["unchanged"], second["requests"]["writes"]) == (2, 0)
    assert second["codes"] == first["codes"]
    rejects = table(project.folder / first["reports"]["rejects"], "cp1252", ";")
    found = {
        int(row["_row"]): (
            row["Artikelnummer"],
            row["_code"],
            row["_column"],
            row.get(row["_column"], ""),
        )
        for row in rejects
    }
    assert found == REJECTS
    assert all(row["_message"] for row in rejects)
    source = table(ROOT / "sample_data" / "supplier.csv", "cp1252", ";")
    assert list(rejects[0]) == [*source[0], "_row", "_code", "_column", "_message"]
    (odd,) = (row["Notiz"] for row in rejects if row["Notiz"])
    assert odd == "'=> Farbe klären"
