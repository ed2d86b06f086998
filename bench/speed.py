"""How fast rows become request bodies, and how fast a run is in which nothing changed.

    python bench/speed.py [--rows 100000]

Prints times as ratios to `csv.reader` over the same file in the same process, and peak memory.
The target is a wall: it takes everything at once, so only our own work is measured.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from etl.engine.pipeline import Sinks, run
from etl.engine.task import Options, Task
from etl.mapping import load_mapping
from etl.model import (
    Capabilities,
    Change,
    EntitySchema,
    Kind,
    LinkRefs,
    MakeRequest,
    Outcome,
    Precedence,
    Problem,
    Property,
    Ref,
    RequestCounts,
    Status,
)
from etl.reports import ResultsFile
from etl.sources import open_source
from etl.state import open_state
from etl.transform import CompiledMapping, compile_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAPPING = """
version: 1
source:
  path: products.csv
  decimal: ","
  thousands: "."
  dates: ["%d.%m.%Y"]
records:
  - entity: Product
    key: number
    fields:
      number: c01
      name: {column: c02, apply: [strip, squeeze]}
      brand: {column: c03, apply: [slug], ref: Brand.code}
      categories: {column: c04, split: "|", ref: Category.code}
      price: {column: c05, type: float, unit: EUR}
      isActive: {column: c06}
      status: {column: c07, map: {new: draft, old: ready}}
      description: {template: "<p>{{ c08 }}</p>"}
      day: c09
      ean: c10
    attributes:
      t1: c11
      t2: c12
      t3: c13
      n1: c14
      n2: c15
      weight: {column: c16}
      colour: {column: c17, options: code}
      materials: {column: c18, split: ",", options: code}
      b1: c19
      t4: c20
"""


def table(path: Path, rows: int) -> None:
    """A file of 20 columns as an ERP writes it; the same for the same number of rows."""
    rng = random.Random(7)  # noqa: S311 - the same file each time
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow([f"c{i:02}" for i in range(1, 21)])
        for i in range(rows):
            price = f"{rng.randrange(1, 9):d}.{rng.randrange(1000):03d},{rng.randrange(100):02d}"
            out.writerow(
                [
                    f"SKU{i:08d}", f"Product number {i % 9973}", f"Brand {i % 500}",
                    f"cat{i % 40}|cat{i % 7}", price, "ja" if i % 3 else "nein",
                    "new" if i % 5 else "old", f"Text {i % 1000}", f"{i % 28 + 1:02d}.03.2026",
                    f"{4000000000000 + i}", f"model {i % 300}", "steel grey", f"note {i % 50}",
                    str(i % 1000), f"{i % 100},5", f"{i % 90},25 kg", f"col{i % 30}",
                    f"m{i % 5},m{i % 6}", "1" if i % 2 else "0", f"series {i % 20}",
                ]
            )  # fmt: skip


def schema() -> EntitySchema:
    """What the wall pretends to be."""

    def one(name: str, kind: Kind, attribute: str | None = None, **more: Any) -> Property:  # noqa: ANN401
        key = more.pop("key", name)
        return Property(name, key, kind, attribute=attribute, **more)

    fields = [
        one("number", Kind.TEXT, length=255),
        one("name", Kind.TEXT, length=255),
        one("brand", Kind.LINK, key="brandId", entity="Brand"),
        one("categories", Kind.LINKS, key="categoriesIds", entity="Category"),
        one("price", Kind.NUMBER, measure="currency", unit_key="priceUnitId"),
        one("isActive", Kind.BOOLEAN),
        one("status", Kind.CHOICE, choices=("draft", "ready")),
        one("description", Kind.TEXT),
        one("day", Kind.DATE),
        one("ean", Kind.TEXT, pattern=r"^(\d{8}|\d{12,14})$"),
    ]
    attributes = [one(f"t{i}", Kind.TEXT, f"a{i}", length=255) for i in range(1, 5)]
    attributes += [one("n1", Kind.INTEGER, "n1"), one("n2", Kind.NUMBER, "n2")]
    attributes += [one("b1", Kind.BOOLEAN, "b1")]
    attributes += [one("weight", Kind.NUMBER, "w", measure="w", unit_key="weightUnitId")]
    attributes += [one("colour", Kind.OPTION, "c", option_list="colours")]
    attributes += [one("materials", Kind.OPTIONS, "m", option_list="materials")]
    return EntitySchema("Product", {p.name: p for p in fields}, {p.name: p for p in attributes})


class Wall:
    """A target that takes everything and knows nothing."""

    identity = "wall"
    capabilities = Capabilities("Wall", "v1", "", batch_size=500, max_batch_size=500)

    def entities(self) -> tuple[str, ...]:
        """All that the mapping names."""
        return ("Product", "Brand", "Category")

    def schema(self, entity: str) -> EntitySchema | None:
        """Brands and categories have a code."""
        if entity == "Product":
            return schema()
        return EntitySchema(entity, {"code": Property("code", "code", Kind.TEXT)})

    def precedence(self, entity: str) -> Precedence:
        """Any order will do."""
        del entity
        return Precedence()

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """None."""
        del changes
        return {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """Everything that is referred to is there; no product is."""
        return {ref: () if ref.entity == "Product" else (fake_id(ref),) for ref in refs}

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Whatever was taken lives."""
        del entity
        return frozenset(ids)

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Nothing has to be made."""
        return {request.ref: fake_id(request.ref) for request in requests}

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Taken."""
        return [Outcome(one, Status.CREATED, f"id{one.key[0]}") for one in changes]

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        """Gone."""
        del entity, ids
        return {}

    def counts(self) -> RequestCounts:
        """None were sent."""
        return RequestCounts()

    def close(self) -> None:
        """Nothing to let go."""


