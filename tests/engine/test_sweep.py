"""Records whose rows are gone: set or removed, and only what this mapping made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.engine.task import Options
from etl.errors import RunStopped
from etl.model.plan import GonePolicy
from tests.engine.parts import Bench, Crash, Rules

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.parts import Ran

OFF = GonePolicy({"active": False}, share=None)
REMOVE = GonePolicy(share=None)


def setting(path: Path, gone: GonePolicy) -> Bench:
    return Bench(path, rules=Rules(gone=gone))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return setting(tmp_path, OFF)


def off(bench: Bench) -> set[str]:
    return {str(one["key"]) for one in bench.target.records.values() if one.get("active") is False}


def warned(ran: Ran) -> list[str]:
    return [found.code for found in ran.finished.warnings]


def test_what_is_gone_is_set_once(bench: Bench) -> None:
    rows = [f"Node;n{i};1" for i in range(10)]
    bench.run(*rows)
    ran = bench.run(*rows[3:])
    assert off(bench) == {"n0", "n1", "n2"}
    assert ran.finished.records["Node"].updated == 3
    assert warned(ran) == ["GONE"]
    writes = bench.target.writes
    assert warned(bench.run(*rows[3:])) == []
    assert bench.target.writes == writes


def test_what_comes_back_is_sent_again_and_may_go_again(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1")
    bench.run("Node;b;1")
    assert bench.run("Node;a;1", "Node;b;1").statuses == {2: "loaded", 3: "unchanged"}
    bench.target.records["Node-a"]["active"] = True
    bench.run("Node;b;1")
    assert off(bench) == {"a"}


def test_what_the_mapping_did_not_make_is_left_alone(bench: Bench) -> None:
    bench.target.records["theirs"] = {"entity": "Node", "key": "a", "value": "0"}
    assert bench.run("Node;a;1", "Node;b;1").finished.records["Node"].updated == 1
    bench.run("Node;c;1")
    assert off(bench) == {"b"}


def test_records_are_removed_but_those_that_others_need(tmp_path: Path) -> None:
    bench = setting(tmp_path, REMOVE)
    bench.run("Node;a;1", "Node;b;1;Node:a", "Node;c;1", "Node;d;1")
    ran = bench.run("Node;b;1;", "Node;d;1")
    assert set(bench.target.records) == {"Node-a", "Node-b", "Node-d"}
    assert ran.finished.records["Node"].deleted == 1
    assert warned(ran) == ["GONE", "GONE_FAILED"]
    assert ran.finished.unswept == 1
    del bench.target.records["Node-b"]["parentId"]
    assert bench.run("Node;b;1;", "Node;d;1").finished.records["Node"].deleted == 1
    assert "Node-a" not in bench.target.records
    bench.run("Node;a;1", "Node;b;1;", "Node;d;1")
    assert bench.target.records["Node-a+"]["key"] == "a", "under an id of its own"


def test_more_than_the_limit_stop_the_run_before_the_first(tmp_path: Path) -> None:
    for limit in (GonePolicy({"active": False}, limit=2), GonePolicy({"active": False}, share=0.2)):
        bench = setting(tmp_path / str(limit.limit), limit)
        bench.folder.mkdir()
        rows = [f"Node;n{i};1" for i in range(10)]
        bench.run(*rows)
        ran = bench.run("Node;n9;2", *rows[3:9])
        assert isinstance(ran.finished.error, RunStopped)
        assert "3 of 10 Node records are gone, more than gone_limit" in str(ran.finished.error)
        assert off(bench) == set()
        assert ran.finished.rows.loaded == 1, "what stands in the file is in"
        bench.run(*rows[2:])
        assert off(bench) == {"n0", "n1"}


def test_an_empty_source_touches_nothing(bench: Bench) -> None:
    bench.run("Node;a;1")
    ran = bench.run()
    assert isinstance(ran.finished.error, RunStopped)
    assert "no rows at all" in str(ran.finished.error)
    assert off(bench) == set()


def test_a_rejected_row_still_stands_in_the_source(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1", "Node;c;1")
    ran = bench.run("Node;a;bad", "Node;b;1", "Node;x;;Node:nowhere")
    assert ran.finished.rows.rejected == 2
    assert off(bench) == {"c"}


def test_rows_that_do_not_tell_their_key_stop_the_sweep(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1")
    assert warned(bench.run("Node;;bad", "Node;b;1")) == ["GONE_UNKNOWN"]
    assert warned(bench.run("Node;a;1", "Node;b;1", broken=(2,))) == ["GONE_UNKNOWN"]
    assert off(bench) == set()
    bench.run("Node;b;1")
    assert off(bench) == {"a"}


def test_a_run_of_some_rows_sweeps_nothing(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1")
    bench.options = Options(limit=1)
    bench.run("Node;b;1", "Node;a;1")
    assert off(bench) == set()


def test_what_no_longer_exists_needs_nothing(bench: Bench) -> None:
    rows = [f"Node;n{i};1" for i in range(30)]
    bench.run(*rows)
    del bench.target.records["Node-n0"]
    ran = bench.run(*rows[1:])
    assert ran.finished.unswept == 0
    assert ran.finished.records["Node"].updated == 0, "nothing was sent for it"
    assert "Node-n0" not in bench.target.records


def test_a_refused_record_does_not_keep_the_others_from_being_set(tmp_path: Path) -> None:
    bench = setting(tmp_path, GonePolicy({"value": "poison"}, share=None))
    bench.run(*[f"Node;n{i};1" for i in range(4)])
    bench.target.refused = {"poison"}
    assert bench.run("Node;n0;1").finished.unswept == 3
    bench.target.refused, bench.target.poison = set(), {"poison"}
    assert bench.run("Node;n0;1").finished.unswept == 3
    bench.target.poison = set()
    assert bench.run("Node;n0;1").finished.unswept == 0


def test_what_comes_back_after_a_sweep_that_was_killed_is_sent_again(bench: Bench) -> None:
    bench.run("Node;a;1", "Node;b;1")
    bench.target.crash_after = 0
    with pytest.raises(Crash):
        bench.run("Node;b;1")
    bench.state.close()
    bench.target.crash_after = None
    assert off(bench) == {"a"}
    assert bench.run("Node;a;1", "Node;b;1").statuses == {2: "loaded", 3: "unchanged"}
