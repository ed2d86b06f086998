"""Loads the settings of a project folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etl.errors import UsageError
from etl.model.connection import Connection, Secret
from etl.settings.variables import expand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.settings.spec import ConnectionSpec

FILE = "etl.yaml"
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s|m|min)?$")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, None: 1.0}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for a project folder. `environment` includes `.env`; real variables win."""

    folder: Path
    connections: Mapping[str, Connection]
    state: str
    runs: Path
    environment: Mapping[str, str] = field(repr=False)

    def connection(
        self,
        name: str | None,
        mapping: str | None,
        *,
        url: str | None = None,
        username: str | None = None,
    ) -> Connection:
        """The connection to use: flag, then ETL_CONNECTION, then the mapping's, else the unnamed.

        The unnamed one is made of `url`/`username` and ETL_URL, ETL_USERNAME, ETL_PASSWORD …; it is
        never mixed with a named one: a password goes only to the server it was given for.
        """
        named = name or self.environment.get("ETL_CONNECTION") or mapping
        if named:
            if url or username:
                raise UsageError(
                    f"--url and --username make a connection of their own, but {named!r} is named; "
                    "leave one of them out"
                )
            return self._named(named)
        return self._unnamed(url, username)

    def _named(self, name: str) -> Connection:
        found = self.connections.get(name)
        if found is None:
            known = ", ".join(sorted(self.connections)) or "none"
            raise UsageError(
                f"no connection {name!r} in {self.folder / FILE} (known: {known}); "
                "add it there, or name another with --connection"
            )
        return found

    def _unnamed(self, url: str | None, username: str | None) -> Connection:
        env = self.environment
        url = url or env.get("ETL_URL")
        if not url:
            raise UsageError(
                "no target: name a connection of etl.yaml (--connection), give --url or ETL_URL, "
                "or try it with --sandbox"
            )
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"the target's URL must begin with https:// or http://, not {url!r}")
        return Connection(
            type=env.get("ETL_TYPE", "atrocore"),
            url=url.rstrip("/"),
            username=username or env.get("ETL_USERNAME", ""),
            password=_secret(env.get("ETL_PASSWORD")),
            token=_secret(env.get("ETL_TOKEN")),
        )


def load_settings(folder: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of a folder: its etl.yaml (if there) and `.env`, and the environment.

    Raises UsageError with the file and the place of what is wrong.
    """
    variables = {**_dotenv(folder / ".env"), **environment}
    path = folder / FILE
    found = _read(path) if path.exists() else {}
    spec = _validated(path, found, variables)
    return Settings(
        folder=folder,
        connections={
            name: _connection(folder, name, connection)
            for name, connection in spec.connections.items()
        },
        state=variables.get("ETL_STATE") or spec.state,
        runs=folder / (variables.get("ETL_RUNS") or spec.runs),
        environment=variables,
    )


def _dotenv(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - only where there is such a file

    values = dotenv_values(path, interpolate=False)
    return {name: value for name, value in values.items() if value is not None}


def _read(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - `etl --help` needs none

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path}: must be a mapping with connections, state and runs")
    return found


def _validated(path: Path, found: dict[str, Any], variables: Mapping[str, str]) -> Any:  # noqa: ANN401 - SettingsSpec, imported late
    from pydantic import ValidationError  # noqa: PLC0415 - `etl --help` needs none

    from etl.settings.spec import SettingsSpec  # noqa: PLC0415

    try:
        return SettingsSpec.model_validate(expand(found, variables, str(path)))
    except ValidationError as error:
        told = "\n".join(
            f"{path}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors(include_input=False)
        )
        raise UsageError(told) from None


def _refuse_later(name: str, spec: ConnectionSpec) -> None:
    """What nothing reads yet would be believed, and is not there."""
    later = ("api_key", "api_key_file", "secret_key", "secret_key_file", "journal", "phone_region")
    for key in later:
        if getattr(spec, key):
            raise UsageError(f"connection {name!r}: {key} is not there yet; leave it out")


def _connection(folder: Path, name: str, spec: ConnectionSpec) -> Connection:
    _refuse_later(name, spec)
    return Connection(
        type=spec.type,
        url=spec.url.rstrip("/"),
        name=name,
        username=spec.username,
        password=_secret_or_file(folder, name, spec.password, spec.password_file),
        token=_secret_or_file(folder, name, spec.token, spec.token_file),
        api=spec.api,
        auth=spec.auth,
        verify=spec.verify if isinstance(spec.verify, bool) else str(folder / spec.verify),
        timeout=_seconds(name, spec.timeout),
        headers={header: Secret(value) for header, value in spec.headers.items()},
        protected=spec.protected,
        rate=spec.rate,
    )


def _secret(text: str | None) -> Secret | None:
    return Secret(text) if text else None


def _secret_or_file(folder: Path, name: str, text: str | None, file: str | None) -> Secret | None:
    if file is None:
        return _secret(text)
    try:
        return Secret((folder / file).read_text(encoding="utf-8").strip())
    except OSError as error:
        raise UsageError(f"connection {name!r}: {folder / file} cannot be read") from error


def _seconds(name: str, timeout: str | float) -> float:
    found = _DURATION.match(str(timeout).strip())
    if not found:
        raise UsageError(f"connection {name!r}: timeout {timeout!r} is no duration such as 120s")
    return float(found[1]) * _SECONDS[found[2]]
