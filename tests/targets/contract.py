"""What every target promises: run over each implementation of the port."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from etl.model.change import Status
from etl.model.ports import MakeRequest, Precedence
from etl.model.problem import Problem
from etl.model.record import LinkMode, Ref, RefKind
from tests.targets.contract_finding import FindingContract
from tests.targets.world import World, change, links, made, ref, write

if TYPE_CHECKING:
    from etl.model.change import Json, Outcome


class TargetContract(FindingContract):
    """Subclasses give the fixture `world`: each test has one of its own, or its own keys."""

    # -- writing ----------------------------------------------------------------------------

    def test_nothing_is_nothing(self, world: World) -> None:
        before = world.target.counts()
        assert world.target.write([]) == []
        assert world.target.make([]) == {}
        assert world.target.find([]) == {}
        assert world.target.counts() == before

    def test_a_record_is_created_then_not_modified_then_updated(self, world: World) -> None:
        brand = made(write(world, change("Brand", "life", name="Life"))[0])
        values: dict[str, Json] = {
            "name": "P",
            "price": 2.5,
            "isActive": True,
            "brandId": brand,
            "color": world.one(world.option("red")),
            "weight": 1.5,
            "weightUnitId": world.one(world.unit("g")),
            "title": "T",
            "titleDeDe": "T de",
        }
        one = made(write(world, change("Product", "LIFE", values))[0])
        assert world.stored("Product", one, *values) == values
        (again,) = write(world, change("Product", "LIFE", values))
        assert (again.status, again.id) == (Status.NOT_MODIFIED, one)
        (changed,) = write(world, change("Product", "LIFE", values, price=3))
        assert (changed.status, changed.id) == (Status.UPDATED, one)
        assert world.stored("Product", one, "price", "title") == {"price": 3, "title": "T"}
        assert world.target.find([ref("Product", number="LIFE")]).popitem()[1] == (one,)

    def test_null_clears(self, world: World) -> None:
        red = world.one(world.option("red"))
        one = made(write(world, change("Product", "CLR", name="c", mpn="m", color=red))[0])
        (outcome,) = write(world, change("Product", "CLR", mpn=None, color=None, title=None))
        assert outcome.status is Status.UPDATED
        assert world.stored("Product", one, "mpn", "color", "title", "name") == {
            "mpn": None,
            "color": None,
            "title": None,
            "name": "c",
        }

    def test_links_are_set_added_and_removed(self, world: World) -> None:
        codes = ("l1", "l2", "l3")
        a, b, c = (
            made(outcome)
            for outcome in write(world, *(change("Category", code, name=code) for code in codes))
        )

        def now(link: str, *ids: str, mode: LinkMode) -> set[object]:
            (outcome,) = write(
                world, change("Product", "LNK", {link: links(*ids, mode=mode)}, name="l")
            )
            assert outcome.status is not Status.FAILED, outcome.problem
            assert outcome.id
            stored = world.stored("Product", outcome.id, link)[link]
            return set(stored) if isinstance(stored, tuple) else set()

        assert now("categoriesIds", a, mode=LinkMode.ADD) == {a}
        assert now("categoriesIds", b, mode=LinkMode.ADD) == {a, b}
        assert now("categoriesIds", mode=LinkMode.ADD) == {a, b}
        assert now("categoriesIds", b, c, mode=LinkMode.SET) == {b, c}
        assert now("categoriesIds", a, b, mode=LinkMode.REMOVE) == {c}
        assert now("categoriesIds", mode=LinkMode.SET) == set()
        red, green = (world.one(world.option(code)) for code in ("red", "green"))
        assert now("tags", red, mode=LinkMode.ADD) == {red}
        assert now("tags", green, mode=LinkMode.ADD) == {red, green}
        assert now("tags", red, mode=LinkMode.REMOVE) == {green}
        assert now("tags", red, mode=LinkMode.SET) == {red}

    def test_a_removal_from_a_new_record_links_nothing(self, world: World) -> None:
        category = made(write(world, change("Category", "rm", name="rm"))[0])
        removed = links(category, mode=LinkMode.REMOVE)
        one = made(write(world, change("Product", "RM", name="r", categoriesIds=removed))[0])
        assert world.stored("Product", one, "categoriesIds") in (
            {"categoriesIds": ()},
            {"categoriesIds": None},
        )

    def test_a_tree_is_built(self, world: World) -> None:
        top = made(write(world, change("Category", "top", name="top"))[0])
        below = made(write(world, change("Category", "below", name="below", parentId=top))[0])
        assert world.stored("Category", below, "parentId") == {"parentId": top}

    def test_each_item_has_its_own_outcome(self, world: World) -> None:
        outcomes = write(
            world,
            change("Product", "OK1", name="a", productStatus="ready"),
            change("Product", "BAD", name="b", productStatus="nonsense"),
            change("Product", "OK2", name="c"),
        )
        assert [outcome.status for outcome in outcomes] == [
            Status.CREATED,
            Status.FAILED,
            Status.CREATED,
        ]
        assert outcomes[1].problem
        assert outcomes[1].problem.code == "SERVER_REJECTED"
        assert world.target.find([ref("Product", number="BAD")]).popitem()[1] == ()

    def test_a_record_of_another_program_is_updated(self, world: World) -> None:
        theirs = world.others.put("Product", {"number": "THEIRS", "name": "old"})
        (outcome,) = write(world, change("Product", "THEIRS", name="new"))
        assert (outcome.status, outcome.id) == (Status.UPDATED, theirs)

    def test_what_is_in_order_is_not_objected_to(self, world: World) -> None:
        """Objections are heard before anything is written, and nothing is."""
        assert world.target.precedence("Brand") == Precedence()
        assert world.target.objections([]) == {}
        batch = [change("Product", "FINE", name="f"), change("Product", "FINE2", name="f")]
        before = world.target.counts().writes
        assert world.target.objections(batch) == {}
        assert world.target.counts().writes == before
        assert world.target.find([ref("Product", number="FINE")]).popitem()[1] == ()

    def test_a_unique_value_of_a_record_with_another_key_is_refused(self, world: World) -> None:
        theirs = world.others.put("Brand", {"code": "uniq", "name": "Theirs"})
        mine = change("Brand", {"code": "uniq", "name": "Mine"})
        refused, written = write(world, mine, change("Brand", {"code": "own", "name": "Mine"}))
        assert refused.status is Status.FAILED
        assert refused.problem
        assert written.status is Status.CREATED
        assert world.stored("Brand", theirs, "name") == {"name": "Theirs"}

    # -- identity ---------------------------------------------------------------------------

    def test_the_same_again_without_a_look_up_makes_no_second_record(self, world: World) -> None:
        """As after a cut connection: the write is repeated, and nobody knows of the first."""
        for entity, key in (("Product", "TWICE"), ("Brand", "twice")):
            same = change(entity, key, name="n")
            first, second = (world.target.write([same])[0] for _ in range(2))
            assert first.status is Status.CREATED
            assert second.status is not Status.CREATED
            assert first.id == second.id
            assert world.target.find([Ref(RefKind.RECORD, entity, same.key_fields, same.key)])

    def test_many_threads_that_make_the_same_make_one(self, world: World) -> None:
        barrier = Barrier(6)

        def make(number: int) -> Outcome:
            barrier.wait()
            return world.target.write([change("Product", "RACE", name=f"n{number}")])[0]

        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(make, range(6)))
        assert {outcome.status for outcome in outcomes} <= {
            Status.CREATED,
            Status.UPDATED,
            Status.NOT_MODIFIED,
        }, [outcome.problem for outcome in outcomes]
        assert len({outcome.id for outcome in outcomes}) == 1
        assert len(world.target.find([ref("Product", number="RACE")]).popitem()[1]) == 1

    @pytest.mark.parametrize("known", [True, False])
    def test_a_deleted_record_comes_back_without_its_old_values(
        self, world: World, *, known: bool
    ) -> None:
        """With a state that knows its id, and without one."""
        key = f"DEL-{known}"
        category = made(write(world, change("Category", f"del-{known}", name="c"))[0])
        old = made(
            write(
                world,
                change("Product", key, name="d", title="old", categoriesIds=links(category)),
            )[0]
        )
        world.others.delete("Product", old)
        burnt = (old,) if known else ()
        new = made(write(world, change("Product", key, name="d", burnt=burnt))[0])
        assert new != old
        assert world.stored("Product", new, "title", "categoriesIds")["title"] is None
        assert not world.stored("Product", new, "categoriesIds")["categoriesIds"]
        (again,) = write(world, change("Product", key, name="d", burnt=burnt))
        assert (again.status, again.id) == (Status.NOT_MODIFIED, new)

    # -- making -----------------------------------------------------------------------------

    def test_missing_options_are_made_once(self, world: World) -> None:
        blue, named = world.option("blue"), world.option("Dark blue", "name")
        found = world.target.make([MakeRequest(blue, {}), MakeRequest(named, {})])
        assert world.target.find([blue, named]) == {one: (found[one],) for one in (blue, named)}
        again = world.target.make([MakeRequest(blue, {"name": "x"}), MakeRequest(named, {})])
        assert again == found
        assert world.one(world.option("red")) not in found.values()

    def test_missing_records_are_made_once(self, world: World) -> None:
        brand, product = ref("Brand", code="mk"), ref("Product", number="MK")
        requests = [MakeRequest(brand, {"name": "Made"}), MakeRequest(product, {})]
        found = world.target.make(requests)
        assert world.target.make(requests) == found
        assert world.target.find([brand, product]) == {one: (found[one],) for one in found}
        assert world.stored("Brand", str(found[brand]), "name") == {"name": "Made"}
        assert world.stored("Product", str(found[product]), "name") == {"name": "MK"}

    def test_what_cannot_be_made_is_a_problem(self, world: World) -> None:
        unit, by_id = world.unit("stone"), world.option("no-id", "id")
        found = world.target.make([MakeRequest(unit, {}), MakeRequest(by_id, {})])
        assert all(isinstance(problem, Problem) for problem in found.values())

    # -- reading ----------------------------------------------------------------------------

    def test_what_does_not_exist_cannot_be_read(self, world: World) -> None:
        assert world.reader.read("Product", ["never"], ["name"]) == {}
        assert world.reader.read("Product", [], ["name"]) == {}
