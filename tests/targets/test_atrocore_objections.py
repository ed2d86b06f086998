"""What is objected to before it is written, because the server would store it in part or freeze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.model.change import Status
from etl.model.ports import Precedence
from etl.model.problem import Severity
from etl.model.record import LinkMode
from etl.targets.atrocore import required
from tests.targets.changes import attribute
from tests.targets.world import change, links, made, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.change import Change, Json
    from tests.targets.sandboxed import Stage

OF: dict[str, Json] = {"entityId": "Product"}
NON_LEAF = "productCanLinkedWithNonLeafCategories"


def codes(stage: Stage, *changes: Change) -> dict[int, str]:
    return {place: one.code for place, one in stage.target.objections(changes).items()}


def products(stage: Stage) -> set[str]:
    rows = stage.somebody.ask("GET", "Product?select=number&maxSize=1000")["list"]
    return {row["number"] for row in rows}


def test_nothing_is_objected_to_in_nothing(stage: Stage) -> None:
    before = stage.target.counts()
    assert stage.target.objections([]) == {}
    assert stage.target.counts() == before


# -- categories -------------------------------------------------------------------------------


@pytest.fixture
def tree(stage: Stage) -> dict[str, str]:
    """Top > mid > leaf, and a category by itself."""
    ids = {"": ""}
    for code, parent in (("top", ""), ("mid", "top"), ("leaf", "mid"), ("solo", "")):
        under = {"parentId": ids[parent]} if parent else {}
        ids[code] = made(write(stage.world, change("Category", code, under, name=code))[0])
    return ids


def product(number: str, *categories: str, mode: LinkMode = LinkMode.SET) -> Change:
    return change("Product", number, name=number, categoriesIds=links(*categories, mode=mode))


def test_products_are_kept_out_of_categories_with_children(
    stage: Stage, tree: dict[str, str]
) -> None:
    """The server calls them Failed, and keeps them all the same (catalog 096-101)."""
    batch = [
        product("A", tree["leaf"]),
        product("B", tree["leaf"], tree["mid"], tree["top"]),
        product("C", tree["mid"], mode=LinkMode.ADD),
        product("D", tree["mid"], mode=LinkMode.REMOVE),
        product("E", tree["solo"]),
        change("Product", "F", name="f"),
    ]
    assert codes(stage, *batch) == dict.fromkeys((1, 2), "CATEGORY_NOT_LEAF")
    assert products(stage) == set()
    outcomes = write(stage.world, *batch)
    assert [one.status is Status.FAILED for one in outcomes] == [False, True, True, *[False] * 3]
    assert products(stage) == set("ADEF")
    problem = outcomes[1].problem
    assert problem
    assert (problem.code, problem.value) == ("CATEGORY_NOT_LEAF", "mid, top")
    assert problem.hint
    assert "entity: Settings" in problem.hint
    assert "PATCH /api/v1/Settings" in problem.hint


def test_the_tree_is_asked_for_once(stage: Stage, tree: dict[str, str]) -> None:
    stage.target.objections([product("A", tree["leaf"])])
    before = stage.target.counts().sent
    stage.target.objections([product("B", tree["leaf"]), product("C", tree["mid"])])
    stage.target.objections([change("Product", "D", name="d")])
    assert stage.target.counts().sent == before
    for _ in range(2):
        assert codes(stage, product("E", "made-later")) == {}
    assert stage.target.counts().sent == before + 1


def test_the_tree_is_asked_for_again_after_a_change(stage: Stage, tree: dict[str, str]) -> None:
    into_leaf = product("A", tree["leaf"])
    assert codes(stage, into_leaf) == {}
    write(stage.world, change("Category", "deep", name="deep", parentId=tree["leaf"]))
    assert codes(stage, into_leaf) == {0: "CATEGORY_NOT_LEAF"}
    stage.somebody.upsert("Category", {"id": "late", "code": "late", "name": "late"})
    stage.somebody.upsert("Category", {"code": "later", "name": "later", "parentId": "late"})
    assert codes(stage, product("B", "late")) == {0: "CATEGORY_NOT_LEAF"}


def test_a_category_whose_children_are_deleted_is_a_leaf(
    stage: Stage, tree: dict[str, str]
) -> None:
    stage.somebody.delete("Category", tree["leaf"])
    assert codes(stage, product("A", tree["mid"]), product("B", tree["top"])) == {
        1: "CATEGORY_NOT_LEAF"
    }


def test_the_setting_lets_products_in(stage: Stage, tree: dict[str, str]) -> None:
    assert codes(stage, product("A", tree["top"])) == {0: "CATEGORY_NOT_LEAF"}
    settings = change("Settings", {"id": "settings"}, {NON_LEAF: True})
    assert write(stage.world, settings)[0].status is Status.UPDATED
    assert codes(stage, product("A", tree["top"])) == {}
    assert made(write(stage.world, product("A", tree["top"]))[0])


def test_relation_records_are_kept_out_as_well(stage: Stage, tree: dict[str, str]) -> None:
    one = made(write(stage.world, product("A"))[0])
    ties = [
        change("ProductCategory", {"productId": one, "categoryId": tree[code]})
        for code in ("leaf", "mid")
    ]
    assert codes(stage, *ties) == {1: "CATEGORY_NOT_LEAF"}


def test_a_category_with_products_gets_no_children(stage: Stage, tree: dict[str, str]) -> None:
    """Catalog 102."""
    made(write(stage.world, product("A", tree["leaf"]))[0])
    gone = made(write(stage.world, product("B", tree["solo"]))[0])
    stage.somebody.delete("Product", gone)
    batch = [
        change("Category", "x", name="x", parentId=tree["leaf"]),
        change("Category", "y", name="y", parentId=tree["solo"]),
        change("Category", "z", name="z", parentId=tree["top"]),
        change("Category", "v", name="v", parentsIds=links(tree["top"], tree["leaf"])),
        change("Category", "w", name="w", parentId=None),
    ]
    assert codes(stage, *batch) == dict.fromkeys((0, 3), "CATEGORY_HAS_PRODUCTS")
    outcomes = write(stage.world, *batch)
    assert [one.status for one in outcomes] == [
        Status.FAILED,
        Status.CREATED,
        Status.CREATED,
        Status.FAILED,
        Status.CREATED,
    ]
    assert outcomes[0].problem
    assert outcomes[0].problem.value == "leaf"


def test_a_category_that_stays_where_it_is_costs_no_question(
    stage: Stage, tree: dict[str, str]
) -> None:
    mid = change("Category", "mid", to=tree["mid"], name="mid", parentId=tree["top"])
    assert codes(stage, mid) == {}
    before = stage.target.counts().sent
    assert codes(stage, mid) == {}
    assert stage.target.counts().sent == before


# -- names of attributes ----------------------------------------------------------------------


def test_a_field_s_name_is_no_attribute(stage: Stage) -> None:
    """Catalog 146."""
    batch = [attribute("description"), attribute("brandId"), attribute("fine"), attribute("title")]
    found = stage.target.objections(batch)
    assert {place: one.code for place, one in found.items()} == dict.fromkeys((0, 1), "NAME_TAKEN")
    assert "Product has a field description" in found[0].message
    assert found[0].hint
    assert "write the field description of Product" in found[0].hint
    assert "field brand" in found[1].message
    outcomes = stage.target.write(batch[:3])
    assert [one.status for one in outcomes] == [Status.FAILED, Status.FAILED, Status.CREATED]


@pytest.mark.parametrize("code", ["titleDeDe", "weightUnitId", "sizeFrom", "sizeTo"])
def test_a_derived_key_is_no_attribute(stage: Stage, code: str) -> None:
    """The server takes it, and two values share a key (catalog 147)."""
    (problem,) = stage.target.objections([attribute(code)]).values()
    assert (problem.code, problem.value) == ("NAME_TAKEN", code)
    (outcome,) = write(stage.world, attribute(code))
    assert outcome.status is Status.FAILED


def test_keys_do_not_clash_the_other_way(stage: Stage) -> None:
    """What a new attribute derives is another's code; in one batch, too."""
    made(write(stage.world, attribute("descrDeDe"))[0])
    assert codes(stage, attribute("descr", isMultilang=True)) == {0: "NAME_TAKEN"}
    assert codes(stage, attribute("descr")) == {}
    batch = [attribute("more", isMultilang=True), attribute("moreDeDe"), attribute("brandX")]
    assert codes(stage, *batch) == {1: "NAME_TAKEN"}
    assert codes(stage, attribute("main"), attribute("mainImage2", "file")) == {}
    assert codes(stage, attribute("fabric", "list"), attribute("fabric2", "multilist")) == {}


