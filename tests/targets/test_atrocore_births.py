"""New records and missing ones, over a server that answers as it is told."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from etl.errors import BatchRefused
from etl.model.ports import MakeRequest
from etl.model.problem import Problem
from etl.model.record import Ref, RefKind
from tests.http.loopback import Asked, Reply
from tests.targets.scripted import FIRST_THING, THING, THINGS, UPSERT, Connect, created
from tests.targets.world import ref


def test_a_record_that_came_while_we_asked_is_updated(connect: Connect) -> None:
    """Its rows are seen first; it must not be taken for a deleted one."""
    tags_asked: list[Asked] = []

    def things(_: Asked) -> Reply:
        return Reply(body={"list": [{"id": FIRST_THING, "number": "1"}] if tags_asked else []})

    def tags(asked: Asked) -> Reply:
        tags_asked.append(asked)
        return Reply(body={"list": [{"id": "t", "thingId": FIRST_THING}]})

    answers = {"Metadata": THINGS, "Thing": things, "ThingTag": tags, "Note": {"list": []}}
    (outcome,) = connect({**answers, UPSERT: created}).write([THING])
    assert outcome.id == FIRST_THING


def test_a_table_that_may_not_be_read_is_left_out(connect: Connect) -> None:
    tables = {"Thing": {"list": []}, "ThingTag": Reply(403), "Note": Reply(404)}
    with capture_logs() as logs:
        (outcome,) = connect({"Metadata": THINGS, **tables, UPSERT: created}).write([THING])
    assert outcome.id == FIRST_THING
    unread = [log["table"] for log in logs if log["event"] == "table not readable"]
    assert unread == ["ThingTag", "Note"]


def test_a_truth_value_may_be_a_key(connect: Connect) -> None:
    rows = {"list": [{"id": "a", "isOn": True}, {"id": "b", "isOn": False}]}
    target = connect({"Metadata": THINGS, "Thing": rows})
    assert target.find([ref("Thing", isOn="true")]).popitem()[1] == ("a",)


def test_a_batch_of_missing_records_is_halved(connect: Connect) -> None:
    def upsert(asked: Asked) -> Reply:
        return Reply(500) if len(asked.body) > 1 else created(asked)

    target = connect({"Metadata": THINGS, "Thing": {"list": []}, UPSERT: upsert})
    numbers = [ref("Thing", number=number) for number in "123"]
    found = target.make([MakeRequest(one, {}) for one in [*numbers, numbers[0]]])
    assert found[numbers[0]] == FIRST_THING
    assert len(set(found.values())) == 3
    with pytest.raises(BatchRefused):
        connect({UPSERT: Reply(500)}).make([MakeRequest(ref("Brand", code="b"), {})])


def test_what_could_not_be_made_is_told(connect: Connect) -> None:
    failed = [{"status": "Failed", "message": "Code: 400. Message: no"}]
    wanted = ref("Brand", code="b")
    problem = connect({UPSERT: failed}).make([MakeRequest(wanted, {})])[wanted]
    assert isinstance(problem, Problem)
    assert problem.message == "'b' could not be made: no"
    silent = connect({UPSERT: [{"status": "NotModified"}]}).make([MakeRequest(wanted, {})])
    assert "gave no id" in str(silent[wanted])


def test_what_is_there_twice_is_not_made(connect: Connect) -> None:
    rows = {"list": [{"id": "1", "code": "b"}, {"id": "2", "code": "b"}]}
    wanted = ref("Brand", code="b")
    problem = connect({"Brand": rows}).make([MakeRequest(wanted, {})])[wanted]
    assert isinstance(problem, Problem)
    assert problem.code == "REF_AMBIGUOUS"


def test_case_counts_only_where_it_should(connect: Connect) -> None:
    target = connect({UPSERT: created, "Metadata": THINGS, "Thing": {"list": []}})
    one, two = (
        Ref(RefKind.RECORD, "Thing", ("number",), (text,), ignore_case=True) for text in ("A", "a")
    )
    found = target.make([MakeRequest(one, {}), MakeRequest(two, {})])
    assert found[one] == found[two]
