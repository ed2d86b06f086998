"""One contract for every state; today there is one implementation."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from etl.errors import LockHeld, StateError, UsageError
from etl.model.known import ConfirmedRecord, ConfirmedRow, RunEntry, Seen, unpack
from etl.state import open_state
from etl.state.schema import TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.model.known import Scope, State
    from etl.state.sqlite import SqliteState


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[State]:
    opened = open_state(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def scope(state: State) -> Scope:
    return state.scope("atrocore http://pim", "catalog")


def record(name: str, digest: bytes = b"d1", entry: int = 0) -> ConfirmedRecord:
    return ConfirmedRecord(entry, "Product", name.encode(), digest, f"id-{name}")


def row(name: str, *records: tuple[int, bytes]) -> ConfirmedRow:
    return ConfirmedRow(f"row-{name}".encode(), name, records or ((0, name.encode()),))


def test_nothing_is_known_at_first(scope: Scope) -> None:
    assert scope.known_rows([b"row-a"]) == {}
    assert scope.known_records(0, [b"a"]) == {}
    assert scope.sample(10) == []


def test_what_was_confirmed_is_known(scope: Scope) -> None:
    (number,) = scope.confirm([record("a")], [row("a")])
    known = scope.known_rows([b"row-a", b"row-b"])
    assert list(known) == [b"row-a"]
    assert known[b"row-a"].key == "a"
    assert known[b"row-a"].id == number
    assert [entry for entry, _ in map(unpack, known[b"row-a"].packed())] == [0]
    (found,) = scope.known_records(0, [b"a"]).values()
    assert (found.digest, found.id, found.burnt) == (b"d1", "id-a", ())
    assert scope.known_records(1, [b"a"]) == {}


def test_a_row_may_make_several_records_or_none(scope: Scope) -> None:
    scope.confirm(
        [record("a"), record("b", entry=3)], [row("x", (0, b"a"), (3, b"b")), row("none")][:1]
    )
    scope.confirm([], [ConfirmedRow(b"row-filtered", "", ())])
    known = scope.known_rows([b"row-x", b"row-filtered"])
    assert [entry for entry, _ in map(unpack, known[b"row-x"].packed())] == [0, 3]
    assert known[b"row-filtered"].packed() == ()


def test_targets_and_mappings_do_not_know_of_each_other(state: State, scope: Scope) -> None:
    scope.confirm([record("a")], [row("a")])
    for other in (state.scope("atrocore http://other", "catalog"), state.scope("x", "prices")):
        assert other.known_rows([b"row-a"]) == {}
        assert other.known_records(0, [b"a"]) == {}
        assert other.sample(5) == []
    again = state.scope("atrocore http://pim", "catalog")
    assert again.known_rows([b"row-a"])


def test_a_record_on_its_way_is_unknown_with_all_its_rows(scope: Scope) -> None:
    scope.confirm([record("a")], [row("a"), ConfirmedRow(b"row-a2", "a", ((0, b"a"),))])
    scope.intend({0: [b"a"]})
    assert scope.known_rows([b"row-a", b"row-a2"]) == {}
    (found,) = scope.known_records(0, [b"a"]).values()
    assert found.digest is None
    assert found.id == "id-a"


def test_burnt_ids_are_kept(scope: Scope) -> None:
    scope.confirm([ConfirmedRecord(0, "Product", b"a", b"d", "new", ("old", "older"))], [])
    assert scope.known_records(0, [b"a"])[b"a"].burnt == ("old", "older")


def test_rows_of_a_record(scope: Scope) -> None:
    scope.confirm([record("a"), record("b")], [row("a"), row("b")])
    assert set(scope.rows_of(0, [b"a"])) == {b"row-a"}


def test_prune_forgets_the_rows_that_were_not_seen(scope: Scope) -> None:
    numbers = scope.confirm([record("a"), record("b")], [row("a"), row("b")])
    seen = Seen()
    for number in numbers:
        seen.add(number)
    scope.prune(seen)
    assert len(scope.known_rows([b"row-a", b"row-b"])) == 2
    only = Seen()
    only.add(numbers[1])
    scope.prune(only)
    assert set(scope.known_rows([b"row-a", b"row-b"])) == {b"row-b"}
    assert scope.rows_of(0, [b"a"]) == {}
    assert scope.known_records(0, [b"a"])


def test_forget_leaves_the_ids_only(scope: Scope) -> None:
    scope.confirm([record("a")], [row("a")])
    scope.forget()
    assert scope.known_rows([b"row-a"]) == {}
    assert scope.sample(5) == []
    (found,) = scope.known_records(0, [b"a"]).values()
    assert (found.digest, found.id) == (None, "id-a")


def test_the_sample_has_the_newest(scope: Scope) -> None:
    scope.confirm([record(f"r{number}") for number in range(200)], [])
    scope.confirm([record("newest")], [])
    sample = scope.sample(50)
    assert ("Product", "id-newest") in sample
    assert len(sample) == len(set(sample)) <= 50


def test_the_sample_is_as_large_as_it_can_be(scope: Scope) -> None:
    scope.confirm([record(f"r{number}") for number in range(40)], [])
    for _ in range(30):
        assert len(scope.sample(50)) == 40
        assert len(scope.sample(30)) == 30


def test_many_at_once(scope: Scope) -> None:
    names = [f"n{number}" for number in range(12_000)]
    scope.confirm([record(name) for name in names], [row(name) for name in names])
    assert len(scope.known_rows([f"row-{name}".encode() for name in names])) == 12_000
    assert len(scope.known_records(0, [name.encode() for name in names])) == 12_000


def test_a_checkpoint_is_whole_or_not_at_all(scope: Scope) -> None:
    with pytest.raises(UsageError, match="at most 64 entries"):
        scope.confirm([record("a"), record("b", entry=64)], [])
    assert scope.known_records(0, [b"a"]) == {}


def test_two_runs_of_a_mapping_exclude_each_other(state: State, path: Path) -> None:
    mine = state.scope("t", "m")
    other_state = open_state(str(path))
    with mine.lock():
        with pytest.raises(LockHeld, match="another run of mapping 'm'"):
            other_state.scope("t", "m").lock().__enter__()
        with other_state.scope("t", "other").lock():
            pass
    with other_state.scope("t", "m").lock():
        pass
    other_state.close()


def test_a_dead_holder_is_taken_over(state: State, path: Path) -> None:
    script = (
        "import sys, time; from etl.state import open_state\n"
        f"with open_state({str(path)!r}).scope('t', 'm').lock():\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld):
            state.scope("t", "m").lock().__enter__()
        os.kill(holder.pid, signal.SIGKILL)
    with state.scope("t", "m").lock():
        pass


def test_a_lock_says_who_holds_it(state: State, path: Path) -> None:
    other = open_state(str(path))
    assert other.holder("t", "m") is None
    with state.scope("t", "m").lock():
        found = other.holder("t", "m")
        assert found is not None
        assert (found.host, found.pid) == (socket.gethostname(), os.getpid())
        assert found.since is not None
        told = f"by process {os.getpid()} on {socket.gethostname()}, since {found.since:%Y-%m-%d}"
        with pytest.raises(LockHeld, match=re.escape(told)):
            other.scope("t", "m").lock().__enter__()
        (entry,) = other.scopes()
        assert entry.holder == found
    assert other.holder("t", "m") is None
    other.close()


def test_who_holds_a_lock_may_be_unknown(state: State, path: Path) -> None:
    with state.scope("t", "m").lock():
        for beside in path.parent.glob("*.holder"):
            beside.write_text("torn {")
        assert str(state.holder("t", "m")) == "by an unknown process"


def made(name: str) -> ConfirmedRecord:
    return replace(record(name), made=True)


def present(scope: Scope, *names: str) -> Seen:
    seen = Seen()
    for known in scope.known_records(0, [name.encode() for name in names]).values():
        seen.add(known.number)
    return seen


def test_records_that_were_made_can_be_gone(scope: Scope) -> None:
    scope.confirm([made("a"), made("b"), record("c"), replace(made("d"), entry=1)], [])
    assert scope.made(0, "Product") == 2
    (gone,) = scope.gone(0, "Product", present(scope, "b"))
    assert gone.id == "id-a"
    scope.intend_gone([gone.number])
    scope.note_gone([gone.number])
    assert (scope.made(0, "Product"), list(scope.gone(0, "Product", present(scope, "b")))) == (
        1,
        [],
    )
    assert scope.known_records(0, [b"a"])[b"a"].digest is None, "sent again if it comes back"


def test_a_record_that_came_back_may_be_gone_again_and_was_made_still(scope: Scope) -> None:
    scope.confirm([made("a")], [])
    (gone,) = scope.gone(0, "Product", Seen())
    scope.note_gone([gone.number])
    scope.confirm([record("a")], [])
    assert list(scope.gone(0, "Product", Seen())) == [gone]


def test_what_another_line_confirms_is_not_gone(state: State, scope: Scope) -> None:
    scope.confirm([made("a"), made("b"), made("c")], [])
    scope.confirm([replace(record("other key"), id="id-a")], [])
    assert {one.id for one in scope.gone(0, "Product", present(scope, "other key"))} == {
        "id-b",
        "id-c",
    }
    prices = state.scope("atrocore http://pim", "prices")
    prices.confirm([record("b")], [])
    elsewhere = state.scope("atrocore http://other", "catalog")
    elsewhere.confirm([record("c")], [])
    assert [one.id for one in scope.gone(0, "Product", Seen())] == ["id-c"]
    assert list(scope.gone(0, "Brand", Seen())) == []


def test_a_sweep_that_broke_off_has_its_rows_sent_again(scope: Scope) -> None:
    scope.confirm([made("a")], [row("a")])
    (gone,) = scope.gone(0, "Product", Seen())
    scope.intend_gone([gone.number])
    assert scope.known_rows([b"row-a"]) == {}
    assert scope.sample(5) == []


def test_a_key_can_be_forgotten(scope: Scope) -> None:
    scope.confirm([record("a"), record("b")], [row("a"), row("b")])
    assert scope.forget_key("a") == 1
    assert set(scope.known_rows([b"row-a", b"row-b"])) == {b"row-b"}
    assert scope.known_records(0, [b"a"])[b"a"].digest is None
    assert scope.forget_key("a") == 0


def test_everything_can_be_exported(scope: Scope, state: State) -> None:
    scope.confirm([made("a"), record("b")], [row("a"), row("b")])
    scope.forget_key("b")
    found = {one.id: (one.status, one.made, one.rows) for one in scope.export()}
    assert found == {"id-a": ("confirmed", True, ("a",)), "id-b": ("unconfirmed", False, ())}
    (entry,) = state.scopes()
    assert (entry.mapping, entry.records, entry.rows, entry.gone) == ("catalog", 1, 1, 0)


def test_a_state_of_the_first_version_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        for statement in TABLES.split(";\n"):
            db.execute(statement)
        for column in ("made", "gone"):
            db.execute(f"ALTER TABLE record DROP COLUMN {column}")
        db.execute("INSERT INTO scope (id, target, mapping) VALUES (1, 't', 'm')")
        db.execute(
            "INSERT INTO record (scope, entry, entity, key_digest, digest, target_id) "
            "VALUES (1, 0, 'Product', x'61', x'62', 'id-a')"
        )
        db.execute("PRAGMA user_version = 1")
    db.close()
    state = open_state(str(path))
    scope = state.scope("t", "m")
    assert scope.known_records(0, [b"a"])[b"a"].id == "id-a"
    assert (scope.made(0, "Product"), state.faults()) == (0, [])
    state.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    db.close()


def test_a_damaged_file_is_noticed(state: State, scope: Scope, path: Path) -> None:
    names = [f"n{number}" for number in range(3000)]
    scope.confirm([record(name) for name in names], [row(name) for name in names])
    state.close()
    damaged = bytearray(path.read_bytes())
    for place in range(len(damaged) // 2, len(damaged) // 2 + 8192):
        damaged[place] ^= 0x5A
    path.write_bytes(damaged)
    again = open_state(str(path))
    assert again.faults() != []
    again.close()


def test_a_full_disk_is_told_and_loses_nothing(state: State, scope: Scope, path: Path) -> None:
    scope.confirm([record("a")], [row("a")])
    db = cast("SqliteState", state)._db  # noqa: SLF001 - the disk must be full for this connection
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 5}")
    names = [f"n{number}" for number in range(5000)]
    with pytest.raises(StateError, match="is full; free some space and run again"):
        scope.confirm([record(name) for name in names], [row(name) for name in names])
    assert scope.known_records(0, [b"n0"]) == {}, "a checkpoint is whole or not at all"
    state.close()
    again = open_state(str(path))
    assert again.faults() == []
    assert again.scope("atrocore http://pim", "catalog").known_rows([b"row-a"])
    again.close()


def test_the_history_has_the_newest_first(state: State) -> None:
    old = RunEntry("1", "m", "t", datetime(2026, 1, 1, tzinfo=UTC), "running", report="r")
    new = RunEntry("2", "m", "t", datetime(2026, 1, 2, tzinfo=UTC), "running")
    state.begin(old)
    state.begin(new)
    state.finish(RunEntry("1", "m", "t", old.started, "rejects", 4, "r"))
    assert list(state.history(10)) == [
        new,
        RunEntry("1", "m", "t", old.started, "rejects", 4, "r"),
    ]
    assert list(state.history(1)) == [new]


def test_a_run_that_was_killed_is_no_longer_running(state: State) -> None:
    killed = RunEntry("1", "m", "t", datetime(2026, 1, 1, tzinfo=UTC), "running")
    elsewhere = RunEntry("2", "other", "t", datetime(2026, 1, 2, tzinfo=UTC), "running")
    state.begin(killed)
    state.begin(elsewhere)
    state.begin(RunEntry("3", "m", "t", datetime(2026, 1, 3, tzinfo=UTC), "running"))
    assert {run.run_id: run.status for run in state.history(9)} == {
        "1": "broken off",
        "2": "running",
        "3": "running",
    }


def test_only_the_owner_may_read_it(state: State, path: Path) -> None:
    del state
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 50])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no state of etl"):
        open_state(str(path))


def test_a_state_of_another_version_is_refused(state: State, path: Path) -> None:
    state.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="version 99"):
        open_state(str(path))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be opened"):
        open_state(str(tmp_path / "file" / "state.db"))


def test_other_databases_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match="mysql:// is not supported"):
        open_state("mysql://host/db")