def fake_id(ref: Ref) -> str:
    """An id that looks like one."""
    return f"id-{ref.entity}-{ref.key[0]}"


def compiled(folder: Path) -> tuple[Any, CompiledMapping]:
    """The source and the mapping."""
    mapping = load_mapping(folder / "mapping.yaml")
    if mapping is None:
        raise SystemExit("the mapping cannot be read")
    source = open_source(mapping.source, folder)
    transformer = compile_mapping(mapping, source.info, Wall())
    if transformer is None:
        raise SystemExit("the mapping does not compile")
    return source, transformer


def read_plainly(folder: Path) -> int:
    """The baseline: csv.reader over the file, rows thrown away."""
    with (folder / "products.csv").open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


def to_bodies(folder: Path) -> int:
    """File -> rows -> records -> request bodies, references replaced by ids."""
    source, transformer = compiled(folder)
    size, encoder = 0, json.JSONEncoder(ensure_ascii=False, default=_resolved)
    for chunk in source.chunks():
        items = [
            {"entity": record.entity, "payload": record.values}
            for record in transformer.transform(chunk).records
        ]
        for start in range(0, len(items), 50):
            size += len(encoder.encode(items[start : start + 50]))
    return size


def _resolved(value: object) -> object:
    if isinstance(value, Ref):
        return fake_id(value)
    if isinstance(value, LinkRefs):
        return [fake_id(ref) for ref in value.refs]
    raise TypeError(str(value))


def whole_run(folder: Path) -> int:
    """A whole run with state and results; the second one finds nothing changed."""
    source, transformer = compiled(folder)
    state = open_state(str(folder / "state.db"))
    sinks = Sinks(_results(folder), _read, _read)
    task = Task(
        source=source,
        transformer=transformer,
        target=Wall(),
        scope=state.scope("wall", "bench"),
        duplicates=("reject",),
        folder=folder,
        options=Options(batch_size=500, workers=1),
    )
    finished = run(task, sinks)
    state.close()
    if finished.error or not finished.rows.adds_up or finished.rows.rejected:
        raise SystemExit(f"the run went wrong: {finished.rows} {finished.error}")
    return finished.rows.unchanged


def _results(folder: Path) -> Any:  # noqa: ANN401 - a sink
    def write(results: Iterable[Any]) -> None:
        with ResultsFile(folder / "results.csv") as file:
            file.add_many(results)

    return write


def _read(found: Iterable[object]) -> None:
    for _ in found:
        pass


PARTS = {"csv.reader": read_plainly, "file to bodies": to_bodies, "run": whole_run}


def measure(part: str, folder: Path) -> tuple[float, int]:
    """(seconds, peak memory in MiB) of one part in a process of its own."""
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    seconds, peak = told.stdout.split()
    return float(seconds), int(peak)


def report(rows: int) -> Iterator[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        table(folder / "products.csv", rows)
        yield f"{rows:,} rows of 20 columns; Python {platform.python_version()}"
        base = min(measure("csv.reader", folder)[0] for _ in range(3))
        yield f"csv.reader      {base:8.2f} s   1.0 times"
        for part, told in (
            ("file to bodies", "file to bodies"),
            ("run", "first run"),
            ("run", "unchanged run"),
        ):
            seconds, peak = measure(part, folder)
            rate = rows / seconds
            yield (
                f"{told:<15} {seconds:8.2f} s {seconds / base:5.1f} times "
                f"{rate:10,.0f} rows/s   peak {peak} MiB"
            )


def main() -> None:
    """Measures, or is measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--part", choices=list(PARTS))
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    if given.part:
        gc.set_threshold(50_000, 20, 100)  # as the command line does
        start = perf_counter()
        PARTS[given.part](given.folder)
        seconds = perf_counter() - start
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        return
    for line in report(given.rows):
        print(line, flush=True)


if __name__ == "__main__":
    main()
