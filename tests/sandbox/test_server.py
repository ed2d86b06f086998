"""The server as such: counters, the data folder, a process of its own, its end."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import etl.sandbox
from etl.sandbox import DataFolderInUse, Received, Sandbox, serve
from tests.sandbox.client import Api, log_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(etl.sandbox.__file__).parents[2]


def api_of(url: str) -> Api:
    client = httpx.Client(base_url=url, verify=False)  # noqa: S501 - no TLS on loopback
    log_in(client)
    return Api(client)


def test_it_counts_what_it_receives(catalog: Sandbox, api: Api) -> None:
    catalog.reset_counters()
    api.upsert(("Brand", {"name": "x", "code": "x"}), ("Brand", {"name": "y", "code": "y"}))
    api.get("Brand?maxSize=1")
    assert catalog.requests == (
        Received("POST", "/api/v1/MassActions/action/upsert", 200, 2),
        Received("GET", "/api/v1/Brand?maxSize=1", 200, 0),
    )
    assert (catalog.writes, catalog.count(), catalog.count("GET")) == (1, 2, 1)
    assert catalog.count("POST", "upsert") == catalog.count(path_contains="Brand") == 1
    catalog.reset_counters()
    assert (catalog.writes, catalog.count()) == (0, 0)


def test_it_listens_on_loopback_only_and_lets_go_of_the_port() -> None:
    server = Sandbox(seed="empty")
    assert server.port == 0
    server.start()
    port = server.port
    assert server.url == f"http://127.0.0.1:{port}"
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.settimeout(5)
        idle.sendall(b"GET /api/v1/ HTTP/1.1\r\n\r\n")
        assert idle.recv(4096).endswith(b"REST API")
        server.stop()
        assert idle.recv(1) == b""
    with Sandbox(seed="empty", port=port) as again:
        assert again.port == port


def test_it_may_be_stopped_without_having_started() -> None:
    Sandbox(seed="empty").stop()


def test_a_client_that_leaves_in_the_middle_does_no_harm(catalog: Sandbox, api: Api) -> None:
    with socket.create_connection(("127.0.0.1", catalog.port)) as rude:
        rude.sendall(b"POST /api/v1/Brand HTTP/1.1\r\nContent-Length: x\r\n\r\n")
    with socket.create_connection(("127.0.0.1", catalog.port)) as rude:
        rude.sendall(b"POST /api/v1/Brand HTTP/1.1\r\nContent-Length: 99\r\n\r\nabc")
    assert api.get("Brand")["total"] == 4


def test_an_answer_comes_in_one_piece_without_waiting(api: Api) -> None:
    started = time.monotonic()
    for _ in range(20):
        api.get("Brand?maxSize=1")
    assert time.monotonic() - started < 20 * 0.035


def test_no_such_seed() -> None:
    with pytest.raises(ValueError, match="no seed 'nope'; there are catalog, empty"):
        Sandbox(seed="nope")


def test_the_fresh_install_has_what_the_real_one_has(fresh: Api) -> None:
    assert fresh.get("Language")["list"][0]["code"] == "en_US"
    units = fresh.where("Unit", {"type": "equals", "attribute": "measureId", "value": "currency"})
    assert {one["id"]: one["code"] for one in units} == {
        "eur": "EUR", "usd": "USD", "chf": "CHF", "gbp": "GBP",
    }  # fmt: skip
    assert fresh.get("AttributePanel")["list"][0]["id"] == "attributeValues"
    assert fresh.get("User/1")["userName"] == "admin"
    assert fresh.get("Locale/main")["languageCode"] == "en_US"


def test_the_catalog_has_attributes_of_every_type_and_no_products(api: Api) -> None:
    attributes = api.get("Attribute?maxSize=100")["list"]
    assert {one["type"] for one in attributes} == {
        "varchar", "text", "wysiwyg", "url", "int", "float", "bool", "date", "datetime",
        "extensibleEnum", "extensibleMultiEnum", "array", "rangeInt", "rangeFloat", "file",
    }  # fmt: skip
    assert api.get("Product")["total"] == 0
    assert api.get("Category?totalOnly=true") == {"total": 23}


def test_metadata_has_the_shape_of_the_real_one(api: Api) -> None:
    data = api.get("Metadata")
    product = data["entityDefs"]["Product"]
    assert product["fields"]["productStatus"]["options"][0] == "draft"
    assert product["fields"]["ean"]["pattern"] == "/^(\\d{8}|\\d{12,14})$/"
    assert product["fields"]["priceUnit"] == {
        "type": "link", "measureId": "currency", "mainField": "price", "entity": "Unit",
    }  # fmt: skip
    assert product["fields"]["nameDeDe"]["multilangLocale"] == "de_DE"
    assert product["links"]["brand"] == {"type": "belongsTo", "entity": "Brand"}
    assert product["links"]["categories"]["relationName"] == "ProductCategory"
    assert product["links"]["associatedItemRelations"]["foreign"] == "associatingItem"
    assert "columns" not in product
    indexes = data["entityDefs"]["Attribute"]["uniqueIndexes"]
    assert list(indexes.values()) == [["deleted", "entity_id", "code"]]
    assert data["scopes"]["Product"]["hasAttribute"] is True
    assert data["scopes"]["Category"]["multiParents"] is False
    assert "hasAttribute" not in data["scopes"]["Brand"]
    assert "de_DE" in data["multilang"]["languageList"]
    assert data["attributes"]["bool"]["multilingual"] is True


def test_settings_have_fields_and_are_no_entity(api: Api) -> None:
    """v1/metadata_full; the fields of a catalog's interest only."""
    tree = api.get("Metadata")
    assert tree["entityDefs"]["Settings"]["fields"]["productCanLinkedWithNonLeafCategories"] == {
        "type": "bool",
        "tooltip": True,
    }
    assert "entity" not in tree["scopes"]["Settings"]


