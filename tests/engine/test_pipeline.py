"""The engine over small parts: what is sent, what is not, and what each row is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from etl.engine.pipeline import Sinks, run
from etl.engine.task import Limit, Options
from etl.errors import CheckFailed, RunStopped, SourceError, TargetUnreachable
from etl.model import Chunk, OnMissing
from tests.engine.parts import Bench, Rules, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    from etl.engine.rejects import RejectedRow
    from etl.model import Problem, Transformed
    from etl.model.report import RowResult


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_rows_become_records_and_a_second_run_sends_nothing(bench: Bench) -> None:
    rows = [f"Node;n{i};v{i}" for i in range(10)]
    first = bench.run(*rows)
    assert first.finished.rows.loaded == 10
    assert first.finished.records["Node"].created == 10
    assert bench.target.values()["Node:n3"] == ("v3", None)
    writes = bench.target.writes
    second = bench.run(*rows)
    assert second.finished.rows.unchanged == 10
    assert second.finished.records["Node"].unchanged == 10
    assert bench.target.writes == writes
    assert [result.key for result in second.results] == [f"n{i}" for i in range(10)]


def test_one_changed_cell_sends_one_record(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1", "Node;c;1")
    bench.target.received.clear()
    ran = bench.run("Node;a;1", "Node;b;2", "Node;c;1")
    assert bench.target.received == [1]
    assert ran.statuses == {2: "unchanged", 3: "loaded", 4: "unchanged"}
    assert ran.finished.records["Node"].updated == 1
    assert ran.finished.records["Node"].unchanged == 2


def test_an_unmapped_cell_sends_nothing(bench: Bench) -> None:
    bench.run("Node;a;1;;x")
    writes = bench.target.writes
    ran = bench.run("Node;a;1;;y")
    assert ran.statuses == {2: "unchanged"}
    assert bench.target.writes == writes
    assert bench.run("Node;a;1;;y").finished.records["Node"].unchanged == 1


def test_a_file_set_back_is_sent_again(bench: Bench) -> None:
    bench.run("Node;a;1")
    bench.run("Node;a;2")
    assert bench.run("Node;a;1").statuses == {2: "loaded"}
    assert bench.target.values()["Node:a"] == ("1", None)


def test_a_file_set_back_after_a_crash_is_sent_again(bench: Bench) -> None:
    bench.run("Node;a;1")
    bench.target.dies = True
    bench.run("Node;a;2")
    bench.target.dies = False
    assert bench.target.values()["Node:a"] == ("2", None), "stored, but never confirmed"
    assert bench.run("Node;a;1").statuses == {2: "loaded"}
    assert bench.target.values()["Node:a"] == ("1", None)


class Forgetful(Rules):
    """A transformer with a defect: rows of kind `lost` become nothing."""

    def transform(self, chunk: Chunk) -> Transformed:
        kept = [i for i, row in enumerate(chunk.rows) if row[0] != "lost"]
        rows, numbers = [chunk.rows[i] for i in kept], [chunk.numbers[i] for i in kept]
        return super().transform(Chunk(rows, numbers))


def test_a_row_that_is_lost_on_the_way_is_noticed(bench: Bench) -> None:
    bench.rules = Forgetful()
    results: list[RowResult] = []
    rejects: list[RejectedRow] = []
    problems: list[Problem] = []
    task = bench.task(Table([("Node", "a", "1"), ("lost", "b", "1")]))
    finished = run(task, Sinks(results.extend, rejects.extend, problems.extend))
    bench.state.close()
    assert not finished.rows.adds_up
    assert (finished.rows.read, finished.rows.loaded) == (2, 1)


def test_a_changed_mapping_and_full_send_all(bench: Bench) -> None:
    bench.run("Node;a;1")
    bench.rules = Rules(fingerprint=b"2" * 16)
    assert bench.run("Node;a;1").finished.records["Node"].not_modified == 1
    bench.options = Options(full=True)
    assert bench.run("Node;a;1").statuses == {2: "loaded"}
    bench.options = Options()
    assert bench.run("Node;a;1").statuses == {2: "unchanged"}


def test_filtered_rejected_and_broken_rows_have_their_answers(bench: Bench) -> None:
    rows = ("Node;a;1", "skip", "Node;b;bad", "Node;c;1", "Node;d;1")
    ran = bench.run(*rows, broken=(6,))
    assert ran.statuses == {2: "loaded", 3: "filtered", 4: "rejected", 5: "loaded", 6: "rejected"}
    assert ran.codes == {4: "TYPE", 6: "RAGGED"}
    assert ran.rejects == [(4, "b", "TYPE"), (6, "d", "RAGGED")]
    assert ran.finished.codes == {"TYPE": 1, "RAGGED": 1}
    again = bench.run(*rows, broken=(6,))
    assert again.statuses == {
        2: "unchanged", 3: "filtered", 4: "rejected", 5: "unchanged", 6: "rejected",
    }  # fmt: skip


def test_a_tree_is_brought_in_level_by_level(bench: Bench) -> None:
    rows = [
        "Node;c;;Node:b", "Node;b;;Node:a", "Node;d;;Node:c", "Node;a", "Node;e;;Node:d",
    ]  # fmt: skip
    ran = bench.run(*rows)
    assert set(ran.statuses.values()) == {"loaded"}
    assert bench.target.values()["Node:e"] == ("", "d")
    assert bench.run(*rows).finished.rows.unchanged == 5


def test_knots_are_written_first_and_linked_afterwards(bench: Bench) -> None:
    rows = ["Node;a;;Node:b", "Node;b;;Node:a", "Node;c;;Node:a", "Node;x;;Node:nowhere"]
    ran = bench.run(*rows)
    assert ran.statuses == {2: "loaded", 3: "loaded", 4: "loaded", 5: "rejected"}
    assert ran.codes == {5: "REF_NOT_FOUND"}
    assert bench.target.values()["Node:a"] == ("", "b")
    assert bench.target.values()["Node:b"] == ("", "a")
    assert "Node:x" not in bench.target.values()
    assert ran.finished.records["Node"].created == 3
    assert ran.finished.records["Node"].failed == 1


def test_those_that_refer_to_a_rejected_record_are_rejected_too(bench: Bench) -> None:
    bench.target.refused.add("no")
    ran = bench.run("Node;a;no", "Node;b;;Node:a", "Node;c;;Node:b", "Node;d")
    assert ran.codes == {2: "SERVER_REJECTED", 3: "REF_NOT_FOUND", 4: "REF_NOT_FOUND"}
    assert set(bench.target.values()) == {"Node:d"}


def test_entries_go_in_the_order_of_their_references(bench: Bench) -> None:
    bench.rules = Rules(("Node", "Leaf"))
    ran = bench.run("Leaf;l;1;Node:n", "Node;n;1")
    assert set(ran.statuses.values()) == {"loaded"}
    assert bench.target.values()["Leaf:l"] == ("1", "n")


@pytest.mark.parametrize(
    ("policy", "status", "parent"),
    [("create", "loaded", "n"), ("omit", "loaded", None), ("clear", "loaded", None)],
)
def test_what_is_missing_is_treated_as_the_mapping_says(
    bench: Bench, policy: str, status: str, parent: str | None
) -> None:
    bench.rules = Rules(("Leaf",), on_missing=OnMissing(policy))
    ran = bench.run("Leaf;l;1;Node:n")
    assert ran.statuses == {2: status}
    assert bench.target.values()["Leaf:l"] == ("1", parent)
    if policy != "create":
        assert ran.codes == {2: "REF_NOT_FOUND"}


def test_what_cannot_be_made_is_told(bench: Bench) -> None:
    bench.rules = Rules(("Leaf",), on_missing=OnMissing.CREATE)
    bench.target.refused.add("n")
    ran = bench.run("Leaf;l;1;Node:n")
    assert ran.codes == {2: "SERVER_REJECTED"}
    assert bench.target.records == {}


def test_an_ambiguous_reference_and_key_are_rejected(bench: Bench) -> None:
    bench.target.records |= {
        "x": {"entity": "Node", "key": "twice"},
        "y": {"entity": "Node", "key": "twice"},
    }
    ran = bench.run("Node;a;;Node:twice", "Node;twice;1")
    assert ran.codes == {2: "REF_AMBIGUOUS", 3: "KEY_AMBIGUOUS"}


def test_create_and_update_only(bench: Bench) -> None:
    bench.run("Node;old;1")
    bench.rules = Rules(action="create")
    ran = bench.run("Node;old;2", "Node;new;1")
    assert ran.codes == {2: "EXISTS"}
    bench.rules = Rules(action="update")
    ran = bench.run("Node;old;3", "Node;newer;1")
    assert ran.codes == {3: "NOT_FOUND"}
    assert bench.target.values()["Node:old"] == ("3", None)


@pytest.mark.parametrize(
    ("policy", "statuses", "value"),
    [
        ("reject", {2: "rejected", 3: "rejected", 4: "loaded"}, None),
        ("first", {2: "loaded", 3: "unchanged", 4: "loaded"}, "1"),
        ("last", {2: "unchanged", 3: "loaded", 4: "loaded"}, "2"),
        ("merge", {2: "loaded", 3: "loaded", 4: "loaded"}, "2"),
    ],
)
def test_duplicate_keys(
    bench: Bench, policy: str, statuses: dict[int, str], value: str | None
) -> None:
    bench.duplicates = policy
    rows = ("Node;a;1;Node:b", "Node;a;2", "Node;b;1")
    ran = bench.run(*rows)
    assert ran.statuses == statuses
    found = bench.target.values().get("Node:a")
    assert (found and found[0]) == value
    if policy == "merge":
        assert found == ("2", "b")
    writes = bench.target.writes
    again = bench.run(*rows)
    assert bench.target.writes == writes
    expected = {row: "rejected" if s == "rejected" else "unchanged" for row, s in statuses.items()}
    assert again.statuses == expected


def test_rows_of_equal_content_are_one_record(bench: Bench) -> None:
    ran = bench.run("Node;a;1", "Node;b;2", "Node;c;3", "Node;a;1;;other cell")
    assert ran.statuses == {2: "loaded", 3: "loaded", 4: "loaded", 5: "loaded"}
    assert ran.finished.records["Node"].created == 3


@pytest.mark.parametrize("policy", ["reject", "first", "last", "merge"])
def test_a_changed_row_meets_a_known_row_of_its_key(bench: Bench, policy: str) -> None:
    bench.duplicates = policy
    bench.run("Node;a;1", "Node;b;1", "Node;c;1", "Node;d;1")
    ran = bench.run("Node;a;1", "Node;b;1", "Node;c;1", "Node;a;2")
    expected = {
        "reject": ({2: "rejected", 5: "rejected"}, "1"),
        "first": ({2: "unchanged", 5: "unchanged"}, "1"),
        "last": ({2: "unchanged", 5: "loaded"}, "2"),
        "merge": ({2: "loaded", 5: "loaded"}, "2"),
    }
    statuses, value = expected[policy]
    assert {row: ran.statuses[row] for row in (2, 5)} == statuses
    assert bench.target.values()["Node:a"][0] == value


def test_a_record_of_several_rows_counts_once(bench: Bench) -> None:
    bench.run("Node;a;1;;x", "Node;b;1", "Node;c;1", "Node;a;1;;y")
    ran = bench.run("Node;a;1;;x", "Node;b;1", "Node;c;1", "Node;a;1;;z")
    assert ran.finished.rows.unchanged == 4
    assert ran.finished.records["Node"].unchanged == 3


class Vanishing(Table):
    """A source that can be read once."""

    def chunks(self) -> Iterator[Chunk]:
        yield from super().chunks()
        raise SourceError("the file is gone")


def test_a_source_that_vanishes_ends_the_run_with_every_row_told(bench: Bench) -> None:
    task = bench.task(Vanishing([("Node", "a", "1"), ("Node", "b", "bad")]))
    results: list[RowResult] = []
    rejects: list[RejectedRow] = []
    problems: list[Problem] = []
    finished = run(task, Sinks(results.extend, rejects.extend, problems.extend))
    bench.state.close()
    assert isinstance(finished.error, SourceError)
    assert finished.rows.adds_up
    assert {result.number: result.code for result in results} == {2: "NOT_SENT", 3: "TYPE"}
    assert bench.target.records == {}


def test_a_poisoned_batch_is_halved_until_the_culprit_stands_alone(bench: Bench) -> None:
    bench.target.poison.add("poison")
    rows = [f"Node;n{i};{'poison' if i in {3, 9} else 'fine'}" for i in range(20)]
    ran = bench.run(*rows)
    assert ran.codes == {5: "SERVER_REJECTED", 11: "SERVER_REJECTED"}
    assert ran.finished.rows.loaded == 18
    assert len(bench.target.records) == 18


def test_an_unanswered_batch_makes_nothing_twice(bench: Bench) -> None:
    bench.target.cut = 1
    ran = bench.run(*[f"Node;n{i};1" for i in range(6)])
    assert set(ran.statuses.values()) == {"loaded"}
    assert len(bench.target.records) == 6


def test_a_target_that_refuses_everything_is_given_up(bench: Bench) -> None:
    bench.target.poison.add("1")
    ran = bench.run(*[f"Node;n{i};1" for i in range(40)])
    assert isinstance(ran.finished.error, TargetUnreachable)
    assert set(ran.codes.values()) <= {"SERVER_REJECTED", "NOT_SENT"}


def test_a_lost_target_ends_the_run_and_the_next_one_goes_on(bench: Bench) -> None:
    bench.target.lost_after = 2
    rows = [f"Node;n{i};1" for i in range(30)]
    ran = bench.run(*rows)
    assert isinstance(ran.finished.error, TargetUnreachable)
    loaded = ran.finished.rows.loaded
    assert 0 < loaded < 30
    assert ran.finished.codes == {"NOT_SENT": 30 - loaded}
    bench.target.lost_after = None
    again = bench.run(*rows)
    assert again.finished.rows.unchanged == loaded
    assert again.finished.rows.loaded == 30 - loaded


def test_too_many_rejects_stop_the_run_before_the_first_write(bench: Bench) -> None:
    bench.options = Options(max_errors=Limit(rows=1))
    ran = bench.run("Node;a;bad", "Node;b;bad", "Node;c;1")
    assert isinstance(ran.finished.error, RunStopped)
    assert ran.codes == {2: "TYPE", 3: "TYPE", 4: "NOT_SENT"}
    assert bench.target.writes == 0
    bench.options = Options(max_errors=Limit(share=0.7))
    assert bench.run("Node;a;bad", "Node;b;bad", "Node;c;1").finished.error is None


def test_too_many_refusals_stop_the_run_on_its_way(bench: Bench) -> None:
    bench.options = Options(max_errors=Limit(rows=2), batch_size=2, workers=1)
    bench.target.refused.add("no")
    ran = bench.run(*[f"Node;n{i};no" for i in range(20)])
    assert isinstance(ran.finished.error, RunStopped)
    assert "NOT_SENT" in ran.codes.values()


def test_strict_writes_nothing_when_the_check_finds_an_error(bench: Bench) -> None:
    bench.options = Options(strict=True)
    ran = bench.run("Node;a;1", "Node;b;;Node:nowhere", "Node;c;;Node:a")
    assert isinstance(ran.finished.error, CheckFailed)
    assert bench.target.writes == 0
    assert ran.codes == {2: "NOT_SENT", 3: "REF_NOT_FOUND", 4: "NOT_SENT"}
    assert bench.run("Node;a;1", "Node;c;;Node:a").finished.error is None


def test_a_wiped_target_is_noticed_and_filled_again(bench: Bench) -> None:
    rows = ["Node;a;1", "Node;b;1"]
    bench.run(*rows)
    bench.target.records.clear()
    ran = bench.run(*rows)
    assert set(ran.statuses.values()) == {"loaded"}
    assert [found.code for found in ran.finished.warnings] == ["TARGET_LOST"]
    assert set(bench.target.records) == {"Node-a+", "Node-b+"}, "under ids never used before"


def test_one_deleted_record_of_many_is_told_only(bench: Bench) -> None:
    rows = [f"Node;n{i};1" for i in range(30)]
    bench.run(*rows)
    del bench.target.records["Node-n29"]
    ran = bench.run(*rows)
    assert ran.finished.rows.unchanged == 30
    assert [found.code for found in ran.finished.warnings] == ["TARGET_LOST"]
    bench.options = Options(full=True)
    bench.run(*rows)
    assert "Node-n29+" in bench.target.records


def test_a_limit_reads_the_first_rows_only(bench: Bench) -> None:
    rows = [f"Node;n{i};1" for i in range(10)]
    bench.run(*rows)
    bench.options = Options(limit=4)
    ran = bench.run(*rows, broken=(3,))
    assert ran.finished.rows.read == 4
    bench.options = Options()
    assert bench.run(*rows).finished.rows.unchanged == 10


class StopAtOnce:
    """Progress that asks for the stop as soon as the first batch is back."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def reading(self, rows: int, unchanged: int) -> None:
        """Nothing yet."""

    def sending(self, done: int, total: int, failed: int) -> None:
        """The first batch is back."""
        self._stop.set()

    def sweeping(self, told: str) -> None:
        """Nothing is swept."""


def test_a_stop_lets_what_is_under_way_end(bench: Bench) -> None:
    rows = [f"Node;n{i};1" for i in range(30)]
    bench.options = replace(bench.options, workers=1, batch_size=2)
    task = bench.task(Table([tuple(row.split(";")) for row in rows]))
    results: list[RowResult] = []
    rejects: list[RejectedRow] = []
    problems: list[Problem] = []
    sinks = Sinks(results.extend, rejects.extend, problems.extend)
    finished = run(replace(task, progress=StopAtOnce(task.stop)), sinks)
    bench.state.close()
    assert finished.interrupted
    assert finished.rows.adds_up
    assert 0 < finished.rows.loaded < 30
    assert finished.codes["NOT_SENT"] == finished.rows.rejected == len(rejects) == len(problems)
    again = bench.run(*rows)
    assert again.finished.rows.unchanged == finished.rows.loaded
