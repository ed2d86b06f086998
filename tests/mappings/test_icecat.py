"""Akeneo's whole demo catalog: every cell that was brought in is what the file says."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.project import Project, sandbox
from tests.mappings.conftest import ROOT, run, table
from tests.mappings.icecat import FIELDS, PICTURES, Row, Stored, compare, meaning, rows_of
from tests.mappings.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.shared

Reports = dict[str, dict[str, Any]]

ROWS = {
    "languages": 3,
    "channels": 3,
    "channel-trees": 3,
    "currencies": 3,
    "measures": 14,
    "attribute-groups": 11,
    "attributes": 77,
    "options": 121,
    "families": 17,
    "categories": 168,
    "association-types": 4,
    "models": 81,
    "products": 1239,
}


@pytest.fixture(scope="module")
def seed() -> str:
    return "empty"


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "pim" / "akeneo-icecat"


@pytest.fixture(scope="module")
def rest(project: Project) -> Iterator[Rest]:
    server = project.server
    with Rest(server.url, server.username, server.password) as session:
        yield session


def job(project: Project, folder: Path, mappings: str = "akeneo") -> Reports:
    """The reports of one job over the export in a folder, by mapping."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AKENEO", str(folder))
        reports = run(project, mappings)
    return {report["mapping"].removeprefix("akeneo-"): report for report in reports}


@pytest.fixture(scope="module")
def checked(project: Project, folder: Path) -> dict[str, Any]:
    """What a check says while the target is empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AKENEO", str(folder))
        return project.json("check", str(ROOT / "mappings" / "akeneo"))[1]


@pytest.fixture(scope="module")
def first(project: Project, folder: Path, checked: dict[str, Any]) -> Reports:
    assert checked["runs"]
    return job(project, folder)


@pytest.fixture(scope="module")
def stored(first: Reports, rest: Rest) -> Stored:
    assert first
    return Stored(rest)


def test_a_check_of_an_empty_target_finds_nothing_wrong(checked: dict[str, Any]) -> None:
    problems = [problem for run in checked["runs"] for problem in run["problems"]]
    assert [problem for problem in problems if problem["severity"] == "error"] == []
    assert checked["exit_code"] == 0
    assert sum(run["requests"]["writes"] for run in checked["runs"]) == 0
    assert {run["mapping"].removeprefix("akeneo-") for run in checked["runs"]} == ROWS.keys()


def test_every_row_of_every_file_is_in(first: Reports) -> None:
    assert {name: report["rows"]["read"] for name, report in first.items()} == ROWS
    assert {name: report["error"] for name, report in first.items() if report["exit_code"]} == {}
    left_out = {name: report["rows"]["filtered"] for name, report in first.items()}
    assert left_out == dict.fromkeys(ROWS, 0) | {"attributes": len(FIELDS) - 1}
    assert all(report["rows"]["loaded"] for report in first.values())


def test_the_same_again_writes_nothing(first: Reports, project: Project, folder: Path) -> None:
    assert first
    again = job(project, folder)
    assert {name: report["requests"]["writes"] for name, report in again.items()} == dict.fromkeys(
        ROWS, 0
    )
    assert sum(report["rows"]["loaded"] for report in again.values()) == 0


def test_no_cell_is_lost(stored: Stored, folder: Path) -> None:
    found = compare(folder, stored)
    assert found.unexplained[:20] == []
    assert found.explained == {"picture": 270, "parent in another letter case": 18}
    assert found.equal == 15342 - 270 - 18


def test_the_parts_are_all_there(stored: Stored, rest: Rest, folder: Path) -> None:
    attributes = rows_of(folder / "attributes.csv")
    wanted = {
        f"{row['code']}_{channel}" if row["scopable"] == "1" else row["code"]
        for row in attributes
        if row["code"] not in FIELDS
        for channel in ("ecommerce", "mobile", "print")
    }
    assert set(stored.attributes) == wanted | {"price_USD"}
    assert len(list(rest.every("Category"))) == 168
    assert len(list(rest.every("Classification"))) == 17
    assert len(stored.products) == 81 + 1239


def test_options_that_share_a_code_stay_apart(stored: Stored, folder: Path) -> None:
    rows = [row for row in rows_of(folder / "attribute_options.csv") if row["attribute"] != "brand"]
    shared = [code for code, n in Counter(row["code"] for row in rows).items() if n > 1]
    assert len(shared) == 19
    wanted: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        name = row["label-en_US"] or row["code"]
        wanted.setdefault(row["attribute"], set()).add((row["code"], name))
    found = {name: set(options.values()) for name, options in stored.options.items() if options}
    assert {name: found.get(name) for name in wanted} == wanted


def test_the_tree_is_the_file_s_and_its_root_is_the_channels_(
    first: Reports, rest: Rest, folder: Path
) -> None:
    assert first
    found = {category["id"]: category for category in rest.every("Category")}
    told = {
        category["code"]: {
            "parent": found[category["parentId"]]["code"] if category["parentId"] else "",
            "label-en_US": category["name"],
            "label-de_DE": category["nameDeDe"] or "",
            "label-fr_FR": category["nameFrFr"] or "",
        }
        for category in found.values()
    }
    rows = rows_of(folder / "categories.csv")
    for row in rows:
        row["label-en_US"] = row["label-en_US"] or row["code"]
    assert told == {row.pop("code"): row for row in rows}
    channels = {one["id"]: one["code"] for one in rest.every("Channel")}
    linked = {
        (found[tie["categoryId"]]["code"], channels[tie["channelId"]])
        for tie in rest.every("CategoryChannel")
    }
    assert linked == {("master", channel) for channel in ("ecommerce", "mobile", "print")}


def test_columns_that_are_left_out_are_told(first: Reports) -> None:
    told = {
        problem["column"]
        for problem in first["products"]["warnings"]
        if problem["code"] in {"COLUMN_LEFT_OUT", "COLUMN_UNUSED"}
    }
    kinds = ("PACK", "SUBSTITUTION", "UPSELL", "X_SELL")
    pictures = PICTURES & {"picture", "image", "variation_image", "notice"}
    assert told == {"groups", *pictures, *(f"{kind}-groups" for kind in kinds)}


def test_parents_in_another_letter_case_need_ignore_case(
    first: Reports, project: Project, folder: Path
) -> None:
    assert first
    mappings = project.folder / "exact"
    mappings.mkdir()
    text = (ROOT / "mappings" / "akeneo" / "products.yaml").read_text(encoding="utf-8")
    exact = text.replace("akeneo-products", "exact")
    exact = exact.replace(
        "{column: parent, ref: Product.number, ignore_case: true}",
        "{column: parent, ref: Product.number}",
    )
    assert exact.count("ignore_case") == text.count("ignore_case") - 1
    (mappings / "products.yaml").write_text(exact, encoding="utf-8")
    (report,) = job(project, folder, str(mappings / "products.yaml")).values()
    assert report["rows"]["loaded"] == 1221
    assert report["codes"] == {"REF_NOT_FOUND": 18}


@dataclass(frozen=True, slots=True)
class Night:
    """What a night's products.csv says, and what became of its rows: by sku."""

    rows: dict[str, Row]
    statuses: dict[str, str]

    def differing(self, before: Night, read: Callable[[Row], object]) -> set[str]:
        """The products whose row reads differently than the night before."""
        both = self.rows.keys() & before.rows.keys()
        return {sku for sku in both if read(self.rows[sku]) != read(before.rows[sku])}

    def with_status(self, status: str) -> set[str]:
        """The products whose rows were answered so."""
        return {sku for sku, one in self.statuses.items() if one == status}


