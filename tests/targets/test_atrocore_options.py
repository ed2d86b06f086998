"""Options of attributes, found and written within the list of their attribute."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from etl.errors import BatchRefused
from etl.model.change import Outcome, Status
from etl.model.ports import MakeRequest
from etl.model.problem import Problem
from etl.model.record import Ref, RefKind
from etl.model.schema import Kind
from etl.sandbox import Fault
from tests.targets.changes import attribute, option
from tests.targets.sandboxed import LIST, Stage
from tests.targets.scripted import UPSERT
from tests.targets.world import change, links, made, ref, write

if TYPE_CHECKING:
    from etl.model.change import Json


def option_ref(attribute: str, code: str, **more: Any) -> Ref:  # noqa: ANN401 - of Ref
    return Ref(RefKind.RECORD, "AttributeOption", ("attribute", "code"), (attribute, code), **more)


def stored(stage: Stage, one: str | None, *keys: str) -> dict[str, Json]:
    assert one
    return stage.world.stored("AttributeOption", one, *keys)


def listed(stage: Stage, of: str = LIST) -> dict[str, Any]:
    """Code -> name of a list's options, in their order."""
    path = f"ExtensibleEnum/action/getExtensibleEnumOptions?extensibleEnumId={of}"
    return {row["code"]: row["name"] for row in stage.somebody.ask("GET", path)}


@pytest.fixture
def material(stage: Stage) -> str:
    """Another attribute with a list of its own."""
    return made(write(stage.world, attribute("material", "list"))[0])


# -- what a mapping sees ----------------------------------------------------------------------


def test_options_are_an_entity(stage: Stage) -> None:
    assert "AttributeOption" in stage.target.entities()
    schema = stage.target.schema("AttributeOption")
    assert schema
    fields = schema.fields
    assert (fields["attribute"].key, fields["attribute"].kind) == ("attributeId", Kind.LINK)
    assert fields["attribute"].entity == "Attribute"
    assert fields["attribute"].required
    assert fields["position"].kind is Kind.INTEGER
    assert fields["name"].languages == {"en_US": "name", "de_DE": "nameDeDe"}
    assert {"code", "color", "sortOrder"} < fields.keys()
    assert not {"extensibleEnums", "createdAt", "listMultilingual"} & fields.keys()
    assert schema.unique == (("attributeId", "code"),)
    assert not fields["code"].unique


# -- options ----------------------------------------------------------------------------------


def test_an_option_is_created_updated_and_found(stage: Stage) -> None:
    blue = option("atcolor", "blue", name="Blue", nameDeDe="Blau", position=30)
    one = made(write(stage.world, blue)[0])
    assert stored(stage, one, "attributeId", "code", "name", "nameDeDe", "position") == {
        "attributeId": ("atcolor", "attags"),
        "code": "blue",
        "name": "Blue",
        "nameDeDe": "Blau",
        "position": 30,
    }
    (same,) = write(stage.world, blue)
    assert (same.status, same.id) == (Status.NOT_MODIFIED, one)
    (renamed,) = write(stage.world, option("atcolor", "blue", nameDeDe="Hellblau"))
    assert (renamed.status, renamed.id) == (Status.UPDATED, one)
    (moved,) = write(stage.world, option("atcolor", "blue", position=5))
    assert (moved.status, moved.id) == (Status.UPDATED, one)
    assert stored(stage, one, "position", "name") == {"position": 5, "name": "Blue"}
    assert stage.target.alive("AttributeOption", [one, "never"]) == {one}


def test_options_are_found_within_their_attribute(stage: Stage, material: str) -> None:
    red = ("opred",)
    turned = Ref(RefKind.RECORD, "AttributeOption", ("code", "attributeId"), ("red", "atcolor"))
    by_name = Ref(RefKind.RECORD, "AttributeOption", ("attribute", "name"), ("atcolor", "Red"))
    by_name_code = Ref(RefKind.RECORD, "AttributeOption", ("attribute", "color"), ("atcolor", "x"))
    by_id = ref("AttributeOption", id="opred")
    expected = {
        option_ref("atcolor", "red"): red,
        option_ref("attags", "red"): red,
        option_ref("atcolor", "RED", ignore_case=True): red,
        option_ref("atcolor", "Color__RED", ignore_case=True): red,
        option_ref("atcolor", "color__red"): red,
        turned: red,
        by_name: red,
        by_id: red,
        option_ref("atcolor", "RED"): (),
        option_ref("atcolor", "Color__red"): (),
        option_ref("atcolor", "color__"): (),
        option_ref("atcolor", "size__red"): (),
        option_ref(material, "red"): (),
        option_ref("atweight", "red"): (),
        option_ref("never", "red"): (),
        by_name_code: (),
        ref("AttributeOption", id="never"): (),
        ref("AttributeOption", code="red"): (),
    }
    assert stage.target.find(expected) == expected
    listed_option = Ref(RefKind.OPTION, "AttributeOption", ("code",), ("color__red",), LIST)
    assert stage.target.find([listed_option]) == {listed_option: red}


