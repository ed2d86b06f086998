"""What the program makes of an upsert's answers."""

from __future__ import annotations

from typing import Any

import pytest

from etl.errors import AccessRefused, BatchRefused, TargetBroken, TargetUnreachable, UsageError
from etl.model.change import Status
from tests.http.loopback import Asked, Reply
from tests.targets.scripted import BRAND, CREATED, UPSERT, Connect
from tests.targets.world import change, ref


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500),
        Reply(502),
        Reply(503),
        Reply(504),
        Reply(413),
        Reply(400, text="bad JSON"),
        Reply(cut=True),
        Reply(text="SQLSTATE[22001]"),
        Reply(text=""),
        [],
        [CREATED, CREATED],
        {"status": "Created"},
        [7],
        [{"status": "Wonderful"}],
        [{"status": "Created"}],
        [{"status": "Updated", "entity": "s1"}],
        [{"stored": True}],
    ],
)
def test_a_batch_without_a_usable_answer_is_refused(connect: Connect, answer: object) -> None:
    with pytest.raises(BatchRefused):
        connect({UPSERT: answer}).write([BRAND])


def test_a_server_without_upsert_is_no_refused_batch(connect: Connect) -> None:
    with pytest.raises(TargetBroken, match="404"):
        connect().write([BRAND])


def test_missing_rights_end_the_run_if_every_item_lacks_them(connect: Connect) -> None:
    forbidden = {"status": "Failed", "stored": False, "message": "Code: 403. Message: "}
    with pytest.raises(AccessRefused, match="no right to write Brand"):
        connect({UPSERT: [forbidden]}).write([BRAND])
    with pytest.raises(AccessRefused, match="403"):
        connect({UPSERT: Reply(403)}).write([BRAND])
    target = connect({UPSERT: [forbidden, CREATED]})
    refused, created = target.write([change("Brand", "a", name="A"), BRAND])
    assert refused.problem
    assert refused.problem.message == "no right to write this record"
    assert created.status is Status.CREATED


def test_a_server_that_is_gone_is_no_refused_batch(connect: Connect) -> None:
    with pytest.raises(TargetUnreachable):
        connect({"Brand": Reply(cut=True)}).find([ref("Brand", code="b")])


def test_the_servers_message_comes_without_markup(connect: Connect) -> None:
    message = (
        "Code: 400. Message: The record cannot be updated. <a href='javascript:'>Details</a>"
        "<textarea>SQLSTATE[23505]</textarea>"
    )
    (outcome,) = connect({UPSERT: [{"status": "Failed", "message": message}]}).write([BRAND])
    assert outcome.problem
    assert outcome.problem.message == "The record cannot be updated."
    (outcome,) = connect({UPSERT: [{"status": "Failed"}]}).write([BRAND])
    assert outcome.problem
    assert outcome.problem.message == "no reason given"


def test_an_answer_that_names_no_record_is_looked_up(connect: Connect) -> None:
    """NotModified comes without an id (v1 018)."""
    found = {"list": [{"id": "s9", "code": "b"}]}
    target = connect({UPSERT: [{"status": "NotModified", "stored": True}], "Brand": found})
    (outcome,) = target.write([BRAND])
    assert (outcome.status, outcome.id) == (Status.NOT_MODIFIED, "s9")


def test_what_is_reported_failed_and_stored_as_sent_is_a_warning(connect: Connect) -> None:
    found = {"list": [{"id": "s9", "code": "b", "name": "B"}]}
    target = connect({UPSERT: [{"status": "Failed", "message": "Code: 0."}], "Brand": found})
    (outcome,) = target.write([BRAND])
    assert (outcome.status, outcome.id) == (Status.CREATED, "s9")
    assert outcome.problem
    assert outcome.problem.severity == "warning"


def test_what_was_stored_otherwise_is_told(connect: Connect) -> None:
    found = {"list": [{"id": "s9", "code": "b", "name": "other"}]}
    target = connect({UPSERT: [{"status": "Failed", "message": "no"}], "Brand": found})
    (outcome,) = target.write([BRAND])
    assert outcome.problem
    assert outcome.problem.message == (
        "no; the record itself is stored (s9), not stored as sent: name"
    )
    (outcome,) = target.write([change("Brand", "b", to="s9", name="B")])
    assert outcome.problem
    assert outcome.problem.message == "no; not stored as sent: name"


@pytest.mark.parametrize("found", [True, False])
def test_who_loses_a_race_updates_what_the_winner_made(connect: Connect, *, found: bool) -> None:
    """The server says `database constraints`; by then the winner's record is there to be found."""
    items: list[dict[str, Any]] = []

    def upsert(asked: Asked) -> Reply:
        items.extend(item["payload"] for item in asked.body)
        if len(items) > 1:
            return Reply(body=[{**CREATED, "status": "Updated"}])
        message = "Code: 400. Message: The record cannot be created due to database constraints."
        return Reply(body=[{"status": "Failed", "stored": False, "message": message}])

    def brands(_: Asked) -> Reply:
        winner = {"id": "theirs", "code": "b", "name": "theirs"}
        return Reply(body={"list": [winner] if items and found else []})

    (outcome,) = connect({UPSERT: upsert, "Brand": brands}).write([BRAND])
    if found:
        assert (outcome.status, outcome.id) == (Status.UPDATED, "theirs")
        assert items[1] == {"id": "theirs", "code": "b", "name": "B"}
    else:
        assert outcome.status is Status.FAILED
    assert outcome.change is BRAND


def test_a_new_record_needs_its_key_fields(connect: Connect) -> None:
    with pytest.raises(ValueError, match="key fields"):
        connect().write([change("Brand", {}, name="B")])
    with pytest.raises(UsageError, match="no entity Nope"):
        connect().write([change("Nope", "x", name="B")])
