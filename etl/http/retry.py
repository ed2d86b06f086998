"""When a request is repeated, and how long to wait before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stamina

from etl.http.answers import Busy, GatewayFailed, NotConnected, Unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a client is; all waits are in seconds.

    `attempts` is the number of tries where the server did nothing (no connection, 429, 503);
    `unclear` where it may have done the work and only the answer is missing (cut, timed out, 502,
    504): every request of this program can be repeated, but a batch that kills its worker should
    soon be halved instead. Waits double from `first` up to `longest`, with up to `jitter` added. A
    Retry-After is obeyed up to `retry_after`.
    """

    attempts: int = 6
    unclear: int = 3
    first: float = 0.5
    longest: float = 20.0
    jitter: float = 1.0
    retry_after: float = 120.0


class _Judge:
    """Decides for one request whether it is tried again: True, False, or the seconds to wait."""

    def __init__(self, policy: RetryPolicy, unclear: int) -> None:
        self._policy, self._most = policy, unclear
        self._unclear = 0

    def __call__(self, error: Exception) -> bool | float:
        if isinstance(error, Busy):
            if error.retry_after is None:
                return True
            return min(error.retry_after, self._policy.retry_after)
        if isinstance(error, NotConnected):
            return True
        if isinstance(error, (Unanswered, GatewayFailed)):
            self._unclear += 1
            return self._unclear < self._most
        return False


def tries(policy: RetryPolicy, unclear: int | None = None) -> Iterator[stamina.Attempt]:
    """The tries of one request, as `stamina` gives them: each a context that swallows and waits.

    `unclear` is how often it is tried in all where the outcome is not known, if not as the policy
    says.
    """
    return iter(
        stamina.retry_context(
            on=_Judge(policy, policy.unclear if unclear is None else unclear),
            attempts=policy.attempts,
            timeout=None,
            wait_initial=policy.first,
            wait_max=policy.longest,
            wait_jitter=policy.jitter,
        )
    )