def test_an_attribute_that_exists_is_not_objected_to(stage: Stage) -> None:
    there = attribute("title", "varchar", isMultilang=True)
    assert codes(stage, there) == {}
    assert write(stage.world, there)[0].status is Status.NOT_MODIFIED
    renamed = change("Attribute", {"id": "atcolor"}, OF, to="atcolor", code="number")
    assert codes(stage, renamed) == {0: "NAME_TAKEN"}
    elsewhere = change("Attribute", {"entityId": "Nope", "code": "x"}, name="x", type="text")
    assert codes(stage, elsewhere, change("Attribute", {"code": "y"}, name="y")) == {}


# -- required flags ---------------------------------------------------------------------------


@pytest.fixture
def lamps(stage: Stage) -> str:
    """A classification with title, weight and tags, and three products of it."""
    lamps = made(write(stage.world, change("Classification", "lamps", OF, name="L"))[0])
    for one in ("attitle", "atweight", "attags"):
        write(stage.world, pair(lamps, one))
    ids = links(lamps)
    write(
        stage.world,
        change("Product", "1", name="1", classificationsIds=ids, title="t", titleDeDe="d"),
        change("Product", "2", name="2", classificationsIds=ids, title="t", weight=0),
        change("Product", "3", name="3", classificationsIds=ids, tags=links("opred")),
        change("Product", "4", name="4", title="t"),
    )
    gone = made(write(stage.world, change("Product", "5", name="5", classificationsIds=ids))[0])
    stage.somebody.delete("Product", gone)
    return lamps


