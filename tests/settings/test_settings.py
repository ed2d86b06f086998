from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from etl.errors import UsageError
from etl.model.connection import Secret
from etl.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PIM = """
connections:
  pim:
    type: atrocore
    url: https://pim.example.com/
    username: ${PIM_USER}
    password: ${PIM_PASSWORD:-from default}
    timeout: 2m
    verify: ca.pem
    headers: {X-Trace: "${TRACE:-}"}
  mounted: {url: "http://localhost", password_file: secret.txt, protected: true, timeout: 1.5}
state: sqlite:///other.db
runs: out
"""


def load(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Settings:
    (folder / "etl.yaml").write_text(text, encoding="utf-8")
    return load_settings(folder, environment or {})


def test_everything_may_be_left_out(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.state == "sqlite:///.etl/state.db"
    assert settings.runs == tmp_path / "runs"
    assert dict(settings.connections) == {}


def test_a_connection_is_read_with_its_variables(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret\n")
    settings = load(tmp_path, PIM, {"PIM_USER": "ada"})
    pim = settings.connection("pim", None)
    assert (pim.url, pim.username, pim.timeout) == ("https://pim.example.com", "ada", 120.0)
    assert pim.password == Secret("from default")
    assert pim.verify == str(tmp_path / "ca.pem")
    mounted = settings.connection(None, "mounted")
    assert mounted.password == Secret("s3cret")
    assert (mounted.protected, mounted.timeout, mounted.verify) == (True, 1.5, True)
    assert (settings.state, settings.runs) == ("sqlite:///other.db", tmp_path / "out")


def test_dot_env_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PIM_USER=from-file\nPIM_PASSWORD='with # sign'\nETL_RUNS=r\n")
    (tmp_path / "secret.txt").write_text("x")
    settings = load(tmp_path, PIM, {"PIM_USER": "from-environment"})
    pim = settings.connection("pim", None)
    assert pim.username == "from-environment"
    assert pim.password == Secret("with # sign")
    assert settings.runs == tmp_path / "r"


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"etl.yaml.connections.pim.username: .* PIM_USER is not"):
        load(tmp_path, PIM)


def test_variables_in_lists_are_put_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="NOPE is not set"):
        load(tmp_path, "connections: {pim: {url: ['${NOPE}']}}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("connections: {pim: {url: https://x, passwort: y}}", "pim.passwort"),
        ("connections: {pim: {url: ftp://x}}", "pim.url"),
        ("connections: {pim: {url: https://x, timeout: soon}}", "no duration such as 120s"),
        ("connections: {pim: {url: https://x, password_file: nope}}", "nope cannot be read"),
        ("- a list", "must be a mapping"),
        ("a: [", "is no YAML"),
        ("connexions: {}", "connexions"),
        ("connections: {pim: {url: https://x, api_key: k}}", "api_key is not there yet"),
        ("connections: {pim: {url: https://x, journal: true}}", "journal is not there yet"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        load(tmp_path, text)
    assert str(tmp_path) in str(caught.value) or "connection 'pim'" in str(caught.value)


def test_a_file_of_bytes_is_told(tmp_path: Path) -> None:
    (tmp_path / "etl.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path, {})


def test_no_secret_is_in_a_message(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, "connections: {pim: {url: https://x, password: [hunter2]}}")
    assert "hunter2" not in str(caught.value)
    settings = load(tmp_path, "connections: {pim: {url: https://x, password: hunter2}}")
    assert "hunter2" not in repr(settings)


def test_flags_and_environment_make_an_unnamed_connection(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path, {"ETL_URL": "https://a/", "ETL_USERNAME": "u", "ETL_PASSWORD": "p"}
    )
    found = settings.connection(None, None)
    assert (found.type, found.url, found.username) == ("atrocore", "https://a", "u")
    assert found.password == Secret("p")
    assert settings.connection(None, None, url="http://b", username="v").url == "http://b"


def test_a_password_never_goes_to_a_server_it_was_not_given_for(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    settings = load(
        tmp_path, PIM, {"PIM_USER": "u", "ETL_URL": "https://a", "ETL_PASSWORD": "elsewhere"}
    )
    assert settings.connection(None, "pim").password == Secret("from default")
    with pytest.raises(UsageError, match="'pim' is named"):
        settings.connection(None, "pim", url="https://evil")


def test_etl_connection_names_one(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    settings = load(tmp_path, PIM, {"PIM_USER": "u", "ETL_CONNECTION": "mounted"})
    assert settings.connection(None, "pim").name == "mounted"
    assert settings.connection("pim", "mounted").name == "pim"


@pytest.mark.parametrize(
    ("name", "url", "told"),
    [
        ("nope", None, "no connection 'nope'.*known: none"),
        (None, None, "no target"),
        (None, "pim.example.com", "must begin with https"),
    ],
)
def test_a_target_that_is_not_there_is_told(
    tmp_path: Path, name: str | None, url: str | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        load_settings(tmp_path, {}).connection(name, None, url=url)


def test_the_folder_of_the_project_counts() -> None:
    assert load_settings(Path("nowhere"), {}).runs == Path("nowhere/runs/")
