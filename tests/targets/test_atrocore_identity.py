"""docs/identity.md, case by case, against a server on loopback."""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from dataclasses import replace

import pytest

from etl.errors import BatchRefused
from etl.model.change import Status
from etl.model.connection import Connection, Secret
from etl.sandbox import Fault
from etl.targets.atrocore.births import own_id
from etl.targets.atrocore.target import AtroCore
from tests.targets.sandboxed import QUICK, Stage, connect
from tests.targets.scripted import UPSERT
from tests.targets.world import change, links, made, ref, write


def numbers(stage: Stage) -> list[str]:
    rows = stage.somebody.ask("GET", "Product?select=number&maxSize=1000")["list"]
    return sorted(str(row["number"]) for row in rows)


# -- deleted records --------------------------------------------------------------------------


def test_a_deleted_record_is_known_by_its_links_alone_on_another_host(stage: Stage) -> None:
    category = made(write(stage.world, change("Category", "c", name="c"))[0])
    old = made(
        write(stage.world, change("Product", "D", name="d", categoriesIds=links(category)))[0]
    )
    stage.somebody.delete("Product", old)
    with closing(connect(stage.sandbox)) as other:
        new = made(other.write([change("Product", "D", name="d")])[0])
        assert new == own_id("Product", ["number"], ["D"], 1)
        assert other.read("Product", [new], ["categoriesIds"])[new] == {"categoriesIds": ()}


def test_a_record_may_be_deleted_again_and_again(stage: Stage) -> None:
    ids = []
    for _ in range(3):
        one = made(write(stage.world, change("Product", "D", name="d", title="t"))[0])
        stage.somebody.delete("Product", one)
        ids.append(one)
    assert ids == [own_id("Product", ["number"], ["D"], generation) for generation in range(3)]


def test_a_deleted_record_without_any_traces_may_have_its_id_again(stage: Stage) -> None:
    old = made(write(stage.world, change("Product", "D", name="d"))[0])
    stage.somebody.delete("Product", old)
    assert made(write(stage.world, change("Product", "D", name="d"))[0]) == old


def test_a_deleted_code_is_free(stage: Stage) -> None:
    old = made(write(stage.world, change("Brand", "b", name="b"))[0])
    stage.somebody.delete("Brand", old)
    assert made(write(stage.world, change("Brand", "b", name="b", burnt=(old,)))[0]) != old


# -- records of others ------------------------------------------------------------------------


def test_a_record_that_was_renumbered_by_hand_is_left_alone(stage: Stage) -> None:
    old = made(write(stage.world, change("Product", "A", name="a"))[0])
    stage.somebody.upsert("Product", {"id": old, "number": "B", "name": "theirs"})
    new = made(write(stage.world, change("Product", "A", name="a"))[0])
    assert new != old
    assert stage.world.stored("Product", old, "number", "name") == {"number": "B", "name": "theirs"}


def test_a_key_that_the_server_trimmed_is_still_ours(stage: Stage) -> None:
    old = own_id("Product", ["number"], [" T "], 0)
    stage.somebody.upsert("Product", {"id": old, "number": "T", "name": "t"})
    (outcome,) = stage.target.write([change("Product", " T ", name="new")])
    assert (outcome.status, outcome.id) == (Status.UPDATED, old)


def test_two_records_of_a_key_are_both_found(stage: Stage) -> None:
    two = {stage.somebody.put("Product", {"number": "X", "name": name}) for name in "ab"}
    assert set(stage.target.find([ref("Product", number="X")]).popitem()[1]) == two


def test_a_unique_value_of_another_record_is_not_taken_over(stage: Stage) -> None:
    """The code is unique, and the name here is the key (catalog 120, 121)."""
    theirs = stage.somebody.put("Brand", {"code": "taken", "name": "Theirs"})
    by_name = change("Brand", {"name": "Ours"}, code="taken")
    (outcome,) = stage.target.write([by_name])
    assert outcome.problem
    assert outcome.problem.code == "UNIQUE_TAKEN"
    assert theirs in outcome.problem.message
    assert stage.world.stored("Brand", theirs, "name") == {"name": "Theirs"}
    (free,) = stage.target.write([change("Brand", {"name": "Ours"}, code="free")])
    assert made(free) == own_id("Brand", ["name"], ["Ours"], 0)


