"""`python -m etl.sandbox`: a sandbox in a process of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from etl.sandbox.server import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m etl.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--data", type=Path, help="keep everything in this folder")
    parser.add_argument("--seed", choices=["catalog", "empty"], default="catalog")
    parser.add_argument("--faults", type=Path, help="a YAML file that orders faults")
    given = parser.parse_args()
    serve(data=given.data, port=given.port, seed=given.seed, faults=given.faults)


if __name__ == "__main__":
    main()
