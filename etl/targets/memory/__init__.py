"""A small target in memory: for trying an engine without a server."""

from etl.targets.memory.target import Memory, Orders

__all__ = ["Memory", "Orders"]
