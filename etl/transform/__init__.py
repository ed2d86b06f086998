"""Rows become records, by columns, as the mapping says."""

from etl.transform.compile import compile_mapping
from etl.transform.jobs import job_order, made_and_needed
from etl.transform.transformer import CompiledMapping

__all__ = ["CompiledMapping", "compile_mapping", "job_order", "made_and_needed"]
