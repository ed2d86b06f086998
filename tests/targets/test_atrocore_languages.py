"""Languages: one request each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from etl.errors import BatchRefused
from etl.model.change import Status
from tests.http.loopback import Asked, Reply
from tests.targets.world import change

if TYPE_CHECKING:
    from tests.targets.scripted import Answers, Connect

LANGUAGES = {
    "entityDefs": {"Language": {"fields": {"code": {"type": "enum", "unique": True}}}},
    "scopes": {},
}
MAIN = {"id": "main", "code": "en_US", "name": "English", "role": "main"}


class Speaking:
    """A server that keeps languages; `lost` answers are cut after the work is done."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = [dict(MAIN)]
        self.lost = 0

    def answers(self) -> Answers:
        return {
            "Metadata": LANGUAGES,
            "Language": self.listed,
            "Language/main": self.patched,
        }

    def listed(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(body={"list": self.rows})
        if not asked.body.get("code"):
            return Reply(400, text="Validation failed. 'Code' is required.")
        if any(row["code"] == asked.body["code"] for row in self.rows):
            return Reply(400, text="record with such 'code' already exists")
        self.rows.append({"id": "new", **asked.body})
        self.lost -= 1
        return Reply(cut=True) if self.lost >= 0 else Reply(body=self.rows[-1])

    def patched(self, asked: Asked) -> Reply:
        if "role" in asked.body:
            return Reply(400, text="Role cannot be changed.")
        self.rows[0].update(asked.body)
        return Reply(304) if asked.body == {"name": "same"} else Reply(body=self.rows[0])


def test_languages_are_made_and_changed(connect: Connect) -> None:
    server = Speaking()
    target = connect(server.answers())
    german = change("Language", "de_DE", name="German")
    (made,) = target.write([german])
    assert (made.status, made.id) == (Status.CREATED, "new")
    assert server.rows[1]["role"] == "additional"
    (again,) = target.write([german])
    assert (again.status, again.id) == (Status.NOT_MODIFIED, "new")
    renamed, refused, codeless = target.write(
        [
            change("Language", "en_US", name="Englisch"),
            change("Language", "en_US", role="additional"),
            change("Language", {"code": ""}, name="x"),
        ]
    )
    assert renamed.status is Status.UPDATED
    assert refused.problem
    assert "Role cannot be changed" in refused.problem.message
    assert codeless.status is Status.FAILED


def test_a_language_whose_answer_was_lost_is_there(connect: Connect) -> None:
    server = Speaking()
    server.lost = 1
    (made,) = connect(server.answers()).write([change("Language", "de_DE", name="German")])
    assert (made.status, made.id) == (Status.NOT_MODIFIED, "new")


@pytest.mark.parametrize("answer", [Reply(500), Reply(text="SQLSTATE"), Reply(body=[])])
def test_a_language_without_a_usable_answer_is_a_refused_batch(
    connect: Connect, answer: Reply
) -> None:
    def languages(asked: Asked) -> Reply:
        return answer if asked.method == "POST" else Reply(body={"list": []})

    target = connect({"Metadata": LANGUAGES, "Language": languages})
    with pytest.raises(BatchRefused):
        target.write([change("Language", "de_DE")])


def test_new_languages_are_known_at_once(connect: Connect) -> None:
    target = connect(Speaking().answers())
    target.schema("Language")
    before = target.counts().sent
    target.write([change("Language", "de_DE")])
    target.schema("Language")
    assert target.counts().sent > before + 3
