"""Rows become records, by columns, as the mapping says."""

from etl.transform.compile import compile_mapping
from etl.transform.transformer import CompiledMapping

__all__ = ["CompiledMapping", "compile_mapping"]
