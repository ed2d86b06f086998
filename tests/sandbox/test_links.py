"""Links between records, one by one, as whole sets, in bulk; files and main images."""

# ruff: noqa: ANN401 - JSON is whatever it is

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api

CATEGORIES = ["ca_drills", "ca_saws"]


def linked(api: Api, row: str, link: str = "categories") -> set[str]:
    return {one["id"] for one in api.get(f"Product/{row}/{link}?select=name")["list"]}


def post_file(api: Api, row_id: str, content: str = "eA==", **more: Any) -> Any:
    contents = f"data:image/png;base64,{content}"
    return api.post("File", {"id": row_id, "name": f"{row_id}.png", "fileContents": contents,
                             **more})  # fmt: skip


def test_a_set_of_ids_is_the_whole_set(api: Api) -> None:
    row = api.product(categoriesIds=CATEGORIES)
    assert linked(api, row) == set(CATEGORIES)
    assert api.one("Product", id=row, categoriesIds=CATEGORIES[::-1])["status"] == "NotModified"
    api.one("Product", id=row, categoriesIds=["ca_tents"])
    assert linked(api, row) == {"ca_tents"}
    more = {"categoriesIds": ["ca_saws"], "categoriesAddOnlyMode": 1}
    answer = api.one("Product", id=row, **more)["entity"]
    assert set(answer["categoriesIds"]) == {"ca_tents", "ca_saws"}
    assert api.one("Product", id=row, **more)["status"] == "NotModified"
    api.one("Product", id=row, categoriesIds=["nope"])
    assert api.one("Product", id=row, categoriesIds=[])["status"] == "NotModified"
    assert api.one("Product", id=row, categoriesIds="ca_saws")["status"] == "NotModified"


def test_links_are_made_and_unmade_one_by_one(api: Api) -> None:
    row = api.product()
    assert api.post(f"Product/{row}/categories", {"id": "ca_drills"}) is True
    assert api.post(f"Product/{row}/categories", {"ids": ["ca_saws", "ca_tents"]}) is True
    again = api.send("POST", f"Product/{row}/categories", {"id": "ca_drills"})
    assert again.text == "The record cannot be created due to database constraints."
    assert api.send("POST", f"Product/{row}/categories", {"id": "nope"}).status_code == 404
    for _ in range(2):
        gone = api.send("DELETE", f"Product/{row}/categories", {"id": "ca_drills"})
        assert gone.json() is True
    assert linked(api, row) == {"ca_saws", "ca_tents"}


def test_a_link_that_is_kept_nowhere_can_be_read_and_not_made(api: Api) -> None:
    row = api.product()
    three = {"associatingItemId": row, "associatedItemId": "x", "associationId": "y"}
    tie = api.one("AssociatedProduct", **three)["entity"]["id"]
    assert api.get(f"AssociatedProduct/{tie}/associatedItems") == {"total": 0, "list": []}
    made = api.send("POST", f"AssociatedProduct/{tie}/associatedItems", {"id": row})
    assert made.status_code == 404


def test_links_behind_the_other_sides_field(api: Api) -> None:
    row = api.product()
    assert api.post("Brand/br_lumen/products", {"id": row}) is True
    assert api.get(f"Product/{row}")["brandId"] == "br_lumen"
    assert api.get("Brand/br_lumen/products")["total"] == 1
    api.send("DELETE", "Brand/br_lumen/products", {"id": row})
    assert api.get(f"Product/{row}")["brandId"] is None
    made = api.one("Brand", id="br_lumen", productsIds=[row])
    assert made["status"] == "Updated"
    assert api.get(f"Product/{row}")["brandId"] == "br_lumen"


def test_linked_records_can_be_filtered_and_paged(api: Api) -> None:
    row = api.product(categoriesIds=CATEGORIES)
    where = "where[0][type]=equals&where[0][attribute]=code&where[0][value]=saws"
    assert api.get(f"Product/{row}/categories?{where}")["list"][0]["id"] == "ca_saws"
    assert api.get(f"Product/{row}/categories?maxSize=1&totalOnly=true") == {"total": 2}
    assert api.send("GET", f"Product/{row}/categories?select=nope").status_code == 400


def test_many_to_many_in_bulk(api: Api) -> None:
    rows = [api.product(), api.product(categoriesIds=["ca_saws"])]
    body = {"ids": rows, "foreignIds": CATEGORIES}
    done = api.post("Product/categories/relation", body)
    assert "3 relations were successfully added." in done["message"]
    gone = api.send("DELETE", "Product/categories/relation", body).json()
    assert gone["message"].endswith("<span>Done</span>")
    assert linked(api, rows[0]) == set()


@pytest.mark.parametrize(
    ("entity", "pair"),
    [
        ("ProductCategory", {"categoryId": "ca_drills"}),
        ("ProductChannel", {"channelId": "ch_web"}),
        ("ProductClassification", {"classificationId": "cl_power_tools"}),
    ],
)
def test_relation_entities_are_upserted_by_their_pair(
    api: Api, entity: str, pair: dict[str, str]
) -> None:
    payload = {"productId": api.product(), **pair}
    assert api.one(entity, **payload)["status"] == "Created"
    assert api.one(entity, **payload)["status"] == "NotModified"


