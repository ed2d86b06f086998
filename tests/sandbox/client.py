"""The few calls that the tests make, by name."""

# ruff: noqa: ANN401 - JSON is whatever it is

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    import httpx

UPSERT = "/api/v1/MassActions/action/upsert"
LOGIN = "/api/v1/App/user"


def log_in(client: httpx.Client) -> str:
    response = client.get(
        LOGIN, auth=("admin", "sandbox"), headers={"Authorization-Token-Only": "true"}
    )
    token: str = response.json()["authorizationToken"]
    client.headers["Authorization-Token"] = token
    return token


class Api:
    """A logged-in client."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = json.dumps(body) if body is not None else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(
            method,
            f"/api/v1/{path}",
            content=content,
            headers={"Content-Type": "application/json", **named},
        )

    def get(self, path: str, **headers: str) -> Any:
        response = self.send("GET", path, **headers)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any) -> Any:
        response = self.send("POST", path, body)
        assert response.status_code == 200, response.text
        return response.json()

    def upsert(self, *items: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        body = [{"entity": entity, "payload": payload} for entity, payload in items]
        results: list[dict[str, Any]] = self.post("MassActions/action/upsert", body)
        return results

    def one(self, entity: str, **payload: Any) -> dict[str, Any]:
        """Upsert one record."""
        return self.upsert((entity, payload))[0]

    def product(self, **payload: Any) -> str:
        """A new product's id."""
        result = self.one("Product", **{"name": "p", **payload})
        assert result["status"] == "Created", result
        row_id: str = result["entity"]["id"]
        return row_id

    def where(self, entity: str, *conditions: Any, extra: str = "") -> list[dict[str, Any]]:
        """The rows that meet conditions, sent as one JSON text."""
        text = quote(json.dumps(conditions))
        rows: list[dict[str, Any]] = self.get(f"{entity}?where={text}{extra}")["list"]
        return rows
