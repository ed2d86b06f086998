"""Several mappings that end together, and what a target wants first or last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from etl.engine.pipeline import Execution, Finished, Sinks, check, finish
from etl.model import OnMissing, Precedence, Ref, RefKind
from tests.engine.parts import Bench, Rules, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from etl.model import Problem, Record
    from etl.model.report import RowResult


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def table(rows: Sequence[str]) -> Table:
    return Table([tuple(row.split(";")) for row in rows])


def execution(bench: Bench, name: str, rows: Sequence[str], coming: str) -> Execution:
    """A mapping that makes one entity, its name; others of the job make `coming`."""
    bench.rules = replace(bench.rules, entities=(name,))
    task = bench.task(table(rows), name)
    return Execution(replace(task, coming=frozenset(coming.split())))


def answered(one: Execution) -> tuple[dict[int, str], Finished]:
    """(row -> code or status, figures)."""
    results: list[RowResult] = []
    rejected: list[object] = []
    finished = one.answer(Sinks(results.extend, rejected.extend, _ignored))
    assert finished.rows.adds_up
    return {one.number: one.code or str(one.status) for one in results}, finished


def _ignored(problems: object) -> None:
    del problems


def run_job(bench: Bench, nodes: Sequence[str], leaves: Sequence[str]) -> list[dict[int, str]]:
    """Node first, then Leaf; they may refer to each other."""
    with (
        execution(bench, "Node", nodes, "Leaf") as first,
        execution(bench, "Leaf", leaves, "Node") as second,
    ):
        for one in (first, second):
            one.begin()
        finish([first, second])
        found = [answered(one)[0] for one in (first, second)]
    bench.state.close()
    return found


def test_what_a_later_mapping_makes_is_waited_for(bench: Bench) -> None:
    found = run_job(bench, ["Node;a;1;Leaf:x", "Node;b;1"], ["Leaf;x;1", "Leaf;y;1"])
    assert found == [{2: "loaded", 3: "loaded"}, {2: "loaded", 3: "loaded"}]
    assert bench.target.values()["Node:a"] == ("1", "x")
    writes = bench.target.writes
    again = run_job(bench, ["Node;a;1;Leaf:x", "Node;b;1"], ["Leaf;x;1", "Leaf;y;1"])
    assert again == [{2: "unchanged", 3: "unchanged"}] * 2
    assert bench.target.writes == writes


def test_mappings_that_wait_for_each_other_are_written_first_and_linked_then(bench: Bench) -> None:
    found = run_job(bench, ["Node;a;1;Leaf:x"], ["Leaf;x;1;Node:a", "Leaf;y;1;Node:a"])
    assert found == [{2: "loaded"}, {2: "loaded", 3: "loaded"}]
    assert bench.target.values() == {
        "Node:a": ("1", "x"),
        "Leaf:x": ("1", "a"),
        "Leaf:y": ("1", "a"),
    }


def test_what_never_comes_is_rejected_and_nothing_of_it_is_written(bench: Bench) -> None:
    found = run_job(bench, ["Node;a;1;Leaf:nowhere", "Node;b;1;Node:a"], ["Leaf;x;1;Node:b"])
    assert found == [{2: "REF_NOT_FOUND", 3: "REF_NOT_FOUND"}, {2: "REF_NOT_FOUND"}]
    assert bench.target.writes == 0


def test_a_policy_is_heard_only_when_nothing_can_come_any_more(bench: Bench) -> None:
    bench.rules = Rules(on_missing=OnMissing.CREATE)
    run_job(bench, ["Node;a;1;Leaf:x+Leaf:z"], ["Leaf;x;1"])
    assert set(bench.target.records) == {"Node-a", "Leaf-x", "Leaf-made-z"}


def test_one_mapping_that_loses_the_target_does_not_hide_the_other_s_answers(bench: Bench) -> None:
    with (
        execution(bench, "Node", ["Node;a;1;Leaf:x"], "Leaf") as first,
        execution(bench, "Leaf", ["Leaf;x;1"], "Node") as second,
    ):
        first.begin()
        second.begin()
        bench.target.lost_after = 0
        finish([first, second])
        found, finished = answered(first)
        assert found == {2: "NOT_SENT"}
        assert finished.error is not None
        found, finished = answered(second)
        assert (found, finished.error) == ({2: "loaded"}, None)
    bench.state.close()


def test_what_comes_first_is_through_before_the_others_begin(bench: Bench) -> None:
    bench.target.order = Precedence(first="main")
    bench.rules = Flags()
    rows = [f"Node;n{i};{'main' if i % 3 == 2 else 'x'}" for i in range(30)]
    bench.run(*rows)
    marks = [bool(payload.get("main")) for payload in bench.target.sent]
    assert marks == sorted(marks, reverse=True)
    assert sum(marks) == 10


class Flags(Rules):
    """A transformer whose value `main` sets a flag."""

    def _record(self, number: int, kind: str, key: str, value: str, parent: str) -> Record:
        record = super()._record(number, kind, key, value, parent)
        return replace(record, values={**record.values, "main": value == "main"})


def test_what_comes_last_is_sent_when_all_else_is_through(bench: Bench) -> None:
    bench.target.order = Precedence(last=frozenset({"main"}))
    bench.rules = Flags()
    ran = bench.run("Node;a;main", "Node;b;x", "Node;c;main;Node:b")
    assert set(ran.statuses.values()) == {"loaded"}
    assert ran.finished.records["Node"].created == 3
    flags = [payload.get("main") for payload in bench.target.sent]
    assert flags[-2:] == [True, True]
    assert True not in flags[:-2]
    assert [bench.target.records[f"Node-{key}"]["main"] for key in "abc"] == [True, False, True]
    writes = bench.target.writes
    assert set(bench.run("Node;a;main", "Node;b;x").statuses.values()) == {"unchanged"}
    assert bench.target.writes == writes


def test_a_run_that_breaks_off_before_the_last_values_sends_them_the_next_time(
    bench: Bench,
) -> None:
    bench.target.order = Precedence(last=frozenset({"main"}))
    bench.rules = Flags()
    bench.target.lost_after = 1
    assert bench.run("Node;a;main").statuses == {2: "rejected"}
    assert "main" not in bench.target.records["Node-a"]
    bench.target.lost_after = None
    assert bench.run("Node;a;main").statuses == {2: "loaded"}
    assert bench.target.records["Node-a"]["main"] is True


def test_a_check_hears_the_target_s_objections_and_counts_what_others_make(bench: Bench) -> None:
    bench.target.objectionable = {"odd"}
    with (
        execution(bench, "Node", ["Node;a;odd", "Node;b;1;Leaf:x", "Node;c;1;Leaf:z"], "Leaf") as a,
        execution(bench, "Leaf", ["Leaf;x;1"], "Node") as b,
    ):
        for one in (a, b):
            one.read()
        for one in (a, b):
            one.check([a, b])
        assert answered(a)[0] == {2: "OBJECTION", 3: "unchanged", 4: "REF_NOT_FOUND"}
        assert answered(b)[0] == {2: "unchanged"}
    bench.state.close()
    assert bench.target.writes == 0


class Otherwise(Rules):
    """A transformer whose references go by another field, or do not mind the case."""

    def _record(self, number: int, kind: str, key: str, value: str, parent: str) -> Record:
        record = super()._record(number, kind, key, value, parent)
        ref = record.values.get("parentId")
        if not isinstance(ref, Ref):
            return record
        by, name = ("value",), str(ref.key[0])
        other = Ref(RefKind.RECORD, ref.entity, by, (name,), ignore_case=True)
        return replace(record, values={**record.values, "parentId": other})


def test_a_check_knows_what_others_make_by_any_field_and_without_case(bench: Bench) -> None:
    bench.rules = Otherwise()
    with (
        execution(bench, "Node", ["Node;a;1;Leaf:RED", "Node;b;1;Leaf:blue"], "Leaf") as a,
        execution(bench, "Leaf", ["Leaf;x;red", "Leaf;y;bad"], "Node") as b,
    ):
        for one in (a, b):
            one.read()
        for one in (a, b):
            one.check([a, b])
        assert answered(a)[0] == {2: "unchanged", 3: "REF_NOT_FOUND"}
    bench.state.close()


def test_what_is_referred_to_by_another_field_is_waited_for_as_well(bench: Bench) -> None:
    """B waits for what never comes, and is written without; a waits for b by its value."""
    bench.rules = Otherwise(on_missing=OnMissing.OMIT)
    bench.target.by_value = True
    ran = bench.run("Node;a;A;Node:B", "Node;b;B;Node:nosuch")
    assert set(ran.statuses.values()) == {"loaded"}
    assert bench.target.values()["Node:a"] == ("A", "b")
    assert ran.codes == {3: "REF_NOT_FOUND"}


def test_a_check_lets_a_mapping_update_what_another_one_makes(bench: Bench) -> None:
    with execution(bench, "Node", ["Node;a;1"], "") as first:
        bench.rules = Rules(action="update")
        second = execution(bench, "Node", ["Node;a;2", "Node;b;2"], "Node")
        with second:
            for one in (first, second):
                one.read()
                one.check([first, second])
            assert answered(second)[0] == {2: "unchanged", 3: "NOT_FOUND"}
    bench.state.close()


def test_a_check_of_one_mapping_tells_all_problems(bench: Bench) -> None:
    problems: list[Problem] = []
    task = bench.task(table(["Node;a;1", "Node;b;bad", "Node;c;1;Node:d"]))
    check(task, Sinks(_drained, _drained, problems.extend))
    bench.state.close()
    assert [(found.row, found.code) for found in problems] == [(3, "TYPE"), (4, "REF_NOT_FOUND")]


def _drained(answers: Iterable[object]) -> None:
    for _ in answers:
        pass
