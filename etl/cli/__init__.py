"""The command line: one thin file a command, loaded when it is needed."""

from __future__ import annotations

from etl.cli.main import main

__all__ = ["main"]