def test_options_written_as_the_server_has_them_are_known_at_once(stage: Stage) -> None:
    cyan = option_ref("atcolor", "cyan")
    assert stage.target.find([cyan]) == {cyan: ()}
    tie = links(LIST)
    one = made(
        write(stage.world, change("ExtensibleEnumOption", "cyan", extensibleEnumsIds=tie))[0]
    )
    assert stage.target.find([cyan]) == {cyan: (one,)}


def test_the_same_code_under_two_lists_is_two_options(stage: Stage, material: str) -> None:
    """The server would rename and move the first one (catalog 127-129)."""
    both = [option("atcolor", "grey", name="Grey"), option(material, "grey", name="Grey steel")]
    first, second = (made(outcome) for outcome in write(stage.world, *both))
    assert first != second
    assert stored(stage, first, "code", "name") == {"code": "grey", "name": "Grey"}
    assert stored(stage, second, "code", "attributeId") == {
        "code": "material__grey",
        "attributeId": material,
    }
    again = write(stage.world, *both)
    assert [outcome.status for outcome in again] == [Status.NOT_MODIFIED] * 2
    assert [outcome.id for outcome in again] == [first, second]
    (late,) = write(stage.world, option(material, "red", name="Red clay"))
    assert stored(stage, made(late), "code") == {"code": "material__red"}
    assert listed(stage)["red"] == "Red"


def test_two_threads_keep_two_lists_apart(stage: Stage, material: str) -> None:
    """Each would have looked for the codes before the other's are stored."""
    stage.faults.add(Fault("POST", UPSERT, delay=0.1))
    barrier = Barrier(4)

    def make(number: int) -> list[Outcome]:
        barrier.wait()
        of = ("atcolor", material)[number % 2]
        return stage.target.write([option(of, code, name=of) for code in ("a", "b", "c")])

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one for some in pool.map(make, range(4)) for one in some]
    assert Status.FAILED not in {one.status for one in outcomes}
    names = listed(stage)
    assert [names.get(code, names.get(f"color__{code}")) for code in "abc"] == ["atcolor"] * 3
    assert len({one.id for one in outcomes}) == 6


def test_made_on_the_way_and_written_options_are_kept_apart(stage: Stage, material: str) -> None:
    """on_missing: create of a value's option, against records of options."""
    stage.faults.add(Fault("POST", UPSERT, delay=0.1))
    barrier = Barrier(2)
    violet = stage.world.option("violet")

    def make() -> object:
        barrier.wait()
        return stage.target.make([MakeRequest(violet, {})])[violet]

    def put() -> object:
        barrier.wait()
        return stage.target.write([option(material, "violet")])[0].id

    with ThreadPoolExecutor(2) as pool:
        ids = [future.result() for future in (pool.submit(make), pool.submit(put))]
    assert ids[0] != ids[1]
    assert stage.target.find([violet]) == {violet: (ids[0],)}
    assert stage.target.find([option_ref(material, "violet")]).popitem()[1] == (ids[1],)


def test_an_option_in_the_same_batch_twice_is_one(stage: Stage) -> None:
    twice = [option("atcolor", "teal", name="Teal"), option("attags", "teal", name="Teal")]
    outcomes = stage.target.write(twice)
    assert len({outcome.id for outcome in outcomes}) == 1
    assert list(listed(stage)).count("teal") == 1
    assert "color__teal" not in listed(stage)


def test_an_option_without_a_code_is_known_by_its_name(stage: Stage) -> None:
    named = change(
        "AttributeOption", {"attributeId": "atcolor", "name": "Off-white"}, {"position": 7}
    )
    one = made(write(stage.world, named)[0])
    assert stored(stage, one, "code", "name", "position") == {
        "code": None,
        "name": "Off-white",
        "position": 7,
    }
    (again,) = stage.target.write([named])
    assert (again.status, again.id) == (Status.NOT_MODIFIED, one)


