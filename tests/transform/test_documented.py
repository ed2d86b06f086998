"""The examples of docs/mapping.md are mappings."""

from __future__ import annotations

import re
from pathlib import Path

from etl.model import Kind
from tests.transform.table import FIELDS, HEAD, Words, compiled, prop, worked

EXAMPLES = re.findall(
    r"```yaml\n(.*?)```", Path("docs/mapping.md").read_text(encoding="utf-8"), re.DOTALL
)


def example(word: str) -> str:
    """The one with that word in it."""
    (found,) = (text for text in EXAMPLES if word in text)
    return str(found)


def test_the_wildcard_s(tmp_path: Path) -> None:
    attributes = (
        prop("weight", Kind.NUMBER, attribute="1"),
        prop("colour", Kind.OPTION, attribute="2", option_list="l"),
        prop("title", Kind.TEXT, attribute="3", languages={"de_DE": "titleDeDe"}),
        prop("text_web", Kind.TEXT, attribute="4", languages={"en_US": "text_web"}),
        prop("length", Kind.NUMBER, attribute="5", measure="m", unit_key="lengthUnitId"),
    )
    columns = ("sku", "Weight", "colour", "title-de_DE", "text-en_US-web", "length", "length-unit")
    text = f"{HEAD}records:\n  - entity: Product\n    key: number\n    fields: {{number: sku}}\n"
    found = compiled(tmp_path, text + example("match:"), columns, target=Words(FIELDS, attributes))
    assert found is not None
    assert (found.unused_columns, found.left_out) == ((), ())
    outputs = {output for pipe in found.entries[0].pipes for output in pipe.outputs}
    assert outputs == {
        *("number", "weight", "colour", "titleDeDe", "text_web", "length", "lengthUnitId")
    }


def test_the_tables(tmp_path: Path) -> None:
    (tmp_path / "family_variants.csv").write_text("code;family;axes-1\nv;shoes;sku,size\n")
    (tmp_path / "fields.csv").write_text("attribute\nsku\n")
    fields = (
        prop("number", Kind.TEXT),
        prop("classifications", Kind.LINKS, "classificationsIds", entity="Category"),
        prop("tag", Kind.TEXTS),
    )
    text = f"version: 1\nsource: {{path: x.csv}}\n{example('tables:')}"
    text = text.replace("Classification.code", "Category.code")
    done = worked(
        tmp_path,
        text,
        *(("a", "v"), ("b", "x")),
        columns=("sku", "variant"),
        target=Words(fields, ()),
    )
    (record,) = done.records
    assert record.values["tag"] == ("size",)
    assert list(done.filtered) == [3]
