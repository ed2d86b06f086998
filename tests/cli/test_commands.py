"""The commands, as a user types them, against a sandbox in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from etl.cli.console import Bars, Lines, watched
from etl.cli.main import COMMANDS, main, wants_json
from etl.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAPPING = """
version: 1
source: {path: products.csv}
records:
  - entity: Brand
    key: code
    fields: {code: Brand, name: Brand}
  - entity: Product
    key: number
    fields:
      number: SKU
      name: Title
      price: {column: Price, unit: EUR}
      brand: {column: Brand, ref: Brand.code}
"""
GOOD = "SKU;Title;Price;Brand;Note\n001;A;1,50;acme;x\n002;B;2,50;acme;\n"
BAD = GOOD + "003;C;much;acme;\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ETL_URL", "ETL_CONNECTION", "ETL_STATE", "ETL_RUNS", "ETL_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "products.yaml").write_text(MAPPING)
    (tmp_path / "products.csv").write_text(GOOD)
    return tmp_path


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    del folder  # the working directory, and no variables of this machine
    with Sandbox() as running:
        monkeypatch.setenv("ETL_URL", running.url)
        monkeypatch.setenv("ETL_USERNAME", running.username)
        monkeypatch.setenv("ETL_PASSWORD", running.password)
        yield running


def etl(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(words)
    told = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, told.out, told.err


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = etl(capsys, *words, "--output", "json")
    return code, json.loads(out)


def test_a_run_and_its_report(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = as_json(capsys, "run", "products.yaml")
    assert (code, report["status"], report["exit_code"]) == (0, "done", 0)
    assert report["rows"] == {
        "read": 2, "filtered": 0, "rejected": 0, "unchanged": 0, "loaded": 2,
    }  # fmt: skip
    assert report["records"]["Product"]["created"] == 2
    assert report["files"] == {"uploaded": 0, "linked": 0, "unchanged": 0, "failed": 0}
    for kind in ("json", "html", "results"):
        assert (folder / report["reports"][kind]).is_file()
    assert report["reports"]["rejects"] is None
    server.reset_counters()
    code, out, err = etl(capsys, "run", "products.yaml")
    assert code == 0
    assert server.writes == 0
    assert "2 unchanged" in out
    assert err == ""
    code, out, _ = etl(capsys, "report")
    assert "2 unchanged" in out
    code, again = as_json(capsys, "report", report["run_id"])
    assert again["run_id"] == report["run_id"]
    code, listed = as_json(capsys, "runs")
    assert [run["status"] for run in listed["runs"]] == ["done", "done"]
    code, out, _ = etl(capsys, "runs")
    assert report["run_id"] in out


def test_rejects_come_back_with_code_column_value_and_row(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(BAD)
    code, found = as_json(capsys, "check", "products.yaml")
    assert (code, server.writes) == (3, 0)
    (problem,) = [one for one in found["problems"] if one["severity"] == "error"]
    assert (problem["code"], problem["row"], problem["column"]) == ("TYPE", 4, "Price")
    assert problem["value"] == "much"
    code, out, _ = etl(capsys, "check", "products.yaml")
    assert "1 would be rejected" in out
    code, report = as_json(capsys, "run", "products.yaml", "--strict")
    assert (code, report["status"], server.writes) == (3, "failed", 0)
    code, report = as_json(capsys, "run", "products.yaml")
    assert (code, report["status"], report["codes"]) == (4, "rejects", {"TYPE": 1})
    lines = (folder / report["reports"]["rejects"]).read_text().splitlines()
    assert lines[0] == "SKU;Title;Price;Brand;Note;_row;_code;_column;_message"
    assert lines[1].startswith("003;C;much;acme;;4;TYPE;Price;")
    code, report = as_json(capsys, "run", "products.yaml", "--full", "--max-errors", "0")
    assert (code, report["status"]) == (5, "stopped")


def test_rows_of_several_files_are_told_with_their_file(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del server
    (folder / "p1.csv").write_text(GOOD)
    (folder / "p2.csv").write_text(BAD.replace("001", "101").replace("002", "102"))
    (folder / "products.yaml").write_text(MAPPING.replace("products.csv", '"p*.csv"'))
    (folder / "products.csv").unlink()
    code, report = as_json(capsys, "run", "products.yaml")
    assert (code, report["rows"]["loaded"], report["rows"]["rejected"]) == (4, 4, 1)
    results = (folder / report["reports"]["results"]).read_text().splitlines()
    assert results[0].endswith(",_file")
    assert [line.rsplit(",", 1)[1] for line in results[1:]] == [
        *("p1.csv", "p1.csv"),
        *("p2.csv", "p2.csv", "p2.csv"),
    ]
    rejects = (folder / report["reports"]["rejects"]).read_text().splitlines()
    assert rejects[0].endswith(";_file")
    assert rejects[1].endswith(";p2.csv")


def test_a_wrong_mapping_writes_nothing(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MAPPING.replace("name: Title", "name: {colum: Title}").replace("Brand.code", "Brand.cod")
    (folder / "products.yaml").write_text(text.replace("price:", "prise:"))
    code, found = as_json(capsys, "run", "products.yaml")
    assert (code, found["status"], server.writes) == (2, "failed", 0)
    assert [(one["line"], one["position"]) for one in found["problems"]] == [
        (12, 14), (13, 7), (14, 35),
    ]  # fmt: skip
    code, _, err = etl(capsys, "run", "products.yaml")
    assert code == 2
    assert "products.yaml:12:14: unknown key 'colum' (did you mean 'column'?)" in err


def test_a_misspelt_key_alone_stops_the_run(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.yaml").write_text(MAPPING.replace("unit: EUR", "unit: EUR, requird: true"))
    for command in ("run", "check"):
        code, found = as_json(capsys, command, "products.yaml")
        assert (code, server.writes) == (2, 0)
        assert "unknown key 'requird' (did you mean 'required'?)" in found["error"]


def test_the_embedded_sandbox_keeps_its_data(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert as_json(capsys, "run", "products.yaml", "--sandbox")[1]["rows"]["loaded"] == 2
    assert as_json(capsys, "run", "products.yaml", "--sandbox")[1]["rows"]["unchanged"] == 2
    assert (folder / ".etl" / "sandbox" / "v1").is_dir()
    code, _, err = etl(capsys, "run", "products.yaml", "--sandbox=v9")
    assert (code, "only v1 is there yet" in err) == (2, True)


def test_a_sandbox_trial_does_not_make_the_real_run_unchanged(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert as_json(capsys, "run", "products.yaml", "--sandbox")[1]["rows"]["loaded"] == 2
    code, report = as_json(capsys, "run", "products.yaml", "--url", server.url)
    assert (code, report["rows"]["loaded"]) == (0, 2)


def test_a_wiped_sandbox_is_noticed_and_filled_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    as_json(capsys, "run", "products.yaml", "--sandbox")
    shutil.rmtree(folder / ".etl" / "sandbox")
    code, report = as_json(capsys, "run", "products.yaml", "--sandbox")
    assert (code, report["rows"]["loaded"]) == (0, 2)
    assert [one["code"] for one in report["warnings"]][-1] == "TARGET_LOST"


def test_describe(server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del server
    code, out, _ = etl(capsys, "describe")
    assert code == 0
    assert "  Product" in out
    code, out, _ = etl(capsys, "describe", "Product", "--save", "all.json")
    assert "attributes:" in out
    assert "one of: draft" in out
    saved = json.loads((folder / "all.json").read_text())
    assert saved["schemas"]["Brand"]["fields"]["code"]["unique"] is True
    code, found = as_json(capsys, "describe", "Brand")
    assert list(found["schemas"]) == ["Brand"]
    code, _, err = etl(capsys, "describe", "Prodct")
    assert (code, "did you mean Product" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "nope.yaml"), 2, "nope.yaml"),
        (("run", "products.yaml"), 2, "no target"),
        (("run", "products.yaml", "--workers", "0"), 2, "neither a whole number"),
        (("run", "products.yaml", "--max-errors", "1.5"), 2, "neither a number of rows"),
        (("nope",), 2, "No such command"),
        (("report",), 2, "there is no run yet"),
        (("report", "x"), 2, "no run 'x'"),
    ],
)
def test_failures_are_told_in_words_and_in_json(  # noqa: PLR0913, PLR0917 - fixtures and cases
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.setenv("ETL_PASSWORD", "hunter2")
    del folder
    found, out, err = etl(capsys, *words)
    assert (found, out) == (code, "")
    assert told in err
    assert "Traceback" not in err
    assert "hunter2" not in err
    if words[0] != "nope":
        found, answer = as_json(capsys, *words)
        assert (found, answer["exit_code"], answer["status"]) == (code, code, "failed")
        assert told in answer["error"]


def test_a_refused_login_is_told_and_not_repeated(
    server: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_PASSWORD", "hunter2")
    code, found = as_json(capsys, "run", "products.yaml")
    assert (code, found["exit_code"], found["status"]) == (6, 6, "failed")
    assert "hunter2" not in str(found)
    assert server.count(path_contains="App/user") == 1


def test_a_protected_target_wants_a_yes(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "etl.yaml").write_text(
        f"connections: {{pim: {{url: '{server.url}', username: admin, "
        f"password: {server.password}, protected: true}}}}"
    )
    code, _, err = etl(capsys, "run", "products.yaml", "-c", "pim")
    assert (code, "--yes" in err) == (2, True)
    assert etl(capsys, "run", "products.yaml", "-c", "pim", "--yes", "-v")[0] == 0


def test_an_unexpected_error_is_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "runs", ("nowhere", "is gone"))
    code, _, err = etl(capsys, "runs")
    assert (code, "Traceback" in err) == (1, False)
    assert "this is a defect" in err
    assert "Traceback" in etl(capsys, "runs", "-vv")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = etl(capsys, command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: etl {command}")


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = etl(capsys, "--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)
    assert etl(capsys, "--version")[1].startswith("etl, version")


def test_json_is_recognised_in_both_spellings() -> None:
    assert wants_json(["run", "--output=json"])
    assert wants_json(["run", "-o", "json"])
    assert not wants_json(["run", "--output"])


def test_progress_without_a_terminal_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = Lines()
    lines.reading(1, 0)
    monkeypatch.setattr("etl.cli.console._EVERY", 0.0)
    lines.reading(10, 5)
    lines.sending(1, 2, 0)
    told = capsys.readouterr().err
    assert told == "read 10 rows, 5 unchanged\nsent 1 of 2 records, 0 failed\n"


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with watched(quiet=False) as progress:
        assert isinstance(progress, Bars)
        progress.reading(1, 0)
        progress.sending(1, 2, 0)
