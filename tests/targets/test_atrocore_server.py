"""What the program makes of answers, over a server that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from etl.errors import AccessRefused, BatchRefused, TargetBroken, TargetUnreachable, UsageError
from etl.http.retry import RetryPolicy
from etl.model.change import Status
from etl.model.connection import Connection, Secret
from etl.model.ports import RequestCounts
from etl.model.record import Ref, RefKind
from etl.targets.atrocore.target import AtroCore
from etl.targets.opener import open_target
from tests.http.loopback import Asked, Reply, serving
from tests.targets.world import change, ref

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = RetryPolicy(attempts=3, unclear=2, first=0.001, longest=0.002, jitter=0.0)
METADATA = {
    "entityDefs": {
        "Brand": {
            "fields": {
                "id": {"type": "varchar"},
                "code": {"type": "varchar", "unique": True},
                "name": {"type": "varchar", "required": True},
                "position": {"type": "int"},
            }
        }
    },
    "scopes": {"Brand": {"entity": True}, "Hidden": {"entity": False}},
}
Answers = dict[str, object]
Connect = Callable[..., AtroCore]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens a target on a server with these answers by path; a callable answers by itself."""
    with ExitStack() as stack:

        def opened(answers: Answers | None = None, **more: Any) -> AtroCore:  # noqa: ANN401
            known: Answers = {
                "App/user": {"authorizationToken": "t0ken"},
                "Metadata": METADATA,
                "Settings": {"mainLanguage": "en_US", "inputLanguageList": []},
                "Brand": {"list": []},
                **(answers or {}),
            }

            def answer(asked: Asked) -> Reply:
                found = known.get(asked.path.removeprefix("/api/v1/"), Reply(404))
                if callable(found):
                    found = found(asked)
                return found if isinstance(found, Reply) else Reply(body=found)

            loopback = stack.enter_context(serving(answer))
            told = {"username": "u", "password": Secret("pw"), "url": loopback.url, **more}
            connection = Connection("atrocore", **told)
            target = stack.enter_context(closing(AtroCore(connection, QUICK)))
            target.loopback = loopback  # type: ignore[attr-defined]
            return target

        yield opened


BRAND = change("Brand", "b", name="B")
CREATED = {"status": "Created", "stored": True, "entity": {"id": "s1", "code": "b"}}
UPSERT = "MassActions/action/upsert"


# -- the login --------------------------------------------------------------------------------


def test_a_login_that_is_refused_is_sent_once(connect: Connect) -> None:
    target = connect({"App/user": Reply(401)})
    for _ in range(15):
        with pytest.raises(AccessRefused, match="'u' is refused: wrong name or password"):
            target.schema("Brand")
    assert target.counts() == RequestCounts(1, 0, 0)


def test_a_locked_address_is_told(connect: Connect) -> None:
    target = connect({"App/user": Reply(403, text="Max failed login attempts exceeded.")})
    with pytest.raises(AccessRefused, match="Max failed login attempts"):
        target.schema("Brand")


def test_a_server_of_the_other_generation_is_told(connect: Connect) -> None:
    with pytest.raises(TargetBroken, match=r"AtroCore 2\.3 or later"):
        connect({"App/user": Reply(404)}).schema("Brand")
    with pytest.raises(TargetBroken, match="answered 418"):
        connect({"App/user": Reply(418)}).schema("Brand")


@pytest.mark.parametrize("answer", [[], {}, {"authorizationToken": 7}, {"authorizationToken": ""}])
def test_a_login_without_a_token_is_no_login(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="without a token"):
        connect({"App/user": answer}).schema("Brand")


def test_a_token_of_the_connection_is_used(connect: Connect) -> None:
    seen: list[str | None] = []

    def settings(asked: Asked) -> Reply:
        seen.append(asked.headers.get("Authorization-Token"))
        return Reply(body={"coreVersion": "2.1.26"})

    target = connect({"Settings": settings}, token=Secret("mine"), username="", password=None)
    assert target.capabilities.name == "AtroCore 2.1.26"
    assert target.capabilities.version == "2.1.26"
    assert seen == ["mine"]


def test_a_token_that_has_expired_and_no_password_ends_it(connect: Connect) -> None:
    target = connect({"Settings": Reply(401)}, token=Secret("mine"), username="", password=None)
    with pytest.raises(AccessRefused, match="no password to get another"):
        target.capabilities  # noqa: B018 - it asks


