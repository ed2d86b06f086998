"""How a run shows where it is: a bar on a terminal, a line now and then without one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

from etl.engine.task import Silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar

    from etl.engine.task import Progress

_EVERY = 20.0  # seconds between lines where there is no terminal


class Lines:
    """One line now and then, for logs of cron jobs."""

    def __init__(self) -> None:
        self._last = monotonic()

    def reading(self, rows: int, unchanged: int) -> None:
        """So many rows were read, so many of them need nothing."""
        self._tell(f"read {rows} rows, {unchanged} unchanged")

    def sending(self, done: int, total: int, failed: int) -> None:
        """So many of all changed records are through, so many of them failed."""
        self._tell(f"sent {done} of {total} records, {failed} failed")

    def sweeping(self, told: str) -> None:
        """What happens now to records whose rows are gone."""
        click.echo(told, err=True)

    def _tell(self, line: str) -> None:
        if monotonic() - self._last >= _EVERY:
            self._last = monotonic()
            click.echo(line, err=True)


class Bars:
    """A bar that fills."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._reading = bar.add_task("reading", total=None)
        self._sending = bar.add_task("sending", total=None, visible=False)

    def reading(self, rows: int, unchanged: int) -> None:
        """So many rows were read, so many of them need nothing."""
        told = f"read {rows} rows, {unchanged} unchanged"
        self._bar.update(self._reading, completed=rows, description=told)

    def sending(self, done: int, total: int, failed: int) -> None:
        """So many of all changed records are through, so many of them failed."""
        told = f"sent {done} of {total} records, {failed} failed"
        self._bar.update(self._sending, completed=done, total=total, description=told, visible=True)

    def sweeping(self, told: str) -> None:
        """What happens now to records whose rows are gone."""
        self._bar.console.print(told)


@contextmanager
def watched(*, quiet: bool) -> Iterator[Progress]:
    """Progress for this terminal, or for none."""
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        from rich.console import Console  # noqa: PLC0415 - only on a terminal
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            yield Bars(bar)


def set_up_logs(verbose: int, *, quiet: bool, form: str, level: str | None = None) -> None:
    """Logs to stderr: warnings, or what -v, -q and ETL_LOG_LEVEL ask for."""
    from etl.logs import configure  # noqa: PLC0415 - structlog waits until a command runs

    asked = "error" if quiet else ("warning", "info", "debug")[min(verbose, 2)]
    configure(level or asked if not verbose and not quiet else asked, form)
