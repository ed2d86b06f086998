"""How near the pace that finds itself comes to the best fixed one.

    python bench/pace.py                 1,500 rows for each setting; some minutes

A sandbox with a cost model (185 ms a request, 20 ms an item of an upsert, two requests at once:
docs/performance.md says where that is from) takes the same file at each fixed batch size and number
of workers, and at `auto`. Every run is a process of its own against a sandbox of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS = "cost: {request: 0.185, item: 0.02, at_once: 2}\n"
MAPPING = """
version: 1
source: {path: brands.csv}
records:
  - entity: Brand
    key: code
    fields: {code: Code, name: Name}
"""
SIZES = ("10", "25", "50", "75", "100")
WORKERS = ("1", "2", "4")


def seconds(size: str, workers: str, rows: int) -> float:
    """How long a first run of so many rows takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "faults.yaml").write_text(FAULTS, encoding="utf-8")
        (folder / "brands.yaml").write_text(MAPPING, encoding="utf-8")
        lines = ["Code;Name", *(f"b{i};Brand {i}" for i in range(rows))]
        (folder / "brands.csv").write_text("\n".join(lines), encoding="utf-8")
        etl = [sys.executable, "-m", "etl"]
        server = subprocess.Popen(  # noqa: S603 - our own program
            [*etl, "sandbox", "--faults", str(folder / "faults.yaml")], stdout=subprocess.PIPE
        )
        try:
            if server.stdout is None:
                raise SystemExit("the sandbox says nothing")
            place = json.loads(server.stdout.readline())
            return _run(etl, folder, place, ["--batch-size", size, "--workers", workers])
        finally:
            server.terminate()
            server.wait()


def _run(etl: list[str], folder: Path, place: dict[str, str], flags: list[str]) -> float:
    environment = {
        **os.environ,
        "ETL_URL": place["url"],
        "ETL_USERNAME": place["username"],
        "ETL_PASSWORD": place["password"],
    }
    told = subprocess.run(  # noqa: S603 - our own program
        [*etl, "run", "brands.yaml", *flags, "--output", "json"],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(json.loads(told.stdout)["duration_s"])


def report(rows: int) -> Iterator[str]:
    """The lines of the report, as they come."""
    yield f"{rows:,} rows; 185 ms a request, 20 ms an item, two at once"
    found: dict[tuple[str, str], float] = {}
    for size in SIZES:
        for workers in WORKERS:
            found[size, workers] = seconds(size, workers, rows)
            yield f"batch size {size:>4}, workers {workers}: {found[size, workers]:6.1f} s"
    (size, workers), best = min(found.items(), key=lambda one: one[1])
    auto = seconds("auto", "auto", rows)
    yield f"best: batch size {size}, workers {workers}: {best:.1f} s"
    yield f"auto: {auto:.1f} s, {auto / best:.2f} times the best"


def main() -> None:
    """Measures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_500)
    for line in report(options.parse_args().rows):
        print(line, flush=True)


if __name__ == "__main__":
    main()
