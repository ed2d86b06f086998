"""What can go wrong, sorted by what to do about it.

EtlError                      anything a user is told without a traceback
├── UsageError                exit 2: a flag, a file or the configuration is wrong
│   └── MappingError          exit 2: the mapping itself is wrong; carries `Problem`s with positions
├── SourceError               exit 2: the source cannot be read as a table at all
├── CheckFailed               exit 3: `check` or `--strict` found errors; nothing was written
├── RunStopped                exit 5: `--max-errors` or `gone_limit` was reached
├── TargetError               what a target answers
│   ├── TargetUnreachable     exit 6: no connection, time-outs, 5xx after all retries
│   ├── AccessRefused         exit 6: login or rights refused
│   ├── TargetBroken          exit 6: an answer that is no JSON of the right shape
│   └── BatchRefused          the batch as a whole got no usable answer: halve it and go on
├── StateError                exit 1: the state cannot be read or written: disk full, file broken
├── LockHeld                  exit 7: another run of this mapping holds the lock
└── AccountingError           exit 9: the rows do not add up

Problems of single rows are never exceptions: they are `etl.model.Problem`s and travel as data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.problem import Problem


class EtlError(Exception):
    """The root: `exit_code` is the process's exit code when nobody catches it."""

    exit_code: ClassVar[int] = 1


class UsageError(EtlError):
    """A flag, a path or the configuration is wrong."""

    exit_code = 2


class MappingError(UsageError):
    """The mapping is wrong; `problems` says where, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))


class SourceError(EtlError):
    """The source cannot be opened or is no table; the message names the file."""

    exit_code = 2


class CheckFailed(EtlError):
    """The check found errors, and nothing was written."""

    exit_code = 3


class RunStopped(EtlError):
    """Stopped by `--max-errors` or `gone_limit`."""

    exit_code = 5


class TargetError(EtlError):
    """Something that a target answered, or did not."""

    exit_code = 6


class TargetUnreachable(TargetError):
    """No connection, or no answer after all retries."""


class AccessRefused(TargetError):
    """The login or a right was refused: trying again makes it worse."""


class TargetBroken(TargetError):
    """An answer of a shape that this program does not understand: no success is concluded."""


class BatchRefused(TargetError):
    """The batch got no usable answer (5xx, 413, cut, wrong length); parts may be stored."""


class StateError(EtlError):
    """The state or a working file cannot be read or written."""


class LockHeld(EtlError):
    """Another run of the same mapping against the same target is under way."""

    exit_code = 7


class AccountingError(EtlError):
    """read != filtered + rejected + unchanged + loaded."""

    exit_code = 9