def night(project: Project, folder: Path) -> Night:
    products = job(project, folder)["products"]
    results = table(project.folder / products["reports"]["results"])
    rows = {row["sku"]: row for row in rows_of(folder / "products.csv")}
    statuses = {row["key"]: row["_status"] for row in results}
    assert statuses.keys() == rows.keys()
    return Night(rows, statuses)


@pytest.fixture(scope="module")
def nights(
    tmp_path_factory: pytest.TempPathFactory, shared: Path, folder: Path
) -> Iterator[list[Night]]:
    """Five exports, one after the other, into a server of their own."""
    place = tmp_path_factory.mktemp("nights")
    exports = [*sorted((shared / "data" / "history" / "akeneo-icecat").glob("n*")), folder]
    with sandbox(place, "--seed", "empty") as server:
        yield [night(Project(place, server), export) for export in exports]


def test_each_night_sends_what_changed_in_meaning_and_nothing_else(nights: list[Night]) -> None:
    assert len(nights) == 5
    for before, after in pairwise(nights):
        new = after.rows.keys() - before.rows.keys()
        changed = after.differing(before, meaning)
        open_before = before.with_status("rejected")
        rejected = after.with_status("rejected")
        wanted = (new | changed | open_before) & after.rows.keys()
        assert after.with_status("loaded") == wanted - rejected
        assert after.with_status("unchanged") == after.rows.keys() - wanted - rejected


def test_the_nights_beside_a_plain_diff(nights: list[Night]) -> None:
    """Night 4 differs from night 3 in every row as text: by empty unit cells and number formats."""
    told = [
        (
            len(after.rows),
            len(after.rows.keys() - before.rows.keys()),
            len(after.differing(before, dict)),
            len(after.with_status("loaded")),
        )
        for before, after in pairwise(nights)
    ]
    rows_new_text_sent = [
        (1243, 0, 0, 0),
        (1243, 35, 1208, 1243),
        (1243, 0, 1243, 0),
        (1239, 0, 0, 0),
    ]
    assert told == rows_new_text_sent
    assert len(nights[0].with_status("rejected")) == 0


def test_what_is_gone_the_second_night_is_set_inactive_and_nothing_else(
    tmp_path: Path, shared: Path
) -> None:
    first, second, *_ = sorted((shared / "data" / "history" / "akeneo-icecat").glob("n*"))
    mappings = tmp_path / "akeneo"
    shutil.copytree(ROOT / "mappings" / "akeneo", mappings)
    products = mappings / "products.yaml"
    text = products.read_text(encoding="utf-8")
    gone = text.replace(
        "    key: number\n", "    key: number\n    gone: {set: {isActive: false}}\n"
    )
    with sandbox(tmp_path, "--seed", "empty") as server:
        project = Project(tmp_path, server)
        job(project, first, str(mappings))
        limited = gone.replace("    gone:", "    gone_limit: 5%\n    gone:")
        products.write_text(limited, encoding="utf-8")
        (stopped,) = job(project, second, str(products)).values()
        assert (stopped["exit_code"], stopped["status"]) == (5, "stopped")
        assert "124 of 1367 Product records are gone" in stopped["error"]
        assert (stopped["rows"]["unchanged"], stopped["requests"]["writes"]) == (1243, 0)
        products.write_text(gone, encoding="utf-8")
        (done,) = job(project, second, str(products)).values()
        assert (done["exit_code"], done["records"]["Product"]["updated"]) == (0, 124)
        (again,) = job(project, second, str(products)).values()
        assert (again["rows"]["unchanged"], again["requests"]["writes"]) == (1243, 0)
        with Rest(server.url, server.username, server.password) as rest:
            off = {one["number"] for one in rest.every("Product") if not one["isActive"]}
    numbers = [{row["sku"] for row in rows_of(night / "products.csv")} for night in (first, second)]
    assert off == numbers[0] - numbers[1]
    assert len(off) == 124
