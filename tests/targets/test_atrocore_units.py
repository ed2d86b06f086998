"""Units: one of each measure is the main one; and codes that other records have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from etl.errors import BatchRefused
from etl.model.change import Status
from etl.model.ports import Precedence
from etl.sandbox import Fault
from tests.targets.scripted import UPSERT
from tests.targets.world import change, made, write

if TYPE_CHECKING:
    from etl.model.change import Change, Json
    from etl.model.problem import Problem
    from tests.targets.sandboxed import Stage


@pytest.fixture
def length(stage: Stage) -> str:
    """A measure without units."""
    return made(write(stage.world, change("Measure", "length", name="Length"))[0])


def unit(measure: str, code: str, **values: Json) -> Change:
    return change("Unit", {"measureId": measure, "code": code}, {"name": code, **values})


def units(stage: Stage, measure: str) -> dict[str, Any]:
    rows = stage.somebody.ask("GET", f"Measure/{measure}/units")["list"]
    return {row["code"]: (row["isMain"], row["multiplier"]) for row in rows}


def refusals(stage: Stage, *changes: Change) -> dict[int, Problem]:
    """What is objected to; all the others are written, and those are not."""
    objections = stage.target.objections(changes)
    for place, outcome in enumerate(write(stage.world, *changes)):
        assert (outcome.status is Status.FAILED) is (place in objections), outcome.problem
        assert outcome.problem == objections.get(place)
    assert {problem.code for problem in objections.values()} <= {"UNIT_MAIN"}
    return objections


def test_main_units_come_first(stage: Stage, length: str) -> None:
    """In the same batch, and for the engine (catalog 381-386)."""
    assert stage.target.precedence("Unit") == Precedence(first="isMain")
    assert stage.target.precedence("Brand") == Precedence()
    batch = [
        unit(length, "cm", multiplier=0.01),
        unit(length, "m", isMain=True, multiplier=1),
        unit(length, "km", multiplier=1000, isMain=False),
    ]
    outcomes = write(stage.world, *batch)
    assert [one.status for one in outcomes] == [Status.CREATED] * 3
    assert [one.change.payload["code"] for one in outcomes] == ["cm", "m", "km"]
    stored = {"cm": (False, 0.01), "m": (True, 1), "km": (False, 1000)}
    assert units(stage, length) == stored
    assert {one.status for one in write(stage.world, *batch)} == {Status.NOT_MODIFIED}
    assert {one.status for one in stage.target.write(batch)} == {Status.NOT_MODIFIED}
    assert units(stage, length) == stored


def test_a_main_unit_alone_comes_before_the_others(stage: Stage, length: str) -> None:
    (first,) = write(stage.world, unit(length, "m", isMain=True))
    assert first.status is Status.CREATED
    assert refusals(stage, unit(length, "cm", multiplier=0.01)) == {}
    assert units(stage, length) == {"m": (True, 1), "cm": (False, 0.01)}


def test_no_unit_becomes_main_by_itself(stage: Stage, length: str) -> None:
    found = refusals(
        stage, unit(length, "cm", multiplier=0.01), unit("meweight", "lb", multiplier=0.45)
    )
    assert list(found) == [0]
    assert "becomes the main unit" in found[0].message
    assert found[0].value == "cm"
    assert units(stage, length) == {}


def test_there_is_one_main_unit(stage: Stage, length: str) -> None:
    found = refusals(
        stage,
        unit(length, "m", isMain=True),
        unit(length, "yd", isMain=True),
        unit("meweight", "lb", isMain=True),
    )
    assert list(found) == [1, 2]
    assert "length / m" in found[1].message.replace(f"{length} / m", "length / m")
    assert "kg" in found[2].message
    assert units(stage, length) == {"m": (True, 1)}


def test_a_main_unit_has_the_multiplier_one(stage: Stage, length: str) -> None:
    found = refusals(stage, unit(length, "m", isMain=True, multiplier=1000))
    assert "always 1" in found[0].message


def test_the_mark_is_not_taken_from_another_unit(stage: Stage) -> None:
    """All multipliers would be reckoned anew and rounded (catalog 387, 388)."""
    found = refusals(stage, unit("meweight", "g", isMain=True, multiplier=0.001))
    assert "rounds them to 4 digits" in found[0].message
    assert units(stage, "meweight") == {"kg": (True, 1), "g": (False, 0.001)}


def test_what_a_unit_has_is_not_sent_again(stage: Stage) -> None:
    """A main unit that is sent as not main is a failure (catalog 383)."""
    (same,) = write(stage.world, change("Unit", "kg", name="Kilogram", isMain=True, multiplier=1))
    assert same.status is Status.NOT_MODIFIED
    changed, kept = write(
        stage.world,
        change("Unit", "g", name="Gram", multiplier=0.002, isMain=False),
        change("Unit", "kg", nameDeDe="Kilo", isMain=True, multiplier=1.0),
    )
    assert (changed.status, kept.status) == (Status.UPDATED, Status.UPDATED)
    assert units(stage, "meweight") == {"kg": (True, 1), "g": (False, 0.002)}
    (refused,) = write(stage.world, change("Unit", "kg", isMain=False))
    assert refused.status is Status.FAILED


def test_a_unit_by_its_id_is_known(stage: Stage) -> None:
    by_id = change("Unit", {"id": "ug"}, to="ug", isMain=True)
    assert list(stage.target.objections([by_id])) == [0]


def test_units_of_a_request_whose_answer_was_lost_are_there(stage: Stage, length: str) -> None:
    batch = [unit(length, "cm", multiplier=0.01), unit(length, "m", isMain=True, multiplier=1)]
    stage.faults.add(Fault(path=UPSERT, status=500, done=0.5))
    with pytest.raises(BatchRefused):
        stage.target.write(batch)
    stage.faults.clear()
    outcomes = stage.target.write(batch)
    assert Status.FAILED not in {one.status for one in outcomes}
    assert units(stage, length) == {"m": (True, 1), "cm": (False, 0.01)}


def test_the_currencies_of_every_server_are_found_and_left(stage: Stage) -> None:
    """Catalog 119-121."""
    (outcome,) = write(stage.world, unit("currency", "EUR", name="EUR"))
    assert (outcome.status, outcome.id) == (Status.NOT_MODIFIED, "eur")


# -- unique values of records with another key ------------------------------------------------


def test_a_unit_is_not_moved_to_another_measure(stage: Stage, length: str) -> None:
    """The same code would move it (catalog 111, 112)."""
    moved = unit(length, "kg", isMain=True)
    assert {one.code for one in stage.target.objections([moved]).values()} == {"UNIQUE_TAKEN"}
    for known in (False, True):
        (outcome,) = write(stage.world, moved) if known else stage.target.write([moved])
        assert outcome.problem
        assert outcome.problem.code == "UNIQUE_TAKEN"
    assert units(stage, "meweight")["kg"] == (True, 1)


def test_a_record_found_by_a_part_of_its_key_is_not_overwritten(stage: Stage) -> None:
    stage.somebody.upsert("Brand", {"id": "theirs", "code": "b", "name": "Theirs"})
    mine = change("Brand", {"code": "b", "name": "Mine"})
    other = change("Brand", {"code": "c", "name": "Other"})
    refused, written = write(stage.world, mine, other)
    assert refused.problem
    assert refused.problem.code == "UNIQUE_TAKEN"
    assert written.status is Status.CREATED
    assert stage.world.stored("Brand", "theirs", "name") == {"name": "Theirs"}


def test_our_own_record_is_no_stranger(stage: Stage) -> None:
    """As after a lost answer: the whole key is the same."""
    mine = change("Brand", {"code": "b", "name": "Mine"}, isActive=True)
    one = made(stage.target.write([mine])[0])
    (again,) = stage.target.write([mine])
    assert (again.status, again.id) == (Status.NOT_MODIFIED, one)
    assert stage.target.objections([mine]) == {}
