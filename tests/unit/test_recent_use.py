"""Use is counted by client, forgotten in time, and of a bounded number of clients."""

from __future__ import annotations

import pytest

from initiative_lod.waiting import recent_use
from initiative_lod.waiting.recent_use import PERIOD_SECONDS, RecentUse


class Clock:
    """A clock that stands still unless it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_use_is_added_up_by_client_and_forgotten_after_two_periods() -> None:
    clock = Clock()
    use = RecentUse(clock)
    use.add("a", 2)
    use.add("b", 1)
    use.add("a", 3)
    assert (use.of("a"), use.of("b"), use.of("c")) == (5, 1, 0)
    clock.now += PERIOD_SECONDS
    use.add("b", 1)  # of the next period
    assert (use.of("a"), use.of("b")) == (5, 2)
    clock.now += PERIOD_SECONDS
    use.add("c", 1)
    assert (use.of("a"), use.of("b"), use.of("c")) == (0, 1, 1)


def test_nothing_is_remembered_of_before_a_long_pause() -> None:
    clock = Clock()
    use = RecentUse(clock)
    use.add("a", 2)
    clock.now += 2 * PERIOD_SECONDS
    use.add("b", 1)
    assert (use.of("a"), use.of("b")) == (0, 1)


def test_so_many_clients_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_use, "MOST_CLIENTS", 10)
    use = RecentUse(Clock())
    for number in range(100):
        use.add(f"client {number}", 1)
        assert len(use._now) + len(use._before) <= 20
    for _ in range(100):
        use.add("client 99", 1)  # of whom it is known already
    assert use.of("client 99") == 101
    assert use.of("client 85") == 1
    assert use.of("client 1") == 0