def test_one_file_is_the_main_image(api: Api) -> None:
    row = api.product()
    for one in "abc":
        post_file(api, one)
    first = api.one("ProductFile", productId=row, fileId="a", isMainImage=True)
    assert first["status"] == "Created"
    api.one("ProductFile", productId=row, fileId="b")
    api.one("ProductFile", productId=row, fileId="b", isMainImage=True)
    assert api.get(f"Product/{row}")["mainImageId"] == "b"
    assert api.one("Product", id=row, mainImageId="b")["status"] == "NotModified"
    answer = api.one("Product", id=row, mainImageId="a")["entity"]
    assert (answer["mainImageId"], answer["mainImageName"]) == ("a", "a.png")
    api.one("Product", id=row, mainImageId="c")
    assert api.get(f"Product/{row}")["mainImageId"] == "c"
    api.one("Product", id=row, mainImageId="nope")
    assert api.get(f"Product/{row}")["mainImageId"] == "c"
    main = {one["fileId"] for one in api.get("ProductFile")["list"] if one["isMainImage"]}
    assert (main, linked(api, row, "files")) == ({"c"}, {"a", "b", "c"})


def test_a_category_has_a_main_image_too(api: Api) -> None:
    for one in "ab":
        post_file(api, one)
        api.one("CategoryFile", categoryId="ca_drills", fileId=one, isMainImage=True)
    assert api.get("Category/ca_drills")["mainImageId"] == "b"


def test_files_are_stored_by_post(api: Api) -> None:
    made = post_file(api, "a", "iVBORw0KGgo=")
    assert (made["mimeType"], made["fileSize"], made["extension"]) == ("image/png", 8, "png")
    assert len(made["hash"]) == 32
    twin = post_file(api, "b", "iVBORw0KGgo=")
    assert twin["duplicate"]["id"] == "a"
    assert api.get("File/a")["storageId"] == "a_base"
    by_hash = {"type": "equals", "attribute": "hash", "value": made["hash"]}
    assert len(api.where("File", by_hash, extra="&select=name,hash")) == 2
    taken = api.send("POST", "File", {"id": "a", "name": "c.png", "fileContents": "x,"})
    assert taken.status_code == 400


@pytest.mark.parametrize(
    ("contents", "size", "kind"),
    [
        ("eA==", 0, "application/x-empty"), ("data:,%%%", 0, "application/x-empty"),
        ("data:,aGVsbG8=", 5, "text/plain"), ("data:,PD9waHA=", 5, "text/x-php"),
        ("data:,AAECgA==", 4, "application/octet-stream"),
    ],
)  # fmt: skip
def test_a_files_content_follows_the_first_comma(
    api: Api, contents: str, size: int, kind: str
) -> None:
    made = api.post("File", {"name": "a.bin", "fileContents": contents})
    assert (made["fileSize"], made["mimeType"], made["hasOpen"]) == (size, kind, False)


@pytest.mark.parametrize(
    ("payload", "status", "reason"),
    [
        ({"fileContents": "data:,eA=="}, 400, "Validation failed. 'Name' is required."),
        ({"name": "a.png"}, 400, "File creating failed."),
        ({"name": "a.png", "folderId": "nope", "fileContents": "data:,eA=="}, 404,
         "Folder 'nope' does not exist."),
        ({"name": "a.txt", "typeId": "a_image", "fileContents": "data:,eA=="}, 400,
         "Use only files with next extensions: jpg, jpeg, gif, tiff, png, bmp, webp, avif."),
        ({"url": "not a url"}, 400, "Invalid URL"),
        ({"url": "http://127.0.0.1/noext"}, 400, "The filename does not have an extension"),
        ({"url": "http://127.0.0.1/x.png"}, 500, "Download for 'http://127.0.0.1/x.png' failed."),
        ({"name": "a.png", "piece": "data:,eA=="}, 400, "ID is required if create via chunks."),
        ({"id": "c", "name": "a.png", "fileUniqueHash": "h", "piece": "data:,eA=="}, 500,
         "Permission denied for upload/files/.chunks/h/"),
    ],
)  # fmt: skip
def test_some_files_are_refused(
    api: Api, payload: dict[str, Any], status: int, reason: str
) -> None:
    answer = api.send("POST", "File", payload)
    assert (answer.status_code, answer.text) == (status, reason)


def test_pieces_make_a_file_when_their_number_is_whole(api: Api) -> None:
    piece = {"id": "c", "name": "c.txt", "fileUniqueHash": "h", "piecesCount": 2}
    second = {**piece, "start": 10, "piece": "data:,Yg=="}
    assert api.post("File", {**second, "piecesCount": "2"}) == {"chunks": ["10"]}
    made = api.post("File", {**piece, "start": 2, "piece": "data:,YQ=="})
    assert (made["id"], made["fileSize"]) == ("c", 2)
    assert api.post("File", second) == {"created": True, "chunks": ["2", "10"]}
    alone = {"id": "d", "name": "d.txt", "piece": "data:,YQ=="}
    assert api.post("File", alone)["fileSize"] == 1
    true = {**piece, "id": "e", "fileUniqueHash": "i", "piecesCount": True, "start": 0}
    assert api.post("File", {**true, "piece": "data:,YQ=="}) == {"chunks": ["0"]}


def test_a_file_in_an_upsert_is_stored_and_reported_failed(api: Api) -> None:
    payload = {"name": "u.png", "fileContents": "data:,eA=="}
    failed = api.one("File", **payload)
    assert failed["message"] == "Code: 0. Message: Call to a member function toArray() on array"
    stored = api.where("File", {"type": "equals", "attribute": "name", "value": "u.png"})
    renamed = api.one("File", id=stored[0]["id"], name="v.png")
    assert renamed["entity"]["name"] == "v.png"


def test_a_file_is_an_attributes_value_by_its_id(api: Api) -> None:
    post_file(api, "a")
    row = api.product(__attributes=["atmanual"], manualId="a", manual="lost")
    assert api.get(f"Product/{row}")["manualName"] == "a.png"