def test_an_id_may_be_the_key(stage: Stage) -> None:
    wanted = change("Brand", {"id": "mine"}, name="Mine")
    assert made(write(stage.world, wanted)[0]) == "mine"
    assert write(stage.world, wanted)[0].status is Status.NOT_MODIFIED


# -- two items --------------------------------------------------------------------------------


def test_a_category_under_an_own_id_has_its_parent_and_its_route(stage: Stage) -> None:
    top = made(write(stage.world, change("Category", "top", name="top"))[0])
    below = change("Category", {"name": "below"}, parentId=top)
    one = made(write(stage.world, below)[0])
    row = stage.somebody.ask("GET", f"Category/{one}")
    assert (row["parentId"], row["categoryRoute"]) == (top, f"|{top}|")
    assert write(stage.world, below)[0].status is Status.NOT_MODIFIED


def test_a_variant_keeps_its_own_values(stage: Stage) -> None:
    model = made(write(stage.world, change("Product", "M", name="m", title="model"))[0])
    variant = change("Product", "V", name="v", title="own", parentId=model)
    one = made(write(stage.world, variant)[0])
    wanted = {"title": "own", "parentId": model, "name": "v"}
    assert stage.world.stored("Product", one, "title", "parentId", "name") == wanted
    assert write(stage.world, variant)[0].status is Status.NOT_MODIFIED


def test_a_classification_links_its_attributes_and_keeps_the_values(stage: Stage) -> None:
    somebody = stage.somebody
    somebody.upsert(
        "Classification", {"id": "cl", "code": "cl", "release": "", "entityId": "Product"}
    )
    somebody.upsert(
        "ClassificationAttribute",
        *({"classificationId": "cl", "attributeId": one} for one in ("attitle", "atweight")),
    )
    classified = change("Product", "C", name="c", title="own", classificationsIds=links("cl"))
    one = made(write(stage.world, classified)[0])
    assert stage.world.stored("Product", one, "title", "classificationsIds") == {
        "title": "own",
        "classificationsIds": ("cl",),
    }
    values = somebody.ask("GET", "ProductAttributeValue?select=attributeId")["list"]
    assert {row["attributeId"] for row in values} == {"attitle", "atweight"}
    assert write(stage.world, classified)[0].status is Status.NOT_MODIFIED


def test_classifications_are_found_by_their_code(stage: Stage) -> None:
    same = change("Classification", "cl", name="Cl", entityId="Product")
    one = made(write(stage.world, same)[0])
    assert stage.target.write([same])[0].id == one
    assert write(stage.world, same)[0].status is Status.NOT_MODIFIED


def test_a_record_that_failed_halfway_is_there_once(stage: Stage) -> None:
    """Products stand in leaf categories only; the record itself is stored (catalog 096-101).

    The category gets its child after we looked.
    """
    top = made(write(stage.world, change("Category", "t", name="t"))[0])
    assert stage.target.objections([change("Product", "N", categoriesIds=links(top))]) == {}
    stage.somebody.upsert("Category", {"code": "b", "name": "b", "parentId": top})
    wrong = change("Product", "N", name="n", categoriesIds=links(top))
    for _ in range(2):
        (outcome,) = write(stage.world, wrong)
        assert outcome.status is Status.FAILED
        assert outcome.problem
        assert "non-leaf" in outcome.problem.message
        assert "categoriesIds" in outcome.problem.message
    assert numbers(stage) == ["N"]


# -- unclear outcomes -------------------------------------------------------------------------


def test_work_that_was_done_and_not_answered_is_found(stage: Stage) -> None:
    batch = [change("Product", f"P{number}", name="p", title="t") for number in range(5)]
    stage.faults.add(Fault(path=UPSERT, cut="before", done=1.0, times=1))
    with pytest.raises(BatchRefused):
        write(stage.world, *batch)
    outcomes = write(stage.world, *batch)
    assert {outcome.status for outcome in outcomes} == {Status.NOT_MODIFIED}
    assert numbers(stage) == [f"P{number}" for number in range(5)]


