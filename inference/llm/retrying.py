"""Asking again: only for what may go better, a few times, within a bounded time, and never all at once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.stop import stop_after_attempt, stop_any, stop_base, stop_before_delay
from tenacity.wait import wait_random_exponential

from inference.llm.config import Config

T = TypeVar("T")

# 425 is a TLS early-data refusal, 408 an idle connection that was closed under the request.
RETRIED = frozenset({408, 425, 429, *range(500, 600)})


class AgainError(Exception):
    """This attempt failed, the next may not. `final` is what the caller sees if none goes better."""

    def __init__(self, final: Exception, *, retry_after: float = 0.0, attempts: int = 0) -> None:
        super().__init__(str(final))
        self.final, self.retry_after, self.attempts = final, retry_after, attempts


async def insist(attempt: Callable[[], Awaitable[T]], config: Config, retried: Callable[[], None]) -> T:
    """The first answer of `attempt`. Raises the `final` of the last `AgainError`; other errors pass at once.

    The usual case, an answer at once, is spared tenacity's bookkeeping. `AsyncRetrying` keeps its state per thread,
    so every question that needs it gets its own.
    """
    started = time.monotonic()
    try:
        return await attempt()
    except AgainError as error:
        failures = [error]
    left = config.patience - (time.monotonic() - started)
    trials = AsyncRetrying(
        retry=retry_if_exception_type(AgainError),
        wait=_waiting(config),
        stop=stop_any(stop_after_attempt(config.attempts), stop_before_delay(left), _Hopeless(config)),
        before_sleep=lambda _: retried(),
        reraise=True,
    )
    try:
        async for trial in trials:
            with trial:
                if failures:
                    raise failures.pop()
                return await attempt()
    except AgainError as error:
        raise error.final from error
    raise AssertionError("unreachable")


def _waiting(config: Config) -> Callable[[RetryCallState], float]:
    """Full jitter, on top of what the server asked for: those it turned away together do not return together."""
    jitter = wait_random_exponential(multiplier=config.backoff, max=config.backoff_most)
    return lambda state: jitter(state) + _failure(state).retry_after


class _Hopeless(stop_base):
    """This kind of failure has been tried often enough, or the server wants to be left alone for too long."""

    def __init__(self, config: Config) -> None:
        self._retry_after_most = config.retry_after_most

    def __call__(self, retry_state: RetryCallState) -> bool:
        failure = _failure(retry_state)
        enough = 0 < failure.attempts <= retry_state.attempt_number
        return enough or failure.retry_after > self._retry_after_most


def _failure(state: RetryCallState) -> AgainError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, AgainError):
        raise TypeError("Only a failure that may go better is waited for.")
    return error


def retry_after(value: str | None) -> float:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3); 0 if absent or absurd."""
    if not value:
        return 0.0
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
