"""The circuit breaker, with a clock that the tests turn."""

from coach.dialogue.model.breaker import CircuitBreaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def tripped(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=3, rest_seconds=60, clock=clock)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_after_three_failures_in_a_row_the_model_rests() -> None:
    clock = Clock()
    breaker = tripped(clock)
    assert not breaker.allows()
    clock.now = 59.9
    assert not breaker.allows()


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = CircuitBreaker(failures=3, rest_seconds=60, clock=Clock())
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows()


def test_after_the_rest_one_alone_may_try() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 60.0
    assert breaker.allows()
    assert not breaker.allows()


def test_a_try_that_succeeds_opens_it_for_all_and_one_that_fails_begins_another_rest() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 60.0
    assert breaker.allows()
    breaker.failed()
    clock.now = 119.9
    assert not breaker.allows()
    clock.now = 120.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()
