"""A user's project in a folder, and `etl` and the sandbox as the processes that they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A sandbox process."""

    process: subprocess.Popen[str]
    url: str
    username: str
    password: str

    def client(self) -> httpx.Client:
        """A client that is logged in."""
        token = httpx.get(
            f"{self.url}/api/v1/App/user",
            auth=(self.username, self.password),
            headers={"Authorization-Token-Only": "true"},
        ).json()["authorizationToken"]
        return httpx.Client(
            base_url=f"{self.url}/api/v1", headers={"Authorization-Token": token}, timeout=60
        )


@contextmanager
def sandbox(folder: Path, *arguments: str) -> Iterator[Server]:
    """A sandbox of its own process, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "etl", "sandbox", "--data", str(folder / "data"), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield Server(process, ready["url"], ready["username"], ready["password"])
        finally:
            process.terminate()


@dataclass(frozen=True)
class Project:
    """A folder with mappings and sources, and a server to bring them to."""

    folder: Path
    server: Server

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`etl …` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "etl", *arguments],
            cwd=self.folder,
            env={
                **os.environ,
                "ETL_URL": self.server.url,
                "ETL_USERNAME": self.server.username,
                "ETL_PASSWORD": self.server.password,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def etl(self, *arguments: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of `etl …`."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=300)
            return process.returncode, out, err

    def json(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """(exit code, the one object on stdout) of `etl … --output json`."""
        code, out, err = self.etl(*arguments, "--output", "json")
        try:
            return code, json.loads(out)
        except ValueError:
            raise AssertionError(f"no JSON on stdout: {out!r}\n{err}") from None


PRODUCTS = """
version: 1
source: {path: products.csv}
records:
  - entity: Brand
    key: code
    fields:
      code: {column: Brand, apply: [slug]}
      name: Brand
  - entity: Product
    key: number
    fields:
      number: SKU
      name: Title
      brand: {column: Brand, apply: [slug], ref: Brand.code}
"""


def products(count: int, brands: int = 7) -> str:
    """A table of products."""
    lines = ["SKU;Title;Brand"]
    lines += [f"P{i:05d};Product {i};Brand {i % brands}" for i in range(count)]
    return "\n".join(lines) + "\n"
