"""The small world on a real server on loopback."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from etl.http.retry import RetryPolicy
from etl.model.connection import Connection, Secret
from etl.sandbox import Faults, Sandbox
from etl.targets.atrocore.target import AtroCore
from tests.targets.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.model.change import Json

QUICK = RetryPolicy(first=0.001, longest=0.01, jitter=0.0, retry_after=0.02)
LIST, MEASURE = "licolor", "meweight"

ATTRIBUTES: dict[str, dict[str, object]] = {
    "color": {"type": "extensibleEnum", "extensibleEnumId": LIST},
    "tags": {"type": "extensibleMultiEnum", "extensibleEnumId": LIST},
    "weight": {"type": "float", "measureId": MEASURE},
    "title": {"type": "varchar", "isMultilang": True},
    "size": {"type": "rangeInt"},
}


@dataclass
class Somebody:
    """Another program, with its own connection: plain HTTP, and its own ids."""

    url: str
    token: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False))  # noqa: S501

    @classmethod
    def logged_in(cls, sandbox: Sandbox) -> Somebody:
        pair = base64.b64encode(f"{sandbox.username}:{sandbox.password}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Authorization-Token-Only": "true"}
        answer = httpx.get(f"{sandbox.url}/api/v1/App/user", headers=headers, verify=False)  # noqa: S501
        return cls(sandbox.url, answer.json()["authorizationToken"])

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        answer = self.http.request(
            method,
            f"{self.url}/api/v1/{path}",
            json=body,
            headers={"Authorization-Token": self.token, "Content-Type": "application/json"},
        )
        answer.raise_for_status()
        return answer.json()

    def upsert(self, entity: str, *payloads: Mapping[str, object]) -> list[dict[str, Any]]:
        items = [{"entity": entity, "payload": payload} for payload in payloads]
        answers: list[dict[str, Any]] = self.ask("POST", "MassActions/action/upsert", items)
        assert [one["status"] for one in answers if one["status"] == "Failed"] == [], answers
        return answers

    def put(self, entity: str, values: Mapping[str, Json]) -> str:
        found: str = self.ask("POST", entity, values)["id"]
        return found

    def delete(self, entity: str, one: str) -> None:
        assert self.ask("DELETE", f"{entity}/{one}") is True


def furnish(somebody: Somebody) -> None:
    """Makes the list, the measure and the attributes of the small world."""
    somebody.ask("POST", "Language", {"name": "German", "code": "de_DE"})
    somebody.upsert("ExtensibleEnum", {"id": LIST, "name": "Color", "code": "color"})
    somebody.upsert(
        "ExtensibleEnumOption",
        *(
            {"id": f"op{code}", "code": code, "name": code.title(), "extensibleEnumsIds": [LIST]}
            for code in ("red", "green")
        ),
    )
    somebody.upsert("Measure", {"id": MEASURE, "name": "Weight", "code": "weight"})
    kilogram = {"id": "ukg", "code": "kg", "name": "Kilogram", "measureId": MEASURE}
    gram = {"id": "ug", "code": "g", "name": "Gram", "measureId": MEASURE, "multiplier": 0.001}
    somebody.upsert("Unit", kilogram, gram)
    common = {"entityId": "Product", "attributePanelId": "attributeValues"}
    somebody.upsert(
        "Attribute",
        *(
            {"id": f"at{code}", "code": code, "name": code.title(), **common, **more}
            for code, more in ATTRIBUTES.items()
        ),
    )


def connect(sandbox: Sandbox) -> AtroCore:
    """A target of its own, as another host would have it; to be closed."""
    password = Secret(sandbox.password)
    connection = Connection(
        "atrocore", sandbox.url, username=sandbox.username, password=password, timeout=10.0
    )
    return AtroCore(connection, QUICK)


@dataclass(frozen=True)
class Stage:
    """A sandbox with its faults, another program, a target, and the world that they are."""

    sandbox: Sandbox
    faults: Faults
    somebody: Somebody
    target: AtroCore
    world: World


@contextmanager
def staged() -> Iterator[Stage]:
    """A fresh server with the small world on it."""
    faults = Faults()
    with Sandbox(seed="empty", faults=faults) as sandbox:
        somebody = Somebody.logged_in(sandbox)
        furnish(somebody)
        target = connect(sandbox)
        world = World(target, target, somebody, LIST, MEASURE)
        try:
            yield Stage(sandbox, faults, somebody, target, world)
        finally:
            target.close()
            somebody.http.close()