def test_a_folder_keeps_everything(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Sandbox(data=folder) as server:
        api = api_of(server.url)
        api.one("Product", id="p", name="p", number="N", __attributes=["atseries"], series="v",
                categoriesIds=["ca_drills"])  # fmt: skip
        api.send("PATCH", "EntityField/Product_number", {"unique": True})
        api.send("PATCH", "Settings", {"recordsPerPage": 9})
        api.one("Product", id="q", name="q")
        api.send("DELETE", "Product/q")
        api.one("Product", id="r", name="r")
        api.send("DELETE", "Product/r", permanently="true")
        api.client.close()
    with Sandbox(data=folder, seed="empty") as server:
        api = api_of(server.url)
        record = api.get("Product/p")
        assert (record["series"], record["nameDeDe"]) == ("v", None)
        assert api.one("Product", number="N", name="p")["status"] == "NotModified"
        assert api.get("Settings")["recordsPerPage"] == 9
        assert api.get("Product")["total"] == 1
        assert api.post("Product/action/restore", {"id": "q"}) is True
        assert api.send("POST", "Product/action/restore", {"id": "r"}).status_code == 404
        assert [one["id"] for one in api.get("Category?maxSize=2")["list"]] == [
            "ca_tools", "ca_power_tools",
        ]  # fmt: skip
        api.client.close()


def test_one_folder_has_one_server(tmp_path: Path) -> None:
    first = Sandbox(data=tmp_path, seed="empty")
    with pytest.raises(DataFolderInUse, match="does another sandbox serve it"):
        Sandbox(data=tmp_path)
    first.stop()
    Sandbox(data=tmp_path).stop()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "etl.sandbox", "--data", str(tmp_path), "--seed", "empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


def place_of(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout
    place: dict[str, str] = json.loads(process.stdout.readline())
    return place


def test_a_process_says_where_it_is_and_stops_when_told(process: subprocess.Popen[str]) -> None:
    place = place_of(process)
    assert (place["username"], place["password"]) == ("admin", "sandbox")
    api = api_of(place["url"])
    api.client.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout
    assert process.stdout.read() == ""


def test_killed_it_has_lost_nothing(process: subprocess.Popen[str], tmp_path: Path) -> None:
    api = api_of(place_of(process)["url"])
    api.one("Brand", id="a", name="A", code="a")
    process.kill()
    process.wait()
    api.client.close()
    with Sandbox(data=tmp_path) as server:
        again = api_of(server.url)
        assert again.get("Brand/a")["code"] == "a"
        again.client.close()
    base = sqlite3.connect(tmp_path / "sandbox.sqlite3")
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def test_the_commands_entry_serves_until_a_signal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: dict[int, Any] = {}
    monkeypatch.setattr("etl.sandbox.server.signal.signal", handlers.__setitem__)
    timer = threading.Timer(0.05, lambda: handlers[signal.SIGINT](signal.SIGINT, None))
    timer.start()
    serve(seed="empty")
    timer.join()
    assert json.loads(capsys.readouterr().out)["username"] == "admin"
