"""The circuit breaker, on a clock that the tests move."""

from __future__ import annotations

import pytest

from inference.llm.breaker import Breaker, State
from tests.unit.llm.asking import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, wait=2.0, wait_most=7.0, clock=clock)


def enter(breaker: Breaker) -> int:
    ticket = breaker.enter()
    assert ticket is not None
    return ticket


def trip(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed(enter(breaker))


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    breaker.failed(enter(breaker))
    breaker.failed(enter(breaker))
    assert breaker.state is State.CLOSED
    breaker.failed(enter(breaker))
    assert (breaker.state, breaker.admits, breaker.enter()) == (State.OPEN, False, None)


def test_a_success_between_failures_keeps_it_closed(breaker: Breaker) -> None:
    for _ in range(5):
        breaker.failed(enter(breaker))
        breaker.failed(enter(breaker))
        breaker.succeeded(enter(breaker))
    assert breaker.state is State.CLOSED


def test_after_the_wait_exactly_one_probe_goes_through(breaker: Breaker, clock: Clock) -> None:
    trip(breaker)
    clock.forward(1.9)
    assert breaker.enter() is None
    clock.forward(0.1)
    assert breaker.state is State.HALF_OPEN
    enter(breaker)
    assert (breaker.state, breaker.admits, breaker.enter()) == (State.HALF_OPEN, False, None)


def test_a_probe_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    trip(breaker)
    clock.forward(2)
    breaker.succeeded(enter(breaker))
    assert breaker.state is State.CLOSED
    assert [breaker.enter() for _ in range(3)].count(None) == 0


def test_every_probe_that_fails_doubles_the_wait_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    trip(breaker)
    waited = []
    for _ in range(4):
        seconds = 0.0
        while breaker.state is State.OPEN:
            clock.forward(0.5)
            seconds += 0.5
        waited.append(seconds)
        breaker.failed(enter(breaker))
    assert waited == [2.0, 4.0, 7.0, 7.0]


def test_once_well_the_wait_starts_small_again(breaker: Breaker, clock: Clock) -> None:
    trip(breaker)
    clock.forward(2)
    breaker.failed(enter(breaker))
    clock.forward(4)
    breaker.succeeded(enter(breaker))
    trip(breaker)
    clock.forward(2)
    assert breaker.state is State.HALF_OPEN


def test_a_cancelled_probe_leaves_its_place_to_the_next(breaker: Breaker, clock: Clock) -> None:
    trip(breaker)
    clock.forward(2)
    breaker.undecided(enter(breaker))
    assert breaker.admits
    breaker.succeeded(enter(breaker))
    assert breaker.state is State.CLOSED


def test_requests_from_before_neither_close_it_nor_lengthen_the_wait(breaker: Breaker, clock: Clock) -> None:
    late = [enter(breaker) for _ in range(6)]
    trip(breaker)
    breaker.succeeded(late[0])
    assert breaker.state is State.OPEN
    clock.forward(2)
    enter(breaker)
    for ticket in late[1:]:
        breaker.failed(ticket)
    assert (breaker.state, breaker.admits) == (State.HALF_OPEN, False)