@pytest.mark.parametrize("done", [0.0, 0.5, 1.0])
def test_work_that_was_done_in_part_is_finished(stage: Stage, done: float) -> None:
    top = made(write(stage.world, change("Product", "TOP", name="top"))[0])
    batch = [
        change("Product", f"P{number}", name="p", title="t", parentId=top) for number in range(5)
    ]
    stage.faults.add(Fault(path=UPSERT, status=500, done=done, times=1))
    with pytest.raises(BatchRefused):
        write(stage.world, *batch)
    for outcome in write(stage.world, *batch):
        assert outcome.status is not Status.FAILED
        assert outcome.id
        assert stage.world.stored("Product", outcome.id, "parentId")["parentId"] == top
    assert numbers(stage) == ["P0", "P1", "P2", "P3", "P4", "TOP"]


def test_a_repeat_that_nobody_notices_makes_nothing_twice(stage: Stage) -> None:
    """The client itself sends a batch again whose answer was lost."""
    stage.faults.add(Fault(path=UPSERT, cut="middle", done=1.0, times=1))
    one = change("Product", "P", name="p")
    (outcome,) = stage.target.write([one])
    assert outcome.status in {Status.UPDATED, Status.NOT_MODIFIED}
    assert outcome.id == own_id("Product", ["number"], ["P"], 0)
    assert numbers(stage) == ["P"]
    assert stage.target.counts().retried == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path=UPSERT, sql=True, done=1.0, times=1),
        Fault(path=UPSERT, results=-1, times=1),
        Fault(path=UPSERT, results=1, times=1),
        Fault(path=UPSERT, status=413, times=1),
    ],
    ids=["sql", "short", "long", "413"],
)
def test_an_answer_that_is_none_is_no_success(stage: Stage, fault: Fault) -> None:
    stage.faults.add(replace(fault))
    batch = [change("Product", f"P{number}", name="p") for number in range(3)]
    with pytest.raises(BatchRefused):
        write(stage.world, *batch)
    assert all(outcome.status is not Status.FAILED for outcome in write(stage.world, *batch))
    assert numbers(stage) == ["P0", "P1", "P2"]


def test_a_poisonous_record_is_found_by_halving(stage: Stage) -> None:
    stage.faults.add(Fault(path=UPSERT, body="POISON", status=500, done=0.5))
    batch = [change("Product", f"P{number}", name="p") for number in range(7)]
    batch[4] = change("Product", "P4", name="POISON")
    lost = []

    def deliver(some: list[int]) -> None:
        try:
            write(stage.world, *(batch[number] for number in some))
        except BatchRefused:
            if len(some) == 1:
                lost.extend(some)
                return
            deliver(some[: len(some) // 2])
            deliver(some[len(some) // 2 :])

    deliver(list(range(7)))
    assert lost == [4]
    assert [number for number in numbers(stage) if number != "P4"] == [
        "P0", "P1", "P2", "P3", "P5", "P6",
    ]  # fmt: skip


# -- several writers --------------------------------------------------------------------------


def _host(url: str, name: str) -> list[str]:
    """Another process: looks up and writes, with no state."""
    connection = Connection("atrocore", url, username="admin", password=Secret("sandbox"))
    with closing(AtroCore(connection, QUICK)) as target:
        ids = []
        for number in range(12):
            one = change("Product", f"R{number}", name=name, title=name)
            key = ref("Product", number=f"R{number}")
            found = target.find([key])[key]
            (outcome,) = target.write([replace(one, id=found[0] if found else None)])
            assert outcome.status is not Status.FAILED, outcome.problem
            brand = target.write([change("Brand", f"r{number}", name=name)])[0]
            assert brand.status is not Status.FAILED, brand.problem
            ids += [str(outcome.id), str(brand.id)]
    return ids


def test_two_processes_make_each_record_once(stage: Stage) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        first, second = pool.starmap(_host, [(stage.sandbox.url, name) for name in "ab"])
        pool.close()
        pool.join()
    assert first == second
    assert numbers(stage) == sorted(f"R{number}" for number in range(12))
