"""The wiring: the only place that builds the parts and owns their lifetimes."""

from etl.app.check import CheckReport, check_mapping
from etl.app.parts import Request
from etl.app.run import run_mapping

__all__ = ["CheckReport", "Request", "check_mapping", "run_mapping"]
