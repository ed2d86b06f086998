"""The shape of etl.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class ConnectionSpec(BaseModel):
    """One connection, its `${VAR}`s put in. `*_file` name a file that holds the secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    type: Literal["atrocore", "espocrm"] = "atrocore"
    url: Annotated[str, Field(pattern=r"^https?://")]
    username: str = ""
    password: str | None = None
    password_file: str | None = None
    token: str | None = None
    token_file: str | None = None
    api_key: str | None = None
    api_key_file: str | None = None
    secret_key: str | None = None
    secret_key_file: str | None = None
    api: Literal["auto", "v1", "v2"] = "auto"
    auth: Literal["auto", "token", "basic", "espo", "api_key", "hmac"] = "auto"
    verify: bool | str = True
    timeout: str | float = 120.0
    headers: dict[str, str] = Field(default_factory=dict)
    protected: bool = False
    rate: Annotated[float, Field(gt=0)] | None = None
    journal: bool = False
    phone_region: str | None = None


class SettingsSpec(BaseModel):
    """etl.yaml as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    connections: dict[str, ConnectionSpec] = Field(default_factory=dict)
    state: str = "sqlite:///.etl/state.db"
    runs: str = "runs/"