def pair(classification: str, attribute: str, **values: Json) -> Change:
    key = {"classificationId": classification, "attributeId": attribute}
    return change("ClassificationAttribute", key, values)


def required_pairs(lamps: str) -> Sequence[Change]:
    return [pair(lamps, one, isRequired=True) for one in ("attitle", "atweight", "attags")]


def test_required_flags_come_last(stage: Stage) -> None:
    for entity in ("Attribute", "ClassificationAttribute"):
        assert stage.target.precedence(entity) == Precedence(last=frozenset({"isRequired"}))


def test_required_flags_warn_of_what_they_freeze(stage: Stage, lamps: str) -> None:
    """Catalog 197-201. A German title is missed as well (catalog 200); a 0 is a value."""
    batch = [*required_pairs(lamps), pair(lamps, "atcolor")]
    found = stage.target.objections(batch)
    assert {one.severity for one in found.values()} == {Severity.WARNING}
    assert {one.code for one in found.values()} == {"REQUIRED_FREEZES"}
    told = {one.value: one.message.split()[0] for one in found.values()}
    assert told == {"title": "2", "weight": "2", "tags": "2"}
    assert "in every language" in found[0].message
    assert "in every language" not in found[1].message
    outcomes = write(stage.world, *batch)
    assert Status.FAILED not in {one.status for one in outcomes}
    assert [one.problem for one in outcomes] == [found.get(place) for place in range(4)]
    (frozen,) = write(stage.world, change("Product", "3", name="new"))
    assert frozen.status is Status.FAILED


def test_a_flag_that_is_there_warns_no_more(stage: Stage, lamps: str) -> None:
    batch = required_pairs(lamps)
    outcomes = write(stage.world, *batch)
    by_id = [
        change("ClassificationAttribute", {"id": str(one.id)}, to=one.id, isRequired=True)
        for one in outcomes
    ]
    assert stage.target.objections(by_id) == {}


def test_a_flag_that_freezes_nothing_is_set_in_silence(stage: Stage) -> None:
    empty = made(write(stage.world, change("Classification", "empty", OF, name="E"))[0])
    outcomes = write(stage.world, pair(empty, "attitle", isRequired=True))
    assert [(one.status, one.problem) for one in outcomes] == [(Status.CREATED, None)]


def test_very_many_records_are_not_counted(
    stage: Stage, lamps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(required, "_COUNTABLE", 2)
    found = stage.target.objections(required_pairs(lamps))
    assert len(found) == 3
    assert found[0].message.startswith("those records")
