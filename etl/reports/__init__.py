"""What a run leaves for people and programs: tables of rows, and reports of figures."""

from etl.reports.guard import guard, unguard
from etl.reports.job import job_text
from etl.reports.page import write_html
from etl.reports.rejects import RejectsFile, open_rejects
from etl.reports.results import ResultsFile
from etl.reports.structure import as_json, from_json, read_report, write_json
from etl.reports.text import as_text, history_text, scopes_text

__all__ = [
    "RejectsFile",
    "ResultsFile",
    "as_json",
    "as_text",
    "from_json",
    "guard",
    "history_text",
    "job_text",
    "open_rejects",
    "read_report",
    "scopes_text",
    "unguard",
    "write_html",
    "write_json",
]
