"""Faults to order, in a file or while the server runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from etl.sandbox import Fault, Faults, Sandbox
from tests.sandbox.client import UPSERT, Api, log_in

if TYPE_CHECKING:
    from pathlib import Path

ITEMS: list[dict[str, Any]] = [
    {"entity": "Brand", "payload": {"name": f"n{n}", "code": f"c{n}"}} for n in range(4)
]


def upsert(api: Api) -> httpx.Response:
    return api.send("POST", "MassActions/action/upsert", ITEMS)


def brands(api: Api) -> int:
    own = {"type": "like", "attribute": "code", "value": "c%"}
    return len(api.where("Brand", own))


def test_too_many_requests(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(status=429, retry_after=2, method="post", path="upsert", nth=2)
    assert upsert(api).status_code == 200
    refused = upsert(api)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert upsert(api).status_code == 200


@pytest.mark.parametrize(("done", "stored"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_a_server_error_with_a_part_of_the_batch_done(
    catalog: Sandbox, api: Api, done: float, stored: int
) -> None:
    catalog.faults.add(Fault(status=500, path="upsert", done=done, times=1))
    refused = upsert(api)
    assert (refused.status_code, refused.content) == (500, b"")
    assert brands(api) == stored
    assert upsert(api).status_code == 200


def test_a_part_is_none_where_the_body_is_broken_or_is_no_batch(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(status=500, method="POST", done=0.5)
    broken = api.client.post(UPSERT, content="[", headers={"Content-Type": "application/json"})
    assert broken.status_code == 500
    assert api.send("POST", "MassActions/action/upsert", {"a": 1}).status_code == 500
    assert api.send("POST", "Brand", {"name": "x", "code": "cx"}).status_code == 500
    assert brands(api) == 0


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateways_page(catalog: Sandbox, api: Api, status: int) -> None:
    catalog.faults.add(status=status, times=1)
    answer = api.send("GET", "Brand")
    assert (answer.status_code, answer.text.startswith("<html>")) == (status, True)
    assert api.send("GET", "Brand").status_code == 200


def test_a_poison_record_in_the_body(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(status=413, reason="too large", body='"c2"')
    assert upsert(api).status_code == 413
    assert api.one("Brand", name="x", code="cx")["status"] == "Created"


def test_a_database_error_as_200(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(sql=True, every=2)
    assert api.send("GET", "Brand").headers["Content-Type"] == "application/json"
    answer = api.send("GET", "Brand")
    assert (answer.status_code, "SQLSTATE" in answer.text) == (200, True)


@pytest.mark.parametrize(("difference", "length"), [(-1, 3), (1, 5)])
def test_a_wrong_number_of_results(
    catalog: Sandbox, api: Api, difference: int, length: int
) -> None:
    catalog.faults.add(results=difference)
    assert len(upsert(api).json()) == length
    assert api.get("Brand?maxSize=1")["total"] == 8
    assert api.send("GET", "Brand/nope").status_code == 404


@pytest.mark.parametrize(("done", "stored"), [(0.0, 0), (1.0, 4)])
def test_a_connection_cut_before_the_answer(
    catalog: Sandbox, api: Api, done: float, stored: int
) -> None:
    catalog.faults.add(cut="before", path="upsert", done=done, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        upsert(api)
    assert brands(api) == stored
    assert catalog.requests[-2].status == 0


def test_a_connection_cut_in_the_middle_of_the_answer(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(cut="middle", path="upsert", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        upsert(api)
    assert brands(api) == 4


def test_a_slow_answer(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(delay=0.05, times=1)
    started = time.monotonic()
    api.get("Brand?maxSize=1")
    assert time.monotonic() - started >= 0.05


def test_all_tokens_expire(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(expire=True, times=1)
    assert api.send("GET", "Brand").status_code == 401
    log_in(api.client)
    assert api.send("GET", "Brand").status_code == 200


def test_a_user_without_rights_fails_item_by_item(catalog: Sandbox, api: Api) -> None:
    catalog.faults.add(forbid="Brand")
    results = api.upsert(("Brand", {"name": "x"}), ("Product", {"name": "p"}))
    assert results[0] == {"status": "Failed", "stored": False, "message": "Code: 403. Message: "}
    assert results[1]["status"] == "Created"


def test_faults_by_chance_are_the_same_each_time(catalog: Sandbox, api: Api) -> None:
    def course() -> list[int]:
        return [api.send("GET", "Brand").status_code for _ in range(12)]

    catalog.faults.add(status=500, probability=0.5)
    mixed = course()
    assert set(mixed) == {200, 500}
    catalog.faults.clear()
    assert set(course()) == {200}
    with Sandbox(seed="empty", faults=Faults(Fault(status=500, probability=0.5))) as other:
        with httpx.Client(base_url=other.url) as client:
            statuses = [client.get("/api/v1/").status_code for _ in range(12)]
        assert statuses == mixed


def test_a_file_orders_faults(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(
        "seed: 7\nexpire_tokens_after: 3\nfaults:\n"
        "  - {status: 429, retry_after: 1, path: Brand, nth: 1}\n"
    )
    with Sandbox(faults=path) as server, httpx.Client(base_url=server.url) as client:
        log_in(client)
        codes = [client.get("/api/v1/Brand").status_code for _ in range(5)]
    assert codes == [429, 200, 200, 200, 401]


def test_an_empty_file_orders_none(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("")
    assert Faults.read(path).expire_tokens_after is None


@pytest.mark.parametrize(
    ("text", "message"),
    [("faults: [{nope: 1}]", "a fault has no nope"), ("faults: [{cut: x}]", "not 'x'")],
)
def test_a_file_that_orders_nonsense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        Faults.read(path)
