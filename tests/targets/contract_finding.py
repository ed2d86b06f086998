"""What every target promises of finding; part of the contract."""

from __future__ import annotations

from dataclasses import replace

from etl.model.record import Ref, RefKind
from etl.model.schema import Kind
from tests.targets.world import World, change, made, ref, write


class FindingContract:
    """Subclasses give the fixture `world`: each test has one of its own, or its own keys."""

    # -- what it knows ----------------------------------------------------------------------

    def test_it_tells_its_entities(self, world: World) -> None:
        assert {"Brand", "Category", "Product"} <= set(world.target.entities())
        assert world.target.schema("NoSuchEntity") is None
        assert world.target.identity
        assert world.target.capabilities.api == "v1"
        assert 0 < world.target.capabilities.batch_size <= world.target.capabilities.max_batch_size

    def test_it_tells_fields_and_attributes(self, world: World) -> None:
        product = world.target.schema("Product")
        assert product
        assert product.unique == ()
        assert (product.fields["brand"].key, product.fields["brand"].kind) == ("brandId", Kind.LINK)
        assert product.fields["brand"].entity == "Brand"
        assert product.fields["categories"].key == "categoriesIds"
        assert product.fields["categories"].kind is Kind.LINKS
        assert product.attributes["color"].kind is Kind.OPTION
        assert product.attributes["color"].option_list == world.list_id
        assert product.attributes["tags"].kind is Kind.OPTIONS
        weight = product.attributes["weight"]
        assert (weight.kind, weight.measure) == (Kind.NUMBER, world.measure_id)
        assert (weight.unit_key, weight.default_unit) == (
            "weightUnitId",
            world.one(world.unit("kg")),
        )
        assert product.attributes["title"].languages == {"en_US": "title", "de_DE": "titleDeDe"}
        brand = world.target.schema("Brand")
        assert brand
        assert brand.unique == (("code",),)
        assert brand.fields["name"].required

    # -- finding ----------------------------------------------------------------------------

    def test_records_are_found_exactly(self, world: World) -> None:
        one = world.others.put("Product", {"number": "F 1", "name": "x"})
        two = world.others.put("Product", {"number": "F2", "name": "x"})
        twin = world.others.put("Product", {"number": "F2", "name": "y"})
        other_case = replace(ref("Product", number="f 1"), ignore_case=True)
        refs = [ref("Product", number=text) for text in ("F 1", "f 1", "F2", "none", "")]
        found = world.target.find([*refs, other_case, ref("Product", id=one)])
        assert found[refs[0]] == (one,)
        assert found[refs[1]] == ()
        assert set(found[refs[2]]) == {two, twin}
        assert found[refs[3]] == found[refs[4]] == ()
        assert found[other_case] == (one,)
        assert found[ref("Product", id=one)] == (one,)

    def test_records_are_found_by_several_fields(self, world: World) -> None:
        brand = world.others.put("Brand", {"code": "fs", "name": "fs"})
        one = world.others.put("Product", {"number": "S1", "name": "a", "brandId": brand})
        world.others.put("Product", {"number": "S1", "name": "b"})
        by_key = Ref(RefKind.RECORD, "Product", ("brandId", "number"), (brand, "S1"))
        by_name = Ref(RefKind.RECORD, "Product", ("brand", "number"), (brand, "S1"))
        wrong = Ref(RefKind.RECORD, "Product", ("brandId", "number"), (brand, "S2"))
        found = world.target.find([by_key, by_name, wrong])
        assert found == {by_key: (one,), by_name: (one,), wrong: ()}

    def test_many_are_found_at_once(self, world: World) -> None:
        ids = {
            f"MANY-{number:04}-ä": made(
                write(world, change("Product", f"MANY-{number:04}-ä", name="m"))[0]
            )
            for number in range(3)
        }
        refs = [ref("Product", number=f"MANY-{number:04}-ä") for number in range(1200)]
        found = world.target.find(refs)
        assert {one.text(): ids[0] for one, ids in found.items() if ids} == ids

    def test_options_are_found_within_their_list(self, world: World) -> None:
        red = world.one(world.option("red"))
        assert world.one(world.option("Red", "name")) == red
        assert world.one(world.option(red, "id")) == red
        assert world.one(world.option("RED", ignore_case=True)) == red
        missing = [
            world.option("Red"),
            world.option("blue"),
            replace(world.option("red"), scope="no"),
        ]
        assert world.target.find(missing) == dict.fromkeys(missing, ())

    def test_units_are_found_by_code_then_name(self, world: World) -> None:
        kg = world.one(world.unit("kg"))
        assert world.one(world.unit("Kilogram")) == kg
        assert world.one(world.unit(kg)) == kg
        assert world.one(world.unit("KG", ignore_case=True)) == kg
        missing = [world.unit("KG"), world.unit("lb"), replace(world.unit("kg"), scope="no")]
        assert world.target.find(missing) == dict.fromkeys(missing, ())

    def test_the_living_are_told_from_the_dead(self, world: World) -> None:
        one = world.others.put("Brand", {"code": "alive", "name": "a"})
        two = world.others.put("Brand", {"code": "dead", "name": "d"})
        world.others.delete("Brand", two)
        assert world.target.alive("Brand", [one, two, "never"]) == {one}
        assert world.target.alive("Brand", []) == frozenset()
