"""The docs say what is: help texts are the program's own, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.cli.main import COMMANDS, etl

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
HELP = re.compile(r"<!-- help: (\w*) -->\n```text\n(.*?)```", re.DOTALL)


def help_of(command: str) -> str:
    words = [command, "--help"] if command else ["--help"]
    return CliRunner().invoke(etl, words, prog_name="etl", terminal_width=100).output


def test_the_help_in_the_docs_is_the_program_s() -> None:
    found = HELP.findall((ROOT / "docs" / "commands.md").read_text(encoding="utf-8"))
    assert [name for name, _ in found] == ["", *COMMANDS]
    for name, text in found:
        assert text == help_of(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), target


def test_every_code_of_a_reject_is_explained() -> None:
    explained = (ROOT / "docs" / "rejects.md").read_text(encoding="utf-8")
    rooms = ("app", "engine", "transform", "sources", "targets")
    sources = [path.read_text() for room in rooms for path in (ROOT / "etl" / room).rglob("*.py")]
    codes = {
        code
        for text in sources
        for code in re.findall(r'(?:Problem|Fail|CellFault|Warned)\(\s*"([A-Z_]{3,})"', text)
    }
    ours_alone = {"MAPPING", "NOT_YET", "EMPTY", "SKIP"}
    assert {code for code in codes - ours_alone if f"`{code}`" not in explained} == set()


def test_the_readme_has_its_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark in ("<!-- run -->\n```", "<!-- test -->\n```"):
        assert mark in readme


def test_the_readme_s_mapping_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    monkeypatch.chdir(tmp_path)
    # the sandbox's weight is called net_weight
    (tmp_path / "m.yaml").write_text(found[1].replace("weight:", "net_weight:"), encoding="utf-8")
    rows = 'SKU;Title;Brand;Weight\n001; A  b ;Nordpfad;"45,5 kg"\n'
    (tmp_path / "products.csv").write_text(rows, encoding="utf-8")
    ran = CliRunner().invoke(etl, ["run", "m.yaml", "--sandbox"], prog_name="etl")
    assert ran.exit_code == 0, ran.output
    assert "1 read = 1 loaded" in ran.output
