"""The wiring: the only place that builds the parts and owns their lifetimes."""

from etl.app.check import CheckReport, check_job
from etl.app.describe import Description, describe
from etl.app.job import NotRun, run_job
from etl.app.parts import Request
from etl.app.retry import retry_run
from etl.app.run import how_it_ended

__all__ = [
    "CheckReport",
    "Description",
    "NotRun",
    "Request",
    "check_job",
    "describe",
    "how_it_ended",
    "retry_run",
    "run_job",
]