def test_a_token_that_has_expired_is_replaced(connect: Connect) -> None:
    def settings(asked: Asked) -> Reply:
        fresh = asked.headers["Authorization-Token"] == "t0ken"
        return Reply(body={}) if fresh else Reply(401)

    target = connect({"Settings": settings}, token=Secret("old"))
    assert target.capabilities.name == "AtroCore"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"password": None}, "username and password"),
        ({"auth": "hmac"}, "auth: hmac"),
        ({"api": "v2"}, "api: v2"),
        ({"url": "nowhere"}, "url:"),
    ],
)
def test_a_connection_that_cannot_be_is_told(
    connect: Connect, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        connect(**more)


def test_targets_are_opened_by_type() -> None:
    pair = {"username": "u", "password": Secret("p")}
    target = open_target(Connection("atrocore", "HTTP://Host:80/pim/", **pair))  # type: ignore[arg-type]
    assert target.identity == "atrocore http://host/pim"
    target.close()
    own = Connection("atrocore", "http://h", identity="sandbox /x", **pair)  # type: ignore[arg-type]
    assert open_target(own).identity == "sandbox /x"
    with pytest.raises(UsageError, match="oracle"):
        open_target(Connection("oracle", "http://h"))


# -- lists and metadata -----------------------------------------------------------------------


@pytest.mark.parametrize("answer", [[], {"list": {}}, {"list": [1]}, {"list": [{"id": 1}]}, None])
def test_a_list_of_another_shape_is_no_list(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="no list of records"):
        connect({"Brand": answer}).find([ref("Brand", code="b")])


def test_sql_text_instead_of_a_list_is_no_answer(connect: Connect) -> None:
    sql = Reply(text="An exception occurred while executing a query: SQLSTATE[2201W]")
    with pytest.raises(TargetBroken, match="SQLSTATE"):
        connect({"Brand": sql}).find([ref("Brand", code="b")])


@pytest.mark.parametrize("answer", [[], {"scopes": {}}])
def test_metadata_of_another_shape_are_none(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="GET Metadata answered"):
        connect({"Metadata": answer}).schema("Brand")


def test_metadata_are_asked_once(connect: Connect) -> None:
    target = connect()
    assert target.entities() == ("Brand",)
    assert target.schema("Brand") is target.schema("Brand")
    assert target.schema("Nope") is None
    assert target.counts().sent == 3


def test_what_is_found_is_compared_again(connect: Connect) -> None:
    """A server that does not know an operator lets every record through (v1 248)."""
    rows = [{"id": f"b{code}", "code": code} for code in ("b", "B", "b ", "c")]
    target = connect({"Brand": {"list": rows}})
    assert target.find([ref("Brand", code="b")]) == {ref("Brand", code="b"): ("bb",)}
    assert target.alive("Brand", ["bb", "gone"]) == {"bb"}


def test_pages_are_read_to_the_end(connect: Connect) -> None:
    rows = [{"id": f"b{number:05}", "code": f"c{number}"} for number in range(4500)]

    def page(asked: Asked) -> Reply:
        start, size = int(asked.query["offset"]), int(asked.query["maxSize"])
        return Reply(body={"list": rows[start : start + size]})

    target = connect({"Brand": page})
    wanted = Ref(RefKind.RECORD, "Brand", ("code",), ("C4499",), ignore_case=True)
    assert target.find([wanted]) == {wanted: ("b04499",)}
    before = target.counts().sent
    assert target.find([wanted]) == {wanted: ("b04499",)}
    assert target.counts().sent == before


def test_keys_are_asked_in_the_columns_kind(connect: Connect) -> None:
    asked_for: list[str] = []

    def brands(asked: Asked) -> Reply:
        asked_for.append(asked.query["where"])
        return Reply(body={"list": [{"id": "b", "position": 7}]})

    target = connect({"Brand": brands})
    seven, none = ref("Brand", position="7"), ref("Brand", position="seven")
    assert target.find([seven, none]) == {seven: ("b",), none: ()}
    assert asked_for == ['[{"type":"in","attribute":"position","value":[7]}]']


def test_a_key_too_long_for_any_url_is_looked_for_in_all_rows(connect: Connect) -> None:
    long = "x" * 9000

    def brands(asked: Asked) -> Reply:
        assert "where" not in asked.query
        return Reply(body={"list": [{"id": "b", "code": long}]})

    target = connect({"Brand": brands})
    assert target.find([ref("Brand", code=long)]).popitem()[1] == ("b",)


def test_what_cannot_be_looked_up_is_told(connect: Connect) -> None:
    target = connect()
    with pytest.raises(UsageError, match="no entity Nope"):
        target.find([ref("Nope", code="x")])
    with pytest.raises(UsageError, match="cannot be found by nope"):
        target.find([ref("Brand", nope="x")])
    nested = Ref(RefKind.RECORD, "Brand", ("code",), (ref("Brand", code="x"),))
    with pytest.raises(ValueError, match="resolved before"):
        target.find([nested])
    option = Ref(RefKind.OPTION, "Brand", ("code",), (ref("Brand", code="x"),), "li")
    empty: dict[str, list[object]] = {"list": []}
    lists = dict.fromkeys(
        ("ExtensibleEnum", "ExtensibleEnumOption", "ExtensibleEnumExtensibleEnumOption"), empty
    )
    target = connect({**lists, "ExtensibleEnumExtensibleEnumOption": empty})
    assert target.find([Ref(RefKind.OPTION, "x", ("code",), ("y",), "li")]).popitem()[1] == ()
    with pytest.raises(TypeError, match="by a text"):
        target.find([option])


# -- batches ----------------------------------------------------------------------------------


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
    target = connect()
    target.schema("Brand")
    target.loopback.answer = lambda _: Reply(cut=True)  # type: ignore[attr-defined]
    with pytest.raises(TargetUnreachable):
        target.find([ref("Brand", code="b")])


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


# -- languages --------------------------------------------------------------------------------

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
