"""The wiring: the only place that builds the parts and owns their lifetimes."""

from etl.app.check import CheckReport, check_mapping
from etl.app.describe import Description, describe
from etl.app.parts import Request
from etl.app.run import run_mapping

__all__ = [
    "CheckReport",
    "Description",
    "Request",
    "check_mapping",
    "describe",
    "run_mapping",
]
