"""Options, logins and values, against a server on loopback."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from etl.errors import AccessRefused
from etl.model.change import Status
from etl.model.ports import MakeRequest
from etl.model.record import LinkMode, Ref, RefKind
from etl.sandbox import Fault
from tests.targets.scripted import UPSERT
from tests.targets.world import change, links, made, write

if TYPE_CHECKING:
    from tests.targets.sandboxed import Stage

# -- options ----------------------------------------------------------------------------------


def test_one_code_in_two_lists(stage: Stage) -> None:
    stage.somebody.upsert("ExtensibleEnum", {"id": "limaterial", "name": "M", "code": "material"})
    red = stage.world.one(stage.world.option("red"))
    other = replace(stage.world.option("red"), scope="limaterial")
    assert stage.target.find([other]) == {other: ()}
    made_id = stage.target.make([MakeRequest(other, {"name": "Rust"})])[other]
    assert stage.target.find([other, stage.world.option("red")]) == {
        other: (made_id,),
        stage.world.option("red"): (red,),
    }
    row = stage.somebody.ask("GET", f"ExtensibleEnumOption/{made_id}")
    assert (row["code"], row["name"]) == ("material__red", "Rust")


def test_a_code_that_other_lists_have_in_both_spellings_is_not_made(stage: Stage) -> None:
    stage.somebody.upsert("ExtensibleEnum", {"id": "limaterial", "name": "M", "code": "material"})
    stage.somebody.upsert(
        "ExtensibleEnumOption",
        {"code": "material__red", "name": "x", "extensibleEnumsIds": ["licolor"]},
    )
    other = replace(stage.world.option("red"), scope="limaterial")
    problem = stage.target.make([MakeRequest(other, {})])[other]
    assert "belong to other lists" in str(problem)


def test_options_of_many_batches_are_made_once(stage: Stage) -> None:
    twice = [
        stage.world.option("Blue", ignore_case=True),
        stage.world.option("BLUE", ignore_case=True),
    ]
    found = stage.target.make([MakeRequest(one, {}) for one in twice])
    assert len(set(found.values())) == 1


def test_an_option_that_is_there_twice_is_not_made(stage: Stage) -> None:
    tied = {"name": "Twin", "extensibleEnumsIds": ["licolor"]}
    stage.somebody.upsert("ExtensibleEnumOption", tied, tied)
    twin, red = stage.world.option("Twin", "name"), stage.world.option("red")
    found = stage.target.make([MakeRequest(twin, {}), MakeRequest(red, {})])
    assert "2 records match" in str(found[twin])
    assert found[red] == stage.world.one(red)


def test_a_variant_with_a_unique_key_keeps_its_own_values(stage: Stage) -> None:
    """An administrator can make Product.number unique (v1 901-906)."""
    stage.somebody.ask("PATCH", "EntityField/Product_number", {"unique": True})
    stage.somebody.ask("POST", "Admin/rebuildDb")
    product = stage.target.schema("Product")
    assert product
    assert product.unique == (("number",),)
    model = made(stage.target.write([change("Product", "M", name="m", title="model")])[0])
    assert not model.startswith("e")
    variant = change("Product", "V", name="v", title="own", parentId=model)
    one = made(stage.target.write([variant])[0])
    assert stage.world.stored("Product", one, "title", "parentId") == {
        "title": "own",
        "parentId": model,
    }
    assert stage.target.write([variant])[0].id == one


# -- the login --------------------------------------------------------------------------------


def test_a_token_that_expires_midway_is_renewed(stage: Stage) -> None:
    logins = stage.sandbox.count("GET", "App/user")
    stage.faults.add(Fault(path=UPSERT, expire=True, times=1))
    assert made(stage.target.write([change("Brand", "b", name="b")])[0])
    assert stage.sandbox.count("GET", "App/user") == logins + 2


def test_a_rights_problem_of_one_entity_ends_the_run(stage: Stage) -> None:
    stage.faults.add(Fault(forbid="Brand"))
    with pytest.raises(AccessRefused, match="no right to write Brand"):
        stage.target.write([change("Brand", "b", name="b")])


# -- values -----------------------------------------------------------------------------------


def test_ranges_and_lists_travel(stage: Stage) -> None:
    red, green = (stage.world.one(stage.world.option(code)) for code in ("red", "green"))
    values = change(
        "Product",
        "L",
        name="l",
        sizeFrom=1,
        sizeTo=5,
        tags=links(red, green, mode=LinkMode.ADD),
        tag=(),
    )
    one = made(write(stage.world, values)[0])
    assert stage.world.stored("Product", one, "sizeFrom", "sizeTo", "tags") == {
        "sizeFrom": 1,
        "sizeTo": 5,
        "tags": tuple(sorted([red, green])),
    }
    assert write(stage.world, values)[0].status is Status.NOT_MODIFIED


def test_new_attributes_are_known_at_once(stage: Stage) -> None:
    new = change("Attribute", {"entityId": "Product", "code": "fresh"}, name="F", type="varchar")
    made(write(stage.world, new)[0])
    product = stage.target.schema("Product")
    assert product
    assert product.attributes["fresh"].key == "fresh"
    one = made(write(stage.world, change("Product", "F", name="f", fresh="x"))[0])
    assert stage.world.stored("Product", one, "fresh") == {"fresh": "x"}


def test_relation_entities_are_records_too(stage: Stage) -> None:
    category = made(write(stage.world, change("Category", "c", name="c"))[0])
    product = made(write(stage.world, change("Product", "P", name="p"))[0])
    pair = {"productId": product, "categoryId": category}
    made(write(stage.world, change("ProductCategory", pair))[0])
    assert stage.world.stored("Product", product, "categoriesIds") == {"categoriesIds": (category,)}
    by_pair = Ref(RefKind.RECORD, "ProductCategory", ("product", "category"), (product, category))
    assert len(stage.target.find([by_pair])[by_pair]) == 1
