"""`etl state` and what `etl runs` says of locks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from etl.state import open_state
from tests.cli.test_commands import as_json, etl, folder, server

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sandbox import Sandbox

__all__ = ["folder", "server"]


def test_what_is_known_is_shown_exported_and_forgotten(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert etl(capsys, "state", "show")[1] == "Nothing is known yet.\n"
    etl(capsys, "run", "products.yaml")
    code, found = as_json(capsys, "state", "show")
    (scope,) = found["scopes"]
    assert (code, scope["mapping"], scope["records"], scope["rows"]) == (0, "products", 3, 2)
    assert "products  atrocore" in etl(capsys, "state", "show")[1]
    code, out, _ = etl(capsys, "state", "export", "products")
    records = [json.loads(line) for line in out.splitlines()]
    assert [(one["entity"], one["status"], one["made"]) for one in records] == [
        ("Brand", "confirmed", True),
        ("Product", "confirmed", True),
        ("Product", "confirmed", True),
    ]
    assert [one["rows"] for one in records] == [["001", "002"], ["001"], ["002"]]
    code, out, _ = etl(capsys, "state", "forget", "products", "--key", "001")
    assert (code, out) == (0, "products: 1 rows forgotten\n")
    server.reset_counters()
    assert as_json(capsys, "run", "products.yaml")[1]["rows"]["loaded"] == 1
    assert as_json(capsys, "state", "forget", "products")[1]["forgotten"] == 2
    assert as_json(capsys, "run", "products.yaml")[1]["rows"]["loaded"] == 2
    assert etl(capsys, "state", "check")[1] == "The state is whole.\n"
    assert as_json(capsys, "state", "check")[1]["status"] == "done"


@pytest.mark.usefixtures("server")
def test_what_is_not_known_or_known_twice_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = etl(capsys, "state", "forget", "products")
    assert (code, "nothing is known of mapping 'products'" in err) == (2, True)
    etl(capsys, "run", "products.yaml")
    etl(capsys, "run", "products.yaml", "--sandbox")
    code, _, err = etl(capsys, "state", "forget", "products")
    assert (code, "say which by --target" in err) == (2, True)
    code, found = as_json(capsys, "state", "show")
    target = found["scopes"][0]["target"]
    code, _, err = etl(capsys, "state", "forget", "products", "--target", target, "--key", "x")
    assert (code, "no row of 'products' has the key 'x'" in err) == (2, True)


def test_a_damaged_state_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = open_state("sqlite:///.etl/state.db")
    state.close()
    path = folder / ".etl" / "state.db"
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    code, _, err = etl(capsys, "state", "check")
    assert (code, "the state is damaged" in err) == (1, True)


def test_runs_show_who_runs_and_what_broke_off(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import UTC, datetime

    from etl.model.known import RunEntry

    state = open_state("sqlite:///.etl/state.db")
    target = f"atrocore {server.url}"
    state.begin(RunEntry("1", "products", target, datetime(2026, 1, 1, tzinfo=UTC), "running"))
    assert as_json(capsys, "runs")[1]["runs"][0]["status"] == "broken off"
    with state.scope(target, "products").lock():
        (run,) = as_json(capsys, "runs")[1]["runs"]
        assert (run["status"], "by process" in run["holder"]) == ("running", True)
        assert "running by process" in etl(capsys, "runs")[1]
        code, _, err = etl(capsys, "run", "products.yaml")
        assert (code, "is under way (by process" in err) == (7, True)
    state.close()