def test_a_name_is_the_code_where_there_is_none(stage: Stage, material: str) -> None:
    one = made(write(stage.world, option(material, "red"))[0])
    assert stored(stage, one, "code", "name") == {"code": "material__red", "name": "red"}


def test_only_lists_have_options(stage: Stage) -> None:
    outcomes = write(
        stage.world,
        option("atweight", "heavy", name="h"),
        option("atcolor", "pink"),
        option("never", "x"),
    )
    assert [one.status for one in outcomes] == [Status.FAILED, Status.CREATED, Status.FAILED]
    weight, _, never = (one.problem for one in outcomes)
    assert weight
    assert (weight.code, weight.value) == ("NO_LIST", "weight")
    assert "of type float" in weight.message
    assert "list and multilist" in weight.message
    assert never
    assert never.code == "REF_NOT_FOUND"


def test_options_that_cannot_be_told_apart_are_not_written(stage: Stage) -> None:
    tie = {"extensibleEnumsIds": [LIST], "name": "Twin"}
    stage.somebody.upsert("ExtensibleEnumOption", {"id": "t1", **tie}, {"id": "t2", **tie})
    named = change("AttributeOption", {"attributeId": "atcolor", "name": "Twin"}, {"position": 1})
    (outcome,) = stage.target.write([named])
    assert outcome.problem
    assert outcome.problem.code == "REF_AMBIGUOUS"


def test_a_code_that_is_taken_in_both_spellings_is_refused(stage: Stage, material: str) -> None:
    stage.somebody.upsert(
        "ExtensibleEnumOption", {"code": "material__red", "extensibleEnumsIds": [LIST]}
    )
    (outcome,) = write(stage.world, option(material, "red"))
    assert outcome.problem
    assert outcome.problem.code == "NOT_MADE"
    assert listed(stage)["red"] == "Red"


def test_a_batch_costs_few_requests(stage: Stage, material: str) -> None:
    stage.target.find([option_ref("atcolor", "red")])
    batch = [
        option(("atcolor", material)[number % 2], f"o{number}", name=f"O{number}", position=number)
        for number in range(50)
    ]
    before = stage.target.counts()
    outcomes = stage.target.write(batch)
    after = stage.target.counts()
    assert {one.status for one in outcomes} == {Status.CREATED}
    assert after.sent - before.sent <= 10
    assert after.writes - before.writes == 2
    again = write(stage.world, *batch)
    assert {one.status for one in again} == {Status.NOT_MODIFIED}
    assert stage.target.counts().writes == after.writes + 1


@pytest.mark.parametrize(("nth", "done"), [(1, 0.0), (1, 0.7), (1, 1.0), (2, 0.0), (2, 0.5)])
def test_a_batch_that_was_cut_is_repeated(
    stage: Stage, material: str, nth: int, done: float
) -> None:
    """The first request of a batch writes the options, the second their places."""
    batch = [
        option("atcolor", "red", position=70),
        option(material, "red", position=80),
        option(material, "new", position=90),
    ]
    stage.faults.add(Fault("POST", UPSERT, nth=nth, status=500, done=done))
    with pytest.raises(BatchRefused):
        stage.target.write(batch)
    outcomes = stage.target.write(batch)
    assert Status.FAILED not in {one.status for one in outcomes}
    assert [stored(stage, one.id, "code", "position") for one in outcomes] == [
        {"code": "red", "position": 70},
        {"code": "material__red", "position": 80},
        {"code": "new", "position": 90},
    ]
    assert len(listed(stage)) == 2


def test_missing_options_of_attributes_are_made(stage: Stage, material: str) -> None:
    blue = Ref(RefKind.RECORD, "AttributeOption", ("code", "attribute"), ("blue", material))
    red, heavy = option_ref(material, "red"), option_ref("atweight", "heavy")
    requests = [MakeRequest(blue, {}), MakeRequest(red, {"name": "Rust"}), MakeRequest(heavy, {})]
    found = stage.target.make(requests)
    assert isinstance(found.pop(heavy), Problem)
    assert stage.target.find([blue, red]) == {one: (id_,) for one, id_ in found.items()}
    assert stored(stage, str(found[blue]), "code", "name") == {"code": "blue", "name": "blue"}
    assert stored(stage, str(found[red]), "name") == {"name": "Rust"}
    assert stage.target.make(requests[:2]) == found
